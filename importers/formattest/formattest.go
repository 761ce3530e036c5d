// Package formattest proves any inbound format by the same suite: golden files, encodings, line
// ends, truncation, and fuzzing. It owns how a test case lies on disk. It does not own any case;
// they stand beside their formats:
//
//	testdata/<format>/<case>/input.txt or .csv   the file as received
//	testdata/<format>/<case>/input.json          description of a workbook, see Book
//	testdata/<format>/<case>/want.json           rows, facts, problems, notes, totals
//	testdata/<format>/<case>/want.err            reason why the file is refused, where it is
//	testdata/<format>/<case>/note.md             what the case shows
package formattest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/importers"
)

//nolint:gochecknoglobals // a flag of the test binary has to be registered before main runs
var update = flag.Bool("update", false, "rewrite golden files")

// Got is what a decoder made of a file, in the form in which golden files keep it.
type Got struct {
	Rows    []Row             `json:"rows"`
	Notes   []string          `json:"notes,omitempty"`
	Control importers.Control `json:"control"`
	Refused string            `json:"-"` // reason of a FileError
	Code    string            `json:"-"`
}

// Row is one record.
type Row struct {
	Row      int             `json:"row"`
	Sheet    string          `json:"sheet,omitempty"`
	Type     string          `json:"type,omitempty"`
	Fact     json.RawMessage `json:"fact,omitempty"`
	Problems []string        `json:"problems,omitempty"`
}

// Input gives content to a decoder.
func Input(name string, content []byte) importers.Input {
	return importers.Input{Name: name, Size: int64(len(content)), Content: bytes.NewReader(content)}
}

// Decode runs a format over content. Any error but a FileError fails the test.
func Decode(ctx context.Context, tb testing.TB, format importers.Format, in importers.Input) Got {
	tb.Helper()
	got := Got{Rows: []Row{}}
	result, err := format.Decode(ctx, in, func(rec importers.Record) error {
		row := Row{Row: rec.Row, Sheet: rec.Sheet}
		if rec.Fact != nil {
			row.Type = fmt.Sprintf("%T", rec.Fact)
			fact, err := json.Marshal(rec.Fact)
			if err != nil {
				return fmt.Errorf("marshal fact: %w", err)
			}
			row.Fact = fact
		}
		if (rec.Fact == nil) != rec.Rejected() {
			return fmt.Errorf("row %d: fact %v although rejected is %v", rec.Row, rec.Fact, rec.Rejected())
		}
		for _, p := range rec.Problems {
			row.Problems = append(row.Problems, string(p.Severity)+" "+p.Code+": "+p.Russian())
		}
		got.Rows = append(got.Rows, row)
		return nil
	})
	for _, p := range result.Notes {
		got.Notes = append(got.Notes, string(p.Severity)+" "+p.Code+": "+p.Russian())
	}
	got.Control = result.Control
	var refused *importers.FileError
	switch {
	case errors.As(err, &refused):
		got.Refused, got.Code = refused.Error(), refused.Problem.Code
	case err != nil:
		tb.Fatalf("decode %s as %s: %v", in.Name, format.Name(), err)
	}
	return got
}

// Run walks the cases of a format.
func Run(t *testing.T, format importers.Format) {
	t.Helper()
	inputs, err := filepath.Glob(filepath.Join("testdata", format.Name(), "*", "input.*"))
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no cases in testdata/%s (%v)", format.Name(), err)
	}
	for _, path := range inputs {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			t.Parallel()
			content := Load(t, path)
			// One name whatever the kind: nothing may depend on the extension.
			got := Decode(t.Context(), t, format, Input("input", content))
			compare(t, filepath.Dir(path), got)
			recognised(t, format, Input("input", content))
			if strings.HasSuffix(path, ".json") {
				truncatedBook(t, format, content)
				return
			}
			textVariants(t, format, content, got)
			truncatedText(t, format, content, got)
		})
	}
}

// Load reads the input of a case; the description of a workbook becomes the workbook.
func Load(tb testing.TB, path string) []byte {
	tb.Helper()
	content, err := os.ReadFile(path) //nolint:gosec // a file of this repository
	if err != nil {
		tb.Fatalf("read case: %v", err)
	}
	if strings.HasSuffix(path, ".json") {
		return Workbook(tb, ParseBook(tb, content))
	}
	return content
}

func recognised(t *testing.T, format importers.Format, in importers.Input) {
	t.Helper()
	s, err := importers.NewSample(in)
	if err != nil {
		if _, ok := errors.AsType[*importers.FileError](err); !ok {
			t.Errorf("sample: %v", err)
		}
		return
	}
	if !format.Recognise(s) {
		t.Errorf("%s does not recognise its own case", format.Name())
	}
}

func compare(t *testing.T, folder string, got Got) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatalf("marshal result: %v", err)
	}
	golden(t, filepath.Join(folder, "want.json"), string(text)+"\n")
	refused := ""
	if got.Refused != "" {
		refused = got.Refused + "\n"
	}
	golden(t, filepath.Join(folder, "want.err"), refused)
}

// golden compares a file with what was got; nothing stands for no file.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		rewrite(t, path, got)
		return
	}
	want, err := os.ReadFile(path) //nolint:gosec // a file of this repository
	if err != nil && (!errors.Is(err, os.ErrNotExist) || filepath.Ext(path) != ".err") {
		t.Fatalf("read golden file (run with -update to write it): %v", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func rewrite(t *testing.T, path, got string) {
	t.Helper()
	if got == "" {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("remove golden file: %v", err)
		}
		return
	}
	if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
		t.Fatalf("write golden file: %v", err)
	}
}
