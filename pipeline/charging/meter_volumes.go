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
	Account string          `json:"account,omitempty"`
	Flat    string          `json:"flat,omitempty"` // communal flat whose rooms share the meter; no account then
	Serial  string          `json:"serial"`
	Service housing.Service `json:"service"`
	housing.MonthVolume
}

// CalculateMeters charges every account as Calculate does, and tells what each meter came to, in the
// order of account, service, number and zone. A norm that stands for several registers is shared
// between them evenly. Those common to a communal flat come first.
func CalculateMeters(s *housing.Snapshot) (Result, []MeterVolume, error) {
	c, err := calculate(s)
	if err != nil {
		return Result{}, nil, err
	}
	g := gatherer{
		calculation: c, at: map[meterKey]int{}, seen: map[useKey]bool{}, first: map[sharedKey]string{},
		accounts: make(map[string]*housing.AccountFacts, len(s.Accounts)),
	}
	for i := range s.Accounts {
		g.accounts[s.Accounts[i].Number] = &s.Accounts[i]
	}
	for i := range c.lines {
		if l := c.lines[i]; l.charge.Kind == housing.BaseCharge {
			g.line(l)
		}
	}
	volumes, err := g.volumes()
	return c.result(), volumes, err
}

type meterKey struct {
	account, flat, serial string
	service               housing.Service
	zone                  housing.Zone
}

// sharedKey is a service of a communal flat. Each of its rooms has the whole volume of a common meter
// among its uses: it is taken from the first one.
type sharedKey struct {
	flat    string
	service housing.Service
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

	accounts map[string]*housing.AccountFacts
	first    map[sharedKey]string // account
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
	account, flat := l.charge.Account, ""
	if l.charge.Rule == "R1.6" {
		account, flat = "", g.accounts[l.charge.Account].Premises.Flat
		shared := sharedKey{flat, l.charge.Service}
		if g.first[shared] == "" {
			g.first[shared] = l.charge.Account
		}
		if g.first[shared] != l.charge.Account {
			return
		}
	}
	for j := l.first; j < l.last; j++ {
		u := &g.uses[j]
		key := meterKey{account, flat, u.meter.Serial, l.charge.Service, u.zone}
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
	a := g.accounts[l.charge.Account]
	keys := g.registers(meterKey{account: a.Number, service: l.charge.Service}, a.Meters, l.charge.Segment.From)
	if len(keys) == 0 && a.Premises.Kind == housing.Room {
		for i := range g.snapshot.CommunalFlats {
			if f := &g.snapshot.CommunalFlats[i]; f.Flat == a.Premises.Flat {
				keys = g.registers(meterKey{flat: f.Flat, service: l.charge.Service}, f.Meters, l.charge.Segment.From)
			}
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

// registers lists those of the meters of a service that stand on a day; where the month has no states, in the month.
func (g *gatherer) registers(of meterKey, meters []housing.MeterFacts, on housing.Date) []meterKey {
	var keys []meterKey
	for i := range meters {
		m := &meters[i]
		if m.Service != of.service || !g.active(m) || (g.states && stateOf(m, on) == stateAbsent) {
			continue
		}
		for _, zone := range m.Zones {
			of.serial, of.zone = m.Serial, zone
			keys = append(keys, of)
		}
	}
	return keys
}

func (g *gatherer) volumes() ([]MeterVolume, error) {
	volumes := make([]MeterVolume, 0, len(g.totals))
	for _, t := range g.totals {
		volume, err := t.volume.Round(g.scale)
		if err != nil {
			return nil, fmt.Errorf("round the volume of meter %s of account %s: %w", t.key.serial, t.key.account, err)
		}
		volumes = append(volumes, MeterVolume{
			Account: t.key.account, Flat: t.key.flat, Serial: t.key.serial, Service: t.key.service,
			MonthVolume: housing.MonthVolume{
				Period: g.snapshot.Period, Zone: t.key.zone, Volume: volume.Trim(), Metered: t.metered,
			},
		})
	}
	slices.SortFunc(volumes, func(a, b MeterVolume) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Flat, b.Flat), slices.Index(g.services, a.Service)-slices.Index(g.services, b.Service),
			strings.Compare(a.Serial, b.Serial), zoneIndex(a.Zone)-zoneIndex(b.Zone))
	})
	return volumes, g.err
}
