package paymentcode

import (
	"fmt"
	"strings"
)

// Bars is a Code 128 symbol: widths of bars and spaces in modules, a bar first, without quiet zones.
type Bars []byte

// Modules is how wide the symbol is, without quiet zones.
func (b Bars) Modules() int {
	sum := 0
	for _, width := range b {
		sum += int(width)
	}
	return sum
}

// QuietModules is the white space that the standard asks for on either side.
const QuietModules = 10

// FNC1 in a text is the function character of the name: first in the text it makes the symbol a GS1-128, later
// it ends a field of variable length.
const FNC1 = '\x1d'

const (
	codeC, codeB, fnc1, startB, startC, stop = 99, 100, 102, 104, 105, 106

	checkBase = 103
	mostBars  = 80 // characters of a text: more than a page is wide
)

// Code128 returns the symbol of a text of printable ASCII and FNC1: digits in pairs where four or more
// stand together, other characters one by one.
func Code128(text string) (Bars, error) {
	if text == "" || len(text) > mostBars {
		return nil, fmt.Errorf("code 128 of %d characters, want 1 to %d", len(text), mostBars)
	}
	codes, err := codeValues(text)
	if err != nil {
		return nil, err
	}
	sum := codes[0]
	for i, code := range codes {
		sum += i * code
	}
	codes = append(codes, sum%checkBase, stop)
	bars := make(Bars, 0, 6*len(codes)+1)
	widths := patterns()
	for _, code := range codes {
		for _, width := range widths[code] {
			bars = append(bars, byte(width)-'0') //nolint:gosec // a digit
		}
	}
	return bars, nil
}

// encoder collects the values of a text in the set that is chosen: C for pairs of digits, B for the rest.
type encoder struct {
	codes []int
	set   int // codeB or codeC, 0: none yet
}

func (e *encoder) choose(set int) {
	switch e.set {
	case set:
		return
	case 0:
		e.codes = append(e.codes, map[int]int{codeB: startB, codeC: startC}[set])
	default:
		e.codes = append(e.codes, set)
	}
	e.set = set
}

func (e *encoder) single(c byte) {
	e.choose(codeB)
	e.codes = append(e.codes, int(c-' '))
}

// digits takes a run of digits in pairs and returns how many characters that were; of an odd run the first
// stands alone before set C, the last after it.
func (e *encoder) digits(run string) int {
	taken := 0
	if len(run)%2 == 1 && e.set != codeC {
		e.single(run[0])
		taken = 1
	}
	e.choose(codeC)
	for ; taken+2 <= len(run); taken += 2 {
		e.codes = append(e.codes, int(run[taken]-'0')*10+int(run[taken+1]-'0'))
	}
	return taken
}

// codeValues chooses the sets: C for runs of digits, B for the rest.
func codeValues(text string) ([]int, error) {
	const worthwhile = 4
	var e encoder
	for i := 0; i < len(text); {
		run := digitRun(text[i:])
		switch {
		case text[i] == FNC1:
			if e.set == 0 {
				e.choose(codeC)
			}
			e.codes = append(e.codes, fnc1)
			i++
		case run >= worthwhile || e.set == codeC && run >= 2:
			i += e.digits(text[i : i+run])
		case text[i] < ' ' || text[i] > '~':
			return nil, fmt.Errorf("code 128: character %q is not printable ASCII", text[i])
		default:
			e.single(text[i])
			i++
		}
	}
	return e.codes, nil
}

func digitRun(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

// patterns are the widths of bars and spaces of each value (ISO/IEC 15417, table 1).
func patterns() []string {
	return strings.Fields(`
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 223211 221132
221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313
231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141
114131 311141 411131 211412 211214 211232 2331112`)
}
