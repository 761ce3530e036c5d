// Package allocation divides payments over what an account owes: over months and services of one
// payee, in a given order (housing.PaymentOrder), to the kopeck.
//
// It is a pure function of the debts, the payments and the order. It owns the order of months, the
// division within a month, the advance that is left over and the offset of what was paid too much
// against what is owed. It does not own the orders themselves (package parameters) nor where debts and
// payments are kept.
//
//	State.Offset  overpaid cells of one payee pay owing ones; capital repair and penalties stand apart
//	State.Pay     one payment: printed month, then month by month; what is left is an advance
//	Back          the parts by which a payment leaves an account again
package allocation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Cell is one debt of an account, with what was charged of it in the month that is open.
type Cell struct {
	housing.Due
	Charged housing.Money
}

// Unit is money to be divided.
type Unit struct {
	Payment, Entry int64
	Payee          string         // INN
	Printed        housing.Period // the month that the payer named
	Amount         housing.Money  // above 0
}

// Part is what one debt gets of a payment.
type Part struct {
	Payment, Entry int64
	housing.Due    // Amount is what was paid; negative: taken back
}

// ErrAmount says that an amount cannot be divided.
var ErrAmount = errors.New("the amount cannot be divided")

// State is what one account owes while its payments are divided.
type State struct {
	period housing.Period
	order  housing.PaymentOrder
	cells  []Cell // in the order in which they are paid
}

// NewState takes the debts of an account in the open month; the slice is kept.
func NewState(period housing.Period, order housing.PaymentOrder, cells []Cell) *State {
	s := &State{period: period, order: order, cells: cells}
	slices.SortStableFunc(s.cells, s.compare)
	return s
}

// compare puts cells in the order in which they are paid; within a month by service and payee.
func (s *State) compare(a, b Cell) int {
	months := cmp.Compare(a.Month, b.Month)
	if s.order.Months == housing.NewestFirst {
		months = -months
	}
	return cmp.Or(cmp.Compare(s.turn(a), s.turn(b)), months, cmp.Compare(s.rank(a.Service), s.rank(b.Service)),
		strings.Compare(string(a.Service), string(b.Service)), strings.Compare(a.Payee, b.Payee))
}

// turn is before what barred debts and penalties stand.
func (s *State) turn(c Cell) int {
	switch {
	case c.Kind == housing.PenaltyDue && s.order.Penalty == housing.PenaltyFirst:
		return 0
	case c.Kind == housing.PenaltyDue:
		return 3
	case s.order.Limitation > 0 && c.Month != housing.EarlierDebt && int(s.period-c.Month) > s.order.Limitation:
		return 2
	}
	return 1
}

// rank is the turn of a service within a month: those that the order names one after the other, the
// rest together.
func (s *State) rank(service housing.Service) int {
	if at := slices.Index(s.order.Services, service); at >= 0 {
		return at
	}
	return len(s.order.Services)
}

// together reports whether two cells are paid at once, in proportion.
func (s *State) together(a, b Cell) bool {
	return a.Month == b.Month && a.Kind == b.Kind && s.rank(a.Service) == s.rank(b.Service)
}

// pay divides up to amount over the cells that a test lets through and are owed, month by month, and
// returns what is left.
func (s *State) pay(amount housing.Money, lets func(Cell) bool, give func(cell int, m housing.Money)) (left housing.Money, err error) {
	var owing []int
	for i, c := range s.cells {
		if c.Amount > 0 && lets(c) {
			owing = append(owing, i)
		}
	}
	weights := make([]housing.Money, 0, len(owing))
	for len(owing) > 0 && amount > 0 {
		n := 1
		for n < len(owing) && s.together(s.cells[owing[0]], s.cells[owing[n]]) {
			n++
		}
		weights = weights[:0]
		for _, i := range owing[:n] {
			weights = append(weights, s.cells[i].Amount)
		}
		sum, err := housing.SumMoney(weights...)
		if err != nil {
			return amount, fmt.Errorf("add up a month: %w", err)
		}
		parts, err := housing.Allocate(min(amount, sum), weights)
		if err != nil {
			return amount, fmt.Errorf("divide within a month: %w", err)
		}
		for at, i := range owing[:n] {
			if parts[at] != 0 {
				s.cells[i].Amount -= parts[at]
				give(i, parts[at])
			}
		}
		amount -= min(amount, sum)
		owing = owing[n:]
	}
	return amount, nil
}

// Pay divides one payment within its payee: the month that the payer named, then the order, and what is
// left as an advance by the charges of the open month.
//
// Source: Правила 354 п. 118, Пленум ВС РФ № 22 of 2017 п. 32, ГК 319 and 319.1 (R4.6 of the charging
// rules); money of one payee is never moved to another (R5.5).
func (s *State) Pay(u Unit) ([]Part, error) {
	if u.Amount <= 0 {
		return nil, fmt.Errorf("payment %d of %s: %w", u.Payment, u.Amount, ErrAmount)
	}
	paid := map[int]housing.Money{}
	var touched []int
	give := func(cell int, m housing.Money) {
		if paid[cell] == 0 {
			touched = append(touched, cell)
		}
		paid[cell] += m
	}
	left := u.Amount
	var err error
	if s.order.Printed && !u.Printed.IsZero() {
		left, err = s.pay(left, func(c Cell) bool {
			return c.Payee == u.Payee && c.Month == u.Printed && c.Kind == housing.Principal
		}, give)
		if err != nil {
			return nil, err
		}
	}
	if left, err = s.pay(left, func(c Cell) bool { return c.Payee == u.Payee }, give); err != nil {
		return nil, err
	}
	if err := s.advance(u.Payee, left, give); err != nil {
		return nil, err
	}
	parts := make([]Part, 0, len(touched))
	for _, i := range touched {
		part := Part{Payment: u.Payment, Entry: u.Entry, Due: s.cells[i].Due}
		part.Amount = paid[i]
		parts = append(parts, part)
	}
	return parts, nil
}

