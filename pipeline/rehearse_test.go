package pipeline_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// dump is every table of the database, row for row. What identity columns give out next is no row.
func (w *world) dump(tb testing.TB) string {
	tb.Helper()
	const tables = `
SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`
	names := all[string](tb, w.store, tables)
	parts := make([]string, 0, len(names))
	for _, table := range names {
		sql := "SELECT md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), '')) FROM " + table + " t"
		parts = append(parts, table+" "+one[string](tb, w.store, sql))
	}
	return strings.Join(parts, "\n")
}

// tree lists the files of the data folder.
func (w *world) tree(tb testing.TB) (names []string) {
	tb.Helper()
	err := filepath.WalkDir(w.Dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return names
}

// outFile writes a file outside of the data folder.
func outFile(tb testing.TB, name, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// changedAccounts is the town's list of accounts with some rows changed, each by the titles of its columns.
func changedAccounts(tb testing.TB, w *world, changes ...map[string]string) string {
	tb.Helper()
	book, err := excelize.OpenReader(strings.NewReader(w.files(tb)["accounts.xlsx"]))
	if err != nil {
		tb.Fatal(err)
	}
	sheet := book.GetSheetName(0)
	rows, err := book.GetRows(sheet)
	if err != nil {
		tb.Fatal(err)
	}
	for i, change := range changes {
		for title, value := range change {
			column := slices.Index(rows[0], title)
			if column < 0 {
				tb.Fatalf("no column %q in %q", title, rows[0])
			}
			cell, err := excelize.CoordinatesToCellName(column+1, i+2)
			if err != nil {
				tb.Fatal(err)
			}
			if err := book.SetCellStr(sheet, cell, value); err != nil {
				tb.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

// chargedByAccount sums up the charges that stand.
func (w *world) chargedByAccount(tb testing.TB) map[string]housing.Money {
	tb.Helper()
	sums := map[string]housing.Money{}
	for _, row := range all[string](tb, w.store, `
SELECT a.number || ' ' || sum(c.amount) FROM charges c JOIN accounts a ON a.id = c.account_id GROUP BY a.number`) {
		var number string
		var sum int64
		if _, err := fmt.Sscan(row, &number, &sum); err != nil {
			tb.Fatal(err)
		}
		sums[number] = housing.Money(sum)
	}
	return sums
}

// TestRehearsal predicts what several files together would do, to the kopeck, and leaves no trace; then
// the same files are imported and the month charged.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	w := charged(t, 60)
	numbers := all[string](t, w.store, "SELECT number FROM accounts ORDER BY number LIMIT 3")
	files := []string{
		outFile(t, "accounts_new.xlsx", changedAccounts(t, w,
			map[string]string{"Проживает": "7", "Действует с": "01.10.2026"},
			map[string]string{"Площадь, м²": "99,9", "Действует с": "01.10.2026"},
			map[string]string{"Квартира": "777"})),
		ratesFile(t, []any{"Содержание жилого помещения", nil, "33,50", "01.10.2026", nil}),
		outFile(t, "9900173450_40702810200000000777_009.txt", fmt.Sprintf(
			"05-10-2026;09-30-02;8618/00138;9999999V;777000000001;%s;ИВАНОВ;адрес;0926;100,00;98,00;2,00;2\r\n"+
				"05-10-2026;09-30-02;8618/00138;9999999V;777000000002;0999999999;ПЕТРОВ;адрес;0926;50,00;49,00;1,00;2\r\n"+
				"=2;150,00;147,00;3,00;411378;06-10-2026\r\n", numbers[2])),
		outFile(t, "odd.csv", "это;не наш файл\r\n"),
	}
	before, tree, was := w.dump(t), w.tree(t), w.chargedByAccount(t)
	effects := map[string]housing.AccountEffect{}
	var changes []housing.FactChange
	in := pipeline.RehearsalInput{
		Partner: "operator", Files: files, Period: w.period,
		Accounts: func(e housing.AccountEffect) error { effects[e.Account] = e; return nil },
		Changes:  func(c housing.FactChange) error { changes = append(changes, c); return nil },
	}
	result, err := w.Rehearse(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, w.dump(t)); diff != "" {
		t.Errorf("the database changed (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(tree, w.tree(t)); diff != "" {
		t.Errorf("the data folder changed:\n%s", diff)
	}
	checkRehearsal(t, result, effects, changes, numbers)

	imported, err := w.ImportFiles(t.Context(), "operator", files, w.period)
	if err != nil {
		t.Fatal(err)
	}
	wantSameEnds(t, result.Files, imported)
	if _, err := w.Charge(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	moved := 0
	for number, now := range w.chargedByAccount(t) {
		difference := effects[number].Charges.Now - effects[number].Charges.Was
		if now-was[number] != difference {
			t.Errorf("%s: predicted %s, became %s", number, difference, now-was[number])
		}
		if difference != 0 {
			moved++
		}
	}
	if moved < 30 {
		t.Errorf("%d accounts moved: the tariff concerns every house of flats", moved)
	}
}

// wantSameEnds compares how files ended with how they were rehearsed.
func wantSameEnds(t *testing.T, rehearsed, imported []pipeline.FileResult) {
	t.Helper()
	for _, f := range imported {
		at := slices.IndexFunc(rehearsed, func(r pipeline.FileResult) bool { return r.Name == f.Name })
		if r := rehearsed[at]; r.Status != f.Status || r.Counts != f.Counts || r.Reason != f.Reason {
			t.Errorf("%s: rehearsed %s %+v %s, became %s %+v %s", f.Name, r.Status, r.Counts, r.Reason, f.Status, f.Counts, f.Reason)
		}
	}
}

func checkRehearsal(t *testing.T, result pipeline.Rehearsal, effects map[string]housing.AccountEffect, changes []housing.FactChange, numbers []string) {
	t.Helper()
	for number, e := range effects {
		var sum housing.Money
		for _, part := range e.Charges.List() {
			sum += part
		}
		if sum != e.Charges.Now-e.Charges.Was {
			t.Errorf("%s: causes add up to %s, want %s", number, sum, e.Charges.Now-e.Charges.Was)
		}
	}
	if e := effects[numbers[0]]; e.Charges.People == 0 || e.Charges.Tariff == 0 || e.Charges.Area != 0 || len(e.Rows) == 0 {
		t.Errorf("people of the first account: %+v", e)
	}
	if e := effects[numbers[1]]; e.Charges.Area == 0 || e.Charges.People != 0 {
		t.Errorf("area of the second account: %+v", e)
	}
	if e := effects[numbers[2]]; e.Paid != 100_00 {
		t.Errorf("payment of the third account: %+v", e)
	}
	if m := result.Money; m.Paid != 150_00 || m.Unidentified != 50_00 || m.Tariff == 0 || m.Unexplained != 0 {
		t.Errorf("money: %+v", m)
	}
	want := map[string]bool{"Площадь и проживающие/changed": false, "Лицевые счета/moved": false, "Тарифы/changed": false, "Платежи/created": false, "Помещения/created": false}
	for _, c := range changes {
		kind := c.Subject + "/" + string(c.Kind)
		if _, wanted := want[kind]; wanted {
			want[kind] = true
		}
	}
	for kind, found := range want {
		if !found {
			t.Errorf("no change %s among %+v", kind, changes)
		}
	}
}

// TestRehearsalOfAKnownFile says that nothing of it is new, and what is rejected stays so.
func TestRehearsalOfAKnownFile(t *testing.T) {
	t.Parallel()
	w := settled(t, 40)
	made := w.files(t)
	paths := make([]string, 0, len(made))
	for name, content := range made {
		paths = append(paths, outFile(t, name, content))
	}
	before := w.dump(t)
	result, err := w.Rehearse(t.Context(), pipeline.RehearsalInput{Partner: "operator", Files: paths, Period: w.period})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range result.Files {
		if f.Status != housing.FileRepeated {
			t.Errorf("%s: %s", f.Name, f.Status)
		}
	}
	if len(result.Changes) != 0 || result.Money.Accounts != 0 {
		t.Errorf("changes %+v, money %+v", result.Changes, result.Money)
	}
	if before != w.dump(t) {
		t.Error("the database changed")
	}
}

// TestRehearsalOfANewTown rehearses all files on an empty database: everything is created, every kopeck
// is new, and nothing stays.
func TestRehearsalOfANewTown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	made := w.files(t)
	paths := make([]string, 0, len(made))
	for name, content := range made {
		paths = append(paths, outFile(t, name, content))
	}
	before := w.dump(t)
	var book bytes.Buffer
	result, err := w.WriteRehearsal(t.Context(), &book, pipeline.RehearsalInput{Partner: "operator", Files: paths, Period: w.period})
	if err != nil {
		t.Fatal(err)
	}
	if before != w.dump(t) {
		t.Error("the database changed")
	}
	if result.Money.Accounts != 40 || result.Money.Was != 0 || result.Money.Services+result.Money.Correction != result.Money.Now || result.Money.Now == 0 {
		t.Errorf("money: %+v", result.Money)
	}
	if _, err := w.ImportFiles(t.Context(), "operator", paths, w.period); err != nil {
		t.Fatal(err)
	}
	charged, err := w.Charge(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if charged.Totals.Amount != result.Money.Now {
		t.Errorf("predicted %s, charged %s", result.Money.Now, charged.Totals.Amount)
	}
	file, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	for _, sheet := range []string{"Изменения", "Деньги", "По услугам", "Замечания", "Итог"} {
		rows, err := file.GetRows(sheet)
		if err != nil || len(rows) < 3 {
			t.Errorf("sheet %s: %d rows, %v", sheet, len(rows), err)
		}
	}
}
