package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/store"
)

// FileResult is how one file ended.
type FileResult struct {
	housing.ReceivedFile
	Problems []housing.Problem `json:"problems,omitempty"` // the first ones, for the screen
}

// manyRows is how many new rows make the planner of the database look again before the next file.
const manyRows = 1000

// shownProblems bounds how many problems of a file are kept for the screen; all are stored.
const shownProblems = 20

type fetchedFile struct {
	archived
	fetched remote.Fetched
	inbox   *remote.Place    // where the original lies; nil: it was named on the command line
	format  importers.Format // nil: refused
	refusal *importers.FileError
	sample  *importers.Sample
	first   importers.Fact // nil: refused, or its first rows are all wrong
	rank    int

	envelope *envelope // of a cover: what is in it
	within   *envelope // of a file that came in a cover: which
	trusted  bool      // given by the office itself, or taken from the archive once more: it need not be sealed
	mends    bool      // rejected rows of a file that was taken

	accountsIn <-chan struct{} // closed once the accounts that came with it are in; nil: they are
}

// fromInbox tells what a partner sent from what the office gave itself.
func (f fetchedFile) fromInbox() bool {
	if f.within != nil {
		return !f.within.of.trusted
	}
	return !f.trusted
}

// ingestAll recognises all files first and takes them in the order in which they refer to each other,
// whatever order they arrived in.
func (p *Pipeline) ingestAll(ctx context.Context, files []fetchedFile, period housing.Period, done func(fetchedFile) error) ([]FileResult, error) {
	if len(files) == 0 {
		return nil, nil
	}
	period, err := p.Store.OpenMonth(ctx, p.Organisation.ID, period)
	if err != nil {
		return nil, err
	}
	if err := p.Store.EnsureMonth(ctx, period); err != nil { // payments are booked in it
		return nil, fmt.Errorf("prepare %s: %w", period, err)
	}
	var failures []error
	files, err = p.openAll(ctx, files, "")
	if err != nil {
		failures = append(failures, err)
	}
	known := make([]fetchedFile, 0, len(files))
	for _, f := range files {
		if err := p.examine(ctx, &f); err != nil { // one bad file never stops the others
			failures = append(failures, fmt.Errorf("take in %s: %w", f.Name, err))
			continue
		}
		known = append(known, f)
	}
	slices.SortStableFunc(known, func(a, b fetchedFile) int { return cmp.Compare(a.rank, b.rank) })
	results, err := p.takeAll(ctx, known, period, whenAllIn(done))
	return results, errors.Join(append(failures, err)...)
}

// examine finds out of which format a file is, and when its turn comes.
func (p *Pipeline) examine(ctx context.Context, f *fetchedFile) error {
	if f.envelope != nil {
		return nil
	}
	if err := p.recognise(f); err != nil {
		return err
	}
	first, err := p.peek(ctx, *f)
	f.first, f.rank = first, rank(first)
	if err == nil && f.refusal == nil {
		f.refusal = p.checkName(*f)
	}
	return err
}

// peekRows is how many rows of a file are looked at for one that can be read.
const peekRows = 100

