package charging

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// meterState is what a meter is on a day: the states of R2.11. A day changes it only where an event
// of the meter's life says so; whether readings came is asked of each working stretch as a whole.
//
//	absent ──commissioned──> working ──failed──> failed ──to──> working
//	working ──verify_by──> expired        working ──act of refusal──> refused ──to──> working
//	any ──closed──> absent                working without readings: silent (R2.11b)
type meterState uint8

const (
	stateAbsent  meterState = iota // not yet put in, or taken out: R2.11.4, R2.11.5
	stateWorking                   // counts by readings: R2.1.1, else R2.11b
	stateRefused                   // access to it was refused: R2.11c
	stateExpired                   // verification has expired: R2.11a, R2.11d for electricity
	stateFailed                    // out of order or lost: R2.11a, R2.11d for electricity
)

// stretch is days on which a meter stays in one state, and what its service is charged by then.
type stretch struct {
	valid       housing.Interval
	verdict     verdict
	rule        string
	first, last int  // uses
	gap         bool // no meter stands: n × N, raised where a meter is possible
}

// stateOf gives the state of a meter on a day. Of two the worse one wins.
func stateOf(m *housing.MeterFacts, on housing.Date) meterState {
	if on.Before(m.Commissioned) || (!m.Closed.IsZero() && !on.Before(m.Closed)) {
		return stateAbsent
	}
	state := stateWorking
	if !m.VerifyBy.IsZero() && !on.Before(m.VerifyBy) {
		state = stateExpired
	}
	for i := range m.Events {
		e := &m.Events[i]
		if on.Before(e.On) || (!e.To.IsZero() && !on.Before(e.To)) {
			continue
		}
		switch e.Kind {
		case housing.MeterFailed:
			state = max(state, stateFailed)
		case housing.MeterNoAccess:
			state = max(state, stateRefused)
		}
	}
	return state
}

// eventful reports whether one of the meters at hand changes its state, or was in an event, within
// the month: then the month is followed day by day.
func (c *calculation) eventful(meters []*housing.MeterFacts) bool {
	inside := func(d housing.Date) bool { return d.After(c.month.From) && d.Before(c.month.To) }
	for _, m := range meters {
		if len(m.Events) > 0 || m.Replaces != "" || c.endedAtOnce(m) {
			return true
		}
		if c.states && (inside(m.Commissioned) || inside(m.Closed) || inside(m.VerifyBy)) {
			return true
		}
	}
	return false
}

// byStates charges a service whose meters change their states within the month: the days are cut at
// each change (R2.10.1), and on each piece the worst meter decides.
func (c *calculation) byStates(service housing.Service, t *serviceTable, meters []*housing.MeterFacts) {
	if !c.only("meter.gap_method", "average_else_norm") || !c.only("meter.replacement", "tail_head_gap") {
		return
	}
	var all []stretch
	for _, m := range meters {
		all = c.follow(all, m)
	}
	all = c.addTails(c.fillGaps(all, meters), meters)
	served := c.served
	for _, s := range served {
		k := cutter{}
		k.reset(s.valid)
		for i := range all {
			k.add(all[i].valid.From)
			k.add(all[i].valid.To)
		}
		for piece := range k.pieces {
			one := [1]serving{{s.service, piece}}
			c.served = one[:]
			c.piece(service, t, all, served)
		}
	}
	c.served = served
}

// piece charges the days of c.served, in which no meter changes its state.
func (c *calculation) piece(service housing.Service, t *serviceTable, all []stretch, served []serving) {
	valid := c.served[0].valid
	worst := stretch{gap: true, verdict: byReadings}
	first := len(c.uses)
	for i := range all {
		s := &all[i]
		if !s.valid.Contains(valid.From) {
			continue
		}
		if worst.rule == "" || s.verdict > worst.verdict {
			worst = *s
		}
		for j := s.first; j < s.last; j++ {
			u := c.uses[j]
			if days := servedDays(c, s.valid, served); u.months == 0 && days != c.daysOf(valid) {
				share, err := housing.RatioOf(int64(c.daysOf(valid)), int64(max(days, 1)))
				if err != nil {
					c.fail(err)
				}
				u.volume, u.cut = u.volume.Mul(share), true
			}
			u.excess = housing.Ratio{} // refunded once, from the use itself
			c.uses = append(c.uses, u)
		}
	}
	switch {
	case worst.gap && worst.verdict != byAverage:
		c.uses = c.uses[:first]
		c.withoutMeter(service, t)
	case worst.verdict >= plainNorm:
		c.uses = c.uses[:first]
		c.byNorm(service, t, normCase{rule: worst.rule, raised: worst.verdict == raisedNorm})
	default:
		c.byMeters(service, t, first)
	}
}

