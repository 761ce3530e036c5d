package exporters

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is the character encoding of a text file. The names are those that importers use.
type Encoding string

// The encodings that partners take.
const (
	UTF8        Encoding = "utf-8"
	UTF8BOM     Encoding = "utf-8-bom"
	Windows1251 Encoding = "windows-1251"
	CP866       Encoding = "cp866"
	KOI8R       Encoding = "koi8-r"
)

// ErrEncoding says that a name is none of the encodings.
var ErrEncoding = errors.New("unknown character encoding")

// Unknown stands in a file where its encoding has neither the character nor a likeness of it.
const Unknown = '?'

// Encoder writes UTF-8 text in an encoding. A character that the encoding lacks is never dropped:
// it becomes its likeness («№» is "N" in CP866) or Unknown.
type Encoder struct {
	encoding Encoding
	page     *charmap.Charmap // nil for UTF-8
	letters  [0x60]byte       // Russian letters in the page, from Ѐ on; 0: it has none
}

// firstLetter is where the letters of an Encoder begin.
const firstLetter = 'Ѐ'

// NewEncoder returns the encoder, or ErrEncoding. The empty name means UTF-8.
func NewEncoder(e Encoding) (*Encoder, error) {
	switch e {
	case UTF8, UTF8BOM:
		return &Encoder{encoding: e}, nil
	case "":
		return &Encoder{encoding: UTF8}, nil
	case Windows1251:
		return paged(e, charmap.Windows1251), nil
	case CP866:
		return paged(e, charmap.CodePage866), nil
	case KOI8R:
		return paged(e, charmap.KOI8R), nil
	}
	return nil, fmt.Errorf("%q: %w", e, ErrEncoding)
}

func paged(encoding Encoding, page *charmap.Charmap) *Encoder {
	e := &Encoder{encoding: encoding, page: page}
	for i := range e.letters {
		if b, ok := page.EncodeRune(firstLetter + rune(i)); ok {
			e.letters[i] = b
		}
	}
	return e
}

// Mark returns the bytes that a file begins with: a byte order mark or nothing.
func (e *Encoder) Mark() string {
	if e.encoding == UTF8BOM {
		return "\ufeff"
	}
	return ""
}

// Append adds the text to dst in the encoding. The characters it had to replace are returned, so
// that the caller can tell somebody.
func (e *Encoder) Append(dst []byte, text string) (encoded []byte, replaced []rune) {
	if e.page == nil && utf8.ValidString(text) {
		return append(dst, text...), nil
	}
	for _, r := range text {
		if r < utf8.RuneSelf {
			dst = append(dst, byte(r)) //nolint:gosec // ASCII
			continue
		}
		if at := r - firstLetter; at >= 0 && int(at) < len(e.letters) && e.letters[at] != 0 {
			dst = append(dst, e.letters[at])
			continue
		}
		if b, ok := e.encode(r); ok {
			dst = append(dst, b...)
			continue
		}
		replaced = append(replaced, r)
		like := likeness(r)
		if like == "" {
			like = string(Unknown)
		}
		dst = append(dst, like...)
	}
	return dst, replaced
}

func (e *Encoder) encode(r rune) (string, bool) {
	if r == utf8.RuneError {
		return "", false
	}
	if e.page == nil {
		return string(r), true
	}
	b, ok := e.page.EncodeRune(r)
	return string([]byte{b}), ok
}

// likeness returns ASCII that reads the same. Quotes become apostrophes: a double quote would
// start a quoted cell for some readers.
func likeness(r rune) string {
	switch {
	case strings.ContainsRune("«»„“”‘’‚`", r):
		return "'"
	case strings.ContainsRune("–—−‑‐", r):
		return "-"
	case strings.ContainsRune("\u00a0\u202f\u2009", r):
		return " "
	}
	switch r {
	case '№':
		return "N"
	case '␣':
		return "_"
	case '…':
		return "..."
	case '²':
		return "2"
	case '³':
		return "3"
	case '·', '•':
		return "."
	case '×':
		return "x"
	}
	return ""
}
