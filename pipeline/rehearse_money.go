package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/gating"
	"github.com/kvitok-gkh/kvitok/store"
)

// compareCharges charges every house that the files concern twice, with what stands now and with the
// files, and splits the difference by cause as the gate does. It returns the houses whose ledger may move.
func (r *rehearser) compareCharges(ctx context.Context) ([]int64, error) {
	limits, err := gating.LimitsOf(r.Parameters, r.in.Period)
	if err != nil {
		return nil, fmt.Errorf("read the bounds of the gate: %w", err)
	}
	houses := slices.Sorted(maps.Keys(r.houses))
	if r.everyone != nil {
		refs, err := r.tx.HouseRefs(ctx, r.Organisation.ID)
		if err != nil {
			return nil, err
		}
		houses = houses[:0]
		for _, ref := range refs {
			houses = append(houses, ref.ID)
		}
	}
	bar := r.Progress.Start("charge twice", len(houses))
	defer bar.Done()
	for _, house := range houses {
		bar.Add(1)
		if err := r.compareHouse(ctx, limits, house); err != nil {
			return nil, err
		}
		r.books[house] = true
	}
	r.result.Money.Houses = len(houses)
	return slices.Sorted(maps.Keys(r.books)), nil
}

// wayOf is one house charged one way.
type wayOf struct {
	month gating.Month
	held  map[string]string // account → why
}

func (r *rehearser) compareHouse(ctx context.Context, limits gating.Limits, house int64) error {
	now, err := r.chargeWay(ctx, r.tx.Queries, house)
	if err != nil {
		return err
	}
	before, err := r.chargeWay(ctx, r.Store.Queries, house)
	if err != nil {
		return err
	}
	if now == nil || before == nil && len(now.month.Snapshot.Accounts) == 0 {
		return nil
	}
	in := gating.Input{Limits: limits, Now: now.month}
	if before != nil {
		in.Before = &before.month
	}
	verdicts, err := gating.Judge(in)
	if err != nil {
		return fmt.Errorf("house %s: %w", now.month.Snapshot.House.Address, err)
	}
	seen := map[int64]bool{}
	for i := range verdicts {
		facts := verdicts[i].Facts
		seen[facts.ID] = true
		effect := r.effectOf(now.month.Snapshot, &facts.Account)
		effect.Charges, effect.Held = verdicts[i].Change, now.held[facts.Number]
		if before != nil {
			effect.WasHeld = before.held[facts.Number]
		}
		if err := r.spool.put(facts.ID, effect); err != nil {
			return err
		}
	}
	return r.gone(before, seen)
}

// gone tells of accounts that the house has no more.
func (r *rehearser) gone(before *wayOf, seen map[int64]bool) error {
	if before == nil {
		return nil
	}
	for i := range before.month.Snapshot.Accounts {
		facts := &before.month.Snapshot.Accounts[i]
		if seen[facts.ID] {
			continue
		}
		effect := r.effectOf(before.month.Snapshot, &facts.Account)
		for _, charge := range before.month.Charges[facts.ID] {
			effect.Charges.Was += charge.Amount
		}
		effect.Charges.Causes.Services = -effect.Charges.Was
		effect.WasHeld = before.held[facts.Number]
		effect.Held = "счёта в этом доме не будет"
		if err := r.spool.put(facts.ID, effect); err != nil {
			return err
		}
	}
	return nil
}

// chargeWay charges a house from what the queries see; nil where there is no such house.
func (r *rehearser) chargeWay(ctx context.Context, queries store.Queries, house int64) (*wayOf, error) {
	snapshots, err := r.wholeSnapshots(ctx, queries, r.in.Period, house)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // the house is of the files, or of another organisation
	}
	if err != nil {
		return nil, err
	}
	snapshot := snapshots[0]
	way := &wayOf{month: gating.Month{Snapshot: snapshot, Charges: map[int64][]housing.Charge{}}, held: map[string]string{}}
	result, err := charging.Calculate(snapshot)
	if err != nil { // the house as a whole cannot be charged: the import would still go on
		r.fails(fmt.Sprintf("дом %s не начисляется: %v", snapshot.House.Address, err))
		return way, nil
	}
	ids := map[string]int64{}
	for i := range snapshot.Accounts {
		ids[snapshot.Accounts[i].Number] = snapshot.Accounts[i].ID
	}
	for _, charge := range result.Charges {
		way.month.Charges[ids[charge.Account]] = append(way.month.Charges[ids[charge.Account]], charge)
	}
	for _, finding := range result.Findings {
		if finding.Held && way.held[finding.Account] == "" {
			way.held[finding.Account] = finding.Text
		}
	}
	return way, nil
}

// effectOf begins the effect on an account with the rows of the files that speak of it.
func (r *rehearser) effectOf(s *housing.Snapshot, account *housing.Account) housing.AccountEffect {
	effect := housing.AccountEffect{Account: account.Number, House: s.House.Address, Premises: account.Premises.Title()}
	rows := &touched{}
	for _, t := range []*touched{r.accounts[account.ID], r.houses[s.House.ID], r.everyone} {
		if t == nil {
			continue
		}
		for _, row := range t.rows {
			rows.by(row)
		}
		rows.further += t.further
	}
	r.rows(&effect, rows)
	return effect
}

func (r *rehearser) rows(effect *housing.AccountEffect, t *touched) {
	for _, row := range t.rows {
		effect.Rows = append(effect.Rows, housing.Source{Kind: housing.SourceFile, Name: r.sources[row.source], Position: row.row})
	}
	effect.Further = t.further
}

func (r *rehearser) give(effect housing.AccountEffect) error {
	if !effect.Moves() {
		return nil
	}
	total := &r.result.Money
	total.Accounts++
	total.Was += effect.Charges.Was
	total.Now += effect.Charges.Now
	addCauses(&total.Causes, effect.Charges.Causes)
	total.Opening += effect.Opening
	total.Penalty += effect.Penalty
	total.Paid += effect.Paid
	total.Closing += effect.Closing
	for _, l := range effect.Late {
		r.late[l.Kind()] += l.Amount
	}
	r.result.Accounts = append(r.result.Accounts, effect)
	if len(r.result.Accounts) > 2*shownEffects {
		r.result.Accounts = largestEffects(r.result.Accounts)
	}
	if r.in.Accounts != nil {
		return r.in.Accounts(effect)
	}
	return nil
}

func addCauses(to *housing.Causes, c housing.Causes) {
	to.Tariff += c.Tariff
	to.Volume += c.Volume
	to.Days += c.Days
	to.People += c.People
	to.Area += c.Area
	to.Coefficient += c.Coefficient
	to.Correction += c.Correction
	to.Services += c.Services
	to.Unexplained += c.Unexplained
}