func servedDays(c *calculation, valid housing.Interval, served []serving) int {
	n := 0
	for _, s := range served {
		if days, ok := common(valid, s.valid); ok {
			n += c.daysOf(days)
		}
	}
	return n
}

// follow cuts the month into the states of one meter and says for each what it counts by.
func (c *calculation) follow(all []stretch, m *housing.MeterFacts) []stretch {
	k := cutter{}
	k.reset(c.month)
	k.add(m.Commissioned)
	k.add(m.Closed)
	k.add(m.VerifyBy)
	for i := range m.Events {
		k.add(m.Events[i].On)
		k.add(m.Events[i].To)
	}
	type run struct {
		housing.Interval
		state meterState
	}
	var runs []run
	for piece := range k.pieces {
		state := stateOf(m, piece.From)
		again := state >= stateRefused && c.refusedAgain(m, piece.From)
		if n := len(runs); n > 0 && runs[n-1].state == state && !again {
			runs[n-1].To = piece.To
			continue
		}
		runs = append(runs, run{piece, state})
	}
	for _, r := range runs {
		if r.state != stateAbsent {
			s := stretch{valid: r.Interval, first: len(c.uses)}
			s.verdict, s.rule = c.decide(m, r.state, r.Interval)
			s.last = len(c.uses)
			all = append(all, s)
		}
	}
	return all
}

// decide is the transition of R2.11: what a meter in a state is charged by.
func (c *calculation) decide(m *housing.MeterFacts, state meterState, valid housing.Interval) (verdict, string) {
	broken := "R2.11a"
	if m.Service == housing.Electricity {
		broken = "R2.11d"
	}
	switch state {
	case stateFailed:
		c.note(m.Service, "meter_failed", "ИПУ № "+m.Serial+" неисправен или утрачен с "+valid.From.Russian()+": показания не применены")
		if c.refusedAgain(m, valid.From) {
			return raisedNorm, "R2.11c"
		}
		return c.substitute(m, broken), broken
	case stateExpired:
		c.note(m.Service, "verification_expired",
			"срок поверки ИПУ № "+m.Serial+" истёк "+m.VerifyBy.Russian()+", показания не применены")
		if c.refusedAgain(m, valid.From) {
			return raisedNorm, "R2.11c"
		}
		return c.substitute(m, broken), broken
	case stateRefused:
		c.note(m.Service, "access_refused", "к ИПУ № "+m.Serial+" не допущен проверяющий, акт от "+
			c.refusedOn(m, valid.From).Russian()+": показания не применены")
		if c.refusedAgain(m, valid.From) {
			return raisedNorm, "R2.11c"
		}
		return c.substitute(m, "R2.11c"), "R2.11c"
	case stateWorking, stateAbsent:
	}
	first := len(c.uses)
	for _, zone := range m.Zones {
		u, ok := c.readWithin(m, zone, valid)
		if !ok {
			c.uses = c.uses[:first]
			return c.substitute(m, "R2.11b"), "R2.11b"
		}
		c.uses = append(c.uses, u)
	}
	return byReadings, "R2.1.1"
}

// refusedAgain reports whether access was refused as often as п. 60(3) allows no average after it, whatever else is
// wrong with the meter.
func (c *calculation) refusedAgain(m *housing.MeterFacts, on housing.Date) bool {
	n := c.refusals(m, on)
	return n > 0 && n >= c.count("access.refusals_to_norm")
}

// refusals counts the acts on refused access up to a day.
func (c *calculation) refusals(m *housing.MeterFacts, on housing.Date) int {
	n := 0
	for i := range m.Events {
		if e := &m.Events[i]; e.Kind == housing.MeterNoAccess && !e.On.After(on) && (e.To.IsZero() || e.To.After(on)) {
			n++
		}
	}
	return n
}

func (c *calculation) refusedOn(m *housing.MeterFacts, on housing.Date) housing.Date {
	var last housing.Date
	for i := range m.Events {
		if e := &m.Events[i]; e.Kind == housing.MeterNoAccess && !e.On.After(on) && e.On.After(last) {
			last = e.On
		}
	}
	return last
}

