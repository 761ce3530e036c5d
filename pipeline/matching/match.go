package matching

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// attempt is the matching of one claim.
type attempt struct {
	ix       *Index
	claim    housing.Claim
	address  Address
	place    place
	guid     string // of the house, ФИАС/ГАР
	names    []person
	undone   []int64 // accounts from which people took the claim away
	evidence Evidence
	guarded  []int32 // accounts whose number the claim's may have been before it was spoiled
	seen     []int32 // accounts met on the way, candidates if it ends as a question
}

// Match decides on one claim. The order of evidence: the number of the account, exactly as it came;
// the unified number or ЖКУ id; the number under which a supplier or another system knows the account;
// the address with flat and room together with the surname. A name
// alone finds nobody, it only confirms. A number whose address or surname contradicts is a question.
//
// Surnames of one stem (Иванов, Иванова) or with another first name are evidence of a household:
// they confirm an account only where the premises are the same and have but one account. A spoiled
// number (1,23E+14, look-alike letters, lost zeros) links nothing: the claim may still be linked by
// address and surname, unless the accounts which the number may mean are others.
//
// A link to one of the undone accounts was taken back by a person: it is asked for, never made again.
func (ix *Index) Match(claim housing.Claim, undone ...int64) Decision {
	m := ix.attempt(claim, undone)
	d := m.decide()
	if d.Status == Question {
		d.Candidates = m.candidates()
	}
	return d
}

// Decide is Match without candidates, which cost more than the decision and are shown to operators only.
func (ix *Index) Decide(claim housing.Claim, undone ...int64) Decision {
	return ix.attempt(claim, undone).decide()
}

func (ix *Index) attempt(claim housing.Claim, undone []int64) *attempt {
	parsed, guid := parseClaim(claim.Address)
	m := &attempt{ix: ix, claim: claim, place: parsed.place, guid: guid, names: people(claim.FullName), undone: undone}
	m.address = Address{Flat: parsed.flat, Room: parsed.room, Rest: strings.Join(parsed.rest, " ")}
	return m
}

func (m *attempt) decide() Decision {
	d := m.outcome()
	d.Evidence, d.Rules = m.evidence, RulesVersion
	if d.Status == Question {
		d.Tail = m.address.Rest
	}
	for _, s := range m.evidence.Steps {
		d.Score += weight(s)
	}
	return d
}

func (m *attempt) outcome() Decision {
	numbers := m.ix.byNumber.all(m.claim.Account, maxAlike)
	unified := m.unifiedHits(len(numbers) == 0)
	m.recordNumber(numbers)
	if m.claim.Unified != "" || len(unified) > 0 {
		m.record(stepUnified, m.claim.Unified, unified)
	}
	var elsewhere []int32
	if len(numbers) == 0 {
		if elsewhere = m.distinct(&m.ix.byOthers, m.claim.Account); len(elsewhere) > 0 {
			m.record(stepElsewhere, m.claim.Account, elsewhere)
		}
	}
	switch {
	case len(numbers) > 1:
		return m.question(ReasonSeveralByNumber)
	case len(unified) > 1:
		if unified = m.narrow(unified); len(unified) != 1 {
			return m.question(ReasonSeveralByUnified)
		}
	case len(elsewhere) > 1:
		return m.question(ReasonSeveralElsewhere)
	}
	switch {
	case len(numbers) == 1 && len(unified) == 1 && numbers[0] != unified[0]:
		return m.question(ReasonNumberAndUnifiedDiffer)
	case len(elsewhere) > 0 && len(unified) == 1 && !slices.Contains(elsewhere, unified[0]):
		return m.question(ReasonElsewhereAndUnifiedDiffer)
	case len(numbers) == 1:
		return m.confirm(numbers[0], byNumberReasons())
	case len(unified) == 1:
		return m.confirm(unified[0], byUnifiedReasons())
	case len(elsewhere) == 1:
		return m.confirm(elsewhere[0], elsewhereReasons())
	}
	return m.byAddress()
}

const maxAlike = 20

// unifiedHits finds accounts by ЕЛС or ЖКУ id; registries put these into the column of the number too.
func (m *attempt) unifiedHits(inNumber bool) []int32 {
	hits := m.distinct(&m.ix.byUnified, unifiedKey(m.claim.Unified))
	if len(hits) == 0 && inNumber {
		hits = m.distinct(&m.ix.byUnified, unifiedKey(m.claim.Account))
	}
	return hits
}

func (m *attempt) distinct(in *chain[string], key string) []int32 {
	hits := in.all(key, maxAlike)
	slices.Sort(hits)
	return slices.Compact(hits)
}

func (m *attempt) recordNumber(hits []int32) {
	if m.claim.Account == "" {
		return
	}
	if len(hits) > 0 {
		m.record(stepNumber, m.claim.Account, hits)
		return
	}
	m.guarded = m.ix.guard(m.claim.Account)
	m.seen = append(m.seen, m.guarded...)
	step := Step{What: stepNumber, Given: m.claim.Account, Result: resultNotFound, Count: len(m.guarded)}
	if m.isSpoiled() {
		step.Result = resultSpoiled
	}
	m.evidence.add(step)
}

