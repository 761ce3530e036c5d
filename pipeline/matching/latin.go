package matching

import (
	"slices"
	"strings"
	"unicode"
)

// isLatin reports whether a name is written in Latin letters as passports do: «Ivanov Ivan». A name that
// only look-alike letters make up is a Russian one typed on the wrong keyboard, see fold.
func isLatin(name string) bool {
	latin := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r):
		case r >= 0x80:
			return false
		case lookAlike(unicode.ToUpper(r)) == unicode.ToUpper(r):
			latin = true
		}
	}
	return latin
}

// latinForms are the letters of passports (ICAO Doc 9303) for the Russian ones.
//
//nolint:gochecknoglobals // a table
var latinForms = map[rune]string{
	'А': "A", 'Б': "B", 'В': "V", 'Г': "G", 'Д': "D", 'Е': "E", 'Ж': "ZH", 'З': "Z", 'И': "I", 'Й': "I", 'К': "K", 'Л': "L", 'М': "M",
	'Н': "N", 'О': "O", 'П': "P", 'Р': "R", 'С': "S", 'Т': "T", 'У': "U", 'Ф': "F", 'Х': "KH", 'Ц': "TS", 'Ч': "CH", 'Ш': "SH",
	'Щ': "SHCH", 'Ъ': "", 'Ы': "Y", 'Ь': "", 'Э': "E", 'Ю': "IU", 'Я': "IA", '-': "-",
}

// skeleton evens out the ways in which passports of different years write a name: Yuliya, Iuliia and Julia.
func skeleton(upper string) string {
	even := strings.NewReplacer("YO", "E", "YE", "E", "KH", "H", "X", "KS", "W", "V", "Y", "I", "J", "I", "TC", "TS", "'", "", "`", "", "’", "")
	s := even.Replace(upper)
	for strings.Contains(s, "II") {
		s = strings.ReplaceAll(s, "II", "I")
	}
	return s
}

func latinOf(folded string) string {
	var b strings.Builder
	for _, r := range folded {
		b.WriteString(latinForms[r])
	}
	return skeleton(b.String())
}

// inLatin is the person as a passport would name him.
func (p person) inLatin() person {
	if p.latin {
		return p
	}
	l := person{surname: latinOf(p.surname), given: slices.Clone(p.given), latin: true}
	for i, g := range l.given {
		l.given[i] = latinOf(g)
	}
	return l
}

// latinStem is stem for Latin letters.
func latinStem(surname string) string {
	for _, end := range []string{"OV", "EV", "IN"} {
		if s, ok := strings.CutSuffix(surname, end+"A"); ok {
			return s + end
		}
	}
	for _, end := range []string{"AIA", "OI", "I"} {
		if s, ok := strings.CutSuffix(surname, end); ok && len(s) > 2 {
			return s
		}
	}
	return surname
}

func compareLatin(a, b person) kinship {
	a, b = a.inLatin(), b.inLatin()
	switch {
	case a.surname == "" || b.surname == "":
		return otherName
	case a.surname == b.surname && agree(a.given, b.given):
		return sameName
	case latinStem(a.surname) == latinStem(b.surname):
		return household
	case near(a.surname, b.surname, 2) && agree(a.given, b.given):
		return similarName
	}
	return otherName
}
