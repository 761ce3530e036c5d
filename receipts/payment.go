package receipts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
)

// payment says what the code of one payee holds. Names are shortened to what the standard allows:
// the bank finds the payee by its account and BIC, the full name stands beside the code.
func (p *Printer) payment(doc *housing.PaymentDocument, payee *housing.PayeeTotal) paymentcode.Payment {
	to := payee.Payee
	result := paymentcode.Payment{
		Name:        shorten(to.Title(), paymentcode.MaxName),
		PersonalAcc: to.Bank.Account,
		BankName:    shorten(to.Bank.Name, paymentcode.MaxBankName),
		BIC:         to.Bank.BIC,
		CorrespAcc:  to.Bank.CorrAccount,
		Sum:         payee.ToPay,
		Purpose:     purpose(doc, payee),
		PayeeINN:    to.INN,
		KPP:         to.KPP,
		PersAcc:     doc.Account.Number,
		PaymPeriod:  doc.Period,
		TechCode:    paymentcode.HousingTechCode,
	}
	if p.config.PayerInCode {
		last, rest, _ := strings.Cut(doc.Account.Payer, " ")
		first, middle, _ := strings.Cut(rest, " ")
		result.LastName, result.FirstName, result.MiddleName = last, first, middle
		result.PayerAddress = address(doc)
	}
	for result.BlockSize(p.config.CodeEncoding) > paymentcode.MaxBlock {
		result.Name = shorten(result.Name, utf8.RuneCountInString(result.Name)-1)
	}
	return result
}

func purpose(doc *housing.PaymentDocument, payee *housing.PayeeTotal) string {
	what := "ЖКУ"
	if onlyCapitalRepair(doc, payee.Payee.INN) {
		what = "Взнос на капремонт"
	}
	return what + ", л/с " + doc.Account.Number + ", " + doc.Period.Russian()
}

func onlyCapitalRepair(doc *housing.PaymentDocument, inn string) bool {
	found := false
	for i := range doc.Lines {
		if doc.Lines[i].Payee != inn {
			continue
		}
		if doc.Lines[i].Service != housing.CapitalRepair {
			return false
		}
		found = true
	}
	return found
}

// shorten cuts the text to at most n characters, without control characters and broken bytes, which
// no code may hold.
func shorten(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return strings.TrimRight(string(runes[:n]), " ,.-«(")
}

// address returns the address of the premises in one line.
func address(doc *housing.PaymentDocument) string {
	if title := doc.Account.Premises.Title(); title != "" {
		return doc.House.Address + ", " + title
	}
	return doc.House.Address
}
