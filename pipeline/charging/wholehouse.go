package charging

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// HouseOutcome is what a month came to for a service of the common property, or for a resource whose house
// meter is broken: Volume is then what stood for its readings, an unmeasured month. Whoever makes the
// snapshots of later months hands it back: Volume as a month of HouseFacts.History, Carried as
// HouseFacts.Carried.
type HouseOutcome struct {
	Service housing.Service `json:"service"`
	Known   bool            `json:"known"`   // the house meter told what was left for the common property
	Volume  housing.Decimal `json:"volume"`  // Vд less everything else, negative where it came out so
	Charged housing.Decimal `json:"charged"` // shared between the premises
	Carried housing.Decimal `json:"carried"` // negative volume to take off later months, at most 0
}

// wholeHouse is what the rules of the house as a whole gather.
type wholeHouse struct {
	held        map[string]bool // accounts without lines, by number
	pools       []*pool
	heat        *heatHouse
	noHeat      noHeatVolume // why there is none
	twoParts    bool         // an account pays hot water in two components
	commonLines bool         // an account has a service of the common property
	outcomes    []HouseOutcome
}

func (w *wholeHouse) hold(account string) {
	if w.held == nil {
		w.held = map[string]bool{}
	}
	w.held[account] = true
}

// pool is a volume of the house whose printed shares add up to it (R5.2, H13).
type pool struct {
	service  housing.Service
	resource housing.Service // that the service is made of in the house
	total    housing.Ratio
}

func (c *calculation) newPool(service housing.Service, total housing.Ratio) *pool {
	p := &pool{service: service, total: total}
	c.house.pools = append(c.house.pools, p)
	return p
}

// table returns what the house knows about a service.
func (c *calculation) table(service housing.Service) *serviceTable {
	return &c.tables[slices.Index(c.services, service)]
}

// houseFacts finds which of the services that came later are received here at all, and the facts of
// the house beside its meters.
func (c *calculation) houseFacts() {
	for i := range c.tables {
		service := c.services[i]
		c.tables[i].wanted = service != housing.HotWaterHeat && service.Resource() == ""
	}
	for i := range c.snapshot.Accounts {
		for j := range c.snapshot.Accounts[i].Services {
			switch service := c.snapshot.Accounts[i].Services[j].Service; {
			case service == housing.HotWaterHeat:
				c.table(service).wanted, c.house.twoParts = true, true
			case service.Resource() != "":
				c.table(service).wanted, c.house.commonLines = true, true
			}
		}
	}
	for i := range c.snapshot.HouseFacts {
		f := &c.snapshot.HouseFacts[i]
		at := slices.Index(c.services, f.Service)
		switch {
		case at < 0:
			c.fail(fmt.Errorf("facts of the house about an unknown service %q: %w", f.Service, ErrSnapshot))
			return
		case c.tables[at].facts != nil:
			c.fail(fmt.Errorf("facts of the house about %s stand twice: %w", f.Service, ErrSnapshot))
			return
		}
		c.tables[at].facts = f
	}
}

// nobodyHas reports at once that a service of few houses is not received here.
func (c *calculation) nobodyHas(service housing.Service) bool {
	switch {
	case service == housing.HotWaterHeat:
		return !c.house.twoParts
	case service.Resource() != "":
		return !c.house.commonLines
	}
	return false
}

// shareHouse charges what is known only when every account is: heat of water made in the house, the
// common property, yearly corrections.
func (c *calculation) shareHouse(order []int) {
	before := len(c.lines)
	heldBefore := len(c.house.held)
	c.heatOfMadeWater(order)
	c.commonProperty(order)
	c.yearlyCorrections(order)
	if len(c.lines) == before {
		return
	}
	if len(c.house.held) > heldBefore {
		early := 0
		for i := range c.lines[:before] {
			if !c.house.held[c.lines[i].charge.Account] {
				early++
			}
		}
		c.lines, before = slices.DeleteFunc(c.lines, func(l *line) bool { return c.house.held[l.charge.Account] }), early
	}
	c.placeLate(before)
}

