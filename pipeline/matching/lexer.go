package matching

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cut splits a folded address into segments (between commas) of words.
func cut(address string) [][]string {
	var segments [][]string
	var words []string
	for raw := range strings.FieldsFuncSeq(joinNumbers(address), func(r rune) bool { return r == ' ' || r == '.' }) {
		for piece := range strings.FieldsSeq(commas(raw)) {
			if piece == "," {
				segments, words = append(segments, words), nil
				continue
			}
			if piece = strings.Trim(piece, "-/"); piece == "" || idle[piece] {
				continue
			}
			words = append(words, unglue(piece)...)
		}
	}
	segments = append(segments, words)
	for i := range segments {
		segments[i] = joinPairs(segments[i])
	}
	return slices.DeleteFunc(segments, func(s []string) bool { return len(s) == 0 })
}

// commas sets spaces about the separators of segments and about signs that belong to no word.
func commas(raw string) string {
	if !strings.ContainsFunc(raw, func(r rune) bool { return !inWord(r) }) {
		return raw
	}
	var b strings.Builder
	for _, r := range raw {
		switch {
		case r == ',' || r == ';':
			b.WriteString(" , ")
		case r == '№' || r == '#' || r == '_' || r == ':':
			b.WriteByte(' ')
		case inWord(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func inWord(r rune) bool { return r == '-' || r == '/' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// joinNumbers closes «12 / 3» and «45 - А».
func joinNumbers(s string) string {
	if !strings.Contains(s, " -") && !strings.Contains(s, "- ") && !strings.Contains(s, "/ ") && !strings.Contains(s, " /") {
		return s
	}
	var b strings.Builder
	for rest := s; rest != ""; {
		at := strings.IndexAny(rest, "-/")
		if at < 0 {
			b.WriteString(rest)
			break
		}
		before := strings.TrimRight(rest[:at], " ")
		after := strings.TrimLeft(rest[at+1:], " ")
		if endsInDigit(before) && continuesNumber(after) {
			b.WriteString(before)
			b.WriteByte(rest[at])
			rest = after
			continue
		}
		b.WriteString(rest[:at+1])
		rest = rest[at+1:]
	}
	return b.String()
}

// continuesNumber reports whether a number goes on after a sign: with digits or one letter.
func continuesNumber(after string) bool {
	word, _, _ := strings.Cut(after, " ")
	return startsWithDigit(word) || oneLetter(strings.TrimRight(word, ",.;"))
}

// joinPairs closes types of two words: Г.О., М.Р-Н.
func joinPairs(words []string) []string {
	for i := 0; i+1 < len(words); i++ {
		if one := pairs[[2]string{words[i], words[i+1]}]; one != "" && (i == 0 || kinds[words[i-1]].level != street) {
			words[i] = one
			words = slices.Delete(words, i+1, i+2)
		}
	}
	return words
}

// unglue splits «Д5», «КВ45А», «12К2» and «12АСТР1»; anything else stays one word.
func unglue(word string) []string {
	if !strings.ContainsFunc(word, unicode.IsDigit) {
		return []string{word}
	}
	runs := runsOf(word)
	if len(runs) == 1 {
		return []string{word}
	}
	var words []string
	var open strings.Builder
	closeOpen := func() {
		if w := strings.Trim(open.String(), "-/"); w != "" {
			words = append(words, w)
		}
		open.Reset()
	}
	for i, run := range runs {
		beforeDigits := i+1 < len(runs) && startsWithDigit(runs[i+1])
		if !beforeDigits || startsWithDigit(run) {
			open.WriteString(run)
			continue
		}
		name := strings.Trim(run, "-/")
		_, size := utf8.DecodeRuneInString(name)
		switch {
		case marks[name] != noMark || kinds[name].level != dropped:
			closeOpen()
			words = append(words, name)
		case open.Len() > 0 && marks[name[size:]] != noMark:
			open.WriteString(name[:size])
			closeOpen()
			words = append(words, name[size:])
		default:
			open.WriteString(run)
		}
	}
	closeOpen()
	return words
}

// runsOf cuts a word into runs of digits (with signs between digits) and runs of letters.
func runsOf(word string) []string {
	var runs []string
	start, digits := 0, startsWithDigit(word)
	for i, r := range word {
		if i == 0 || r == '-' || r == '/' {
			continue
		}
		if d := unicode.IsDigit(r); d != digits {
			at := i
			if !d { // the sign goes with the letters: 45-А
				at -= len(word[start:i]) - len(strings.TrimRight(word[start:i], "-/"))
			}
			runs = append(runs, word[start:at])
			start, digits = at, d
		}
	}
	return append(runs, word[start:])
}

func startsWithDigit(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsDigit(r)
}

func endsInDigit(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsDigit(r)
}

// oneLetter reports whether the word is a single letter, as that of a house or an initial.
func oneLetter(word string) bool {
	r, size := utf8.DecodeRuneInString(word)
	return size == len(word) && unicode.IsLetter(r)
}

// ordinal gives the number of «1-Я», «2-Й», «3-ГО», "" for anything else. A single letter that
// houses bear as well counts only after a hyphen.
func ordinal(word string) string {
	at := strings.IndexFunc(word, func(r rune) bool { return !unicode.IsDigit(r) })
	if at <= 0 {
		return ordinals[word]
	}
	suffix, hyphen := strings.CutPrefix(word[at:], "-")
	switch suffix {
	case "ГО", "ЫЙ", "ИЙ", "ОЙ", "АЯ", "ОЕ", "ЬЯ", "Й":
		return word[:at]
	case "Я", "Е":
		if hyphen {
			return word[:at]
		}
	}
	return ""
}

// number brings the number of a house, a flat or a room to one form: «012-А» is 012А, «005» is 5.
func number(word string) string {
	var b strings.Builder
	runs := runsOf(word)
	for i, run := range runs {
		if i > 0 && (startsWithDigit(runs[i-1]) != startsWithDigit(run)) && !strings.HasPrefix(run, "/") {
			run = strings.TrimLeft(run, "-")
		}
		if i+1 < len(runs) && !startsWithDigit(run) {
			run = strings.TrimRight(run, "-")
		}
		b.WriteString(run)
	}
	parts := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '/' })
	for i := range parts {
		parts[i] = withoutZeros(parts[i])
	}
	return strings.Join(parts, "/")
}

// withoutZeros strips leading zeros where the whole part is digits.
func withoutZeros(part string) string {
	for _, r := range part {
		if r < '0' || r > '9' {
			return part
		}
	}
	if short := strings.TrimLeft(part, "0"); short != "" || part == "" {
		return short
	}
	return "0"
}
