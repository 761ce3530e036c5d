package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// wholeHouse fills a house with everything a snapshot holds, and with what it must leave out.
func wholeHouse(t *testing.T) (w *world, house int64) {
	t.Helper()
	w = newWorld(t)
	house, _ = w.settle(t, "дом 2", "0002", "0001")
	w.settle(t, "дом 3", "0009")
	if err := w.EnsureMonth(t.Context(), period(t, "2026-11")); err != nil {
		t.Fatal(err)
	}
	gone, future := entry(t, "дом 2", "0003", "8"), entry(t, "дом 2", "0004", "9")
	gone.Account.Closed, future.Account.Opened = day(t, "2026-10-01"), day(t, "2026-11-01")
	moved := entry(t, "дом 2", "0001", "2")
	moved.Occupancy.Valid.From, moved.Occupancy.People, moved.Occupancy.Occupant = day(t, "2026-10-11"), 0, housing.Tenant
	want(t, "accounts", apply(t, w, (*store.Tx).ApplyAccounts, gone, future, moved), accepted(3)...)

	tariff := func(service housing.Service, house, from, to, price string) housing.Tariff {
		return housing.Tariff{Service: service, House: house, Price: dec(t, price), Valid: span(t, from, to), Document: "Приказ № 1"}
	}
	want(t, "tariffs", apply(t, w, (*store.Tx).ApplyTariffs,
		tariff(housing.Maintenance, "", since, "", "31.45"), tariff(housing.ColdWater, "", since, "", "40.00"),
		tariff(housing.ColdWater, "", "2026-10-16", "", "44.10"), tariff(housing.Maintenance, "дом 2", since, "", "30"),
		tariff(housing.Maintenance, "дом 3", since, "", "29"), tariff(housing.Gas, "", since, "2026-10-01", "7"),
		tariff(housing.Gas, "", "2026-11-01", "", "8")), accepted(7)...)
	norm := housing.Norm{Service: housing.ColdWater, Base: housing.PerPerson, Value: dec(t, "4.901"), Valid: span(t, since, ""), Document: "Приказ № 2"}
	elsewhere := norm
	elsewhere.House = "дом 3"
	want(t, "norms", apply(t, w, (*store.Tx).ApplyNorms, norm, elsewhere), accepted(2)...)
	service := func(account string, s housing.Service, from, payee string) housing.HouseService {
		return housing.HouseService{Key: "дом 2", Account: account, AccountService: housing.AccountService{
			Service: s, Payee: payee, MeterPossible: s == housing.ColdWater, Valid: span(t, from, ""),
		}}
	}
	want(t, "services", apply(t, w, (*store.Tx).ApplyHouseServices,
		service("", housing.Maintenance, since, issuerINN), service("", housing.ColdWater, since, supplierINN),
		service("0001", housing.ColdWater, since, issuerINN), service("", housing.Gas, "2026-11-01", issuerINN)), accepted(4)...)
	volume := housing.HouseVolume{Key: "дом 2", Period: period(t, october), CollectiveMeter: housing.CollectiveMeter{
		Serial: "77", Service: housing.Heating, Volume: dec(t, "120.50"),
	}}
	past := volume
	past.Period = period(t, "2026-09")
	want(t, "volumes", apply(t, w, (*store.Tx).ApplyHouseVolumes, volume, past), accepted(2)...)
	w.meterHouse(t, house)
	return w, house
}

func (w *world) meterHouse(t *testing.T, house int64) {
	t.Helper()
	two := meter(t, "0001", "E-1", housing.Electricity)
	two.Meter.Zones, two.Initial = store.Zones(2), nil
	old, later := meter(t, "0001", "A-0", housing.HotWater), meter(t, "0001", "A-9", housing.HotWater)
	old.Meter.Closed, later.Meter.Commissioned, later.Initial = day(t, "2026-09-20"), day(t, "2026-11-01"), nil
	want(t, "meters", apply(t, w, (*store.Tx).ApplyMeters,
		two, meter(t, "0001", "A-1", housing.ColdWater), old, later, meter(t, "0009", "A-1", housing.HotWater)), accepted(5)...)
	zoned := func(zone housing.Zone, on, value string) store.SourcedReading {
		r := w.sourced(t, "", "E-1", on, value)
		r.Zone = zone
		return r
	}
	if diff := cmp.Diff(make9(true), w.readings(t,
		w.sourced(t, "0001", "A-1", "2026-09-18", "8.250"), w.sourced(t, "0001", "A-1", "2026-10-18", "9.75"),
		w.sourced(t, "0001", "A-1", "2026-10-02", "9"), w.sourced(t, "0001", "A-1", "2026-11-01", "10"),
		zoned(housing.ZoneNight, "2026-01-20", "1"), zoned(housing.ZoneDay, "2026-09-01", "5"),
		zoned(housing.ZoneDay, "2026-09-30", "6"), zoned(housing.ZoneDay, "2026-10-18", "7"),
		zoned(housing.ZoneNight, "2026-10-18", "2"))); diff != "" {
		t.Fatal(diff)
	}
	cold := line(t, "0001", housing.ColdWater, 10)
	cold.Method, cold.Volume = housing.ByMeter, dec(t, "3.5")
	more := cold
	more.Volume = dec(t, "0.25")
	byNorm := line(t, "0001", housing.Electricity, 10)
	byNorm.Method, byNorm.Zone, byNorm.Volume = housing.ByNorm, housing.ZoneDay, dec(t, "90")
	w.charge(t, house, period(t, "2026-09"), "s", cold, more, byNorm, line(t, "0002", housing.Maintenance, 5))
}

func make9(v bool) []bool { return []bool{v, v, v, v, v, v, v, v, v} }

