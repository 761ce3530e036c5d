package pipeline_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

// Workbooks of ГИС ЖКХ bring its numbers to accounts and meters; readings find their meters by them.
func TestGISWorkbooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.fill(t)
	w.receive(t)
	account := one[string](t, w.store, "SELECT number FROM accounts ORDER BY number LIMIT 1")
	house := one[string](t, w.store, "SELECT h.address FROM accounts a JOIN houses h ON h.id = a.house_id WHERE a.number = $1", account)
	els := table(t, []any{"Номер ЛС", "ЕЛС", "Идентификатор ЖКУ", "Уникальный №", "Адрес"},
		[]any{account, "70АА000999", "70АА000999-01", "1", house}, []any{"нет-такого", "70АА000998", "", "", ""})
	if got := w.take(t, town.Office, "els.xlsx", els); got.Counts != (housing.Counts{Rows: 2, Accepted: 1, Rejected: 1}) {
		t.Errorf("«Экспорт ЕЛС» ended as %+v: %v", got.Counts, got.Problems)
	}
	if id := one[string](t, w.store, "SELECT unified || ' ' || service_code FROM accounts WHERE number = $1", account); id != "70АА000999 70АА000999-01" {
		t.Errorf("the account is %s", id)
	}
	meters := table(t, []any{
		"Заводской (серийный) номер ПУ", "Вид ПУ", "Адрес дома", "Номер лицевого счета/ЕЛС/Идентификатор ЖКУ", "Вид коммунального ресурса",
		"Вид ПУ по количеству тарифов", "Базовое показание (Т1)", "Базовое показание (Т2)", "Дата ввода в эксплуатацию",
		"Номер прибора учета в ГИС ЖКХ", "Статус обработки",
	},
		[]any{"ГИС-1", "Индивидуальный", "", account, "Электрическая энергия", "Двухтарифный", "10", "20", "01.09.2026", "55-1", "Обработано"},
		[]any{"ГИС-ОД", "Коллективный (общедомовой)", house, "", "Электрическая энергия", "", "", "", "01.09.2026", "55-2", "Обработано"})
	if got := w.take(t, town.Office, "meters.xlsx", meters); got.Counts != (housing.Counts{Rows: 2, Accepted: 2}) || len(got.Problems) > 0 {
		t.Errorf("meters ended as %+v: %v", got.Counts, got.Problems)
	}
	head := []any{"Номер ПУ в ГИС ЖКХ", "Значение показания (Т1)", "Значение показания (Т2)", "Дата снятия показания"}
	readings := table(t, head, []any{"55-1", "110", "220,5", "25.10.2026"}, []any{"55-2", "7000", "", "30.09.2026"},
		[]any{"55-2", "7500", "", "31.10.2026"}, []any{"55-9", "1", "", "25.10.2026"})
	if got := w.take(t, town.Office, "readings.xlsx", readings); got.Counts != (housing.Counts{Rows: 4, Accepted: 3, Rejected: 1}) {
		t.Errorf("readings ended as %+v: %v", got.Counts, got.Problems)
	}
	for sql, want := range map[string]string{
		"SELECT string_agg(zone || ' ' || value, ', ' ORDER BY zone) FROM readings r JOIN meters m ON m.id = r.meter_id WHERE m.serial = 'ГИС-1' AND taken_on = '2026-10-25'": "day 110, night 220.5",
		"SELECT volume::text FROM house_volumes WHERE serial = 'ГИС-ОД' AND period = '2026-10-01'":                                                                            "500",
	} {
		if got := one[string](t, w.store, sql); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	var given []housing.MeterOfGIS
	for m, err := range w.store.GISReadings(t.Context(), w.Organisation.ID, w.period) {
		if err != nil {
			t.Fatal(err)
		}
		given = append(given, m)
	}
	if len(given) != 1 || given[0].Number != "55-1" || given[0].Values[1].String() != "220.5" {
		t.Errorf("readings to give out: %+v", given)
	}
}
