package matching

import (
	"slices"
	"strings"
)

// HouseKey returns the form in which addresses of houses are compared, "" for "".
func HouseKey(address string) string {
	words := strings.FieldsFunc(fold(address), func(r rune) bool { return strings.ContainsRune(" ,.;", r) })
	words = slices.DeleteFunc(words, func(w string) bool { return w == "Д" || w == "ДОМ" })
	slices.Sort(words)
	return strings.Join(words, " ")
}

// FlatKey returns the form in which numbers of flats and rooms are compared, "" for "".
func FlatKey(flat string) string {
	key := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .,-№", r) {
			return -1
		}
		return r
	}, fold(flat))
	return strings.TrimPrefix(key, "КВ")
}