func TestLoadSnapshot(t *testing.T) { //nolint:funlen // one literal
	t.Parallel()
	w, house := wholeHouse(t)
	at := func(position int64) housing.Source {
		return housing.Source{Kind: housing.SourceManual, Name: "тест", Position: position}
	}
	ids := map[string]int64{}
	for _, q := range []string{
		"SELECT 'a' || number, id FROM accounts", "SELECT 'm' || serial || service, id FROM meters", "SELECT 'p' || flat, id FROM premises WHERE house_id = (SELECT min(id) FROM houses)",
	} {
		rows, err := w.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var key string
			var id int64
			if err := rows.Scan(&key, &id); err != nil {
				t.Fatal(err)
			}
			ids[key] = id
		}
		rows.Close()
	}
	tariff := func(service housing.Service, house, from, to, price string) housing.Tariff {
		return housing.Tariff{Service: service, House: house, Price: dec(t, price), Valid: span(t, from, to), Document: "Приказ № 1", Source: at(0)}
	}
	service := func(s housing.Service, payee string) housing.AccountService {
		return housing.AccountService{Service: s, Payee: payee, MeterPossible: s == housing.ColdWater, Valid: span(t, since, ""), Source: at(0)}
	}
	account := func(number, flat string) housing.Account {
		return housing.Account{
			ID: ids["a"+number], Number: number, Payer: "Иванова А. А.", Source: at(3),
			Premises: housing.Premises{ID: ids["p"+flat], Flat: flat, Kind: housing.Flat},
		}
	}
	occupancy := func(from, to string, people int, occupant housing.Occupant) housing.Occupancy {
		return housing.Occupancy{Valid: span(t, from, to), Area: dec(t, "54.30"), People: people, Owners: 1, Occupant: occupant, Source: at(3)}
	}
	reading := func(zone housing.Zone, on, value string) housing.Reading {
		return housing.Reading{Zone: zone, On: day(t, on), Value: dec(t, value), Source: at(0)}
	}
	meterOf := func(serial string, s housing.Service, zones int) housing.Meter {
		m := meter(t, "", serial, s).Meter
		m.ID, m.Zones, m.Source = ids["m"+serial+string(s)], store.Zones(zones), at(4)
		return m
	}
	september := period(t, "2026-09")
	expected := &housing.Snapshot{
		Format: housing.SnapshotFormat, Period: period(t, october), Organisation: issuerINN,
		House: housing.House{
			ID: house, Address: "г. Примерск, дом 2", Key: "дом 2", Kind: housing.BlockOfFlats, Area: dec(t, "3000.50"),
			Common: dec(t, "250.0"), Source: at(2),
		},
		Tariffs: []housing.Tariff{
			tariff(housing.ColdWater, "", since, "2026-10-16", "40.00"), tariff(housing.ColdWater, "", "2026-10-16", "", "44.10"),
			tariff(housing.Maintenance, "", since, "", "31.45"), tariff(housing.Maintenance, "г. Примерск, дом 2", since, "", "30"),
		},
		Norms: []housing.Norm{{
			Service: housing.ColdWater, Base: housing.PerPerson, Value: dec(t, "4.901"), Valid: span(t, since, ""),
			Document: "Приказ № 2", Source: at(0),
		}},
		HouseMeters: []housing.CollectiveMeter{{Serial: "77", Service: housing.Heating, Volume: dec(t, "120.50"), Source: at(0)}},
		Services:    []housing.AccountService{service(housing.ColdWater, supplierINN), service(housing.Maintenance, issuerINN)},
		Accounts: []housing.AccountFacts{{
			Account: account("0001", "2"),
			Occupancy: []housing.Occupancy{
				occupancy(since, "2026-10-11", 2, housing.Owner), occupancy("2026-10-11", "", 0, housing.Tenant),
			},
			Services: []housing.AccountService{service(housing.ColdWater, issuerINN), service(housing.Maintenance, issuerINN)},
			Meters: []housing.MeterFacts{
				{
					Meter: meterOf("A-1", housing.ColdWater, 1),
					Readings: []housing.Reading{
						reading("", "2026-09-18", "8.250"), reading("", "2026-10-02", "9"), reading("", "2026-10-18", "9.75"),
					},
					History: []housing.MonthVolume{{Period: september, Volume: dec(t, "3.75"), Metered: true}},
				},
				{
					Meter: meterOf("E-1", housing.Electricity, 2),
					Readings: []housing.Reading{
						reading(housing.ZoneNight, "2026-01-20", "1"), reading(housing.ZoneDay, "2026-09-30", "6"),
						reading(housing.ZoneDay, "2026-10-18", "7"), reading(housing.ZoneNight, "2026-10-18", "2"),
					},
					History: []housing.MonthVolume{{Period: september, Zone: housing.ZoneDay, Volume: dec(t, "90")}},
				},
			},
		}, {
			Account:   account("0002", "1"),
			Occupancy: []housing.Occupancy{occupancy(since, "", 2, housing.Owner)},
			Services:  []housing.AccountService{service(housing.ColdWater, supplierINN), service(housing.Maintenance, issuerINN)},
		}},
	}
	for range 2 { // the second time from plans that pgx has kept
		got, err := w.LoadSnapshot(t.Context(), w.issuer, house, period(t, october))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected, got, exact()); diff != "" {
			t.Fatalf("snapshot (-want +got):\n%s", diff)
		}
	}
	if _, err := w.LoadSnapshot(t.Context(), w.issuer, house+100, period(t, october)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a house that is not there: %v, want ErrNotFound", err)
	}
	issuer2 := housing.Organisation{ID: w.supplier, INN: supplierINN}
	if _, err := w.LoadSnapshot(t.Context(), issuer2, house, period(t, october)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a house of another organisation: %v, want ErrNotFound", err)
	}
}
