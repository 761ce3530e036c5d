package pipeline_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/town"
)

const grantHeader = "Лицевой счёт;Фамилия;Имя;СНИЛС;Категория льготы;Услуга;Процент;Кому;В пределах нормы;Предоставление;Действует с;по;Документ"

// withBenefits is an office of two flats of 60 and 40 m², two people each: maintenance 30, cold water by the norm 4 at 40.
//
//   - 001: 50 % for the holder, within the social norm (21 m² of two), in the receipt: −50 % × 30 × 21 = −315.00;
//     water 50 % × 4 × 40 = −80.00, nothing of the excess 640.00 (K 3)
//   - 002: 100 % for the family, in money: maintenance 1200.00 and water 320.00 and its excess stay as they are
func withBenefits(t *testing.T) *madeOffice {
	t.Helper()
	m := newMadeOffice(t)
	m.give(t, madeHeader, m.account("001", "1", "60", "01.01.2024", ""), m.account("002", "2", "40", "01.01.2024", ""))
	m.services(t, "Содержание жилого помещения", "Холодное водоснабжение")
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Зона", "Дом", "Тариф, руб.", "Действует с", "по", "Документ"},
		{"Содержание жилого помещения", nil, nil, 30, "01.01.2024", nil, "решение"},
		{"Холодное водоснабжение", nil, nil, 40, "01.01.2024", nil, "приказ"},
	}}, formattest.Sheet{Name: "Нормативы", Rows: [][]any{
		{"Услуга", "Основа", "Дом", "Норматив", "Действует с", "по", "Документ"},
		{"Холодное водоснабжение", "на человека", nil, 4, "01.01.2024", nil, "приказ № 7"},
	}})
	m.give(t, grantHeader,
		"001;Образцова;Анна;112-233-445 95;Ветеран труда;;50;льготнику;да;скидка;01.10.2026;31.12.2026;Решение № 1",
		"002;Примеров;Олег;;Герой;;100;семье;нет;деньгами;01.10.2026;;Решение № 2")
	return m
}

// Benefits go the whole way: from the registry of grants to charges, ledger, receipt, report, explanation and back
// to the authority.
func TestBenefitsOfMonth(t *testing.T) {
	t.Parallel()
	m := withBenefits(t)
	want := []string{
		"001 maintenance R1.1 1800.00", "001 maintenance R3.1 -315.00", "001 cold_water R2.2.1 320.00", "001 cold_water R2.2.2 640.00",
		"001 cold_water R3.1 -80.00",
		"002 maintenance R1.1 1200.00", "002 cold_water R2.2.1 320.00", "002 cold_water R2.2.2 640.00",
	}
	if diff := cmp.Diff(want, m.charge(t, "2026-10")); diff != "" {
		t.Fatal(diff)
	}
	period := m.period
	if period.String() != "2026-10" {
		t.Fatal("the town is of another month:", period)
	}
	ledger, err := m.months.Ledger(t.Context(), period)
	if err != nil || ledger.Totals.Charged != 4_920_00 || ledger.Totals.Corrected != -395_00 || ledger.Totals.Closing != 4_525_00 {
		t.Fatalf("%+v, %v", ledger.Totals.Balance, err)
	}
	shares := all[string](t, m.store, `
SELECT mode || ' ' || service || ' ' || covered || ' ' || amount FROM benefit_shares ORDER BY account_id, line`)
	wantShares := []string{"discount maintenance 21 31500", "discount cold_water 4 8000", "compensation maintenance 40 120000", "compensation cold_water 8 32000"}
	if diff := cmp.Diff(wantShares, shares); diff != "" {
		t.Error(diff)
	}
	if _, err := m.months.Gate(t.Context(), period); err != nil {
		t.Fatal(err)
	}
	sheet, err := m.months.Sheet(t.Context(), "002", period)
	if err != nil || sheet.Total != 2_160_00 || len(sheet.Lines) != 5 || !strings.Contains(sheet.Lines[4].Title, "компенсация льготнику деньгами") {
		t.Errorf("%+v, %v", sheet, err)
	}
	social, err := m.months.PublishSocial(t.Context(), period)
	if err != nil || len(social.Files) != 1 || social.Files[0].Rows != 4 {
		t.Fatalf("%+v, %v", social, err)
	}
	register := decoded1251(t, m.file(social.Files[0].Path))
	for _, line := range []string{
		"11223344595;Образцова;Анна;;;001;" + madeHouse + ";кв. 1;60;2;Ветеран труда;Содержание жилого помещения;60;21;м2;;30;1800.00;0.00;50;315.00;0.00;0.00;;2026-10;Решение № 1",
		";Примеров;Олег;;;002;" + madeHouse + ";кв. 2;40;2;Герой;Холодное водоснабжение;8;8;м3;4;40;320.00;0.00;100;0.00;320.00;0.00;;2026-10;Решение № 2",
		"ИТОГО;строк: 4;;;;;;;;;;;;;;;;;;;395.00;1520.00;;;;",
	} {
		if !strings.Contains(register, "\r\n"+line+"\r\n") {
			t.Errorf("the registry lacks %q:\n%s", line, register)
		}
	}
	replayed, err := m.months.Replay(t.Context(), period)
	if err != nil || len(replayed.Differences) > 0 {
		t.Errorf("%+v, %v", replayed, err)
	}
	// The same registry again changes nothing; after the term has ended, nothing is given.
	if lines := m.charge(t, "2027-01"); len(lines) != 6 {
		t.Errorf("after the end of the term: %v", lines)
	}
}

