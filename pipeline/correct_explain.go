package pipeline

import (
	"context"
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

// ExplainedCorrection is a correction with the calculation of its month before and after the late facts. Both
// are those of the whole round: where it has several causes, each line is a part of their difference.
type ExplainedCorrection struct {
	store.BookedCorrection
	Was []housing.Trace `json:"was"`
	Now []housing.Trace `json:"now"`
}

// ExplainCorrections explains the corrections of an account that are booked in a month, or are about it.
func (p *Pipeline) ExplainCorrections(ctx context.Context, account string, period housing.Period) ([]ExplainedCorrection, error) {
	booked, err := p.Store.CorrectionsOf(ctx, p.Organisation.ID, account, period)
	if err != nil {
		return nil, err
	}
	if err := p.nameReceipts(ctx, booked); err != nil {
		return nil, err
	}
	list := make([]ExplainedCorrection, len(booked))
	for i := range booked {
		e := &list[i]
		e.BookedCorrection = booked[i]
		if e.Was, err = p.traceRound(ctx, &booked[i], booked[i].Round-1); err != nil {
			return nil, err
		}
		if e.Now, err = p.traceRound(ctx, &booked[i], booked[i].Round); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// traceRound traces what a correction is about as it stood after a round.
func (p *Pipeline) traceRound(ctx context.Context, b *store.BookedCorrection, round int) ([]housing.Trace, error) {
	stored, err := p.Store.CorrectedRound(ctx, b.House, b.Month, round)
	if err != nil {
		return nil, err
	}
	snapshot, err := openSnapshot(stored.Body)
	if err != nil {
		return nil, err
	}
	all, _, err := charging.ExplainAll(snapshot)
	if err != nil {
		return nil, fmt.Errorf("explain %s of account %s: %w", b.Month, b.Account, err)
	}
	traces := []housing.Trace{}
	for i := range all {
		if c := &all[i].Charge; c.Account == b.Account && c.Service == b.Service && c.Payee == b.Payee {
			traces = append(traces, all[i])
		}
	}
	return traces, nil
}

// traceCorrections finds the corrections of closed months that rest on a source.
func (p *Pipeline) traceCorrections(ctx context.Context, source housing.Source, t *SourceTrace) (err error) {
	text := strings.Trim(sourcePrefix(source), "\"")
	if t.Corrected, err = p.Store.CorrectionsFrom(ctx, p.Organisation.ID, text, source.Position < 0); err != nil {
		return err
	}
	return p.nameReceipts(ctx, t.Corrected)
}

// nameReceipts names the issued documents that corrections stand on: those of the months they are booked in.
func (p *Pipeline) nameReceipts(ctx context.Context, booked []store.BookedCorrection) error {
	accounts := map[housing.Period][]string{}
	for i := range booked {
		accounts[booked[i].Booked] = append(accounts[booked[i].Booked], booked[i].Account)
	}
	for period, numbers := range accounts {
		documents, err := p.Store.DocumentsOf(ctx, p.Organisation.ID, numbers, period)
		if err != nil {
			return err
		}
		for i := range booked {
			if booked[i].Booked == period {
				booked[i].Receipt = documents[booked[i].Account]
			}
		}
	}
	return nil
}
