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
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/zips"
	"github.com/kvitok-gkh/kvitok/store"
)

// envelope is a file that is nothing but a cover of others: an archive, a sealed file. The files in it are taken in as files of their own,
// named "archive.zip/member.csv"; the cover itself is recorded, answered where something in it could not be opened, and leaves the inbox
// when it and all that was in it are in.
type envelope struct {
	of      fetchedFile
	format  string // formatZip ...
	waiting int    // files that are not in yet, the cover among them
	opened  int
	fallen  []housing.Problem // files in it that could not be opened
}

// What covers are called where formats are named.
const (
	formatZip = "zip"
	formatPGP = "pgp"
)

// isEnvelope tells covers from files by the name of their format.
func isEnvelope(format string) bool { return format == formatZip || format == formatPGP }

// openAll puts what is in covers beside the files. One that cannot be opened does not stop the others.
// Files that are only looked at are put into the folder aside.
func (p *Pipeline) openAll(ctx context.Context, files []fetchedFile, aside string) ([]fetchedFile, error) {
	var failures []error
	opened := make([]fetchedFile, 0, len(files))
	for _, f := range files {
		inside, err := p.openEnvelope(ctx, f, aside)
		if err != nil {
			failures = append(failures, fmt.Errorf("open %s: %w", f.Name, err))
			continue
		}
		opened = append(opened, inside...)
	}
	return opened, errors.Join(failures...)
}

// openEnvelope returns the file itself where it is no cover, else what is in it and then the cover.
func (p *Pipeline) openEnvelope(ctx context.Context, f fetchedFile, aside string) ([]fetchedFile, error) {
	o := opener{Pipeline: p, aside: aside, cover: &envelope{of: f}}
	if err := o.open(f); err != nil || o.cover.format == "" {
		return []fetchedFile{f}, err
	}
	p.Log.LogAttrs(ctx, slog.LevelInfo, "opened", slog.String("file", f.Name), slog.String("format", o.cover.format),
		slog.Int("files", o.cover.opened), slog.Int("refused", len(o.cover.fallen)))
	f.envelope, f.rank = o.cover, rank(nil)
	if o.cover.opened == 0 {
		f.refusal = &importers.FileError{Problem: fallenWhole(o.cover.fallen)}
	}
	o.cover.of = f
	o.cover.waiting = len(o.inside) + 1
	return append(o.inside, f), nil
}

// fallenWhole says why nothing of a cover was taken.
func fallenWhole(fallen []housing.Problem) housing.Problem {
	whole := fallen[0]
	if len(fallen) > 1 {
		whole.Text = reasonOf(fallen)
		whole.Value = ""
	}
	return whole
}

// reasonOf names what of a cover could not be taken, and why.
func reasonOf(fallen []housing.Problem) string {
	const named = 10
	reasons := make([]string, 0, named)
	for _, problem := range fallen[:min(len(fallen), named)] {
		reasons = append(reasons, problem.Russian())
	}
	text := "не открыто: " + strings.Join(reasons, "; ")
	if more := len(fallen) - named; more > 0 {
		text += fmt.Sprintf("; и ещё файлов: %d", more)
	}
	return text
}

// opener opens one cover.
type opener struct {
	*Pipeline
	aside  string // where files are put that are only looked at
	cover  *envelope
	inside []fetchedFile
}

