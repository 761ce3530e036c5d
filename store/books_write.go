package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Saved is how many rows of the ledger were changed.
type Saved struct{ Balances, Debts, Lines int64 }

// Save writes what differs from what stands: parts of payments, penalties, balances and debts. A row that
// differs is taken out and put in anew; its past is kept by the table (migration 00081).
func (b *Books) Save(ctx context.Context) (s Saved, err error) {
	if err := b.SaveParts(ctx); err != nil {
		return s, err
	}
	if s.Lines, err = b.saveLines(ctx); err != nil {
		return s, fmt.Errorf("book the penalties: %w", err)
	}
	if s.Balances, err = b.saveBalances(ctx); err != nil {
		return s, fmt.Errorf("bring the balances of %s in line: %w", b.period, err)
	}
	if s.Debts, err = b.saveDebts(ctx); err != nil {
		return s, fmt.Errorf("bring the debts of %s in line: %w", b.period, err)
	}
	return s, nil
}

// SaveParts writes the new parts of payments.
func (b *Books) SaveParts(ctx context.Context) error {
	count := 0
	for _, a := range b.order {
		count += len(a.parts) - a.fresh
	}
	rows := newPartRows(b.period, count)
	for _, a := range b.order {
		for i := range a.parts[a.fresh:] {
			p := &a.parts[a.fresh+i]
			due := b.due(a.cells[p.cell].cellKey, p.amount)
			rows.add(PaymentPart{Payment: p.payment, Entry: p.entry, House: a.House, Account: a.Account, Due: due},
				b.names.payees[a.cells[p.cell].payee].id)
		}
		a.fresh = len(a.parts)
	}
	return b.tx.putParts(ctx, rows)
}

func (b *Books) saveLines(ctx context.Context) (changed int64, err error) {
	if len(b.goneLines) > 0 {
		const drop = "DELETE FROM ledger_lines WHERE period = $1 AND house_id = ANY($2) AND id = ANY($3)"
		gone, err := b.tx.Exec(ctx, drop, b.period, b.scope.Houses, b.goneLines)
		if err != nil {
			return 0, err
		}
		changed = gone.RowsAffected()
	}
	const rowSize = 300 // usual
	rows := newCopyBuffer([]string{
		"period", "house_id", "account_id", "service", "payee_id", "kind", "month", "amount", "reason", "document", "key",
	}, len(b.newLines), rowSize)
	for i := range b.newLines {
		l := &b.newLines[i]
		rows.row()
		rows.date(b.period.First())
		rows.bigint(l.House)
		rows.bigint(l.Account)
		rows.text(string(l.Service))
		rows.bigint(b.names.payees[b.names.byINN[l.Payee]].id)
		rows.text(l.Kind)
		rows.date(l.Month.First())
		rows.bigint(int64(l.Amount))
		rows.text(l.Reason)
		rows.text(l.Document)
		rows.text(l.Key)
	}
	changed += int64(len(b.newLines))
	b.newLines, b.goneLines = nil, nil
	return changed, b.tx.copyTo(ctx, "ledger_lines", rows)
}

func (b *Books) saveBalances(ctx context.Context) (changed int64, err error) {
	const rowSize = 130 // usual
	rows := newCopyBuffer([]string{
		"period", "house_id", "account_id", "service", "payee_id", "opening", "charged", "corrected", "penalty", "paid", "closing",
	}, 0, rowSize)
	var gone []tid
	for _, a := range b.order {
		for i := range a.totals {
			t := &a.totals[i]
			stood, stands := !t.row.none(), t.sources > 0
			if stood == stands && t.now == t.stands {
				continue
			}
			changed++
			if stood {
				gone = append(gone, t.row)
			}
			if stands {
				b.writeBalance(rows, a.AccountKey, t)
			}
		}
	}
	return changed, b.replace(ctx, "balances", gone, rows)
}

// writeBalance adds a row of balances.
func (b *Books) writeBalance(rows *copyBuffer, of AccountKey, t *total) {
	rows.row()
	rows.date(b.period.First())
	rows.bigint(of.House)
	rows.bigint(of.Account)
	rows.text(string(b.names.services[t.service]))
	rows.bigint(b.names.payees[t.payee].id)
	s := t.now
	for _, m := range []housing.Money{s.opening, s.charged, s.corrected, s.penalty, s.paid, s.opening + s.charged + s.corrected + s.penalty - s.paid} {
		rows.bigint(int64(m))
	}
}

func (b *Books) saveDebts(ctx context.Context) (changed int64, err error) {
	const rowSize = 110 // usual
	rows := newCopyBuffer([]string{"period", "house_id", "account_id", "service", "payee_id", "month", "kind", "amount"}, 0, rowSize)
	var gone []tid
	for _, a := range b.order {
		for i := range a.cells {
			c := &a.cells[i]
			amount := c.amount
			if !c.stored(b.period) {
				amount = 0
			}
			if amount == c.stands {
				continue
			}
			changed++
			if !c.row.none() {
				gone = append(gone, c.row)
			}
			if amount != 0 {
				b.writeDebt(rows, a.AccountKey, c)
			}
		}
	}
	return changed, b.replace(ctx, "debts", gone, rows)
}

// writeDebt adds a row of debts.
func (b *Books) writeDebt(rows *copyBuffer, of AccountKey, c *cell) {
	due := b.due(c.cellKey, c.amount)
	rows.row()
	rows.date(b.period.First())
	rows.bigint(of.House)
	rows.bigint(of.Account)
	rows.text(string(due.Service))
	rows.bigint(b.names.payees[c.payee].id)
	rows.date(due.Month.First())
	rows.text(string(due.Kind))
	rows.bigint(int64(due.Amount))
}

// replace takes rows out and puts others in. Nobody else moves rows of these houses while their ledger is
// locked.
func (b *Books) replace(ctx context.Context, table string, gone []tid, rows *copyBuffer) error {
	if len(gone) > 0 {
		sql := "DELETE FROM " + pgx.Identifier{table}.Sanitize() + " WHERE period = $1 AND ctid = ANY($2::text[]::tid[])"
		tag, err := b.tx.Exec(ctx, sql, b.period, column(gone, tid.String))
		if err != nil {
			return err
		}
		if tag.RowsAffected() != int64(len(gone)) {
			return fmt.Errorf("%d rows of %s were to be replaced, %d are there: %w", len(gone), table, tag.RowsAffected(), ErrNotFound)
		}
	}
	if len(rows.data) == rows.head {
		return nil
	}
	// Straight into the partition, which is quicker; what the table itself would note is noted here.
	if err := b.tx.copyTo(ctx, PartitionName(table, b.period), rows); err != nil {
		return err
	}
	_, err := b.tx.Exec(ctx, "SELECT nextval('data_version')")
	return err
}
