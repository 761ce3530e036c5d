package store_test

import (
	"fmt"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// BenchmarkEqualPayments books six thousand payments beside 60,000 of another file: those with the bank's own numbers, which
// are compared with nothing, and those with the numbers of somebody else, which are compared with all. What a row costs more
// is the looking.
func BenchmarkEqualPayments(b *testing.B) { //nolint:gocognit // two runs of one benchmark
	const accounts, before, rows = 6000, 10, 6000
	for _, numbering := range []string{"", "rc/"} {
		b.Run("numbers of "+numbering, func(b *testing.B) {
			w := newWorld(b)
			numbers := make([]string, accounts)
			for i := range numbers {
				numbers[i] = fmt.Sprintf("%010d", i)
			}
			const houses = 60
			for h := range houses {
				w.settle(b, fmt.Sprintf("дом %d", h), numbers[h*accounts/houses:(h+1)*accounts/houses]...)
			}
			october, n := period(b, october), 0
			batch := func(numbering string, first housing.Money) []housing.Payment {
				list := make([]housing.Payment, rows)
				for i := range list {
					n++
					list[i] = payment(b, fmt.Sprintf("%s%012d", numbering, n), numbers[i%accounts], first)
					list[i].Numbering, list[i].Source.Position = numbering, int64(n)
					list[i].PaidOn = october.First().AddDays(int(first) % 10)
				}
				return list
			}
			book := func(source string, list []housing.Payment) {
				file, err := w.PutSource(b.Context(), housing.Source{Kind: housing.SourceManual, Name: source}, 0)
				if err != nil {
					b.Fatal(err)
				}
				w.tx(b, func(tx *store.Tx) error {
					tx.PlanForRows()
					_, err := tx.ApplyPayments(b.Context(), store.PaymentBook{Organisation: w.issuer.ID, Source: file, Period: october}, list)
					return err
				})
			}
			for i := range before {
				book("before", batch("", housing.Money(1000+i)))
			}
			if _, err := w.Exec(b.Context(), "ANALYZE"); err != nil {
				b.Fatal(err)
			}
			sum := housing.Money(100000)
			for b.Loop() {
				b.StopTimer()
				sum++
				list := batch(numbering, sum)
				b.StartTimer()
				book("file", list)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
}
