package pipeline_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

// BenchmarkCorrect corrects three closed months of which the readings arrive late: of every account with a meter,
// one reading a meter and month.
func BenchmarkCorrect(b *testing.B) {
	const size = 4000
	m := madeTown(b, size)
	m.takeReadings(b, size)
	open := m.period.Next().Next().Next()
	later := m.Config
	later.Now = func() time.Time { return open.First().Time().Add(240 * time.Hour) }
	p, err := pipeline.New(later)
	if err != nil {
		b.Fatal(err)
	}
	m.closedMonths(b, p, open)
	if _, err := p.Correct(b.Context(), pipeline.CorrectInput{Period: open}); err != nil { // what was there all along
		b.Fatal(err)
	}
	// One more unit in every month: the last reading of the first month by one, of the second by two.
	const more = `
UPDATE readings r SET value = value + 1 + (period - $1::date) / 28 WHERE period >= $1 AND period < $2
AND (meter_id, zone, taken_on) IN (SELECT meter_id, zone, max(taken_on) FROM readings GROUP BY meter_id, zone, period)`
	readings, accounts, lines := int64(0), 0, 0
	for b.Loop() {
		b.StopTimer()
		readings += m.exec(b, more, m.period, open)
		b.StartTimer()
		result, err := p.Correct(b.Context(), pipeline.CorrectInput{Period: open})
		if err != nil || len(result.Failed) > 0 || len(result.Lines) == 0 {
			b.Fatalf("%d lines, %d houses fail: %v", len(result.Lines), len(result.Failed), err)
		}
		accounts += result.Accounts
		lines += len(result.Lines)
	}
	b.ReportMetric(float64(readings)/float64(b.N), "readings/op")
	b.ReportMetric(float64(accounts)/b.Elapsed().Seconds(), "accounts/s")
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
}

// closedMonths charges and closes the months before one, without their papers, which corrections do not look at.
func (m made) closedMonths(b *testing.B, p *pipeline.Pipeline, open housing.Period) {
	b.Helper()
	for month := m.period; month < open.Next(); month++ {
		if err := m.store.EnsureMonth(b.Context(), month); err != nil {
			b.Fatal(err)
		}
	}
	m.exec(b, `
INSERT INTO readings (period, meter_id, zone, taken_on, value, source_id, source_pos)
SELECT p, meter_id, zone, p::date + 20, max(value) + 1, min(source_id), 1
FROM readings, unnest($1::date[]) AS p WHERE period = $2 GROUP BY p, meter_id, zone ON CONFLICT DO NOTHING`,
		[]any{m.period.Next(), m.period.Next().Next()}, m.period)
	for month := m.period; month < open; month++ {
		if _, err := p.Charge(b.Context(), month); err != nil {
			b.Fatal(err)
		}
		err := m.store.InTx(b.Context(), func(ctx context.Context, tx *store.Tx) error {
			if err := tx.FreezeMonth(ctx, p.Organisation.ID, month); err != nil {
				return err
			}
			c := store.Closing{Period: month, By: "bench", At: p.Now(), Totals: json.RawMessage(`{}`)}
			return tx.CloseMonth(ctx, p.Organisation.ID, c, []string{})
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func (m made) exec(b *testing.B, sql string, args ...any) (rows int64) {
	b.Helper()
	tag, err := m.store.Exec(b.Context(), sql, args...)
	if err != nil {
		b.Fatal(err)
	}
	return tag.RowsAffected()
}
