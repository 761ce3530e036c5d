package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

// The same payments under the name of another file are known by their own numbers: nothing is booked twice, and it is told
// which file brought them. Two payments alike in account, day and sum are two.
func TestPaymentsUnderAnotherName(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	rows := func(day string) []paidRow {
		return []paidRow{{account, day, "10.2026", "100.00"}, {account, day, "10.2026", "100.00"}}
	}
	booked := func() int { return one[int](t, w.store, "SELECT count(*)::int FROM payments") }
	before := booked()
	for _, c := range []struct{ format, first, second, partner, text string }{
		{"sber-payments-b", "9900173450_40702810800000000777_811.txt", "9900173450_40702810800000000777_812.txt", town.Bank, sberRows(t, rows("02"))},
		{"tochka-payments", "tochka-1.csv", "tochka-2.csv", town.Bank, tochkaRows(t, rows("03"))},
		{"rc-payment-packs", "packs-1.txt", "packs-2.txt", town.Bank, rcRows(t, rows("04"))},
		{"sectioned-load", "load-1.txt", "load-2.txt", town.Office, sectionedRows(t, rows("05"))},
	} {
		before := booked()
		wantFile(t, w.take(t, c.partner, c.first, c.text), c.format, housing.FileAccepted, 2)
		if n := booked() - before; n != 2 {
			t.Errorf("%s: two equal payments are %d", c.format, n)
		}
		again := w.take(t, c.partner, c.second, c.text+"\r\n")
		at := slices.IndexFunc(again.Problems, func(p housing.Problem) bool { return p.Code == "known_payments" })
		if again.Counts.Unchanged != 2 || again.Counts.Accepted != 0 || at < 0 || !strings.Contains(again.Problems[at].Text, "учтены: 2 (файл «"+c.first+"»)") {
			t.Errorf("%s by another name: %s %+v %s %+v", c.format, again.Status, again.Counts, again.Reason, again.Problems)
		}
	}
	if n := booked() - before; n != 8 {
		t.Errorf("%d payments are booked, want 8", n)
	}
}
