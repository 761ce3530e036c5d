package pipeline

import (
	"encoding/base32"
	"strings"
)

// codeLetters leave out what people confuse: I and L with 1, O with 0, U with V.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLength is how many letters a check code has: 50 bits of the digest.
const codeLength = 10

// checkCode is the short form of a document's digest that is printed on it: "7QM2-V4XK-9D".
func checkCode(digest [32]byte) string {
	text := base32.NewEncoding(codeLetters).EncodeToString(digest[:])[:codeLength]
	return text[:4] + "-" + text[4:8] + "-" + text[8:]
}

// CleanCheckCode brings a code as people type it into the form of the register: capitals, the letters
// that look like digits as digits, Cyrillic look-alikes as Latin, hyphens in place. ok is false where it is no code.
func CleanCheckCode(s string) (code string, ok bool) {
	same := strings.NewReplacer("O", "0", "О", "0", "I", "1", "L", "1", "А", "A", "В", "B", "С", "C", "Е", "E", "Н", "H", "К", "K",
		"М", "M", "Р", "P", "Т", "T", "Х", "X", "-", "", " ", "", "–", "", "\u00a0", "")
	s = same.Replace(strings.ToUpper(s))
	if len(s) != codeLength || strings.Trim(s, codeLetters) != "" {
		return "", false
	}
	return s[:4] + "-" + s[4:8] + "-" + s[8:], true
}
