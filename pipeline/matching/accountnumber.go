package matching

import (
	"strings"
	"unicode"
)

// spoiling says what happened to the number of an account on its way here.
type spoiling int

const (
	intact spoiling = iota
	exponent
	mixedLetters
	spaced
)

// spoiledHow recognises what Excel and keyboards do to numbers.
func spoiledHow(text string) spoiling {
	if _, _, ok := exponentOf(text); ok {
		return exponent
	}
	latin, cyrillic, odd := false, false, false
	for _, r := range text {
		switch {
		case r < 0x80 && unicode.IsLetter(r):
			latin = true
		case unicode.IsLetter(r):
			cyrillic = true
		case unicode.IsSpace(r) || !unicode.IsPrint(r):
			odd = true
		}
	}
	switch {
	case latin && cyrillic:
		return mixedLetters
	case odd:
		return spaced
	}
	return intact
}

// exponentOf takes «1,23E+14» apart: the first digits that are left, and how many there were.
func exponentOf(text string) (digits string, length int, ok bool) {
	head, power, found := strings.Cut(strings.ReplaceAll(fold(text), ",", "."), "Е+")
	if !found || head == "" || power == "" || len(power) > 2 || !isPlainNumber(power) {
		return "", 0, false
	}
	whole, fraction, _ := strings.Cut(head, ".")
	if len(whole) != 1 || !isPlainNumber(whole+fraction) {
		return "", 0, false
	}
	for _, c := range power {
		length = length*10 + int(c-'0')
	}
	return whole + strings.TrimRight(fraction, "0"), length + 1, true
}

// looseNumber is what is left of a number whatever may have happened to it: look-alike letters
// folded, signs and leading zeros dropped. It proposes accounts, it never links.
func looseNumber(text string) string {
	if isPlainNumber(text) {
		return strings.TrimLeft(text, "0")
	}
	return strings.TrimLeft(strings.Map(func(r rune) rune {
		switch {
		case r == 'О': // a letter for a zero, both ways
			return '0'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		}
		return -1
	}, fold(text)), "0")
}
