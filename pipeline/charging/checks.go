package charging

import (
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// checkAccount holds an account whose own facts contradict each other, before any rule reads them.
func (c *calculation) checkAccount() {
	a := c.acc
	c.checkOccupancy()
	if len(a.Stays) > 0 {
		c.only("people.temporary", "by_days_of_stay")
	}
	if flat := c.communal(); flat != nil {
		for i := range flat.Meters {
			c.checkMeter(&flat.Meters[i])
		}
	}
	for i := range a.Services {
		if !a.Services[i].Service.Valid() {
			c.hold(a.Services[i].Service, "unknown_service", fmt.Sprintf("неизвестная услуга %q", a.Services[i].Service))
		}
	}
	for i := range a.Meters {
		c.checkMeter(&a.Meters[i])
		for j := range a.Meters[:i] {
			if a.Meters[j].Serial == a.Meters[i].Serial && a.Meters[j].Service == a.Meters[i].Service {
				c.hold(a.Meters[i].Service, "duplicate_meter", "два ИПУ с одним заводским номером "+a.Meters[i].Serial)
			}
		}
	}
	c.checkPlaces(a.Meters)
}

// checkPlaces holds an account where a meter counts beside the one that it replaced: two meters on one place
// would charge the same water twice.
func (c *calculation) checkPlaces(meters []housing.MeterFacts) {
	for i := range meters {
		m := &meters[i]
		if m.Replaces == "" || !c.active(m) {
			continue
		}
		for j := range meters {
			old := &meters[j]
			if j == i || old.Service != m.Service || old.Serial != m.Replaces || !c.active(old) {
				continue
			}
			if old.Closed.IsZero() || old.Closed.After(m.Commissioned) {
				c.hold(m.Service, "meter_place", "на одном месте два прибора: ИПУ № "+m.Serial+" установлен взамен ИПУ № "+
					old.Serial+", а тот к этому дню не снят")
			}
		}
	}
}

func (c *calculation) checkOccupancy() {
	a := c.acc
	for i := range a.Occupancy {
		o := &a.Occupancy[i]
		if _, now := o.Valid.Within(c.snapshot.Period); !now {
			continue
		}
		switch {
		case o.Area.Sign() <= 0:
			c.hold("", "area_zero", "площадь помещения не положительна: "+o.Area.Russian())
		case o.People < 0 || o.Owners < 0:
			c.hold("", "people_negative", "число проживающих или собственников отрицательно")
		case o.Occupant != housing.Owner && o.Occupant != housing.Tenant:
			c.hold("", "unknown_occupant", "не указано, кто занимает помещение: собственник или наниматель")
		}
		for j := range a.Occupancy[:i] {
			if a.Occupancy[j].Valid.Overlaps(o.Valid) {
				c.hold("", "occupancy_overlap", "на одни и те же дни указаны две площади или два состава проживающих")
			}
		}
	}
}

func (c *calculation) checkMeter(m *housing.MeterFacts) {
	switch {
	case len(m.Zones) == 0 || len(m.Zones) > maxZones:
		c.hold(m.Service, "meter_zones", "у ИПУ № "+m.Serial+" неверно указаны зоны")
	case m.Digits < 1 || m.Digits > 12:
		c.hold(m.Service, "meter_digits", "у ИПУ № "+m.Serial+" неверно указана разрядность")
	}
	for i, zone := range m.Zones {
		for _, other := range m.Zones[:i] {
			if zone == other {
				c.hold(m.Service, "meter_zones", "у ИПУ № "+m.Serial+" зона указана дважды")
			}
		}
	}
	for i := range m.Readings {
		r := &m.Readings[i]
		if r.Value.Sign() < 0 {
			c.hold(m.Service, "negative_reading", "показание ИПУ № "+m.Serial+" отрицательно")
		}
		c.checkOrder(m, i)
	}
}

func (c *calculation) checkOrder(m *housing.MeterFacts, i int) {
	r := &m.Readings[i]
	for j := i - 1; j >= 0; j-- {
		if m.Readings[j].Zone != r.Zone {
			continue
		}
		same := r.Control && m.Readings[j].On == r.On // a check wins over what was sent that day
		if !m.Readings[j].On.Before(r.On) && !same {
			c.hold(m.Service, "readings_out_of_order",
				"показания ИПУ № "+m.Serial+" не по порядку дат: "+r.On.Russian()+" после "+m.Readings[j].On.Russian())
		}
		return
	}
}

// checkMeters tells about meters that stand under one number at two accounts: makers do repeat
// numbers, so this holds nobody.
func (c *calculation) checkMeters(order []int) {
	type key struct {
		serial  string
		service housing.Service
	}
	n := 0
	for i := range c.snapshot.Accounts {
		n += len(c.snapshot.Accounts[i].Meters)
	}
	owner := make(map[key]string, n)
	for _, i := range order {
		a := &c.snapshot.Accounts[i]
		for j := range a.Meters {
			k := key{a.Meters[j].Serial, a.Meters[j].Service}
			other, seen := owner[k]
			if seen && other != a.Number {
				c.find(housing.Finding{
					Service: k.service, Code: "serial_repeated",
					Text: "ИПУ № " + k.serial + " указан у лицевых счетов " + other + " и " + a.Number,
				})
			}
			if !seen {
				owner[k] = a.Number
			}
		}
	}
}
