package charging_test

import (
	"os"
	"slices"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// readCase reads a snapshot of testdata.
func readCase(t *testing.T, file string) *housing.Snapshot {
	t.Helper()
	f, err := os.Open(file) //nolint:gosec // of testdata
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	s, err := charging.ReadSnapshot(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// addHeat makes the hot water of a published case one of two components, and gives rent its coefficient.
func (p *publishedCase) addHeat(s *housing.Snapshot, a *housing.AccountFacts) {
	if p.Quality != "" {
		a.Services[0].Quality, a.Occupancy[0].Occupant = dec(p.Quality), housing.Tenant
	}
	if p.HeatTariff == "" {
		return
	}
	service := a.Services[0]
	service.Service = housing.HotWaterHeat
	a.Services = append(a.Services, service)
	s.Tariffs = append(s.Tariffs, housing.Tariff{Service: housing.HotWaterHeat, Price: dec(p.HeatTariff), Valid: service.Valid})
	s.Norms = append(s.Norms, housing.Norm{
		Service: housing.HotWaterHeat, Base: housing.PerVolume, Value: dec(p.HeatPerM3), Valid: service.Valid,
	})
}

// wanted are the lines of the account and service that a case is about.
func (p *publishedCase) wanted(charges []housing.Charge) []housing.Charge {
	if p.File == "" {
		return charges
	}
	return slices.DeleteFunc(charges, func(ch housing.Charge) bool {
		return (p.Account != "" && ch.Account != p.Account) || (p.Service != "" && ch.Service != p.Service)
	})
}

// asPublished gives what a case tells other than amounts by kind: their total, prices, or volumes to as
// many digits as are published.
func (p *publishedCase) asPublished(got map[string][]string, charges []housing.Charge) map[string][]string {
	var sum housing.Money
	prices := make([]string, 0, len(charges))
	for i := range charges {
		sum += charges[i].Amount
		prices = append(prices, charges[i].Price.String())
		if i < len(p.Want["volume"]) {
			scale := dec(p.Want["volume"][i]).Scale()
			got["volume"][i] = must(charges[i].Volume.Ratio().Round(scale)).String()
		}
	}
	switch {
	case p.Want["total"] != nil:
		return map[string][]string{"total": {sum.String()}}
	case p.Want["price"] != nil:
		return map[string][]string{"price": prices}
	}
	return got
}
