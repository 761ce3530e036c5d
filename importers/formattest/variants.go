package formattest

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"github.com/kvitok-gkh/kvitok/importers"
)

// textVariants decodes the same text in each encoding and with both line ends: the rows must not
// differ.
func textVariants(t *testing.T, format importers.Format, content []byte, want Got) {
	t.Helper()
	s, err := importers.NewSample(Input("input", content))
	if err != nil || damaged(want) || s.Kind != importers.KindText {
		return
	}
	text := string(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")))
	if table := s.Encoding.Charmap(); table != nil {
		if text, err = table.NewDecoder().String(text); err != nil {
			t.Fatalf("decode case: %v", err)
		}
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for _, end := range []string{"\n", "\r\n"} {
		for _, enc := range []importers.Encoding{
			importers.UTF8, importers.UTF8BOM, importers.Windows1251, importers.CP866, importers.KOI8R,
		} {
			variant, ok := Encode(strings.ReplaceAll(text, "\n", end), enc)
			if !ok {
				continue
			}
			got := Decode(t.Context(), t, format, Input("input", variant))
			if diff := cmp.Diff(flat(want), flat(got)); diff != "" {
				t.Errorf("in %s with line end %q (-want +got):\n%s", enc, end, diff)
			}
		}
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatalf("encode case in UTF-16: %v", err)
	}
	if got := Decode(t.Context(), t, format, Input("input", []byte(wide))); !strings.Contains(got.Refused, "UTF-16") {
		t.Errorf("UTF-16 is refused with %q", got.Refused)
	}
}

// Encode writes a text in an encoding; ok is false where it lacks a character. «²», which most
// one-byte encodings lack, is written as people do: 2.
func Encode(text string, enc importers.Encoding) (content []byte, ok bool) {
	table := enc.Charmap()
	switch {
	case enc == importers.UTF8BOM:
		return []byte("\xef\xbb\xbf" + text), true
	case table == nil:
		return []byte(text), true
	}
	out, err := table.NewEncoder().String(strings.ReplaceAll(text, "²", "2"))
	return []byte(out), err == nil
}

func damaged(g Got) bool {
	for _, row := range g.Rows {
		for _, p := range row.Problems {
			if strings.Contains(p, "bad_encoding") {
				return true
			}
		}
	}
	return g.Code == "bad_encoding"
}

// flat leaves out what an encoding may change: «²» in names of columns.
func flat(g Got) string {
	text, err := json.MarshalIndent(struct {
		Got
		Refused string
	}{g, g.Refused}, "", " ")
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(string(text), "²", "2")
}

// truncatedText cuts a file: what was read before the cut stays the same, and nothing panics.
func truncatedText(t *testing.T, format importers.Format, content []byte, want Got) {
	t.Helper()
	for _, cut := range []int{0, 1, len(content) / 3, len(content) / 2, len(content) - 1} {
		got := Decode(t.Context(), t, format, Input("input", content[:max(cut, 0)]))
		if got.Refused != "" {
			continue
		}
		sure := max(len(got.Rows)-1, 0) // the last row may have lost its end
		if diff := cmp.Diff(want.Rows[:min(sure, len(want.Rows))], got.Rows[:sure]); diff != "" {
			t.Errorf("cut at %d (-want +got):\n%s", cut, diff)
		}
	}
}

// truncatedBook cuts a workbook: it is refused, never half read.
func truncatedBook(t *testing.T, format importers.Format, content []byte) {
	t.Helper()
	for _, cut := range []int{0, 5, len(content) / 3, len(content) / 2, len(content) - 1} {
		got := Decode(t.Context(), t, format, Input("input", content[:cut]))
		if got.Refused == "" {
			t.Errorf("a workbook cut at %d is read: %d rows", cut, len(got.Rows))
		}
		if len(got.Rows) > 0 {
			t.Errorf("a workbook cut at %d gave %d rows before it was refused", cut, len(got.Rows))
		}
	}
}

// Fuzz seeds a fuzz target with the cases of a format and decodes whatever comes. The law: every
// record has a fact or an error, rows come in order, and only FileErrors are errors.
func Fuzz(f *testing.F, format importers.Format) {
	inputs, err := filepath.Glob(filepath.Join("testdata", format.Name(), "*", "input.*"))
	if err != nil || len(inputs) == 0 {
		f.Fatalf("no cases in testdata/%s (%v)", format.Name(), err)
	}
	for _, path := range inputs {
		f.Add(Load(f, path))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		got := Decode(t.Context(), t, format, Input("input", content))
		last := Row{}
		for _, row := range got.Rows {
			if row.Sheet == last.Sheet && row.Row <= last.Row {
				t.Errorf("row %d comes after row %d", row.Row, last.Row)
			}
			last = row
		}
	})
}
