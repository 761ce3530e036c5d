package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// TestTraceBothWays goes from the lines of a receipt down to rows, and from each of these rows back up:
// the line is among those that rest on it.
func TestTraceBothWays(t *testing.T) {
	t.Parallel()
	w := charged(t, 40)
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Match(t.Context()); err != nil {
		t.Fatal(err)
	}
	const account = "0100001002"
	down, err := w.TraceAccount(t.Context(), account, w.period, "")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, line := range down.Lines {
		for _, operand := range line.Rests {
			up, err := w.Trace(t.Context(), pipeline.TraceInput{Source: operand.Source, Limit: 10_000})
			if err != nil {
				t.Fatal(err)
			}
			rows++
			wantLeadsBack(t, up, account, line)
		}
	}
	if rows < 8 || len(down.Claims) == 0 || len(down.Payments) == 0 || len(down.Files) < 3 {
		t.Errorf("%d rows, %d payments, %d claims, %d files", rows, len(down.Payments), len(down.Claims), len(down.Files))
	}
	payment, err := w.Trace(t.Context(), pipeline.TraceInput{Source: down.Payments[0].Source, Limit: 10})
	if err != nil || len(payment.Payments) != 1 || len(payment.Payments[0].Parts) == 0 {
		t.Errorf("payment: %+v, %v", payment, err)
	}
}

// wantLeadsBack checks that a row traced up reaches the line that it was found by.
func wantLeadsBack(t *testing.T, up pipeline.SourceTrace, account string, line pipeline.SourcedLine) {
	t.Helper()
	if !slices.ContainsFunc(up.Lines, func(l pipeline.TracedLine) bool {
		return l.Account == account && l.Service == line.Service && l.Amount == line.Amount
	}) {
		t.Errorf("%s does not lead back to %s", up.Source, line.Title)
	}
	if len(up.Facts) == 0 || up.Charges < len(up.Lines) {
		t.Errorf("%s: %+v", up.Source, up)
	}
}

// TestTraceOfWhatWasKeptOutOrReplaced tells a rejected row, a message that gave nothing, and a row whose
// facts were replaced after it was charged from.
func TestTraceOfWhatWasKeptOutOrReplaced(t *testing.T) {
	t.Parallel()
	w := charged(t, 40)
	trace := func(s housing.Source) pipeline.SourceTrace {
		t.Helper()
		result, err := w.Trace(t.Context(), pipeline.TraceInput{Source: s, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	row := one[int64](t, w.store, "SELECT row::bigint FROM file_problems p JOIN files f ON f.id = p.file_id WHERE f.name = 'residents.xlsx' AND severity = 'error' LIMIT 1")
	if r := trace(housing.Source{Kind: housing.SourceFile, Name: "residents.xlsx", Position: row}); r.Fate != "строка отклонена" || len(r.Problems) == 0 {
		t.Errorf("rejected: %+v", r)
	}
	offset := one[int64](t, w.store, "SELECT position FROM dead_letters ORDER BY position LIMIT 1")
	if r := trace(housing.Source{Kind: housing.SourceStream, Name: "readings", Position: offset}); !strings.HasPrefix(r.Fate, "сообщение отклонено: ") {
		t.Errorf("dead letter: %+v", r)
	}
	old := one[int64](t, w.store, "SELECT o.source_pos FROM occupancies o JOIN accounts a ON a.id = o.account_id WHERE a.number = '0100001002'")
	path := outFile(t, "accounts_new.xlsx", changedAccounts(t, w, nil, map[string]string{"Проживает": "7", "Действует с": "01.01.2000"}))
	if _, err := w.store.Exec(t.Context(), "UPDATE occupancies SET valid = daterange('2000-01-01', NULL) WHERE account_id = (SELECT id FROM accounts WHERE number = '0100001002')"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ImportFiles(t.Context(), "operator", []string{path}, w.period); err != nil {
		t.Fatal(err)
	}
	r := trace(housing.Source{Kind: housing.SourceFile, Name: "accounts.xlsx", Position: old})
	if r.Charges == 0 || !strings.Contains(r.Fate, "заменено") {
		t.Errorf("replaced: %+v", r)
	}
}
