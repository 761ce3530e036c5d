package importers

import "strconv"

// Count writes a number with its noun: 1 ячейка, 2 ячейки, 5 ячеек.
func Count(n int, one, few, many string) string {
	word := many
	switch tens := n % 100; {
	case tens >= 11 && tens <= 14:
	case n%10 == 1:
		word = one
	case n%10 >= 2 && n%10 <= 4:
		word = few
	}
	return strconv.Itoa(n) + " " + word
}
