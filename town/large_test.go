package town_test

import (
	"bytes"
	"testing"

	"github.com/kvitok-gkh/kvitok/town"
)

// The large files have as many rows as asked, the readings at most those of a month.
func TestLarge(t *testing.T) {
	t.Parallel()
	made, err := town.New(town.Config{Accounts: 20, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	lines := func(f town.File) int {
		var text bytes.Buffer
		if err := f.Write(&text); err != nil {
			t.Fatal(err)
		}
		return bytes.Count(text.Bytes(), []byte("\r\n"))
	}
	payments, readings := made.Large(100)
	if got := lines(payments); got != 101 { // and the totals
		t.Errorf("%d lines of payments, want 100 and the totals", got)
	}
	if got := lines(readings); got != 100 {
		t.Errorf("%d readings, want 100", got)
	}
	_, all := made.Large(1_000_000)
	if got := lines(all); got == 0 || got%31 != 0 {
		t.Errorf("%d readings of a whole month, want the same meters on each of 31 days", got)
	}
}
