package matching

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// parser takes an address apart, word by word.
type parser struct {
	place    place
	untyped  []element
	flat     string
	room     string
	rest     []string
	number   string // of the house
	estate   bool
	blocks   map[mark]string
	joined   string // "5-7" without a marker: house 5 flat 7, unless a flat is named
	tail     string // 7 of «корп. 2-7»: the flat, unless one is named
	markedAt mark   // what the last number was the number of
	// within a segment:
	words  []string // of a name
	open   kind     // type before the name; level dropped and no name: none
	opener string   // as it was written
	isOpen bool
}

func parse(full string) *parser {
	p := &parser{}
	for _, segment := range cut(fold(full)) {
		p.segment(segment)
	}
	p.finish()
	return p
}

func (p *parser) segment(words []string) {
	for i := 0; i < len(words); {
		i += p.word(words, i)
	}
	p.closeName()
}

// word takes the word at i and perhaps some after it; it returns how many.
func (p *parser) word(words []string, i int) int {
	word := words[i]
	if !strings.ContainsFunc(word, inWord) {
		p.rest = append(p.rest, word)
		return 1
	}
	if taken := p.marked(words, i); taken > 0 {
		return taken
	}
	if k, ok := kinds[word]; ok && !p.isName(words, i) {
		p.typed(k, words, i)
		return 1
	}
	if startsWithDigit(word) && !p.isNameNumber(words, i) {
		return p.bareNumber(words, i)
	}
	if oneLetter(word) && p.number != "" && p.markedAt == markHouse && len(p.words) == 0 && !p.isOpen && endsInDigit(p.number) && p.joined == "" {
		p.number += word
		return 1
	}
	p.words = append(p.words, word)
	return 1
}

// marked takes «д. 5», «корп. 2», «лит. Б», «кв. 45 а» and the like, 0 where there is none.
func (p *parser) marked(words []string, i int) int {
	m := p.markAt(words, i)
	if m == noMark {
		return 0
	}
	p.closeName()
	value, taken := number(words[i+1]), 2
	if i+2 < len(words) && endsInDigit(value) && isSuffix(words, i+2) {
		value, taken = value+words[i+2], 3
	}
	p.markedAt = m
	switch m {
	case markHouse, markEstate:
		p.setOnce(&p.number, value)
		p.estate = m == markEstate
	case markBlock, markBuilding, markStructure, markLetter, markEdifice, markPlot:
		if p.blocks == nil {
			p.blocks = map[mark]string{}
		}
		if p.blocks[m] != "" {
			p.rest = append(p.rest, words[i], value)
			break
		}
		value, flat, _ := strings.Cut(value, "-")
		p.blocks[m] = value
		p.tail = flat
	case markFlat:
		p.setOnce(&p.flat, value)
	case markOther:
		if p.flat == "" {
			p.flat = "ПОМ " + value
			break
		}
		p.setOnce(&p.room, value)
	case markRoom:
		p.setOnce(&p.room, value)
	case markIgnored, noMark:
	}
	return taken
}

func (p *parser) setOnce(at *string, value string) {
	if *at != "" {
		p.rest = append(p.rest, value)
		return
	}
	*at = value
}

// markAt says what the word at i marks, given what follows it and what came before.
func (p *parser) markAt(words []string, i int) mark {
	m := marks[words[i]]
	if m == noMark || i+1 >= len(words) {
		return noMark
	}
	next := words[i+1]
	if !startsWithDigit(next) {
		letters := m == markLetter || m == markOther || m == markBlock || m == markBuilding
		if !letters || !oneLetter(next) || p.number == "" || kinds[words[i]].level != dropped {
			return noMark
		}
		return m
	}
	inPremises := p.flat != ""
	switch words[i] {
	case "К":
		if inPremises {
			return markRoom
		}
		if p.number == "" {
			return noMark
		}
	case "С", "П":
		if p.number == "" {
			return noMark
		}
	case "Д", "Д-Е":
		if ordinal(next) != "" && p.number == "" && i+2 < len(words) {
			return noMark
		}
	}
	return m
}

// isName reports whether the type at i is a word of a name: «ул. Набережная», «ул. А.С. Пушкина».
func (p *parser) isName(words []string, i int) bool {
	k := kinds[words[i]]
	if p.isOpen && p.open.level == street {
		if k.whole && (k.level == street || len(p.words) == 0) {
			return true
		}
		if oneLetter(words[i]) && i+1 < len(words) {
			return true
		}
	}
	if p.isOpen && len(p.words) == 0 && k.whole {
		return true
	}
	if oneLetter(words[i]) && len(p.words) > 0 && oneLetter(p.words[len(p.words)-1]) {
		return true
	}
	return k.whole && !neverNames[words[i]] && k.level == street && hasType(words[i+1:], street)
}

func hasType(words []string, wanted level) bool {
	return slices.ContainsFunc(words, func(w string) bool { return kinds[w].level == wanted })
}

// typed takes a type: before the name it opens one, after the name it closes it.
func (p *parser) typed(k kind, words []string, i int) {
	rest := words[i+1:]
	nameFollows := len(rest) > 0 && p.isNameStart(words, i+1)
	if len(p.words) > 0 && p.isOpen && !nameFollows && k.level == street && p.open.level != street {
		p.split(k)
		return
	}
	if len(p.words) > 0 && !p.isOpen && (!nameFollows || slices.ContainsFunc(rest, isType)) {
		p.place.add(k.level, element{k.name, nameOf(p.words)})
		p.words = nil
		return
	}
	if !p.isOpen || len(p.words) > 0 || p.open.level != k.level { // «тер. СНТ Ромашка» has one name
		p.closeName()
	}
	p.open, p.opener, p.isOpen = k, words[i], true
}

