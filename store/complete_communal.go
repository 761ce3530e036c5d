package store

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// communalArea is the total area of a communal flat on some days, as a file says.
type communalArea struct {
	flat   string
	area   housing.Decimal
	valid  housing.Interval
	source housing.Source
}

func (l *completer) communalAreas() completion {
	const sql = `
SELECT c.house_id, c.flat, c.area::text, lower(c.valid), upper(c.valid), ` + sourceColumns + `c.source_pos
FROM communal_flats c JOIN sources s ON s.id = c.source_id
WHERE c.house_id = ANY($1) AND c.` + inMonth + ` ORDER BY c.house_id, c.flat, lower(c.valid)`
	var house int64
	var c communalArea
	into := append([]any{&house, &c.flat, &c.area, &c.valid.From, &c.valid.To}, sourceTargets(&c.source)...)
	return completion{sql, l.houseArgs(), into, func() error {
		h := l.byHouse[house]
		h.areas = append(h.areas, c)
		return nil
	}}
}

// communalFlats makes a communal flat of the accounts that are its rooms, where something is common to
// them: a meter, or an area that is more than their rooms.
func (l *completer) communalFlats(h *houseBeingRead) {
	meters := l.takeCommonMeters(h)
	flats := map[string]bool{}
	for flat := range meters {
		flats[flat] = true
	}
	for _, a := range h.areas {
		flats[a.flat] = true
	}
	if len(flats) == 0 {
		return
	}
	rooms := map[string][]*housing.AccountFacts{}
	for i := range h.snapshot.Accounts {
		if a := &h.snapshot.Accounts[i]; a.Premises.Kind == housing.Room && flats[a.Premises.Flat] {
			rooms[a.Premises.Flat] = append(rooms[a.Premises.Flat], a)
		}
	}
	for flat := range flats {
		if len(rooms[flat]) == 0 {
			continue
		}
		f := housing.CommunalFlat{Flat: flat, Meters: meters[flat]}
		f.Occupancy = h.communalPeople(flat, rooms[flat])
		h.snapshot.CommunalFlats = append(h.snapshot.CommunalFlats, f)
	}
	slices.SortFunc(h.snapshot.CommunalFlats, func(a, b housing.CommunalFlat) int { return strings.Compare(a.Flat, b.Flat) })
}

// takeCommonMeters moves the meters common to a flat from the account that they stand on to the flat. A
// meter marked so on premises that are no room stays where it is.
func (l *completer) takeCommonMeters(h *houseBeingRead) map[string][]housing.MeterFacts {
	taken := map[string][]housing.MeterFacts{}
	if len(l.common) == 0 {
		return taken
	}
	for i := range h.snapshot.Accounts {
		a := &h.snapshot.Accounts[i]
		if a.Premises.Kind != housing.Room {
			continue
		}
		var own []housing.MeterFacts
		for _, m := range a.Meters {
			if l.common[m.ID] {
				taken[a.Premises.Flat] = append(taken[a.Premises.Flat], m)
			} else {
				own = append(own, m)
			}
		}
		a.Meters = own
	}
	return taken
}

// communalPeople adds up the rooms of a flat, a piece of the month for each change of any of them.
func (h *houseBeingRead) communalPeople(flat string, rooms []*housing.AccountFacts) []housing.CommunalPeople {
	month := h.snapshot.Period.Interval()
	cuts := []housing.Date{month.From, month.To}
	cut := func(valid housing.Interval) {
		for _, on := range [2]housing.Date{valid.From, valid.To} {
			if on.After(month.From) && on.Before(month.To) {
				cuts = append(cuts, on)
			}
		}
	}
	for _, a := range rooms {
		cut(housing.Interval{From: a.Opened, To: a.Closed})
		for i := range a.Occupancy {
			cut(a.Occupancy[i].Valid)
		}
		for i := range a.Stays {
			cut(a.Stays[i].Valid)
		}
	}
	for i := range h.areas {
		if h.areas[i].flat == flat {
			cut(h.areas[i].valid)
		}
	}
	slices.SortFunc(cuts, housing.Date.Cmp)
	cuts = slices.Compact(cuts)
	pieces := make([]housing.CommunalPeople, 0, len(cuts))
	for i := range cuts[1:] {
		pieces = append(pieces, h.communalPiece(flat, rooms, housing.Interval{From: cuts[i], To: cuts[i+1]}))
	}
	return pieces
}

func (h *houseBeingRead) communalPiece(flat string, rooms []*housing.AccountFacts, valid housing.Interval) housing.CommunalPeople {
	p := housing.CommunalPeople{Valid: valid}
	for _, a := range rooms {
		o := occupancyOn(a, valid.From)
		if o == nil {
			continue
		}
		people := o.People + guestsOn(a, valid.From)
		if people == 0 {
			people = o.Owners
		}
		p.People += people
		if sum, err := p.Rooms.Add(o.Area); err == nil { // a sum too large shows as rooms that do not fit
			p.Rooms = sum
		}
		p.Source = o.Source
	}
	p.Area = p.Rooms
	for i := range h.areas {
		if a := &h.areas[i]; a.flat == flat && a.valid.Contains(valid.From) {
			p.Area, p.Source = a.area, a.source
		}
	}
	return p
}

// occupancyOn is what is true of an account on a day, nil where it is not open.
func occupancyOn(a *housing.AccountFacts, on housing.Date) *housing.Occupancy {
	if open := (housing.Interval{From: a.Opened, To: a.Closed}); !open.Contains(on) {
		return nil
	}
	for i := range a.Occupancy {
		if a.Occupancy[i].Valid.Contains(on) {
			return &a.Occupancy[i]
		}
	}
	return nil
}

func guestsOn(a *housing.AccountFacts, on housing.Date) int {
	n := 0
	for i := range a.Stays {
		if a.Stays[i].Valid.Contains(on) {
			n += a.Stays[i].People
		}
	}
	return n
}
