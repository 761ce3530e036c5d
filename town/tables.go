package town

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// encoding is how a text file is written; partners differ.
type encoding uint8

const (
	plainUTF8 encoding = iota
	windows1251
)

// text writes the lines of a text file, cells separated by «;».
type text struct {
	encoding encoding
	lineEnd  string
	header   []string
	rows     iter.Seq[[]string] // a row is only valid until the next
	footer   string
}

func (x text) write(w io.Writer) error {
	target := w
	closeText := func() error { return nil }
	if x.encoding == windows1251 {
		encoder := transform.NewWriter(w, charmap.Windows1251.NewEncoder())
		target, closeText = encoder, encoder.Close
	}
	out := bufio.NewWriterSize(target, 64<<10)
	line := func(cells []string) {
		for i, cell := range cells {
			if i > 0 {
				_ = out.WriteByte(';') // the error stays and Flush returns it
			}
			_, _ = out.WriteString(cell)
		}
		_, _ = out.WriteString(x.lineEnd)
	}
	if len(x.header) > 0 {
		line(x.header)
	}
	for cells := range x.rows {
		line(cells)
	}
	_, _ = out.WriteString(x.footer)
	if err := errors.Join(out.Flush(), closeText()); err != nil {
		return fmt.Errorf("write a text file: %w", err)
	}
	return nil
}

// count counts what a sequence yields.
func count[T any](seq iter.Seq[T]) int {
	n := 0
	for range seq {
		n++
	}
	return n
}

// comma writes a decimal as people do in tables.
func comma(s string) string { return strings.Replace(s, ".", ",", 1) }

// tenths writes 543 as "54.3".
func tenths(n int) string { return fmt.Sprintf("%d.%d", n/10, n%10) }
