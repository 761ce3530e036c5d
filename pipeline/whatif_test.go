package pipeline_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

// charged is a settled town with its month charged.
func charged(tb testing.TB, accounts int) *world {
	tb.Helper()
	w := settled(tb, accounts)
	if _, err := w.Charge(tb.Context(), w.period); err != nil {
		tb.Fatal(err)
	}
	return w
}

// stored digests all that a charge run leaves.
func (w *world) stored(tb testing.TB) string {
	tb.Helper()
	tables := []string{"charges", "findings", "snapshots", "charged_houses", "runs"}
	digests := make([]string, 0, len(tables)+1)
	digests = append(digests, w.facts(tb))
	for _, table := range tables {
		sql := "SELECT md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), '')) FROM " + table + " t"
		digests = append(digests, table+" "+one[string](tb, w.store, sql))
	}
	return strings.Join(digests, "\n")
}

// The comparison agrees with charging the town by hand: solid waste has no reading, its price doubled
// doubles it to within half a kopeck a line; nothing is written.
func TestWhatIf(t *testing.T) {
	t.Parallel()
	w := charged(t, 60)
	w.withoutBenefits(t)
	before := w.stored(t)
	limit := parse(t, housing.ParseDecimal, "0")
	result, err := w.WhatIf(t.Context(), pipeline.WhatIfInput{
		Period: w.period, Limit: &limit,
		File: ratesFile(t, []any{"Обращение с ТКО", nil, "2000", "01.10.2026", nil}, []any{"Отопление", "г. Дальний, д. 1", "1", "01.10.2026", nil}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, w.stored(t)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
	totals, err := w.store.ChargedTotals(t.Context(), w.Organisation.ID, w.period)
	if err != nil {
		t.Fatal(err)
	}
	if result.Stands != totals.Amount || result.Again != totals.Amount || result.Total.Now != totals.Amount {
		t.Errorf("stands %s, again %s, now %s, want %s each", result.Stands, result.Again, result.Total.Now, totals.Amount)
	}
	if len(result.Houses) != totals.Houses || result.Failed != 0 || len(result.Omitted) != 0 || result.Total.Accounts != totals.Accounts {
		t.Errorf("%d houses, %d failed, %d omitted, %d accounts", len(result.Houses), result.Failed, len(result.Omitted), result.Total.Accounts)
	}
	checkWaste(t, w, result)
	checkSums(t, result)
	if want := []string{"дома из файла нет среди начисленных: г. Дальний, д. 1"}; !cmp.Equal(want, result.Notes) {
		t.Errorf("notes %q, want %q", result.Notes, want)
	}
}

// withoutBenefits charges the month of a town that nobody supports: a subsidy is divided anew over all services when one
// of them changes.
func (w *world) withoutBenefits(t *testing.T) {
	t.Helper()
	if _, err := w.store.Exec(t.Context(), "DELETE FROM benefit_grants"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Charge(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
}

// checkWaste computes the waste of every account from its stored volume.
func checkWaste(t *testing.T, w *world, result reports.WhatIf) {
	t.Helper()
	var want, lines int64
	accounts := one[int](t, w.store, "SELECT count(DISTINCT account_id) FROM charges WHERE service = 'solid_waste'")
	for _, units := range all[string](t, w.store, "SELECT volume::text FROM charges WHERE service = 'solid_waste'") {
		money, err := parse(t, housing.ParseDecimal, units).Ratio().Mul(housing.Whole(2000).Ratio()).Money()
		if err != nil {
			t.Fatal(err)
		}
		want, lines = want+int64(money), lines+1
	}
	for _, s := range result.Services {
		if s.Service != housing.SolidWaste {
			if s.Difference != 0 {
				t.Errorf("%s changes by %s", s.Service, s.Difference)
			}
			continue
		}
		if gap := int64(s.Then) - want; max(gap, -gap) > lines || s.Above != s.Accounts || s.Accounts != accounts {
			t.Errorf("waste %+v, want about %s for %d accounts, all above the limit", s, housing.Money(want), accounts)
		}
	}
}

func checkSums(t *testing.T, result reports.WhatIf) {
	t.Helper()
	var byService, byHouse, above housing.Money
	for _, s := range result.Services {
		byService += s.Difference
	}
	for _, h := range result.Houses {
		byHouse += h.Difference
	}
	for i, a := range result.Above {
		above += a.Difference
		if i > 0 && a.Difference > result.Above[i-1].Difference {
			t.Errorf("account %s rises more than the one before it", a.Account)
		}
	}
	if total := result.Total.Difference; byService != total || byHouse != total || above != total || total <= 0 {
		t.Errorf("differences: services %s, houses %s, accounts %s, total %s", byService, byHouse, above, total)
	}
	if len(result.Largest) != 10 || !cmp.Equal(result.Above[:10], result.Largest, exact()) {
		t.Errorf("the ten largest are not the first ten: %v", result.Largest)
	}
}

// A house whose snapshot cannot be read is reported, the others are compared.
func TestWhatIfOfABrokenSnapshot(t *testing.T) {
	t.Parallel()
	w := charged(t, 60)
	house := one[int64](t, w.store, "SELECT min(house_id) FROM charged_houses")
	if _, err := w.store.Exec(t.Context(), "UPDATE snapshots SET body = 'broken' WHERE house_id = $1", house); err != nil {
		t.Fatal(err)
	}
	result, err := w.WhatIf(t.Context(), pipeline.WhatIfInput{
		Period: w.period, File: ratesFile(t, []any{"Обращение с ТКО", nil, "2000", "01.10.2026", nil}),
	})
	if err != nil {
		t.Fatal(err)
	}
	address := one[string](t, w.store, "SELECT address FROM houses WHERE id = $1", house)
	found := false
	for _, h := range result.Houses {
		if (h.House == address) != (h.Failed != "") {
			t.Errorf("house %s: failed %q", h.House, h.Failed)
		}
		found = found || h.Failed != ""
	}
	if !found || result.Failed != 1 || result.Total.Accounts == 0 {
		t.Errorf("failed %d, compared %d accounts", result.Failed, result.Total.Accounts)
	}
	var file bytes.Buffer
	if _, err := w.WriteWhatIf(t.Context(), &file, w.period, result); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("По домам")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row != nil && row[0] == address && !strings.HasPrefix(row[len(row)-1], "не пересчитан: ") {
			t.Errorf("row of the house that failed: %q", row)
		}
	}
}

// An account that could not be charged at the new rates is named, and is in no sum.
func TestWhatIfNamesWhoIsHeld(t *testing.T) {
	t.Parallel()
	w := charged(t, 60)
	if _, err := w.store.Exec(t.Context(), "DELETE FROM norms WHERE service = 'cold_water'"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Charge(t.Context(), w.period); err != nil { // whoever has no water meter is held now
		t.Fatal(err)
	}
	result, err := w.WhatIf(t.Context(), pipeline.WhatIfInput{
		Period: w.period, File: ratesFile(t, []any{"Обращение с ТКО", nil, "2000", "01.10.2026", nil}),
	})
	if err != nil {
		t.Fatal(err)
	}
	held := one[int](t, w.store, "SELECT count(DISTINCT account) FROM findings WHERE held")
	if held == 0 || len(result.Omitted) != held || result.Total.Accounts+held != one[int](t, w.store, "SELECT count(*) FROM accounts") {
		t.Fatalf("%d held, %d omitted, %d compared", held, len(result.Omitted), result.Total.Accounts)
	}
	if reason := result.Omitted[0].Reason; !strings.HasPrefix(reason, "удержан и сейчас: нет норматива") {
		t.Errorf("reason %q", reason)
	}
}

func TestWhatIfRefuses(t *testing.T) {
	t.Parallel()
	w := charged(t, 20)
	file := ratesFile(t, []any{"Отопление", nil, "4000", "01.01.2027", nil})
	if _, err := w.WhatIf(t.Context(), pipeline.WhatIfInput{Period: w.period, File: file}); !errors.Is(err, pipeline.ErrNothingToTry) {
		t.Errorf("rates of next year: %v", err)
	}
	on := parse(t, housing.ParseDate, "2027-01-01")
	if _, err := w.WhatIf(t.Context(), pipeline.WhatIfInput{Period: w.period, File: file, On: on}); err != nil {
		t.Errorf("rates of next year on this month: %v", err)
	}
	if _, err := w.WhatIf(t.Context(), pipeline.WhatIfInput{Period: w.period.Next(), File: file, On: on}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a month that was not charged: %v", err)
	}
}

// The sheet of an account has the lines that stand, and comes to what was charged.
func TestSheet(t *testing.T) {
	t.Parallel()
	w := charged(t, 20)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	sheet, err := w.Sheet(t.Context(), account, w.period)
	if err != nil {
		t.Fatal(err)
	}
	want := one[int64](t, w.store, "SELECT sum(c.amount)::bigint FROM charges c JOIN accounts a ON a.id = c.account_id WHERE a.number = $1", account)
	if int64(sheet.Total) != want || len(sheet.Lines) == 0 || sheet.Lines[0].Title == "" || sheet.Lines[0].Formula == "" {
		t.Errorf("sheet comes to %s with %d lines, want %s", sheet.Total, len(sheet.Lines), housing.Money(want))
	}
	if sheet.Run != "1" || len(sheet.Snapshot) != 64 || sheet.Account.Number != account {
		t.Errorf("head of the sheet: %+v", sheet)
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"workbook": func(b *bytes.Buffer) error { return w.WriteSheet(t.Context(), b, sheet) },
		"PDF":      func(b *bytes.Buffer) error { return w.Printer.Sheet(b, sheet) },
	} {
		var first, second bytes.Buffer
		if err := errors.Join(write(&first), write(&second)); err != nil {
			t.Fatal(err)
		}
		if first.Len() == 0 || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: %d bytes, then %d others", name, first.Len(), second.Len())
		}
	}
	if _, err := w.Sheet(t.Context(), "7", w.period); !errors.Is(err, store.ErrNotFound) && !errors.Is(err, charging.ErrNoAccount) {
		t.Errorf("an unknown account: %v", err)
	}
}
