// Package protocols writes the answer to the sender of a file in the file's own shape: the same
// columns, order, encoding and delimiter, or the same sheets, and beside each row how it ended, the
// code and the reason in Russian. A sender corrects the rejected rows in the answer itself and sends
// it again: the three columns at the right are ours and importers pass over them, as over lines that
// begin with "#".
//
// It owns this shape and its names. It does not own the verdicts, the order of rows, or where the
// answer goes.
package protocols

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
)

// Kind is the kind of the file that is answered.
type Kind string

// The kinds of files. A file of no known kind is answered as text.
const (
	Text     Kind = "text"
	Workbook Kind = "workbook"
	DBF      Kind = "dbf"
	OneC     Kind = "1c"    // exchange with a bank: a list of errors
	Receipt  Kind = "80020" // message of automatic metering: a receipt

	Sectioned Kind = "kvar" // sectioned load: a log by account
)

// Shape is how the sender wrote his file.
type Shape struct {
	Kind      Kind
	Encoding  exporters.Encoding // of a text file, "": UTF-8 with a byte order mark
	Delimiter rune               // of a text file, 0: ";"
	Sheets    []Sheet            // one without a name for a text file

	Columns  []dbase.Field // of a table of dBase
	CodePage byte          // its code-page byte
}

// Sheet is one table of the file.
type Sheet struct {
	Name      string
	Header    []string // nil: the table has no header
	HeaderRow int      // 0: just above the first row
}

// Head says which file is answered.
type Head struct {
	Name     string
	SHA256   string // hex
	Size     int64
	Partner  string
	Received time.Time
	Zone     *time.Location // in which moments are printed, nil: UTC
	Temp     string         // folder for temporary files, "" for the system's
}

// Summary is how the file ended as a whole.
type Summary struct {
	Status housing.FileStatus
	Counts housing.Counts
	Reason string // in Russian, where refused
	Code   string // of the reason
	Lines  []Line // further totals, for instance the sum of the accepted payments
	Cover  bool   // the file is an archive: what is counted are the files in it
	Notes  []Line // what was noticed of the file and not of a row: an unknown column, a sheet that was not read, totals that are missing
}

// Line is a further total by name, both in Russian.
type Line struct {
	Name  string
	Value string
}

// Writer writes one protocol, row after row. Either Close or Abort must be called; a second call
// does nothing.
type Writer struct {
	format format
	done   bool
}

// format is a protocol of one kind.
type format interface {
	row(sheet string, row int, cells []string, outcome housing.Outcome) error
	close(s Summary) error
	abort() error
}

// New starts the protocol of a file.
func New(w io.Writer, shape Shape, head Head) (*Writer, error) {
	f, err := newFormat(w, shape, head)
	if err != nil {
		return nil, err
	}
	return &Writer{format: f}, nil
}

func newFormat(w io.Writer, shape Shape, head Head) (format, error) {
	switch shape.Kind {
	case Workbook:
		return newWorkbook(w, shape, head)
	case DBF:
		if len(shape.Columns) > 0 {
			return newDBF(w, shape, head)
		}
	case OneC:
		return newOneC(w, shape)
	case Receipt:
		return newReceipt(w, shape, head)
	case Sectioned:
		return newSectioned(w, shape)
	case Text:
	}
	return newText(w, shape, head)
}

// Row writes a row as it came with its outcome beside it. Rows come in the order of the file. Where
// the verdict is empty the row is given back as it came: a trailer of totals, a comment.
func (p *Writer) Row(sheet string, row int, cells []string, outcome housing.Outcome) error {
	return p.format.row(sheet, row, cells, outcome)
}

// Close writes the totals and finishes the protocol.
func (p *Writer) Close(s Summary) error {
	if p.done {
		return nil
	}
	p.done = true
	return p.format.close(s)
}

// Abort gives the protocol up and removes its temporary files.
func (p *Writer) Abort() error {
	if p.done {
		return nil
	}
	p.done = true
	return p.format.abort()
}

