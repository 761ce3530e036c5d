package charging

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Result is what a snapshot comes to. Charges stand in the order of account number, service
// (housing.Services), segment, zone and kind; findings in the order of accounts, those of the whole
// house first.
type Result struct {
	Charges  []housing.Charge  `json:"charges"`
	Findings []housing.Finding `json:"findings"`

	House    []HouseOutcome         `json:"house,omitempty"`    // what the snapshots of later months need
	Benefits []housing.BenefitShare `json:"benefits,omitempty"` // what authorities of social protection are told
}

// ErrSnapshot says that a snapshot as a whole cannot be calculated: its format, its month or a
// parameter is missing. Whatever is wrong with one account holds that account only.
var ErrSnapshot = errors.New("snapshot cannot be calculated")

// ErrNoAccount says that the snapshot has no such account.
var ErrNoAccount = errors.New("no such account in the snapshot")

// Calculate charges every account of the house.
func Calculate(s *housing.Snapshot) (Result, error) {
	c, err := calculate(s)
	if err != nil {
		return Result{}, err
	}
	return c.result(), nil
}

func (c *calculation) result() Result {
	charges := make([]housing.Charge, len(c.lines))
	for i := range c.lines {
		charges[i] = c.lines[i].charge
	}
	return Result{Charges: charges, Findings: c.findings, House: c.house.outcomes, Benefits: c.reliefs}
}

// Explain gives the lines of one account, each with its trace.
func Explain(s *housing.Snapshot, accountNumber string) ([]housing.Trace, error) {
	known := func(a housing.AccountFacts) bool { return a.Number == accountNumber }
	if !slices.ContainsFunc(s.Accounts, known) {
		return nil, fmt.Errorf("explain account %q: %w", accountNumber, ErrNoAccount)
	}
	c, err := calculate(s)
	if err != nil {
		return nil, err
	}
	return c.traces(func(l *line) bool { return l.charge.Account == accountNumber }), nil
}

// ExplainAll gives every line of the house with its trace, in the order of Result.Charges, and the
// findings.
func ExplainAll(s *housing.Snapshot) ([]housing.Trace, []housing.Finding, error) {
	c, err := calculate(s)
	if err != nil {
		return nil, nil, err
	}
	return c.traces(func(*line) bool { return true }), c.findings, nil
}

// ExplainHouse gives all that Calculate does, and every line with its trace.
func ExplainHouse(s *housing.Snapshot) (Result, []housing.Trace, error) {
	c, err := calculate(s)
	if err != nil {
		return Result{}, nil, err
	}
	return c.result(), c.traces(func(*line) bool { return true }), nil
}

// calculation is one house being charged. acc, held and served belong to the account at hand.
type calculation struct {
	snapshot   *housing.Snapshot
	month      housing.Interval
	days       int
	shares     [32]housing.Ratio // n days of the month
	scale      uint8             // digits of a printed volume
	services   []housing.Service
	tables     []serviceTable // by index of services
	payers     composition
	known      map[string]*housing.Parameter // of the first day, looked up before
	lines      []*line
	page       []line // where the next lines are kept
	uses       []use
	findings   []housing.Finding
	acts       []housing.QualityAct             // in order
	wasteCosts map[int]map[string]housing.Money // by year and account
	states     bool                             // meters are followed day by day (meter.gap_method)
	refunds    bool                             // what was charged above readings is refunded (meter.negative)
	err        error                            // first failure of the snapshot as a whole

	acc      *housing.AccountFacts
	held     bool
	served   []serving
	segments []segment
	ranged   []rangedPiece // of the service at hand, not yet cut at the bounds of ranges
	meters   []*housing.MeterFacts
	shared   *housing.CommunalFlat // whose meters count for the account at hand
	cuts     cutter

	house wholeHouse

	compensations []line // of benefits paid to citizens: no charges
	reliefs       []housing.BenefitShare
}

func calculate(s *housing.Snapshot) (*calculation, error) {
	c, err := newCalculation(s)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(s.Accounts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return strings.Compare(s.Accounts[a].Number, s.Accounts[b].Number)
	})
	c.checkMeters(order)
	c.gatherHeat(order)
	for i, at := range order {
		a := &s.Accounts[at]
		twin := (i > 0 && s.Accounts[order[i-1]].Number == a.Number) ||
			(i+1 < len(order) && s.Accounts[order[i+1]].Number == a.Number)
		c.charge(a, twin)
		if c.err != nil {
			return nil, fmt.Errorf("charge account %s: %w", a.Number, c.err)
		}
	}
	c.shareHouse(order)
	c.splitHouseVolumes()
	c.benefits()
	c.subsidies()
	slices.SortFunc(c.findings, func(a, b housing.Finding) int {
		return cmp.Or(
			strings.Compare(a.Account, b.Account),
			slices.Index(c.services, a.Service)-slices.Index(c.services, b.Service),
			strings.Compare(a.Code, b.Code), strings.Compare(a.Text, b.Text),
		)
	})
	return c, c.err
}

