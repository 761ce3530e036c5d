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
		if at, sure := m.amongHouses(houses, how); sure {
			m.evidence.add(m.surnameStep(at))
			return m.link(at, ReasonAddressAndSurname)
		}
		return m.question(ReasonSeveralHouses)
	}
	found, why := m.premises(houses[0])
	m.seen = append(m.seen, found...)
	if why == "" && how == incompleteHouse && !m.meant(found) {
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

// amongHouses picks the account where an address fits several houses: a village of this name lies in two districts, or the town is
// missing. Sure is the one that a number without its zeros means too; and, of towns that the claim does name, the only one whose payer
// has the very name, written out on both sides, while everybody else of these premises is known and a stranger.
func (m *attempt) amongHouses(houses []int32, how relation) (only int32, sure bool) {
	var found []int32
	for _, house := range houses {
		for _, at := range m.ix.byUnit.all(unitRef{house, m.address.Flat}, maxAlike) {
			if m.address.Room == "" || m.ix.units[at].room == m.address.Room {
				found = append(found, at)
			}
		}
	}
	m.seen = append(m.seen, found...)
	if m.meant(found) {
		return m.guarded[0], true
	}
	if how != sameHouse || len(m.guarded) > 0 {
		return 0, false
	}
	for _, at := range found {
		switch name := m.nameOf(at); {
		case name == sameName && !sure && m.namedInFull(at):
			only, sure = at, true
		case name != otherName:
			return 0, false
		}
	}
	return only, sure
}

// meant reports whether the number, but for its zeros or its look-alike letters, is that of one account alone, which is among
// those of the address, and the payer's name is the claimed one.
func (m *attempt) meant(found []int32) bool {
	return len(m.guarded) == 1 && slices.Contains(found, m.guarded[0]) && m.nameOf(m.guarded[0]) == sameName
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
	case len(found) == 1 && len(family) == 1 && (m.claim.Account == "" || slices.Equal(m.guarded, family)) && m.claim.Unified == "":
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

// namedInFull reports whether both sides write first name and patronymic out, so that relatives are told apart: a father and a
// grandson may bear one first name.
func (m *attempt) namedInFull(at int32) bool {
	inFull := func(p person) bool { return len(p.given) > 1 && !oneLetter(p.given[0]) && !oneLetter(p.given[1]) }
	return !slices.ContainsFunc(m.names, func(p person) bool { return !inFull(p) }) &&
		!slices.ContainsFunc(people(m.ix.accounts[at].Payer), func(p person) bool { return !inFull(p) })
}