// Refusal writes the protocol of a file that was refused as a whole without any row.
func Refusal(w io.Writer, shape Shape, head Head, problem housing.Problem) error {
	shape.Sheets = nil
	p, err := New(w, shape, head)
	if err != nil {
		return err
	}
	return p.Close(Summary{Status: housing.FileRefused, Reason: problem.Russian()})
}

// Name returns the file name of the protocol of a file: "payments.y03.protocol.csv".
func Name(original string, kind Kind) string {
	if cut := strings.LastIndexAny(original, `/\`); cut >= 0 {
		original = original[cut+1:]
	}
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, strings.Trim(original, ". "))
	if name == "" {
		name = "file"
	}
	switch kind {
	case Workbook:
		return name + ".protocol.xlsx"
	case DBF:
		return strings.TrimSuffix(name, path.Ext(name)) + ".protocol.dbf"
	case Receipt:
		return receiptName(name)
	case Sectioned:
		return strings.TrimSuffix(name, path.Ext(name)) + ".kvar.log"
	case OneC:
		return strings.TrimSuffix(name, path.Ext(name)) + ".err"
	case Text:
	}
	return name + ".protocol.csv"
}

// The columns that a protocol adds.
const (
	statusTitle = "Статус"
	codeTitle   = "Код"
	reasonTitle = "Причина"
	added       = 3
)

// base returns a sender's header without the columns of an earlier protocol, which come back when a
// corrected protocol is sent in.
func base(header []string) []string {
	n := len(header) - added
	if n < 0 {
		return header
	}
	for i, title := range []string{statusTitle, codeTitle, reasonTitle} {
		if !strings.EqualFold(strings.TrimSpace(header[n+i]), title) {
			return header
		}
	}
	return header[:n]
}

// fit pads or cuts a row to the columns of its header; what stands beyond them stays where it is not
// our own. A table without header keeps its rows as they are.
func fit(cells, header, full []string) []string {
	if header == nil {
		return cells
	}
	if len(full) > len(header) && len(cells) > len(header) {
		cells = cells[:len(header)]
	}
	for len(cells) > len(header) && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	for len(cells) < len(header) {
		cells = append(slices.Clip(cells), "")
	}
	return cells
}

// answer returns what stands in the three columns.
func answer(o housing.Outcome) (status, code, reason string) {
	if len(o.Problems) == 0 {
		return o.Verdict.Russian(), "", ""
	}
	codes, reasons := make([]string, 0, len(o.Problems)), make([]string, 0, len(o.Problems))
	for _, p := range o.Problems {
		if p.Code != "" {
			codes = append(codes, p.Code)
		}
		text := p.Russian()
		if !p.IsError() {
			text = "замечание: " + text
		}
		reasons = append(reasons, text)
	}
	return o.Verdict.Russian(), strings.Join(codes, " "), strings.Join(reasons, " | ")
}

// moment prints a time in the zone of the head.
func (h Head) moment() string {
	if h.Received.IsZero() {
		return ""
	}
	zone := h.Zone
	if zone == nil {
		zone = time.UTC
	}
	return h.Received.In(zone).Format("02.01.2006 15:04:05 (UTC-07:00)")
}

// counted prints the numbers of rows, or of the files in an archive.
func (s Summary) counted() string {
	switch {
	case s.Cover && s.Counts.Rows == 0:
		return "ни один файл архива не взят"
	case s.Cover:
		return fmt.Sprintf("файлов в архиве %d, взято %d, отклонено %d", s.Counts.Rows, s.Counts.Accepted, s.Counts.Rejected)
	}
	return counts(s.Counts)
}

// counts prints the numbers of rows.
func counts(c housing.Counts) string {
	return fmt.Sprintf("строк %d, принято %d, без изменений %d, отклонено %d", c.Rows, c.Accepted, c.Unchanged, c.Rejected)
}
