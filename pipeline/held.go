package pipeline

import (
	"errors"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
)

// HeldDocument is a payment document that is not given out, with the reason in Russian.
type HeldDocument struct {
	Account string `json:"account"`
	Reason  string `json:"reason"`
}

// holdBroken keeps back documents that could not be paid by; their accounts are listed with the reason.
func (p *Pipeline) holdBroken(documents []*housing.PaymentDocument) (good []*housing.PaymentDocument, held []HeldDocument) {
	for _, d := range documents {
		if err := p.Printer.Check(d); err != nil {
			held = append(held, HeldDocument{Account: d.Account.Number, Reason: heldReason(err)})
			continue
		}
		good = append(good, d)
	}
	return good, held
}

// heldReason tells an accountant what to put right.
func heldReason(err error) string {
	if missing, ok := errors.AsType[*receipts.NoBankDetailsError](err); ok {
		return missing.Russian()
	}
	switch {
	case errors.Is(err, receipts.ErrNotDrawable):
		return "платёжный документ нельзя составить: не указан период, номер документа или лицевой счёт"
	case errors.Is(err, receipts.ErrBarcode):
		return "нельзя составить линейный штрихкод по шаблону receipts.barcode: значение длиннее отведённого поля, не из латиницы и цифр, " +
			"либо код не помещается по ширине листа"
	case !errors.Is(err, paymentcode.ErrInvalid):
		return "платёжный документ нельзя составить: для него не получается платёжный код (QR)"
	}
	reason := "нельзя составить платёжный код (QR): "
	var fields []string
	for _, wrong := range fieldErrors(err) {
		title, known := codeFields()[wrong.Field]
		if !known {
			title = "реквизиты не помещаются в код: сократите наименования получателя и банка"
		} else {
			title = "проверьте реквизит «" + title + "»"
		}
		if !slices.Contains(fields, title) {
			fields = append(fields, title)
		}
	}
	return reason + strings.Join(fields, "; ")
}

// fieldErrors finds what is wrong with the fields of a code, in whatever it is wrapped and joined.
func fieldErrors(err error) []*paymentcode.FieldError {
	if wrong, ok := err.(*paymentcode.FieldError); ok { //nolint:errorlint // the tree is walked here
		return []*paymentcode.FieldError{wrong}
	}
	switch wrapped := err.(type) { //nolint:errorlint // the tree is walked here
	case interface{ Unwrap() []error }:
		var found []*paymentcode.FieldError
		for _, e := range wrapped.Unwrap() {
			found = append(found, fieldErrors(e)...)
		}
		return found
	case interface{ Unwrap() error }:
		return fieldErrors(wrapped.Unwrap())
	}
	return nil
}

// codeFields names the fields of a payment code as an accountant knows them.
func codeFields() map[string]string {
	return map[string]string{
		"Name": "Наименование получателя", "PersonalAcc": "Расчётный счёт", "BankName": "Наименование банка", "BIC": "БИК",
		"CorrespAcc": "Корреспондентский счёт", "Sum": "Сумма к оплате", "Purpose": "Назначение платежа",
		"PayeeINN": "ИНН получателя", "KPP": "КПП получателя", "LastName": "Фамилия плательщика", "FirstName": "Имя плательщика",
		"MiddleName": "Отчество плательщика", "PayerAddress": "Адрес плательщика", "PersAcc": "Лицевой счёт",
		"PaymPeriod": "Период оплаты", "TechCode": "Технический код",
	}
}
