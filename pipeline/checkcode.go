package pipeline

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// codeDigits is how many digits a check code has: 40 bits of the digest. Latin letters, of which the first
// receipts had theirs, would be all that needs them in the font of most receipts.
const codeDigits = 12

// The codes of receipts that were issued first: letters without what people confuse, I and L with 1, O with
// 0, U with V.
const (
	oldLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	oldLength  = 10
)

// checkCode is the short form of a document's digest that is printed on it: "7319-5528-0467".
func checkCode(digest [32]byte) string {
	const most = 1_000_000_000_000
	return inGroups(fmt.Sprintf("%0*d", codeDigits, binary.BigEndian.Uint64(digest[:8])%most))
}

func inGroups(code string) string { return code[:4] + "-" + code[4:8] + "-" + code[8:] }

// CleanCheckCode brings a code as people type it into the form of the register: capitals, the letters
// that look like digits as digits, Cyrillic look-alikes as Latin, hyphens in place. ok is false where it is no code.
func CleanCheckCode(s string) (code string, ok bool) {
	same := strings.NewReplacer("O", "0", "О", "0", "I", "1", "L", "1", "А", "A", "В", "B", "С", "C", "Е", "E", "Н", "H", "К", "K",
		"М", "M", "Р", "P", "Т", "T", "Х", "X", "-", "", " ", "", "–", "", "\u00a0", "")
	s = same.Replace(strings.ToUpper(s))
	digits := len(s) == codeDigits && strings.Trim(s, "0123456789") == ""
	letters := len(s) == oldLength && strings.Trim(s, oldLetters) == ""
	if !digits && !letters {
		return "", false
	}
	return inGroups(s), true
}
