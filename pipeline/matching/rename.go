package matching

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Rename is a street that bears another name now. Was and Now are written as in addresses: «ул. Ленина», with
// the town where streets of that name stand in several.
type Rename struct{ Was, Now string }

// rename is a Rename taken apart.
type rename struct{ was, now place }

// WithRenames makes the index know renamed streets and returns it; to be called before the first match. A
// rename that names no street is left out.
func (ix *Index) WithRenames(renames []Rename) *Index {
	for _, r := range renames {
		pair := rename{parse(r.Was).place, parse(r.Now).place}
		if len(pair.was.elements[street]) == 1 && len(pair.now.elements[street]) == 1 {
			ix.renames = append(ix.renames, pair)
		}
	}
	return ix
}

// AsOf sets the day on which claims are decided and returns the index; to be called before the first match.
// Powers of attorney that ended before link nobody.
func (ix *Index) AsOf(day housing.Date) *Index {
	ix.day = day
	return ix
}

// places are the house of a claim as written, and under the names its street had before or bears since.
// Where two streets became one, or one became two, the other name does not tell which house it is: left out.
func (ix *Index) places(written *place) []place {
	all := []place{*written}
	if len(ix.renames) == 0 || len(written.elements[street]) != 1 {
		return all
	}
	for _, forward := range []bool{true, false} {
		at := written
		for range len(ix.renames) { // no longer, should somebody have written a ring
			next, ok := ix.otherName(at, forward)
			if !ok {
				break
			}
			all, at = append(all, next), &next
		}
	}
	return all
}

func (ix *Index) otherName(at *place, forward bool) (place, bool) {
	var found []element
	for _, r := range ix.renames {
		from, to := &r.was, &r.now
		if !forward {
			from, to = to, from
		}
		towns := len(from.elements[settlement]) == 0 || len(at.elements[settlement]) == 0 && ix.oneTown ||
			overlapsIn(from.elements[settlement], at.elements[settlement])
		name := to.elements[street][0]
		if towns && from.elements[street][0].agrees(at.elements[street][0]) && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		return place{}, false
	}
	other := *at
	other.elements[street] = found
	return other, true
}

func overlapsIn(a, b []element) bool {
	return slices.ContainsFunc(a, func(e element) bool { return slices.ContainsFunc(b, e.agrees) })
}
