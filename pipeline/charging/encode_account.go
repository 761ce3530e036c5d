package charging

import (
	"reflect"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// accountEncoder writes what a snapshot holds most of, accounts with their meters and readings, field after
// field by hand, in the order and by the names of their tags. Lists are put in order as they are written.
type accountEncoder struct {
	benefits, past, distributors, stays, absences, violations, shares, events valueEncoder // of what few accounts have
}

func newAccountEncoder() *accountEncoder {
	return &accountEncoder{
		past: encoderOf(reflect.TypeFor[[]housing.PastCharge]()), distributors: encoderOf(reflect.TypeFor[[]housing.DistributorShare]()),
		stays: encoderOf(reflect.TypeFor[[]housing.Stay]()), absences: encoderOf(reflect.TypeFor[[]housing.Absence]()),
		violations: encoderOf(reflect.TypeFor[[]housing.Violation]()), shares: encoderOf(reflect.TypeFor[[]housing.WasteShare]()),
		benefits: encoderOf(reflect.TypeFor[[]housing.Benefit]()), events: encoderOf(reflect.TypeFor[[]housing.MeterEvent]()),
	}
}

// encode writes the accounts of a house.
func (e *accountEncoder) encode(b []byte, v reflect.Value) ([]byte, error) {
	pointer, _ := reflect.TypeAssert[*[]housing.AccountFacts](v.Addr())
	list := *pointer
	w := jsonText{b: append(b, '[')}
	for i := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		e.account(&w, &list[i])
	}
	return append(w.b, ']'), w.err
}

func (e *accountEncoder) account(w *jsonText, a *housing.AccountFacts) {
	w.open()
	if a.ID != 0 {
		w.number("id", a.ID)
	}
	w.text("number", a.Number)
	w.textIfAny("unified", a.Unified)
	w.textIfAny("service_id", a.ServiceID)
	w.premises("premises", &a.Premises)
	w.textIfAny("payer", a.Payer)
	w.dateIfAny("opened", a.Opened)
	w.dateIfAny("closed", a.Closed)
	w.source(a.Source)
	if len(a.Past) > 0 {
		list := canonicalPast(a.Past)
		w.list("past", &list, e.past)
	}
	if len(a.Distributors) > 0 {
		w.list("distributors", &a.Distributors, e.distributors)
	}
	w.key("occupancy")
	w.occupancies(inKeys(a.Occupancy, cmpOccupancy))
	if a.Services != nil { // else those of the house
		w.key("services")
		w.services(a.Services)
	}
	if len(a.Meters) > 0 {
		w.key("meters")
		e.meters(w, inKeys(a.Meters, cmpMeter))
	}
	e.rare(w, a)
	w.close()
}

// rare writes the facts that few accounts have.
func (e *accountEncoder) rare(w *jsonText, a *housing.AccountFacts) {
	if len(a.Stays)+len(a.Absences)+len(a.Violations)+len(a.WasteShares)+len(a.Benefits) == 0 {
		return
	}
	in := *a
	sortAccountFacts(&in)
	if len(in.Stays) > 0 {
		w.list("stays", &in.Stays, e.stays)
	}
	if len(in.Absences) > 0 {
		w.list("absences", &in.Absences, e.absences)
	}
	if len(in.Violations) > 0 {
		w.list("violations", &in.Violations, e.violations)
	}
	if len(in.WasteShares) > 0 {
		w.list("waste_shares", &in.WasteShares, e.shares)
	}
	if len(in.Benefits) > 0 {
		w.list("benefits", &in.Benefits, e.benefits)
	}
}

func (e *accountEncoder) meters(w *jsonText, list []housing.MeterFacts) {
	w.b = append(w.b, '[')
	for i := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		e.meter(w, &list[i])
	}
	w.b = append(w.b, ']')
}