func newCalculation(s *housing.Snapshot) (*calculation, error) {
	switch {
	case s.Format != housing.SnapshotFormat:
		return nil, fmt.Errorf("format %d, expected %d: %w", s.Format, housing.SnapshotFormat, ErrSnapshot)
	case s.Period.IsZero():
		return nil, fmt.Errorf("no period: %w", ErrSnapshot)
	}
	c := &calculation{
		findings: []housing.Finding{}, known: map[string]*housing.Parameter{},
		snapshot: s, month: s.Period.Interval(), days: s.Period.Days(), services: housing.Services(),
	}
	for n := range c.shares {
		share, err := housing.RatioOf(int64(n), int64(c.days))
		if err != nil {
			return nil, fmt.Errorf("count the days of %s: %w", s.Period, err)
		}
		c.shares[n] = share
	}
	scale := c.count("rounding.volume_scale")
	if scale < 0 || scale > 18 {
		return nil, fmt.Errorf("parameter rounding.volume_scale is %d, expected 0 to 18: %w", scale, ErrSnapshot)
	}
	c.scale = uint8(scale)
	c.states, c.refunds = c.optional("meter.gap_method") != nil, c.optional("meter.negative") != nil
	c.acts = inOrder(s.QualityActs, cmpAct)
	c.buildTables()
	lines := 0
	for i := range s.Accounts {
		lines += len(s.Accounts[i].Services) + 1
	}
	c.lines = make([]*line, 0, lines)
	return c, c.err
}

// charge computes one account, or holds it where its facts do not allow it.
func (c *calculation) charge(a *housing.AccountFacts, twin bool) {
	c.acc, c.held = a, false
	first := len(c.lines)
	if twin {
		c.hold("", "duplicate_account", "лицевой счёт встречается в доме дважды")
		c.house.hold(a.Number)
		return
	}
	c.checkAccount()
	if c.held {
		c.house.hold(a.Number)
		return // what the rules would say of contradictory facts only misleads
	}
	for i, service := range c.services {
		if c.serve(service) {
			first, firstUse := len(c.lines), len(c.uses)
			c.chargeService(service, &c.tables[i])
			if !c.held {
				c.correct(service, &c.tables[i], first, firstUse)
			}
		}
	}
	if c.held {
		c.lines = c.lines[:first]
		c.house.hold(a.Number)
	}
}

func (c *calculation) chargeService(service housing.Service, t *serviceTable) {
	switch service {
	case housing.Maintenance, housing.CapitalRepair, housing.Rent:
		c.housingService(service, t)
	case housing.ColdWater, housing.HotWater, housing.Electricity, housing.Gas:
		c.consumption(service, t)
	case housing.Sewage:
		c.sewage(t)
	case housing.Heating:
		c.heating(t)
	case housing.SolidWaste:
		c.solidWaste(t)
	case housing.HotWaterHeat:
		c.hotWaterHeat(t)
	case housing.CommonColdWater, housing.CommonHotWater, housing.CommonHotWaterHeat, housing.CommonElectricity,
		housing.CommonSewage: // shareHouse: what is common is known when all accounts are charged
	}
}

// hold keeps the account from being charged until somebody mends its data.
func (c *calculation) hold(service housing.Service, code, text string) {
	c.held = true
	c.find(housing.Finding{Account: c.acc.Number, Service: service, Code: code, Text: text, Held: true})
}

// note tells about a doubt that the rules have an answer to.
func (c *calculation) note(service housing.Service, code, text string) {
	c.find(housing.Finding{Account: c.acc.Number, Service: service, Code: code, Text: text})
}

// find keeps a finding once: a segment more must not double it.
func (c *calculation) find(f housing.Finding) {
	for i := len(c.findings) - 1; i >= 0 && c.findings[i].Account == f.Account; i-- {
		if c.findings[i] == f {
			return
		}
	}
	c.findings = append(c.findings, f)
}

func (c *calculation) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}
