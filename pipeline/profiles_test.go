package pipeline_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/profiles"
	"github.com/kvitok-gkh/kvitok/town"
)

// metered is an account of the town with a one-tariff meter and its last reading.
type metered struct{ account, serial, last string }

func aMeter(t *testing.T, w *world) metered {
	t.Helper()
	text := one[string](t, w.store, `
SELECT a.number || '|' || m.serial || '|' || max(r.value)
FROM meters m JOIN accounts a ON a.id = m.account_id JOIN readings r ON r.meter_id = m.id
WHERE m.zones = 1 AND m.closed IS NULL AND m.service = 'cold_water'
    AND NOT EXISTS (SELECT FROM meters o WHERE o.serial = m.serial AND o.id <> m.id)
GROUP BY a.number, m.serial ORDER BY a.number LIMIT 1`)
	parts := strings.Split(text, "|")
	return metered{parts[0], parts[1], parts[2]}
}

// later is a reading so much above the last one.
func (m metered) later(t *testing.T, w *world, above int) string {
	t.Helper()
	return one[string](t, w.store, "SELECT trunc($1::numeric + $2)::text", m.last, above)
}

func cp1251(t *testing.T, lines ...string) string {
	t.Helper()
	text, err := charmap.Windows1251.NewEncoder().String(strings.Join(lines, "\r\n") + "\r\n")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func wantFile(t *testing.T, f pipeline.FileResult, format string, status housing.FileStatus, accepted int) {
	t.Helper()
	if f.Format != format || f.Status != status || f.Counts.Accepted != accepted {
		t.Errorf("%s ended as %s %s with %+v (%s), want %s %s with %d accepted: %v", f.Name, f.Format, f.Status, f.Counts, f.Reason,
			format, status, accepted, f.Problems)
	}
}

// A row of a bank carries a payment and readings: both are facts, the readings pass the checks of every source,
// and a reading that fails them is noted while its payment stands.
func TestPaymentsWithReadings(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	m := aMeter(t, w)
	before := one[int](t, w.store, "SELECT count(*)::int FROM readings")
	row := func(n int, serial, value string) string {
		return fmt.Sprintf("31-10-2026;09-15-00;9999/00138;1;%012d;%s;%s;ул. Садовая;102026;%s;ХВС;1;%s;[!];[!];;100,00;98,00;2,00",
			n, m.account, m.account, serial, value)
	}
	const name = "9900173450_40702810800000000777_901.txt"
	file := w.take(t, town.Bank, name, cp1251(t,
		row(700000000001, m.serial, m.later(t, w, 2)), row(700000000002, "НЕТ-ТАКОГО", "7"), row(700000000003, m.serial, "0"),
		"=3;300,00;294,00;6,00;77;31-10-2026"))
	wantFile(t, file, "sber-payments-readings", housing.FileAccepted, 3)
	if got := one[int](t, w.store, "SELECT count(*)::int FROM readings") - before; got != 1 {
		t.Errorf("%d readings came with the payments, want 1", got)
	}
	notes := all[string](t, w.store, "SELECT row || ' ' || severity || ' ' || code FROM file_problems WHERE file_id = $1 ORDER BY row", file.ID)
	if fmt.Sprint(notes) != "[2 warning unknown_meter 3 warning reading_decreased]" &&
		fmt.Sprint(notes) != "[2 warning unknown_meter 3 warning reading_known]" {
		t.Errorf("notes %v", notes)
	}
	if source := one[string](t, w.store, `
SELECT s.name || '#' || r.source_pos FROM readings r JOIN sources s ON s.id = r.source_id WHERE s.name = $1`, name); source != name+"#1" {
		t.Errorf("the reading comes from %s", source)
	}
	answer, err := os.ReadFile(w.file(one[string](t, w.store, "SELECT staged FROM outgoing WHERE name = $1", name+".protocol.csv")))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(answer), "\r\n=3;300,00;294,00;6,00;77;31-10-2026\r\n") {
		t.Errorf("the answer does not give the trailer back:\n%s", answer)
	}
}