// fillGaps adds the days of the month on which no meter stands: the average of the meter that stood
// before, else the norm (meter.gap_method).
func (c *calculation) fillGaps(all []stretch, meters []*housing.MeterFacts) []stretch {
	k := cutter{}
	k.reset(c.month)
	for _, m := range meters {
		k.add(m.Commissioned)
		k.add(m.Closed)
	}
	for piece := range k.pieces {
		standing := func(m *housing.MeterFacts) bool { return stateOf(m, piece.From) != stateAbsent }
		next := successor(meters, piece)
		if slices.ContainsFunc(meters, standing) && (next == nil || next.Replaces == "") {
			continue
		}
		old := c.predecessor(meters, next, piece)
		s := stretch{valid: piece, gap: old == nil, verdict: byReadings, rule: "R2.11.4", first: len(c.uses)}
		if old != nil {
			s.rule, s.verdict = "R2.11.5", plainNorm
			if c.averageOf(old, s.rule) {
				s.verdict = byAverage
			}
			c.note(old.Service, "meter_gap", "с "+piece.From.Russian()+" по "+piece.To.AddDays(-1).Russian()+
				" прибора не было: дни после снятия ИПУ № "+old.Serial+" начислены по среднему или нормативу")
		}
		s.last = len(c.uses)
		all = append(all, s)
	}
	return all
}

// successor is the meter that was put in after a piece and names the one it replaces, if that one
// was gone by then.
func successor(meters []*housing.MeterFacts, piece housing.Interval) *housing.MeterFacts {
	for _, m := range meters {
		if m.Replaces == "" || !piece.From.Before(m.Commissioned) {
			continue
		}
		for _, old := range meters {
			if old.Serial == m.Replaces && !old.Closed.IsZero() && !old.Closed.After(piece.From) {
				return m
			}
		}
	}
	return nil
}

// predecessor is the meter whose average stands for days without one.
func (c *calculation) predecessor(meters []*housing.MeterFacts, next *housing.MeterFacts, piece housing.Interval) *housing.MeterFacts {
	var best *housing.MeterFacts
	for _, m := range meters {
		if m.Closed.IsZero() || m.Closed.After(piece.From) {
			continue
		}
		if next != nil && m.Serial != next.Replaces {
			continue
		}
		if next == nil && !m.Closed.After(c.month.From) {
			continue // a month without a meter, not the rest of one
		}
		if best == nil || cmp.Or(m.Closed.Cmp(best.Closed), strings.Compare(m.Serial, best.Serial)) > 0 {
			best = m
		}
	}
	return best
}

// averageOf appends the averages of all registers of a meter, or nothing.
func (c *calculation) averageOf(m *housing.MeterFacts, rule string) bool {
	first := len(c.uses)
	for _, zone := range m.Zones {
		volume, months := c.average(m, zone)
		if months == 0 {
			c.uses = c.uses[:first]
			return false
		}
		c.uses = append(c.uses, use{meter: m, zone: zone, volume: volume, months: months, rule: rule})
	}
	return true
}

// readWithin takes the volume of a register over a working stretch: from the last reading before it
// (or the first one in it) to the last one in it, its final day included where the stretch ends
// within the month.
func (c *calculation) readWithin(m *housing.MeterFacts, zone housing.Zone, valid housing.Interval) (use, bool) {
	low, high := valid.From, valid.To
	if low != c.month.From {
		low = low.AddDays(1) // the reading of the day on which it began is its initial one
	}
	if high != c.month.To {
		high = high.AddDays(1)
	}
	from := slices.IndexFunc(m.Readings, func(r housing.Reading) bool {
		return r.Zone == zone && !r.On.Before(valid.From)
	})
	readings := m.Readings
	if valid.From != c.month.From && from >= 0 {
		readings = m.Readings[from:] // earlier ones belong to an earlier stretch
		if first := &readings[0]; first.On == valid.From && c.readingNotDue(valid.From) && !readAgain(readings, high) {
			return use{meter: m, zone: zone, previous: first, current: first}, true
		}
	}
	return c.readSpan(m, zone, readings, housing.Interval{From: low, To: high})
}

// readingNotDue reports whether a stretch began when the readings of the month were taken already (readings.last_day):
// the next month's reading measures its days from the initial one.
func (c *calculation) readingNotDue(began housing.Date) bool {
	return c.optional("readings.last_day") != nil && began.Day() > c.count("readings.last_day")
}

// readAgain reports whether a reading of the register of the first one was taken after it, before a day.
func readAgain(readings []housing.Reading, until housing.Date) bool {
	return slices.ContainsFunc(readings[1:], func(r housing.Reading) bool {
		return r.Zone == readings[0].Zone && r.On.After(readings[0].On) && r.On.Before(until)
	})
}
