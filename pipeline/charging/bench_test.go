package charging_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// mixedHouse has accounts with ten services each: water by meter, by norm with K and by average,
// two-zone electricity, heating by the house meter.
func mixedHouse(tb testing.TB, accounts int) *housing.Snapshot {
	tb.Helper()
	s := emptySnapshot(tb, must(housing.ParsePeriod("2026-10")))
	since := interval("2020-01-01", "")
	s.House.Area = housing.Whole(int64(60 * accounts))
	s.HouseMeters = []housing.CollectiveMeter{{Serial: "H", Service: housing.Heating, Volume: dec("310.55")}}
	for service, price := range map[housing.Service]string{
		housing.Maintenance: "31.45", housing.CapitalRepair: "12.30", housing.Rent: "9.10", housing.ColdWater: "48.12",
		housing.HotWater: "213.77", housing.Sewage: "36.90", housing.Electricity: "6.12", housing.Gas: "8.15",
		housing.Heating: "2546.12", housing.SolidWaste: "612.50",
	} {
		s.Tariffs = append(s.Tariffs, housing.Tariff{Service: service, Price: dec(price), Valid: since})
	}
	s.Tariffs = append(
		s.Tariffs,
		housing.Tariff{Service: housing.Electricity, Zone: housing.ZoneDay, Price: dec("6.99"), Valid: since},
		housing.Tariff{Service: housing.Electricity, Zone: housing.ZoneNight, Price: dec("3.05"), Valid: since},
	)
	for service, norm := range map[housing.Service]string{
		housing.ColdWater: "4.2", housing.HotWater: "3.2", housing.Electricity: "90", housing.Gas: "10.5",
		housing.SolidWaste: "2.32",
	} {
		s.Norms = append(s.Norms, housing.Norm{
			Service: service, Base: housing.PerPerson, Value: dec(norm), Valid: since,
		})
	}
	for i := range accounts {
		s.Accounts = append(s.Accounts, mixedAccount(i, since))
	}
	return s
}

func mixedAccount(i int, since housing.Interval) housing.AccountFacts {
	a := housing.AccountFacts{
		Account: housing.Account{
			Number:   fmt.Sprintf("%06d", i+1),
			Premises: housing.Premises{Flat: strconv.Itoa(i + 1), Kind: housing.Flat},
		},
		Occupancy: []housing.Occupancy{{
			Valid: since, Area: must(housing.NewDecimal(int64(3000+i*17%3000), 2)), People: 1 + i%4, Owners: 1,
			Occupant: housing.Owner,
		}},
	}
	if i%10 == 0 {
		a.Occupancy[0].Occupant = housing.Tenant
	}
	for _, service := range housing.Services() {
		if service.Resource() != "" || service == housing.HotWaterHeat {
			continue // houses of these are in house_test.go
		}
		a.Services = append(a.Services, housing.AccountService{
			Service: service, Payee: "7700000000", Valid: since, MeterPossible: true,
		})
	}
	if i%4 != 0 {
		a.Meters = append(a.Meters, mixedMeter(i, housing.ColdWater, housing.ZoneSingle),
			mixedMeter(i, housing.HotWater, housing.ZoneSingle))
	}
	if i%20 == 7 { // a second tap: read at neither, one of them expired
		second := mixedMeter(1, housing.ColdWater, housing.ZoneSingle)
		second.Serial = fmt.Sprintf("second-%d", i)
		third := mixedMeter(16, housing.ColdWater, housing.ZoneSingle)
		third.Serial, third.VerifyBy = fmt.Sprintf("third-%d", i), date("2026-10-01")
		a.Meters = append(a.Meters, second, third)
	}
	if i%2 == 0 {
		a.Meters = append(a.Meters, mixedMeter(i, housing.Electricity, housing.ZoneDay, housing.ZoneNight))
	} else {
		a.Meters = append(a.Meters, mixedMeter(i, housing.Electricity, housing.ZoneSingle))
	}
	return a
}

func mixedMeter(i int, service housing.Service, zones ...housing.Zone) housing.MeterFacts {
	m := housing.MeterFacts{Meter: housing.Meter{
		Serial: fmt.Sprintf("%s-%d", service, i), Service: service, Zones: zones, Digits: 5,
	}}
	for _, zone := range zones {
		m.Readings = append(m.Readings, housing.Reading{
			Zone: zone, On: date("2026-09-24"), Value: must(housing.NewDecimal(int64(100000+i), 3)),
		})
	}
	if i%15 == 1 { // no reading: an average
		for month := range 6 {
			period := must(housing.ParsePeriod("2026-09")) - housing.Period(month)
			for _, zone := range zones {
				m.History = append(m.History, housing.MonthVolume{
					Period: period, Zone: zone, Volume: dec("3.127"), Metered: true,
				})
			}
		}
		return m
	}
	for _, zone := range zones {
		m.Readings = append(m.Readings, housing.Reading{
			Zone: zone, On: date("2026-10-24"), Value: must(housing.NewDecimal(int64(104321+3*i), 3)),
		})
	}
	return m
}

func BenchmarkCalculate(b *testing.B) {
	s := mixedHouse(b, 200)
	lines := len(calculate(b, s).Charges)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if _, err := charging.Calculate(s); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "lines/s") //nolint:forbidigo // a rate, not money
}

func BenchmarkExplainAll(b *testing.B) {
	s := mixedHouse(b, 200)
	lines := len(calculate(b, s).Charges)
	b.ResetTimer()
	for b.Loop() {
		if _, _, err := charging.ExplainAll(s); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "lines/s") //nolint:forbidigo // a rate, not money
}
