package importers

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
)

// A sender corrects the rejected rows in the answer to his file and sends the answer in. This file
// knows what such an answer holds beside his own cells (exporters/protocols writes it): three columns
// at the right, lines of totals behind "#", a sheet of totals. It takes them off, so that the rows are
// read, answered and rejected exactly as the first time.

// answerColumns is how many cells an answer adds to a row: status, code, reason.
const answerColumns = 3

// ours reports whether a heading is one that answers add; columns called so are passed over in
// silence wherever they stand.
func ours(heading string) bool {
	return heading == "статус" || heading == "код" || heading == "причина"
}

func isVerdict(cell string) bool {
	if cell == "" || cell[0] > ' ' && cell[0] < utf8.RuneSelf { // verdicts are Russian words
		return false
	}
	cell = strings.TrimSpace(cell)
	return strings.EqualFold(cell, housing.Accepted.Russian()) || strings.EqualFold(cell, housing.Unchanged.Russian()) ||
		strings.EqualFold(cell, housing.Rejected.Russian())
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// edge is where the sender's own columns end in a table with a header.
type edge struct {
	own      int
	answered bool // the columns of an answer follow
}

func edgeOf(header []string) edge {
	n := len(header)
	for n > 0 && strings.TrimSpace(header[n-1]) == "" {
		n--
	}
	from := n - answerColumns
	if from <= 0 || heading(header[from]) != "статус" || heading(header[from+1]) != "код" || heading(header[from+2]) != "причина" {
		return edge{own: len(header)}
	}
	return edge{own: from, answered: true}
}

// width is how many cells of a row are the sender's. A row too long for the table has its answer
// beyond the columns meant for it.
func (e edge) width(cells []string) int {
	n := len(cells)
	if !e.answered || n <= e.own {
		return n
	}
	if blank(cells[min(e.own+answerColumns, n):]) {
		return e.own
	}
	for i := n - 1; i > e.own; i-- {
		if isVerdict(cells[i]) && blank(cells[min(i+answerColumns, n):]) {
			return i
		}
	}
	return n
}

// textWidth is stricter: a row of a text file has either all cells of the answer or none, and one that
// was put in anew, too long by a stray delimiter, must not lose its last cells to the answer's columns.
func (e edge) textWidth(cells []string) int {
	n := len(cells)
	if e.answered && n > e.own && n < e.own+answerColumns && !isVerdict(cells[e.own]) && !blank(cells[e.own:]) {
		return n
	}
	return e.width(cells)
}

// SplitRow cuts a line of a format that knows neither quotes nor a header, with «;» between its cells, and takes the
// cells of an answer off its end.
func SplitRow(line string) []string { return SplitRowBy(line, delimiter) }

// SplitRowBy is SplitRow for another delimiter.
func SplitRowBy(line string, delimiter rune) []string {
	return withoutAnswer(SplitPlain(line, delimiter), delimiter)
}

func withoutAnswer(cells []string, delimiter rune) []string {
	for i := len(cells) - 1; i > 0; i-- {
		if beyond := i + answerColumns; beyond < len(cells) && strings.TrimSpace(cells[beyond]) != "" {
			break
		}
		if i+answerColumns <= len(cells) && isVerdict(cells[i]) {
			return unquoted(cells[:i], delimiter)
		}
	}
	return cells
}

// unquoted gives cells back as they first came: an answer puts a cell that begins with a quote into
// quotes.
func unquoted(cells []string, delimiter rune) []string {
	for i, c := range cells {
		if cell, rest, ok := cutQuoted(c, string(delimiter)); ok && rest == "" {
			cells[i] = cell
		}
	}
	return cells
}

// isComment reports whether a line of a text file is none of its rows: "# ..." or a line with nothing
// in its other cells. A row whose first cell Excel filled with #Н/Д or ######## is a row.
func isComment(raw []byte, delimiter byte) bool {
	if len(raw) == 0 || raw[0] != '#' {
		return false
	}
	if len(raw) == 1 || raw[1] == ' ' {
		return true
	}
	_, rest, _ := bytes.Cut(raw, []byte{delimiter})
	return len(bytes.Trim(rest, string([]byte{delimiter, ' ', '\t'}))) == 0
}

// isTotals reports whether a sheet is the totals of an answer.
func isTotals(sheet string, first []string) bool {
	return (sheet == "Итог" || sheet == "Итог протокола") && len(first) > 0 && first[0] == "Протокол загрузки файла"
}

// said is what an answer says of a row that comes back.
type said struct{ codes, reasons []string }

func (e edge) said(cells []string) said {
	n := e.width(cells)
	if !e.answered || n+answerColumns > len(cells) {
		return said{}
	}
	if n == e.own && !isVerdict(cells[n]) {
		return said{}
	}
	return said{codes: strings.Fields(cells[n+1]), reasons: strings.Split(cells[n+2], " | ")}
}

// restore gives cells of a workbook the kind that they had, where the answer blames that kind and the
// cell is as it was: an answer holds text only, and a number whose last digits Excel had lost, a date
// in place of a serial number or a failed formula would be read as good text.
func (s said) restore(cells []Cell) {
	if len(s.codes) != len(s.reasons) {
		return
	}
	for i, code := range s.codes {
		for at, c := range cells {
			if c.Text == "" || c.Kind != CellText || !strings.Contains(s.reasons[i], "«"+c.Text+"» — ") {
				continue
			}
			if kind := kindBlamed(code, c.Text); kind != CellNumber || code != "bad_date" || strings.Contains(s.reasons[i], noDateFormat) {
				cells[at].Kind = kind
			}
		}
	}
}

// kindBlamed returns the kind of a cell that was rejected for it.
func kindBlamed(code, text string) CellKind {
	switch code {
	case "formula_error":
		return CellFailed
	case "lost_digits", "numeric_account":
		return CellNumber
	case "bad_account", "bad_serial", "bad_unit", "bad_share", "bad_date", "bad_period":
		day, clock, timed := strings.Cut(text, " ")
		if _, ok, _ := DateByMask(day, "dd.mm.yyyy"); ok {
			if timed && strings.Count(clock, ":") == 2 {
				return CellDateTime
			}
			return CellDate
		}
		if strings.Trim(text, "0123456789.-") == "" && strings.Count(text, ".") < 2 {
			return CellNumber
		}
	}
	return CellText
}

// cut takes the empty cells off a row of a text file with which the answer filled it up to the header:
// a row that was cut short stays so until somebody fills it, or clears the answer beside it.
func (s said) cut(cells []string) []string {
	if !slices.Contains(s.codes, wrongCellCount) || len(s.reasons) == 0 {
		return cells
	}
	words := strings.Fields(s.reasons[0])
	if len(words) < 3 {
		return cells
	}
	n, err := strconv.Atoi(words[2]) // «в строке 9 ячеек вместо 14: …»
	if err != nil || n < 1 || n > len(cells) || !blank(cells[n:]) {
		return cells
	}
	return cells[:n]
}

// answerDigest is the line by which an answer names the file it answers; its words are not ASCII, these are.
var answerDigest = regexp.MustCompile(`(?m)^"?# [^\n]*, SHA-256 ([0-9a-f]{64}),`)

// answeredText returns the SHA-256 of the file that was answered with this text.
func answeredText(tail []byte) string {
	if found := answerDigest.FindSubmatch(tail); found != nil {
		return string(found[1])
	}
	return ""
}

// answeredBook returns the SHA-256 of the file that was answered with this workbook.
func answeredBook(s *Sample) string {
	for _, name := range s.Sheets {
		rows := s.Tables[name]
		if len(rows) == 0 || !isTotals(name, rows[0]) {
			continue
		}
		for _, row := range rows {
			if len(row) > 1 && row[0] == "SHA-256" {
				return row[1]
			}
		}
	}
	return ""
}
