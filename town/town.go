package town

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Config says how large the town is and which month it lives through.
type Config struct {
	Accounts int            // MinAccounts to MaxAccounts
	Seed     uint64         // the same seed gives the same bytes
	Period   housing.Period // from 2026-01 on: the tariffs begin there; zero means October 2026
	// ManyLines charges the resources of the common property by lines of their own in every block, hot water among
	// them in most: twelve lines an account, as many receipts have, instead of ten.
	ManyLines bool
}

// The bounds of a town: below there is not one of everything, above a file would pass the limits of
// the importers.
const (
	MinAccounts = 20
	MaxAccounts = 500_000
)

// ErrConfig says that a town cannot be made.
var ErrConfig = errors.New("bad configuration of the made town")

// Town is a town and its month. Its methods may be called at once and any number of times.
type Town struct {
	accounts      int
	seed          uint64
	period        housing.Period
	manyLines     bool
	organisations Organisations
	houses        []house
	blocks        int // the first houses; private ones follow
}

// The partners that the town's files come from.
const (
	Office   = "office"
	Supplier = "rso"
	Bank     = "bank"
)

// File is one file of a partner. Write may be called again and gives the same bytes.
type File struct {
	Partner string
	Name    string
	Write   func(io.Writer) error
}

// New makes a town.
func New(c Config) (*Town, error) {
	if c.Period.IsZero() {
		c.Period, _ = housing.NewPeriod(2026, time.October)
	}
	first, err := housing.NewPeriod(2026, time.January)
	if err != nil {
		return nil, fmt.Errorf("make a town: %w", err)
	}
	switch {
	case c.Accounts < MinAccounts || c.Accounts > MaxAccounts:
		return nil, fmt.Errorf("%d accounts, expected %d to %d: %w", c.Accounts, MinAccounts, MaxAccounts, ErrConfig)
	case c.Period < first:
		return nil, fmt.Errorf("month %s, expected %s or later: %w", c.Period, first, ErrConfig)
	}
	t := &Town{accounts: c.Accounts, seed: c.Seed, period: c.Period, manyLines: c.ManyLines, organisations: organisations()}
	t.build()
	return t, nil
}

// Period returns the month that the town lives through.
func (t *Town) Period() housing.Period { return t.period }

// Files lists the town's files: partners in the order in which they depend on each other, files of a
// partner in the order of the alphabet of an inbox.
func (t *Town) Files() []File {
	plans := t.plans()
	files := make([]File, 0, len(plans))
	for _, p := range plans {
		files = append(files, File{Partner: p.partner, Name: p.name, Write: p.write})
	}
	return files
}

// plan is a file with what must come of it.
type plan struct {
	partner, name string
	format        string
	write         func(io.Writer) error
	expect        func(*ExpectedFile)
}

func (t *Town) plans() []plan {
	plans := t.officePlans()
	plans = append(plans, t.supplierPlans()...)
	return append(plans, t.bankPlans()...)
}

// The facts of one thing are drawn from a source of its own, so that a change of one kind of fact
// leaves the others as they were.
type drawn uint64

const (
	drawHouse drawn = iota + 1
	drawAccount
	drawMeters
	drawBalance
	drawPayment
	drawClaim
	drawLayout
	drawHeat
)

func (t *Town) rng(of drawn, index int) *rand.Rand {
	return rand.New(rand.NewPCG(t.seed^uint64(of)<<56, uint64(index))) //nolint:gosec // invented facts need no secrecy
}

// between draws a number from low to high, both included.
func between(r *rand.Rand, low, high int) int { return low + r.IntN(high-low+1) }

// chance is true in so many cases of a hundred.
func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// later returns the month so many months after that of the town.
func (t *Town) later(months int) housing.Period {
	return t.period + housing.Period(months) //nolint:gosec // a few years
}

// dayOf returns a day of the month; the calendar of a made town has no surprises.
func dayOf(p housing.Period, day int) housing.Date { return p.First().AddDays(day - 1) }
