package penalties

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// piece is a part of a claim that bears penalty until one day at one rate.
type piece struct {
	amount housing.Money
	until  housing.Date // first day on which it bears nothing more
	rate   housing.Decimal
	basis  string
	known  bool // there is a rate
}

// Calculate gives the penalty of a claim from its first day up to and with the evening of asOf. A
// claim of nothing, one not due yet and one paid in time have no rows. The error is an overflow of
// amounts or ErrParameter for a group that the rules do not know.
func Calculate(c Claim, asOf housing.Date, rules Rules) (Result, error) {
	if len(rules.steps[c.Group]) == 0 {
		return Result{}, fmt.Errorf("group %q of a claim has no shares of the rate: %w", c.Group, ErrParameter)
	}
	w := work{claim: c, asOf: asOf, rules: rules, result: Result{Confirmed: true}}
	w.split()
	var total housing.Ratio
	stretches := w.stretches()
	if len(stretches) > 0 {
		w.result.Rows = make([]Row, 0, len(stretches)*len(w.pieces)) // one for each rate
	}
	for _, days := range stretches {
		var err error
		if total, err = w.row(days, total); err != nil {
			return Result{}, fmt.Errorf("penalty of %s due on %s: %w", c.Period, c.Due, err)
		}
	}
	if n := len(w.result.Rows); n > 0 {
		w.result.Total = w.result.Rows[n-1].Running
	}
	return w.result, nil
}

type work struct {
	claim  Claim
	asOf   housing.Date
	rules  Rules
	pieces []piece
	result Result
	now    []piece // owed on the day under way
}

// split cuts the claim into what each payment paid and what is left.
func (w *work) split() {
	paid := w.claim.Paid
	byDay := func(a, b Payment) int { return a.On.Cmp(b.On) }
	if !slices.IsSortedFunc(paid, byDay) {
		paid = slices.Clone(paid)
		slices.SortStableFunc(paid, byDay)
	}
	left := max(w.claim.Amount, 0)
	for _, p := range paid {
		if p.On.After(w.asOf) || left == 0 {
			break
		}
		amount := min(p.Amount, left)
		left -= amount
		until := p.On
		if !w.rules.sameDay {
			until = until.AddDays(1)
		}
		w.add(piece{amount: amount, until: until}, p.On)
	}
	w.result.Outstanding = left
	w.add(piece{amount: left, until: w.asOf.AddDays(1)}, w.asOf)
}

// add gives a piece its rate. One that never bears penalty needs none, so no finding comes of it.
func (w *work) add(p piece, day housing.Date) {
	if p.amount <= 0 || !w.claim.Due.AddDays(1).Before(p.until) {
		return
	}
	bears := w.rules.divisor(w.claim.Group, w.claim.Due.DaysUntil(p.until)-1) > 0
	var sure bool
	p.rate, p.basis, p.known, sure = w.rules.rate(day)
	switch {
	case !bears:
	case !p.known:
		w.find(NoKeyRate, day, "на %s не введена ключевая ставка Банка России: пени на этот долг не начислены; внесите ставку в параметры (penalty.key_rate)")
	case !sure:
		w.find(RateUnconfirmed, day, "ставка для расчёта пеней на %s не подтверждена: пени показаны, но не проводятся, пока бухгалтер не подтвердит ставку")
	}
	w.pieces = append(w.pieces, p)
}

func (w *work) find(code string, on housing.Date, text string) {
	w.result.Confirmed = false
	w.result.Findings = append(w.result.Findings, Finding{Code: code, On: on, Text: fmt.Sprintf(text, on.Russian())})
}

