package profiled

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
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

// Equal payments of a large registry without numbers of its own are numbered as in a small one.
func TestTwiceWithoutNumbers(t *testing.T) {
	t.Parallel()
	p, err := profiles.Parse([]byte(`name: x
version: 1
title: X
subject: payments
kind: text
decimal: point
dates: [dd.mm.yyyy]
key: x/{paid_on}/{account}{n}
lines:
  - cells: 4
    columns:
      - {at: 1, name: Дата, field: paid_on, required: true}
      - {at: 2, name: ЛС, field: account, id: account, required: true}
      - {at: 3, name: Сумма, field: amount, required: true}
      - {at: 4, name: Плательщик, field: payer}
`))
	if err != nil {
		t.Fatal(err)
	}
	l, err := compile(p)
	if err != nil {
		t.Fatal(err)
	}
	const rows = 70_000
	var text bytes.Buffer
	for n := 1; n <= rows; n++ {
		account := n
		if n%10_000 == 0 {
			account = 7
		}
		fmt.Fprintf(&text, "02.10.2026;%010d;10.00;%s\r\n", account, strings.Repeat("x", 460))
	}
	in := importers.Input{Name: "x.txt", Size: int64(text.Len()), Content: bytes.NewReader(text.Bytes())}
	sample, err := importers.NewSample(in)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	_, err = l.decode(t.Context(), in, sample, func(r importers.Record) error {
		if pay, ok := r.Fact.(housing.Payment); ok {
			keys[pay.Key] = true
		}
		return nil
	})
	if err != nil || len(keys) != rows || !keys["x/2026-10-02/0000000007/8"] || !keys["x/2026-10-02/0000069999/1"] || keys["x/2026-10-02/0000069999/2"] {
		t.Errorf("%d keys, %v; the last of account 7 is numbered 8: %t", len(keys), err, keys["x/2026-10-02/0000000007/8"])
	}
}
