package profiled

import (
	"strconv"
	"strings"
	"testing"
)

// A value is new once, however it is kept; leading zeros make another value.
func TestUniques(t *testing.T) {
	t.Parallel()
	u := newUniques(0)
	const many = 5000 // makes the table grow
	forms := func(i int) []string {
		n := strconv.Itoa(i)
		return []string{n, "0" + n, strings.Repeat("9", 12) + n, strings.Repeat("0", 20) + n, "УНО-" + n}
	}
	for i := 1; i <= many; i++ {
		for j, text := range forms(i) {
			if first := u.repeated(text, 5*i+j); first != 0 {
				t.Fatalf("%q is new in row %d, but row %d is said to have it", text, 5*i+j, first)
			}
		}
	}
	for i := 1; i <= many; i++ {
		for j, text := range forms(i) {
			if first := u.repeated(text, 9_999_999); first != 5*i+j {
				t.Fatalf("%q stands in row %d, got row %d", text, 5*i+j, first)
			}
		}
	}
}

// Rows beyond those that a slot holds are kept beside.
func TestUniquesFarDown(t *testing.T) {
	t.Parallel()
	u := newUniques(0)
	for _, step := range []struct {
		text      string
		row, want int
	}{{"1", 7, 0}, {"1", mostRows + 5, 7}, {"2", mostRows + 6, 0}, {"2", mostRows + 7, mostRows + 6}, {"1", 8, 7}} {
		if got := u.repeated(step.text, step.row); got != step.want {
			t.Errorf("%q in row %d: got row %d, want %d", step.text, step.row, got, step.want)
		}
	}
}
