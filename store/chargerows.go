package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// lineRows are the rows of lines. Plain ones are base lines of the whole month that need no more columns than
// these: nine in ten. PostgreSQL spends half of the time of storing lines on reading their columns, so the others
// of these are left to their defaults: those of the table (migration 00150) and of the month's partition (00200).
type lineRows struct{ plain, full *copyBuffer }

const plainColumns = 10

func newLineRows(lines int) lineRows {
	columns := []string{
		"house_id", "account_id", "line", "service", "payee_id", "rule", "method", "volume", "price", "amount",
		"period", "seg_from", "seg_to", "kind", "zone", "coefficient", "range_no", "resource", "reason", "document",
	}
	const plainSize, fullSize, plainAtLeast = 140, 270, 4 // usual; four of five lines
	return lineRows{
		plain: newCopyBuffer(columns[:plainColumns], lines, plainSize),
		full:  newCopyBuffer(columns, lines-lines/plainAtLeast*(plainAtLeast-1), fullSize),
	}
}

// defaultMonth gives the partition of a month the days that plain lines leave out. Whoever stores a line through
// the table itself names them: the table has no such defaults.
func defaultMonth(period housing.Period) string {
	return fmt.Sprintf("ALTER TABLE %s ALTER period SET DEFAULT '%s', ALTER seg_from SET DEFAULT '%[2]s', ALTER seg_to SET DEFAULT '%[3]s'",
		pgx.Identifier{PartitionName(keyedByMonth, period)}.Sanitize(), period.First(), period.Next().First())
}

func isPlain(c *housing.Charge, month housing.Interval) bool {
	return c.Segment == month && c.Kind == housing.BaseCharge && c.Zone == "" && c.Coefficient.IsZero() && c.Coefficient.Scale() == 0 && c.Range == 0 &&
		c.Resource == "" && c.Reason == "" && c.Document == ""
}

func (t *Tx) copyCharges(ctx context.Context, period housing.Period, list []ChargedHouse) error {
	lines := 0
	for i := range list {
		lines += len(list[i].Charges)
	}
	rows := newLineRows(lines)
	for i := range list {
		if err := rows.add(period.Interval(), &list[i]); err != nil {
			return err
		}
	}
	table := PartitionName("charges", period)
	if err := t.copyTo(ctx, table, rows.plain); err != nil {
		return err
	}
	return t.copyTo(ctx, table, rows.full)
}

func (r lineRows) add(month housing.Interval, c *ChargedHouse) error {
	line, previous, account := int16(0), "", int64(0)
	for i := range c.Charges {
		ch := &c.Charges[i]
		if ch.Account != previous {
			line, previous, account = 0, ch.Account, c.AccountIDs[ch.Account]
		}
		line++
		payee := c.PayeeIDs[ch.Payee]
		if account == 0 || payee == 0 {
			return fmt.Errorf("charge of account %s to %s: %w", ch.Account, ch.Payee, ErrNotFound)
		}
		plain := isPlain(ch, month)
		b := r.full
		if plain {
			b = r.plain
		}
		b.row()
		b.bigint(c.House)
		b.bigint(account)
		b.smallint(line)
		b.text(string(ch.Service))
		b.bigint(payee)
		b.text(ch.Rule)
		b.text(string(ch.Method))
		b.numeric(ch.Volume)
		b.numeric(ch.Price)
		b.bigint(int64(ch.Amount))
		if plain {
			continue
		}
		b.date(month.From)
		b.date(ch.Segment.From)
		b.date(ch.Segment.To)
		b.text(string(ch.Kind))
		b.text(string(ch.Zone))
		b.numeric(ch.Coefficient)
		b.smallint(int16(ch.Range)) //nolint:gosec // a few ranges
		b.text(string(ch.Resource))
		b.text(ch.Reason)
		b.text(ch.Document)
	}
	return nil
}
