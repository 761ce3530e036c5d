package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/correcting"
	"github.com/kvitok-gkh/kvitok/store"
)

// CorrectInput says in which open month corrections are booked, and how.
type CorrectInput struct {
	Period   housing.Period
	Rehearse bool // show, book nothing
	All      bool // compare every house and closed month, not only those with facts recorded since the last time
}

// CorrectResult is what late facts of closed months come to.
type CorrectResult struct {
	Period   housing.Period              `json:"period"` // the open month
	Booked   bool                        `json:"booked"`
	Months   []housing.Period            `json:"months"`   // closed months compared
	Houses   int                         `json:"houses"`   // compared, of all months
	Lines    []housing.CorrectionLine    `json:"lines"`    // booked, or to be booked
	Beyond   []housing.CorrectionLine    `json:"beyond"`   // of months that are not corrected any more
	Benefits []housing.BenefitCorrection `json:"benefits"` // of the benefits behind all these lines, and of those paid to citizens
	Failed   []CorrectFailure            `json:"failed"`   // could not be computed with the late facts
	Totals   []CorrectTotal              `json:"totals"`   // of Lines by month and cause
	Amount   housing.Money               `json:"amount"`   // of Lines
	Accounts int                         `json:"accounts"` // of Lines
}

// CorrectTotal is what one cause comes to in one closed month.
type CorrectTotal struct {
	Month    housing.Period          `json:"month"`
	Cause    housing.CorrectionCause `json:"cause"`
	Lines    int                     `json:"lines"`
	Up, Down housing.Money           // what is charged more, and taken off
	Amount   housing.Money           `json:"amount"`
}

// CorrectFailure is a house or an account whose late facts do not allow a closed month to be computed. Nothing
// of it is booked until they are mended.
type CorrectFailure struct {
	House   string         `json:"house"`
	Account string         `json:"account,omitzero"`
	Month   housing.Period `json:"month"`
	Why     string         `json:"why"`
}

// beyondLookBack is the code of the reason why a difference of a month too long ago is not booked.
const beyondLookBack = "beyond_look_back"

func (p *Pipeline) correctStep(ctx context.Context, period housing.Period, s *Summary) (int, error) {
	result, err := p.Correct(ctx, CorrectInput{Period: period})
	s.Correct = result
	return len(result.Lines), err
}

// Correct looks at every closed month that facts recorded since its closing touch: it computes the month
// from the snapshot that was issued (or last corrected) with these facts, and books the difference in the
// open month. The closed month stays as it is. All of it is one transaction; facts that were corrected
// once come out with no difference the next time.
func (p *Pipeline) Correct(ctx context.Context, in CorrectInput) (CorrectResult, error) {
	result := CorrectResult{Period: in.Period}
	if err := p.requireOpen(ctx, in.Period); err != nil {
		return result, err
	}
	rules, err := p.correctionRules(in.Period)
	if err != nil {
		return result, err
	}
	closed, err := p.Store.ClosedMonths(ctx, p.Organisation.ID, in.Period)
	if err != nil || len(closed) == 0 {
		return result, err
	}
	do := func(ctx context.Context, tx *store.Tx) error {
		c := &corrector{Pipeline: p, tx: tx, in: in, rules: rules, result: CorrectResult{Period: in.Period}, due: map[int64]map[housing.Period]bool{}}
		err := c.run(ctx)
		result = c.result
		return err
	}
	if in.Rehearse {
		err = p.Store.Rehearse(ctx, do)
	} else {
		err = p.Store.InTx(ctx, do)
		result.Booked = err == nil
	}
	if err != nil {
		return CorrectResult{Period: in.Period}, fmt.Errorf("correct closed months in %s: %w", in.Period, err)
	}
	return result, nil
}

// correctionRules are the parameters of the open month.
type correctionRules struct {
	lookBack int // closed months before the open one
	scope    correcting.Scope
	spread   bool // a reading is spread over the months charged without one
}

// ErrCorrectionRule says that a parameter of corrections cannot be used.
var ErrCorrectionRule = errors.New("parameter of corrections cannot be used")

func (p *Pipeline) correctionRules(period housing.Period) (r correctionRules, err error) {
	on := period.First()
	months, scope, estimate := p.wordOn("correction.look_back_months", on), p.wordOn("correction.scope", on), p.wordOn("correction.estimated", on)
	if r.lookBack, err = strconv.Atoi(months); err != nil || r.lookBack < 0 {
		return r, fmt.Errorf("correction.look_back_months = %q on %s, expected a number of months: %w", months, on, ErrCorrectionRule)
	}
	if r.scope = correcting.Scope(scope); r.scope != correcting.OwnAccount && r.scope != correcting.WholeHouse {
		return r, fmt.Errorf("correction.scope = %q on %s, expected own_account or whole_house: %w", scope, on, ErrCorrectionRule)
	}
	if r.spread = estimate == "spread"; !r.spread && estimate != "period_of_reading" {
		return r, fmt.Errorf("correction.estimated = %q on %s, expected spread or period_of_reading: %w", estimate, on, ErrCorrectionRule)
	}
	return r, nil
}

// corrector works within one transaction.
type corrector struct {
	*Pipeline
	tx     *store.Tx
	in     CorrectInput
	rules  correctionRules
	closed []store.ClosedBefore
	only   map[int64]bool                    // houses that are looked at; nil: all
	due    map[int64]map[housing.Period]bool // houses and months to compare
	payees map[string]int64
	result CorrectResult
}