// split mends «г Примерск Садовая ул» and «С. Разина ул», where a type before one name is followed
// by a type after another.
func (p *parser) split(k kind) {
	last := len(p.words) - 1
	name := p.words[last:]
	if last == 0 && oneLetter(p.opener) {
		name = []string{p.opener, p.words[0]}
	} else if last > 0 {
		p.place.add(p.open.level, element{p.open.name, nameOf(p.words[:last])})
	}
	p.place.add(k.level, element{k.name, nameOf(name)})
	p.words, p.isOpen = nil, false
}

func isType(word string) bool {
	_, ok := kinds[word]
	return ok && word != "Д" && word != "С" && word != "П"
}

// isNameStart reports whether a name may begin at i: with a word that is no marker and no type, or
// a number that a word follows.
func (p *parser) isNameStart(words []string, i int) bool {
	if p.markAt(words, i) != noMark {
		return false
	}
	if startsWithDigit(words[i]) {
		return p.isNameNumber(words, i)
	}
	return !isType(words[i]) || kinds[words[i]].whole
}

// isNameNumber reports whether the number at i is a word of a name: «8 Марта», «1-я Садовая»,
// «мкр. 5», «5 мкр».
func (p *parser) isNameNumber(words []string, i int) bool {
	if ordinal(words[i]) != "" && p.number == "" {
		return true
	}
	next := ""
	if i+1 < len(words) {
		next = words[i+1]
	}
	numbered := func(k kind) bool { return k.level == area || k.name == "ЛИНИЯ" }
	if numbered(kinds[next]) && len(p.words) == 0 && !p.isOpen {
		return true
	}
	if p.isOpen && len(p.words) == 0 && numbered(p.open) {
		return true
	}
	if next == "" || startsWithDigit(next) || marks[next] != noMark || utf8.RuneCountInString(next) < 2 || p.number != "" {
		return false
	}
	if len(p.words) > 0 || len(p.place.elements[street]) > 0 {
		return countedWords[next]
	}
	return !isType(next) || kinds[next].whole
}

// bareNumber takes a number without a marker: an index, the house, the flat after the house.
func (p *parser) bareNumber(words []string, i int) int {
	word := words[i]
	p.closeName()
	if len(word) == 6 && isPlainNumber(word) {
		return 1
	}
	value, taken := number(word), 1
	if i+1 < len(words) && endsInDigit(value) && isSuffix(words, i+1) {
		value, taken = value+words[i+1], 2
	}
	switch {
	case p.number == "" && len(p.blocks) == 0:
		p.number, p.markedAt = value, markHouse
		if strings.Contains(value, "-") {
			p.joined = value
		}
	case p.flat == "" && p.joined == "" && p.room == "":
		p.flat, p.markedAt = value, markFlat
	default:
		p.rest = append(p.rest, value)
	}
	return taken
}

// isSuffix reports whether the word at i is the letter of the number before it: «12 А», not «12 К 2» nor «12 К А».
func isSuffix(words []string, i int) bool {
	marks := marks[words[i]] != noMark && i+1 < len(words) && (startsWithDigit(words[i+1]) || oneLetter(words[i+1]))
	return oneLetter(words[i]) && !marks
}

// closeName ends the name being read.
func (p *parser) closeName() {
	words, open := p.words, p.isOpen
	p.words, p.isOpen = nil, false
	switch {
	case open && len(words) > 0:
		p.place.add(p.open.level, element{p.open.name, nameOf(words)})
	case open && p.open.whole:
		p.place.add(p.open.level, element{"", p.opener})
	case open:
		p.rest = append(p.rest, p.opener)
	case len(words) == 0:
	case p.number != "" && (len(p.place.elements[street]) > 0 || len(p.untyped) > 0):
		p.rest = append(p.rest, words...)
	default:
		p.untyped = append(p.untyped, element{"", nameOf(words)})
	}
}

// finish gives names without a type their place and writes the number of the house.
func (p *parser) finish() {
	p.placeUntyped()
	for l := range p.place.elements {
		slices.SortFunc(p.place.elements[l], func(a, b element) int { return strings.Compare(a.String(), b.String()) })
	}
	if p.joined != "" && p.flat == "" {
		p.number, p.flat, _ = strings.Cut(p.joined, "-")
	}
	if p.tail != "" && p.flat != "" {
		p.rest = append(p.rest, p.tail)
	}
	p.flat = cmp.Or(p.flat, p.tail)
	var house []string
	switch {
	case p.number != "" && p.estate:
		house = append(house, "ВЛ", p.number)
	case p.number != "":
		house = append(house, "Д", p.number)
	}
	for _, b := range blockTitles {
		if v := p.blocks[b.mark]; v != "" {
			house = append(house, b.title, v)
		}
	}
	p.place.house = strings.Join(house, " ")
}

// placeUntyped takes the last name without a type for the street, the one before it for the town.
func (p *parser) placeUntyped() {
	for _, l := range []level{street, settlement} {
		taken := len(p.place.elements[l]) > 0 || l == street && len(p.place.elements[area]) > 0
		if last := len(p.untyped) - 1; last >= 0 && !taken {
			p.place.add(l, p.untyped[last])
			p.untyped = p.untyped[:last]
		}
	}
	for _, e := range p.untyped {
		p.place.add(district, e)
	}
}
