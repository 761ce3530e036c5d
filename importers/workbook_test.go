package importers_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

// parts are the files of a workbook as other programs than ours write them: prefixes, absolute
// targets, rich text, all kinds of cells.
func parts(sheet string) map[string]string {
	return map[string]string{
		"xl/workbook.xml": `<?xml version="1.0"?><x:workbook xmlns:x="s" xmlns:r="r"><x:sheets>` +
			`<x:sheet name="Лист &quot;1&quot;" sheetId="1" r:id="rId7"/><x:sheet name="Диаграмма" r:id="rId8"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId7" Target="/xl/worksheets/sheetA.xml"/>` +
			`<Relationship Id="rId8" Target="chartsheets/sheet1.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst><si><t>один</t></si><si><r><t>д</t></r><r><rPr><b/></rPr><t xml:space="preserve">ва &amp; </t></r>` +
			`<rPh><t>нет</t></rPh></si><si><t/></si></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy;@"/><numFmt numFmtId="165" formatCode="0.00&quot;d&quot;[Red]"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheetA.xml": `<worksheet><sheetData>` + sheet + `</sheetData></worksheet>`,
	}
}

func pack(t *testing.T, files map[string]string) importers.Input {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for name, text := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return formattest.Input("book.xlsx", buffer.Bytes())
}

func rows(t *testing.T, in importers.Input) ([]importers.SheetRow, error) {
	t.Helper()
	book, err := importers.OpenWorkbook(in)
	if err != nil {
		return nil, err
	}
	var got []importers.SheetRow
	err = book.Rows(book.Sheets()[0], func(r importers.SheetRow) error {
		r.Cells = slices.Clone(r.Cells)
		got = append(got, r)
		return nil
	})
	return got, err
}

func TestWorkbookCells(t *testing.T) {
	t.Parallel()
	in := pack(t, parts(`<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c t="s"><v>2</v></c></row>`+
		`<row><c t="inlineStr"><is><r><t>в </t></r><r><t>тексте</t></r></is></c><c t="str"><f>A1</f><v>формула</v></c>`+
		`<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>`+
		`<row r="9"><c><v>65.769999999999996</v></c><c><v>1.23E+14</v></c><c s="1"><v>46296</v></c><c s="2"><v>46296.5</v></c><c s="3"><v>46296</v></c>`+
		`<c t="d"><v>2026-10-01T00:00:00</v></c><c s="1"><v>12</v></c><c><v>x</v></c></row>`+
		`<row r="10"><c/><c t="inlineStr"><is><t> </t></is></c></row>`))
	got, err := rows(t, in)
	if err != nil {
		t.Fatal(err)
	}
	want := []importers.SheetRow{
		{Number: 2, Cells: []importers.Cell{{Text: "один"}, {}, {Text: "два & "}}},
		{Number: 3, Cells: []importers.Cell{
			{Text: "в тексте"}, {Text: "формула"}, {Text: "1", Kind: importers.CellBool}, {Text: "#N/A", Kind: importers.CellFailed},
		}},
		{Number: 9, Cells: []importers.Cell{
			{Text: "65.77", Kind: importers.CellNumber},
			{Text: "123000000000000", Kind: importers.CellNumber},
			{Text: "01.10.2026", Kind: importers.CellDate},
			{Text: "01.10.2026 12:00:00", Kind: importers.CellDateTime},
			{Text: "46296", Kind: importers.CellNumber},
			{Text: "01.10.2026", Kind: importers.CellDate},
			{Text: "12", Kind: importers.CellNumber},
			{Text: "x", Kind: importers.CellFailed},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	book, err := importers.OpenWorkbook(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`Лист "1"`}, book.Sheets()); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
	if err := book.Rows("нет", nil); !errors.Is(err, importers.ErrNoSheet) {
		t.Errorf("rows of no sheet: %v", err)
	}
}

func TestWorkbookOf1904(t *testing.T) {
	t.Parallel()
	files := parts(`<row><c s="1"><v>44834</v></c></row>`)
	files["xl/workbook.xml"] = strings.Replace(files["xl/workbook.xml"], "<x:sheets>", `<x:workbookPr date1904="1"/><x:sheets>`, 1)
	got, err := rows(t, pack(t, files))
	if err != nil || len(got) != 1 || got[0].Cells[0].Text != "01.10.2026" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDamagedWorkbooks(t *testing.T) {
	t.Parallel()
	for sheet, want := range map[string]string{
		`<row><c t="s"><v>7</v></c></row>`:              "ссылается на текст, которого в книге нет",
		`<row><c t="s"><v>x</v></c></row>`:              "ссылается на текст, которого в книге нет",
		`<row r="3"></row><row r="2"></row>`:            "номера строк идут не по порядку",
		`<row r="x"></row>`:                             "номера строк идут не по порядку",
		`<row r="99999999"></row>`:                      "больше 1048576 строк",
		`<row><c r="C1"/><c r="B1"/></row>`:             "ячейки идут не по порядку",
		`<row><c r="ZZZ1"><v>1</v></c></row>`:           "больше 500 ячеек",
		`<row><c><v>1</v></row>` + "<c><v>&nosuch;</v>": "не читается",
		`<row><c><v>1</v></c></row>` + "<row":           "не читается",
	} {
		if _, err := rows(t, pack(t, parts(sheet))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", sheet, err, want)
		}
	}
	files := parts(`<row><c><v>1</v></c></row>`)
	files["xl/worksheets/sheetA.xml"] = `<worksheet><sheetData><row><c><v>1</v></c></row>`
	if _, err := rows(t, pack(t, files)); err == nil || !strings.Contains(err.Error(), "не полностью") {
		t.Errorf("a sheet that ends early: %v", err)
	}
}

func FuzzSheet(f *testing.F) {
	f.Add(`<row r="2"><c r="A2" t="s"><v>0</v></c><c t="inlineStr"><is><t>а</t></is></c></row>`)
	f.Add(`<row><c s="1"><v>46296.5</v></c><c><v>1e308</v></c><c t="e"><v>#N/A</v></c></row>`)
	f.Add(`<!DOCTYPE a [<!ENTITY b "c">]>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		_, err := rows(t, pack(t, parts(sheet)))
		if _, ok := errors.AsType[*importers.FileError](err); err != nil && !ok {
			t.Errorf("not a FileError: %v", err)
		}
	})
}
