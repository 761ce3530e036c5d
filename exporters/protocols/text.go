package protocols

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
)

// textProtocol answers a text file. The totals stand in the last lines, behind "#": a header must
// stay the first line, and a trailer of our own making would break the file when it is sent again.
type textProtocol struct {
	out       *bufio.Writer
	encoder   *exporters.Encoder
	delimiter string
	head      Head
	full      []string // header as the sender has it
	header    []string // without columns of an earlier protocol
	cells     []string // of the row at hand
	line      []byte
}

const lineEnd = "\r\n"

func newText(w io.Writer, shape Shape, head Head) (*textProtocol, error) {
	if shape.Encoding == "" {
		shape.Encoding = exporters.UTF8BOM
	}
	if shape.Delimiter == 0 {
		shape.Delimiter = ';'
	}
	encoder, err := exporters.NewEncoder(shape.Encoding)
	if err != nil {
		return nil, fmt.Errorf("start a protocol: %w", err)
	}
	t := &textProtocol{
		out: bufio.NewWriterSize(w, 1<<16), encoder: encoder, delimiter: string(shape.Delimiter), head: head,
	}
	if _, err := t.out.WriteString(encoder.Mark()); err != nil {
		return nil, fmt.Errorf("start a protocol: %w", err)
	}
	if len(shape.Sheets) > 0 && shape.Sheets[0].Header != nil {
		t.full = shape.Sheets[0].Header
		t.header = base(t.full)
		titles := append(slices.Clone(t.header),
			strings.ToLower(statusTitle), strings.ToLower(codeTitle), strings.ToLower(reasonTitle))
		if err := t.write(titles); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *textProtocol) row(_ string, _ int, cells []string, outcome housing.Outcome) error {
	if outcome.Verdict == "" {
		return t.write(cells)
	}
	cells = fit(cells, t.header, t.full)
	status, code, reason := answer(outcome)
	t.cells = append(append(t.cells[:0], cells...), status, code, t.own(reason))
	return t.write(t.cells)
}

func (t *textProtocol) close(s Summary) error {
	lines := []string{
		"Протокол загрузки файла «" + t.head.Name + "», SHA-256 " + t.head.SHA256 + ", получен " + t.head.moment(),
		"Итог: файл " + s.Status.Russian() + " — " + s.counted(),
	}
	if s.Reason != "" {
		lines = append(lines, "Причина: "+s.Reason)
	}
	for _, l := range slices.Concat(s.Lines, s.Notes) {
		lines = append(lines, l.Name+": "+l.Value)
	}
	for _, line := range lines {
		t.line, _ = t.encoder.Append(append(t.line[:0], "# "...), t.own(line))
		if err := t.flushLine(); err != nil {
			return err
		}
	}
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("finish a protocol: %w", err)
	}
	return nil
}

func (t *textProtocol) abort() error { return nil }

func (t *textProtocol) write(cells []string) error {
	t.line = t.line[:0]
	for i, cell := range cells {
		if i > 0 {
			t.line = append(t.line, t.delimiter...)
		}
		t.line, _ = t.encoder.Append(t.line, t.quote(cell))
	}
	return t.flushLine()
}

func (t *textProtocol) flushLine() error {
	t.line = append(t.line, lineEnd...)
	if _, err := t.out.Write(t.line); err != nil {
		return fmt.Errorf("write a protocol: %w", err)
	}
	return nil
}

// quote leaves a cell as it came unless it could only have come quoted. Banks quote nothing, and
// ООО "УК" must go back as it was; files delimited by "|" are quoted by nobody.
func (t *textProtocol) quote(cell string) string {
	if t.delimiter == "|" {
		return cell
	}
	if !strings.Contains(cell, t.delimiter) && strings.IndexByte(cell, '\n') < 0 && strings.IndexByte(cell, '\r') < 0 && !strings.HasPrefix(cell, `"`) {
		return cell
	}
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}

// own makes a text of ours safe for readers that know no quotes. Files delimited by commas are read
// with quotes always, and there a comma may be a decimal one.
func (t *textProtocol) own(text string) string {
	if strings.ContainsAny(text, "\r\n") {
		text = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ").Replace(text)
	}
	switch t.delimiter {
	case ",":
		return text
	case ";":
		return strings.ReplaceAll(text, ";", ",")
	}
	return strings.ReplaceAll(text, t.delimiter, " ")
}
