package charging

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// maxZones is the number of zones of a day, the single one among them.
const maxZones = 5

// span is the days of the month on which a fact holds.
type span[T any] struct {
	valid housing.Interval
	fact  *T
}

// at returns the fact of a day, nil where there is none.
func at[T any](spans []span[T], on housing.Date) *T {
	for i := range spans {
		if spans[i].valid.Contains(on) {
			return spans[i].fact
		}
	}
	return nil
}

// serviceTable is what the house knows about one service, looked up once for all accounts.
type serviceTable struct {
	tariffs  [maxZones][]span[housing.Tariff] // by zoneIndex
	norms    []span[housing.Norm]
	clash    string // code of a contradiction that holds whoever needs the table
	uplifts  []span[housing.Parameter]
	looked   bool // uplifts are filled in
	metered  bool // the house has a meter of the service
	wanted   bool // an account has the service
	facts    *housing.HouseFacts
	volume   housing.Ratio
	sum      housing.Decimal // the volume as a decimal, to be split for print
	negative bool
	overflow bool       // the meters do not add up within 18 digits
	ranges   *ranges    // nil: one price for all
	parts    *normParts // nil: one norm for all
	serials  string
	source   housing.Source
}

// composition says which housing services an owner and a tenant pay (ЖК 154).
type composition struct {
	looked        bool
	owner, tenant string
}

func zoneIndex(z housing.Zone) int {
	switch z {
	case housing.ZoneDay:
		return 1
	case housing.ZoneNight:
		return 2
	case housing.ZonePeak:
		return 3
	case housing.ZoneHalfPeak:
		return 4
	case housing.ZoneSingle:
	}
	return 0
}

func (c *calculation) buildTables() {
	c.tables = make([]serviceTable, len(c.services))
	for i, service := range c.services {
		t := &c.tables[i]
		for _, zone := range zones() {
			spans, clash := resolve(c, c.snapshot.Tariffs, func(f *housing.Tariff) (housing.Interval, bool, bool) {
				return f.Valid, f.House != "", f.Service == service && f.Zone == zone && f.Range == 0
			})
			t.tariffs[zoneIndex(zone)] = spans
			if clash {
				t.clash = "tariff_overlap"
			}
		}
		norms, clash := resolve(c, c.snapshot.Norms, func(f *housing.Norm) (housing.Interval, bool, bool) {
			return f.Valid, f.House != "", f.Service == service && f.Part == housing.WholeNorm
		})
		t.norms = norms
		if clash {
			t.clash = "norm_overlap"
		}
		c.houseMeters(service, t)
		c.buildRanges(service, t)
		c.buildParts(service, t)
	}
	c.houseFacts()
}

func zones() [maxZones]housing.Zone {
	return [...]housing.Zone{
		housing.ZoneSingle, housing.ZoneDay, housing.ZoneNight, housing.ZonePeak, housing.ZoneHalfPeak,
	}
}

func (c *calculation) houseMeters(service housing.Service, t *serviceTable) {
	var serials []string
	for i := range c.snapshot.HouseMeters {
		m := &c.snapshot.HouseMeters[i]
		if m.Service != service {
			continue
		}
		sum, err := t.sum.Add(m.Volume)
		if err != nil {
			t.metered, t.overflow = true, true
			return
		}
		t.metered, t.sum, t.source = true, sum, m.Source
		t.negative = t.negative || m.Volume.Sign() < 0
		serials = append(serials, m.Serial)
	}
	slices.Sort(serials)
	t.serials = strings.Join(serials, ", ")
	t.volume = t.sum.Ratio()
}

