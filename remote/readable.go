package remote

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Readable is a name as people read it. Old servers and programs write Russian names in windows-1251, or in cp866 as DOS did: the
// one that gives more small Russian letters is meant.
func Readable(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	best, most := "", -1
	for _, table := range []*charmap.Charmap{charmap.Windows1251, charmap.CodePage866} {
		text, err := table.NewDecoder().String(name)
		if err != nil {
			continue
		}
		if n := russian(text); n > most {
			best, most = text, n
		}
	}
	return best
}

// russian counts Russian letters, small ones twice: names are seldom written in capitals alone.
func russian(text string) (n int) {
	for _, r := range text {
		switch {
		case r >= 'а' && r <= 'я' || r == 'ё':
			n += 2
		case r >= 'А' && r <= 'Я' || r == 'Ё' || r == '№':
			n++
		case !unicode.IsPrint(r) || r > unicode.MaxLatin1 && !unicode.IsLetter(r):
			n -= 2
		}
	}
	return n
}
