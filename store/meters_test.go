package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func TestApplyMeters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001", "0002")
	cold, hot := meter(t, "0001", "A-1", housing.ColdWater), meter(t, "0001", "A-1", housing.HotWater)
	two := meter(t, "0002", "E-1", housing.Electricity)
	two.Meter.Zones = store.Zones(2)
	two.Initial = []housing.Reading{
		{Zone: housing.ZoneDay, On: day(t, "2026-01-15"), Value: dec(t, "10")},
		{Zone: housing.ZoneNight, On: day(t, "2026-01-15"), Value: dec(t, "5")},
	}
	moved, unknown := cold, meter(t, "0009", "A-2", housing.ColdWater)
	moved.Account = "0002"
	put := func(what string, rows []housing.MeterEntry, ends ...string) {
		t.Helper()
		want(t, what, apply(t, w, (*store.Tx).ApplyMeters, rows...), ends...)
	}
	put("first", []housing.MeterEntry{cold, hot, two, cold, unknown},
		"accepted", "accepted", "accepted", "repeated_row", "unknown_account")
	put("again", []housing.MeterEntry{two, cold}, "unchanged", "unchanged")
	put("on another account", []housing.MeterEntry{moved, hot}, "meter_elsewhere", "unchanged")
	cold.Meter.Closed = day(t, "2026-09-20")
	put("closed", []housing.MeterEntry{hot, cold}, "unchanged", "accepted")
	put("closed again", []housing.MeterEntry{cold}, "unchanged")
	put("repeated and moved", []housing.MeterEntry{cold, moved}, "unchanged", "repeated_row")
	want(t, "initial readings", w.texts(t, `
SELECT concat_ws(' ', m.serial, m.service, r.zone, r.taken_on, r.value) FROM readings r JOIN meters m ON m.id = r.meter_id
ORDER BY m.serial, m.service, r.zone`),
		"A-1 cold_water  2026-01-15 0.500", "A-1 hot_water  2026-01-15 0.500", "E-1 electricity day 2026-01-15 10",
		"E-1 electricity night 2026-01-15 5")
}

// An initial reading that contradicts the one known must not vanish without a word.
func TestInitialReadingKnownOtherwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	m := meter(t, "0001", "A-1", housing.ColdWater)
	want(t, "first", apply(t, w, (*store.Tx).ApplyMeters, m), "accepted")
	m.Initial[0].Value = dec(t, "0.5")
	want(t, "the same value", apply(t, w, (*store.Tx).ApplyMeters, m), "unchanged")
	m.Initial[0].Value = dec(t, "7")
	want(t, "another value", apply(t, w, (*store.Tx).ApplyMeters, m), "unchanged reading_known")
	want(t, "known", w.texts(t, "SELECT value::text FROM readings"), "0.500")
}

func (w *world) sourced(t *testing.T, account, serial, on, value string) store.SourcedReading {
	t.Helper()
	return store.SourcedReading{SourceID: w.source, MeterReading: housing.MeterReading{
		Account: account, Serial: serial, Reading: housing.Reading{On: day(t, on), Value: dec(t, value)},
	}}
}

func (w *world) readings(t *testing.T, rows ...store.SourcedReading) (created []bool) {
	t.Helper()
	states, err := w.RegisterStates(t.Context(), w.issuer.ID, rows)
	if err != nil {
		t.Fatal(err)
	}
	meters := make([]int64, len(states))
	for i, s := range states {
		meters[i] = s.MeterID
	}
	w.tx(t, func(tx *store.Tx) (err error) {
		created, err = tx.InsertReadings(t.Context(), meters, rows)
		return err
	})
	return created
}

func TestRegisterStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001", "0002")
	closed := meter(t, "0002", "B-1", housing.ColdWater)
	closed.Meter.Closed = day(t, "2026-09-20")
	want(t, "meters", apply(t, w, (*store.Tx).ApplyMeters,
		meter(t, "0001", "A-1", housing.ColdWater), meter(t, "0002", "A-1", housing.HotWater), closed), accepted(3)...)
	if diff := cmp.Diff([]bool{true, true}, w.readings(t,
		w.sourced(t, "", "B-1", "2026-09-18", "8.25"), w.sourced(t, "", "B-1", "2026-10-18", "9.75"))); diff != "" {
		t.Fatal(diff)
	}
	byService := w.sourced(t, "", "A-1", "2026-10-01", "1")
	byService.Service = housing.HotWater
	otherZone := w.sourced(t, "", "B-1", "2026-10-01", "1")
	otherZone.Zone = housing.ZoneNight
	rows := []store.SourcedReading{
		w.sourced(t, "", "A-1", "2026-10-01", "1"),     // two meters
		w.sourced(t, "0002", "A-1", "2026-10-01", "1"), // one of them by account
		byService,
		w.sourced(t, "0001", "B-1", "2026-10-01", "1"), // not this account's
		w.sourced(t, "", "B-1", "2026-10-01", "1"),
		w.sourced(t, "", "B-1", "2026-09-18", "1"),
		w.sourced(t, "", "B-1", "2026-01-14", "1"),
		w.sourced(t, "", "B-1", "2027-03-31", "1"),
		otherZone,
	}
	got, err := w.RegisterStates(t.Context(), w.issuer.ID, rows)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if got[i].MeterID == 0 != (got[i].Found == 0) {
			t.Errorf("row %d: meter %d of %d found", i, got[i].MeterID, got[i].Found)
		}
		got[i].MeterID = 0
	}
	hot := store.RegisterState{Found: 1, Service: housing.HotWater, Digits: 5, Zones: 1, LastOn: day(t, "2026-01-15"), Last: dec(t, "0.500"), Next: dec(t, "0")}
	both := hot
	both.Found, both.Service = 2, housing.ColdWater
	b := func(lastOn, last, nextOn, next string) store.RegisterState {
		return store.RegisterState{
			Found: 1, Service: housing.ColdWater, Digits: 5, Zones: 1, Closed: day(t, "2026-09-20"), LastOn: day(t, lastOn), Last: dec(t, last),
			NextOn: day(t, nextOn), Next: dec(t, next),
		}
	}
	repeated := b("2026-09-18", "8.25", "2026-10-18", "9.75")
	repeated.Repeated = true
	expected := []store.RegisterState{
		both, hot, hot,
		{},
		b("2026-09-18", "8.25", "2026-10-18", "9.75"), repeated, b("", "0", "2026-01-15", "0.500"),
		b("2026-10-18", "9.75", "", "0"), b("", "0", "", "0"),
	}
	if diff := cmp.Diff(expected, got, exact()); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if none, err := w.RegisterStates(t.Context(), w.issuer.ID, nil); err != nil || len(none) != 0 {
		t.Errorf("no rows: %v, %v", none, err)
	}
	if foreign, err := w.RegisterStates(t.Context(), w.supplier, rows[:1]); err != nil || foreign[0].Found != 0 {
		t.Errorf("another organisation finds %v (%v)", foreign, err)
	}
}

func TestInsertReadingsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	want(t, "meter", apply(t, w, (*store.Tx).ApplyMeters, meter(t, "0001", "A-1", housing.ColdWater)), "accepted")
	r := w.sourced(t, "", "A-1", "2026-10-18", "3.5")
	r.Source.Position = 1055
	other := w.sourced(t, "", "A-1", "2026-10-18", "4.5") // the same register and day
	later := w.sourced(t, "", "A-1", "2026-10-19", "4.5")
	for _, step := range []struct {
		what string
		rows []store.SourcedReading
		made []bool
	}{
		{"twice in a batch", []store.SourcedReading{r, other, later}, []bool{true, false, true}},
		{"redelivered", []store.SourcedReading{later, r}, []bool{false, false}},
		{"nothing", nil, []bool{}},
	} {
		if diff := cmp.Diff(step.made, w.readings(t, step.rows...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.what, diff)
		}
	}
	want(t, "stored", w.texts(t, "SELECT concat_ws(' ', period, taken_on, value, source_pos) FROM readings WHERE period > '2026-09-01' ORDER BY taken_on"),
		"2026-10-01 2026-10-18 3.5 1055", "2026-10-01 2026-10-19 4.5 0")
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := store.DeadLetter{Topic: "readings", Partition: 2, Position: 77, Code: "bad_json", Reason: "не JSON: \x00"}
	for range 2 {
		if err := w.AddDeadLetter(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	d.Reason = "не JSON: \uFFFD"
	list, err := w.DeadLetters(t.Context())
	if diff := cmp.Diff([]store.DeadLetter{d}, list); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
