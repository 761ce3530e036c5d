package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// openings adds up the opening balances of a file by house and service, to be proved by its control rows.
type openings struct {
	sums     map[openingCell]housing.Money
	controls []housing.BalanceControl
}

// openingCell is a house and a service of a month; "" stands for all.
type openingCell struct {
	key     string
	service housing.Service
	period  housing.Period
}

// applyOpenings stores balances and adds up those that stand.
func (a *applier) applyOpenings(ctx context.Context, rows []housing.OpeningBalance) ([]housing.Outcome, error) {
	outcomes, err := a.tx.ApplyOpeningBalances(ctx, a.Organisation.ID, a.source, rows)
	if err != nil {
		return nil, err
	}
	numbers := make([]string, len(rows))
	for i := range rows {
		numbers[i] = rows[i].Account
	}
	houses, err := a.tx.AccountHouseKeys(ctx, a.Organisation.ID, numbers)
	if err != nil {
		return nil, err
	}
	if a.openings.sums == nil {
		a.openings.sums = map[openingCell]housing.Money{}
	}
	for i, r := range rows {
		if outcomes[i].Verdict == housing.Rejected {
			continue
		}
		key := houses[r.Account]
		for _, cell := range []openingCell{{key, r.Service, r.Period}, {key, "", r.Period}, {"", r.Service, r.Period}, {"", "", r.Period}} {
			sum, err := a.openings.sums[cell].Add(r.Amount)
			if err != nil {
				return nil, fmt.Errorf("add up opening balances: %w", err)
			}
			a.openings.sums[cell] = sum
		}
	}
	return outcomes, nil
}

// takeControls keeps control rows until the file has been read to its end.
func (a *applier) takeControls(rows []housing.BalanceControl) []housing.Outcome {
	a.openings.controls = append(a.openings.controls, rows...)
	outcomes := make([]housing.Outcome, len(rows))
	for i := range outcomes {
		outcomes[i].Verdict = housing.Unchanged
	}
	return outcomes
}

// shownControls bounds how many disagreements a reason names.
const shownControls = 10

// checkOpenings refuses a registry of opening balances whose totals disagree with its control rows.
func (a *applier) checkOpenings() error {
	if a.known {
		return nil // rows of it were taken before: its totals were proved then
	}
	type disagreement struct {
		text string
		diff housing.Money
	}
	var wrong []disagreement
	for _, c := range a.openings.controls {
		sum := a.openings.sums[openingCell{c.Key, c.Service, c.Period}]
		if sum == c.Amount {
			continue
		}
		wrong = append(wrong, disagreement{fmt.Sprintf("%s, %s (строка %d): в реестре %s, итог %s, разница %s",
			cmp.Or(c.House, "все дома"), cmp.Or(c.Service.Russian(), "все услуги"), c.Source.Position,
			sum.RussianPlain(), c.Amount.RussianPlain(), (sum - c.Amount).RussianPlain()), sum - c.Amount})
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.SortStableFunc(wrong, func(x, y disagreement) int { return cmp.Compare(y.diff.Abs(), x.diff.Abs()) })
	texts := make([]string, 0, shownControls)
	for _, w := range wrong[:min(len(wrong), shownControls)] {
		texts = append(texts, w.text)
	}
	more := ""
	if n := len(wrong) - shownControls; n > 0 {
		more = fmt.Sprintf("; и ещё %d", n)
	}
	if a.file.Counts.Rejected > 0 {
		more += fmt.Sprintf("; отклонено строк: %d", a.file.Counts.Rejected)
	}
	return importers.Refuse("totals_disagree", "контрольные итоги сальдо не сходятся, реестр не загружен целиком: %s%s", strings.Join(texts, "; "), more)
}
