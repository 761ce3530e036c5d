package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// RehearsalInput says what to rehearse, and who wants to see everything: a nil function is not called.
type RehearsalInput struct {
	Partner  string
	Files    []string
	Period   housing.Period
	Problems func(file string, p housing.Problem) error
	Changes  func(housing.FactChange) error
	Accounts func(housing.AccountEffect) error
}

// Rehearsal is what importing the files would do. Of changes and accounts it holds the first and the
// largest only.
type Rehearsal struct {
	Period   housing.Period           `json:"period"`
	Files    []FileResult             `json:"files"`
	Subjects []housing.SubjectChanges `json:"subjects"`
	Changes  []housing.FactChange     `json:"changes"`
	Money    housing.MoneyEffect      `json:"money"`
	Accounts []housing.AccountEffect  `json:"accounts"`           // by the size of the difference
	Matching []store.MatchedClaims    `json:"matching,omitempty"` // what would become of the claims of the files
	Failed   []string                 `json:"failed,omitempty"`
	Earlier  []housing.Period         `json:"earlier,omitempty"` // months before that are charged and not closed: what moves in them is not told
}

// shownEffects is how many changes and accounts a rehearsal holds by itself.
const shownEffects = 50

// Rehearse applies the files in one transaction, compares every fact and charges every house that they
// concern with what stands now, and rolls all of it back. Neither the data folder nor a partner's place
// is written to. The rows that the files change stay locked until the rehearsal ends.
func (p *Pipeline) Rehearse(ctx context.Context, in RehearsalInput) (result Rehearsal, err error) {
	if err := p.requireOpen(ctx, in.Period); err != nil {
		return result, err
	}
	var files []fetchedFile
	var failures []error
	for _, path := range in.Files {
		local, err := p.lookAt(in.Partner, path)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		files = append(files, fetchedFile{archived: local, trusted: true})
	}
	aside, err := os.MkdirTemp("", "kvitok-rehearsal-*")
	if err != nil {
		return result, fmt.Errorf("make a folder for what is in archives: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	if files, err = p.openAll(ctx, files, aside); err != nil {
		failures = append(failures, err)
	}
	begun := false
	err = p.Store.Rehearse(ctx, func(ctx context.Context, tx *store.Tx) error {
		if begun { // it gave way to another transaction; what was told cannot be taken back
			return errDisturbed
		}
		begun = true
		inner := &Pipeline{Config: p.Config, rehearsal: tx}
		r := rehearser{
			Pipeline: inner, in: in, tx: tx, result: Rehearsal{Period: in.Period}, subjects: map[string]*housing.SubjectChanges{},
			sources: map[int64]string{}, houses: map[int64]*touched{}, accounts: map[int64]*touched{},
			books: map[int64]bool{}, late: map[housing.LateEffect]housing.Money{},
		}
		if r.spool, err = newSpool(aside); err != nil {
			return err
		}
		err := errors.Join(r.run(ctx, files), r.spool.Close())
		result = r.result
		return err
	})
	return result, errors.Join(append(failures, err)...)
}

// errDisturbed says that the rehearsal and another process wanted the same rows.
var errDisturbed = errors.New("another process works on the same rows: rehearse again when it is done")

// lookAt digests a file where it lies.
func (p *Pipeline) lookAt(partner, path string) (a archived, err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return a, fmt.Errorf("open the file to rehearse: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return a, fmt.Errorf("read %s: %w", path, err)
	}
	return archived{
		Name: filepath.Base(path), Partner: partner, SHA256: hex.EncodeToString(hash.Sum(nil)), Size: size,
		Local: path, Received: p.Now().UTC(),
	}, nil
}

// rehearser works within one transaction that is never committed.
type rehearser struct {
	*Pipeline
	in       RehearsalInput
	tx       *store.Tx
	result   Rehearsal
	subjects map[string]*housing.SubjectChanges
	sources  map[int64]string // of the files: id → name
	houses   map[int64]*touched
	accounts map[int64]*touched
	everyone *touched       // tariffs and norms of all houses
	books    map[int64]bool // houses of which the ledger may be otherwise
	spool    *spool
	late     map[housing.LateEffect]housing.Money
}

// touched is which rows speak of a house or an account.
type touched struct {
	rows    []place64
	further int
}

type place64 struct{ source, row int64 }

// namedRows is how many rows are named beside an account.
const namedRows = 3

func (t *touched) by(row place64) {
	if row.source == 0 || slices.Contains(t.rows, row) {
		return
	}
	if len(t.rows) == namedRows {
		t.further++
		return
	}
	t.rows = append(t.rows, row)
}

func (r *rehearser) run(ctx context.Context, files []fetchedFile) error {
	began, err := r.tx.Began(ctx)
	if err != nil {
		return err
	}
	if err := r.tx.EnsureMonth(ctx, r.in.Period); err != nil {
		return fmt.Errorf("prepare %s: %w", r.in.Period, err)
	}
	var failures []error
	known := make([]fetchedFile, 0, len(files))
	for _, f := range files {
		if err := r.examine(ctx, &f); err != nil { // one bad file never stops the others
			failures = append(failures, err)
			continue
		}
		known = append(known, f)
	}
	slices.SortStableFunc(known, func(a, b fetchedFile) int { return cmp.Compare(a.rank, b.rank) })
	if r.result.Earlier, err = r.tx.UnclosedBefore(ctx, r.Organisation.ID, r.in.Period); err != nil {
		return err
	}
	var houses []int64
	var after map[int64]store.AccountSums
	err = r.tx.Savepoint(ctx, func(ctx context.Context, _ *store.Tx) error {
		if err := r.files(ctx, known); err != nil {
			return err
		}
		if err := r.compareFacts(ctx, began); err != nil {
			return err
		}
		if err := r.match(ctx); err != nil {
			return err
		}
		if houses, err = r.compareCharges(ctx); err != nil {
			return err
		}
		if after, err = r.drawUp(ctx, houses); err != nil {
			return err
		}
		return errors.Join(r.others(ctx, after), errDrawnUp)
	})
	if !errors.Is(err, errDrawnUp) {
		return err
	}
	before, err := r.drawUp(ctx, houses)
	if err != nil {
		return err
	}
	return errors.Join(r.settle(before, after), errors.Join(failures...))
}

func (r *rehearser) files(ctx context.Context, files []fetchedFile) error {
	bar := r.Progress.Start("rehearse", len(files))
	defer bar.Done()
	for _, f := range files {
		result, err := r.file(ctx, f)
		if err != nil {
			return fmt.Errorf("rehearse %s: %w", f.Name, err)
		}
		r.result.Files = append(r.result.Files, result)
		bar.Add(1)
	}
	return nil
}

// file applies one file in a savepoint of its own: where it would be refused, the others go on.
func (r *rehearser) file(ctx context.Context, f fetchedFile) (FileResult, error) {
	file := housing.ReceivedFile{Name: f.Name, SHA256: f.SHA256, Size: f.Size, Partner: f.Partner, Received: f.Received}
	what := application{file: file, fetched: f, period: r.in.Period}
	known, err := r.tx.FileByHash(ctx, r.Organisation.ID, f.SHA256)
	var again retrial
	switch {
	case err == nil:
		if f.envelope != nil {
			return knownFile(known, file, known.Counts.Rejected), nil
		}
		again, err = r.retry(ctx, known, f)
		if err != nil || !again.due {
			return knownFile(known, file, again.left), err
		}
		what.file.ID, what.rejected = known.ID, again.rows
	case !errors.Is(err, store.ErrNotFound):
		return FileResult{}, err
	}
	if f.refusal != nil {
		return r.refused(file, f.refusal.Problem, outcomes{})
	}
	if f.envelope != nil {
		f.envelope.describe(&file)
		return FileResult{ReceivedFile: file, Problems: f.envelope.fallen}, r.report(f.Name, f.envelope.fallen, outcomes{})
	}
	what.file.Format, what.file.Subject = f.format.Name(), f.format.Subject()
	var applied *applier
	err = r.tx.Savepoint(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		applied, err = r.applyIn(ctx, tx, what)
		return err
	})
	if applied != nil {
		defer applied.close()
	}
	refusal, isRefusal := errors.AsType[*importers.FileError](err)
	switch {
	case isRefusal && (what.file.ID == 0 || known.Status == housing.FileRefused && refusal.Problem.Russian() != known.Reason):
		r.readingMonths.Clear() // partitions went with the savepoint
		var ends outcomes
		if applied != nil {
			ends = applied.outcomes
		}
		return r.refused(what.file, refusal.Problem, ends)
	case isRefusal || errors.Is(err, errNothingNew):
		r.readingMonths.Clear()
		return knownFile(known, file, again.left), nil
	case err != nil:
		return FileResult{}, err
	}
	r.sources[applied.source] = f.Name
	return FileResult{ReceivedFile: applied.file, Problems: applied.first}, r.report(f.Name, nil, applied.outcomes)
}

