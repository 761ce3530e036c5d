package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/profiles"
	"github.com/kvitok-gkh/kvitok/receipts"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/pgp"
	"github.com/kvitok-gkh/kvitok/store"
)

// Config is what a pipeline works with. All of it is given by whoever assembles the program.
type Config struct {
	Store        *store.Store
	Organisation housing.Organisation   // the issuer, stored (with its ID)
	Parameters   []housing.Parameter    // dated, of every month
	Orders       []housing.PaymentOrder // by which payments pay debts; the parameter payment.order names one
	Workdays     housing.Workdays       // moves last days to pay
	Formats      importers.Catalogue
	Printer      *receipts.Printer
	Partners     []Partner
	Dir          string            // data folder: archive, work, receipts, reports, protocols
	Engine       string            // version of the program, printed in reports and kept with runs
	Workers      int               // houses worked on at a time
	LedgerBatch  int               // accounts whose ledger one transaction draws up; 0: store.AccountsAtOnce
	SingleFiles  bool              // a receipt file per account beside the print file of its house
	Print        PrintConfig       // what a printing house is given beside
	DebtPartner  string            // partner whose outbox gets the debt registry; "" for none
	DebtProfile  *profiles.Profile // how it is laid out; nil: the classical one of Sber
	DebtNumber   int               // of the registry within the month, 0 for the first
	DebtValues   map[string]string // of the contract, such as the code of a service
	Limits       ReadingLimits
	Letters      *Letters // nil: no documents by e-mail
	// Readings takes what lies in the stream now, for a run that must see it; nil where there is no
	// stream or where its consumer works all the time.
	Readings func(ctx context.Context) (stream.Stats, error)
	Now      func() time.Time
	Log      *slog.Logger
	Progress Progress
}

// Partner is somebody files are exchanged with. Either place may be nil. Both are owned by the caller.
type Partner struct {
	Name    string
	Inbox   *remote.Place
	Outbox  *remote.Place
	InName  *FileNames // how he names files; nil: anyhow
	OutName *FileNames // how ours are named at his place; nil: as we name them
	Keys    *pgp.Keys  // with which files are sealed; nil: they are not
	// EqualRows is what becomes of payments of his files that equal those of others; "": as the format says, or held.
	EqualRows housing.EqualRows
	// KeepDays is how long the archive keeps what was exchanged; see Tidy. Zero: for ever.
	KeepDays int
	// SilentRepeats leaves a file that comes again with the same bytes without an answer.
	SilentRepeats bool
}

// Validate reports everything that is missing.
func (c Config) Validate() error {
	var errs []error
	need := func(missing bool, what string) {
		if missing {
			errs = append(errs, errors.New(what))
		}
	}
	need(c.Store == nil, "the store is not set")
	need(c.Organisation.ID == 0, "the organisation is not set or not stored")
	need(len(c.Parameters) == 0, "there are no parameters")
	need(len(c.Orders) == 0, "there are no orders of payment")
	need(len(c.Formats) == 0, "there are no formats")
	need(c.Printer == nil, "the printer of receipts is not set")
	need(c.Dir == "", "the data folder is not set")
	need(c.Now == nil, "the clock is not set")
	need(c.Log == nil, "the logger is not set")
	return errors.Join(errs...)
}

// Pipeline does the steps of a month for one organisation. Its methods may be called by several
// processes at once.
type Pipeline struct {
	Config
	readingMonths sync.Map  // housing.Period → true: partitions known to exist
	rehearsal     *store.Tx // the transaction in which everything happens; nil: no rehearsal
}

// New checks the configuration and fills in what may be left out.
func New(c Config) (*Pipeline, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("set up the pipeline: %w", err)
	}
	if c.Workers < 1 {
		c.Workers = 1
	}
	if c.LedgerBatch < 1 {
		c.LedgerBatch = store.AccountsAtOnce
	}
	if c.Progress == nil {
		c.Progress = quiet{}
	}
	if c.Limits.Zone == nil {
		c.Limits = DefaultReadingLimits()
	}
	return &Pipeline{Config: c}, nil
}

// path is a place in the data folder.
func (p *Pipeline) path(parts ...string) string {
	return filepath.Join(append([]string{p.Dir}, parts...)...)
}

// reader sees what stands, in a rehearsal with the files.
func (p *Pipeline) reader() store.Queries {
	if p.rehearsal != nil {
		return p.rehearsal.Queries
	}
	return p.Store.Queries
}

// inTx does something in a transaction, in a rehearsal within the one that is never committed.
func (p *Pipeline) inTx(ctx context.Context, do func(context.Context, *store.Tx) error) error {
	if p.rehearsal != nil {
		return p.rehearsal.Savepoint(ctx, do)
	}
	return p.Store.InTx(ctx, do)
}

func (p *Pipeline) partner(name string) (Partner, bool) {
	for _, partner := range p.Partners {
		if partner.Name == name {
			return partner, true
		}
	}
	return Partner{}, false
}

// Progress shows how far a long step is; implementations draw bars or write log lines.
type Progress interface {
	// Start begins a stage of total items (0: not known).
	Start(stage string, total int) Bar
}

// Bar is the progress of one stage.
type Bar interface {
	Add(items int)
	Done()
}

type quiet struct{}

func (quiet) Start(string, int) Bar { return quiet{} }
func (quiet) Add(int)               {}
func (quiet) Done()                 {}