// The bank of 17 cells names a meter by the code that we gave it.
func TestReadingByCode(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	m := aMeter(t, w)
	code := one[string](t, w.store, "SELECT id::text FROM meters WHERE serial = $1", m.serial)
	f := w.take(t, town.Bank, "pay17.txt", cp1251(t,
		fmt.Sprintf("%s|1500.00|311026%020d|411378|31.10.2026|%s|%s|2|НЕТ||||||||", m.account, 1, code, m.later(t, w, 2))))
	wantFile(t, f, "bank-payments-17", housing.FileAccepted, 1)
	if n := one[int](t, w.store, `
SELECT count(*)::int FROM readings r JOIN sources s ON s.id = r.source_id WHERE s.name = 'pay17.txt'`); n != 1 || len(f.Problems) > 0 {
		t.Errorf("%d readings came by code, want 1: %v", n, f.Problems)
	}
}

// A pack and its payments come as two files, in whatever order; without the pack the payments wait for it.
func TestPipePair(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	row := func(order string, n int) string {
		return fmt.Sprintf("31.10.2026|%s|30.10.2026|00138|00001|%06d|0001500.00|0100001001", order, n)
	}
	rows := cp1251(t, row("000042", 1), row("000042", 2))
	first := w.take(t, town.Bank, "rows.txt", rows)
	wantFile(t, first, "sber-pipe-payments", housing.FileRefused, 0)
	if !strings.Contains(first.Reason, "к платежам по платёжному поручению № 000042 от 31.10.2026 нет файла пачки") {
		t.Errorf("refused with %q", first.Reason)
	}
	wantFile(t, w.take(t, town.Bank, "pack.txt", cp1251(t, "31.10.2026|000042|3000.00|000002")), "sber-pipe-payments", housing.FileAccepted, 1)
	wantFile(t, w.take(t, town.Bank, "rows.txt", rows), "sber-pipe-payments", housing.FileAccepted, 2)
	wrong := w.take(t, town.Bank, "both.txt", cp1251(t, "31.10.2026|000043|3000.01|000002", row("000043", 1), row("000043", 2)))
	wantFile(t, wrong, "sber-pipe-payments", housing.FileRefused, 0)
	if !strings.Contains(wrong.Reason, "в файле платежей 2 на сумму 3000,00, в пачке указано 2 на сумму 3000,01") {
		t.Errorf("refused with %q", wrong.Reason)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM payment_packs"); n != 1 {
		t.Errorf("%d packs stand, want 1: that of a refused file is rolled back", n)
	}
}

