package town

import (
	"iter"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Snapshots gives what must be known of each house once the files and messages of the month are
// taken in: an end-to-end test computes them and compares the kopecks with those that came out of
// the database. Sources, ids and history are left out; no sum depends on them here.
func (t *Town) Snapshots(parameters []housing.Parameter) iter.Seq[*housing.Snapshot] {
	return func(yield func(*housing.Snapshot) bool) {
		tariffs, norms := t.tariffs(), normFacts(t.norms())
		supplied := 0
		for i := range t.houses {
			h := &t.houses[i]
			s := &housing.Snapshot{
				Format: housing.SnapshotFormat, Period: t.period, Organisation: t.organisations.Issuer.INN,
				House: h.facts(), Parameters: parameters, Tariffs: tariffs, Norms: norms,
			}
			if !h.private {
				s.HouseMeters = t.volumes(h)
			}
			for a := range t.metered(h) {
				s.Accounts = append(s.Accounts, t.facts(a, &supplied))
			}
			t.addFacts(h, s)
			if !yield(s) {
				return
			}
		}
	}
}

func (h *house) facts() housing.House {
	f := housing.House{Address: h.address, FIAS: h.fias, Kind: housing.BlockOfFlats, Area: tenth(h.area), Common: tenth(h.common)}
	if h.private {
		f.Kind, f.Common = housing.PrivateHouse, housing.Decimal{}
	}
	return f
}

func tenth(n int) housing.Decimal {
	d, _ := housing.NewDecimal(int64(n), 1)
	return d
}

// facts of an account; supplied counts the meters read by the supplier, whose spoiled rows give none.
func (t *Town) facts(a *account, supplied *int) housing.AccountFacts {
	f := housing.AccountFacts{Account: housing.Account{
		Number: a.number, Unified: a.unified, ServiceID: a.unified + "-01", Payer: a.payer.full(), Opened: a.opened,
		Premises: housing.Premises{Flat: a.flat, Kind: housing.Flat},
	}}
	switch {
	case a.house.private:
		f.Premises.Kind = housing.WholeHouse
	case a.room > 0:
		f.Premises.Kind, f.Premises.Room = housing.Room, a.roomText()
	}
	occupancy := housing.Occupancy{
		Valid: housing.Interval{From: a.opened}, Area: tenth(a.area), People: a.people, Owners: a.owners, Occupant: housing.Owner,
	}
	if a.tenant {
		occupancy.Occupant = housing.Tenant
	}
	f.Occupancy = []housing.Occupancy{occupancy}
	for _, s := range a.house.services() {
		f.Services = append(f.Services, housing.AccountService{
			Service: s, Payee: t.payee(s), MeterPossible: !water(s) || (!a.house.noMeters && !a.noMeter),
			Valid: housing.Interval{From: firstOf(2020, time.January)},
		})
	}
	for i := range a.meters {
		m := &a.meters[i]
		read := m.way != silent
		if m.way == byFile {
			*supplied++
			read = !spoils(*supplied)
		}
		f.Meters = append(f.Meters, m.facts(read))
	}
	return f
}

func (m *meter) facts(read bool) housing.MeterFacts {
	f := housing.MeterFacts{Meter: housing.Meter{
		Serial: m.serial, Service: m.service, Digits: m.digits, Commissioned: m.started, VerifyBy: m.verifyBy,
		Zones: []housing.Zone{housing.ZoneSingle},
	}}
	if m.zones == 2 {
		f.Zones = []housing.Zone{housing.ZoneDay, housing.ZoneNight}
	}
	for i, zone := range f.Zones {
		f.Readings = append(f.Readings, housing.Reading{Zone: zone, On: m.started, Value: m.value(i, 0)})
		if read {
			f.Readings = append(f.Readings, housing.Reading{Zone: zone, On: m.readOn, Value: m.value(i, m.used[i])})
		}
	}
	return f
}

func (t *Town) tariffs() []housing.Tariff {
	start, step := firstOf(2026, time.January), firstOf(2026, time.October)
	var list []housing.Tariff
	add := func(p price, kopecks int64, valid housing.Interval, document string) {
		value, _ := housing.NewDecimal(kopecks, 2)
		if valid.Overlaps(t.period.Interval()) {
			list = append(list, housing.Tariff{Service: p.service, Zone: p.zone, Price: value, Valid: valid, Document: document})
		}
	}
	for _, p := range prices {
		if p.stepDocument == "" {
			add(p, p.before, housing.Interval{From: start}, p.document)
			continue
		}
		add(p, p.before, housing.Interval{From: start, To: step}, p.document)
		add(p, p.after, housing.Interval{From: step}, p.stepDocument)
	}
	return list
}

func normFacts(norms []norm) []housing.Norm {
	list := make([]housing.Norm, 0, len(norms))
	for _, n := range norms {
		value, _ := housing.ParseDecimal(n.value) // a number of the table
		list = append(list, housing.Norm{
			Service: n.service, Base: n.base, Value: value, Document: n.document,
			Valid: housing.Interval{From: firstOf(2026, time.January)},
		})
	}
	return list
}
