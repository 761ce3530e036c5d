package matching

import (
	"slices"
	"strings"
)

// byAddress decides on a claim that no number found: by the house, the flat, the room and the
// surname together.
func (m *attempt) byAddress() Decision {
	if why := m.addressGap(); why != "" {
		return m.question(why)
	}
	houses, how := m.findHouses()
	if len(houses) == 0 && m.splitHouse() {
		houses, how = m.findHouses()
	}
	m.evidence.add(Step{What: stepAddress, Given: m.claim.Address, Result: houseResult(houses, how), Count: len(houses)})
	switch {
	case len(houses) == 0:
		return m.question(ReasonHouseNotFound)
	case len(houses) > 1:
		return m.question(ReasonSeveralHouses)
	}
	found, why := m.premises(houses[0])
	m.seen = append(m.seen, found...)
	if why == "" && how == incompleteHouse {
		why = ReasonAddressIncomplete
	}
	if why != "" {
		return m.question(why)
	}
	at, why := m.bySurname(found)
	if why != "" {
		return m.question(why)
	}
	if len(m.guarded) > 0 && !slices.Contains(m.guarded, at) {
		return m.question(ReasonNumberSpoiled)
	}
	m.evidence.add(m.surnameStep(at))
	if m.nameOf(at) == household {
		return m.link(at, ReasonAddressAndHousehold)
	}
	return m.link(at, ReasonAddressAndSurname)
}

// splitHouse reads «д. 5-7» as house 5, flat 7, where no house bears that number.
func (m *attempt) splitHouse() bool {
	house, flat, ok := strings.Cut(m.place.house, "-")
	if !ok || m.address.Flat != "" || strings.ContainsAny(flat, " -") {
		return false
	}
	m.place.house, m.address.Flat = house, flat
	return true
}

func houseResult(houses []int32, how relation) string {
	switch {
	case len(houses) == 0:
		return resultNotFound
	case len(houses) > 1:
		return resultSeveral
	case how == sameHouse:
		return resultSame
	}
	return resultSimilar
}

// addressGap says why the address of the claim cannot be looked up, "" if it can.
func (m *attempt) addressGap() string {
	switch {
	case m.claim.Address == "" && m.isSpoiled():
		return ReasonNumberSpoiled
	case m.claim.Address == "" && m.claim.Account != "":
		return ReasonNumberNotFound
	case m.claim.Address == "" && m.claim.Unified != "":
		return ReasonUnifiedNotFound
	case m.claim.Address == "":
		return ReasonNothingToCompare
	case len(m.byGUID()) > 0 && m.address.Rest != "":
		return ReasonAddressNotUnderstood
	case len(m.byGUID()) > 0:
		return ""
	case m.guid != "" && m.place.house == "":
		return ReasonHouseNotFound
	case m.place.house == "" || m.place.streetNames() == "":
		return ReasonAddressIncomplete
	case m.address.Rest != "" && len(m.ix.byStreet.all(m.place.streetKey(), 1)) > 0:
		if _, ok := m.ix.byKey[m.place.key()+", "+m.address.Rest]; !ok {
			return ReasonAddressNotUnderstood
		}
	}
	return ""
}

// premises finds the accounts of the flat and room in a house, or says why there are none.
func (m *attempt) premises(house int32) (found []int32, why string) {
	found = m.ix.byUnit.all(unitRef{house, m.address.Flat}, maxAlike)
	step := Step{What: stepPremises, Given: m.unitText(), Count: len(found), Result: resultSame}
	defer func() { m.evidence.add(step) }()
	switch {
	case len(found) == 0 && m.address.Flat == "":
		step.Result = resultUnknown
		return nil, ReasonFlatMissing
	case len(found) == 0:
		step.Result = resultNotFound
		return nil, ReasonFlatNotFound
	case m.address.Room == "":
		return found, ""
	}
	inRoom := slices.DeleteFunc(slices.Clone(found), func(at int32) bool { return m.ix.units[at].room != m.address.Room })
	if len(inRoom) == 0 {
		step.Result = resultNotFound
		return found, ReasonRoomNotFound
	}
	step.Count = len(inRoom)
	return inRoom, ""
}

func (m *attempt) unitText() string {
	if m.address.Room == "" {
		return m.address.Flat
	}
	return m.address.Flat + ", ком. " + m.address.Room
}

// bySurname picks the only account of the premises that the surname confirms, or says why none.
func (m *attempt) bySurname(found []int32) (only int32, why string) {
	if len(m.names) == 0 {
		return 0, ReasonSurnameUnknown
	}
	groups := map[kinship][]int32{}
	for _, at := range found {
		k := m.nameOf(at)
		groups[k] = append(groups[k], at)
	}
	same, family, nameless := groups[sameName], groups[household], groups[unknownName]
	switch {
	case len(found) == 1 && len(same) == 1:
		return same[0], ""
	case len(found) == 1 && len(family) == 1 && m.claim.Account == "" && m.claim.Unified == "":
		return family[0], ""
	case len(same) == 1 && len(nameless) == 0 && (len(family) == 0 || m.namedInFull(same[0])):
		return same[0], ""
	case len(found) == 1 && len(nameless) == 1:
		return 0, ReasonSurnameUnknown
	case len(same) == 0 && len(nameless) == 0 && (len(family) == 0 || len(found) == 1):
		return 0, ReasonSurnameDiffers
	}
	return 0, ReasonSeveralInPremises
}

// namedInFull reports whether both sides write first names out, so that relatives are told apart.
func (m *attempt) namedInFull(at int32) bool {
	inFull := func(p person) bool { return len(p.given) > 0 && !oneLetter(p.given[0]) }
	return !slices.ContainsFunc(m.names, func(p person) bool { return !inFull(p) }) &&
		!slices.ContainsFunc(people(m.ix.accounts[at].Payer), func(p person) bool { return !inFull(p) })
}
