package store_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// ended tells how rows ended, in short: the verdict, or the code of what rejects the row with its column.
func ended(outcomes []housing.Outcome) string {
	list := make([]string, len(outcomes))
	for i, o := range outcomes {
		list[i] = string(o.Verdict)
		if o.Verdict == housing.Rejected {
			list[i] = o.Problems[0].Code + " in " + o.Problems[0].Column
		}
	}
	return strings.Join(list, ", ")
}

func applied[T any](t *testing.T, w *world, put applyFunc[T], want string, rows ...T) {
	t.Helper()
	if diff := cmp.Diff(want, ended(outcomes(t, w, put, rows...))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func ofHouse(key string) housing.OfHouse {
	return housing.OfHouse{House: "г. Примерск, " + key, Key: key}
}

// Facts of an account: a row of the same key replaces what was known, the same row changes nothing, days
// that overlap under one document are rejected alone.
func TestAbsences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	away := func(account, document, left, returned string, people int) housing.AbsenceEntry {
		e := housing.AbsenceEntry{OfAccount: housing.OfAccount{Account: account}}
		e.People, e.Left, e.Document = people, day(t, left), document
		if returned != "" {
			e.Returned = day(t, returned)
		}
		return e
	}
	put := (*store.Tx).ApplyAbsences
	open := away("0001", "справка 1", "2026-10-04", "", 1)
	applied(t, w, put, "accepted, unknown_account in Лицевой счёт, repeated_row in ", open, away("0009", "справка 1", "2026-10-04", "", 1), open)
	applied(t, w, put, "unchanged", open)
	closed := away("0001", "справка 1", "2026-10-04", "2026-10-21", 2)
	applied(t, w, put, "accepted", closed) // closed, and the number of people mended
	applied(t, w, put, "accepted, overlap in Выбыл, accepted", away("0001", "справка 2", "2026-10-10", "2026-10-12", 1),
		away("0001", "справка 1", "2026-10-21", "2026-10-30", 1), away("0001", "справка 1", "2026-10-22", "2026-10-30", 1))
}

// Acts on meters: one failure at a time, several acts on refused access.
func TestMeterEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	want(t, "meter", apply(t, w, (*store.Tx).ApplyMeters, meter(t, "0001", "A-1", housing.ColdWater)), accepted(1)...)
	event := func(serial string, kind housing.MeterEventKind, on, to string) housing.MeterEventEntry {
		e := housing.MeterEventEntry{OfAccount: housing.OfAccount{Account: "0001"}, Service: housing.ColdWater, Serial: serial}
		e.Kind, e.On = kind, day(t, on)
		if to != "" {
			e.To = day(t, to)
		}
		return e
	}
	put := (*store.Tx).ApplyMeterEvents
	applied(t, w, put, "accepted, unknown_meter in Номер прибора, accepted, accepted",
		event("A-1", housing.MeterFailed, "2026-10-04", "2026-10-10"), event("A-2", housing.MeterFailed, "2026-10-04", ""),
		event("A-1", housing.MeterNoAccess, "2026-10-04", ""), event("A-1", housing.MeterNoAccess, "2026-10-15", ""))
	applied(t, w, put, "overlap in Дата события", event("A-1", housing.MeterFailed, "2026-10-08", ""))
	control := func(values ...string) housing.ControlEntry {
		e := housing.ControlEntry{OfAccount: housing.OfAccount{Account: "0001"}, Service: housing.ColdWater, Serial: "A-1"}
		for _, v := range values {
			e.Readings = append(e.Readings, housing.Reading{On: day(t, "2026-10-05"), Value: dec(t, v), Control: true})
		}
		return e
	}
	check := (*store.Tx).ApplyControls
	applied(t, w, check, "accepted, bad_zones in Показания при проверке", control("4.5"), control("1", "2"))
	applied(t, w, check, "unchanged", control("4.50"))
	applied(t, w, check, "accepted", control("4.6"))
}

// Facts of a house that are true since a day: the next one ends the one before, an old file changes nothing.
func TestHouseFacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	w.settle(t, "дом 3", "0009")
	managed := func(key string, by housing.Manager, from, to string) housing.ManagerEntry {
		return housing.ManagerEntry{OfHouse: ofHouse(key), Manager: by, Valid: span(t, from, to)}
	}
	put := (*store.Tx).ApplyManagers
	first := managed("дом 2", housing.ManagingCompany, "2024-01-01", "")
	applied(t, w, put, "accepted, accepted, unknown_house in Адрес дома", first, managed("дом 3", housing.NoManager, "2024-01-01", ""),
		managed("дом 9", housing.NoManager, "2024-01-01", ""))
	applied(t, w, put, "accepted", managed("дом 2", housing.Association, "2026-10-01", ""))
	applied(t, w, put, "unchanged", first)
	applied(t, w, put, "overlap in Действует с", managed("дом 2", housing.DirectOwners, "2026-05-01", "2026-11-01"))

	bound := func(house, upTo string) housing.ConsumptionRange {
		return housing.ConsumptionRange{
			Service: housing.Electricity, Range: 1, UpTo: dec(t, upTo), Base: housing.RangePerAccount, House: house, Valid: span(t, since, ""),
		}
	}
	ranges := (*store.Tx).ApplyRanges
	applied(t, w, ranges, "accepted, accepted, unknown_house in Дом", bound("", "3900"), bound("дом 2", "100"), bound("дом 9", "1"))
	applied(t, w, ranges, "unchanged, overlap in Действует с", bound("", "3900"), bound("дом 2", "200"))

	act := func(document string, accounts ...string) housing.QualityEntry {
		e := housing.QualityEntry{OfHouse: ofHouse("дом 2")}
		e.Kind, e.Service, e.Document, e.Accounts = housing.Interruption, housing.ColdWater, document, accounts
		e.From, e.To = day(t, "2026-10-05").Midnight(), day(t, "2026-10-06").Midnight()
		return e
	}
	quality := (*store.Tx).ApplyQualityActs
	applied(t, w, quality, "accepted, accepted, unknown_account in Лицевые счета, account_elsewhere in Лицевые счета",
		act("акт 1"), act("акт 2", "0001"), act("акт 3", "0404"), act("акт 4", "0009"))
	applied(t, w, quality, "unchanged, unchanged", act("акт 1"), act("акт 2", "0001"))
	zero := act("акт 1")
	zero.Measured = housing.Measured(dec(t, "0"))
	applied(t, w, quality, "accepted", zero) // zero degrees are not the same as nothing measured
	applied(t, w, quality, "unchanged", zero)
	applied(t, w, quality, "accepted", act("акт 1"))
}
