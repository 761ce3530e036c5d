package pipeline_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/town"
)

// table is a workbook of one sheet.
func table(t *testing.T, rows ...[]any) string {
	t.Helper()
	return string(formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{{Name: "Лист1", Rows: rows}}}))
}

// The import tables of Doma fill meters and readings, houses and claims; nothing that is known is wiped out.
func TestDomaTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.fill(t)
	w.receive(t)
	account := one[string](t, w.store, "SELECT number FROM accounts ORDER BY number LIMIT 1")
	house := one[string](t, w.store, "SELECT h.address FROM accounts a JOIN houses h ON h.id = a.house_id WHERE a.number = $1", account)
	head := []any{"Адрес", "Лицевой счет", "Тип счетчика", "Номер счетчика", "Количество тарифов", "Показание 1", "Дата передачи показаний"}
	meters := table(t, head,
		[]any{house, account, "ХВС", "НОВ-1", 1, 100.5, "2026-09-20"},
		[]any{house, account, "ХВС", "НОВ-1", 1, 110, "20.10.2026"},
		[]any{house, account, "ХВС", "НОВ-1", 1, 90, "2026-10-21"},
		[]any{house, account, "ХВС", "НОВ-2", 1, 5, "2026-10"})
	got := w.take(t, town.Office, "meters.xlsx", meters)
	if got.Counts != (housing.Counts{Rows: 4, Accepted: 2, Unchanged: 1, Rejected: 1}) {
		t.Errorf("meters ended as %+v: %v", got.Counts, got.Problems)
	}
	const stored = `SELECT count(*)::int FROM readings r JOIN meters m ON m.id = r.meter_id WHERE m.serial = 'НОВ-1' AND m.digits = 8`
	if n := one[int](t, w.store, stored); n != 2 {
		t.Errorf("%d readings of the meter, want 2", n)
	}
	property := table(t, []any{"Адрес", "Помещений", "Подъездов", "Этажей", "Минимальный этаж"},
		[]any{house, 144, 4, 9, 1}, []any{"г. Примерск, ул. Невиданная, д. 1", 1, 1, 1, 1})
	before := one[string](t, w.store, "SELECT h::text FROM houses h WHERE address = $1", house)
	if got := w.take(t, town.Office, "property.xlsx", property); got.Counts != (housing.Counts{Rows: 2, Accepted: 1, Unchanged: 1}) {
		t.Errorf("properties ended as %+v", got.Counts)
	}
	if after := one[string](t, w.store, "SELECT h::text FROM houses h WHERE address = $1", house); after != before {
		t.Errorf("a known house changed:\n%s\n%s", before, after)
	}
	houseHead := []any{"Адрес", "Тип счетчика", "Номер счетчика", "Количество тарифов", "Показание 1", "Дата передачи показаний"}
	odpu := table(t, houseHead, []any{house, "ХВС", "ОД-9", 1, 100, "2026-09-30"}, []any{house, "ХВС", "ОД-9", 1, 350.5, "2026-10-31"})
	if got := w.take(t, town.Office, "odpu.xlsx", odpu); got.Counts != (housing.Counts{Rows: 2, Accepted: 2}) {
		t.Errorf("house meters ended as %+v: %v", got.Counts, got.Problems)
	}
	if v := one[string](t, w.store, "SELECT volume::text FROM house_volumes WHERE serial = 'ОД-9' AND period = '2026-10-01'"); v != "250.5" {
		t.Errorf("a volume of %s, want 250.5", v)
	}
	receipts := table(t, []any{account, house, 926, 8640.02, "Отопление", 8240.02, "Газ", 400})
	if got := w.take(t, town.Supplier, "check.xlsx", receipts); got.Counts != (housing.Counts{Rows: 1, Accepted: 1}) {
		t.Errorf("receipts ended as %+v: %v", got.Counts, got.Problems)
	}
	staff := table(t, []any{"ФИО*", "Телефон*", "Роль*", "Специализация", "Должность", "E-mail"}, []any{"Тестов", "+79000000001", "Мастер"})
	if got := w.take(t, town.Office, "staff.xlsx", staff); got.Status != housing.FileRefused || !strings.Contains(got.Reason, "кадров Kvitok не ведёт") {
		t.Errorf("employees ended as %s: %s", got.Status, got.Reason)
	}
	for name, content := range map[string]string{"meters2.xlsx": meters, "odpu2.xlsx": odpu, "check2.xlsx": receipts} {
		if again := w.take(t, town.Office, name, content); again.Status != housing.FileRepeated {
			t.Errorf("%s ended as %s", name, again.Status)
		}
	}
}
