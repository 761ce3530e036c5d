package profiled

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// reverses reports whether the row at hand takes a payment back.
func (r *reading) reverses() bool {
	by := r.profile.Reversal
	if by == nil {
		return false
	}
	if by.Negative && r.draft.payment.Amount < 0 {
		return true
	}
	return by.Column != "" && slices.Contains(by.Values, r.draft.texts[indexOf(r.texts, by.Column)])
}

// turnSums lets the amounts of a row that takes a payment back count below zero in the totals, however they are written.
func (r *reading) turnSums() {
	if !r.reverses() {
		return
	}
	for _, id := range []string{"amount", "transfer", "fee"} {
		if at := indexOf(r.sums, id); at >= 0 && r.draft.numbers[at].value > 0 {
			r.draft.numbers[at].value = -r.draft.numbers[at].value
		}
	}
}

// paid makes the fact of a row of a registry: a payment, or one that takes a payment back.
func (r *reading) paid(rec *importers.Record, of *line, pay housing.Payment) importers.Fact {
	if !r.reverses() {
		switch {
		case pay.Amount < 0:
			rec.Blame(of.named("amount"), pay.Amount.RussianPlain(), negativePayment())
		case pay.Transfer < 0 || pay.Fee < 0:
			rec.Blame("", "", importers.Wrong("negative", "сумма перевода или комиссии отрицательная", ""))
		default:
			return r.payment(rec, of, pay)
		}
		return nil
	}
	pay.Amount, pay.Transfer, pay.Fee = above(pay.Amount), above(pay.Transfer), above(pay.Fee)
	back := housing.PaymentReversal{Payment: r.payment(rec, of, pay)}
	for _, key := range []string{r.draft.reverses, back.Key} {
		if key != "" && !slices.Contains(back.Of, key) {
			back.Of = append(back.Of, key)
		}
	}
	return back
}

func above(m housing.Money) housing.Money { return max(m, -m) }

// named is the name of the column that fills a field.
func (of *line) named(field string) string {
	for _, c := range of.columns {
		if c.Field == field {
			return c.Name
		}
	}
	return ""
}

func negativePayment() *importers.CellError {
	return importers.Wrong("negative_payment", "сумма платежа отрицательная",
		"сумма больше нуля; возврат — только там, где его обозначение задано профилем формата (reversal)")
}

func zeroAmount() *importers.CellError {
	return importers.Wrong("zero_amount", "сумма платежа равна нулю", "сумма больше нуля")
}

// double is a value of a row that must stand in no other one. It is looked at once the whole row is read: a row that takes
// a payment back may have the number of the payment.
type double struct {
	column *column
	text   string
}

// single blames values that an earlier row has.
func (r *reading) single(rec *importers.Record) {
	back := r.reverses()
	for _, d := range r.doubles {
		text := d.text
		if back {
			text = "-" + text
		}
		if first := r.unique.repeated(text, rec.Row); first > 0 {
			r.blame(rec, d.column, d.text, importers.Wrong("double_number",
				"такое значение уже стоит в строке "+itoa(first), "своё значение в каждой строке"))
		}
	}
	r.doubles = r.doubles[:0]
}
