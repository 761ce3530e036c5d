package charging

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// MeterVolume is what one register of an account's meter was charged for in the month, by readings
// or without them. It is what MeterFacts.History of later months is made of: the volume of a service
// does not say which of several meters it came from.
type MeterVolume struct {
	Account string          `json:"account"`
	Serial  string          `json:"serial"`
	Service housing.Service `json:"service"`
	housing.MonthVolume
}

// CalculateMeters charges every account as Calculate does, and tells what each meter came to, in the
// order of account, service, number and zone. A norm that stands for several registers is shared
// between them evenly. Meters common to a communal flat are not among them.
func CalculateMeters(s *housing.Snapshot) (Result, []MeterVolume, error) {
	c, err := calculate(s)
	if err != nil {
		return Result{}, nil, err
	}
	g := gatherer{calculation: c, at: map[meterKey]int{}, seen: map[useKey]bool{}}
	for i := range c.lines {
		if l := &c.lines[i]; l.charge.Kind == housing.BaseCharge && l.charge.Rule != "R1.6" {
			g.line(l)
		}
	}
	volumes, err := g.volumes()
	return c.result(), volumes, err
}

type meterKey struct {
	account, serial string
	service         housing.Service
	zone            housing.Zone
}

// useKey is a use in a segment: ranges of consumption give it several lines.
type useKey struct {
	use  int
	from housing.Date
}

type meterTotal struct {
	key     meterKey
	volume  housing.Ratio
	metered bool
}

type gatherer struct {
	*calculation
	totals []meterTotal
	at     map[meterKey]int
	seen   map[useKey]bool
}

func (g *gatherer) add(key meterKey, volume housing.Ratio, metered bool) {
	i, known := g.at[key]
	if !known {
		i = len(g.totals)
		g.at[key] = i
		g.totals = append(g.totals, meterTotal{key: key, metered: true})
	}
	t := &g.totals[i]
	t.volume, t.metered = t.volume.Add(volume), t.metered && metered
}

func (g *gatherer) line(l *line) {
	if l.last == l.first {
		if l.charge.Method == housing.ByNorm && strings.HasPrefix(l.charge.Rule, "R2.11") {
			g.norm(l)
		}
		return
	}
	for j := l.first; j < l.last; j++ {
		u := &g.uses[j]
		key := meterKey{l.charge.Account, u.meter.Serial, l.charge.Service, u.zone}
		once, volume := useKey{use: j}, u.volume // of all its segments
		if u.months > 0 {
			once.from, volume = l.charge.Segment.From, g.part(u.volume, l.days)
		}
		if !g.seen[once] {
			g.seen[once] = true
			g.add(key, volume, u.months == 0)
		}
	}
}

// norm shares a norm between the registers that it stands for.
func (g *gatherer) norm(l *line) {
	var keys []meterKey
	i := slices.IndexFunc(g.snapshot.Accounts, func(a housing.AccountFacts) bool { return a.Number == l.charge.Account })
	for j := range g.snapshot.Accounts[i].Meters {
		m := &g.snapshot.Accounts[i].Meters[j]
		if m.Service != l.charge.Service || !g.active(m) {
			continue
		}
		for _, zone := range m.Zones {
			keys = append(keys, meterKey{l.charge.Account, m.Serial, m.Service, zone})
		}
	}
	share, err := housing.RatioOf(1, int64(max(len(keys), 1)))
	if err != nil {
		g.fail(err)
		return
	}
	for _, key := range keys {
		g.add(key, l.volume.Mul(share), false)
	}
}

func (g *gatherer) volumes() ([]MeterVolume, error) {
	volumes := make([]MeterVolume, 0, len(g.totals))
	for _, t := range g.totals {
		volume, err := t.volume.Round(g.scale)
		if err != nil {
			return nil, fmt.Errorf("round the volume of meter %s of account %s: %w", t.key.serial, t.key.account, err)
		}
		volumes = append(volumes, MeterVolume{
			Account: t.key.account, Serial: t.key.serial, Service: t.key.service,
			MonthVolume: housing.MonthVolume{
				Period: g.snapshot.Period, Zone: t.key.zone, Volume: volume.Trim(), Metered: t.metered,
			},
		})
	}
	slices.SortFunc(volumes, func(a, b MeterVolume) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), slices.Index(g.services, a.Service)-slices.Index(g.services, b.Service),
			strings.Compare(a.Serial, b.Serial), zoneIndex(a.Zone)-zoneIndex(b.Zone))
	})
	return volumes, g.err
}
