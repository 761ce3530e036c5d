package matching

import (
	"cmp"
	"slices"
)

const maxCandidates = 5

// candidates are the accounts met on the way and, where these are few, such as resemble the claim.
func (m *attempt) candidates() []Candidate {
	seen := slices.Clone(m.seen)
	if len(seen) < maxCandidates {
		seen = append(seen, m.resembling()...)
	}
	slices.Sort(seen)
	seen = slices.Compact(seen)
	list := make([]Candidate, 0, len(seen))
	for _, at := range seen {
		steps := m.compared(at)
		for _, s := range []Step{m.elsewhereStep(at), m.unifiedStep(at), m.numberStep(at)} {
			if s.Result != "" {
				steps = append([]Step{s}, steps...)
			}
		}
		score := 0
		for _, s := range steps {
			score += weight(s)
		}
		a := m.ix.accounts[at]
		list = append(list, Candidate{AccountID: a.ID, Number: a.Number, Score: score, Evidence: Evidence{steps}})
	}
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Number, b.Number))
	})
	return list[:min(len(list), maxCandidates)]
}

// weight orders candidates and is summed up in the score of a decision. It decides nothing, so it is no more than a rule of thumb.
func weight(s Step) int {
	full := 0
	switch s.What {
	case stepNumber, stepUnified, stepElsewhere:
		full = 50
	case stepAddress, stepPremises:
		full = 25
	case stepSurname:
		full = 20
	}
	switch s.Result {
	case resultSame:
		return full
	case resultSimilar, resultHousehold, resultSpoiled:
		return full / 2
	case resultDiffers:
		return -full / 5
	}
	return 0
}

// resembling proposes accounts of the family name in the same or a like house, or the same flat of
// a like house.
func (m *attempt) resembling() []int32 {
	const many, enough = 200, 20
	var found []int32
	for _, p := range m.names {
		for _, at := range m.ix.bySurname.all(stem(p.surname), many) {
			if house, _ := m.addressOf(at); house >= nearHouse && len(found) < enough {
				found = append(found, at)
			}
		}
	}
	if m.address.Flat == "" {
		return found
	}
	for _, h := range m.likeHouses() {
		found = append(found, m.ix.byUnit.all(unitRef{h, m.address.Flat}, enough)...)
	}
	return found
}

// likeHouses finds houses of the same number in streets of nearly the same name.
func (m *attempt) likeHouses() []int32 {
	const many, enough = 500, 5
	var found []int32
	for _, at := range m.ix.byHouseNo.all(m.place.house, many) {
		if m.relate(at) >= nearHouse {
			if found = append(found, at); len(found) == enough {
				break
			}
		}
	}
	return found
}

// compared is the claim beside one account.
func (m *attempt) compared(at int32) []Step {
	steps := make([]Step, 0, 3)
	u := m.ix.units[at]
	house, unit := m.addressOf(at)
	if m.claim.Address != "" && u.house != noHouse {
		result := [...]string{resultUnknown, resultDiffers, resultSimilar, resultSame, resultSame}[house]
		steps = append(steps, Step{What: stepAddress, Given: m.claim.Address, Found: m.ix.houses[u.house].key, Result: result})
		if house != otherHouse && house != unknownHouse {
			a := m.ix.accounts[at]
			steps = append(steps, Step{What: stepPremises, Given: m.unitText(), Found: roomTitle(a), Result: unit})
		}
	}
	return append(steps, m.surnameStep(at))
}

func roomTitle(a Account) string {
	if a.Room == "" {
		return a.Flat
	}
	return a.Flat + ", ком. " + a.Room
}

func (m *attempt) surnameStep(at int32) Step {
	payer := m.ix.accounts[at].Payer
	result := [...]string{resultUnknown, resultDiffers, resultSimilar, resultHousehold, resultSame}[m.nameOf(at)]
	return Step{What: stepSurname, Given: m.claim.FullName, Found: payer, Result: result}
}

// numberStep compares the numbers themselves; without a result where the claim has none.
func (m *attempt) numberStep(at int32) Step {
	number := m.ix.accounts[at].Number
	step := Step{What: stepNumber, Given: m.claim.Account, Found: number}
	switch {
	case m.claim.Account == "":
	case m.claim.Account == number:
		step.Result = resultSame
	case slices.Contains(m.guarded, at):
		step.Result = resultSpoiled
	case near(m.claim.Account, number, 1):
		step.Result = resultSimilar
	default:
		step.Result = resultDiffers
	}
	return step
}

// unifiedStep compares ЕЛС and ЖКУ id; without a result where either side has none.
func (m *attempt) unifiedStep(at int32) Step {
	a := m.ix.accounts[at]
	id := unifiedKey(m.claim.Unified)
	step := Step{What: stepUnified, Given: m.claim.Unified, Found: a.Unified}
	switch {
	case id == "" || a.Unified == "" && a.ServiceID == "":
	case id == unifiedKey(a.Unified), id == unifiedKey(a.ServiceID):
		step.Result = resultSame
	case fold(id) == fold(a.Unified), fold(id) == fold(a.ServiceID):
		step.Result = resultSpoiled
	default:
		step.Result = resultDiffers
	}
	return step
}

// elsewhereStep speaks only where the number is known elsewhere as this account's.
func (m *attempt) elsewhereStep(at int32) Step {
	number := m.claim.Account
	if number == "" || !slices.Contains(m.ix.accounts[at].Elsewhere, number) {
		return Step{}
	}
	return Step{What: stepElsewhere, Given: number, Found: number, Result: resultSame}
}