// peek reads the first fact of a file; nil where its first rows are all wrong.
func (p *Pipeline) peek(ctx context.Context, f fetchedFile) (first importers.Fact, err error) {
	if f.format == nil {
		return first, nil
	}
	rows := 0
	err = p.decode(ctx, f, func(r importers.Record) error {
		rows++
		if first = r.Fact; first != nil || rows == peekRows {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) && !isFileError(err) {
		return nil, fmt.Errorf("look into %s: %w", f.Name, err)
	}
	return first, nil
}

func (p *Pipeline) recognise(f *fetchedFile) (err error) {
	content, err := os.Open(p.content(f.archived))
	if err != nil {
		return fmt.Errorf("open the archived copy of %s: %w", f.Name, err)
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	f.sample, err = importers.NewSample(p.input(f.archived, content))
	if err == nil {
		f.format, err = p.Formats.Recognise(f.sample)
	}
	if refusal, ok := errors.AsType[*importers.FileError](err); ok {
		f.refusal = refusal
		return nil
	}
	if err != nil {
		return fmt.Errorf("recognise %s: %w", f.Name, err)
	}
	return nil
}

func (p *Pipeline) input(a archived, content *os.File) importers.Input {
	return importers.Input{Name: path.Base(a.Name), Size: a.Size, Content: content, Temp: p.path("work")}
}

// ingest takes one archived file in one transaction, with its protocol queued in the same one.
func (p *Pipeline) ingest(ctx context.Context, f fetchedFile, period housing.Period) (FileResult, error) {
	file := housing.ReceivedFile{
		Name: f.Name, SHA256: f.SHA256, Size: f.Size, Partner: f.Partner, Archive: f.Path, Received: f.Received, Origin: f.Origin,
		InInbox: f.fromInbox(),
	}
	if f.envelope != nil {
		file.Format = f.envelope.format
	}
	known, err := p.Store.FileByHash(ctx, p.Organisation.ID, f.SHA256)
	if err == nil {
		return p.again(ctx, known, file, f, period)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return FileResult{}, err
	}
	if f.envelope != nil && f.refusal == nil {
		return p.takeEnvelope(ctx, file, f)
	}
	if f.refusal != nil {
		return p.refuse(ctx, file, f, f.refusal.Problem, outcomes{})
	}
	file.Format, file.Subject, file.Profile = described(f.format)
	corrects, err := p.original(ctx, f)
	if err != nil {
		return FileResult{}, err
	}
	f.mends = corrects.mends()
	result, ends, err := p.apply(ctx, application{file: file, fetched: f, period: period, corrects: corrects})
	defer ends.close()
	if refusal, ok := errors.AsType[*importers.FileError](err); ok {
		if p.awaitsPack(f, refusal) {
			return FileResult{}, errAwaitsPack
		}
		return p.refuse(ctx, file, f, refusal.Problem, ends)
	}
	if store.IsUnique(err, "files_organisation_id_sha256_key") { // another process was quicker with the same bytes
		known, err := p.Store.FileByHash(ctx, p.Organisation.ID, f.SHA256)
		if err != nil {
			return FileResult{}, err
		}
		return p.repeated(ctx, known, file, f, known.Counts.Rejected)
	}
	return result, err
}

// place is a row of a file.
type place struct {
	sheet string
	row   int
}

// errNothingNew says that a file which arrived again holds nothing that can be accepted now.
var errNothingNew = errors.New("nothing of the file is new")

// again takes a file whose bytes are known. Rows that were rejected are tried once more: what they
// refer to may have come meanwhile. The others stand as they ended, whatever came after them; where
// nothing is accepted now, nothing changes.
func (p *Pipeline) again(ctx context.Context, known, file housing.ReceivedFile, f fetchedFile, period housing.Period) (FileResult, error) {
	if f.envelope != nil {
		return p.envelopeAgain(ctx, known, file, f)
	}
	retry, err := p.retry(ctx, known, f)
	if err != nil {
		return FileResult{}, err
	}
	if !retry.due {
		return p.refusedAgain(ctx, known, file, f, refusedFor{f.refusal, outcomes{}, retry.left})
	}
	corrects, err := p.original(ctx, f)
	if err != nil {
		return FileResult{}, err
	}
	f.mends = corrects.mends()
	a := application{file: file, fetched: f, period: period, rejected: retry.rows, corrects: corrects}
	a.file.ID = known.ID
	a.file.Format, a.file.Subject, a.file.Profile = described(f.format)
	result, ends, err := p.apply(ctx, a)
	defer ends.close()
	if refusal, is := errors.AsType[*importers.FileError](err); is {
		return p.refusedAgain(ctx, known, a.file, f, refusedFor{refusal, ends, retry.left})
	}
	if errors.Is(err, errNothingNew) {
		return p.repeated(ctx, known, file, f, retry.left)
	}
	return result, err
}

// refusedFor is why a file falls, how its rows would have ended, and how many of them are not in since before.
type refusedFor struct {
	refusal *importers.FileError // nil: it does not
	ends    outcomes
	left    int
}

// refusedAgain answers a file that was refused before only where the reason is another one now: a profile was
// corrected, say, and the file gets further than it did.
func (p *Pipeline) refusedAgain(ctx context.Context, known, file housing.ReceivedFile, f fetchedFile, why refusedFor) (FileResult, error) {
	if known.Status != housing.FileRefused || why.refusal == nil || why.refusal.Problem.Russian() == known.Reason {
		return p.repeated(ctx, known, file, f, why.left)
	}
	file.ID = known.ID
	return p.refuse(ctx, file, f, why.refusal.Problem, why.ends)
}

// retrial says whether a known file is to be tried again, and which rows of it; nil: all.
type retrial struct {
	due  bool
	rows map[place]bool
	left int // rows that are not in
}

func (p *Pipeline) retry(ctx context.Context, known housing.ReceivedFile, f fetchedFile) (retrial, error) {
	if known.Status == housing.FileRefused {
		return retrial{due: f.format != nil, left: known.Counts.Rejected}, nil
	}
	if known.Counts.Rejected == 0 || f.format == nil {
		return retrial{}, nil
	}
	problems, err := p.reader().Problems(ctx, known.ID)
	if err != nil {
		return retrial{}, err
	}
	rows := map[place]bool{}
	for _, problem := range problems {
		if problem.IsError() && !problem.Settled {
			rows[place{problem.Sheet, problem.Row}] = true
		}
	}
	return retrial{due: true, rows: rows, left: len(rows)}, nil
}

// described is what a file keeps of its format.
func described(f importers.Format) (name, subject, profile string) {
	about := importers.Describe(f)
	return about.Name, about.Subject, about.Digest
}

func statusOf(c housing.Counts) housing.FileStatus {
	if c.Rejected > 0 {
		return housing.FilePartly
	}
	return housing.FileAccepted
}
