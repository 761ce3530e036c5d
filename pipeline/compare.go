package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/accounts"
)

// ErrOldFile says that the file of the old system is no table of a month.
var ErrOldFile = errors.New("not a month of another system: expected the columns Лицевой счёт, Услуга, Начислено")

// oldProblems bounds how many rows of the old file are told about.
const oldProblems = 1000

// Compare sets a month of ours beside that of the system before: by account and service, each difference of a charge
// with its cause, the largest first. It writes nothing to the database.
func (p *Pipeline) Compare(ctx context.Context, period housing.Period, old string) (housing.Comparison, error) {
	c := comparer{
		old: map[monthKey]*housing.OldMonth{}, groups: map[groupKey]*housing.ComparedSum{},
		result: housing.Comparison{Period: period, File: filepath.Base(old)},
	}
	if err := c.read(ctx, old, p.path("work")); err != nil {
		return c.result, err
	}
	ours := 0
	for own, err := range p.Store.OwnMonths(ctx, p.Organisation.ID, period) {
		if err != nil {
			return c.result, fmt.Errorf("compare %s: %w", period, err)
		}
		ours++
		key := monthKey{own.Account.Number, own.Service}
		c.compare(&own, c.old[key])
		delete(c.old, key)
	}
	if ours == 0 {
		return c.result, fmt.Errorf("compare %s: %w", period, errNothingCharged)
	}
	for _, m := range c.old {
		c.compare(nil, m)
	}
	c.finish()
	return c.result, nil
}

var errNothingCharged = errors.New("the month has no balances yet: run charge and ledger first")

type monthKey struct {
	account string
	service housing.Service
}

type groupKey struct {
	house   string
	service housing.Service
}

type comparer struct {
	old    map[monthKey]*housing.OldMonth
	groups map[groupKey]*housing.ComparedSum
	result housing.Comparison
}

// read takes the rows of the old system; those that cannot be read are told.
func (c *comparer) read(ctx context.Context, path, temp string) (err error) {
	content, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("open the month of the old system: %w", err)
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	info, err := content.Stat()
	if err != nil {
		return fmt.Errorf("open the month of the old system: %w", err)
	}
	in := importers.Input{Name: filepath.Base(path), Size: info.Size(), Content: content, Temp: temp}
	sample, err := importers.NewSample(in)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	formats := accounts.OldMonthFormats()
	at := slices.IndexFunc(formats, func(f importers.Format) bool { return f.Recognise(sample) })
	if at < 0 {
		return fmt.Errorf("read %s: %w", path, ErrOldFile)
	}
	_, err = formats[at].Decode(ctx, in, func(r importers.Record) error {
		c.result.Rows++
		if m, ok := r.Fact.(housing.OldMonth); ok && !r.Rejected() {
			return c.add(m)
		}
		c.result.Rejected++
		for _, problem := range r.Problems {
			if problem.Row = r.Row; len(c.result.Problems) < oldProblems {
				c.result.Problems = append(c.result.Problems, problem)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

func (c *comparer) add(m housing.OldMonth) error {
	key := monthKey{m.Account, m.Service}
	known := c.old[key]
	if known == nil {
		c.old[key] = &m
		return nil
	}
	for _, sum := range []struct {
		to   *housing.Money
		more housing.Money
	}{{&known.Charged, m.Charged}, {&known.Paid, m.Paid}, {&known.Closing, m.Closing}} {
		if err := addTo(sum.more, sum.to); err != nil {
			return fmt.Errorf("add up account %s: %w", m.Account, err)
		}
	}
	volume, err := known.Volume.Add(m.Volume)
	if err != nil {
		return fmt.Errorf("add up account %s: %w", m.Account, err)
	}
	if known.Volume = volume; known.Price.Cmp(m.Price) != 0 {
		known.Price = housing.Decimal{} // there is more than one
	}
	known.HasPaid, known.HasClosing = known.HasPaid || m.HasPaid, known.HasClosing || m.HasClosing
	return nil
}

// compare sets one service of one account side by side; nil where a system does not have it.
func (c *comparer) compare(own *housing.OwnMonth, old *housing.OldMonth) {
	d := housing.Difference{}
	hasPaid, hasClosing := true, true
	if own != nil {
		d.House, d.Account, d.Service = own.House, own.Account.Number, own.Service
		d.Charged.Our, d.Paid.Our, d.Closing.Our = own.Charged, own.Paid, own.Closing
	}
	if old != nil {
		d.Account, d.Service = old.Account, old.Service
		d.Charged.Old, d.Paid.Old, d.Closing.Old = old.Charged, old.Paid, old.Closing
		hasPaid, hasClosing = old.HasPaid, old.HasClosing
	}
	if !hasPaid {
		d.Paid.Old = d.Paid.Our
	}
	if !hasClosing {
		d.Closing.Old = d.Closing.Our
	}
	differs := d.Charged.Diff() != 0 || d.Paid.Diff() != 0 || d.Closing.Diff() != 0
	c.sum(&d, differs)
	if !differs {
		c.result.Equal++
		return
	}
	d.Cause, d.Note = causeOf(own, old, d)
	c.result.Differences = append(c.result.Differences, d)
}

func (c *comparer) sum(d *housing.Difference, differs bool) {
	key := groupKey{d.House, d.Service}
	group := c.groups[key]
	if group == nil {
		group = &housing.ComparedSum{House: d.House, Service: d.Service}
		c.groups[key] = group
	}
	for _, s := range []*housing.ComparedSum{group, &c.result.Total} {
		s.Charged.Old += d.Charged.Old
		s.Charged.Our += d.Charged.Our
		s.Paid.Old += d.Paid.Old
		s.Paid.Our += d.Paid.Our
		s.Closing.Old += d.Closing.Old
		s.Closing.Our += d.Closing.Our
		if differs {
			s.Differ++
		}
	}
}

// finish puts everything in order.
func (c *comparer) finish() {
	r := &c.result
	slices.SortFunc(r.Differences, func(a, b housing.Difference) int {
		return cmp.Or(cmp.Compare(b.Charged.Diff().Abs(), a.Charged.Diff().Abs()), cmp.Compare(b.Closing.Diff().Abs(), a.Closing.Diff().Abs()),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.Service, b.Service))
	})
	for _, group := range c.groups {
		r.Groups = append(r.Groups, *group)
	}
	order := housing.Services()
	slices.SortFunc(r.Groups, func(a, b housing.ComparedSum) int {
		return cmp.Or(cmp.Compare(a.House, b.House), slices.Index(order, a.Service)-slices.Index(order, b.Service))
	})
	for _, cause := range housing.ComparisonCauses() {
		sum := housing.ComparedCause{Cause: cause}
		for i := range r.Differences {
			if r.Differences[i].Cause == cause {
				sum.Rows++
				sum.Amount += r.Differences[i].Charged.Diff()
			}
		}
		if sum.Rows > 0 {
			r.ByCause = append(r.ByCause, sum)
		}
	}
}

// WriteComparison writes it as a workbook.
func (p *Pipeline) WriteComparison(ctx context.Context, w io.Writer, c *housing.Comparison) error {
	meta, err := p.reportMeta(ctx, c.Period)
	if err != nil {
		return err
	}
	if _, err := reports.WriteComparison(w, meta, c); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	return nil
}
