package importers

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Line is one line of a text file, without its end.
type Line struct {
	Number  int // 1-based
	Text    string
	Problem *housing.Problem // set where the line is not in the encoding of its file
}

// TextReader reads the lines of a text file in UTF-8, each with its number, in constant memory.
type TextReader struct {
	input    *bufio.Reader
	table    *charmap.Charmap // nil: UTF-8
	encoding Encoding
	limits   Limits
	number   int
	rejected []byte // how the answer begins beside a rejected row, in the encoding of the file
	cut      byte   // the delimiter
	kept     [][]byte
	buffer   []byte
	texts    textShelf
	letters  [128]letter // of the upper half of a one-byte encoding
	ended    bool
	open     bool
}

// letter is a character of a one-byte encoding in UTF-8.
type letter struct {
	size    int
	bytes   [utf8.UTFMax]byte
	unknown bool // the encoding has no such character
}

// TextLayout is what a reader of lines has to know of a format: what stands between its cells, and the
// beginnings of lines that are no comments although they begin with "#".
type TextLayout struct {
	Delimiter rune     // 0: ";"
	Kept      []string // "###"
}

func (l TextLayout) delimiter() rune {
	if l.Delimiter == 0 {
		return delimiter
	}
	return l.Delimiter
}

// NewTextReader starts at the first line. Files above the limit of size are refused by NewSample.
func NewTextReader(in Input, enc Encoding) *TextReader { return NewLayoutReader(in, enc, TextLayout{}) }

// NewLayoutReader is NewTextReader for formats with another delimiter or with lines that begin with "#".
func NewLayoutReader(in Input, enc Encoding, layout TextLayout) *TextReader {
	const buffer = 128 << 10
	limits := in.limits()
	r := &TextReader{
		input:    bufio.NewReaderSize(io.NewSectionReader(in.Content, 0, in.Size), max(buffer, limits.LineBytes)),
		table:    enc.Charmap(),
		encoding: enc,
		limits:   limits,
	}
	sep := string(layout.delimiter())
	r.cut = sep[0]
	for _, prefix := range layout.Kept {
		r.kept = append(r.kept, []byte(prefix))
	}
	for i := range r.letters {
		if r.table == nil {
			break
		}
		c := r.table.DecodeByte(byte(i + utf8.RuneSelf))
		l := &r.letters[i]
		l.size, l.unknown = utf8.EncodeRune(l.bytes[:], c), c == utf8.RuneError
	}
	for _, c := range sep + housing.Rejected.Russian() + sep {
		if r.table == nil {
			r.rejected = utf8.AppendRune(r.rejected, c)
		} else if b, ok := r.table.EncodeRune(c); ok {
			r.rejected = append(r.rejected, b)
		}
	}
	return r
}

// OpenEnd reports, once Next has returned io.EOF, whether the last line lacked its end.
func (r *TextReader) OpenEnd() bool { return r.open }

// Next returns the next line that holds anything, io.EOF after the last. Comments, among them the
// totals of an answer that comes back, are passed over and counted as lines. A line above the limit is a
// FileError: such a file is no table.
func (r *TextReader) Next() (Line, error) {
	for !r.ended {
		raw, err := r.input.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			r.ended = true
			r.open = len(raw) > 0 && raw[len(raw)-1] != 0x1a
		case errors.Is(err, bufio.ErrBufferFull):
			return Line{}, r.tooLong()
		case err != nil:
			return Line{}, fmt.Errorf("read line %d: %w", r.number+1, err)
		}
		r.number++
		if len(raw) > r.limits.LineBytes {
			return Line{}, r.tooLong()
		}
		if r.number == 1 {
			raw = bytes.TrimPrefix(raw, []byte(bom))
		}
		// 0x1A ends texts of DOS programs.
		raw = bytes.TrimRight(raw, "\r\n\x1a")
		if len(raw) == 0 || (raw[0] <= ' ' || raw[0] >= utf8.RuneSelf) && len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		if isComment(raw, r.cut) && !r.keeps(raw) {
			r.open = false // no row can be cut here
			continue
		}
		return r.line(raw), nil
	}
	return Line{}, io.EOF
}

func (r *TextReader) tooLong() *FileError {
	return Refuse("line_too_long", "строка %d длиннее %d КБ: это не таблица с разделителями или файл повреждён",
		max(r.number, 1), r.limits.LineBytes>>10)
}

