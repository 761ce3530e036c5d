package town

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// book is a workbook to be written by streaming: its rows are never in memory together, which a
// general library would need, and equal rows give equal bytes.
type book struct {
	sheets []sheet
}

type sheet struct {
	name   string
	header []string
	widths []int // of the columns, in characters
	rows   iter.Seq[[]cell]
}

// cell is a value of a workbook: a text, a number or a native date.
type cell struct {
	kind  cellKind
	value string
}

type cellKind uint8

const (
	textCell cellKind = iota
	numberCell
	dateCell
)

func asText(s string) cell   { return cell{textCell, s} }
func asNumber(s string) cell { return cell{numberCell, s} }

// asDate is the number of days by which Excel counts.
func asDate(d housing.Date) cell {
	if d.IsZero() {
		return cell{}
	}
	const epoch = 25569 // 1970-01-01
	return cell{dateCell, strconv.FormatInt(d.Time().Unix()/int64(24*time.Hour/time.Second)+epoch, 10)}
}

const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainNS   = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	officeNS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	partType = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	styles   = xmlHead + `<styleSheet ` + mainNS + `><numFmts count="1"><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/></numFmts>` +
		`<fonts count="2"><font><sz val="10"/><name val="Arial"/></font><font><b/><sz val="10"/><name val="Arial"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">` +
		`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>`
)

func (b book) write(w io.Writer) error {
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestSpeed)
	})
	err := b.writeParts(archive)
	if err := errors.Join(err, archive.Close()); err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	return nil
}

func (b book) writeParts(archive *zip.Writer) error {
	var types, list, links strings.Builder
	types.WriteString(xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + partType + `sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + partType + `styles+xml"/>`)
	list.WriteString(xmlHead + `<workbook ` + mainNS + ` xmlns:r="` + officeNS + `"><sheets>`)
	links.WriteString(xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId0" Type="` + officeNS + `/styles" Target="styles.xml"/>`)
	for i, s := range b.sheets {
		n := strconv.Itoa(i + 1)
		types.WriteString(`<Override PartName="/xl/worksheets/sheet` + n + `.xml" ContentType="` + partType + `worksheet+xml"/>`)
		list.WriteString(`<sheet name="` + escape(s.name) + `" sheetId="` + n + `" r:id="rId` + n + `"/>`)
		links.WriteString(`<Relationship Id="rId` + n + `" Type="` + officeNS + `/worksheet" Target="worksheets/sheet` + n + `.xml"/>`)
	}
	parts := []struct{ name, content string }{
		{"[Content_Types].xml", types.String() + `</Types>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + officeNS + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", list.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", links.String() + `</Relationships>`},
		{"xl/styles.xml", styles},
	}
	for _, p := range parts {
		part, err := archive.Create(p.name)
		if err == nil {
			_, err = io.WriteString(part, p.content)
		}
		if err != nil {
			return fmt.Errorf("part %s: %w", p.name, err)
		}
	}
	for i, s := range b.sheets {
		part, err := archive.Create("xl/worksheets/sheet" + strconv.Itoa(i+1) + ".xml")
		if err == nil {
			err = s.write(part)
		}
		if err != nil {
			return fmt.Errorf("sheet %s: %w", s.name, err)
		}
	}
	return nil
}

func (s sheet) write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	put := func(parts ...string) {
		for _, p := range parts {
			_, _ = out.WriteString(p) // the error stays and Flush returns it
		}
	}
	put(xmlHead, `<worksheet `, mainNS, `><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	for i, width := range s.widths {
		n := strconv.Itoa(i + 1)
		put(`<col min="`, n, `" max="`, n, `" width="`, strconv.Itoa(width), `" customWidth="1"/>`)
	}
	put(`</cols><sheetData><row r="1">`)
	for i, name := range s.header {
		put(`<c r="`, column(i), `1" s="2" t="inlineStr"><is><t>`, escape(name), `</t></is></c>`)
	}
	put(`</row>`)
	number := 1
	for cells := range s.rows {
		number++
		row := strconv.Itoa(number)
		put(`<row r="`, row, `">`)
		for i, c := range cells {
			switch {
			case c.value == "":
			case c.kind == textCell:
				put(`<c r="`, column(i), row, `" t="inlineStr"><is><t>`, escape(c.value), `</t></is></c>`)
			case c.kind == dateCell:
				put(`<c r="`, column(i), row, `" s="1"><v>`, c.value, `</v></c>`)
			default:
				put(`<c r="`, column(i), row, `"><v>`, c.value, `</v></c>`)
			}
		}
		put(`</row>`)
	}
	put(`</sheetData></worksheet>`)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}

// column names a column; no table here has more than the alphabet.
func column(i int) string { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i : i+1] }

func escape(s string) string {
	if !strings.ContainsAny(s, `&<>"`) {
		return s
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
