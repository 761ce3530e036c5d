package store

import (
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// The year before, for the corrections of its heating and of its common property.

// corrected lists the services that are corrected yearly.
func corrected() []string {
	list := []string{string(housing.Heating)}
	for _, s := range housing.Services() {
		if s.Resource() != "" {
			list = append(list, string(s))
		}
	}
	return list
}

// closedAccounts adds the accounts that were charged in the year before and are closed by now: they
// answer for their own days. They have no services any more.
func (l *completer) closedAccounts() completion {
	const sql = `
SELECT a.house_id, a.id, a.number, a.unified, a.service_code, p.id, p.flat, p.room, p.kind, a.payer, a.opened, a.closed,
    ` + sourceColumns + `a.source_pos
FROM accounts a JOIN premises p ON p.id = a.premises_id JOIN sources s ON s.id = a.source_id
WHERE a.house_id = ANY($1) AND a.organisation_id = $4 AND a.closed <= $2 AND $3::date IS NOT NULL
    AND EXISTS (SELECT FROM charges c WHERE c.house_id = a.house_id AND c.account_id = a.id
        AND c.period >= $5 AND c.period < $5 + interval '1 year' AND c.service = ANY($6))
ORDER BY a.number COLLATE "C"`
	var house int64
	var a housing.Account
	into := append([]any{
		&house, &a.ID, &a.Number, &a.Unified, &a.ServiceID, &a.Premises.ID, &a.Premises.Flat, &a.Premises.Room, &a.Premises.Kind,
		&a.Payer, &a.Opened, &a.Closed,
	}, sourceTargets(&a.Source)...)
	return completion{sql, l.houseArgs(l.Organisation, l.lookBack().First(), corrected()), into, func() error {
		s := l.byHouse[house].snapshot
		s.Accounts = append(s.Accounts, housing.AccountFacts{
			Account: a, Occupancy: []housing.Occupancy{}, Services: []housing.AccountService{},
		})
		return nil
	}}
}

// pastOfAccount is what is known of an account in the year before.
type pastOfAccount struct {
	areas   []housing.Occupancy
	charges []housing.PastCharge
	refunds []housing.PastCharge // corrections of whole months
}

func (l *completer) pastOf(account int64) *pastOfAccount {
	p := l.past[account]
	if p == nil {
		p = &pastOfAccount{}
		l.past[account] = p
	}
	return p
}

func (l *completer) pastAreas() completion {
	const sql = `
SELECT account_id, lower(valid), upper(valid), area::text FROM occupancies
WHERE account_id = ANY($1) AND valid && daterange($2::date, ($2::date + interval '1 year')::date)
ORDER BY account_id, lower(valid)`
	var account int64
	var o housing.Occupancy
	return completion{
		sql,
		[]any{l.accounts, l.lookBack().First()},
		[]any{&account, &o.Valid.From, &o.Valid.To, &o.Area},
		func() error {
			p := l.pastOf(account)
			p.areas = append(p.areas, o)
			return nil
		},
	}
}

// pastCharges are the lines of the year before, and what was corrected of them since. Corrections of an
// earlier year are no part of it.
func (l *completer) pastCharges() completion {
	const sql = `
SELECT c.account_id, c.service, o.inn, c.seg_from, c.seg_to, c.kind, c.rule, c.price::text, c.amount
FROM charges c JOIN organisations o ON o.id = c.payee_id
WHERE c.house_id = ANY($1) AND c.period >= $4 AND c.period < $4 + interval '1 year' AND c.service = ANY($5)
    AND c.kind <> 'benefit' AND c.reason NOT IN ('heating_year', 'heating_distributors', 'common_year')
    AND $2::date IS NOT NULL AND $3::date IS NOT NULL
UNION ALL
SELECT x.account_id, x.service, o.inn, x.month, (x.month + interval '1 month')::date, 'correction', '', '0', x.amount
FROM ledger_lines x JOIN organisations o ON o.id = x.payee_id
WHERE x.house_id = ANY($1) AND x.kind = 'correction' AND x.cause <> '' AND x.month >= $4 AND x.month < $4 + interval '1 year'
    AND x.service = ANY($5)
ORDER BY 1, 2, 4, 6, 3, 8, 9`
	var account int64
	var kind housing.ChargeKind
	var rule string
	var p housing.PastCharge
	into := []any{&account, &p.Service, &p.Payee, &p.Valid.From, &p.Valid.To, &kind, &rule, &p.Price, &p.Charged}
	return completion{sql, l.houseArgs(l.lookBack().First(), corrected()), into, func() error {
		p.OwnSource = rule == "H10"
		past := l.pastOf(account)
		if kind != housing.BaseCharge {
			past.refunds = append(past.refunds, p)
			return nil
		}
		past.charges = append(past.charges, p)
		return nil
	}}
}

// addPast gives every account its year: lines of the same days are one, what was taken off or added in a
// month goes with its first days.
func (l *completer) addPast() error {
	for id, past := range l.past {
		place, found := l.byAccount[id]
		if !found || len(past.charges) == 0 {
			continue
		}
		list, err := past.merged()
		if err != nil {
			return fmt.Errorf("add up the year before of account %s: %w", place.account().Number, err)
		}
		l.addMetered(id, list)
		place.account().Past = list
	}
	return nil
}

func (p *pastOfAccount) merged() ([]housing.PastCharge, error) {
	var list []housing.PastCharge
	add := func(same func(c *housing.PastCharge) bool, charged housing.Money) (bool, error) {
		at := slices.IndexFunc(list, func(c housing.PastCharge) bool { return same(&c) })
		if at < 0 {
			return false, nil
		}
		sum, err := list[at].Charged.Add(charged)
		list[at].Charged = sum
		return true, err
	}
	for _, c := range p.charges {
		found, err := add(func(o *housing.PastCharge) bool {
			return o.Service == c.Service && o.Payee == c.Payee && o.Valid == c.Valid
		}, c.Charged)
		if err != nil {
			return nil, err
		}
		if found {
			continue
		}
		for _, o := range p.areas {
			if o.Valid.Contains(c.Valid.From) {
				c.Area = o.Area
			}
		}
		list = append(list, c)
	}
	for _, c := range p.refunds {
		if _, err := add(func(o *housing.PastCharge) bool {
			return o.Service == c.Service && o.Payee == c.Payee && o.Valid.From.Period() == c.Valid.From.Period()
		}, c.Charged); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// heatReadings are those of heat meters since the end of the year before the last: paid evenly, heat is
// not charged by them month by month, so charges do not tell what they counted.
func (l *completer) heatReadings() completion {
	const sql = `
SELECT m.account_id, m.id, r.taken_on, r.value::text
FROM meters m JOIN readings r ON r.meter_id = m.id AND r.zone = '' AND r.period >= $2 AND r.period < $3
WHERE m.account_id = ANY($1) AND m.service = 'heating' ORDER BY m.account_id, m.id, r.taken_on`
	var account, id int64
	var r housing.Reading
	const before = 3 // months in which the first reading may lie
	from := l.lookBack() - before
	return completion{sql, []any{l.accounts, from.First(), l.first}, []any{&account, &id, &r.On, &r.Value}, func() error {
		l.owner[id] = account
		l.heat[id] = append(l.heat[id], r)
		return nil
	}}
}

// monthVolumes tells what a register counted in each month between its first and its last reading. A
// month without a reading of its own counts nothing: the next one has it all.
func monthVolumes(readings []housing.Reading) ([]housing.MonthVolume, error) {
	var list []housing.MonthVolume
	for i := 1; i < len(readings); i++ {
		for p := readings[i-1].On.Period(); p < readings[i].On.Period(); p++ {
			list = append(list, housing.MonthVolume{Period: p + 1})
		}
		counted, err := readings[i].Value.Sub(readings[i-1].Value)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 || counted.Sign() < 0 {
			continue
		}
		v := &list[len(list)-1]
		if v.Volume, err = v.Volume.Add(counted); err != nil {
			return nil, err
		}
		v.Metered = true
	}
	return list, nil
}

// addHeatHistory gives heat meters the months that their readings tell of.
func (l *completer) addHeatHistory() error {
	for id, readings := range l.heat {
		months, err := monthVolumes(readings)
		if err != nil {
			return fmt.Errorf("count the heat of meter %d: %w", id, err)
		}
		if m := l.meter(id); m != nil {
			m.History = slices.DeleteFunc(slices.Clone(months), func(v housing.MonthVolume) bool { return v.Period < l.lookBack() })
		}
	}
	return nil
}

// addMetered gives the days of a year what the heat meters of the account counted on them.
func (l *completer) addMetered(account int64, list []housing.PastCharge) {
	volumes := map[housing.Period]housing.Decimal{}
	for id, readings := range l.heat {
		if l.owner[id] != account {
			continue
		}
		months, err := monthVolumes(readings)
		if err != nil {
			return // addHeatHistory has told
		}
		for _, v := range months {
			if sum, err := volumes[v.Period].Add(v.Volume); err == nil {
				volumes[v.Period] = sum
			}
		}
	}
	for i := range list {
		p := &list[i]
		volume, metered := volumes[p.Valid.From.Period()]
		if p.Service != housing.Heating || !metered || p.OwnSource {
			continue
		}
		p.Metered, p.Volume = true, volume
		if days := p.Valid.From.Period().Days(); p.Valid.Days() != days {
			p.Volume = partOf(volume, p.Valid.Days(), days)
		}
	}
}

// partOf splits a metered volume by days (R2.10.2), to more digits than any meter has.
func partOf(volume housing.Decimal, days, of int) housing.Decimal {
	const digits = 9
	share, err := housing.RatioOf(int64(days), int64(of))
	if err != nil {
		return volume
	}
	part, err := volume.Ratio().Mul(share).Round(digits)
	if err != nil {
		return volume
	}
	return part.Trim()
}
