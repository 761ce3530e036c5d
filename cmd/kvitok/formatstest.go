package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/profiled"
	"github.com/kvitok-gkh/kvitok/importers/zips"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// readFile is how a file is read, as formats test prints it.
type readFile struct {
	File     string            `json:"file"`
	Format   string            `json:"format,omitzero"`
	Encoding string            `json:"encoding,omitzero"`
	Refused  *readProblem      `json:"refused,omitzero"`
	Rows     []readRow         `json:"rows"`
	Read     int               `json:"read"`
	Rejected int               `json:"rejected"`
	Notes    []readProblem     `json:"notes,omitzero"`
	Control  importers.Control `json:"control"`
	Inside   []*readFile       `json:"inside,omitempty"` // of an archive: the files in it

	out io.Writer // rows are printed as they are read, however many; nil keeps them, for JSON
}

type readRow struct {
	Row      int           `json:"row"`
	Sheet    string        `json:"sheet,omitzero"`
	Rejected bool          `json:"rejected,omitzero"`
	Facts    []readFact    `json:"facts,omitzero"`
	Problems []readProblem `json:"problems,omitzero"`
}

type readFact struct {
	Kind  string          `json:"kind"`
	Value json.RawMessage `json:"value"`
}

type readProblem struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Text     string `json:"text"`
}

func (e *environment) formatsTestCommand() *cobra.Command {
	return &cobra.Command{
		Use: "test PROFILE|auto FILE", Short: "Show row by row how a file is read, without a database",
		Long: "Show row by row how a file is read, without a database: by the format of that name, by a profile in a\n" +
			"file (draft.yaml), or auto to recognise it.\n" +
			"Exit code 0: all rows are read; 3: some are rejected; 1: the file is refused.",
		Args: cobra.ExactArgs(2),
		RunE: e.do(func(ctx context.Context, args []string) error {
			loaded, err := e.formats(ctx)
			if err != nil {
				return err
			}
			formats := loaded.Catalogue
			if args[0] != "auto" {
				format, err := namedFormat(formats, args[0])
				if err != nil {
					return err
				}
				formats = importers.Catalogue{forced{format}}
			}
			out := e.out
			if e.json {
				out = nil
			}
			result, err := testFile(ctx, formats, args[1], out)
			if err != nil {
				return err
			}
			if err := e.print(result, result.writeEnd); err != nil {
				return err
			}
			return result.end()
		}),
	}
}

// namedFormat is the format of that name, or of a profile that is still being written.
func namedFormat(formats importers.Catalogue, name string) (importers.Format, error) {
	if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" {
		profile, err := profiles.ParseFile(name)
		if err != nil {
			return nil, err
		}
		return profiled.New(profile)
	}
	format, err := formats.ByName(name)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("%v; kvitok formats lists them", err)}
	}
	return format, nil
}

