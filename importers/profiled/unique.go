package profiled

import "strings"

// uniques are the values of a column in which none may come twice, with the row of each. A registry has a
// hundred thousand of them: numbers of up to 12 digits, as banks give them, cost eight bytes and a half-empty table. Of
// a larger file only those that may come twice are kept.
type uniques struct {
	slots   []uint64 // number and row, 0: free; twice as many as are taken, a power of two
	taken   int
	numbers map[longNumber]int32 // longer numbers, by their row
	words   map[string]int32     // all else
	twice   *twice               // nil: every value is kept
}

// longNumber is a number of up to 36 digits, in two halves.
type longNumber struct{ high, low uint64 }

const (
	rowBits  = 21 // of more rows than most files have; further ones stand in a map
	mostRows = 1 << rowBits
	// mostPacked is above the numbers that stand in a slot beside their row.
	mostPacked = 1 << (64 - rowBits)
	fewSlots   = 1 << 10
)

// newUniques makes room for about so many numbers.
func newUniques(expected int) uniques {
	slots := fewSlots
	for slots < 2*expected {
		slots *= 2
	}
	u := uniques{numbers: map[longNumber]int32{}, words: map[string]int32{}}
	if expected > 0 {
		u.slots = make([]uint64, slots)
	}
	return u
}

// repeated returns the row that has the value already; 0 for none, then this row has it.
func (u *uniques) repeated(text string, row int) int {
	if u.twice != nil && !u.twice.maybe(text) {
		return 0
	}
	n, ok := plainNumber(text)
	switch {
	case ok && n < mostPacked:
		return u.repeatedNumber(n, row)
	case ok:
		return repeatedIn(u.numbers, longNumber{low: n}, row)
	}
	const half = 18
	if len(text) > half {
		high, is := plainNumber(text[:len(text)-half])
		low, are := plainNumber(text[len(text)-half:])
		if is && are {
			return repeatedIn(u.numbers, longNumber{high, low}, row)
		}
	}
	if first, known := u.words[text]; known {
		return int(first)
	}
	return repeatedIn(u.words, strings.Clone(text), row) // of no line
}

func repeatedIn[K comparable](seen map[K]int32, value K, row int) int {
	if first, known := seen[value]; known {
		return int(first)
	}
	seen[value] = int32(row) //nolint:gosec // lines of a file of limited size
	return 0
}

func (u *uniques) repeatedNumber(n uint64, row int) int {
	if 2*u.taken >= len(u.slots) {
		u.grow()
	}
	at := u.place(n)
	if slot := u.slots[at]; slot != 0 {
		return int(slot % mostRows)
	}
	if row >= mostRows {
		return repeatedIn(u.numbers, longNumber{low: n}, row)
	}
	u.slots[at] = n<<rowBits | uint64(row) //nolint:gosec // below mostRows
	u.taken++
	return 0
}

// place finds the slot of a number, or the free one where it belongs.
func (u *uniques) place(n uint64) int {
	const spread = 0x9e3779b97f4a7c15 // of Fibonacci hashing: neighbours lie far apart
	mask := uint64(len(u.slots) - 1)  //nolint:gosec // there are slots
	for at := n * spread >> 20 & mask; ; at = (at + 1) & mask {
		if slot := u.slots[at]; slot == 0 || slot>>rowBits == n {
			return int(at) //nolint:gosec // below the number of slots
		}
	}
}

func (u *uniques) grow() {
	old := u.slots
	u.slots = make([]uint64, max(fewSlots, 2*len(old)))
	for _, slot := range old {
		if slot != 0 {
			u.slots[u.place(slot>>rowBits)] = slot
		}
	}
}