// advance puts what nobody owes to the services of the open month, in proportion to its charges; where
// nothing was charged, to the first service that the payee is known for, or to the maintenance of the
// house.
func (s *State) advance(payee string, amount housing.Money, give func(cell int, m housing.Money)) error {
	if amount == 0 {
		return nil
	}
	var cells []int
	var charged []housing.Money
	service := housing.Maintenance
	for i, c := range s.cells {
		if c.Payee != payee || c.Kind != housing.Principal {
			continue
		}
		if service == housing.Maintenance {
			service = c.Service
		}
		if c.Month == s.period && c.Charged > 0 {
			cells, charged = append(cells, i), append(charged, c.Charged)
		}
	}
	if len(cells) == 0 {
		cells, charged = []int{s.cell(housing.Due{Service: service, Payee: payee, Month: s.period, Kind: housing.Principal})}, []housing.Money{1}
	}
	parts, err := housing.Allocate(amount, charged)
	if err != nil {
		return fmt.Errorf("divide an advance: %w", err)
	}
	for at, i := range cells {
		if parts[at] != 0 {
			s.cells[i].Amount -= parts[at]
			give(i, parts[at])
		}
	}
	return nil
}

// cell finds the cell of a debt, or adds it at the end: what is owed stands in order before it.
func (s *State) cell(d housing.Due) int {
	for i, c := range s.cells {
		if c.Service == d.Service && c.Payee == d.Payee && c.Month == d.Month && c.Kind == d.Kind {
			return i
		}
	}
	s.cells = append(s.cells, Cell{Due: d})
	return len(s.cells) - 1
}

// group is within what an overpayment pays a debt: capital repair stands apart whoever collects it.
type group struct {
	payee   string
	capital bool
}

func groupOf(c Cell) group { return group{c.Payee, c.Service == housing.CapitalRepair} }

// Offset lets what was paid too much pay what is owed, within a payee, oldest first on both sides; no
// overpayment pays a penalty. The parts add up to nothing and are of no payment.
func (s *State) Offset(entry int64) ([]Part, error) {
	var parts []Part
	for _, g := range s.mixed() {
		var over, owed housing.Money
		for _, c := range s.cells {
			if c.Kind != housing.Principal || groupOf(c) != g {
				continue
			}
			over, owed = over+max(-c.Amount, 0), owed+max(c.Amount, 0)
		}
		amount := min(over, owed)
		add := func(cell int, m housing.Money) {
			part := Part{Entry: entry, Due: s.cells[cell].Due}
			part.Amount = m
			parts = append(parts, part)
		}
		left, err := s.pay(amount, func(c Cell) bool { return c.Kind == housing.Principal && groupOf(c) == g }, add)
		if err != nil || left != 0 {
			return nil, errors.Join(err, fmt.Errorf("offset %s, %s left: %w", amount, left, ErrAmount))
		}
		for i := range s.cells {
			c := &s.cells[i]
			if amount == 0 {
				break
			}
			if c.Amount >= 0 || c.Kind != housing.Principal || groupOf(*c) != g {
				continue
			}
			take := min(amount, -c.Amount)
			c.Amount += take
			amount -= take
			add(i, -take)
		}
	}
	return parts, nil
}

// mixed lists the groups that have both a debt and an overpayment, in the order of their first cell.
func (s *State) mixed() []group {
	var list []group
	over, owed := map[group]bool{}, map[group]bool{}
	for _, c := range s.cells {
		if c.Kind != housing.Principal || c.Amount == 0 {
			continue
		}
		g := groupOf(c)
		was := over[g] && owed[g]
		if c.Amount < 0 {
			over[g] = true
		} else {
			owed[g] = true
		}
		if !was && over[g] && owed[g] {
			list = append(list, g)
		}
	}
	return list
}

// Back returns the parts by which an amount of a payment leaves an account: each debt it had paid gives
// back its share. Standing is what of the payment lies on the account now.
func Back(entry int64, standing []Part, amount housing.Money) ([]Part, error) {
	weights := make([]housing.Money, len(standing))
	var whole housing.Money
	for i, part := range standing {
		weights[i] = part.Amount
		whole += part.Amount
	}
	if amount <= 0 || amount > whole {
		return nil, fmt.Errorf("take back %s of %s: %w", amount, whole, ErrAmount)
	}
	shares, err := housing.Allocate(amount, weights)
	if err != nil {
		return nil, fmt.Errorf("divide what is taken back: %w", err)
	}
	parts := make([]Part, 0, len(standing))
	for i, part := range standing {
		if shares[i] == 0 {
			continue
		}
		part.Entry, part.Amount = entry, -shares[i]
		parts = append(parts, part)
	}
	return parts, nil
}
