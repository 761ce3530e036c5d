package matching

import (
	"slices"
	"strings"
)

// relation is how the house of a claim stands to a house of ours.
type relation int

const (
	unknownHouse    relation = iota // the claim does not say enough
	otherHouse                      // another house
	nearHouse                       // a slip of the pen apart, or something was not understood: proposes only
	incompleteHouse                 // the same as far as it goes, but the town is missing
	sameHouse
)

// relate compares two places. Types and districts may be missing on either side; what both name
// must agree.
func (ix *Index) relate(claim *place, rest string, h *house) relation {
	if claim.house == "" || claim.streetNames() == "" {
		return unknownHouse
	}
	if claim.house != h.place.house {
		return otherHouse
	}
	ours := &h.place
	districts := overlap(claim.elements[district], ours.elements[district])
	towns := ix.relateTowns(claim.elements[settlement], ours.elements[settlement])
	if !districts || towns == otherHouse || !compatible(claim, ours) {
		if districts && towns != otherHouse && nearStreets(claim, ours) {
			return nearHouse
		}
		return otherHouse
	}
	if rest != h.rest {
		return nearHouse
	}
	return towns
}

// relateTowns compares settlements: ours may be the inner one of a longer list in the claim.
func (ix *Index) relateTowns(claim, ours []element) relation {
	switch {
	case len(claim) == 0 && len(ours) == 0, within(ours, claim) && len(ours) > 0:
		return sameHouse
	case len(claim) == 0 || len(ours) == 0:
		if ix.oneTown {
			return sameHouse
		}
		return incompleteHouse
	case within(claim, ours):
		return incompleteHouse
	}
	return otherHouse
}

// compatible reports whether streets are the same, and quarters where there is no street.
func compatible(a, b *place) bool {
	if len(a.elements[street]) != len(b.elements[street]) || !within(a.elements[street], b.elements[street]) {
		return false
	}
	quarters := within(a.elements[area], b.elements[area]) || within(b.elements[area], a.elements[area])
	if len(a.elements[street]) == 0 {
		return quarters && len(a.elements[area]) == len(b.elements[area])
	}
	return quarters
}

// within reports whether each of some elements is among others.
func within(some, others []element) bool {
	for _, e := range some {
		if !slices.ContainsFunc(others, e.agrees) {
			return false
		}
	}
	return true
}

// overlap reports whether two lists of districts can be of one place.
func overlap(a, b []element) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(e element) bool { return slices.ContainsFunc(b, e.agrees) })
}

func (e element) agrees(o element) bool {
	return e.name == o.name && (e.kind == o.kind || e.kind == "" || o.kind == "")
}

func nearStreets(a, b *place) bool {
	x, y := a.streetNames(), b.streetNames()
	return x == y || near(x, y, 2) || nearShort(x, y)
}

// findHouses finds the houses that an address may mean, and how sure that is.
func (m *attempt) findHouses() (found []int32, best relation) {
	const many = 5000 // a street of this name stands in many towns
	if found = m.byGUID(); len(found) > 0 {
		return found, sameHouse
	}
	var alike []int32
	for _, p := range m.ix.places(&m.place) {
		alike = append(alike, m.ix.byStreet.all(p.streetKey(), many)...)
	}
	for _, at := range alike {
		switch r := m.relate(at); {
		case r < incompleteHouse || r < best || slices.Contains(found, at):
		case r > best:
			found, best = append(found[:0], at), r
		default:
			found = append(found, at)
		}
	}
	return found, best
}

// unitRelation compares flat and room: same, differs, or unknown where one is missing.
func unitRelation(flat, room string, ours unit) string {
	flat, known := strings.TrimPrefix(flat, "ПОМ "), strings.TrimPrefix(ours.flat, "ПОМ ")
	switch {
	case flat == "" && known != "":
		return resultUnknown
	case flat != known, room != "" && ours.room != "" && room != ours.room:
		return resultDiffers
	case room != ours.room:
		return resultUnknown
	}
	return resultSame
}
