package town

import (
	"iter"
	"math/rand/v2"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// account is a personal account with what is true of it.
type account struct {
	house   *house
	index   int // among all accounts
	number  string
	unified string
	flat    string
	room    int // of a communal flat; 0: a flat of its own
	area    int // tenths of m²
	people  int
	owners  int
	tenant  bool
	payer   person
	opened  housing.Date
	meters  []meter
	noMeter bool // an act of its own says that water meters cannot be put in
}

func (a *account) address() string {
	if a.flat == "" {
		return a.house.address
	}
	if a.room > 0 {
		return a.house.address + ", кв. " + a.flat + ", ком. " + strconv.Itoa(a.room)
	}
	return a.house.address + ", кв. " + a.flat
}

// premises are an account's facts that do not concern its meters.
func (t *Town) premises(h *house, ordinal int) account {
	index := h.first + ordinal - 1
	r := t.rng(drawAccount, index)
	a := account{
		house: h, index: index, flat: h.flat(ordinal), room: h.room(ordinal),
		number:  "01" + padded(h.index+1, 5) + padded(ordinal, 3),
		unified: "70АА" + padded(100_000+index, 6),
	}
	a.area = area(r, h.private)
	a.people = household(r)
	a.owners = []int{1, 1, 1, 1, 1, 2, 2, 2, 3}[r.IntN(9)]
	if h.municipal && chance(r, 12) {
		a.tenant, a.owners, a.people = true, 0, max(a.people, 1)
	}
	a.payer = somebody(r)
	a.opened = dayOf(t.later(-between(r, 24, 160)), between(r, 1, 28))
	return a
}

// area draws 28.4 to 112.7 m² by the number of rooms.
func area(r *rand.Rand, private bool) int {
	kind := r.IntN(100)
	switch {
	case private:
		return between(r, 420, 1127)
	case kind < 34:
		return between(r, 284, 415)
	case kind < 72:
		return between(r, 416, 580)
	case kind < 95:
		return between(r, 560, 790)
	}
	return between(r, 750, 1127)
}

// household draws how many people live in a flat; in a few nobody is registered.
func household(r *rand.Rand) int {
	roll := r.IntN(100)
	for people, upTo := range []int{5, 28, 57, 79, 92, 98} {
		if roll < upTo {
			return people
		}
	}
	return 6
}

// all goes over the accounts in the order of houses and flats. The account is only valid until the
// next.
func (t *Town) all() iter.Seq[*account] { return t.everywhere(t.of) }

// equipped goes over the accounts with their meters.
func (t *Town) equipped() iter.Seq[*account] { return t.everywhere(t.metered) }

func (t *Town) everywhere(of func(*house) iter.Seq[*account]) iter.Seq[*account] {
	return func(yield func(*account) bool) {
		for i := range t.houses {
			for a := range of(&t.houses[i]) {
				if !yield(a) {
					return
				}
			}
		}
	}
}

// of goes over the accounts of one house.
func (t *Town) of(h *house) iter.Seq[*account] {
	return func(yield func(*account) bool) {
		for ordinal := 1; ordinal <= h.flats; ordinal++ {
			a := t.premises(h, ordinal)
			if !yield(&a) {
				return
			}
		}
	}
}

// metered goes over the accounts of one house with their meters.
func (t *Town) metered(h *house) iter.Seq[*account] {
	return func(yield func(*account) bool) {
		for a := range t.of(h) {
			if t.install(a); !yield(a) {
				return
			}
		}
	}
}

// padded writes a number with leading zeros.
func padded(n, width int) string {
	digits := [20]byte{}
	for i := width - 1; i >= 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return string(digits[:width])
}
