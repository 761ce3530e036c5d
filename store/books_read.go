package store

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// binaryRow is one row of a result in PostgreSQL's binary form. Millions of short rows are read by it: the
// general decoding costs more than the database takes to find them.
type binaryRow struct {
	values [][]byte
	at     int
	epoch  housing.Date
	months map[uint32]housing.Period
}

func (r *binaryRow) bytes() []byte {
	v := r.values[r.at]
	r.at++
	return v
}

func (r *binaryRow) bigint() int64 {
	v := r.bytes()
	if len(v) == 0 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(v)) //nolint:gosec // two's complement is the form
}

func (r *binaryRow) money() housing.Money { return housing.Money(r.bigint()) }

// flag reads a boolean.
func (r *binaryRow) flag() bool {
	v := r.bytes()
	return len(v) == 1 && v[0] == 1
}

func (r *binaryRow) date() housing.Date {
	v := r.bytes()
	if len(v) == 0 {
		return housing.Date{}
	}
	return r.epoch.AddDays(int(int32(binary.BigEndian.Uint32(v)))) //nolint:gosec // two's complement is the form
}

// period reads the month of a date, 0 for none.
func (r *binaryRow) period() housing.Period {
	v := r.bytes()
	if len(v) == 0 {
		return 0
	}
	days := binary.BigEndian.Uint32(v)
	month, known := r.months[days]
	if !known {
		month = r.epoch.AddDays(int(int32(days))).Period() //nolint:gosec // two's complement is the form
		r.months[days] = month
	}
	return month
}

func (r *binaryRow) tid() tid {
	v := r.bytes()
	const block = 4
	return tid{binary.BigEndian.Uint32(v), binary.BigEndian.Uint16(v[block:])}
}

