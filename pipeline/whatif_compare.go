package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// comparison adds up what the houses come to at both rates.
type comparison struct {
	result   *reports.WhatIf
	services map[housing.Service]*reports.ServiceChange
	keys     map[string]bool // addresses of the houses seen
	bar      Bar
}

func newComparison(result *reports.WhatIf, bar Bar) *comparison {
	return &comparison{result: result, bar: bar, services: map[housing.Service]*reports.ServiceChange{}, keys: map[string]bool{}}
}

// The two ways in which an account is charged.
const (
	atPresent = iota
	atTried
)

// bothWays is one account at both rates.
type bothWays struct {
	services map[housing.Service]*[2]housing.Money
	sums     [2]housing.Money
	held     [2]string // why, in Russian
}

// fail reports a house that cannot be computed.
func (c *comparison) fail(address string, accounts int, why error) {
	c.result.Failed++
	c.keys[matching.HouseKey(address)] = true
	c.result.Houses = append(c.result.Houses, reports.HouseChange{House: address, Omitted: accounts, Failed: why.Error()})
}

// house compares one house. Only sums that outgrow money are errors.
func (c *comparison) house(s *housing.Snapshot, rates Rates) error {
	var results [2]charging.Result
	for way, snapshot := range [2]*housing.Snapshot{s, rates.Replace(s)} {
		result, err := charging.Calculate(snapshot)
		if err != nil {
			c.fail(s.House.Address, len(s.Accounts), err)
			return nil
		}
		results[way] = result
	}
	c.keys[matching.HouseKey(s.House.Address)] = true
	accounts := make(map[string]*bothWays, len(s.Accounts))
	for i := range s.Accounts {
		accounts[s.Accounts[i].Number] = &bothWays{services: map[housing.Service]*[2]housing.Money{}}
	}
	for way := range results {
		if err := c.collect(results[way], way, accounts); err != nil {
			return fmt.Errorf("add up %s: %w", s.House.Address, err)
		}
	}
	house := reports.HouseChange{House: s.House.Address}
	for i := range s.Accounts {
		if err := c.account(s, &s.Accounts[i].Account, accounts[s.Accounts[i].Number], &house); err != nil {
			return fmt.Errorf("add up account %s: %w", s.Accounts[i].Number, err)
		}
	}
	c.result.Houses = append(c.result.Houses, house)
	return nil
}

// collect adds up the lines of one way by account and service.
func (c *comparison) collect(result charging.Result, way int, accounts map[string]*bothWays) error {
	for i := range result.Charges {
		charge := &result.Charges[i]
		account := accounts[charge.Account]
		service := account.services[charge.Service]
		if service == nil {
			service = &[2]housing.Money{}
			account.services[charge.Service] = service
		}
		if err := addTo(charge.Amount, &service[way], &account.sums[way]); err != nil {
			return err
		}
		if way == atPresent {
			if err := addTo(charge.Amount, &c.result.Again); err != nil {
				return err
			}
		}
	}
	for _, f := range result.Findings {
		if account := accounts[f.Account]; f.Held && account != nil && account.held[way] == "" {
			account.held[way] = f.Text
		}
	}
	return nil
}

func (c *comparison) account(s *housing.Snapshot, a *housing.Account, both *bothWays, house *reports.HouseChange) error {
	if reason := both.reason(); reason != "" {
		house.Omitted++
		c.result.Omitted = append(c.result.Omitted, reports.NotCompared{House: s.House.Address, Account: a.Number, Reason: reason})
		return nil
	}
	above := c.above(both.sums)
	for _, change := range []*reports.Change{&house.Change, &c.result.Total} {
		if err := count(change, both.sums, above); err != nil {
			return err
		}
	}
	for service, sums := range both.services {
		known := c.services[service]
		if known == nil {
			known = &reports.ServiceChange{Service: service}
			c.services[service] = known
		}
		if err := count(&known.Change, *sums, c.above(*sums)); err != nil {
			return err
		}
	}
	if both.sums[atTried] <= both.sums[atPresent] {
		return nil
	}
	risen := reports.AccountChange{
		House: s.House.Address, Premises: a.Premises.Title(), Account: a.Number, Now: both.sums[atPresent], Then: both.sums[atTried],
		Difference: both.sums[atTried] - both.sums[atPresent], Percent: percentOf(both.sums[atPresent], both.sums[atTried]),
	}
	if above {
		c.result.Above = append(c.result.Above, risen)
	}
	c.result.Largest = append(c.result.Largest, risen)
	if len(c.result.Largest) > 2*largestRises {
		c.result.Largest = largest(c.result.Largest)
	}
	return nil
}