func (e *accountEncoder) meter(w *jsonText, m *housing.MeterFacts) {
	w.open()
	if m.ID != 0 {
		w.number("id", m.ID)
	}
	w.text("serial", m.Serial)
	w.text("service", string(m.Service))
	w.zones("zones", inKeys(m.Zones, cmpZone))
	w.number("digits", int64(m.Digits))
	w.dateIfAny("commissioned", m.Commissioned)
	w.dateIfAny("verify_by", m.VerifyBy)
	w.dateIfAny("closed", m.Closed)
	w.source(m.Source)
	if len(m.Readings) > 0 {
		w.key("readings")
		w.readings(m.Readings)
	}
	if len(m.History) > 0 {
		w.key("history")
		w.volumes(inKeys(m.History, cmpVolume))
	}
	if len(m.Events) > 0 {
		list := inOrder(m.Events, cmpEvent)
		w.list("events", &list, e.events)
	}
	w.textIfAny("replaces", m.Replaces)
	w.close()
}

// list writes a list by what is known of its type.
func (w *jsonText) list(name string, list any, encode valueEncoder) {
	w.key(name)
	if w.err != nil {
		return
	}
	if b, err := encode(w.b, reflect.ValueOf(list).Elem()); err != nil {
		w.err = err
	} else {
		w.b = b
	}
}

func (w *jsonText) premises(name string, p *housing.Premises) {
	w.key(name)
	w.open()
	if p.ID != 0 {
		w.number("id", p.ID)
	}
	w.textIfAny("flat", p.Flat)
	w.textIfAny("room", p.Room)
	w.text("kind", string(p.Kind))
	w.close()
}

func (w *jsonText) occupancies(list []housing.Occupancy) {
	w.b = append(w.b, '[')
	for i := range list {
		o := &list[i]
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.open()
		w.interval("valid", o.Valid)
		w.decimal("area", o.Area)
		w.number("people", int64(o.People))
		w.number("owners", int64(o.Owners))
		w.text("occupant", string(o.Occupant))
		w.source(o.Source)
		w.close()
	}
	w.b = append(w.b, ']')
}

func (w *jsonText) services(list []housing.AccountService) {
	w.b = append(w.b, '[')
	for i := range list {
		s := &list[i]
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.open()
		w.text("service", string(s.Service))
		w.text("payee", s.Payee)
		w.flagIfSet("meter_possible", s.MeterPossible)
		w.textIfAny("category", s.Category)
		w.textIfAny("equipment", s.Equipment)
		w.interval("valid", s.Valid)
		w.source(s.Source)
		w.flagIfSet("own_source", s.OwnSource)
		w.decimalIfAny("quality", s.Quality)
		w.decimalIfAny("correspondence", s.Correspondence)
		w.close()
	}
	w.b = append(w.b, ']')
}

func (w *jsonText) zones(name string, list []housing.Zone) {
	w.key(name)
	w.b = append(w.b, '[')
	for i, zone := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.string(string(zone))
	}
	w.b = append(w.b, ']')
}

func (w *jsonText) readings(list []housing.Reading) {
	w.b = append(w.b, '[')
	for i := range list {
		r := &list[i]
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.open()
		w.textIfAny("zone", string(r.Zone))
		w.date("on", r.On)
		w.decimal("value", r.Value)
		w.flagIfSet("control", r.Control)
		w.source(r.Source)
		w.close()
	}
	w.b = append(w.b, ']')
}

func (w *jsonText) volumes(list []housing.MonthVolume) {
	w.b = append(w.b, '[')
	for i := range list {
		v := &list[i]
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.open()
		w.period("period", v.Period)
		w.textIfAny("zone", string(v.Zone))
		w.decimal("volume", v.Volume)
		w.key("metered")
		w.b = strconv.AppendBool(w.b, v.Metered)
		if !v.Unread.IsZero() {
			w.decimal("unread", v.Unread)
		}
		w.close()
	}
	w.b = append(w.b, ']')
}
