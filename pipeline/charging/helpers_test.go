package charging_test

import (
	"slices"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func dec(s string) housing.Decimal { return must(housing.ParseDecimal(s)) }

func date(s string) housing.Date { return must(housing.ParseDate(s)) }

func interval(from, to string) housing.Interval {
	i := housing.Interval{From: date(from)}
	if to != "" {
		i.To = date(to)
	}
	return i
}

// emptySnapshot is a house without accounts and with the parameters built in.
func emptySnapshot(tb testing.TB, period housing.Period) *housing.Snapshot {
	tb.Helper()
	builtin, err := parameters.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	return &housing.Snapshot{
		Format: housing.SnapshotFormat, Period: period, Organisation: "7700000000",
		House:      housing.House{Address: "г. Примерск, ул. Садовая, д. 5", Kind: housing.BlockOfFlats},
		Parameters: parameters.ForMonth(builtin, period),
	}
}

func setParameter(s *housing.Snapshot, name, value string) {
	s.Parameters = slices.DeleteFunc(s.Parameters, func(p housing.Parameter) bool { return p.Name == name })
	s.Parameters = append(s.Parameters, housing.Parameter{Name: name, Value: value})
}

func calculate(tb testing.TB, s *housing.Snapshot) charging.Result {
	tb.Helper()
	r, err := charging.Calculate(s)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func total(tb testing.TB, charges []housing.Charge) housing.Money {
	tb.Helper()
	var sum housing.Money
	for _, ch := range charges {
		sum += ch.Amount
	}
	return sum
}

func measured(text string) housing.Measurement { return housing.Measured(dec(text)) }