func (r *TextReader) line(raw []byte) Line {
	line := Line{Number: r.number}
	if r.table == nil {
		// An answer gives unreadable bytes back as U+FFFD.
		if utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0 && !bytes.Contains(raw, []byte("\ufffd")) {
			line.Text = r.texts.put(raw)
			return line
		}
		line.Text = strings.ToValidUTF8(string(raw), "\ufffd")
		line.Problem = r.problem()
		return line
	}
	plain := true
	own, damaged := r.sender(raw)
	damaged = damaged || bytes.IndexByte(raw, 0) >= 0
	if most := len(raw) * utf8.UTFMax; cap(r.buffer) < most {
		r.buffer = make([]byte, most)
	}
	buffer, n := r.buffer[:cap(r.buffer)], 0
	for _, b := range raw {
		if b < utf8.RuneSelf {
			buffer[n] = b
			n++
			continue
		}
		plain = false
		l := &r.letters[b-utf8.RuneSelf]
		damaged = damaged || l.unknown
		*(*[utf8.UTFMax]byte)(buffer[n : n+utf8.UTFMax]) = l.bytes
		n += l.size
	}
	line.Text = r.texts.put(buffer[:n])
	if damaged || !plain && utf8.Valid(own) && (len(own) == len(raw) || !isASCII(string(own))) {
		line.Problem = r.problem()
	}
	return line
}

// sender returns the sender's part of a line. In an answer that comes back a line in a foreign
// encoding stands beside a reason in the right one, and unreadable characters have become "?": such a
// line is still damaged unless somebody has mended it.
func (r *TextReader) sender(raw []byte) (own []byte, damaged bool) {
	if !bytes.Contains(raw, []byte(badEncoding)) { // the code beside it; no line of most files holds it
		return raw, false
	}
	at := bytes.LastIndex(raw, r.rejected)
	if at < 0 {
		return raw, false
	}
	own = raw[:at]
	code, _, _ := bytes.Cut(raw[at+len(r.rejected):], []byte{r.cut})
	return own, bytes.Contains(code, []byte(badEncoding)) && bytes.IndexByte(own, '?') >= 0
}

// keeps reports whether a line that looks like a comment is one of the format's own.
func (r *TextReader) keeps(raw []byte) bool {
	for _, prefix := range r.kept {
		if bytes.HasPrefix(raw, prefix) && len(raw) > 1 && raw[1] != ' ' {
			return true
		}
	}
	return false
}

const badEncoding = "bad_encoding" // code of a line that is not in the encoding of its file

func (r *TextReader) problem() *housing.Problem {
	return &housing.Problem{
		Row:      r.number,
		Code:     badEncoding,
		Text:     "строка не в кодировке файла (" + r.encoding.Russian() + "), её символы не читаются",
		Expected: "весь файл в одной кодировке: Windows-1251 или UTF-8",
		Severity: housing.SeverityError,
	}
}

// Russian returns the name of the encoding as people know it.
func (e Encoding) Russian() string {
	switch e {
	case UTF8, UTF8BOM:
		return "UTF-8"
	case Windows1251:
		return "Windows-1251"
	case CP866:
		return "DOS, CP866"
	case KOI8R:
		return "KOI8-R"
	}
	return string(e)
}

// SplitPlain cuts a line of a format that knows no quotes.
func SplitPlain(line string, delimiter rune) []string { return strings.Split(line, string(delimiter)) }

// SplitQuoted cuts a line in which a cell may stand in quotes with its own quotes doubled. A quote
// that is not closed right before a delimiter is an ordinary character: one stray quote in «ООО "УК»
// must not swallow the cells or lines after it.
func SplitQuoted(line string, delimiter rune) []string {
	if !strings.Contains(line, `"`) {
		return SplitPlain(line, delimiter)
	}
	cells := make([]string, 0, strings.Count(line, string(delimiter))+1)
	sep := string(delimiter)
	for {
		if cell, rest, ok := cutQuoted(line, sep); ok {
			cells = append(cells, cell)
			if rest == "" {
				return cells
			}
			line = rest[len(sep):]
			continue
		}
		cell, rest, more := strings.Cut(line, sep)
		cells = append(cells, cell)
		if !more {
			return cells
		}
		line = rest
	}
}

// cutQuoted takes a properly quoted cell off the line; rest is empty or begins with the delimiter.
func cutQuoted(line, sep string) (cell, rest string, ok bool) {
	if !strings.HasPrefix(line, `"`) {
		return "", "", false
	}
	for i := 1; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		if i+1 < len(line) && line[i+1] == '"' {
			i++
			continue
		}
		rest = line[i+1:]
		if rest != "" && !strings.HasPrefix(rest, sep) {
			return "", "", false
		}
		return strings.ReplaceAll(line[1:i], `""`, `"`), rest, true
	}
	return "", "", false
}
