package pipeline

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

// However many rows are wrong, some stay in memory, and each row gets its own problems back, forwards and from the start again.
func TestProblemLog(t *testing.T) {
	t.Parallel()
	const rows, step = 3 * keptProblems, 3
	dir := t.TempDir()
	log := problemLog{dir: dir}
	defer log.close()
	text := func(ordinal int) string { return "row " + strconv.Itoa(ordinal) }
	for at := range rows {
		if err := log.add(wrongRow{Ordinal: at * step, Problems: []housing.Problem{{Text: text(at * step)}}}); err != nil {
			t.Fatal(err)
		}
	}
	if len(log.kept) != keptProblems {
		t.Errorf("%d rows are kept in memory, want %d", len(log.kept), keptProblems)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
	for ordinal := range 2 * rows * step {
		ordinal %= rows * step // twice, from the start again
		want := ""
		if ordinal%step == 0 {
			want = text(ordinal)
		}
		if got, err := log.of(ordinal); err != nil || texts(got) != want {
			t.Fatalf("row %d has %q, %v; want %q", ordinal, texts(got), err, want)
		}
	}
	if got, err := log.of(rows * step); err != nil || len(got) > 0 {
		t.Errorf("behind the last row stands %v, %v", got, err)
	}
	seen := 0
	err := log.each(func(row wrongRow) error {
		if want := text(seen * step); row.Problems[0].Text != want {
			t.Errorf("got %q, want %q", row.Problems[0].Text, want)
		}
		seen++
		return nil
	})
	if err != nil || seen != rows {
		t.Errorf("%d rows visited, %v; want %d", seen, err, rows)
	}
}

func texts(problems []housing.Problem) string {
	var all strings.Builder
	for _, p := range problems {
		all.WriteString(p.Text)
	}
	return all.String()
}
