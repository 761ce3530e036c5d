package profiled

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// chargeOf takes a cell as what is charged for a service; an amount of zero says nothing.
func chargeOf(service housing.Service, read func(importers.Cell) (housing.Money, error)) setter {
	if read == nil {
		return nil
	}
	return func(d *draft, cell importers.Cell) error {
		amount, err := read(cell)
		if err == nil && amount != 0 {
			d.parts = append(d.parts, housing.StatedCharge{Service: service, Amount: amount})
		}
		return err
	}
}

// services reports whether the amounts of services stand in columns of their own.
func (l *layout) services() bool {
	ofService := func(c profiles.Column) bool { return c.Service != "" }
	return slices.ContainsFunc(l.profile.Columns, ofService) || slices.ContainsFunc(l.profile.Lines, func(of profiles.Line) bool {
		return slices.ContainsFunc(of.Columns, ofService)
	})
}

// statedFact makes the fact of a row whose cells are all right; of a payment see completePayment.
func (r *reading) statedFact(src housing.Source) (importers.Fact, *importers.CellError) {
	if r.profile.Subject == profiles.Charges && len(r.draft.parts) == 0 && r.services() {
		return nil, importers.Wrong("empty", "ни по одной услуге нет суммы", "")
	}
	fact, err := r.draft.fact(r.profile.Subject, r.held, src)
	return r.below(fact), err
}

// below gives the amount of a debt or a charge the sign that its row says.
func (r *reading) below(fact importers.Fact) importers.Fact {
	if r.profile.Reversal == nil || !r.reverses() {
		return fact
	}
	for i := range r.draft.parts {
		r.draft.parts[i].Amount = -above(r.draft.parts[i].Amount)
	}
	switch f := fact.(type) {
	case housing.StatedDebt:
		f.Amount = -above(f.Amount)
		return f
	case housing.StatedCharge:
		f.Amount = -above(f.Amount)
		return f
	}
	return fact
}

// beside are the further facts of a row: the charges of its services, the readings of its meters.
func (r *reading) beside(fact importers.Fact) []importers.Fact {
	if len(r.draft.parts) == 0 {
		return r.readings(fact)
	}
	var of housing.StatedCharge
	parts := r.draft.parts
	switch f := fact.(type) {
	case housing.StatedDebt:
		of = housing.StatedCharge{Account: f.Account, Address: f.Address, Period: f.Period, Source: f.Source}
	case housing.StatedCharge:
		of, parts = f, parts[1:] // the first is the fact of the row
	}
	also := make([]importers.Fact, 0, len(parts))
	for _, part := range parts {
		one := of
		one.Service, one.Amount = part.Service, part.Amount
		also = append(also, one)
	}
	return append(also, r.readings(fact)...)
}
