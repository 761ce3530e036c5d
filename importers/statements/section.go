package statements

import (
	"crypto/sha256"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// reader turns one section into a fact; what is wrong becomes a problem of its record.
type reader struct {
	section *section
	record  *importers.Record
	source  housing.Source
}

// fail blames a line of the section.
func (r reader) fail(f field, err error) {
	cell, ok := err.(*importers.CellError) //nolint:errorlint // readers return their own CellError, never a wrapped one
	if !ok {
		cell = importers.Wrong("bad_value", err.Error(), "")
	}
	r.record.Problems = append(r.record.Problems, housing.Problem{
		Row: f.line, Column: f.key, Value: f.value, Code: cell.Code, Text: cell.Text, Expected: cell.Expected, Severity: cell.Severity,
	})
}

// value reads a field; one that is missing although it must be there is blamed on the section.
func value[V any](r reader, needed bool, read func(importers.Cell) (V, error), keys ...string) V {
	var none V
	f, ok := r.section.get(keys...)
	if !ok {
		if needed {
			r.fail(field{key: keys[0], line: r.section.row}, importers.Wrong("empty", "значение не указано", ""))
		}
		return none
	}
	v, err := read(importers.Cell{Text: f.value})
	if err != nil {
		r.fail(f, err)
		return none
	}
	return v
}

func readAccount(c importers.Cell) (string, error) {
	if len(c.Text) != 20 || strings.Trim(c.Text, "0123456789") != "" {
		return "", importers.Wrong("bad_bank_account", "это не номер банковского счёта", "20 цифр")
	}
	return c.Text, nil
}

func readSum(c importers.Cell) (housing.Money, error) { return importers.ReadMoney(c) }

// statement reads СекцияРасчСчет. A total that the bank leaves out follows from the others.
func (r reader) statement(control *control) {
	control.sections++
	s := housing.BankStatement{
		Account: value(r, true, readAccount, "РасчСчет"),
		From:    value(r, true, importers.ReadDottedDate, "ДатаНачала"),
		Through: value(r, false, importers.ReadDottedDate, "ДатаКонца"),
		Opening: value(r, true, readSum, "НачальныйОстаток"),
		Source:  r.source,
	}
	if s.Through.IsZero() {
		s.Through = s.From
	}
	if s.Through.Before(s.From) {
		f, _ := r.section.get("ДатаКонца")
		r.fail(f, importers.Wrong("bad_interval", "выписка кончается раньше, чем начинается", ""))
	}
	_, received := r.section.get("ВсегоПоступило")
	_, spent := r.section.get("ВсегоСписано")
	_, closing := r.section.get("КонечныйОстаток")
	s.Received = value(r, false, readSum, "ВсегоПоступило")
	s.Spent = value(r, false, readSum, "ВсегоСписано")
	s.Closing = value(r, false, readSum, "КонечныйОстаток")
	switch {
	case !received || !spent:
		r.fail(field{key: "ВсегоПоступило", line: r.section.row}, importers.Wrong("no_totals",
			"нет итогов «ВсегоПоступило» и «ВсегоСписано»: полноту выписки не проверить", "выписка с итогами"))
	case s.Received < 0 || s.Spent < 0:
		r.fail(field{key: "ВсегоПоступило", line: r.section.row}, importers.Wrong("negative", "итог не может быть отрицательным", ""))
	}
	sum, err := housing.SumMoney(s.Opening, s.Received, -s.Spent)
	if err != nil {
		r.fail(field{key: "КонечныйОстаток", line: r.section.row}, importers.Wrong("overflow", "сумма слишком велика", ""))
	}
	if !closing {
		s.Closing = sum
	}
	if r.record.Rejected() {
		return
	}
	control.statement(&s, sum)
	r.record.Fact = s
}

// document reads СекцияДокумент.
func (r reader) document(control *control) {
	d := housing.BankDocument{
		Kind:     r.section.kind,
		Number:   value(r, true, importers.TextUpTo(50), "Номер"),
		Dated:    value(r, true, importers.ReadDottedDate, "Дата"),
		Debited:  value(r, false, importers.ReadDottedDate, "ДатаСписано"),
		Credited: value(r, false, importers.ReadDottedDate, "ДатаПоступило"),
		Amount:   value(r, true, readSum, "Сумма"),
		Payer:    r.party("Плательщик"),
		Payee:    r.party("Получатель"),
		Purpose:  r.purpose(),
		Source:   r.source,
	}
	if f, ok := r.section.get("Сумма"); ok && d.Amount <= 0 && !r.record.Rejected() {
		r.fail(f, importers.Wrong("not_positive", "сумма документа должна быть больше нуля", ""))
	}
	if r.record.Rejected() {
		return
	}
	if !control.document(&d) {
		r.fail(field{key: "ПлательщикСчет", value: d.Payer.Account, line: r.section.row}, importers.Wrong("foreign_document",
			"ни плательщик, ни получатель документа не стоит на счёте этой выписки", "документ по одному из счетов выписки"))
		return
	}
	d.ServiceIDs = serviceIDs(d.Purpose)
	r.record.Fact = d
}

// party reads one side of a document. Its bank account stands under one of two keys: …Счет is the
// account within the bank of that side, …РасчСчет the one where payments through another bank go.
func (r reader) party(side string) housing.BankParty {
	name, _ := r.section.get(side + "1")
	if name.value == "" {
		name, _ = r.section.get(side)
	}
	p := housing.BankParty{Name: name.value}
	inn, _ := r.section.get(side + "ИНН")
	if inn.value != "0" {
		p.INN = inn.value
	}
	bic, _ := r.section.get(side + "БИК")
	p.BIC = bic.value
	account, _ := r.section.get(side+"Счет", side+"РасчСчет")
	p.Account = account.value
	return p
}

// purpose joins what the payment is for; banks cut it into up to six lines.
func (r reader) purpose() string {
	if f, ok := r.section.get("НазначениеПлатежа"); ok {
		return f.value
	}
	var parts []string
	for i := 1; i <= 6; i++ {
		if f, ok := r.section.get("НазначениеПлатежа" + strconv.Itoa(i)); ok {
			parts = append(parts, f.value)
		}
	}
	return strings.Join(parts, " ")
}

// serviceIDs finds the identifiers behind "///" in a purpose: «///ЖКУ70АА000101-01///…». The prefix is
// the kind of identifier and stays with it.
func serviceIDs(purpose string) []string {
	var ids []string
	parts := strings.Split(purpose, "///")
	for _, part := range parts[1:] {
		id, _, _ := strings.Cut(strings.TrimSpace(part), " ")
		id = strings.TrimRight(id, ".,;")
		if id != "" && strings.ContainsAny(id, "0123456789") {
			ids = append(ids, id)
		}
	}
	return ids
}

// alike is all by which documents of one file are compared.
func alike(d *housing.BankDocument) [16]byte {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		d.Kind, d.Number, d.Dated.String(), d.Amount.String(), d.Payer.Account, d.Payee.Account, d.Purpose,
	}, "\x00")))
	return [16]byte(sum[:16])
}
