package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
	"github.com/kvitok-gkh/kvitok/store"
)

// doubleCode is the code of the finding on a service that is charged twice.
const doubleCode = "double_receipt"

// Doubles finds the services that two charge for on the same premises on the same days.
func (p *Pipeline) Doubles(ctx context.Context, period housing.Period) ([]housing.Double, error) {
	return p.Store.Doubles(ctx, p.Organisation.ID, period)
}

// DecideDouble keeps that two may charge for a service of the premises of an account, or of any account, or takes that back. It
// reports whether that is new.
func (p *Pipeline) DecideDouble(ctx context.Context, d housing.DoubleDecision) (made bool, err error) {
	if !d.Service.Valid() || d.Other == "" {
		return false, fmt.Errorf("doubles of service %q with %q: the service and the other side must be named as kvitok doubles lists them", d.Service, d.Other)
	}
	if d.Reason == "" || d.By == "" {
		return false, errors.New("why and by whom must be said: it goes into the audit trail")
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if d.Account != "" {
			if _, err := tx.AccountID(ctx, p.Organisation.ID, d.Account); err != nil {
				return err
			}
		}
		made, err = tx.DecideDouble(ctx, p.Organisation.ID, d, p.Now())
		return err
	})
	return made, err
}

// DoubleAnswerResult is what the decisions of a filled workbook came to.
type DoubleAnswerResult struct {
	Decided   int               `json:"decided"`
	Unchanged int               `json:"unchanged"`
	Problems  []housing.Problem `json:"problems"`
}

// ApplyDoubleAnswers keeps the decisions of a filled workbook. The same workbook again changes nothing.
func (p *Pipeline) ApplyDoubleAnswers(ctx context.Context, answers []housing.DoubleAnswer, by string) (DoubleAnswerResult, error) {
	var result DoubleAnswerResult
	for _, a := range answers {
		a.By = by
		made, err := p.DecideDouble(ctx, a.DoubleDecision)
		switch {
		case errors.Is(err, store.ErrNotFound):
			result.Problems = append(result.Problems, housing.Problem{
				Row: a.Row, Sheet: housing.DoubleSheet, Column: housing.DoubleColumnAccount, Value: a.Account, Code: "unknown_account",
				Text: "такого лицевого счёта нет: решение не принято",
			})
		case err != nil:
			return result, err
		case made:
			result.Decided++
		default:
			result.Unchanged++
		}
	}
	return result, p.noteWorkbook(ctx, by, "double", result)
}

// WriteDoubles writes them as a workbook.
func (p *Pipeline) WriteDoubles(ctx context.Context, w io.Writer, period housing.Period, list []housing.Double) error {
	meta, err := p.reportMeta(ctx, period)
	if err != nil {
		return err
	}
	if _, err := reports.WriteDoubles(w, meta, list); err != nil {
		return fmt.Errorf("write the doubles: %w", err)
	}
	return nil
}

// placedCharge takes the address of a stated charge apart: a supplier's number is his own, the premises are both's. One beside a
// debt of no month is of the open one, as the debt is.
func (a *applier) placedCharge(c housing.StatedCharge) housing.StatedCharge {
	at := matching.ParseAddress(c.Address)
	c.Key, c.Flat, c.Room = matching.HouseKey(c.Address), at.Flat, at.Room
	if c.Period.IsZero() {
		c.Period = a.period
	}
	return c
}

// doubleFindings are the doubles as the protocol of a run shows them. They never stop the month: where
// they cannot be found, the log says so.
func (p *Pipeline) doubleFindings(ctx context.Context, period housing.Period) []reports.HouseFinding {
	list, err := p.Doubles(ctx, period)
	if err != nil {
		p.Log.LogAttrs(ctx, slog.LevelError, "doubles were not looked for", slog.String("period", period.String()), slog.Any("error", err))
	}
	findings := make([]reports.HouseFinding, 0, len(list))
	for i := range list {
		d := &list[i]
		if d.Right {
			continue
		}
		findings = append(findings, reports.HouseFinding{House: d.House, Finding: housing.Finding{
			Account: d.A.Account, Service: d.Service, Code: doubleCode, Text: d.Russian(),
		}})
	}
	return findings
}
