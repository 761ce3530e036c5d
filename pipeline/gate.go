package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"

	"github.com/kvitok-gkh/kvitok/exporters/gatebook"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/gating"
	"github.com/kvitok-gkh/kvitok/store"
)

// GateResult is how the check before issue stands, and what of it is new.
type GateResult struct {
	store.GateTotals
	Changed int                `json:"changed"` // holds that appeared or ceased now
	Holds   []housing.GateHold `json:"holds,omitempty"`
}

// Holding reports whether an account is kept back.
func (r GateResult) Holding() bool { return r.Held+r.Returned > 0 }

func (p *Pipeline) gateStep(ctx context.Context, period housing.Period, s *Summary) (int, error) {
	result, err := p.Gate(ctx, period)
	s.Gate = result
	return result.Accounts, err
}

// Gate compares every account's charges with those of the month before and holds back what is not
// explained or looks like a mistake (package gating). A house is looked at again only where its facts
// or the bounds have changed; a decision stands as long as what it was made on is the same.
func (p *Pipeline) Gate(ctx context.Context, period housing.Period) (GateResult, error) {
	var result GateResult
	limits, err := gating.LimitsOf(p.Parameters, period)
	if err != nil {
		return result, fmt.Errorf("read the bounds of the gate: %w", err)
	}
	houses, err := p.Store.ChargedHouses(ctx, p.Organisation.ID, period)
	if err != nil {
		return result, err
	}
	bar := p.Progress.Start("gate", len(houses))
	defer bar.Done()
	var mutex sync.Mutex
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(p.Workers)
	for _, house := range houses {
		group.Go(func() error {
			changed, err := p.gateHouse(inner, limits, house, period)
			mutex.Lock()
			defer mutex.Unlock()
			result.Changed += changed
			bar.Add(1)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return result, fmt.Errorf("check %s before issue: %w", period, err)
	}
	if result.GateTotals, err = p.Store.GateTotals(ctx, p.Organisation.ID, period); err != nil {
		return result, err
	}
	result.Holds, err = p.Store.GateHolds(ctx, p.Organisation.ID, period)
	return result, err
}

// gateHouse does nothing where the house was looked at on the same facts already.
func (p *Pipeline) gateHouse(ctx context.Context, limits gating.Limits, house int64, period housing.Period) (changed int, err error) {
	basis, before, err := p.gateBasis(ctx, limits, house, period)
	if err != nil {
		return 0, err
	}
	known, err := p.Store.GateBasis(ctx, house, period)
	if err != nil || known == basis {
		return 0, err
	}
	in := gating.Input{Limits: limits}
	if in.Now, err = p.gateMonth(ctx, house, period); err != nil {
		return 0, err
	}
	if before {
		month, err := p.gateMonth(ctx, house, period.Prev())
		if err != nil {
			return 0, err
		}
		in.Before = &month
	}
	verdicts, err := gating.Judge(in)
	if err != nil {
		return 0, fmt.Errorf("house %s: %w", in.Now.Snapshot.House.Address, err)
	}
	g := store.GatedHouse{House: house, Period: period, Basis: basis, Compared: before, Accounts: len(verdicts)}
	if before {
		if g.Change, err = gating.Together(verdicts); err != nil {
			return 0, fmt.Errorf("house %s: %w", in.Now.Snapshot.House.Address, err)
		}
	}
	for i := range verdicts {
		if len(verdicts[i].Signs) == 0 {
			continue
		}
		hold, err := gateHold(&verdicts[i])
		if err != nil {
			return 0, err
		}
		g.Holds = append(g.Holds, hold)
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		changed, err = tx.SaveGate(ctx, g)
		return err
	})
	return changed, err
}

// gateBasis digests all that the verdict on a house hangs on: both months, the bounds, the program.
func (p *Pipeline) gateBasis(ctx context.Context, limits gating.Limits, house int64, period housing.Period) (basis string, before bool, err error) {
	now, err := p.Store.SnapshotOfHouse(ctx, house, period, false)
	if err != nil {
		return "", false, err
	}
	last, err := p.Store.SnapshotOfHouse(ctx, house, period.Prev(), false)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", false, err
	}
	before = err == nil
	return digestOf([]any{gating.Version, p.Engine, limits, now.SHA256, last.SHA256}), before, nil
}

// digestOf is the digest of a value's JSON, "" for one that has none: it equals no digest.
func digestOf(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}

func (p *Pipeline) gateMonth(ctx context.Context, house int64, period housing.Period) (gating.Month, error) {
	stored, err := p.Store.SnapshotOfHouse(ctx, house, period, true)
	if err != nil {
		return gating.Month{}, err
	}
	snapshot, err := openTrusted(stored.Body)
	if err != nil {
		return gating.Month{}, err
	}
	ledger, err := p.Store.LedgerOfHouse(ctx, house, period)
	return gating.Month{Snapshot: snapshot, Charges: ledger.Charges}, err
}

