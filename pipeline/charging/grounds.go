package charging

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// grounds are the acts and decisions by which a line stands on its clause: what took a meter out of account,
// what the owners decided, why the house meter does not count. Each with the row that it came from.
func (c *calculation) grounds(l *line) string {
	var parts []string
	switch rule := l.charge.Rule; {
	case l.charge.Kind == housing.Correction:
	case strings.HasPrefix(rule, "R2.11"), rule == "R2.2.2", rule == "R1.6" && l.charge.Method != housing.ByMeter:
		parts = c.meterGrounds(&l.charge)
	case rule == "H14", rule == "R2.8.8":
		parts = c.brokenGrounds(l.charge.Service)
	}
	if f := c.table(l.charge.Service).facts; f != nil && l.charge.Service.Resource() != "" && (f.Method != "" || f.AboveNormShared) {
		parts = append(parts, "решение собственников"+withSource(f.Source))
	}
	if len(parts) == 0 {
		return ""
	}
	return "; " + strings.Join(parts, "; ")
}

func withSource(s housing.Source) string {
	if s == (housing.Source{}) {
		return ""
	}
	return " [" + s.Russian() + "]"
}

// meterGrounds tells which acts took meters of the service out of account on the first day of a line. That a
// verification has expired is a finding: sheets of snapshots that know no acts stay as they were.
func (c *calculation) meterGrounds(ch *housing.Charge) []string {
	var parts []string
	for _, m := range c.chargedMeters(ch) {
		if m.Service != ch.Service {
			continue
		}
		name := "ИПУ № " + m.Serial
		for i := range m.Events {
			e := &m.Events[i]
			if e.On.After(ch.Segment.From) || (!e.To.IsZero() && !e.To.After(ch.Segment.From)) {
				continue
			}
			what := " неисправен или утрачен с "
			if e.Kind == housing.MeterNoAccess {
				what = ": не допущен проверяющий "
			}
			parts = append(parts, name+what+e.On.Russian()+withDocument(e.Document)+withSource(e.Source))
		}
	}
	return parts
}

// chargedMeters are the meters of an account, and those common to the flat that it is a room of.
func (c *calculation) chargedMeters(ch *housing.Charge) []*housing.MeterFacts {
	var meters []*housing.MeterFacts
	for i := range c.snapshot.Accounts {
		a := &c.snapshot.Accounts[i]
		if a.Number != ch.Account {
			continue
		}
		for j := range a.Meters {
			meters = append(meters, &a.Meters[j])
		}
		for j := range c.snapshot.CommunalFlats {
			f := &c.snapshot.CommunalFlats[j]
			if a.Premises.Kind != housing.Room || f.Flat != a.Premises.Flat {
				continue
			}
			for k := range f.Meters {
				meters = append(meters, &f.Meters[k])
			}
		}
	}
	return meters
}

// brokenGrounds tells since when the meter of the house does not count.
func (c *calculation) brokenGrounds(service housing.Service) []string {
	if resource := service.Resource(); resource != "" {
		service = resource
	}
	f := c.table(service).facts
	if f == nil || f.BrokenFrom.IsZero() {
		return nil
	}
	return []string{"общедомовой прибор не учитывает с " + f.BrokenFrom.Russian() + withSource(f.Source)}
}