// reason says in Russian why an account cannot be compared, "" where it can.
func (b *bothWays) reason() string {
	switch {
	case b.held[atPresent] != "" && b.held[atTried] != "":
		return "удержан и сейчас: " + b.held[atPresent]
	case b.held[atPresent] != "":
		return "сейчас удержан: " + b.held[atPresent]
	case b.held[atTried] != "":
		return "при новых ставках был бы удержан: " + b.held[atTried]
	}
	return ""
}

// above reports whether a payment rises by more than the limit; one that was nothing does.
func (c *comparison) above(sums [2]housing.Money) bool {
	if sums[atTried] <= sums[atPresent] {
		return false
	}
	rise := wholeRatio(sums[atTried]).Sub(wholeRatio(sums[atPresent])).Mul(housing.Whole(100).Ratio())
	return rise.Cmp(wholeRatio(sums[atPresent]).Mul(c.result.Limit.Ratio())) > 0
}

func wholeRatio(m housing.Money) housing.Ratio { return housing.Whole(int64(m)).Ratio() }

// percentOf is the change in percent of what is paid now, to a tenth; nil where that is nothing.
func percentOf(before, after housing.Money) *housing.Decimal {
	if before <= 0 {
		return nil
	}
	part, err := wholeRatio(after).Sub(wholeRatio(before)).Mul(housing.Whole(100).Ratio()).Quo(wholeRatio(before))
	if err != nil {
		return nil
	}
	percent, err := part.Round(1)
	if err != nil {
		return nil
	}
	return &percent
}

func count(change *reports.Change, sums [2]housing.Money, above bool) error {
	change.Accounts++
	if above {
		change.Above++
	}
	if err := addTo(sums[atPresent], &change.Now); err != nil {
		return err
	}
	return addTo(sums[atTried], &change.Then)
}

func addTo(amount housing.Money, totals ...*housing.Money) error {
	for _, total := range totals {
		sum, err := total.Add(amount)
		if err != nil {
			return err
		}
		*total = sum
	}
	return nil
}

// finish sorts, and says which rates were of no house.
func (c *comparison) finish(rates Rates) error {
	for _, service := range housing.Services() {
		if change := c.services[service]; change != nil {
			c.result.Services = append(c.result.Services, *change)
		}
	}
	changes := make([]*reports.Change, 0, 1+len(c.result.Services)+len(c.result.Houses))
	changes = append(changes, &c.result.Total)
	for i := range c.result.Services {
		changes = append(changes, &c.result.Services[i].Change)
	}
	for i := range c.result.Houses {
		changes = append(changes, &c.result.Houses[i].Change)
	}
	for _, change := range changes {
		difference, err := change.Then.Sub(change.Now)
		if err != nil {
			return fmt.Errorf("compare the totals: %w", err)
		}
		change.Difference, change.Percent = difference, percentOf(change.Now, change.Then)
	}
	slices.SortFunc(c.result.Above, byRise)
	c.result.Largest = largest(c.result.Largest)
	for _, key := range rates.houses() {
		if !c.keys[key] {
			c.result.Notes = append(c.result.Notes, "дома из файла нет среди начисленных: "+rates.address(key))
		}
	}
	return nil
}

// houses lists the keys of the houses that have rates of their own.
func (r Rates) houses() []string {
	keys := make([]string, 0, len(r.Tariffs)+len(r.Norms))
	for i := range r.Tariffs {
		keys = append(keys, r.Tariffs[i].House)
	}
	for i := range r.Norms {
		keys = append(keys, r.Norms[i].House)
	}
	slices.Sort(keys)
	return slices.DeleteFunc(slices.Compact(keys), func(key string) bool { return key == "" })
}

func byRise(a, b reports.AccountChange) int {
	return cmp.Or(cmp.Compare(b.Difference, a.Difference), strings.Compare(a.Account, b.Account))
}

func largest(list []reports.AccountChange) []reports.AccountChange {
	slices.SortFunc(list, byRise)
	return slices.Clip(list[:min(len(list), largestRises)])
}
