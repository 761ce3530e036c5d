package catalogue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/exporters/protocols"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

// taken is a file with all its rows.
type taken struct {
	format  importers.Format
	records []importers.Record
	result  importers.Result
	refused string
}

func take(ctx context.Context, t *testing.T, content []byte) taken {
	t.Helper()
	in := formattest.Input("file", content)
	s, err := importers.NewSample(in)
	if err != nil {
		t.Fatalf("look at the file: %v\n%s", err, content)
	}
	var got taken
	if got.format, err = known().Recognise(s); err != nil {
		t.Fatalf("recognise: %v", err)
	}
	got.result, err = got.format.Decode(ctx, in, func(r importers.Record) error {
		got.records = append(got.records, r)
		return nil
	})
	refused, ok := errors.AsType[*importers.FileError](err)
	switch {
	case ok:
		got.refused = refused.Problem.Code
	case err != nil:
		t.Fatalf("decode: %v", err)
	}
	return got
}

// answer writes the protocol of a file as the pipeline does.
func (f taken) answer(t *testing.T, accepted housing.Verdict) []byte {
	t.Helper()
	shape := protocols.Shape{
		Kind: protocols.Kind(f.result.Shape.Kind), Encoding: exporters.Encoding(f.result.Shape.Encoding), Delimiter: f.result.Shape.Delimiter,
		Columns: f.result.Shape.Columns, CodePage: f.result.Shape.CodePage,
	}
	for _, s := range f.result.Shape.Sheets {
		shape.Sheets = append(shape.Sheets, protocols.Sheet{Name: s.Name, Header: s.Header, HeaderRow: s.Row})
	}
	var out bytes.Buffer
	w, err := protocols.New(&out, shape, protocols.Head{Name: "файл", Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	summary := protocols.Summary{Status: housing.FilePartly, Code: f.refused, Lines: []protocols.Line{{Name: "Сумма принятых", Value: "1 500,00"}}}
	for _, note := range unfinished(f.result.Notes) { // an answer mends the others
		summary.Notes = append(summary.Notes, protocols.Line{Name: "Замечание", Value: note.Russian()})
	}
	aside := f.result.Shape.Aside
	before := func(row int) {
		for len(aside) > 0 && aside[0].Row < row {
			if err := w.Row(aside[0].Sheet, aside[0].Row, aside[0].Cells, housing.Outcome{}); err != nil {
				t.Fatal(err)
			}
			aside = aside[1:]
		}
	}
	for _, r := range f.records {
		before(r.Row)
		end := housing.Outcome{Verdict: accepted, Problems: r.Problems}
		if r.Rejected() {
			end.Verdict = housing.Rejected
		}
		summary.Counts.Add(end.Verdict)
		if err := w.Row(r.Sheet, r.Row, r.Cells, end); err != nil {
			t.Fatal(err)
		}
	}
	before(math.MaxInt)
	if err := w.Close(summary); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// said is a row without its place: lines that are no rows do not come back.
type said struct {
	Sheet    string
	Cells    []string
	Fact     string
	Problems []string
}

func (f taken) said(t *testing.T) []said {
	t.Helper()
	rows := make([]said, 0, len(f.records))
	for _, r := range f.records {
		s := said{Sheet: r.Sheet, Cells: unpadded(r.Cells)}
		fact, err := json.Marshal(r.Fact)
		if err != nil {
			t.Fatal(err)
		}
		s.Fact = position.ReplaceAllString(string(fact), "")
		for _, p := range r.Problems {
			s.Problems = append(s.Problems, p.Code+": "+p.Russian())
		}
		if slices.ContainsFunc(r.Problems, func(p housing.Problem) bool { return p.Code == "bad_encoding" }) {
			for i, cell := range s.Cells {
				s.Cells[i] = strings.ReplaceAll(cell, "\ufffd", "?") // no encoding of one byte has it
			}
		}
		rows = append(rows, s)
	}
	return rows
}

// unpadded leaves out the empty cells with which an answer fills a row up to its header.
func unpadded(cells []string) []string {
	n := len(cells)
	for n > 0 && cells[n-1] == "" {
		n--
	}
	return slices.Clone(cells[:n])
}

// A sender sends the answer to his file in again, untouched: it is the same file, and the answer to it
// is the same answer.
func TestAnswerComesBack(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob(filepath.Join("..", "*", "testdata", "*", "*", "input.*"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, path := range inputs {
		folder := filepath.Dir(path)
		name := filepath.Base(filepath.Dir(folder)) + "/" + filepath.Base(folder)
		content := formattest.Load(t, path)
		first := take(t.Context(), t, content)
		if len(first.records)+len(first.result.Shape.Aside) == 0 {
			continue // refused before its rows: the answer holds none
		}
		if slices.ContainsFunc(first.records, importers.Record.Rejected) {
			seen[first.format.Name()] = true
		}
		if first.result.Shape.Kind.Reported() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			comesBack(t, first)
		})
	}
	for _, name := range known().Names() {
		if !seen[name] {
			t.Errorf("no case of %s has a rejected row", name)
		}
	}
}

func comesBack(t *testing.T, first taken) {
	t.Helper()
	answer := first.answer(t, housing.Accepted)
	second := take(t.Context(), t, answer)
	if second.format.Name() != first.format.Name() || second.refused != first.refused {
		t.Fatalf("the answer is taken for %s, refused %q; the file was %s, refused %q",
			second.format.Name(), second.refused, first.format.Name(), first.refused)
	}
	if diff := cmp.Diff(first.said(t), second.said(t)); diff != "" {
		t.Errorf("rows (-file +answer):\n%s", diff)
	}
	if diff := cmp.Diff(first.result.Shape, second.result.Shape); diff != "" {
		t.Errorf("shape (-file +answer):\n%s", diff)
	}
	if diff := cmp.Diff(unfinished(first.result.Notes), unfinished(second.result.Notes)); diff != "" {
		t.Errorf("notes (-file +answer):\n%s", diff)
	}
	if first.result.Shape.Kind == importers.KindText {
		if diff := cmp.Diff(string(answer), string(second.answer(t, housing.Accepted))); diff != "" {
			t.Errorf("the answer to the answer differs (-first +second):\n%s", diff)
		}
	}
}

// unfinished leaves out what an answer mends or leaves out: an open last line, sheets that hold no
// table, rows marked as deleted.
func unfinished(notes []housing.Problem) []housing.Problem {
	var left []housing.Problem
	for _, p := range notes {
		if p.Code != "open_end" && p.Code != "unknown_sheet" && p.Code != "deleted_rows" {
			left = append(left, p)
		}
	}
	return left
}

// position is where a fact came from: a comment or title above it is not given back.
var position = regexp.MustCompile(`"[Pp]osition":\d+|#\d+"`)

// FuzzAnswer changes the cases of text formats and holds their answers to the same law. The encoding of
// what chance has made may read as another one once our own words stand in it.
func FuzzAnswer(f *testing.F) {
	inputs, err := filepath.Glob(filepath.Join("..", "*", "testdata", "*", "*", "input.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range inputs {
		if filepath.Ext(path) != ".json" {
			f.Add(formattest.Load(f, path))
		}
	}
	f.Fuzz(untouched)
}

// untouched proves that no rejected row of a text is accepted when the answer comes back as it was sent.
func untouched(t *testing.T, content []byte) {
	in := formattest.Input("file", content)
	s, err := importers.NewSample(in)
	if err != nil || s.Kind != importers.KindText {
		return
	}
	if _, err := known().Recognise(s); err != nil {
		return
	}
	first := take(t.Context(), t, content)
	if len(first.records) == 0 || first.result.Shape.Kind.Reported() {
		return
	}
	answer := first.answer(t, housing.Accepted)
	s, err = importers.NewSample(formattest.Input("file", answer))
	if err != nil || s.Encoding != first.result.Shape.Encoding {
		return
	}
	second := take(t.Context(), t, answer)
	if first.refused != second.refused || len(first.records) != len(second.records) {
		t.Fatalf("%d rows, refused %q; the answer: %d, %q\n%q", len(first.records), first.refused, len(second.records), second.refused, answer)
	}
	for i, r := range first.records {
		if again := second.records[i]; r.Rejected() && !again.Rejected() {
			t.Errorf("row %d was rejected for %v and is accepted untouched:\n%q\n%q", r.Row, r.Problems, r.Cells, again.Cells)
		}
	}
}
