package pipeline

import (
	"context"
	"fmt"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/store"
)

// wholeSnapshots are all that houses are charged from, in the order of the houses.
func (p *Pipeline) wholeSnapshots(ctx context.Context, q store.Queries, period housing.Period, houses ...int64) ([]*housing.Snapshot, error) {
	snapshots, err := q.LoadSnapshots(ctx, p.Organisation, houses, period)
	if err != nil {
		return nil, err
	}
	return snapshots, p.complete(ctx, q, period, snapshots)
}

// complete adds to snapshots what does not stand with their accounts, and the rules of the month.
func (p *Pipeline) complete(ctx context.Context, q store.Queries, period housing.Period, snapshots []*housing.Snapshot) error {
	if err := p.addFacts(ctx, q, period, snapshots...); err != nil {
		return err
	}
	rules := parameters.ForCharging(p.Parameters, period)
	for _, s := range snapshots {
		s.Parameters = rules
	}
	return nil
}

// addFacts completes snapshots by what stands beside areas, people, services, meters and readings. What
// a month looks back at is said by its parameters.
func (p *Pipeline) addFacts(ctx context.Context, q store.Queries, period housing.Period, snapshots ...*housing.Snapshot) error {
	month := p.wordOn("correction.month_in_q1", period.First())
	err := q.AddFacts(ctx, store.FactsWanted{
		Organisation: p.Organisation.ID, Period: period,
		Correction:  month == strconv.Itoa(int(period.Month())),
		EvenHeating: p.wordOn("heating.mode", period.First()) == "even",
	}, snapshots...)
	if err != nil {
		return fmt.Errorf("complete the snapshots: %w", err)
	}
	return nil
}

// wordOn is the value of a parameter on a day, "" where it has none.
func (p *Pipeline) wordOn(name string, on housing.Date) string {
	for i := range p.Parameters {
		if parameter := &p.Parameters[i]; parameter.Name == name && parameter.Valid.Contains(on) {
			return parameter.Value
		}
	}
	return ""
}

// calculate charges a house and tells what the month leaves to later ones.
func calculate(s *housing.Snapshot) (charging.Result, store.Outcomes, error) {
	var left store.Outcomes
	meters := severalMeters(s)
	var result charging.Result
	var volumes []charging.MeterVolume
	var err error
	if len(meters) == 0 {
		result, err = charging.Calculate(s)
	} else {
		result, volumes, err = charging.CalculateMeters(s)
	}
	if err != nil {
		return result, left, fmt.Errorf("calculate: %w", err)
	}
	for _, o := range result.House {
		left.Results = append(left.Results, store.HouseResult{
			Service: o.Service, Known: o.Known, Volume: o.Volume, Charged: o.Charged, Carried: o.Carried,
		})
	}
	for _, v := range volumes {
		if id := meters[meterName{v.Account, v.Flat, v.Serial, v.Service}]; id != 0 {
			left.Meters = append(left.Meters, store.MeterResult{Meter: id, MonthVolume: v.MonthVolume})
		}
	}
	return result, left, nil
}

// meterName is a meter as the calculation names it.
type meterName struct {
	account, flat, serial string
	service               housing.Service
}

// severalMeters finds the meters whose volumes the charges do not tell: several of one service, those of
// heat, which is charged together with the common part of the house, those common to a flat, and those put in within
// the month, whose days before are charged without them.
func severalMeters(s *housing.Snapshot) map[meterName]int64 {
	var found map[meterName]int64
	add := func(account, flat string, m *housing.MeterFacts) {
		if found == nil {
			found = map[meterName]int64{}
		}
		found[meterName{account, flat, m.Serial, m.Service}] = m.ID
	}
	for i := range s.Accounts {
		a := &s.Accounts[i]
		for j := range a.Meters {
			m := &a.Meters[j]
			if m.Service == housing.Heating || hasOther(a.Meters, j) || m.Commissioned.After(s.Period.First()) {
				add(a.Number, "", m)
			}
		}
	}
	for i := range s.CommunalFlats {
		f := &s.CommunalFlats[i]
		for j := range f.Meters {
			add("", f.Flat, &f.Meters[j])
		}
	}
	return found
}

func hasOther(meters []housing.MeterFacts, at int) bool {
	for i := range meters {
		if i != at && meters[i].Service == meters[at].Service {
			return true
		}
	}
	return false
}
