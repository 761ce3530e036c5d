package pipeline_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// A month is set beside that of the system before: every difference has its cause, the largest stands first, and the sums
// of both sides are those of the file and of the ledger.
func TestCompare(t *testing.T) { //nolint:funlen // one story, told in order
	t.Parallel()
	m := withBenefits(t)
	m.give(t, madeHeader, m.account("003", "3", "50", "01.01.2024", ""), m.account("004", "4", "30", "01.01.2024", ""))
	m.charge(t, "2026-10")
	if _, err := m.months.Ledger(t.Context(), m.period); err != nil {
		t.Fatal(err)
	}
	write := func(text string) string {
		name := filepath.Join(t.TempDir(), "old.csv")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	// Ours: maintenance 001 1485.00 (a discount of 315), 002 1200.00, 003 1500.00, 004 900.00; water 880.00 and three times 960.00.
	result, err := m.months.Compare(t.Context(), m.period, write(
		"Лицевой счёт;Услуга;Начислено;Оплачено;Сальдо на конец;Объём;Тариф;Площадь;Проживает\n"+
			"001;Содержание жилого помещения;1485,00;0;1485,00;60;30;60;2\n"+
			"002;Содержание жилого помещения;1120,00;0;1120,00;40;28;40;2\n"+
			"003;Содержание жилого помещения;1350,00;0;1350,00;45;30;45;2\n"+
			"004;Содержание жилого помещения;900,01;0;900,01;30;30;30;2\n"+
			"001;Холодное водоснабжение;440,00;0;440,00;4;40;60;1\n"+
			"002;Холодное водоснабжение;900,00;;;8;40;40;2\n"+
			"003;Холодное водоснабжение;960,00;100,00;860,00;8;40;50;2\n"+
			"777;Отопление;5000,00;0;5000,00;;;;\n"+
			"001;Домофон;10,00;0;10,00;;;;\n"))
	if err != nil {
		t.Fatal(err)
	}
	type found struct {
		Account string
		Cause   housing.Cause
		Diff    housing.Money
		Note    string
	}
	got := make([]found, 0, len(result.Differences))
	for _, d := range result.Differences {
		got = append(got, found{d.Account, d.Cause, d.Charged.Diff(), d.Note})
	}
	want := []found{
		{"777", housing.CauseOnlyOld, -5000_00, ""},
		{"004", housing.CauseOnlyOurs, 960_00, ""},
		{"001", housing.CausePeople, 440_00, "объём 4 → 8; проживает 1 → 2"},
		{"003", housing.CauseArea, 150_00, "объём 45 → 50; площадь 45 → 50"},
		{"002", housing.CauseTariff, 80_00, "тариф 28 → 30"},
		{"002", housing.CauseOther, 60_00, ""},
		{"004", housing.CauseRounding, -1, ""},
		{"003", housing.CauseBalance, 0, ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if result.Rows != 9 || result.Rejected != 1 || result.Equal != 1 || len(result.Problems) != 1 || result.Problems[0].Row != 10 {
		t.Errorf("%d rows, %d rejected, %d equal: %+v", result.Rows, result.Rejected, result.Equal, result.Problems)
	}
	var sum housing.ComparedSum
	for _, g := range result.Groups {
		sum.Charged.Old += g.Charged.Old
		sum.Charged.Our += g.Charged.Our
		sum.Closing.Our += g.Closing.Our
		sum.Differ += g.Differ
	}
	ledger, err := m.months.Store.Ledger(t.Context(), m.months.Organisation.ID, m.period)
	// A closing that the old system does not tell is no difference: ours stands for it.
	if err != nil || result.Total.Closing != (housing.Pair{Old: 12115_01, Our: ledger.Closing}) || sum.Closing.Our != ledger.Closing {
		t.Errorf("closing %+v and %+v, of the ledger %s: %v", sum.Closing, result.Total.Closing, ledger.Closing, err)
	}
	if sum.Charged != result.Total.Charged || sum.Charged != (housing.Pair{Old: 12155_01, Our: 8845_00}) || sum.Differ != len(result.Differences) {
		t.Errorf("groups %+v, total %+v", sum, result.Total)
	}
	var book bytes.Buffer
	if err := m.months.WriteComparison(t.Context(), &book, &result); err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	if sheets := file.GetSheetList(); len(sheets) < 3 || sheets[0] != "Дома и услуги" || sheets[2] != "Расхождения" {
		t.Error(sheets)
	}
	if _, err := m.months.Compare(t.Context(), m.period, write("Счёт;Сумма\n1;2\n")); !errors.Is(err, pipeline.ErrOldFile) {
		t.Error(err)
	}
	if _, err := m.months.Compare(t.Context(), m.period+5, write("Лицевой счёт;Услуга;Начислено\n001;Отопление;1\n")); err == nil {
		t.Error("a month without balances is compared")
	}
}
