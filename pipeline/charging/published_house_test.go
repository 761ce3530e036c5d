package charging_test

import (
	"os"
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
func (p *publishedCase) addHeat(s *housing.Snapshot) {
	a := &s.Accounts[0]
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

// compared are the lines of the account and service of a case: amounts by kind, their total, or
// volumes to as many digits as are published.
func (p *publishedCase) compared(charges []housing.Charge) map[string][]string {
	got := map[string][]string{}
	var sum housing.Money
	for i := range charges {
		ch := &charges[i]
		if p.File != "" && ((p.Account != "" && ch.Account != p.Account) || (p.Service != "" && ch.Service != p.Service)) {
			continue
		}
		sum += ch.Amount
		if want, volume := p.Want["volume"]; volume {
			scale := uint8(0)
			if n := len(got["volume"]); n < len(want) {
				scale = dec(want[n]).Scale()
			}
			got["volume"] = append(got["volume"], must(ch.Volume.Ratio().Round(scale)).String())
			continue
		}
		if _, price := p.Want["price"]; price {
			got["price"] = append(got["price"], ch.Price.String())
			continue
		}
		got[string(ch.Kind)] = append(got[string(ch.Kind)], ch.Amount.String())
	}
	if _, total := p.Want["total"]; total {
		return map[string][]string{"total": {sum.String()}}
	}
	return got
}
