package profiles

import "slices"

// signs lets the amounts of rows be below zero where a row may take a payment back. A row that does not is rejected for it
// when it is read.
func (p *Profile) signs(columns []Column) {
	if p.Reversal == nil {
		return
	}
	for i := range columns {
		c := &columns[i]
		if c.Sign == AnySign && slices.Contains([]string{"amount", "transfer", "fee"}, c.Field) {
			c.Sign = AnyNumber
		}
	}
}

func (p *Profile) validateReversal(f *faults) {
	r := p.Reversal
	if r == nil {
		return
	}
	if p.Subject != Payments && p.Subject != Debts && p.Subject != Charges {
		f.add("reversal", "only amounts are below zero or taken back: %s have none", p.Subject)
	}
	if p.Subject != Payments && r.Negative {
		f.add("reversal.negative", "is of payments: the amounts of %s may be below zero without it", p.Subject)
	}
	if !r.Negative && r.Column == "" {
		f.add("reversal", "neither negative nor column says how a row takes a payment back")
	}
	if (r.Column == "") != (len(r.Values) == 0) {
		f.add("reversal.values", "column and values belong together")
	}
	columns := slices.Clone(p.Columns)
	for _, l := range p.Lines {
		if l.Is == Row {
			columns = append(columns, l.Columns...)
		}
	}
	if r.Column != "" && !slices.ContainsFunc(columns, func(c Column) bool { return c.ID == r.Column }) {
		f.add("reversal.column", "no column has the id %q", r.Column)
	}
}