func (o *opener) open(f fetchedFile) (err error) {
	content, err := os.Open(o.content(f.archived))
	if err != nil {
		return fmt.Errorf("open the archived copy: %w", err)
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	in := o.input(f.archived, content)
	if f.Local != "" {
		in.Temp = o.aside
	}
	if is, err := o.openSealed(in); is || err != nil {
		return err
	}
	if !zips.Is(in) {
		return nil
	}
	o.cover.format = formatZip
	return o.openZip(in, f.Name)
}

func (o *opener) openZip(in importers.Input, name string) error {
	err := zips.Open(in, zips.DefaultLimits(), func(m zips.Member) error {
		if m.Refusal != nil {
			o.fell(m.Name, m.Refusal.Problem)
			return nil //nolint:nilerr // one bad file never stops the others
		}
		return o.put(name+"/"+m.Name, m.Content)
	})
	if refused, ok := errors.AsType[*importers.FileError](err); ok {
		o.fell("", refused.Problem)
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	return nil
}

// fell notes a file that could not be opened; "" is the cover itself.
func (o *opener) fell(name string, problem housing.Problem) {
	problem.Value = name
	o.cover.fallen = append(o.cover.fallen, problem)
}

// put keeps a file of a cover beside the cover in the archive, as a file that was received.
func (o *opener) put(name string, content io.Reader) error {
	of := o.cover.of
	a := archived{Name: name, Partner: of.Partner, Received: of.Received, Origin: of.Origin}
	var err error
	if of.Local != "" {
		err = o.putAside(&a, content)
	} else {
		err = o.putIntoArchive(&a, content)
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	f := fetchedFile{archived: a, within: o.cover}
	f.fetched.Entry.ModTime = of.fetched.Entry.ModTime // since when it waits in the inbox
	o.inside = append(o.inside, f)
	o.cover.opened++
	return nil
}

// putAside keeps a file that is only looked at.
func (o *opener) putAside(a *archived, content io.Reader) error {
	a.Local = filepath.Join(o.aside, fmt.Sprintf("%p-%d", o.cover, len(o.inside)))
	return writeDigested(a, a.Local, content)
}

func (o *opener) putIntoArchive(a *archived, content io.Reader) error {
	temporary, err := o.workFile()
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary) }() // renamed away on success
	if err := writeDigested(a, temporary, content); err != nil {
		return err
	}
	a.Path = filepath.Join(o.cover.of.Path+insideSuffix, a.SHA256[:12]+"-"+clipName(path.Base(a.Name)))
	return o.keep(temporary, a.Path)
}

// writeDigested writes a file and notes its size and digest.
func writeDigested(a *archived, path string, content io.Reader) error {
	target, err := createSynced(path)
	if err != nil {
		return err
	}
	sum := sha256.New()
	a.Size, err = io.Copy(io.MultiWriter(target, sum), content)
	a.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return errors.Join(err, target.Close())
}

// insideSuffix ends the folder in which the archive keeps what was in a cover, beside the cover.
const insideSuffix = ".files"

// whenAllIn calls done for a cover once it and all that was in it are in, and for any other file at once.
func whenAllIn(done func(fetchedFile) error) func(fetchedFile) error {
	return func(f fetchedFile) error {
		cover := f.within
		if cover == nil {
			cover = f.envelope
		}
		if cover == nil {
			return done(f)
		}
		if cover.waiting--; cover.waiting > 0 {
			return nil
		}
		return done(cover.of)
	}
}

// describe says how the cover ended: its rows are the files in it.
func (e *envelope) describe(file *housing.ReceivedFile) {
	file.Format, file.Status = e.format, housing.FileAccepted
	file.Counts = housing.Counts{Rows: e.opened + len(e.fallen), Accepted: e.opened, Rejected: len(e.fallen)}
	if len(e.fallen) > 0 {
		file.Status = housing.FilePartly
		file.Reason = fmt.Sprintf("в архиве файлов: %d, взято: %d; %s", file.Counts.Rows, e.opened, reasonOf(e.fallen))
	}
}

// takeEnvelope records a cover of which at least one file could be opened. Its sender is answered where another could not.
func (p *Pipeline) takeEnvelope(ctx context.Context, file housing.ReceivedFile, f fetchedFile) (FileResult, error) {
	cover := f.envelope
	cover.describe(&file)
	err := p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if file.ID != 0 {
			err = tx.ReopenFile(ctx, file)
		} else {
			file.ID, err = tx.InsertFile(ctx, p.Organisation.ID, file)
		}
		if err != nil {
			return err
		}
		if err := tx.FinishFile(ctx, file); err != nil || len(cover.fallen) == 0 {
			return err
		}
		if err := tx.AddProblems(ctx, file.ID, cover.fallen); err != nil {
			return err
		}
		return p.answer(ctx, tx, f, protocolPlan{file: file, shape: plainShape(nil), code: cover.fallen[0].Code})
	})
	if err != nil {
		return FileResult{}, fmt.Errorf("record %s: %w", file.Name, err)
	}
	return FileResult{ReceivedFile: file, Problems: cover.fallen[:min(len(cover.fallen), shownProblems)]}, nil
}

// envelopeAgain takes a cover whose bytes are known. It is recorded anew where more of it can be opened now.
func (p *Pipeline) envelopeAgain(ctx context.Context, known, file housing.ReceivedFile, f fetchedFile) (FileResult, error) {
	if f.envelope.opened <= known.Counts.Accepted {
		return p.repeated(ctx, known, file, f, known.Counts.Rejected)
	}
	file.ID = known.ID
	return p.takeEnvelope(ctx, file, f)
}