// Readings, charges and debts of partners, and residents by a profile of a user's own.
func TestProfilesOfOtherSubjects(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	m := aMeter(t, w)
	readings := w.take(t, town.Supplier, "rso.csv", cp1251(t,
		fmt.Sprintf("ООО УК;%s;ул. Садовая;;%s;31.10.2026;%s", m.account, m.serial, m.later(t, w, 3)),
		fmt.Sprintf("ООО УК;%s;ул. Садовая;;НЕТ-ТАКОГО;31.10.2026;5", m.account)))
	wantFile(t, readings, "rso-readings-csv", housing.FilePartly, 1)

	if _, err := w.store.Exec(t.Context(), `
INSERT INTO account_references (organisation_id, kind, number, account_id, source_id, source_pos)
SELECT organisation_id, 'supplier', 'Э-000018', id, source_id, 0 FROM accounts WHERE number = $1`, m.account); err != nil {
		t.Fatal(err)
	}
	charges := w.take(t, town.Supplier, "charges.csv", cp1251(t,
		"Дата;АдресАбонента;ЛицевойСчетПоставщика;Услуга;Тариф;Расход;Е;Начисление;ИсходящееСальдо;ПоказанияИПУ",
		fmt.Sprintf("01.11.2026;ул. Садовая;%s;ХВС;65.77;2;м3;131.54;0.00;%s#%s", m.account, m.serial, m.later(t, w, 4)),
		"01.10.2026;ул. Садовая;Э-000017;Электроснабжение;5.34;120;кВтч;640.80;12.50;",
		"01.10.2026;ул. Садовая;Э-000018;Электроснабжение;5.34;130;кВтч;694.20;0.00;"))
	wantFile(t, charges, "rso-charges-csv", housing.FileAccepted, 3)

	debts := w.take(t, town.Bank, "debts.txt", cp1251(t,
		"#FILESUM 10.00", "#TYPE 7", fmt.Sprintf("ТЕСТОВ И.;Примерск;%s;-5.00;Квартплата", m.account), "ТЕСТОВ П.;Примерск;00-000025;15.00;Квартплата"))
	wantFile(t, debts, "gorod-debts", housing.FileAccepted, 2)
	again := w.take(t, town.Bank, "debts2.txt", cp1251(t,
		"#FILESUM 11.00", "#TYPE 7", fmt.Sprintf("ТЕСТОВ И.;Примерск;%s;-5.00;Квартплата", m.account), "ТЕСТОВ П.;Примерск;00-000025;16.00;Квартплата"))
	wantFile(t, again, "gorod-debts", housing.FileAccepted, 1)
	stated := all[string](t, w.store, `
SELECT concat_ws(' ', kind, service, amount, closing, (account_id IS NOT NULL)::text) FROM stated_amounts ORDER BY kind, amount`)
	if got, want := strings.Join(stated, ", "), "charge cold_water 13154 0 true, charge electricity 64080 1250 false, charge electricity 69420 0 true, "+
		"debt  -500 true, debt  1600 false"; got != want {
		t.Errorf("stated: %s, want %s", got, want)
	}

	own, err := profiles.Parse([]byte(`
name: our-residents
version: 1
title: Жители, выгрузка соседнего отдела
subject: residents
kind: csv
columns:
  - {head: Житель, field: full_name, required: true}
  - {head: Где живёт, field: address, required: true}
  - {head: Счёт, field: account}
`))
	if err != nil {
		t.Fatal(err)
	}
	formats, err := catalogue.Load([]*profiles.Profile{own})
	if err != nil {
		t.Fatal(err)
	}
	w.Pipeline = w.with(t, func(c *pipeline.Config) { c.Formats = formats.Catalogue })
	residents := w.take(t, town.Office, "residents.csv", cp1251(t, "Счёт;Житель;Где живёт",
		m.account+";Тестов Пётр Ильич;ул. Садовая, д. 1, кв. 1", ";;ул. Садовая"))
	wantFile(t, residents, "our-residents", housing.FilePartly, 1)
	if n := one[int](t, w.store, "SELECT count(*)::int FROM claims WHERE full_name = 'Тестов Пётр Ильич'"); n != 1 {
		t.Errorf("%d claims of the resident, want 1", n)
	}
}

// The debt registry goes out by the profile that the configuration names; with meters it comes back as the
// readings that are known.
func TestDebtsByProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	builtin, err := profiles.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(builtin, func(p *profiles.Profile) bool { return p.Name == "sber-debts-14-1" })
	w.Pipeline = w.with(t, func(c *pipeline.Config) { c.DebtProfile, c.DebtNumber = builtin[at], 7 })
	w.fill(t)
	if _, err := w.Run(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	staged := one[string](t, w.store, `SELECT staged FROM outgoing WHERE name LIKE '%\_007\_1026.txt'`)
	registry, err := os.ReadFile(w.file(staged))
	if err != nil {
		t.Fatal(err)
	}
	m := aMeter(t, w)
	if !strings.Contains(string(registry), cp1251Cell(t, ";9;"+m.serial+";")) {
		t.Errorf("the registry does not name the meter %s of account %s:\n%.600s", m.serial, m.account, registry)
	}
	back := w.take(t, town.Bank, "9900173450_40702810800000000777_007_1026.txt", string(registry))
	if back.Format != "sber-debts-14-1" || back.Counts.Accepted > 0 || back.Counts.Unchanged == 0 || back.Counts.Rejected > 0 {
		t.Errorf("the registry comes back as %s: %+v %s %v", back.Format, back.Counts, back.Reason, back.Problems)
	}
}

func cp1251Cell(t *testing.T, text string) string {
	t.Helper()
	return strings.TrimSuffix(cp1251(t, text), "\r\n")
}
