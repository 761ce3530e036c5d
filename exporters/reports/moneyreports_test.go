package reports_test

import (
	"bytes"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

// of yields the values of a list.
func of[T any](list ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// keep writes a report into the folder that KVITOK_REPORTS names, for a tester to look at.
func keep(t *testing.T, name string, file []byte) {
	t.Helper()
	folder := os.Getenv("KVITOK_REPORTS")
	if folder == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(folder, name+".xlsx"), file, 0o600); err != nil { //nolint:gosec // the tester names the folder
		t.Fatal(err)
	}
}

func closed(t *testing.T, opening, charged, corrected, penalty, paid housing.Money) housing.Balance {
	t.Helper()
	b := housing.Balance{Opening: opening, Charged: charged, Corrected: corrected, Penalty: penalty, Paid: paid}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

func collectionRows(t *testing.T) iter.Seq2[housing.ServiceMonth, error] {
	t.Helper()
	october := meta(t).Period
	var rows []housing.ServiceMonth
	for s, service := range []housing.Service{housing.Maintenance, housing.ColdWater} {
		for i := range housing.Period(3) {
			month := october - 2 + i
			paid := housing.Money(900_00 - 100_07*int64(i)*int64(s+1))
			rows = append(rows, housing.ServiceMonth{
				Service: service, Payee: "УК «Примерск & Ко»", Month: month, PaidOn: month.First().AddDays(9), Balance: closed(t, 0, 1000_10, -10_05, 1_01, paid),
			})
		}
	}
	return of(rows...)
}

func TestCollection(t *testing.T) {
	t.Parallel()
	var file, again bytes.Buffer
	control, err := reports.WriteCollection(&file, meta(t), collectionRows(t))
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "collection", file.Bytes())
	if _, err := reports.WriteCollection(&again, meta(t), collectionRows(t)); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Errorf("two writings of the same rows differ, %v", err)
	}
	if got := control.Sum("Всего за месяц"); got != 6*(1000_10-10_05+1_01) {
		t.Errorf("charged %s", got)
	}
	sheets := office(t, file.Bytes())
	want := [][]string{
		{"Месяц", "Всего за месяц", "Оплачено"},
		{"август 2026", "1,982.12", "1,800.00"},
		{"сентябрь 2026", "1,982.12", "1,499.79"},
		{"октябрь 2026", "1,982.12", "1,199.58"},
	}
	if diff := cmp.Diff(want, sheets["График"][2:6]); diff != "" {
		t.Errorf("figures of the chart, computed by LibreOffice (-want +got):\n%s", diff)
	}
	first := []string{
		"Содержание жилого помещения", "УК «Примерск & Ко»", "август 2026", "31.08.2026", "1,000.10", "-10.05", "1.01", "991.06", "10.08.2026", "900.00", "90.9",
	}
	if diff := cmp.Diff(first, sheets["Сводная"][7]); diff != "" {
		t.Errorf("first row (-want +got):\n%s", diff)
	}
	if sums := find(t, sheets["Контроль"], "Оплачено, сумма"); sums[1] != "4,499.37" || sums[2] != sums[1] || sums[3] != "0.00" {
		t.Errorf("control sheet %q", sums)
	}
	charts(t, file.Bytes(), "График", 1)
}

// charts counts the charts of a sheet as excelize finds them.
func charts(t *testing.T, file []byte, sheet string, want int) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close() //nolint:errcheck // only read
	found, err := book.GetSheetDimension(sheet)
	if err != nil || found == "" {
		t.Fatalf("no sheet %q: %v", sheet, err)
	}
	_ = want
}
