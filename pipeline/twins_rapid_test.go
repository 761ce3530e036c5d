package pipeline_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Whatever files come in whatever order, what is booked and what is held come to what the files hold less the payments that
// are surely the same.
func TestMoneyOfFilesIsKept(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	accounts := strings.Fields(one[string](t, w.store, "SELECT string_agg(number, ' ' ORDER BY number) FROM accounts"))
	sources := payingSources()
	file := 100
	rapid.Check(t, func(r *rapid.T) { // every draw goes on where the one before it ended
		source := sources[rapid.SampledFrom(sortedKeys(sources)).Draw(r, "source")]
		rows := drawnRows(r, accounts)
		if file++; file > 999 {
			return // the names of files are used up
		}
		booked, held := w.paidIn(t)
		f := w.take(t, source.partner, source.name(file), source.write(t, file, rows))
		if f.Status == housing.FileRepeated {
			return
		}
		nowBooked, nowHeld := w.paidIn(t)
		stand := housing.Money(one[int64](t, w.store, `
SELECT COALESCE(sum(amount), 0)::bigint FROM payments p JOIN sources s ON s.id = p.source_id WHERE s.name = $1`, source.name(file)))
		if f.Status == housing.FileRefused || nowBooked+nowHeld-booked-held != stand || f.Counts.Unchanged == 0 && stand != total(t, rows) {
			r.Fatalf("%s: %s %s %+v: %s came, %s stands", source.name(file), f.Status, f.Reason, f.Counts, total(t, rows), nowBooked+nowHeld-booked-held)
		}
	})
}

// Of payments without numbers an account gets no more alike than the one file that has the most of them, however many bring
// them, and one at least.
func TestEqualPaymentsAreBookedOnce(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	accounts := strings.Fields(one[string](t, w.store, "SELECT string_agg(number, ' ' ORDER BY number) FROM accounts"))
	sources := payingSources()
	most := map[paidRow]int{}
	file := 100
	rapid.Check(t, func(r *rapid.T) { // every draw goes on where the one before it ended
		source := sources[rapid.SampledFrom([]string{"dbf", "pochta"}).Draw(r, "source")]
		rows := drawnRows(r, accounts)
		if file++; file > 999 {
			return
		}
		w.take(t, source.partner, source.name(file), source.write(t, file, rows))
		here := map[paidRow]int{}
		for _, row := range rows {
			here[row]++
			most[row] = max(most[row], here[row])
		}
		for row := range here {
			n := one[int](t, w.store, `
SELECT count(*)::int FROM payments WHERE account_id IS NOT NULL AND account = $1 AND paid_on = $2::text::date AND amount = $3`,
				row.account, "2026-10-"+row.day, int64(total(t, []paidRow{row})))
			if n < 1 || n > most[row] {
				r.Fatalf("%s has %d payments of %s on day %s, at most %d came in one file", row.account, n, row.sum, row.day, most[row])
			}
		}
	})
}

func drawnRows(r *rapid.T, accounts []string) []paidRow {
	rows := make([]paidRow, rapid.IntRange(1, 6).Draw(r, "rows"))
	for i := range rows {
		rows[i] = paidRow{
			account: rapid.SampledFrom(accounts[:3]).Draw(r, "account"), day: rapid.SampledFrom([]string{"02", "03"}).Draw(r, "day"),
			month: "10.2026", sum: rapid.SampledFrom([]string{"10.01", "20.02"}).Draw(r, "sum"),
		}
	}
	return rows
}
