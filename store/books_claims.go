package store

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Claims lists the months that an account owed at the end of the month before, in order of payee and month.
// What was brought in without a month is not among them: nobody knows since when it is due. What was paid
// for a month on a day is one row. Offsets have no day of payment: they count from the first day of the month
// they are booked in.
func (b *Books) Claims(a *AccountBook) []ClaimRow {
	late := b.lateMonths(a)
	if len(late) == 0 {
		return nil
	}
	rows := make([]ClaimRow, 0, len(a.cells)+len(a.parts))
	for i := range a.cells {
		if c := &a.cells[i]; c.claimed() && c.before != 0 {
			rows = late.add(rows, b.claimRow(a, c.cellKey, ClaimOwed, c.before))
		}
	}
	for i := range a.late {
		l := &a.late[i]
		rows = late.add(rows, b.claimRow(a, l.cellKey, ClaimChanged, l.amount))
	}
	var paid []ClaimRow
	for i := range a.parts {
		p := &a.parts[i]
		key := a.cells[p.cell].cellKey
		if key.penalty || key.month >= b.period {
			continue
		}
		row := b.claimRow(a, key, ClaimPaid, p.amount)
		row.Service, row.On = "", b.period.First()
		if day, known := b.paidOn[p.payment]; known {
			row.On = day
		}
		paid = late.add(paid, row)
	}
	return b.sorted(append(rows, b.byDay(paid)...))
}

// claimed reports whether a debt can be a claim: one of a known month that is no penalty.
func (c *cell) claimed() bool { return !c.penalty && c.month > housing.EarlierDebt }

func (b *Books) claimRow(a *AccountBook, key cellKey, kind string, amount housing.Money) ClaimRow {
	return ClaimRow{
		House: a.House, Account: a.Account, Payee: b.names.payees[key.payee].inn, Capital: key.service == b.names.capital(),
		Service: b.names.services[key.service], Month: key.month, Kind: kind, Amount: amount,
	}
}

type claimKey struct {
	payee   string
	capital bool
	month   housing.Period
}

func (c *ClaimRow) key() claimKey { return claimKey{c.Payee, c.Capital, c.Month} }

// lateClaims are the claims of which anything is owed.
type lateClaims map[claimKey]bool

func (b *Books) lateMonths(a *AccountBook) lateClaims {
	owed := map[claimKey]housing.Money{}
	for i := range a.cells {
		if c := &a.cells[i]; c.claimed() && c.before != 0 {
			owed[claimKey{b.names.payees[c.payee].inn, c.service == b.names.capital(), c.month}] += c.before
		}
	}
	late := lateClaims{}
	for key, amount := range owed {
		if amount > 0 {
			late[key] = true
		}
	}
	return late
}

func (l lateClaims) add(rows []ClaimRow, row ClaimRow) []ClaimRow {
	if l[row.key()] {
		return append(rows, row)
	}
	return rows
}

// byDay adds up what was paid for a claim on a day.
func (b *Books) byDay(paid []ClaimRow) []ClaimRow {
	paid = b.sorted(paid)
	var rows []ClaimRow
	for _, p := range paid {
		if n := len(rows); n > 0 && rows[n-1].key() == p.key() && rows[n-1].On == p.On {
			rows[n-1].Amount += p.Amount
			continue
		}
		rows = append(rows, p)
	}
	return slices.DeleteFunc(rows, func(r ClaimRow) bool { return r.Amount == 0 })
}

// sorted puts rows in order of payee as it was entered, month, kind, day and service.
func (b *Books) sorted(rows []ClaimRow) []ClaimRow {
	id := func(c ClaimRow) int64 { return b.names.payees[b.names.byINN[c.Payee]].id }
	flag := func(c ClaimRow) int {
		if c.Capital {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(rows, func(x, y ClaimRow) int {
		return cmp.Or(cmp.Compare(id(x), id(y)), cmp.Compare(flag(x), flag(y)), cmp.Compare(x.Month, y.Month),
			strings.Compare(x.Kind, y.Kind), x.On.Cmp(y.On), strings.Compare(string(x.Service), string(y.Service)))
	})
	return rows
}
