package profiled

import (
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// draft is a row, a block of it or a line of totals while it is read. One is used for all rows of a file.
type draft struct {
	payment  housing.Payment
	reverses string // number of the payment that the row takes back
	reading  housing.MeterReading
	debt     housing.StatedDebt
	charge   housing.StatedCharge
	claim    housing.Claim
	on       housing.Date         // of a charge or debt
	own      housing.MeterReading // what a row says of all its readings
	split    bool                 // own is set
	order    order
	count    int
	amount   housing.Money

	numbers []number // values that totals sum up, by slot
	texts   []string // values that the key is made of, by slot
	also    []housing.MeterReading
	parts   []housing.StatedCharge // amounts of services in columns of their own
	meters  int                    // readings that the row holds, those that are wrong too
}

type number struct {
	value housing.Money
	known bool
	loose bool // it had digits behind the kopecks: the totals may have rounded it
}

// order is what holds for several rows: said by a head, a trailer or a pack.
type order struct {
	number string
	date   housing.Date
	paidOn housing.Date
	period housing.Period
	payee  string
	bank   string // settlement account of the payee
}

// reset empties it. Facts of other subjects are empty already.
func (d *draft) reset(s profiles.Subject) {
	clear(d.numbers)
	clear(d.texts)
	switch s {
	case profiles.Payments:
		d.payment, d.reverses = housing.Payment{}, ""
	case profiles.Debts:
		d.debt, d.on = housing.StatedDebt{}, housing.Date{}
	case profiles.Charges:
		d.charge, d.on = housing.StatedCharge{}, housing.Date{}
	case profiles.Residents:
		d.claim = housing.Claim{}
	case profiles.Readings:
	}
	d.reading, d.own, d.split = housing.MeterReading{}, housing.MeterReading{}, false
	d.order, d.count, d.amount = order{}, 0, 0
	d.also, d.meters, d.parts = d.also[:0], 0, d.parts[:0]
}

// setter joins a reader of cells with the field that takes its value.
type setter func(d *draft, c importers.Cell) error

// setterOf returns the setter of a field of a subject by its type, nil where the field has none: then the
// cell is only checked.
func setterOf(s profiles.Subject, field string, r readers) setter {
	switch s {
	case profiles.Payments:
		return paymentSetter(field, r)
	case profiles.Readings:
		return readingSetter(field, r)
	case profiles.Debts:
		return debtSetter(field, r)
	case profiles.Charges:
		return chargeSetter(field, r)
	case profiles.Residents:
		return claimSetter(field, r)
	}
	return nil
}

func into[V any](read func(importers.Cell) (V, error), field func(*draft) *V) setter {
	if read == nil {
		return nil
	}
	return importers.Into(read, field)
}

func paymentSetter(field string, r readers) setter {
	switch field {
	case "key":
		return into(r.text, func(d *draft) *string { return &d.payment.Key })
	case "reverses":
		return into(r.text, func(d *draft) *string { return &d.reverses })
	case "account":
		return into(r.text, func(d *draft) *string { return &d.payment.Account })
	case "payer":
		return into(r.text, func(d *draft) *string { return &d.payment.Payer })
	case "address":
		return into(r.text, func(d *draft) *string { return &d.payment.Address })
	case "payee":
		return into(r.text, func(d *draft) *string { return &d.payment.Payee })
	case "order_no":
		return into(r.text, func(d *draft) *string { return &d.payment.OrderNo })
	case "order_date":
		return into(r.date, func(d *draft) *housing.Date { return &d.payment.OrderDate })
	case "paid_on":
		return into(r.date, func(d *draft) *housing.Date { return &d.payment.PaidOn })
	case "period":
		return into(r.month, func(d *draft) *housing.Period { return &d.payment.Period })
	case "amount":
		return into(r.money, func(d *draft) *housing.Money { return &d.payment.Amount })
	case "transfer":
		return into(r.money, func(d *draft) *housing.Money { return &d.payment.Transfer })
	case "fee":
		return into(r.money, func(d *draft) *housing.Money { return &d.payment.Fee })
	}
	return nil
}

func readingSetter(field string, r readers) setter {
	switch field {
	case "account":
		return into(r.text, func(d *draft) *string { return &d.reading.Account })
	case "serial":
		return into(r.text, func(d *draft) *string { return &d.reading.Serial })
	case "code":
		return into(r.text, func(d *draft) *string { return &d.reading.Code })
	case "service":
		return into(r.service, func(d *draft) *housing.Service { return &d.reading.Service })
	case "zone":
		return into(r.zone, func(d *draft) *housing.Zone { return &d.reading.Zone })
	case "on":
		return into(r.date, func(d *draft) *housing.Date { return &d.reading.On })
	case "value":
		return into(r.decimal, func(d *draft) *housing.Decimal { return &d.reading.Value })
	case "sum":
		return into(r.money, func(d *draft) *housing.Money { return &d.amount })
	}
	return nil
}

func debtSetter(field string, r readers) setter {
	switch field {
	case "account":
		return into(r.text, func(d *draft) *string { return &d.debt.Account })
	case "unified":
		return into(r.text, func(d *draft) *string { return &d.debt.Unified })
	case "fias":
		return into(r.text, func(d *draft) *string { return &d.debt.FIAS })
	case "payer":
		return into(r.text, func(d *draft) *string { return &d.debt.Payer })
	case "address":
		return into(r.text, func(d *draft) *string { return &d.debt.Address })
	case "on":
		return into(r.date, func(d *draft) *housing.Date { return &d.on })
	case "period":
		return into(r.month, func(d *draft) *housing.Period { return &d.debt.Period })
	case "amount":
		return into(r.money, func(d *draft) *housing.Money { return &d.debt.Amount })
	}
	return nil
}

func chargeSetter(field string, r readers) setter {
	switch field {
	case "account":
		return into(r.text, func(d *draft) *string { return &d.charge.Account })
	case "address":
		return into(r.text, func(d *draft) *string { return &d.charge.Address })
	case "service":
		return into(r.service, func(d *draft) *housing.Service { return &d.charge.Service })
	case "on":
		return into(r.date, func(d *draft) *housing.Date { return &d.on })
	case "period":
		return into(r.month, func(d *draft) *housing.Period { return &d.charge.Period })
	case "rate":
		return into(r.decimal, func(d *draft) *housing.Decimal { return &d.charge.Rate })
	case "volume":
		return into(r.decimal, func(d *draft) *housing.Decimal { return &d.charge.Volume })
	case "unit":
		return into(r.text, func(d *draft) *string { return &d.charge.Unit })
	case "amount":
		return into(r.money, func(d *draft) *housing.Money { return &d.charge.Amount })
	case "closing":
		return into(r.money, func(d *draft) *housing.Money { return &d.charge.Closing })
	}
	return nil
}

func claimSetter(field string, r readers) setter {
	switch field {
	case "account":
		return into(r.text, func(d *draft) *string { return &d.claim.Account })
	case "unified":
		return into(r.text, func(d *draft) *string { return &d.claim.Unified })
	case "full_name":
		return into(r.text, func(d *draft) *string { return &d.claim.FullName })
	case "address":
		return into(r.text, func(d *draft) *string { return &d.claim.Address })
	case "phone":
		return into(r.text, func(d *draft) *string { return &d.claim.Phone })
	case "email":
		return into(r.text, func(d *draft) *string { return &d.claim.Email })
	case "share":
		return into(r.text, func(d *draft) *string { return &d.claim.Share })
	}
	return nil
}

// totalSetter is of the lines of totals and packs.
func totalSetter(field string, r readers) setter {
	switch field {
	case "order_no":
		return into(r.text, func(d *draft) *string { return &d.order.number })
	case "order_date":
		return into(r.date, func(d *draft) *housing.Date { return &d.order.date })
	case "paid_on":
		return into(r.date, func(d *draft) *housing.Date { return &d.order.paidOn })
	case "period":
		return into(r.month, func(d *draft) *housing.Period { return &d.order.period })
	case "payee":
		return into(r.text, func(d *draft) *string { return &d.order.payee })
	case "payee_account":
		return into(r.text, func(d *draft) *string { return &d.order.bank })
	case "count":
		return into(r.count, func(d *draft) *int { return &d.count })
	case "amount":
		return into(r.money, func(d *draft) *housing.Money { return &d.amount })
	}
	return nil
}

// fact makes the fact of a row whose cells are all right.
func (d *draft) fact(s profiles.Subject, held order, src housing.Source) (importers.Fact, *importers.CellError) {
	switch s {
	case profiles.Payments:
		return d.completePayment(held, src)
	case profiles.Readings:
		r := d.reading
		if r.Serial == "" && r.Code == "" {
			return nil, importers.Wrong("no_meter", "пусты и код, и заводской номер прибора", "заполненный «Код ПУ» или «Заводской №»")
		}
		if r.On.IsZero() {
			r.On = held.paidOn
		}
		if r.On.IsZero() {
			return nil, importers.Wrong("empty", "нет даты показания", "")
		}
		r.Source = src
		return r, nil
	case profiles.Debts:
		debt := d.debt
		if debt.Period.IsZero() && !d.on.IsZero() {
			debt.Period = d.on.Period()
		}
		if debt.Period.IsZero() {
			debt.Period = held.period
		}
		debt.Source = src
		return debt, nil
	case profiles.Charges:
		charge := d.charge
		if charge.Period.IsZero() && !d.on.IsZero() {
			charge.Period = d.on.Period()
		}
		if charge.Period.IsZero() {
			charge.Period = held.period
		}
		if len(d.parts) > 0 {
			charge.Service, charge.Amount = d.parts[0].Service, d.parts[0].Amount
		}
		charge.Source = src
		return charge, nil
	case profiles.Residents:
		claim := d.claim
		claim.Source = src
		return claim, nil
	}
	return nil, importers.Wrong("unknown_subject", fmt.Sprintf("строки вида «%s» не читаются", s), "")
}

// completePayment adds what heads and trailers say of a payment.
func (d *draft) completePayment(held order, src housing.Source) (housing.Payment, *importers.CellError) {
	pay := d.payment
	if pay.PaidOn.IsZero() {
		pay.PaidOn = held.paidOn
	}
	if pay.Period.IsZero() {
		pay.Period = held.period
	}
	if pay.OrderNo == "" {
		pay.OrderNo = held.number
	}
	if pay.OrderDate.IsZero() {
		pay.OrderDate = held.date
	}
	if pay.Payee == "" {
		pay.Payee = held.payee
	}
	if pay.PaidOn.IsZero() {
		return pay, importers.Wrong("empty", "нет даты платежа", "")
	}
	pay.Source = src
	return pay, nil
}
