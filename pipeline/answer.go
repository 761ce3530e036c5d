package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/exporters/protocols"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// refuse stores that a file was refused as a whole, with the reason and what was wrong with single
// rows, and answers its sender row by row. Nothing of the file itself stands in the database.
func (p *Pipeline) refuse(ctx context.Context, file housing.ReceivedFile, f fetchedFile, problem housing.Problem, ends outcomes) (FileResult, error) {
	file.Status, file.Reason = housing.FileRefused, problem.Russian()
	fallen, shape, err := p.fallenRows(ctx, f, ends)
	defer fallen.close()
	if err != nil {
		return FileResult{}, err
	}
	rows := len(fallen.verdicts)
	file.Counts = housing.Counts{Rows: rows, Rejected: rows}
	problem.Row = 0
	shown := append([]housing.Problem{problem}, fallen.first...)
	fallen.noteFile(problem)
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if file.ID != 0 {
			err = tx.ReopenFile(ctx, file)
		} else {
			file.ID, err = tx.InsertFile(ctx, p.Organisation.ID, file)
		}
		if err != nil {
			return err
		}
		if err := tx.FinishFile(ctx, file); err != nil {
			return err
		}
		if err := fallen.storeIn(ctx, tx, file.ID); err != nil {
			return err
		}
		return p.answer(ctx, tx, f, protocolPlan{file: file, shape: shape, end: fallen.ofRefused, code: problem.Code})
	})
	if err != nil {
		return FileResult{}, fmt.Errorf("refuse %s: %w", file.Name, err)
	}
	p.Log.LogAttrs(ctx, slog.LevelWarn, "file refused", slog.String("file", file.Name), slog.String("partner", file.Partner),
		slog.String("code", problem.Code))
	return FileResult{ReceivedFile: file, Problems: shown[:min(len(shown), shownProblems)]}, nil
}

// fallenRows reads a refused file as far as it can be read: every row falls with it, some for a reason
// of their own, which its form or an earlier attempt to apply it gave.
func (p *Pipeline) fallenRows(ctx context.Context, f fetchedFile, ends outcomes) (fallen outcomes, shape importers.Shape, err error) {
	if f.format == nil {
		return fallen, plainShape(f.sample), nil
	}
	fallen = newOutcomes(p)
	read, err := p.decodeResult(ctx, f, func(r importers.Record) error {
		ordinal := len(fallen.verdicts)
		problems := r.Problems
		known, err := ends.problemsOf(ordinal)
		if err != nil {
			return err
		}
		if len(known) > 0 {
			problems = known
		}
		return fallen.add(r, housing.Outcome{Verdict: housing.Rejected, Problems: problems})
	})
	if err != nil && !isFileError(err) {
		return fallen, shape, fmt.Errorf("read refused file %s: %w", f.Name, err)
	}
	if read.Shape.Kind == "" {
		return fallen, plainShape(f.sample), nil
	}
	return fallen, read.Shape, nil
}

// ofRefused says of a row of a refused file what was wrong with it, or that it fell with the file.
func (o *outcomes) ofRefused(ordinal int) (housing.Outcome, error) {
	end, err := o.of(ordinal)
	for _, problem := range end.Problems {
		if problem.IsError() {
			return end, err
		}
	}
	end.Problems = []housing.Problem{{Code: "file_refused", Text: "строка не загружена: файл отклонён целиком"}}
	return end, err
}

// answer writes the protocol of a file in its sender's shape, keeps it among the protocols, and
// queues it for his outbox in the transaction that decides the file.
func (p *Pipeline) answer(ctx context.Context, tx *store.Tx, f fetchedFile, plan protocolPlan) error {
	file := plan.file
	name := protocols.Name(clipName(path.Base(file.Name)), protocols.Kind(plan.shape.Kind))
	out, err := p.stage(stagedName(plan, name), func(w io.Writer) error { return p.writeProtocol(ctx, w, f, plan) })
	if err != nil {
		return fmt.Errorf("write the protocol of %s: %w", file.Name, err)
	}
	partner, known := p.partner(file.Partner)
	if !known || partner.Outbox == nil {
		return nil
	}
	out.Destination, out.Name = partner.Name, name
	_, err = tx.PutOutgoing(ctx, out, p.Now())
	return err
}

// protocolPlan is what a protocol says: how the file ended, the shape it came in, how each row ended.
type protocolPlan struct {
	file  housing.ReceivedFile
	shape importers.Shape
	end   func(ordinal int) (housing.Outcome, error)
	code  string // why the file was refused
	again bool   // the same bytes were answered before
	kept  *keptRows

	further []protocols.Line  // totals of a file that corrects another
	notes   []housing.Problem // of the file as a whole
}

// plainShape is all that is known of the shape of a file that no format could read.
func plainShape(sample *importers.Sample) importers.Shape {
	if sample == nil {
		return importers.Shape{Kind: importers.KindText}
	}
	if sample.Kind == importers.KindDBF { // without its columns no table can be written: the answer is a text, and named so
		return importers.Shape{Kind: importers.KindText, Encoding: importers.CP866}
	}
	return importers.Shape{Kind: sample.Kind, Encoding: sample.Encoding}
}

var errEnough = errors.New("enough rows read")

func isFileError(err error) bool {
	_, is := errors.AsType[*importers.FileError](err)
	return is
}

