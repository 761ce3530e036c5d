package matching

import (
	"cmp"
	"slices"
	"strings"
)

// Address is an address taken apart. Empty parts are not there.
type Address struct {
	House string // key, see HouseKey; without Rest
	Flat  string // key of the flat; «ПОМ 3» of non-residential premises
	Room  string // key of the room
	Rest  string // what was not understood
}

// HouseKey returns the form in which addresses of houses are compared, "" for "": elements in the
// order district, town, quarter, street, house, each as its canonical type and the words of its
// name in order, joined by commas. HouseKey of a key is the key.
//
// Country, region, urban district (г.о., г.п.) and postal index are no part of the key: half of the
// registries leave them out, and the organisations of one database work in one region. A district
// (р-н) is, since villages of one district bear the names of another's. Flats and rooms belong to
// premises. What was not understood stays at the end of the key: two houses that differ in it are
// not known to be one.
func HouseKey(address string) string {
	a := ParseAddress(address)
	switch {
	case a.Rest == "":
		return a.House
	case a.House == "":
		return a.Rest
	}
	return a.House + ", " + a.Rest
}

// FlatKey returns the form in which numbers of flats are compared, "" for "": «45а», «45 А» and
// «кв. 45-А» are 45А. Signs between digits stay: 45-1 is not 451.
func FlatKey(flat string) string { return unitKey(flat, markFlat) }

// RoomKey is FlatKey for rooms: «ком. 3» is 3.
func RoomKey(room string) string { return unitKey(room, markRoom) }

func unitKey(text string, own mark) string {
	text = fold(text)
	if isPlainNumber(text) {
		return withoutZeros(text)
	}
	var words []string
	for _, segment := range cut(text) {
		for i, word := range segment {
			switch m := marks[word]; {
			case m == own && len(words) == 0 && i+1 < len(segment), own == markRoom && word == "К" && len(words) == 0 && i+1 < len(segment):
			case m == markOther && own == markFlat && i+1 < len(segment):
				words = append(words, "ПОМ")
			case oneLetter(word) && len(words) > 0 && endsInDigit(words[len(words)-1]):
				words[len(words)-1] += word
			default:
				words = append(words, number(word))
			}
		}
	}
	return strings.Join(words, " ")
}

func isPlainNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// ParseAddress takes a whole address apart: «г. Примерск, ул. Садовая, д. 5, кв. 45а, ком. 3».
// Elements may come in any order, types before or after names. «Садовая 5-7» without markers is
// house 5, flat 7; «д. 5-7» is a house of that number.
func ParseAddress(full string) Address {
	if full == "" {
		return Address{}
	}
	p := parse(full)
	return Address{House: p.place.key(), Flat: p.flat, Room: p.room, Rest: strings.Join(p.rest, " ")}
}

// element is one typed name of an address; kind "" where the type was not written.
type element struct{ kind, name string }

func (e element) String() string {
	if e.kind == "" {
		return e.name
	}
	return e.kind + " " + e.name
}

// place is a house with the elements of its address.
type place struct {
	elements [levels][]element
	house    string
}

func (p *place) key() string {
	var parts []string
	for _, l := range p.elements[district:] {
		for _, e := range l {
			parts = append(parts, e.String())
		}
	}
	if p.house != "" {
		parts = append(parts, p.house)
	}
	return strings.Join(parts, ", ")
}

func (p *place) add(l level, e element) {
	if l == area || e.kind == "ЛИНИЯ" { // «5-й мкр» is «мкр 5»
		e.name = strings.TrimSuffix(e.name, "-Я")
	}
	if e.name != "" && !slices.Contains(p.elements[l], e) {
		p.elements[l] = append(p.elements[l], e)
	}
}

// nameOf joins the words of a name in order, ordinals as their numbers: «1-я Садовая», «Садовая 1»
// and «Первая Садовая» are one street, «Маркса Карла» and «Карла Маркса» too.
func nameOf(words []string) string {
	var all []string
	for _, word := range words {
		if n := ordinal(word); n != "" {
			n = withoutZeros(n)
			if len(words) == 1 { // alone it must not look like the number of a house
				n += "-Я"
			}
			all = append(all, n)
			continue
		}
		if startsWithDigit(word) && len(words) == 1 {
			all = append(all, number(word))
			continue
		}
		all = append(all, strings.FieldsFunc(word, func(r rune) bool { return r == '-' })...)
	}
	slices.SortFunc(all, byClass)
	return strings.Join(all, " ")
}

// byClass orders numbers first, initials next (where no type can be read into them), words last.
func byClass(a, b string) int {
	class := func(s string) int {
		switch {
		case startsWithDigit(s):
			return 0
		case oneLetter(s):
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(class(a), class(b)), strings.Compare(a, b))
}
