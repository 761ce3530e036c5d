package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ErrSubsidyRule says that a parameter of subsidies cannot be used.
var ErrSubsidyRule = errors.New("parameter of subsidies cannot be used")

// applyGrants stores benefits and subsidies. A subsidy of more months than the law grants is stored as it was
// granted, with a warning: what lies beyond is not given (charging, R3.3).
func (a *applier) applyGrants(ctx context.Context, rows []housing.BenefitGrantEntry) ([]housing.Outcome, error) {
	outcomes, err := a.tx.ApplyBenefitGrants(ctx, a.Organisation.ID, a.source, rows)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		b := &rows[i]
		if !b.Subsidy || outcomes[i].Verdict == housing.Rejected {
			continue
		}
		text := a.wordOn("subsidy.months", b.Valid.From)
		months, err := strconv.Atoi(text)
		if err != nil || months <= 0 {
			return nil, fmt.Errorf("subsidy.months = %q on %s, expected a number of months: %w", text, b.Valid.From, ErrSubsidyRule)
		}
		last := (b.Valid.From.Period() + housing.Period(months)).First() //nolint:gosec // a few months
		if b.Valid.To.After(last) {
			outcomes[i].Problems = append(outcomes[i].Problems, housing.Problem{
				Code: "subsidy_too_long", Column: "по", Value: b.Valid.To.AddDays(-1).Russian(), Severity: housing.SeverityWarning,
				Text: "субсидия назначается на " + text + " мес.: месяцы с " + last.Russian() + " не учитываются, нужно новое решение",
			})
		}
	}
	return outcomes, nil
}
