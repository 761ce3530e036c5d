package importers

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is the character encoding of a text file.
type Encoding string

// The encodings that partners use.
const (
	UTF8        Encoding = "utf-8"
	UTF8BOM     Encoding = "utf-8-bom"
	Windows1251 Encoding = "windows-1251"
	CP866       Encoding = "cp866"
	KOI8R       Encoding = "koi8-r"
)

const bom = "\xef\xbb\xbf"

// Charmap returns the table of a one-byte encoding, nil for UTF-8.
func (e Encoding) Charmap() *charmap.Charmap {
	switch e {
	case Windows1251:
		return charmap.Windows1251
	case CP866:
		return charmap.CodePage866
	case KOI8R:
		return charmap.KOI8R
	case UTF8, UTF8BOM:
		return nil
	}
	return nil
}

// DetectEncoding names the encoding of a text by its beginning. General detectors are weak on short
// Cyrillic, so it reads the bytes in each encoding partners use and keeps the one that reads most
// like Russian. ok is false where none does. Text without any Cyrillic counts as windows-1251, the
// encoding of banks.
func DetectEncoding(head []byte) (enc Encoding, ok bool) {
	if bytes.HasPrefix(head, []byte(bom)) {
		return UTF8BOM, true
	}
	pairs, stray := countUTF8(head)
	if pairs == 0 && stray == 0 {
		return Windows1251, true
	}
	// A few broken bytes do not make a UTF-8 text anything else; its damaged lines are reported.
	if pairs > 10*stray {
		return UTF8, true
	}
	best, points := Windows1251, 0
	for _, candidate := range []struct {
		encoding Encoding
		prior    int // decides where a word or two is all the Russian there is: НЕТ reads as «мер» in KOI8-R
	}{{Windows1251, 12}, {CP866, 8}, {KOI8R, 0}} {
		score := scoreRussian(head, candidate.encoding.Charmap())
		if score > 0 && score+candidate.prior > points {
			best, points = candidate.encoding, score+candidate.prior
		}
	}
	return best, points > 0
}

// countUTF8 counts the multi-byte characters of UTF-8 and the bytes that are none.
func countUTF8(text []byte) (pairs, stray int) {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			pairs++
		case len(text)-i < utf8.UTFMax && !utf8.FullRune(text[i:]):
			return pairs, stray // the sample ends within a character
		default:
			stray++
		}
		i += size
	}
	return pairs, stray
}

// scoreRussian says how much the bytes read like Russian in an encoding: frequent letters and pairs
// count for it; frames, foreign letters and capitals after small letters count against it.
func scoreRussian(text []byte, table *charmap.Charmap) int {
	const foreign, chaos, pair = -12, -8, 6
	letters := lettersOf(table)
	score := 0
	last := &letters[0]
	for _, b := range text {
		l := &letters[b]
		switch {
		case b < utf8.RuneSelf:
		case l.russian:
			score += l.points
			if last.small && l.capital {
				score += chaos
			}
			if last.russian && last.before&(1<<l.ordinal) != 0 {
				score += pair
			}
		case !l.typographic:
			score += foreign
		}
		last = l
	}
	return score
}

// scored is a character of a one-byte encoding, as far as it tells whether a text is Russian.
type scored struct {
	russian, typographic, small, capital bool

	points  int
	ordinal int    // of a Russian letter
	before  uint64 // bits of the letters that often stand behind it
}

func lettersOf(table *charmap.Charmap) (letters [256]scored) {
	for i := range letters {
		r := table.DecodeByte(byte(i))
		lower := unicode.ToLower(r)
		l := scored{typographic: isTypographic(r), small: unicode.IsLower(r), capital: unicode.IsUpper(r)}
		if l.russian = isRussian(lower); l.russian {
			l.points, l.ordinal, l.before = letterPoints(lower), ordinalOf(lower), frequentAfter(lower)
		}
		letters[i] = l
	}
	return letters
}

// ordinalOf numbers the small letters from 0; ё is the last.
func ordinalOf(lower rune) int {
	if lower == 'ё' {
		return 'я' - 'а' + 1
	}
	return int(lower - 'а')
}

func isRussian(r rune) bool {
	return r >= 'а' && r <= 'я' || r == 'ё' || r >= 'А' && r <= 'Я' || r == 'Ё'
}

// isTypographic lists what Russian office texts hold besides letters.
func isTypographic(r rune) bool {
	switch r {
	case '«', '»', '№', '—', '–', '\u00a0', '…', '“', '”', '„', '’', '²', '³', '°', '·', '§':
		return true
	}
	return false
}

func letterPoints(lower rune) int {
	switch lower {
	case 'о', 'е', 'а', 'и', 'н':
		return 6
	case 'т', 'с', 'р', 'в', 'л':
		return 4
	case 'к', 'м', 'д', 'п', 'у':
		return 3
	case 'я', 'ы', 'ь', 'г', 'з', 'б', 'ч', 'й':
		return 1
	case 'ф', 'щ', 'э', 'ц', 'ъ', 'х', 'ю', 'ж', 'ш':
		return -1
	}
	return 0
}

// frequentAfter gives the letters that often stand behind one in names and addresses, as bits; such pairs tell the encodings
// apart where a text is in capitals only.
func frequentAfter(first rune) (bits uint64) {
	const pairs = "ст но то на ен ов ни ра во ко ер ро ре ал пр ул кв ва ан ин ая ло ор ел ви ич ев ла ол ек " +
		"ом ам ск го ле ма ар ив ки ос да вн ас ли та"
	for pair := range strings.FieldsSeq(pairs) {
		if letters := []rune(pair); letters[0] == first {
			bits |= 1 << ordinalOf(letters[1])
		}
	}
	return bits
}
