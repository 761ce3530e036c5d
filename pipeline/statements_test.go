package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

// statement reads a golden file of an importer.
func goldenInput(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../importers", path)) //nolint:gosec // a file of this repository
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// A statement is stored with its documents; the same documents in a statement of other days, or of the
// other side, are the same ones.
func TestBankStatement(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	good := goldenInput(t, "statements/testdata/1c-client-bank/good/input.txt")
	got := w.take(t, town.Bank, "kl_to_1c.txt", good)
	if got.Status != housing.FileAccepted || got.Counts != (housing.Counts{Rows: 5, Accepted: 5}) || got.Subject != "statements" {
		t.Fatalf("a good statement ended as %+v", got)
	}
	if sum := one[int](t, w.store, "SELECT sum(amount)::int FROM bank_documents"); sum != 370050 {
		t.Errorf("documents of %d kopecks", sum)
	}
	again := w.take(t, town.Bank, "kl_to_1c.txt", strings.Replace(good, "10:00:00", "11:00:00", 1))
	if again.Counts != (housing.Counts{Rows: 5, Unchanged: 5}) {
		t.Errorf("the same statement given out anew ended as %+v", again.Counts)
	}
	days := housing.Interval{From: w.period.First(), To: w.period.Next().First()}
	received, err := w.store.ReceivedBankDocuments(t.Context(), w.Organisation.ID, "40702810900000000001", days)
	if err != nil {
		t.Fatal(err)
	}
	if len(received) != 3 || received[0].Amount != 150000 || len(received[0].ServiceIDs) != 2 || received[2].Copy != 1 {
		t.Errorf("received %+v", received)
	}
}

// A statement that does not add up is refused whole, with a list of errors beside it.
func TestBrokenBankStatement(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	for name, first := range map[string]string{
		"sums":       "7, Строка 1, Файл отклонён: контрольные суммы не сходятся",
		"no-end":     "1, Строка 1, Файл отклонён: нет строки «КонецФайла»",
		"bad-values": "4, Строка 22, столбец «Дата»: «31.09.2026» — такой даты нет в календаре",
	} {
		got := w.take(t, town.Bank, name+".txt", goldenInput(t, "statements/testdata/1c-client-bank/"+name+"/input.txt"))
		if got.Status != housing.FileRefused {
			t.Errorf("%s ended as %s", name, got.Status)
		}
		staged := one[string](t, w.store, "SELECT staged FROM outgoing WHERE name = $1", name+".err")
		answer, err := os.ReadFile(filepath.Join(w.Dir, staged)) //nolint:gosec // a file of this test
		if err != nil {
			t.Fatal(err)
		}
		text, err := charmap.Windows1251.NewDecoder().String(string(answer))
		if err != nil || !strings.Contains(text, first) {
			t.Errorf("%s is answered with\n%s", name, text)
		}
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM bank_documents"); n != 0 {
		t.Errorf("%d documents of refused statements", n)
	}
}