func (r *rehearser) refused(file housing.ReceivedFile, problem housing.Problem, ends outcomes) (FileResult, error) {
	file.Status, file.Reason = housing.FileRefused, problem.Russian()
	file.Counts = housing.Counts{Rows: len(ends.verdicts), Rejected: len(ends.verdicts)}
	problem.Row = 0
	shown := append([]housing.Problem{problem}, ends.first...)
	return FileResult{ReceivedFile: file, Problems: shown[:min(len(shown), shownProblems)]}, r.report(file.Name, shown[:1], ends)
}

// report tells the problems of a file, then those of its rows.
func (r *rehearser) report(file string, problems []housing.Problem, ends outcomes) error {
	if r.in.Problems == nil {
		return nil
	}
	tell := func(problems []housing.Problem) error {
		for _, problem := range problems {
			if err := r.in.Problems(file, problem); err != nil {
				return err
			}
		}
		return nil
	}
	if err := tell(problems); err != nil {
		return err
	}
	return ends.each(tell)
}

// largestEffects keeps the accounts whose money moves most.
func largestEffects(list []housing.AccountEffect) []housing.AccountEffect {
	slices.SortFunc(list, func(a, b housing.AccountEffect) int {
		return cmp.Or(cmp.Compare(b.Size(), a.Size()), cmp.Compare(a.Account, b.Account))
	})
	return slices.Clip(list[:min(len(list), shownEffects)])
}
