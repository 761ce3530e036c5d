package importers

import (
	"bytes"
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
	score := 0
	var last rune
	for _, b := range text {
		r := table.DecodeByte(b)
		if b < utf8.RuneSelf {
			last = r
			continue
		}
		lower := unicode.ToLower(r)
		switch {
		case isRussian(lower):
			score += letterPoints(lower)
			if unicode.IsLower(last) && unicode.IsUpper(r) {
				score += chaos
			}
			if frequentPair(unicode.ToLower(last), lower) {
				score += pair
			}
		case !isTypographic(r):
			score += foreign
		}
		last = r
	}
	return score
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

// frequentPair knows the pairs of letters frequent in names and addresses; they tell the encodings
// apart where a text is in capitals only.
func frequentPair(a, b rune) bool {
	switch string([]rune{a, b}) {
	case "ст", "но", "то", "на", "ен", "ов", "ни", "ра", "во", "ко", "ер", "ро", "ре", "ал", "пр",
		"ул", "кв", "ва", "ан", "ин", "ая", "ло", "ор", "ел", "ви", "ич", "ев", "ла", "ол", "ек",
		"ом", "ам", "ск", "го", "ле", "ма", "ар", "ив", "ки", "ос", "да", "вн", "ас", "ли", "та":
		return true
	}
	return false
}
