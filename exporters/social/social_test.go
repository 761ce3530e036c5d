package social_test

import (
	"bytes"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/exporters/social"
	"github.com/kvitok-gkh/kvitok/housing"
)

// A number is rounded to the digits of its column; one that does not fit leaves what came.
func TestFill(t *testing.T) {
	t.Parallel()
	day, err := housing.ParseDate("2026-10-05")
	if err != nil {
		t.Fatal(err)
	}
	table, err := social.New(social.Shape{
		Columns:  []dbase.Field{{Name: "FAMIL", Kind: 'C', Length: 10}, {Name: "FAKT", Kind: 'N', Length: 6, Decimals: 2}},
		CodePage: dbase.CodePage866, Encoding: exporters.CP866, Day: day, Temp: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	value, err := housing.ParseDecimal("7.125")
	if err != nil {
		t.Fatal(err)
	}
	first, second := []string{"ПРОБНИКОВ", ""}, []string{"ЁЛКИНА", "1.00"}
	if !table.Set(first, "FAKT", value) || !table.Set(first, "NO_SUCH", value) || table.Set(second, "FAKT", housing.Whole(12345)) {
		t.Error("what fits and what does not is told apart wrongly")
	}
	for _, row := range [][]string{first, second} {
		if err := table.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := table.Close(&out); err != nil {
		t.Fatal(err)
	}
	r, err := dbase.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()), charmap.CodePage866)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{{"ПРОБНИКОВ", "7.13"}, {"ЁЛКИНА", "1.00"}} {
		row, err := r.Next()
		if err != nil || row.Cells[0] != want[0] || row.Cells[1] != want[1] {
			t.Errorf("row %q, %v; want %q", row.Cells, err, want)
		}
	}
}
