package importers

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// readStyles finds out which cell styles show a number as a date: the file says only so.
func (w *Workbook) readStyles() error {
	custom := map[int]bool{} // number formats of the book
	w.dates = map[int]bool{}
	inCells, style := false, 0
	start := func(e xml.StartElement) {
		id, err := strconv.Atoi(attribute(e, "numFmtId"))
		switch e.Name.Local {
		case "numFmt":
			if err == nil {
				custom[id] = showsDate(attribute(e, "formatCode"))
			}
		case "cellXfs":
			inCells = true
		case "xf":
			if !inCells {
				return
			}
			if date, own := custom[id]; err == nil && (date || !own && builtinDate(id)) {
				w.dates[style] = true
			}
			style++
		}
	}
	return w.each("xl/styles.xml", func(_ *xml.Decoder, t xml.Token) (bool, error) {
		switch v := t.(type) {
		case xml.StartElement:
			start(v)
		case xml.EndElement:
			inCells = inCells && v.Name.Local != "cellXfs"
		}
		return false, nil
	})
}

// builtinDate knows the number formats that every workbook has without stating them (ECMA-376,
// 18.8.30), those of East Asian locales included.
func builtinDate(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 36 || id >= 50 && id <= 58
}

// showsDate reads a format such as `dd\.mm\.yyyy;@`: outside quotes, brackets and escapes it has a
// day or a year.
func showsDate(code string) bool {
	code, _, _ = strings.Cut(strings.ToLower(code), ";")
	quoted, bracket, escaped := false, false, false
	for _, r := range code {
		switch {
		case escaped:
			escaped = false
		case r == '"' && !bracket:
			quoted = !quoted
		case quoted:
		case r == '\\' || r == '_' || r == '*':
			escaped = true
		case r == '[':
			bracket = true
		case r == ']':
			bracket = false
		case bracket:
		case r == 'd' || r == 'y':
			return true
		}
	}
	return false
}
