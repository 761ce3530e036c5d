package matching

import (
	"strings"
	"unicode"
)

// fold brings a text to the form in which texts are compared: composed letters, upper case, Ё as Е,
// Latin letters that look Cyrillic as Cyrillic, one kind of space and of dash, no quotes.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	last := rune(0)
	flush := func() {
		if last != 0 {
			b.WriteRune(last)
		}
		last = 0
	}
	for _, r := range s {
		switch {
		case r == '\u0306' && last == 'И': // и with a breve of its own
			last = 'Й'
			continue
		case unicode.Is(unicode.Mn, r) || r == '\u200b' || r == '\ufeff' || r == '\u00ad':
			continue
		}
		flush()
		last = foldRune(r)
	}
	flush()
	return b.String()
}

func foldRune(r rune) rune {
	r = unicode.ToUpper(r)
	switch {
	case r >= 'A' && r <= 'Z':
		return lookAlike(r)
	case r == 'Ё':
		return 'Е'
	case unicode.IsSpace(r) || strings.ContainsRune("\"'`«»“”„’‘()[]{}", r) || unicode.IsControl(r):
		return ' '
	case strings.ContainsRune("‐‑‒–—―−", r):
		return '-'
	case r == '\\' || r == '⁄' || r == '∕':
		return '/'
	}
	return r
}

// lookAlike gives the Cyrillic letter that a Latin capital looks like, or the capital itself.
func lookAlike(r rune) rune {
	const from = "ABCEHKMOPTXY"
	at := strings.IndexRune(from, r)
	if at < 0 {
		return r
	}
	return [...]rune{'А', 'В', 'С', 'Е', 'Н', 'К', 'М', 'О', 'Р', 'Т', 'Х', 'У'}[at]
}
