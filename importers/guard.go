package importers

import (
	"fmt"
	"strings"
	"unicode"
)

// The guard of account numbers: what a spreadsheet or a keyboard makes of them is found and shown with
// what was probably meant, never mended. What only a list of the known accounts can tell (zeros that
// were dropped, a number typed in the other alphabet as a whole) is found by the pipeline.

// MeantAccount says what number was probably meant: without spaces and invisible signs, letters of one
// alphabet, no letters in place of digits. "" where nothing can be said, or nothing is odd.
func MeantAccount(s string) string {
	meant := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	if whole := beforeZeros(meant); whole != "" {
		meant = whole
	}
	meant = oneAlphabet(meant)
	if letter, alone := loneLetters(meant); alone && letter != "" {
		meant = strings.NewReplacer("O", "0", "О", "0", "o", "0", "о", "0", "З", "3", "з", "3", "I", "1", "l", "1").Replace(meant)
	}
	if meant == s || isExponent(s) {
		return ""
	}
	return meant
}

// beforeZeros gives the digits of 100001002.0, as a program writes a number that it keeps with a fraction; "" for any
// other text.
func beforeZeros(s string) string {
	const fewest = 4
	at := strings.IndexAny(s, ".,")
	if at < fewest || at == len(s)-1 || strings.Trim(s[:at], "0123456789") != "" || strings.Trim(s[at+1:], "0") != "" {
		return ""
	}
	return s[:at]
}

// oneAlphabet writes look-alikes in the alphabet of most letters; Cyrillic where neither has more.
func oneAlphabet(s string) string {
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
		return s
	}
	return strings.Map(func(r rune) rune {
		if latin > cyrillic {
			if alike := latinLike(r); alike != 0 {
				return alike
			}
			return r
		}
		if alike := lookAlike(r); alike != 0 {
			return alike
		}
		return r
	}, s)
}

// latinLike gives the Latin letter that a Cyrillic one looks like, 0 where there is none.
func latinLike(cyrillic rune) rune {
	for _, latin := range "ABCEHKMOPTXYaceopxyku" {
		if lookAlike(latin) == cyrillic {
			return latin
		}
	}
	return 0
}

// loneLetters reports whether the only letters among the digits are such as look like digits, and names
// the first of them.
func loneLetters(s string) (first string, alone bool) {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune("OОoоЗзIl", r):
			if first == "" {
				first = string(r)
			}
		default:
			return "", false
		}
	}
	return first, digits >= 4
}

// probably adds what was meant to a reason.
func probably(s string) string {
	if meant := MeantAccount(s); meant != "" {
		return "; похоже на " + meant
	}
	return ""
}

// lostExponent says what is left of a number that Excel has turned into 1,23E+14.
func lostExponent(s string) string {
	const text = "Excel превратил номер в число с потерей цифр"
	digits, length := ExponentDigits(s)
	if length == 0 {
		return text
	}
	return fmt.Sprintf("%s: в нём было %s, остались первые %s", text, Count(length, "знак", "знака", "знаков"), digits)
}

// ExponentDigits returns the digits left of a number such as 1,23E+14 and how many it had; 0 for a text
// that is no such number.
func ExponentDigits(s string) (digits string, length int) {
	if !isExponent(s) {
		return "", 0
	}
	at := strings.IndexByte(s, '+')
	head := strings.TrimRight(s[:at], "EeЕе")
	whole, rest, _ := strings.Cut(strings.ReplaceAll(head, ",", "."), ".")
	power := 0
	for _, r := range s[at+1:] {
		if power = power*10 + int(r-'0'); power > 50 {
			return "", 0
		}
	}
	if len(whole) != 1 {
		return "", 0
	}
	return strings.TrimRight(whole+rest, "0"), power + 1
}
