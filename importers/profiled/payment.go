package profiled

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

func itoa(n int) string { return strconv.Itoa(n) }

// payment completes a payment: what the bank kept, who was paid, its key.
func (r *reading) payment(rec *importers.Record, of *line, pay housing.Payment) housing.Payment {
	transfer, fee := of.has("transfer"), of.has("fee")
	rest, err := pay.Amount.Sub(pay.Fee)
	switch {
	case err != nil:
		rec.Blame("", "", importers.Wrong("bad_money", "сумма слишком велика", ""))
	case !transfer && !fee:
		pay.Transfer = pay.Amount
	case !transfer:
		pay.Transfer = rest
	case !fee:
		if pay.Fee, err = pay.Amount.Sub(pay.Transfer); err != nil || pay.Fee < 0 {
			rec.Blame("", "", importers.Wrong("row_balance", "сумма перевода больше суммы операции", ""))
		}
	case r.profile.Balance && rest != pay.Transfer:
		rec.Blame("", "", importers.Doubtful("row_balance", "сумма операции не равна сумме перевода и комиссии", ""))
	}
	if !pay.OrderDate.IsZero() && pay.OrderDate.Before(pay.PaidOn) {
		rec.Blame("", "", importers.Wrong("paid_after_order",
			"дата платежа "+pay.PaidOn.Russian()+" позже даты платёжного поручения "+pay.OrderDate.Russian(), ""))
	}
	if len(r.key) > 0 {
		pay.Key = r.makeKey(pay)
	}
	pay.Numbering = r.numbered
	if pay.Key == "" {
		rec.Blame("", "", importers.Wrong("no_key", "у платежа нет номера операции", ""))
	}
	return pay
}

func (of *line) has(field string) bool {
	for _, c := range of.columns {
		if c.Field == field {
			return true
		}
	}
	return false
}

// makeKey makes the key of a payment whose sender gives it no number of its own. {n} tells equal payments
// apart by their order, so that the same file under another name gives the same keys.
func (r *reading) makeKey(pay housing.Payment) string {
	key := r.keyText[:0]
	ordinal := false
	for _, piece := range r.key {
		switch piece.Value {
		case "":
			key = append(key, piece.Text...)
		case "n":
			ordinal = true
		case "order_no":
			key = append(key, pay.OrderNo...)
		case "order_date":
			key, _ = pay.OrderDate.AppendText(key) // never fails
		case "paid_on":
			key, _ = pay.PaidOn.AppendText(key)
		default:
			key = append(key, r.draft.texts[indexOf(r.texts, piece.Value)]...)
		}
	}
	r.keyText = key
	if !ordinal {
		return string(key)
	}
	base := string(key)
	switch {
	case r.marks != nil:
		r.marks.mark(key)
		return base
	case r.again != nil && !r.again.maybe(base):
		return base + "/1"
	}
	r.times[base]++
	return base + "/" + itoa(r.times[base])
}

// numbersKeys reports whether equal keys are told apart by their order.
func (l *layout) numbersKeys() bool {
	return slices.ContainsFunc(l.key, func(piece profiles.Piece) bool { return piece.Value == "n" })
}

func indexOf(list []string, word string) int {
	for i, w := range list {
		if w == word {
			return i
		}
	}
	return -1
}

// toPack adds a row to its pack, which comes as a file of its own: one that is rejected too, so that the pack proves all.
func (r *reading) toPack(rec *importers.Record) {
	pay := r.draft.payment
	if r.profile.Control != profiles.PackControl || pay.OrderNo == "" || pay.OrderDate.IsZero() {
		return // a row whose pack cannot be read is missed by its pack
	}
	key := packKey{pay.OrderDate, pay.OrderNo}
	if r.packs == nil {
		r.packs = map[packKey]*housing.PaymentPack{}
	}
	pack := r.packs[key]
	if pack == nil {
		key.number = strings.Clone(key.number) // of no line
		pack = &housing.PaymentPack{OrderNo: key.number, OrderDate: pay.OrderDate}
		r.packs[key] = pack
		r.order = append(r.order, key)
	}
	paid := r.draft.numbers[indexOf(r.sums, "amount")]
	if paid.loose {
		pack.Loose++
	}
	sum, err := pack.Amount.Add(paid.value)
	if err != nil {
		rec.Blame("", "", importers.Wrong("bad_money", "сумма пачки слишком велика", ""))
		return
	}
	pack.Rows, pack.Amount = pack.Rows+1, sum
}

// pack reads a line that states the totals of rows in another file. It is a fact of its own.
func (r *reading) pack(rec *importers.Record, of *line, cells []string) {
	if !of.Cells.Fits(len(cells)) {
		rec.Blame("", "", importers.WrongCells(len(cells), of.Cells.Min, of.width(), r.cut))
	} else {
		for _, c := range of.columns {
			r.cell(rec, c, cells)
		}
	}
	r.tally.pack(rec)
	if rec.Rejected() {
		return
	}
	d := &r.draft
	rec.Fact = housing.PaymentPack{
		OrderNo: d.order.number, OrderDate: d.order.date, Rows: d.count, Amount: d.amount,
		Source: importers.SourceOf(r.in, rec.Row),
	}
}
