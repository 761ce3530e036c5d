package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/klauspost/compress/zstd"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/correcting"
	"github.com/kvitok-gkh/kvitok/store"
)

// house goes through the closed months of a house in order of time. Once a month came out otherwise, all
// later ones are compared too: they look back at it.
func (c *corrector) house(ctx context.Context, house int64) error {
	moved := false
	for _, m := range c.closed {
		if !moved && !c.due[house][m.Period] {
			continue
		}
		changed, err := c.month(ctx, house, m.Period)
		switch {
		case errors.Is(err, store.ErrNotFound): // not charged in the month, or it is another organisation's
			continue
		case err != nil:
			return fmt.Errorf("house %d in %s: %w", house, m.Period, err)
		}
		moved = moved || changed
	}
	return nil
}

// month compares one closed month and books what comes of it.
func (c *corrector) month(ctx context.Context, house int64, month housing.Period) (changed bool, err error) {
	base, err := c.tx.LastCorrected(ctx, house, month)
	if err != nil {
		return false, err
	}
	in, err := c.compared(ctx, base)
	if err != nil {
		return false, err
	}
	c.result.Houses++
	compared, err := correcting.Compare(in)
	for _, held := range compared.Held {
		c.result.Failed = append(c.result.Failed, CorrectFailure{in.Base.House.Address, held.Account, month, held.Why})
	}
	if errors.Is(err, correcting.ErrHouse) {
		c.result.Failed = append(c.result.Failed, CorrectFailure{House: in.Base.House.Address, Month: month, Why: err.Error()})
		return false, nil
	}
	if err != nil || !compared.Changed {
		return false, err
	}
	if month < c.in.Period-housing.Period(c.rules.lookBack) { //nolint:gosec // a few years
		for i := range compared.Lines {
			compared.Lines[i].NotBooked = beyondLookBack
		}
		for i := range compared.Benefits {
			compared.Benefits[i].NotBooked = beyondLookBack
		}
		c.result.Beyond = append(c.result.Beyond, compared.Lines...)
		c.result.Benefits = append(c.result.Benefits, compared.Benefits...)
		return false, nil
	}
	return c.book(ctx, base, in, compared)
}

// compared loads both sides of a closed month.
func (c *corrector) compared(ctx context.Context, base store.CorrectedMonth) (in correcting.Input, err error) {
	in.Scope = c.rules.scope
	if in.Base, err = openSnapshot(base.Body); err != nil {
		return in, err
	}
	fresh, err := c.wholeSnapshots(ctx, c.tx.Queries, base.Month, base.House)
	if err != nil {
		return in, err
	}
	in.Fresh = fresh[0]
	if c.rules.spread {
		if in.Estimates, err = c.estimate(ctx, in.Fresh); err != nil {
			return in, err
		}
	}
	volumes, err := c.tx.CorrectedVolumes(ctx, base.House)
	if err != nil {
		return in, err
	}
	for _, v := range volumes {
		in.Corrected = append(in.Corrected, correcting.Volume{Meter: v.Meter, MonthVolume: v.MonthVolume})
	}
	in.Calculate = computed
	return in, nil
}

// estimate spreads later readings over a month without one.
func (c *corrector) estimate(ctx context.Context, s *housing.Snapshot) (map[correcting.Register]bool, error) {
	list, err := c.tx.LaterReadings(ctx, s.House.ID, s.Period, c.in.Period)
	if err != nil {
		return nil, err
	}
	later := make(map[correcting.Register]*housing.Reading, len(list))
	for i := range list {
		later[correcting.Register{Meter: list[i].Meter, Zone: list[i].Zone}] = &list[i].Reading
	}
	spread, err := correcting.Spread(s, func(meter int64, zone housing.Zone) *housing.Reading {
		return later[correcting.Register{Meter: meter, Zone: zone}]
	})
	if err != nil {
		return nil, fmt.Errorf("estimate %s: %w", s.House.Address, err)
	}
	return spread, nil
}

// computed is the calculation as corrections ask for it.
func computed(s *housing.Snapshot) (correcting.Computed, error) {
	result, _, err := calculate(s)
	if err != nil {
		return correcting.Computed{}, err
	}
	held := map[string]string{}
	for _, f := range result.Findings {
		if f.Held && held[f.Account] == "" {
			held[f.Account] = f.Text
		}
	}
	return correcting.Computed{Charges: result.Charges, Held: held, Benefits: result.Benefits}, nil
}

// book writes the lines of a month, the facts that they come from, and what its meters came to.
func (c *corrector) book(ctx context.Context, base store.CorrectedMonth, in correcting.Input, compared correcting.Result) (changed bool, err error) {
	round := base.Round + 1
	booked, err := c.ledgerLines(base, compared, round)
	if err != nil {
		return false, err
	}
	if err := c.keepFacts(ctx, base, compared.Snapshot, round); err != nil {
		return false, err
	}
	if len(booked) > 0 {
		added, err := c.tx.AddLedgerLines(ctx, c.in.Period, booked)
		if err != nil {
			return false, err
		}
		if added != int64(len(booked)) {
			return false, fmt.Errorf("%d of %d lines of house %d in %s are new: %w", added, len(booked), base.House, base.Month, ErrLedger)
		}
	}
	if err := c.bookBenefits(ctx, base.House, compared.Benefits, round); err != nil {
		return false, err
	}
	volumes, err := meterVolumes(in, compared)
	if err != nil {
		return false, err
	}
	if len(volumes) > 0 {
		if err := c.tx.PutCorrectedVolumes(ctx, base.House, volumes); err != nil {
			return false, err
		}
	}
	for i := range compared.Lines {
		compared.Lines[i].Round, compared.Lines[i].Booked = round, c.in.Period
	}
	c.result.Lines = append(c.result.Lines, compared.Lines...)
	return len(booked) > 0 || len(volumes) > 0, nil
}

