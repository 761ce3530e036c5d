package protocols

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
)

// oneC answers an exchange of 1C with a bank by the file .err that its programs lay beside the source:
// one line an error, «код, Строка n, описание». The first line says how the file ended, in the same
// form, so that a file without errors is answered too.
type oneC struct {
	out     *bufio.Writer
	encoder *exporters.Encoder
	lines   []string
}

// The codes of the list: those of 1C, then our own.
const (
	oneCDone      = 0
	oneCEnd       = 1 // the file ends too early
	oneCKey       = 2 // a key or section that is wrong here
	oneCNoValue   = 3
	oneCDate      = 4
	oneCLength    = 5
	oneCValue     = 6 // another value that cannot be read
	oneCTotals    = 7 // the control sums disagree
	oneCWarning   = 8 // taken, with a note
	maxOneCErrors = 10_000
)

func newOneC(w io.Writer, shape Shape) (*oneC, error) {
	if shape.Encoding == "" {
		shape.Encoding = exporters.Windows1251
	}
	encoder, err := exporters.NewEncoder(shape.Encoding)
	if err != nil {
		return nil, fmt.Errorf("start a protocol: %w", err)
	}
	return &oneC{out: bufio.NewWriter(w), encoder: encoder}, nil
}

func oneCCode(p housing.Problem) int {
	if !p.IsError() {
		return oneCWarning
	}
	switch p.Code {
	case "no_end":
		return oneCEnd
	case "bad_section", "not_1c", "after_end", "unknown_version", "no_account":
		return oneCKey
	case "empty", "no_totals":
		return oneCNoValue
	case "bad_date", "bad_interval":
		return oneCDate
	case "too_long", "long_section", "bad_bank_account":
		return oneCLength
	case "totals_disagree":
		return oneCTotals
	}
	return oneCValue
}

func (o *oneC) row(_ string, row int, _ []string, outcome housing.Outcome) error {
	for _, p := range outcome.Problems {
		if p.Code == "file_refused" || len(o.lines) == maxOneCErrors {
			continue // the first line says so
		}
		line := row
		if p.Row > 0 {
			line = p.Row
		}
		o.lines = append(o.lines, fmt.Sprintf("%d, Строка %d, %s", oneCCode(p), line, p.Russian()))
	}
	return nil
}

func (o *oneC) close(s Summary) error {
	first := fmt.Sprintf("%d, Строка 1, Файл %s: %s", oneCDone, s.Status.Russian(), counts(s.Counts))
	if s.Status == housing.FileRefused {
		code := oneCCode(housing.Problem{Code: s.Code})
		first = fmt.Sprintf("%d, Строка 1, Файл %s: %s", code, s.Status.Russian(), s.Reason)
	}
	if _, err := o.out.WriteString(o.encoder.Mark()); err != nil {
		return fmt.Errorf("write a protocol: %w", err)
	}
	lines := []string{first}
	for _, note := range s.Notes {
		lines = append(lines, fmt.Sprintf("%d, Строка 1, %s: %s", oneCWarning, note.Name, note.Value))
	}
	for _, line := range append(lines, o.lines...) {
		line = strings.NewReplacer("\r", " ", "\n", " ").Replace(line)
		encoded, _ := o.encoder.Append(nil, line+lineEnd)
		if _, err := o.out.Write(encoded); err != nil {
			return fmt.Errorf("write a protocol: %w", err)
		}
	}
	if err := o.out.Flush(); err != nil {
		return fmt.Errorf("finish a protocol: %w", err)
	}
	return nil
}

func (o *oneC) abort() error { return nil }