func (m *attempt) isSpoiled() bool {
	return len(m.guarded) > 0 || m.claim.Account != "" && spoiledHow(m.claim.Account) != intact
}

func (m *attempt) record(what, given string, hits []int32) {
	m.seen = append(m.seen, hits...)
	step := Step{What: what, Given: given, Count: len(hits)}
	switch len(hits) {
	case 0:
		step.Result = resultNotFound
	case 1:
		step.Result = resultSame
	default:
		step.Result = resultSeveral
	}
	m.evidence.add(step)
}

// guard finds the accounts that a number may have meant before it was spoiled.
func (ix *Index) guard(number string) []int32 {
	digits, length, ok := exponentOf(number)
	if !ok {
		return ix.byLoose.all(looseNumber(number), maxAlike)
	}
	var found []int32
	from, _ := slices.BinarySearchFunc(ix.sorted, digits, func(at int32, d string) int {
		return strings.Compare(ix.accounts[at].Number, d)
	})
	for _, at := range ix.sorted[from:] {
		number := ix.accounts[at].Number
		if !strings.HasPrefix(number, digits) || len(found) == maxAlike {
			break
		}
		if len(number) == length {
			found = append(found, at)
		}
	}
	return found
}

// narrow keeps the accounts whose premises are those of the claim.
func (m *attempt) narrow(hits []int32) []int32 {
	return slices.DeleteFunc(slices.Clone(hits), func(at int32) bool {
		house, unit := m.addressOf(at)
		return house < incompleteHouse || unit != resultSame
	})
}

// addressOf compares the address of the claim with that of an account.
func (m *attempt) addressOf(at int32) (relation, string) {
	u := m.ix.units[at]
	if u.house == noHouse {
		return unknownHouse, resultUnknown
	}
	return m.relate(u.house), unitRelation(m.address.Flat, m.address.Room, u)
}

func (m *attempt) nameOf(at int32) kinship {
	return compareNames(m.names, people(m.ix.accounts[at].Payer))
}

// reasons are those of one way to find an account.
type reasons struct{ address, surname, differ, unconfirmed string }

func byNumberReasons() reasons {
	return reasons{ReasonNumberAndAddress, ReasonNumberAndSurname, ReasonNumberAndAddressDiffer, ReasonNumberUnconfirmed}
}

func byUnifiedReasons() reasons {
	return reasons{ReasonUnifiedAndAddress, ReasonUnifiedAndSurname, ReasonUnifiedAndAddressDiffer, ReasonUnifiedUnconfirmed}
}

func elsewhereReasons() reasons {
	return reasons{ReasonElsewhereAndAddress, ReasonElsewhereAndSurname, ReasonElsewhereAndAddressDiffer, ReasonElsewhereUnconfirmed}
}

// confirm decides on an account found by its number or ЕЛС: something must speak for it besides,
// and nothing against it. One slip in a surname is not against it where number, address, first name and patronymic
// all agree.
func (m *attempt) confirm(at int32, why reasons) Decision {
	house, unit := m.addressOf(at)
	name := m.nameOf(at)
	m.evidence.Steps = append(m.evidence.Steps, m.compared(at)...)
	switch {
	case house == otherHouse:
		return m.question(why.differ)
	case unit == resultDiffers:
		return m.question(ReasonFlatDiffers)
	case name == otherName:
		return m.question(ReasonSurnameDiffers)
	case name == similarName && (house < incompleteHouse || unit != resultSame || !slipped(m.names, people(m.ix.accounts[at].Payer))):
		return m.question(ReasonSurnameDiffers)
	case name != sameName && m.namedBeside(at):
		return m.question(ReasonSeveralInPremises)
	case house >= incompleteHouse && unit == resultSame:
		return m.link(at, why.address)
	case name == sameName:
		return m.link(at, why.surname)
	}
	return m.question(why.unconfirmed)
}

// namedBeside reports whether another account of the same premises is that of a payer of the claimed name: the number
// may have been mistyped into this one.
func (m *attempt) namedBeside(at int32) bool {
	u := m.ix.units[at]
	beside := m.ix.byUnit.all(unitRef{u.house, u.flat}, maxAlike)
	return slices.ContainsFunc(beside, func(other int32) bool {
		if other != at && m.nameOf(other) == sameName {
			m.seen = append(m.seen, other)
			return true
		}
		return false
	})
}

func (m *attempt) link(at int32, reason string) Decision {
	if slices.Contains(m.undone, m.ix.accounts[at].ID) {
		m.seen = append(m.seen, at)
		return m.question(ReasonLinkUndone)
	}
	if m.claim.Right.Expired(m.ix.day) {
		m.seen = append(m.seen, at)
		return m.question(ReasonProxyExpired)
	}
	if m.claim.Right.Consent == housing.ConsentRefused {
		m.seen = append(m.seen, at)
		return m.question(ReasonConsentRefused)
	}
	return Decision{Status: Linked, AccountID: m.ix.accounts[at].ID, Reason: reason}
}

func (m *attempt) question(reason string) Decision {
	return Decision{Status: Question, Reason: reason}
}