// eachBinary runs a query and hands over its rows.
func (q Queries) eachBinary(ctx context.Context, sql string, args []any, each func(*binaryRow)) error {
	rows, err := q.Query(ctx, sql, append([]any{pgx.QueryResultFormats{pgx.BinaryFormatCode}}, args...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := binaryRow{epoch: housing.DateOf(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)), months: map[uint32]housing.Period{}}
	for rows.Next() {
		row.values, row.at = rows.RawValues(), 0
		each(&row)
	}
	return rows.Err() //nolint:wrapcheck // the caller says what it read
}

// account reads the house and the account that every row of the books begins with.
func (b *Books) account(r *binaryRow) *AccountBook {
	house := r.bigint()
	return b.Account(AccountKey{house, r.bigint()})
}

// dueKey reads service, payee, month and whether it is a penalty.
func (b *Books) dueKey(r *binaryRow) cellKey {
	key := cellKey{service: b.names.service(r.bytes()), payee: b.names.payee(r.bigint())}
	key.month = r.period()
	key.penalty = r.flag()
	return key
}

// readAll reads every table in turn. Debts come before balances: what is left of the month before itself
// is its balance less them.
func (b *Books) readAll(ctx context.Context) error {
	read := func(sql string, each func(*binaryRow)) error {
		args := []any{b.period, b.scope.Houses}
		if b.scope.Accounts != nil {
			sql += " AND account_id = ANY($3)"
			args = append(args, b.scope.Accounts)
		}
		return b.tx.eachBinary(ctx, sql, args, each)
	}
	for _, step := range []struct {
		sql  string
		each func(*binaryRow)
	}{
		{`SELECT house_id, account_id, service, payee_id, month, kind = 'penalty', amount FROM debts
WHERE period = ($1::date - interval '1 month')::date AND house_id = ANY($2)`, b.debtBefore},
		{`SELECT house_id, account_id, service, payee_id, closing FROM balances
WHERE period = ($1::date - interval '1 month')::date AND house_id = ANY($2)`, b.balanceBefore},
		{`SELECT a.house_id, account_id, service, payee_id, month, false, amount FROM opening_balances o JOIN accounts a ON a.id = o.account_id
WHERE period = $1 AND a.house_id = ANY($2)`, b.broughtIn},
		{`SELECT house_id, account_id, service, payee_id, kind IN ('correction', 'benefit'), amount FROM charges
WHERE period = $1 AND house_id = ANY($2)`, b.charge},
		{`SELECT house_id, account_id, service, payee_id, month, kind = 'penalty', amount, id, key, reason FROM ledger_lines
WHERE period = $1 AND house_id = ANY($2)`, b.line},
		{`SELECT house_id, account_id, service, payee_id, month, kind = 'penalty', amount, payment_id, entry FROM payment_parts
WHERE period = $1 AND house_id = ANY($2)`, b.part},
		{`SELECT house_id, account_id, service, payee_id, opening, charged, corrected, penalty, paid, ctid FROM balances
WHERE period = $1 AND house_id = ANY($2)`, b.standingBalance},
		{`SELECT house_id, account_id, service, payee_id, month, kind = 'penalty', amount, ctid FROM debts
WHERE period = $1 AND house_id = ANY($2)`, b.standingDebt},
	} {
		if err := read(step.sql, step.each); err != nil {
			return err
		}
	}
	return b.readPayments(ctx, read)
}

func (b *Books) debtBefore(r *binaryRow) {
	a, key := b.account(r), b.dueKey(r)
	amount := r.money()
	a.cells = append(a.cells, cell{cellKey: key, before: amount, amount: amount}) // the first ones read, and each once
	a.totalOf(key.service, key.payee).older += amount
}

// add changes what was left at the end of the month before.
func (a *AccountBook) add(key cellKey, amount housing.Money) {
	c := a.find(key)
	c.before += amount
	c.amount += amount
}

func (b *Books) balanceBefore(r *binaryRow) {
	a := b.account(r)
	key := cellKey{month: b.period.Prev(), service: b.names.service(r.bytes()), payee: b.names.payee(r.bigint())}
	closing := r.money()
	a.add(key, closing)
	t := a.totalOf(key.service, key.payee)
	t.sources++
	t.now.opening += closing
}

func (b *Books) broughtIn(r *binaryRow) {
	a, key := b.account(r), b.dueKey(r)
	amount := r.money()
	a.add(key, amount)
	t := a.totalOf(key.service, key.payee)
	t.sources++
	t.now.opening += amount
}

func (b *Books) charge(r *binaryRow) {
	a := b.account(r)
	key := cellKey{month: b.period, service: b.names.service(r.bytes()), payee: b.names.payee(r.bigint())}
	corrects, amount := r.flag(), r.money()
	c := a.find(key)
	c.amount += amount
	c.charged += amount
	t := a.totalOf(key.service, key.payee)
	t.sources++
	if corrects {
		t.now.corrected += amount
	} else {
		t.now.charged += amount
	}
}

func (b *Books) line(r *binaryRow) {
	a, key := b.account(r), b.dueKey(r)
	l := bookLine{cellKey: key, amount: r.money(), id: r.bigint(), key: string(r.bytes()), reason: string(r.bytes())}
	a.addLine(key, l.amount, 1)
	if key.penalty {
		a.lines = append(a.lines, l)
	} else {
		a.late = append(a.late, l)
	}
}

func (b *Books) part(r *binaryRow) {
	a, key := b.account(r), b.dueKey(r)
	amount, payment := r.money(), r.bigint()
	a.addPart(key, payment, r.bigint(), amount)
}

func (b *Books) standingBalance(r *binaryRow) {
	a := b.account(r)
	service := b.names.service(r.bytes())
	t := a.totalOf(service, b.names.payee(r.bigint()))
	t.stands = sums{r.money(), r.money(), r.money(), r.money(), r.money()}
	t.row = r.tid()
}

func (b *Books) standingDebt(r *binaryRow) {
	a, key := b.account(r), b.dueKey(r)
	c := a.find(key)
	c.stands = r.money()
	c.row = r.tid()
}

// readPayments reads the payments of the month: which are open, and on which day each was made.
func (b *Books) readPayments(ctx context.Context, read func(string, func(*binaryRow)) error) error {
	const booked = `
SELECT house_id, account_id, id, payee_id, for_period, paid_on, amount FROM payments WHERE period = $1 AND house_id = ANY($2) AND account_id IS NOT NULL`
	divided := map[int64]bool{}
	for _, a := range b.index {
		for i := range a.parts {
			if a.parts[i].entry == 0 {
				divided[a.parts[i].payment] = true
			}
		}
	}
	err := read(booked, func(r *binaryRow) {
		a := b.account(r)
		p := OpenPayment{House: a.House, Account: a.Account, ID: r.bigint()}
		payee := b.names.payee(r.bigint())
		p.ForPeriod, p.PaidOn, p.Amount = r.period(), r.date(), r.money()
		b.paidOn[p.ID] = p.PaidOn
		if !divided[p.ID] {
			a.Open, a.payees = append(a.Open, p), append(a.payees, payee)
		}
	})
	if err != nil {
		return err
	}
	var moved []int64 // payments that came for others
	for _, a := range b.index {
		for i := range a.parts {
			payment := a.parts[i].payment
			if _, known := b.paidOn[payment]; !known && payment != 0 {
				moved = append(moved, payment)
			}
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return b.tx.eachBinary(ctx, "SELECT id, paid_on FROM payments WHERE period = $1 AND id = ANY($2)", []any{b.period, moved}, func(r *binaryRow) {
		id := r.bigint()
		b.paidOn[id] = r.date()
	})
}
