package matching

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Account is what matching needs to know of a personal account.
type Account struct {
	ID        int64
	Number    string
	Unified   string   // ЕЛС
	ServiceID string   // идентификатор ЖКУ
	Elsewhere []string // numbers under which others know the account: of a supplier, of the system before
	HouseKey  string   // as HouseKey makes it
	FIAS      string   // identifier of the house, "" where unknown
	Flat      string   // as stored; compared by FlatKey
	Room      string
	Payer     string
}

// Index finds accounts by what claims say of them. It is not changed after NewIndex, so that any
// number of goroutines may match at once.
type Index struct {
	accounts  []Account
	units     []unit
	houses    []house
	oneTown   bool // all houses are of one town: an address without it is complete
	byNumber  chain[string]
	byLoose   chain[string] // looseNumber
	byUnified chain[string] // ЕЛС and ЖКУ ids
	byOthers  chain[string] // numbers elsewhere
	byUnit    chain[unitRef]
	bySurname chain[string] // stem of the payer's surname
	byKey     map[string]int32
	byStreet  chain[string] // house by streetKey
	byFIAS    chain[string] // house by its identifier
	day       housing.Date
	renames   []rename
	byHouseNo chain[string] // house by its number, for proposals
	sorted    []int32       // accounts by number, for «1,23E+14»
}

// unit is where an account is, in the form it is compared in.
type unit struct {
	house      int32
	flat, room string
}

type unitRef struct {
	house int32
	flat  string
}

// house is one house of the accounts.
type house struct {
	key   string
	fias  string
	place place
	rest  string
}

// NewIndex makes the index of the accounts of one organisation. It keeps the slice.
func NewIndex(accounts []Account) *Index {
	n := len(accounts)
	ix := &Index{
		accounts: accounts, units: make([]unit, n), byKey: map[string]int32{},
		byNumber: newChain[string](n), byLoose: newChain[string](n), byUnified: newChain[string](2 * n),
		byOthers: newChain[string](0), byUnit: newChain[unitRef](n), bySurname: newChain[string](n),
		byStreet: newChain[string](0), byFIAS: newChain[string](0), byHouseNo: newChain[string](0),
	}
	for i, a := range accounts {
		at := int32(i)
		ix.units[i] = unit{ix.houseOf(a.HouseKey, strings.ToLower(a.FIAS)), FlatKey(a.Flat), RoomKey(a.Room)}
		ix.byNumber.add(a.Number, at)
		ix.byLoose.add(looseNumber(a.Number), at)
		ix.byUnified.add(unifiedKey(a.Unified), at)
		ix.byUnified.add(unifiedKey(a.ServiceID), at)
		for _, number := range a.Elsewhere {
			ix.byOthers.add(number, at)
		}
		ix.byUnit.add(unitRef{ix.units[i].house, ix.units[i].flat}, at)
		for _, p := range people(a.Payer) {
			ix.bySurname.add(stem(p.surname), at)
		}
		ix.sorted = append(ix.sorted, at)
	}
	slices.SortFunc(ix.sorted, func(a, b int32) int { return strings.Compare(accounts[a].Number, accounts[b].Number) })
	ix.oneTown = !slices.ContainsFunc(ix.houses, func(h house) bool {
		return !slices.Equal(h.place.elements[settlement], ix.houses[0].place.elements[settlement])
	})
	return ix
}

// noHouse is the house of an account without an address.
const noHouse = -1

func (ix *Index) houseOf(key, fias string) int32 {
	if key == "" {
		return noHouse
	}
	if at, ok := ix.byKey[key]; ok {
		return at
	}
	p := parse(key)
	at := int32(len(ix.houses)) //nolint:gosec // as many as accounts at most
	ix.byKey[key] = at
	ix.houses = append(ix.houses, house{key, fias, p.place, strings.Join(p.rest, " ")})
	ix.byFIAS.add(fias, at)
	ix.byStreet.add(p.place.streetKey(), at)
	ix.byHouseNo.add(p.place.house, at)
	return at
}

// streetKey is the names of the street and the number of the house, without types: what two
// spellings of an address must have in common.
func (p *place) streetKey() string {
	if p.house == "" {
		return ""
	}
	names := p.streetNames()
	if names == "" {
		return ""
	}
	return names + "|" + p.house
}

func (p *place) streetNames() string {
	for _, l := range []level{street, area, settlement} {
		if len(p.elements[l]) > 0 {
			names := make([]string, len(p.elements[l]))
			for i, e := range p.elements[l] {
				names[i] = e.name
			}
			slices.Sort(names)
			return strings.Join(names, "|")
		}
	}
	return ""
}

// unifiedKey evens out case and outer spaces; look-alike letters stay as they are.
func unifiedKey(id string) string { return strings.ToUpper(strings.TrimSpace(id)) }

// chain maps a key to numbers in the order they were added, without a slice for each key. The empty
// key of any text is nobody's.
type chain[K comparable] struct {
	head  map[K]int32
	links []link
}

type link struct{ value, next int32 }

func newChain[K comparable](size int) chain[K] {
	return chain[K]{head: make(map[K]int32, size), links: make([]link, 0, size)}
}

func (c *chain[K]) add(key K, value int32) {
	if text, ok := any(key).(string); ok && text == "" {
		return
	}
	c.links = append(c.links, link{value, c.head[key]})
	c.head[key] = int32(len(c.links)) //nolint:gosec // as many as accounts at most
}

// all returns up to limit values of the key, the last added first.
func (c *chain[K]) all(key K, limit int) []int32 {
	var values []int32
	for at := c.head[key]; at != 0 && len(values) < limit; at = c.links[at-1].next {
		values = append(values, c.links[at-1].value)
	}
	return values
}