// openTrusted reads a stored snapshot without the checks that one from outside needs: it was written
// by this program and charged from. That is several times quicker, and the gate reads two a house.
func openTrusted(body []byte) (*housing.Snapshot, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("open a stored snapshot: %w", err)
	}
	defer decoder.Close()
	text, err := decoder.DecodeAll(body, nil)
	if err != nil {
		return nil, fmt.Errorf("open a stored snapshot: %w", err)
	}
	snapshot := &housing.Snapshot{}
	if err := json.Unmarshal(text, snapshot); err != nil {
		return nil, fmt.Errorf("read a stored snapshot: %w", err)
	}
	if err := charging.SpreadServices(snapshot); err != nil {
		return nil, fmt.Errorf("read a stored snapshot: %w", err)
	}
	return snapshot, nil
}

func gateHold(v *gating.Verdict) (housing.GateHold, error) {
	h := housing.GateHold{AccountID: v.Facts.ID, Account: v.Facts.Number, Code: v.Signs[0].Code, Change: v.Change}
	reasons := make([]string, len(v.Signs))
	for i, sign := range v.Signs {
		reasons[i] = sign.Text
	}
	h.Reason = strings.Join(reasons, "; ")
	if h.Key = digestOf([]any{v.Change, v.Signs}); h.Key == "" {
		return h, fmt.Errorf("write the change of account %s", h.Account)
	}
	return h, nil
}

// holdGated keeps back the documents of accounts that the gate holds, after letting it look at what
// was charged last.
func (p *Pipeline) holdGated(
	ctx context.Context, book *documentBook, house int64, documents []*housing.PaymentDocument,
) (good []*housing.PaymentDocument, kept []HeldDocument, err error) {
	if _, err := p.gateHouse(ctx, book.limits, house, book.period); err != nil {
		return nil, nil, err
	}
	held, err := p.Store.HeldAccounts(ctx, house, book.period)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range documents {
		if reason, holds := held[d.Account.ID]; holds {
			kept = append(kept, HeldDocument{Account: d.Account.Number, Reason: reason})
			continue
		}
		good = append(good, d)
	}
	return good, kept, nil
}

// ExportHolds writes the workbook of the accounts that the gate holds, for a person to decide.
func (p *Pipeline) ExportHolds(ctx context.Context, w io.Writer, period housing.Period, by string) (rows int, err error) {
	holds, err := p.Store.GateHolds(ctx, p.Organisation.ID, period)
	if err != nil {
		return 0, err
	}
	meta := gatebook.Meta{Organisation: p.Organisation, Period: period, AsOf: p.Now(), Temp: p.path("work")}
	if err := gatebook.WriteHolds(w, meta, slices.Values(holds)); err != nil {
		return 0, fmt.Errorf("write the workbook of held accounts: %w", err)
	}
	return len(holds), p.noteAccess(ctx, by, "holds", len(holds))
}

// GateAnswerResult is what applying a filled workbook of held accounts did.
type GateAnswerResult struct {
	Released int               `json:"released"`
	Returned int               `json:"returned"`
	Open     int               `json:"open"` // rows left empty
	Problems []housing.Problem `json:"problems,omitempty"`
	Totals   store.GateTotals  `json:"totals"` // how the check stands now
}

// ApplyGate stores the decisions of a filled workbook. A decision on facts that have changed since the
// workbook was written is a problem; the others count.
func (p *Pipeline) ApplyGate(ctx context.Context, period housing.Period, answers []housing.GateAnswer, by string) (GateAnswerResult, error) {
	var result GateAnswerResult
	for _, a := range answers {
		if a.Status == "" {
			result.Open++
			continue
		}
		found, err := p.Store.DecideHold(ctx, p.Organisation.ID, period, store.GateDecision{GateAnswer: a, By: by, At: p.Now()})
		switch {
		case err != nil:
			return result, err
		case !found:
			result.Problems = append(result.Problems, housing.Problem{
				Row: a.Row, Sheet: housing.GateSheet, Column: housing.GateColumnAccount, Value: a.Account, Code: "hold_changed",
				Text: "такого удержания нет или данные изменились после выгрузки: выгрузите книгу снова",
			})
		case a.Status == housing.GateReleased:
			result.Released++
		default:
			result.Returned++
		}
	}
	if err := p.noteWorkbook(ctx, by, "gate", result); err != nil {
		return result, err
	}
	var err error
	result.Totals, err = p.Store.GateTotals(ctx, p.Organisation.ID, period)
	return result, err
}