// stretches cuts the delay wherever a debt, a share or a moratorium begins or ends.
func (w *work) stretches() []housing.Interval {
	if len(w.pieces) == 0 {
		return nil
	}
	first := w.claim.Due.AddDays(1)
	cuts := make([]housing.Date, 1, 1+len(w.pieces)+len(w.rules.steps[w.claim.Group])+2*len(w.rules.moratoria))
	cuts[0] = first
	for _, p := range w.pieces {
		cuts = append(cuts, p.until)
	}
	for _, s := range w.rules.steps[w.claim.Group] {
		cuts = append(cuts, w.claim.Due.AddDays(s.from))
	}
	for _, m := range w.rules.moratoria {
		cuts = append(cuts, m.valid.From, m.valid.To)
	}
	slices.SortFunc(cuts, housing.Date.Cmp)
	cuts = slices.Compact(cuts)
	last := slices.MaxFunc(w.pieces, func(a, b piece) int { return a.until.Cmp(b.until) }).until
	list := make([]housing.Interval, 0, len(cuts))
	for i := range len(cuts) - 1 {
		if !cuts[i].Before(first) && cuts[i].Before(last) {
			list = append(list, housing.Interval{From: cuts[i], To: cuts[i+1]})
		}
	}
	return list
}

// row adds the rows of one stretch, one for each rate, to the table and to the running total.
func (w *work) row(days housing.Interval, total housing.Ratio) (housing.Ratio, error) {
	delay := w.claim.Due.DaysUntil(days.From)
	row := Row{Interval: days, FirstDay: delay, Divisor: w.rules.divisor(w.claim.Group, delay), Kind: Charged}
	basis, suspended := w.rules.suspended(days.From, w.claim.Due)
	switch {
	case row.Divisor == 0:
		row.Kind = Free
	case suspended:
		row.Kind, row.Divisor, row.Basis = Moratorium, 0, basis
	}
	open := w.open(days.From)
	if row.Kind != Charged {
		for _, p := range open {
			row.Debt += p.amount
		}
		row.Running, _ = total.Money() // it fitted when the row before was made
		w.push(row)
		return total, nil
	}
	for _, p := range open {
		row.Debt, row.Rate, row.Basis = p.amount, p.rate, p.basis
		before, err := total.Money()
		if err != nil {
			return total, err
		}
		if p.known {
			part, err := share(p.amount, int64(days.Days()), p.rate, int64(row.Divisor))
			if err != nil {
				return total, err
			}
			total = total.Add(part)
		}
		if row.Running, err = total.Money(); err != nil {
			return total, err
		}
		row.Amount = row.Running - before
		w.push(row)
	}
	return total, nil
}

// push joins the row to the one before where nothing but the days differs: a moratorium of other
// claims cuts stretches that are one.
func (w *work) push(row Row) {
	if n := len(w.result.Rows); n > 0 {
		last := &w.result.Rows[n-1]
		if last.Interval.To == row.Interval.From && last.Kind == row.Kind && last.Debt == row.Debt &&
			last.Rate == row.Rate && last.Divisor == row.Divisor && last.Basis == row.Basis {
			last.Interval.To, last.Running = row.Interval.To, row.Running
			last.Amount += row.Amount
			return
		}
	}
	w.result.Rows = append(w.result.Rows, row)
}

// open are the pieces that are owed on a day, those of one rate together, until it is asked for another day.
func (w *work) open(on housing.Date) []piece {
	list := w.now[:0]
	for _, p := range w.pieces {
		if !on.Before(p.until) {
			continue
		}
		same := func(o piece) bool { return o.known == p.known && o.rate.Cmp(p.rate) == 0 && o.basis == p.basis }
		if i := slices.IndexFunc(list, same); i >= 0 {
			list[i].amount += p.amount
			continue
		}
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b piece) int { return cmp.Or(a.rate.Cmp(b.rate), cmp.Compare(a.basis, b.basis)) })
	w.now = list
	return list
}

// share is debt × days × rate ÷ 100 ÷ divisor, in roubles.
func share(debt housing.Money, days int64, rate housing.Decimal, divisor int64) (housing.Ratio, error) {
	roubles, err := housing.RatioOf(int64(debt), 100)
	if err != nil {
		return housing.Ratio{}, err
	}
	by, err := housing.RatioOf(days, 100*divisor)
	if err != nil {
		return housing.Ratio{}, err
	}
	return roubles.Mul(by).Mul(rate.Ratio()), nil
}
