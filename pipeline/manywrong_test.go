package pipeline_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

// Of thousands of wrong rows each has its reason in the database and in the answer, those too whose reasons were kept on disk; a
// registry that falls as a whole answers them likewise.
func TestManyWrongRows(t *testing.T) {
	t.Parallel()
	const wrong = 4500
	w := settled(t, 20)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	var balances strings.Builder
	balances.WriteString("Лицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо\r\n")
	for i := range wrong {
		fmt.Fprintf(&balances, "%s;Отопление;9900123450;10.2026;без %d\r\n", account, i)
	}
	for _, c := range []struct {
		name, text string
		status     housing.FileStatus
		extra      int64 // problems of the file as a whole
	}{
		{"balances_wrong.csv", balances.String(), housing.FilePartly, 0},
		{"balances_fallen.csv", balances.String() + "ИТОГО;;;10.2026;12,00\r\n", housing.FileRefused, 1},
	} {
		f := w.take(t, town.Office, c.name, c.text)
		if f.Status != c.status || len(f.Problems) != 20 {
			t.Fatalf("%s: %s with %d problems to show: %s", c.name, f.Status, len(f.Problems), f.Reason)
		}
		count := one[int64](t, w.store, "SELECT count(*) FROM file_problems WHERE file_id = "+strconv.FormatInt(f.ID, 10))
		if count != wrong+c.extra {
			t.Errorf("%s: %d problems are stored, want %d", c.name, count, wrong+c.extra)
		}
		answer := w.answerTo(t, c.name)
		if got := strings.Count(answer, "bad_number"); got < wrong || !strings.Contains(answer, fmt.Sprintf("«без %d»", wrong-1)) {
			t.Errorf("%s: %d reasons in the answer, want %d", c.name, got, wrong)
		}
	}
}

// answerTo is the protocol of a text in windows-1251 or UTF-8, as text.
func (w *world) answerTo(t *testing.T, name string) string {
	t.Helper()
	var found string
	err := filepath.WalkDir(w.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.Contains(entry.Name(), strings.TrimSuffix(name, ".csv")) && strings.Contains(path, "protocols") {
			found = path
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("no protocol of %s: %v", name, err)
	}
	content, err := os.ReadFile(found) //nolint:gosec // in a folder of the test
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
