package matching

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kinship is how two names stand to each other.
type kinship int

const (
	unknownName kinship = iota // one of the two is not there
	otherName
	similarName // a slip of the pen apart: proposes, never confirms
	household   // one family by the surname: another first name, or the other gender's ending
	sameName
)

// person is a name taken apart. Given is the first name and the patronymic, or their initials.
type person struct {
	surname string
	given   []string
	latin   bool // a skeleton in Latin letters
}

// legalForms begin names of organisations, which are compared whole.
//
//nolint:gochecknoglobals // a table
var legalForms = map[string]bool{
	"ООО": true, "ОАО": true, "ЗАО": true, "ПАО": true, "АО": true, "НАО": true, "ТСЖ": true, "ТСН": true, "МУП": true, "ГУП": true,
	"ФГУП": true, "МКУ": true, "МБУ": true, "ГБУ": true, "ФГБУ": true, "МБОУ": true, "МАУ": true, "ГСК": true, "СНТ": true, "АНО": true,
	"АДМИНИСТРАЦИЯ": true, "КОМИТЕТ": true, "ДЕПАРТАМЕНТ": true, "УПРАВЛЕНИЕ": true, "МУНИЦИПАЛЬНОЕ": true, "БАНК": true, "ФОНД": true,
}

// people takes the names of one field apart; joint owners stand with commas between them.
func people(field string) []person {
	var all []person
	for one := range strings.FieldsFuncSeq(field, func(r rune) bool { return r == ',' || r == ';' }) {
		var p person
		if isLatin(one) {
			p = personOf(skeleton(strings.ToUpper(one)))
			p.latin = true
		} else {
			p = personOf(fold(one))
		}
		if p.surname != "" {
			all = append(all, p)
		}
	}
	return all
}

func personOf(name string) person {
	words := strings.FieldsFunc(name, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i := range words {
		words[i] = strings.Trim(words[i], "-")
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" || w == "ИП" || w == "ГР" })
	if len(words) == 0 {
		return person{}
	}
	if legalForms[words[0]] || slices.ContainsFunc(words, func(w string) bool { return legalForms[w] && w != "ФОНД" }) {
		return person{surname: strings.Join(words, " ")}
	}
	at := surnameAt(words)
	p := person{surname: words[at]}
	for _, w := range slices.Delete(words, at, at+1) {
		p.given = append(p.given, givenName(w))
	}
	return p
}

// surnameAt finds the surname: it stands first, unless initials or «Иван Иванович» stand before it.
func surnameAt(words []string) int {
	if oneLetter(words[0]) {
		return max(0, slices.IndexFunc(words, func(w string) bool { return !oneLetter(w) }))
	}
	if len(words) == 3 && isPatronymic(words[1]) && !isPatronymic(words[2]) {
		return 2
	}
	return 0
}

func isPatronymic(word string) bool {
	for _, end := range []string{"ОВИЧ", "ЕВИЧ", "ОВНА", "ЕВНА", "ИЧНА", "КУЗЬМИЧ", "ИЛЬИЧ", "ЛУКИЧ", "ФОМИЧ", "НИКИТИЧ", "OVICH", "EVICH", "OVNA", "EVNA"} {
		if strings.HasSuffix(word, end) {
			return true
		}
	}
	return false
}

// givenName evens out variants: Наталия and Наталья, Геннадиевич and Геннадьевич.
func givenName(word string) string {
	for _, end := range []string{"ИЯ", "ИЕВИЧ", "ИЕВНА"} {
		if stem, ok := strings.CutSuffix(word, end); ok && stem != "" {
			return stem + "Ь" + strings.TrimPrefix(end, "И")
		}
	}
	return word
}

// compareNames finds the nearest pair of two fields.
func compareNames(claimed, known []person) kinship {
	best := unknownName
	for _, a := range claimed {
		for _, b := range known {
			best = max(best, compare(a, b))
		}
	}
	return best
}

func compare(a, b person) kinship {
	switch {
	case a.latin != b.latin:
		return compareLatin(a, b)
	case a.surname == b.surname && agree(a.given, b.given):
		return sameName
	case stem(a.surname) == stem(b.surname) || stem(doubled(a.surname)) == stem(doubled(b.surname)):
		return household
	case near(a.surname, b.surname, 2) && agree(a.given, b.given):
		return similarName
	}
	return otherName
}

// slipped reports whether one letter of the surname is all that differs: the first name stands written out on both sides and is the
// same, and the patronymics do not contradict each other.
func slipped(claimed, known []person) bool {
	named := func(p person) bool { return len(p.given) > 0 && !oneLetter(p.given[0]) && !p.latin }
	return slices.ContainsFunc(claimed, func(a person) bool {
		return named(a) && slices.ContainsFunc(known, func(b person) bool {
			return named(b) && a.given[0] == b.given[0] && agree(a.given, b.given) && near(a.surname, b.surname, 1)
		})
	})
}

// agree reports whether given names do not contradict each other: И. agrees with Иван.
func agree(a, b []string) bool {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		first, _ := utf8.DecodeRuneInString(x)
		second, _ := utf8.DecodeRuneInString(y)
		if first != second || !oneLetter(x) && !oneLetter(y) {
			return false
		}
	}
	return true
}

// stem drops the ending that tells the genders apart: Иванов and Иванова, Рыжий and Рыжая.
func stem(surname string) string {
	for _, end := range []string{"ОВ", "ЕВ", "ИН", "ЫН"} {
		if s, ok := strings.CutSuffix(surname, end+"А"); ok {
			return s + end
		}
	}
	for _, end := range []string{"ИЙ", "ЫЙ", "ОЙ", "АЯ", "ЯЯ"} {
		if s, ok := strings.CutSuffix(surname, end); ok && utf8.RuneCountInString(s) > 2 {
			return s
		}
	}
	return surname
}

// doubled gives the first half of a double surname: Петрова-Водкина is of the household of Петров.
func doubled(surname string) string {
	first, _, _ := strings.Cut(surname, "-")
	return first
}

// near reports whether two words of at least five letters are at most limit slips apart.
func near(a, b string, limit int) bool {
	x, y := []rune(a), []rune(b)
	if min(len(x), len(y)) < 5 || max(len(x), len(y))-min(len(x), len(y)) > limit {
		return false
	}
	return distance(x, y) <= limit
}

// nearShort reports whether two words of four letters differ in one: «Мира», «Мыра».
func nearShort(a, b string) bool {
	const short = 4
	x, y := []rune(a), []rune(b)
	return len(x) == short && len(y) == short && distance(x, y) == 1
}

// distance counts the letters to insert, delete or change (Levenshtein).
func distance(x, y []rune) int {
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range y {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
