package store_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func TestApplyTariffs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2")
	row := func(from, to, price string) housing.Tariff {
		return housing.Tariff{
			Service: housing.Electricity, Zone: housing.ZoneDay, Price: dec(t, price), Valid: span(t, from, to), Document: "Приказ № 1",
		}
	}
	ofHouse := row(since, "", "4.00")
	ofHouse.House = "дом 2"
	nowhere := ofHouse
	nowhere.House = "дом 9"
	night := row(since, "", "2.10")
	night.Zone = housing.ZoneNight
	put := func(what string, rows []housing.Tariff, ends ...string) {
		t.Helper()
		want(t, what, apply(t, w, (*store.Tx).ApplyTariffs, rows...), ends...)
	}
	first := []housing.Tariff{row(since, "", "5.10"), ofHouse, nowhere, night}
	put("first", first, "accepted", "accepted", "unknown_house", "accepted")
	put("again", first, "unchanged", "unchanged", "unknown_house", "unchanged")
	put("another price for the same span", []housing.Tariff{row(since, "", "5.20")}, "overlap")
	put("the next ends the former", []housing.Tariff{row("2026-07-01", "", "5.50")}, "accepted")
	put("the first file after that", first, "unchanged", "unchanged", "unknown_house", "unchanged")
	put("into the past", []housing.Tariff{row("2026-03-01", "", "5.30")}, "overlap")
	put("closed", []housing.Tariff{row("2026-07-01", "2027-01-01", "5.50")}, "accepted")
	put("closed again, and as it was", []housing.Tariff{row("2026-07-01", "2027-01-01", "5.50"), row("2026-07-01", "", "5.50")},
		"unchanged", "unchanged")
	put("good rows beside a bad one", []housing.Tariff{row("2026-12-01", "", "6"), row("2027-01-01", "", "6")}, "overlap", "accepted")
	want(t, "known", w.texts(t, `
SELECT concat_ws(' ', valid, zone, price, house_id IS NOT NULL) FROM tariffs ORDER BY house_id NULLS FIRST, zone, valid`),
		"[2026-01-01,2026-07-01) day 5.10 f", "[2026-07-01,2027-01-01) day 5.50 f", "[2027-01-01,) day 6 f",
		"[2026-01-01,) night 2.10 f", "[2026-01-01,) day 4.00 t")
}

func TestApplyNorms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	row := func(from, to, value string) housing.Norm {
		return housing.Norm{Service: housing.ColdWater, Base: housing.PerPerson, Value: dec(t, value), Valid: span(t, from, to)}
	}
	put := func(what, end string, n housing.Norm) {
		t.Helper()
		want(t, what, apply(t, w, (*store.Tx).ApplyNorms, n), end)
	}
	put("first", "accepted", row(since, "", "4.9"))
	put("again", "unchanged", row(since, "", "4.90"))
	put("the next", "accepted", row("2026-07-01", "", "5"))
	put("the first after that", "unchanged", row(since, "", "4.9"))
	put("closed", "accepted", row("2026-07-01", "2026-08-01", "5"))
	put("overlap", "overlap", row("2026-07-15", "2026-09-01", "6"))
	byArea := row("2026-07-01", "", "5")
	byArea.Base = housing.PerArea
	put("another base for the same span", "overlap", byArea)
	unknown := row(since, "", "1")
	unknown.House = "дом 9"
	put("of an unknown house", "unknown_house", unknown)
}
