package profiled

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// In a large file hardly a number is kept, and still each that comes twice is found with the row that has it, spelled with
// spaces too; a number that stands in another column as well is none.
func TestTwice(t *testing.T) {
	t.Parallel()
	list, err := profiles.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(list, func(p *profiles.Profile) bool { return p.Name == "sber-payments-a" })
	l, err := compile(list[at])
	if err != nil {
		t.Fatal(err)
	}
	const rows = 70_000
	numbers := map[int]string{60_000: fmt.Sprintf("%012d", 10), 69_000: fmt.Sprintf(" %012d ", 59_999), 69_001: "000000000001x"}
	var text bytes.Buffer
	for n := 1; n <= rows; n++ {
		number, ok := numbers[n]
		if !ok {
			number = fmt.Sprintf("%012d", n)
		}
		fmt.Fprintf(&text, "02-10-2026;09-15-00;9999/00138;9999999V;%s;%012d;%s;;0926;10,00;10,00;0,00;2\r\n", number, n+1, strings.Repeat("x", 400))
	}
	fmt.Fprintf(&text, "=%d;%d0,00;%d0,00;0,00;411378;03-10-2026\r\n", rows, rows, rows)
	in := importers.Input{Name: "x.txt", Size: int64(text.Len()), Content: bytes.NewReader(text.Bytes())}
	first := l.lookTwice(in)
	if first == nil {
		t.Fatal("a file of this size is to be looked at first")
	}
	marked := 0
	for n := 1; n <= rows; n++ {
		if first.maybe(fmt.Sprintf("%012d", n)) {
			marked++
		}
	}
	if marked > rows/100 {
		t.Errorf("%d of %d numbers may come twice", marked, rows)
	}
	sample, err := importers.NewSample(in)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	_, err = l.decode(t.Context(), in, sample, func(r importers.Record) error {
		for _, p := range r.Problems {
			got = append(got, fmt.Sprintf("%d %s %s", r.Row, p.Code, p.Text))
		}
		return nil
	})
	want := []string{
		"60000 double_number такое значение уже стоит в строке 10", "69000 double_number такое значение уже стоит в строке 59999",
		"69001 bad_number номер записан не по форме",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}