// Faults of a registry of grants are told row by row.
func TestBenefitGrantsRefused(t *testing.T) {
	t.Parallel()
	m := withBenefits(t)
	got := m.take(t, town.Office, "grants.csv", grantHeader+"\r\n"+strings.Join([]string{
		"001;Образцова;Анна;;Ветеран труда;;50;;да;скидка;01.12.2026;;Решение № 3",
		"999;Образцова;Анна;;Ветеран труда;;50;;да;скидка;01.12.2026;;Решение № 4",
		"001;Образцова;Анна;;Ветеран труда;;50;льготнику;да;скидка;01.10.2026;31.12.2026;Решение № 1",
		"001;Образцова;Анна;;Инвалид;Домофон;50;льготнику;да;скидка;01.10.2026;;Решение № 5",
		"001;Образцова;Анна;;Инвалид;;50;льготнику;да;скидка;01.10.2026;01.09.2026;Решение № 5",
	}, "\r\n")+"\r\n")
	if got.Counts != (housing.Counts{Rows: 5, Unchanged: 1, Rejected: 4}) {
		t.Fatalf("%+v %+v", got.Counts, got.Problems)
	}
	codes := make([]string, 0, len(got.Problems))
	for _, p := range got.Problems {
		codes = append(codes, p.Code)
	}
	if diff := cmp.Diff([]string{"overlap", "unknown_account", "unknown_service", "bad_interval"}, codes); diff != "" {
		t.Error(diff, got.Problems)
	}
	// A term ended earlier is the same grant with another end.
	again := m.take(t, town.Office, "ended.csv", grantHeader+"\r\n"+
		"001;Образцова;Анна;;Ветеран труда;;50;льготнику;да;скидка;01.10.2026;15.10.2026;Решение № 1\r\n")
	if again.Counts != (housing.Counts{Rows: 1, Accepted: 1}) {
		t.Errorf("%+v %+v", again.Counts, again.Problems)
	}
	if lines := m.charge(t, "2026-10"); !strings.Contains(strings.Join(lines, "\n"), "001 cold_water R3.1 -38.71") { // 80 × 15/31
		t.Error(lines)
	}
}

func decoded1251(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name) //nolint:gosec // of the test's folder
	if err != nil {
		t.Fatal(err)
	}
	text, err := charmap.Windows1251.NewDecoder().Bytes(content)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