// testFile reads a file as the pipeline would, and keeps what it would be told.
func testFile(ctx context.Context, formats importers.Catalogue, path string, out io.Writer) (_ *readFile, err error) {
	content, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	defer func() { _ = content.Close() }() // only read
	info, err := content.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	if info.IsDir() {
		return nil, &usageError{path + " is a folder; name one file"}
	}
	temp, err := os.MkdirTemp("", "kvitok-formats")
	if err != nil {
		return nil, fmt.Errorf("make a folder for temporary files: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	in := importers.Input{Name: filepath.Base(path), Size: info.Size(), Content: content, Temp: temp}
	if zips.Is(in) {
		return testArchive(ctx, formats, in, out)
	}
	return (&readFile{File: in.Name, Rows: []readRow{}, out: out}).test(ctx, formats, in)
}

func (f *readFile) test(ctx context.Context, formats importers.Catalogue, in importers.Input) (*readFile, error) {
	err := f.read(ctx, formats, in)
	if refused, ok := errors.AsType[*importers.FileError](err); ok {
		f.refuse(refused)
		return f, nil
	}
	return f, err
}

func (f *readFile) refuse(refusal *importers.FileError) {
	f.Refused = &readProblem{Severity: "error", Code: refusal.Problem.Code, Text: refusal.Error()}
}

func (f *readFile) read(ctx context.Context, formats importers.Catalogue, in importers.Input) error {
	sample, err := importers.NewSample(in)
	if err != nil {
		return err
	}
	f.Encoding = string(sample.Encoding)
	format, err := formats.Recognise(sample)
	if err != nil {
		return err
	}
	f.Format = format.Name()
	if f.out != nil {
		say(f.out, "%s: %s %s", f.File, f.Format, f.Encoding)
	}
	read, err := format.Decode(ctx, in, f.take)
	f.Control = read.Control
	for _, note := range read.Notes {
		f.Notes = append(f.Notes, readProblem{string(note.Severity), note.Code, note.Russian()})
	}
	return err
}

func (f *readFile) take(rec importers.Record) error {
	row := readRow{Row: rec.Row, Sheet: rec.Sheet, Rejected: rec.Rejected()}
	facts := rec.Also
	if rec.Fact != nil {
		facts = append([]importers.Fact{rec.Fact}, facts...)
	}
	for _, fact := range facts {
		value, err := json.Marshal(fact)
		if err != nil {
			return fmt.Errorf("print row %d: %w", rec.Row, err)
		}
		_, kind, _ := strings.Cut(fmt.Sprintf("%T", fact), ".")
		row.Facts = append(row.Facts, readFact{kind, value})
	}
	for _, p := range rec.Problems {
		severity := p.Severity
		if severity == "" {
			severity = "error"
		}
		row.Problems = append(row.Problems, readProblem{string(severity), p.Code, p.Russian()})
	}
	if row.Rejected {
		f.Rejected++
	} else {
		f.Read++
	}
	if f.out == nil {
		f.Rows = append(f.Rows, row)
		return nil
	}
	row.write(f.out)
	return nil
}

// write prints a row for people.
func (row *readRow) write(w io.Writer) {
	place, state := strconv.Itoa(row.Row), "read"
	if row.Sheet != "" {
		place = row.Sheet + ":" + place
	}
	if row.Rejected {
		state = "REJECTED"
	}
	if len(row.Facts) == 0 {
		say(w, "%6s  %-8s", place, state)
	}
	for _, fact := range row.Facts {
		say(w, "%6s  %-8s  %s %s", place, state, fact.Kind, flatFact(fact.Value))
		place, state = "", ""
	}
	for _, p := range row.Problems {
		say(w, "%6s  %-8s  %s %s: %s", "", "", p.Severity, p.Code, p.Text)
	}
}

// writeEnd prints what is known once all rows are read.
func (f *readFile) writeEnd(w io.Writer) {
	if f.Inside != nil {
		say(w, "%s: %d files, %d rows read, %d rejected", f.File, len(f.Inside), f.Read, f.Rejected)
		return
	}
	for _, note := range f.Notes {
		say(w, "%s: %s", note.Severity, note.Text)
	}
	if f.Control.Stated.Present {
		say(w, "stated:  %s", totals(f.Control.Stated))
		say(w, "counted: %s", totals(f.Control.Counted))
	}
	say(w, "%d rows read, %d rejected", f.Read, f.Rejected)
}

// totals prints what is stated or counted; a zero is what a file does not state.
func totals(t importers.ControlTotals) string {
	var words []string
	if t.Rows != 0 {
		words = append(words, strconv.Itoa(t.Rows)+" rows")
	}
	for _, sum := range []struct {
		name  string
		value housing.Money
	}{{"amount", t.Amount}, {"transfer", t.Transfer}, {"fee", t.Fee}} {
		if sum.value != 0 {
			words = append(words, sum.name+" "+sum.value.String())
		}
	}
	return strings.Join(words, ", ")
}

// flatFact prints what a fact says as name=value, without what it leaves empty and without its source.
func flatFact(value json.RawMessage) string {
	var fields map[string]any
	if json.Unmarshal(value, &fields) != nil {
		return string(value) // no object: as it is
	}
	var words []string
	flattenFact(&words, "", fields)
	return strings.Join(words, " ")
}

func flattenFact(words *[]string, prefix string, fields map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		key := strings.ToLower(name)
		switch v := fields[name].(type) {
		case map[string]any:
			flattenFact(words, prefix+key+".", v)
		case nil:
		case string:
			if v != "" && key != "source" {
				*words = append(*words, prefix+key+"="+quoted(v))
			}
		case []any:
			flattenList(words, prefix+key, v)
		case bool:
			if v {
				*words = append(*words, prefix+key)
			}
		default:
			if text := fmt.Sprint(v); text != "0" {
				*words = append(*words, prefix+key+"="+text)
			}
		}
	}
}

// flattenList prints the items of a list: plain ones together, those with fields one by one.
func flattenList(words *[]string, key string, items []any) {
	var plain []string
	for i, item := range items {
		if fields, is := item.(map[string]any); is {
			flattenFact(words, fmt.Sprintf("%s[%d].", key, i+1), fields)
			continue
		}
		plain = append(plain, fmt.Sprint(item))
	}
	if text := strings.Join(plain, ","); text != "" {
		*words = append(*words, key+"="+quoted(text))
	}
}

func quoted(text string) string {
	if strings.ContainsAny(text, " =") {
		return "«" + text + "»"
	}
	return text
}
