package reports_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

// The rows of a house are an outline with its subtotal; subtotals count in no sum of the report.
func TestGroupsByHouse(t *testing.T) {
	t.Parallel()
	var rows []housing.AccountTurnover
	for row, err := range turnovers(5) {
		if err != nil {
			t.Fatal(err)
		}
		row.House = "г. Примерск, ул. Новая, д. 1"
		if len(rows) >= 3 {
			row.House = "г. Примерск, ул. Новая, д. 2"
		}
		rows = append(rows, row)
	}
	var file bytes.Buffer
	control, err := reports.WriteTurnover(&file, meta(t), of(rows...))
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "turnover", file.Bytes())
	if control.Rows != len(rows) {
		t.Errorf("%d rows, want %d", control.Rows, len(rows))
	}
	book := open(t, file.Bytes())
	for row, want := range map[int]uint8{8: 1, 10: 1, 11: 0, 12: 1, 13: 1, 14: 0, 15: 0} {
		if level, err := book.GetRowOutlineLevel("ОСВ", row); err != nil || level != want {
			t.Errorf("row %d stands at level %d, want %d, %v", row, level, want, err)
		}
	}
	sheets := office(t, file.Bytes())
	first := rows[0].Charged + rows[1].Charged + rows[2].Charged
	second := rows[3].Charged + rows[4].Charged
	for i, want := range map[int]housing.Money{10: first, 13: second, 14: first + second} {
		if got := sheets["ОСВ"][i][7]; got != shown(want) {
			t.Errorf("row %d, computed by LibreOffice: %q, want %q", i+1, got, shown(want))
		}
	}
	if got := sheets["ОСВ"][13][3]; !strings.HasPrefix(got, "Итого: г. Примерск, ул. Новая, д. 2") {
		t.Errorf("subtotal of the second house: %q", got)
	}
	if got := find(t, sheets["Контроль"], "Начислено"); got[1] != shown(first+second) || got[2] != got[1] || got[3] != "0.00" {
		t.Errorf("control sheet %q", got)
	}
}
