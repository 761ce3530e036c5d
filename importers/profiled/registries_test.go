package profiled_test

import (
	"bytes"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/exporters/registries"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/profiled"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// owed is what a debt registry says, in words.
type owed struct{ Account, Amount, Meters string }

// A registry that Kvitok writes by a profile says the same when it is read by it.
func TestRegistriesComeBack(t *testing.T) {
	t.Parallel()
	list, err := profiles.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if p.Direction != profiles.Both {
			continue
		}
		format, err := profiled.New(p)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				rows := rapid.SliceOfN(rapid.Custom(drawDebt), 1, 5).Draw(rt, "debts")
				var file bytes.Buffer
				if _, err := registries.Write(&file, p, registries.Options{Period: october(), Number: 1, Date: october().First()}, each(rows)); err != nil {
					rt.Fatal(err)
				}
				want, got := wanted(p, rows), read(t, format, file.Bytes())
				if diff := cmp.Diff(want, got); diff != "" {
					rt.Errorf("written and read (-want +got):\n%s\n%q", diff, file.Bytes())
				}
			})
		})
	}
}

func october() housing.Period {
	p, _ := housing.NewPeriod(2026, 10) // a month of the calendar
	return p
}

func drawDebt(rt *rapid.T) housing.Debt {
	d := housing.Debt{
		Account: housing.Account{
			Number:  rapid.StringMatching(`[0-9]{10}`).Draw(rt, "number"),
			Payer:   rapid.SampledFrom([]string{"ТЕСТОВ ИВАН", `ООО "ТЕСТ`, "Д'АРТЕНЬЯН; ПАВЕЛ", "#ТЕСТ"}).Draw(rt, "payer"),
			Unified: rapid.SampledFrom([]string{"", "70АА000101"}).Draw(rt, "unified"),
		},
		House:  housing.House{Address: rapid.SampledFrom([]string{"ул. Садовая, д. 5", "ул. Садовая; д. 5"}).Draw(rt, "address")},
		Period: october(), Amount: housing.Money(rapid.Int64Range(-900_000_00, 900_000_00).Draw(rt, "amount")),
	}
	for i := range rapid.IntRange(0, 3).Draw(rt, "meters") {
		value, err := housing.ParseDecimal(rapid.StringMatching(`[1-9][0-9]{0,4}(\.[0-9]{1,3})?`).Draw(rt, "value"))
		if err != nil {
			rt.Fatal(err)
		}
		d.Meters = append(d.Meters, housing.DebtMeter{
			Serial: string(rune('А'+i)) + "-1", Service: housing.ColdWater, On: october().First(), Value: value,
		})
	}
	return d
}

func each(rows []housing.Debt) iter.Seq2[housing.Debt, error] {
	return func(yield func(housing.Debt, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// wanted is what a profile can say of the debts.
func wanted(p *profiles.Profile, rows []housing.Debt) []owed {
	var list []owed
	for _, d := range rows {
		o := owed{Account: d.Account.Number}
		if p.Subject == profiles.Debts {
			o.Amount = d.Amount.String()
		} else {
			for _, m := range d.Meters {
				o.Meters += m.Serial + "=" + m.Value.String() + " "
			}
			if o.Meters == "" {
				continue
			}
		}
		list = append(list, o)
	}
	return list
}

func read(t *testing.T, format importers.Format, content []byte) []owed {
	t.Helper()
	var list []owed
	_, err := format.Decode(t.Context(), formattest.Input("file", content), func(r importers.Record) error {
		o := owed{}
		for _, fact := range append([]importers.Fact{r.Fact}, r.Also...) {
			switch f := fact.(type) {
			case housing.StatedDebt:
				o.Account, o.Amount = f.Account, f.Amount.String()
			case housing.MeterReading:
				o.Account = f.Account
				o.Meters += f.Serial + "=" + f.Value.String() + " "
			}
		}
		list = append(list, o)
		return nil
	})
	if err != nil {
		t.Errorf("%v", err)
	}
	return list
}
