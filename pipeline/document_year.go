package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// chartMonths is how many months a payment document looks back, its own included.
const chartMonths = 12

// houseYear is what documents of a house show of the months before.
type houseYear struct {
	months map[int64][]housing.MonthSum // by id of the account
	before map[int64][]store.ServiceMonth
	now    map[int64][]store.ServiceMonth
	papers store.HousePapers
}

func (p *Pipeline) loadYear(ctx context.Context, house int64, period housing.Period) (y houseYear, err error) {
	if y.months, err = p.Store.IssuedMonths(ctx, house, period-(chartMonths-1), period); err != nil {
		return y, err
	}
	if y.before, err = p.serviceMonths(ctx, house, period.Prev()); err != nil {
		return y, err
	}
	if y.now, err = p.serviceMonths(ctx, house, period); err != nil {
		return y, err
	}
	y.papers, err = p.Store.PapersOfHouse(ctx, house, period)
	return y, err
}

func (p *Pipeline) serviceMonths(ctx context.Context, house int64, period housing.Period) (map[int64][]store.ServiceMonth, error) {
	list, err := p.Store.ServiceMonths(ctx, house, period)
	if err != nil {
		return nil, err
	}
	byAccount := map[int64][]store.ServiceMonth{}
	for _, m := range list {
		byAccount[m.Account] = append(byAccount[m.Account], m)
	}
	return byAccount, nil
}

// addYear gives a document the months before, the change against the last one, the use of its meters, and
// what is printed beside: instalments, where it is sent.
func (y houseYear) addYear(d *housing.PaymentDocument, facts *housing.AccountFacts) {
	d.Months = append(slices.Clone(y.months[facts.ID]), housing.MonthSum{Period: d.Period, Amount: d.Charged})
	d.Change = monthChange(y.before[facts.ID], y.now[facts.ID])
	d.Instalments = y.papers.Instalments[facts.ID]
	delivery := y.papers.Delivery[facts.ID]
	d.DeliverTo, d.PostalIndex = delivery.Address, delivery.PostalIndex
	if d.DeliverTo == "" && d.PostalIndex == "" {
		d.PostalIndex = y.papers.PostalIndex
	}
	for i := range d.Meters {
		d.Meters[i].Use = meterUse(&d.Meters[i], facts, d.Period)
	}
}

// monthChange finds the service that changed most; nil where the account was not charged last month.
func monthChange(before, now []store.ServiceMonth) *housing.MonthChange {
	if len(before) == 0 {
		return nil
	}
	c := &housing.MonthChange{}
	for _, m := range before {
		c.Was += m.Amount
	}
	for _, m := range now {
		c.Now += m.Amount
	}
	for _, service := range housing.Services() {
		was, is := ofService(before, service), ofService(now, service)
		if (is.Amount - was.Amount).Abs() <= (c.ServiceNow - c.ServiceWas).Abs() {
			continue
		}
		c.Service, c.ServiceWas, c.ServiceNow = service, was.Amount, is.Amount
		c.VolumeWas, c.VolumeNow, c.PriceWas, c.PriceNow = was.Volume, is.Volume, was.Price, is.Price
		c.CorrectedApart = is.Corrected - was.Corrected
	}
	return c
}

func ofService(list []store.ServiceMonth, service housing.Service) store.ServiceMonth {
	for _, m := range list {
		if m.Service == service {
			return m
		}
	}
	return store.ServiceMonth{}
}

// meterUse is the volumes of a register in the months before and in this one.
func meterUse(m *housing.DocumentMeter, facts *housing.AccountFacts, period housing.Period) []housing.MonthVolume {
	var use []housing.MonthVolume
	for _, meter := range facts.Meters {
		if meter.Service != m.Service || meter.Serial != m.Serial {
			continue
		}
		for _, v := range meter.History {
			if v.Zone == m.Zone && v.Period > period-chartMonths {
				use = append(use, v)
			}
		}
	}
	if m.CurrentOn.IsZero() {
		return use
	}
	return append(use, housing.MonthVolume{Period: period, Zone: m.Zone, Volume: m.Volume, Metered: true})
}

// readingsBy is the last day for the readings of the next month (parameter readings.last_day), none
// where the parameter has no day.
func readingsBy(list []housing.Parameter, period housing.Period) (housing.Date, error) {
	for _, parameter := range list {
		if parameter.Name != "readings.last_day" || !parameter.Valid.Contains(period.First()) {
			continue
		}
		day, err := strconv.Atoi(parameter.Value)
		if err != nil || day < 1 || day > 28 {
			return housing.Date{}, fmt.Errorf("parameter readings.last_day is %q, not a day of every month", parameter.Value)
		}
		return period.Next().First().AddDays(day - 1), nil
	}
	return housing.Date{}, nil
}
