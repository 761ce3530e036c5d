package penalties_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/penalties"
)

// BenchmarkDebtor is one debtor with 36 months, every third of them paid in part and late.
func BenchmarkDebtor(b *testing.B) {
	rules, asOf := rulesOf(b, "2026-11-01"), date(b, "2026-11-01")
	claims := make([]penalties.Claim, 36)
	for i := range claims {
		due := date(b, "2023-11-10").AddDays(i * 30)
		claims[i] = penalties.Claim{Group: penalties.Residents, Due: due, Amount: housing.Money(512345 + i)}
		if i%3 == 0 {
			claims[i].Paid = []penalties.Payment{{On: due.AddDays(77), Amount: 200000}}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range claims {
			if _, err := penalties.Calculate(c, asOf, rules); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "debtors/s")
}