func convertShape(s importers.Shape) protocols.Shape {
	shape := protocols.Shape{
		Kind: protocols.Kind(s.Kind), Encoding: exporters.Encoding(s.Encoding), Delimiter: s.Delimiter,
		Columns: s.Columns, CodePage: s.CodePage,
	}
	for _, sheet := range s.Sheets {
		shape.Sheets = append(shape.Sheets, protocols.Sheet{Name: sheet.Name, Header: sheet.Header, HeaderRow: sheet.Row})
	}
	return shape
}

// writeProtocol reads the file again beside its outcomes: rows are not kept in memory, however many.
func (p *Pipeline) writeProtocol(ctx context.Context, w io.Writer, f fetchedFile, plan protocolPlan) error {
	head := protocols.Head{
		Name: plan.file.Name, SHA256: plan.file.SHA256, Size: plan.file.Size, Partner: plan.file.Partner,
		Received: plan.file.Received, Zone: p.Limits.Zone, Temp: p.path("work"),
	}
	writer, err := protocols.New(w, convertShape(plan.shape), head)
	if err != nil {
		return err
	}
	if err := p.writeRows(ctx, writer, f, plan); err != nil {
		return errors.Join(err, writer.Abort())
	}
	return writer.Close(protocols.Summary{
		Status: plan.file.Status, Counts: plan.file.Counts, Reason: plan.file.Reason, Code: plan.code, Lines: plan.further,
		Cover: isEnvelope(plan.file.Format), Notes: noteLines(plan.notes),
	})
}

// noteLines are what a protocol says of the file as a whole beside its reason.
func noteLines(notes []housing.Problem) []protocols.Line {
	const most = 20
	var lines []protocols.Line
	for _, p := range notes {
		if p.Row != 0 || p.IsError() {
			continue
		}
		if len(lines) == most {
			return append(lines, protocols.Line{Name: "Замечание", Value: "есть и другие замечания к файлу, здесь показаны первые " + strconv.Itoa(most)})
		}
		text := p.Russian()
		if p.Sheet != "" && !strings.Contains(text, "«"+p.Sheet+"»") {
			text = "лист «" + p.Sheet + "»: " + text
		}
		lines = append(lines, protocols.Line{Name: "Замечание", Value: text})
	}
	return lines
}

// writeRows gives back every row with its outcome, and untouched what stands between and behind the rows: a
// bank's totals must come back, or the corrected answer would be taken for a file cut short.
func (p *Pipeline) writeRows(ctx context.Context, writer *protocols.Writer, f fetchedFile, plan protocolPlan) error {
	if f.format == nil {
		return nil
	}
	ordinal, aside := 0, plan.shape.Aside
	sheet := ""
	give := func(due func(importers.Aside) bool) error {
		for len(aside) > 0 && due(aside[0]) {
			if err := writer.Row(aside[0].Sheet, aside[0].Row, aside[0].Cells, housing.Outcome{}); err != nil {
				return err
			}
			aside = aside[1:]
		}
		return nil
	}
	err := p.eachRow(ctx, f, plan.kept, func(r importers.Record) error {
		if ordinal == plan.file.Counts.Rows { // a file refused before its first row
			return errEnough
		}
		ordinal++
		ended := give(func(a importers.Aside) bool { return a.Sheet == sheet && (a.Row < r.Row || r.Sheet != sheet) })
		sheet = r.Sheet
		between := give(func(a importers.Aside) bool { return a.Sheet == sheet && a.Row < r.Row })
		if err := errors.Join(ended, between); err != nil {
			return err
		}
		end, err := plan.end(ordinal - 1)
		if err != nil {
			return err
		}
		return writer.Row(r.Sheet, r.Row, r.Cells, end)
	})
	if err != nil && !errors.Is(err, errEnough) && !isFileError(err) {
		return err
	}
	return give(func(importers.Aside) bool { return true })
}

// stage writes a file of the data folder under a temporary name and gives it its own when it is whole.
func (p *Pipeline) stage(name string, write func(io.Writer) error) (store.Outgoing, error) {
	target := p.path(name)
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return store.Outgoing{}, fmt.Errorf("make a folder for %s: %w", name, err)
	}
	temporary, err := p.workFile()
	if err != nil {
		return store.Outgoing{}, err
	}
	defer func() { _ = os.Remove(temporary) }() // renamed away on success
	file, err := createSynced(temporary)
	if err != nil {
		return store.Outgoing{}, err
	}
	counted := &countingHash{hash: sha256.New()}
	if err := errors.Join(write(io.MultiWriter(file, counted)), file.Close()); err != nil {
		return store.Outgoing{}, err
	}
	if err := os.Rename(temporary, target); err != nil {
		return store.Outgoing{}, fmt.Errorf("name %s: %w", name, err)
	}
	return store.Outgoing{
		Staged: name, SHA256: hex.EncodeToString(counted.hash.Sum(nil)), Size: counted.size,
	}, syncDir(filepath.Dir(target))
}

type countingHash struct {
	hash interface {
		io.Writer
		Sum(b []byte) []byte
	}
	size int64
}

// Write counts and hashes.
func (c *countingHash) Write(b []byte) (int, error) {
	c.size += int64(len(b))
	return c.hash.Write(b) //nolint:wrapcheck // a hash never fails
}
