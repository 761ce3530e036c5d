package importers_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/importers"
)

// This file is the evidence for reading workbooks with our own reader (see workbook.go). Should a later
// excelize report what is proved here to be lost, these tests fail, and the decision may be taken again.

// excelizeRows reads a sheet as programs commonly do.
func excelizeRows(t *testing.T, in importers.Input, sheet string) [][]string {
	t.Helper()
	content := make([]byte, in.Size)
	if _, err := in.Content.ReadAt(content, 0); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("open by excelize: %v", err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	rows, err := f.Rows(sheet)
	if err != nil {
		t.Fatalf("rows by excelize: %v", err)
	}
	var got [][]string
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			t.Fatalf("columns by excelize: %v", err)
		}
		got = append(got, cells)
	}
	if err := rows.Error(); err != nil {
		t.Fatalf("excelize tells of the damage: %v", err)
	}
	return got
}

// plain is a workbook without name spaces, as excelize expects it, whose only sheet is the mark-up.
func plain(t *testing.T, sheet string) importers.Input {
	t.Helper()
	const (
		office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
		main   = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	)
	return pack(t, map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office +
			`/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook ` + main + ` xmlns:r="` + office + `"><sheets><sheet name="Лист1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office +
			`/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/styles.xml":            `<styleSheet ` + main + `><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet ` + main + `><sheetData>` + sheet,
	})
}

const (
	firstRow  = `<row r="1"><c r="A1" t="inlineStr"><is><t>0100000017</t></is></c></row>`
	secondRow = `<row r="2"><c r="A2" t="inlineStr"><is><t>0100000025</t></is></c></row>`
	wholeEnd  = `</sheetData></worksheet>`
)

func TestRowsLostByExcelize(t *testing.T) {
	t.Parallel()
	if got := excelizeRows(t, plain(t, firstRow+secondRow+wholeEnd), "Лист1"); len(got) != 2 {
		t.Fatalf("excelize reads %d rows of a whole sheet, want 2: the test itself is wrong", len(got))
	}
	for name, sheet := range map[string]string{
		"sheet that ends after a row":   firstRow,
		"sheet that ends within a row":  firstRow + secondRow[:len(secondRow)-20],
		"sheet damaged between rows":    firstRow + `<row & >` + secondRow + wholeEnd,
		"sheet with a tag never closed": firstRow + `<cols` + secondRow + wholeEnd,
	} {
		in := plain(t, sheet)
		if got := excelizeRows(t, in, "Лист1"); len(got) >= 2 && got[1] != nil && got[1][0] == "0100000025" {
			t.Errorf("%s: excelize reads %q", name, got)
		}
		if _, err := rows(t, in); err == nil {
			t.Errorf("%s: our reader does not tell of the damage", name)
		}
	}
}

// The row iterator of excelize gives text: whether it was a number that has lost digits, a date or a
// text cannot be told any more.
func TestKindsLostByExcelize(t *testing.T) {
	t.Parallel()
	in := plain(t, `<row r="1"><c r="A1"><v>1230000000000000</v></c><c r="B1" t="inlineStr"><is><t>1.23E+15</t></is></c>`+
		`<c r="C1" s="1"><v>46296</v></c><c r="D1" t="e"><v>#N/A</v></c><c r="E1" t="inlineStr"><is><t>#N/A</t></is></c></row>`+wholeEnd)
	if diff := cmp.Diff([][]string{{"1.23E+15", "1.23E+15", "10-01-26", "#N/A", "#N/A"}}, excelizeRows(t, in, "Лист1")); diff != "" {
		t.Errorf("excelize (-want +got):\n%s", diff)
	}
	got, err := rows(t, in)
	if err != nil {
		t.Fatal(err)
	}
	want := []importers.Cell{
		{Text: "1230000000000000", Kind: importers.CellNumber},
		{Text: "1.23E+15"},
		{Text: "01.10.2026", Kind: importers.CellDate},
		{Text: "#N/A", Kind: importers.CellFailed},
		{Text: "#N/A"},
	}
	if diff := cmp.Diff(want, got[0].Cells); diff != "" {
		t.Errorf("our reader (-want +got):\n%s", diff)
	}
}
