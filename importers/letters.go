package importers

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lookAlike gives the Cyrillic letter that a Latin one looks like, 0 where there is none.
func lookAlike(latin rune) rune {
	const from, to = "ABCEHKMOPTXYaceopxyku", "АВСЕНКМОРТХУасеорхуки"
	at := strings.IndexRune(from, latin)
	if at < 0 {
		return 0
	}
	return []rune(to)[at]
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// mixedScripts says which letter stands alone among letters of the other alphabet, "" where all are
// of one. Nobody sees the difference on a screen, and no search finds the row.
func mixedScripts(s string) string {
	if isASCII(s) {
		return ""
	}
	latin, cyrillic := 0, 0
	for _, r := range s {
		switch {
		case isLatin(r):
			latin++
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		}
	}
	if latin == 0 || cyrillic == 0 {
		return ""
	}
	return strangeLetter([]rune(s), latin > cyrillic)
}

// strangeLetter names the first letter of the rarer alphabet.
func strangeLetter(runes []rune, cyrillicIsStrange bool) string {
	if !cyrillicIsStrange {
		return latinLetter(runes)
	}
	for i, r := range runes {
		if unicode.Is(unicode.Cyrillic, r) {
			return fmt.Sprintf("русская буква «%c» (знак %d) среди латинских", r, i+1)
		}
	}
	return ""
}

// latinLetter names the first Latin letter and the Cyrillic one it looks like.
func latinLetter(runes []rune) string {
	for i, r := range runes {
		if !isLatin(r) {
			continue
		}
		if alike := lookAlike(r); alike != 0 {
			return fmt.Sprintf("латинская буква «%c» (знак %d) вместо русской «%c»", r, i+1, alike)
		}
		return fmt.Sprintf("латинская буква «%c» (знак %d) среди русских", r, i+1)
	}
	return ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ReadText takes free text such as a name or an address: outer spaces are dropped, inner ones and
// no-break spaces become single spaces, a word of two alphabets is refused.
func ReadText(c Cell, limit int) (string, error) {
	if c.Kind == CellFailed {
		return "", failed()
	}
	s := c.Text
	if untidy(s) {
		s = strings.Join(strings.Fields(strings.NewReplacer("\u200b", "", "\ufeff", "").Replace(s)), " ")
	}
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		return "", tooLong(s, limit, "")
	}
	if strings.Contains(s, "\ufffd") || !utf8.ValidString(s) {
		return "", Wrong("bad_character", "есть нечитаемые знаки", "")
	}
	if hasLatin(s) && !isASCII(s) {
		for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if why := mixedScripts(word); why != "" {
				return "", Wrong("mixed_letters", "в слове «"+word+"» "+why, "слово из букв одного алфавита")
			}
		}
	}
	return s, nil
}

// untidy reports whether a text may have spaces to tidy up; texts without are the rule, so it looks
// at bytes only.
func untidy(s string) bool {
	const leadsNoBreak, leadsPunctuation, leadsMark = 0xc2, 0xe2, 0xef // first bytes of odd spaces
	for i := range len(s) {
		switch b := s[i]; {
		case b < ' ' || b == leadsNoBreak || b == leadsPunctuation || b == leadsMark:
			return true
		case b == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' '):
			return true
		}
	}
	return false
}

func hasLatin(s string) bool {
	for i := range len(s) {
		if small := s[i] | ('a' ^ 'A'); small-'a' <= 'z'-'a' {
			return true
		}
	}
	return false
}

// filled reports whether there is anything but spaces. Most cells tell by their first byte: no space begins as a sign of
// ASCII or a Russian letter does.
func filled(s string) bool {
	const cyrillicLow, cyrillicHigh = 0xd0, 0xd1
	if s == "" {
		return false
	}
	if b := s[0]; b > ' ' && b < utf8.RuneSelf || b == cyrillicLow || b == cyrillicHigh {
		return true
	}
	return strings.TrimSpace(s) != ""
}