// resolve finds which of the facts holds on which days of the month: one of the house itself wins
// over one of the organisation; two of the same rank on one day are a clash.
func resolve[T any](
	c *calculation, facts []T, of func(*T) (valid housing.Interval, own, wanted bool),
) (spans []span[T], clash bool) {
	type candidate struct {
		span[T]
		own bool
	}
	var candidates []candidate
	k := cutter{}
	k.reset(c.month)
	for i := range facts {
		valid, own, wanted := of(&facts[i])
		if !wanted {
			continue
		}
		if days, ok := valid.Within(c.snapshot.Period); ok && days.From.Before(days.To) {
			candidates = append(candidates, candidate{span[T]{days, &facts[i]}, own})
			k.add(days.From)
			k.add(days.To)
		}
	}
	for piece := range k.pieces {
		var best *candidate
		for i := range candidates {
			next := &candidates[i]
			switch {
			case !next.valid.Contains(piece.From):
			case best == nil || (next.own && !best.own):
				best = next
			case next.own == best.own:
				clash = true
			}
		}
		if best == nil {
			continue
		}
		if n := len(spans); n > 0 && spans[n-1].fact == best.fact && spans[n-1].valid.To == piece.From {
			spans[n-1].valid.To = piece.To
			continue
		}
		spans = append(spans, span[T]{piece, best.fact})
	}
	return spans, clash
}

// parameter returns the parameter of a name that holds on a day, and fails the calculation where
// there is none: a rule is never guessed.
func (c *calculation) parameter(name string, on housing.Date) *housing.Parameter {
	var found *housing.Parameter
	for i := range c.snapshot.Parameters {
		p := &c.snapshot.Parameters[i]
		if p.Name != name || !p.Valid.Contains(on) {
			continue
		}
		if found != nil {
			c.fail(fmt.Errorf("parameter %s has two values on %s: %w", name, on, ErrSnapshot))
		}
		found = p
	}
	if found != nil {
		return found
	}
	c.fail(fmt.Errorf("parameter %s has no value on %s: %w", name, on, ErrSnapshot))
	return &housing.Parameter{Name: name}
}

// word returns a parameter of the month as text.
func (c *calculation) word(name string) string {
	if p := c.known[name]; p != nil {
		return p.Value
	}
	p := c.parameter(name, c.month.From)
	if c.err == nil {
		c.known[name] = p
	}
	return p.Value
}

// count returns a parameter of the month as a whole number.
func (c *calculation) count(name string) int {
	text := c.word(name)
	if c.err != nil {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		c.fail(fmt.Errorf("parameter %s is %q, expected a whole number: %w", name, text, ErrSnapshot))
	}
	return n
}

// uplift returns the coefficients of a service over the month.
func (c *calculation) uplift(service housing.Service, t *serviceTable) []span[housing.Parameter] {
	if t.looked {
		return t.uplifts
	}
	t.looked = true
	name := c.upliftName(service)
	spans, clash := resolve(c, c.snapshot.Parameters, func(p *housing.Parameter) (housing.Interval, bool, bool) {
		return p.Valid, false, p.Name == name
	})
	if clash {
		c.fail(fmt.Errorf("parameter %s has two values on one day: %w", name, ErrSnapshot))
	}
	if len(spans) == 0 {
		c.parameter(name, c.month.From) // fails, naming it
	}
	t.uplifts = c.changeInMonth(spans)
	return t.uplifts
}

// changeInMonth cuts the month where a coefficient changes, or takes the later one for all of it (D2). Snapshots
// stored before there was a choice are cut.
func (c *calculation) changeInMonth(spans []span[housing.Parameter]) []span[housing.Parameter] {
	mode := c.optional("uplift.change_in_month")
	if mode == nil || len(spans) < 2 {
		return spans
	}
	switch mode.Value {
	case "split_by_days":
	case "later_for_whole_month":
		return []span[housing.Parameter]{{c.month, spans[len(spans)-1].fact}}
	default:
		c.fail(badParameter(mode, "split_by_days or later_for_whole_month"))
	}
	return spans
}

// pays reports whether an occupant owes a housing service.
func (c *calculation) pays(who housing.Occupant, service housing.Service) bool {
	if !c.payers.looked {
		c.payers = composition{
			looked: true,
			owner:  c.word("housing.composition.owner"),
			tenant: c.word("housing.composition.tenant"),
		}
	}
	list := c.payers.owner
	if who == housing.Tenant {
		list = c.payers.tenant
	}
	for name := range strings.SplitSeq(list, " ") {
		if name == string(service) {
			return true
		}
	}
	return false
}
