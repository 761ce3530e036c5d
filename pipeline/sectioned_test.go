package pipeline_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

// A sectioned load fills houses, accounts, meters, readings, payments and numbers of others at once; taken
// again in another file it changes nothing.
func TestSectionedLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	supplier := housing.Organisation{INN: "7707083893", Name: "АО ВОДОКАНАЛ"}
	if _, err := w.store.PutOrganisation(t.Context(), supplier); err != nil {
		t.Fatal(err)
	}
	load := goldenInput(t, "sectioned/testdata/sectioned-load/good/input.txt")
	got := w.take(t, town.Office, "load_1.3.8.txt", load)
	if got.Counts.Rejected != 0 || got.Counts.Rows != got.Counts.Accepted || got.Counts.Rows != 19 {
		t.Fatalf("ended as %+v: %v", got.Counts, got.Problems)
	}
	for sql, want := range map[string]int{
		"SELECT count(*)::int FROM houses WHERE address LIKE '%Опытная%'":             1,
		"SELECT count(*)::int FROM accounts WHERE number LIKE '02000000%'":            2,
		"SELECT count(*)::int FROM meters WHERE serial IN ('ЭЛ-900222', 'ХВ-900111')": 2,
		"SELECT sum(value * 1000)::int FROM readings WHERE taken_on = '2026-10-25'":   7165100,
		"SELECT sum(volume)::int FROM house_volumes WHERE serial = 'ОД-5000'":         80,
		"SELECT sum(amount)::int FROM payments WHERE key = '7701234567:900001'":       150000,
		"SELECT count(*)::int FROM account_references":                                4,
		"SELECT count(*)::int FROM absences":                                          1,
		"SELECT count(*)::int FROM house_services WHERE account_id IS NOT NULL":       1,
	} {
		if n := one[int](t, w.store, sql); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
	ids, err := w.store.AccountsByReference(t.Context(), w.Organisation.ID, housing.SupplierNumber, []string{"Э-000017"})
	if err != nil || len(ids) != 1 {
		t.Errorf("the number of the supplier leads to %v, %v", ids, err)
	}
	before := w.facts(t)
	again := w.take(t, town.Office, "load_again.txt", strings.Replace(load, "|15|01.10.2026|", "|16|01.10.2026|", 1))
	if again.Counts.Accepted != 0 || w.facts(t) != before {
		t.Errorf("the same load again ended as %+v: %v", again.Counts, again.Problems)
	}
	log := w.answerText(t, "load_1.3.8.kvar.log")
	if !strings.HasPrefix(log, "1|1.3.8|Результат загрузки|ООО УК ПРОБА|") ||
		!strings.Contains(log, "\r\n3||0200000025|||ОБРАЗЦОВА|ЁЛКА||05.12.1948||||1||1||0|Загружен|\r\n") {
		t.Errorf("the log:\n%s", log)
	}
}

// answerText reads an answer in windows-1251.
func (w *world) answerText(t *testing.T, name string) string {
	t.Helper()
	staged := one[string](t, w.store, "SELECT staged FROM outgoing WHERE name = $1 ORDER BY id DESC LIMIT 1", name)
	content, err := os.ReadFile(w.file(staged))
	if err != nil {
		t.Fatal(err)
	}
	text, err := charmap.Windows1251.NewDecoder().String(string(content))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