// placeLate puts lines that were charged late, those from a place on, beside the others of their account
// and service. The others are in order. Places are sorted.
func (c *calculation) placeLate(from int) {
	type place struct {
		account     string
		service, at int
	}
	placeOf := func(i int) place {
		ch := &c.lines[i].charge
		return place{ch.Account, slices.Index(c.services, ch.Service), i}
	}
	by := func(a, b place) int {
		return cmp.Or(strings.Compare(a.account, b.account), a.service-b.service, a.at-b.at)
	}
	late := make([]place, 0, len(c.lines)-from)
	for i := from; i < len(c.lines); i++ {
		late = append(late, placeOf(i))
	}
	slices.SortFunc(late, by)
	lines := make([]*line, 0, len(c.lines))
	next := 0 // of the others
	for _, p := range late {
		first := next
		for next < from && by(placeOf(next), p) < 0 {
			next++
		}
		lines = append(append(lines, c.lines[first:next]...), c.lines[p.at])
	}
	c.lines = append(lines, c.lines[next:from]...)
}

// each goes over the accounts that are charged, in the order of their numbers, as if the rules were
// at each of them again; one that gets held loses its lines in shareHouse.
func (c *calculation) each(order []int, charge func(a *housing.AccountFacts)) {
	for _, at := range order {
		a := &c.snapshot.Accounts[at]
		if c.house.held[a.Number] || c.err != nil {
			continue
		}
		c.acc, c.held = a, false
		charge(a)
		if c.held {
			c.house.hold(a.Number)
		}
	}
}

// tell keeps a finding about the house as a whole, once.
func (c *calculation) tell(service housing.Service, code, text string) {
	f := housing.Finding{Service: service, Code: code, Text: text}
	if !slices.Contains(c.findings, f) {
		c.findings = append(c.findings, f)
	}
}

// tellHeld says which accounts keep a volume of the house from being shared.
func (c *calculation) tellHeld(service housing.Service, numbers []string) {
	const shown = 5
	text := strings.Join(numbers[:min(len(numbers), shown)], ", ")
	if len(numbers) > shown {
		text += fmt.Sprintf(" и ещё %d", len(numbers)-shown)
	}
	c.tell(service, "house_sum_incomplete", "объём дома не распределён: задержаны лицевые счета "+text)
}

// heldWith lists the held accounts that receive a service: what the house has used is not known
// without them.
func (c *calculation) heldWith(service housing.Service) []string {
	var numbers []string
	if len(c.house.held) == 0 {
		return nil
	}
	for i := range c.snapshot.Accounts {
		a := &c.snapshot.Accounts[i]
		if !c.house.held[a.Number] || slices.Contains(numbers, a.Number) {
			continue
		}
		for j := range a.Services {
			if s := &a.Services[j]; s.Service == service {
				if _, now := s.Valid.Within(c.snapshot.Period); now {
					numbers = append(numbers, a.Number)
					break
				}
			}
		}
	}
	slices.Sort(numbers)
	return numbers
}

// houseArea reports whether the house has an area to share by.
func (c *calculation) houseArea(service housing.Service) bool {
	if c.snapshot.House.Area.Sign() > 0 {
		return true
	}
	c.tell(service, "house_area_zero", "у дома не указана общая площадь помещений (Sоб): доли не рассчитаны")
	return false
}

// quo divides by what has been checked not to be zero.
func (c *calculation) quo(a, b housing.Ratio) housing.Ratio {
	q, err := a.Quo(b)
	if err != nil {
		c.fail(err)
	}
	return q
}

// splitPools makes the printed shares of each pool add up to it.
func (c *calculation) splitPools() {
	for _, p := range c.house.pools {
		var parts []housing.Ratio
		var lines []*line
		rest := p.total
		for i := range c.lines {
			if l := c.lines[i]; l.pool == p {
				parts, lines = append(parts, l.volume), append(lines, l)
				rest = rest.Sub(l.volume)
			}
		}
		if len(lines) == 0 {
			continue
		}
		if rest.Sign() < 0 {
			c.tell(p.service, "areas_exceed_house",
				"площади помещений вместе больше общей площади дома: доли не сходятся с объёмом дома")
			continue
		}
		total, err := p.total.Round(c.scale)
		if err != nil {
			continue // the volumes stay rounded one by one
		}
		split, err := Split(total, append(parts, rest), c.scale)
		if err != nil {
			continue
		}
		for i, l := range lines {
			l.charge.Volume = split[i].Trim()
		}
	}
}
