package pipeline

import (
	"context"
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

// ReplayResult is what recomputing a month from its stored snapshots came to.
type ReplayResult struct {
	Period      housing.Period     `json:"period"`
	Houses      int                `json:"houses"`
	Lines       int                `json:"lines"`
	Amount      housing.Money      `json:"amount"`
	Differences []ReplayDifference `json:"differences,omitempty"`
}

// ReplayDifference is a line that does not recompute. There must be none.
type ReplayDifference struct {
	House   string `json:"house"`
	Account string `json:"account"`
	Text    string `json:"text"`
}

// Replay recomputes a month from the snapshots stored with its runs, asks nothing else of the
// database, and compares line by line with the charges that stand. It writes nothing.
func (p *Pipeline) Replay(ctx context.Context, period housing.Period) (ReplayResult, error) {
	result := ReplayResult{Period: period}
	totals, err := p.Store.ChargedTotals(ctx, p.Organisation.ID, period)
	if err != nil {
		return result, err
	}
	bar := p.Progress.Start("replay", totals.Houses)
	defer bar.Done()
	err = p.Store.SnapshotsOf(ctx, p.Organisation.ID, period, func(s store.StoredSnapshot) error {
		bar.Add(1)
		return p.replayHouse(ctx, s, &result)
	})
	if err != nil {
		return result, fmt.Errorf("replay %s: %w", period, err)
	}
	return result, nil
}

func (p *Pipeline) replayHouse(ctx context.Context, s store.StoredSnapshot, result *ReplayResult) error {
	snapshot, err := openSnapshot(s.Body)
	if err != nil {
		return err
	}
	again, err := charging.Calculate(snapshot)
	if err != nil {
		return fmt.Errorf("calculate %s again: %w", snapshot.House.Address, err)
	}
	stored, err := p.Store.LedgerOfHouse(ctx, s.House, result.Period)
	if err != nil {
		return err
	}
	result.Houses++
	fresh := map[string][]housing.Charge{}
	for _, charge := range again.Charges {
		fresh[charge.Account] = append(fresh[charge.Account], charge)
		result.Lines++
		if result.Amount, err = result.Amount.Add(charge.Amount); err != nil {
			return fmt.Errorf("add up %s: %w", snapshot.House.Address, err)
		}
	}
	for _, account := range snapshot.Accounts {
		for _, text := range compareLines(stored.Charges[account.ID], fresh[account.Number]) {
			result.Differences = append(result.Differences, ReplayDifference{
				House: snapshot.House.Address, Account: account.Number, Text: text,
			})
		}
		delete(stored.Charges, account.ID)
	}
	for id, lines := range stored.Charges {
		result.Differences = append(result.Differences, ReplayDifference{
			House: snapshot.House.Address, Account: lineAccount(lines, id),
			Text: fmt.Sprintf("has %d charges, but is not in the snapshot", len(lines)),
		})
	}
	return nil
}

func lineAccount(lines []housing.Charge, id int64) string {
	if len(lines) > 0 && lines[0].Account != "" {
		return lines[0].Account
	}
	return fmt.Sprintf("id %d", id)
}

// compareLines says in words how stored lines differ from those computed anew.
func compareLines(stored, fresh []housing.Charge) []string {
	var texts []string
	for i := range max(len(stored), len(fresh)) {
		switch {
		case i >= len(stored):
			texts = append(texts, fmt.Sprintf("line %d: not stored, computes to %s", i+1, lineText(fresh[i])))
		case i >= len(fresh):
			texts = append(texts, fmt.Sprintf("line %d: %s is stored, but does not compute", i+1, lineText(stored[i])))
		default:
			if a, b := lineText(stored[i]), lineText(fresh[i]); a != b {
				texts = append(texts, fmt.Sprintf("line %d: stored %s, computes to %s", i+1, a, b))
			}
		}
	}
	return texts
}

// lineText holds all that a charge is, in a form equal for equal values: a decimal keeps the digits
// it was written with, and those of the database are not those of the calculation.
func lineText(c housing.Charge) string {
	return strings.Join([]string{
		string(c.Service), string(c.Kind), string(c.Zone), c.Payee, c.Segment.From.String() + ".." + c.Segment.To.String(), c.Rule,
		string(c.Method), "volume " + plain(c.Volume), "price " + plain(c.Price), "coefficient " + plain(c.Coefficient),
		c.Amount.Russian() + " roubles", fmt.Sprintf("range %d", c.Range), string(c.Resource), c.Reason, c.Document,
	}, " ")
}

func plain(d housing.Decimal) string {
	text := d.String()
	if strings.ContainsRune(text, '.') {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