// ledgerLines are the lines of a month as they are booked.
func (c *corrector) ledgerLines(base store.CorrectedMonth, compared correcting.Result, round int) ([]store.LedgerLine, error) {
	booked := make([]store.LedgerLine, len(compared.Lines))
	for i := range compared.Lines {
		l := &compared.Lines[i]
		if c.payees[l.Payee] == 0 {
			return nil, fmt.Errorf("payee %s: %w", l.Payee, store.ErrNotFound)
		}
		booked[i] = store.LedgerLine{
			Key:   fmt.Sprintf("late:%s:%d:%d:%d:%s:%s:%s", base.Month, base.House, round, l.Account.ID, l.Service, l.Payee, l.Cause),
			House: base.House, Account: l.Account.ID, Service: l.Service, Payee: l.Payee, Kind: string(housing.Correction), Month: base.Month,
			Amount: l.Amount, Reason: l.Cause.Russian(), Document: l.Document(), Cause: l.Cause, Round: round,
		}
		for _, fact := range l.Facts {
			if text := fact.Source.String(); text != "" && !slices.Contains(booked[i].Sources, text) {
				booked[i].Sources = append(booked[i].Sources, text)
			}
		}
	}
	return booked, nil
}

// keepFacts keeps the corrected facts of a month: the next late fact is compared with them.
func (c *corrector) keepFacts(ctx context.Context, base store.CorrectedMonth, s *housing.Snapshot, round int) error {
	body, err := charging.NewSnapshotEncoder().Append(nil, s)
	if err != nil {
		return fmt.Errorf("write the corrected facts: %w", err)
	}
	var packed bytes.Buffer
	compress, err := zstd.NewWriter(&packed, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("set up compression: %w", err)
	}
	_, err = compress.Write(body)
	if err := errors.Join(err, compress.Close()); err != nil {
		return fmt.Errorf("compress the corrected facts: %w", err)
	}
	digest := sha256.Sum256(body)
	next := store.CorrectedMonth{Month: base.Month, Round: round, Booked: c.in.Period}
	next.House, next.SHA256, next.Body = base.House, hex.EncodeToString(digest[:]), packed.Bytes()
	return c.tx.AddCorrectedMonth(ctx, next, c.Engine, c.Now())
}

// meterVolumes are what meters came to otherwise than before. A month whose readings were spread stays one
// that was not measured: the reading that measures it takes its volume off.
func meterVolumes(in correcting.Input, compared correcting.Result) ([]store.MeterResult, error) {
	was, err := volumesOf(in.Base, nil)
	if err != nil {
		return nil, err
	}
	now, err := volumesOf(compared.Snapshot, in.Estimates)
	if err != nil {
		return nil, err
	}
	type register struct {
		meter int64
		zone  housing.Zone
	}
	known := map[register]housing.MonthVolume{}
	for _, v := range was {
		known[register{v.Meter, v.Zone}] = v.MonthVolume
	}
	for _, v := range in.Corrected { // base may be spread itself
		if v.Period == in.Base.Period {
			known[register{v.Meter, v.Zone}] = v.MonthVolume
		}
	}
	var changed []store.MeterResult
	for _, v := range now {
		before, stood := known[register{v.Meter, v.Zone}]
		if !stood || before.Metered != v.Metered || before.Volume.Cmp(v.Volume) != 0 {
			changed = append(changed, v)
		}
	}
	return changed, nil
}

// volumesOf are what the meters of a snapshot are charged for, as later months look back at it
// (store: loadHistory, meterVolumes).
func volumesOf(s *housing.Snapshot, spread map[correcting.Register]bool) ([]store.MeterResult, error) {
	result, left, err := calculate(s)
	if err != nil {
		return nil, err
	}
	list := left.Meters
	several := map[int64]bool{}
	for _, m := range list {
		several[m.Meter] = true
	}
	only := onlyMeters(s)
	at := map[correcting.Register]int{}
	for i := range result.Charges {
		ch := &result.Charges[i]
		meter := only[meterName{account: ch.Account, service: ch.Service}]
		if meter == 0 || several[meter] || ch.Kind != housing.BaseCharge || !slices.Contains([]housing.Method{housing.ByMeter, housing.ByAverage, housing.ByNorm}, ch.Method) {
			continue
		}
		key := correcting.Register{Meter: meter, Zone: ch.Zone}
		n, known := at[key]
		if !known {
			n = len(list)
			at[key] = n
			list = append(list, store.MeterResult{Meter: meter, MonthVolume: housing.MonthVolume{Period: s.Period, Zone: ch.Zone, Metered: true}})
		}
		v := &list[n]
		if v.Volume, err = v.Volume.Add(ch.Volume); err != nil {
			return nil, fmt.Errorf("add up meter %d: %w", meter, err)
		}
		v.Metered = v.Metered && ch.Method == housing.ByMeter
	}
	for i := range list {
		if spread[correcting.Register{Meter: list[i].Meter, Zone: list[i].Zone}] {
			list[i].Metered = false
		}
	}
	return list, nil
}

// onlyMeters are the meters that are the only one of their service on an account.
func onlyMeters(s *housing.Snapshot) map[meterName]int64 {
	metered := []housing.Service{housing.ColdWater, housing.HotWater, housing.Electricity, housing.Gas}
	only := map[meterName]int64{}
	for i := range s.Accounts {
		a := &s.Accounts[i]
		for j := range a.Meters {
			m := &a.Meters[j]
			if slices.Contains(metered, m.Service) && !hasOther(a.Meters, j) {
				only[meterName{account: a.Number, service: m.Service}] = m.ID
			}
		}
	}
	return only
}