func (c *corrector) run(ctx context.Context) (err error) {
	if err := c.tx.LockLedger(ctx, c.Organisation.ID, c.in.Period); err != nil {
		return err
	}
	if _, err := c.tx.ClosedMonth(ctx, c.Organisation.ID, c.in.Period); !errors.Is(err, store.ErrNotFound) {
		return errors.Join(err, fmt.Errorf("%s: %w", c.in.Period, ErrClosed))
	}
	if err := c.tx.EnsureMonth(ctx, c.in.Period); err != nil {
		return fmt.Errorf("prepare %s: %w", c.in.Period, err)
	}
	moment, err := c.tx.SettledMoment(ctx)
	if err != nil {
		return err
	}
	if c.closed, err = c.tx.ClosedMonths(ctx, c.Organisation.ID, c.in.Period); err != nil {
		return err
	}
	if err := c.plan(ctx); err != nil {
		return err
	}
	if c.payees, err = c.tx.OrganisationIDs(ctx); err != nil {
		return err
	}
	bar := c.Progress.Start("correct", len(c.due))
	defer bar.Done()
	for _, house := range slices.Sorted(maps.Keys(c.due)) {
		bar.Add(1)
		if err := c.house(ctx, house); err != nil {
			return err
		}
	}
	for _, m := range c.closed {
		c.result.Months = append(c.result.Months, m.Period)
	}
	if err := c.total(); err != nil {
		return err
	}
	if c.in.Rehearse {
		return nil
	}
	return c.settle(ctx, moment)
}

// settle notes how far facts were compared and brings the ledger in line.
func (c *corrector) settle(ctx context.Context, moment time.Time) error {
	if err := c.tx.MarkCorrected(ctx, c.Organisation.ID, c.result.Months, moment); err != nil {
		return err
	}
	if len(c.result.Lines) == 0 {
		return nil
	}
	if _, err := c.tx.Rebuild(ctx, c.Organisation.ID, c.in.Period); err != nil {
		return err
	}
	c.Log.LogAttrs(ctx, slog.LevelInfo, "closed months corrected", slog.String("period", c.in.Period.String()),
		slog.Int("lines", len(c.result.Lines)), slog.Int("accounts", c.result.Accounts), slog.Int("not_corrected", len(c.result.Failed)))
	return nil
}

// plan says which houses are compared in which months.
func (c *corrector) plan(ctx context.Context) error {
	refs, err := c.tx.HouseRefs(ctx, c.Organisation.ID)
	if err != nil {
		return err
	}
	always := func(store.ClosedBefore) bool { return true }
	late := func(f store.LateFact) {
		recorded := func(m store.ClosedBefore) bool { return f.Recorded.After(m.Seen) }
		if f.House != 0 {
			c.note(f.House, f.Days, recorded)
			return
		}
		for _, ref := range refs {
			c.note(ref.ID, f.Days, recorded)
		}
	}
	if c.in.All {
		for _, ref := range refs {
			c.note(ref.ID, housing.Interval{}, always)
		}
		return nil
	}
	since := c.closed[0].Seen
	for _, m := range c.closed {
		if m.Seen.Before(since) {
			since = m.Seen
		}
	}
	if err := c.tx.LateFacts(ctx, c.Organisation.ID, since, c.in.Period, late); err != nil {
		return err
	}
	if !c.rules.spread {
		return nil
	}
	return c.tx.EstimatedHouses(ctx, c.Organisation.ID, c.in.Period, func(f store.LateFact) { c.note(f.House, f.Days, always) })
}

// note makes a house due in the closed months that days touch.
func (c *corrector) note(house int64, days housing.Interval, recorded func(store.ClosedBefore) bool) {
	if c.only != nil && !c.only[house] {
		return
	}
	for _, m := range c.closed {
		month := m.Period.Interval()
		if (!days.From.IsZero() && !days.From.Before(month.To)) || (!days.To.IsZero() && !days.To.After(month.From)) || !recorded(m) {
			continue
		}
		if c.due[house] == nil {
			c.due[house] = map[housing.Period]bool{}
		}
		c.due[house][m.Period] = true
	}
}

// total adds up what was found.
func (c *corrector) total() error {
	byCause := map[housing.Period]map[housing.CorrectionCause]*CorrectTotal{}
	accounts := map[string]bool{}
	for i := range c.result.Lines {
		l := &c.result.Lines[i]
		accounts[l.Account.Number] = true
		if byCause[l.Month] == nil {
			byCause[l.Month] = map[housing.CorrectionCause]*CorrectTotal{}
		}
		t := byCause[l.Month][l.Cause]
		if t == nil {
			t = &CorrectTotal{Month: l.Month, Cause: l.Cause}
			byCause[l.Month][l.Cause] = t
		}
		t.Lines++
		part := &t.Up
		if l.Amount < 0 {
			part = &t.Down
		}
		for _, sum := range []*housing.Money{part, &t.Amount, &c.result.Amount} {
			if err := addTo(l.Amount, sum); err != nil {
				return fmt.Errorf("add up the corrections: %w", err)
			}
		}
	}
	c.result.Accounts = len(accounts)
	for _, month := range slices.Sorted(maps.Keys(byCause)) {
		for _, cause := range housing.CorrectionCauses() {
			if t := byCause[month][cause]; t != nil {
				c.result.Totals = append(c.result.Totals, *t)
			}
		}
	}
	return nil
}
