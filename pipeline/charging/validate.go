package charging

import (
	"errors"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Validate reports every value of a snapshot that its types allow and its meaning does not: an
// unknown service, zone or kind, an empty number, an interval that ends before it starts. Facts that
// contradict each other are not its business: they hold accounts (Finding), not the file.
func Validate(s *housing.Snapshot) error {
	v := &validator{}
	v.check(s.Format == housing.SnapshotFormat, "format", "is %d, expected %d", s.Format, housing.SnapshotFormat)
	v.check(!s.Period.IsZero(), "period", "is missing")
	v.check(digits(s.Organisation), "organisation", "expected an INN, got %q", s.Organisation)
	v.check(s.House.Kind == housing.BlockOfFlats || s.House.Kind == housing.PrivateHouse,
		"house.kind", "unknown kind %q", s.House.Kind)
	for i := range s.Parameters {
		at := fmt.Sprintf("parameters[%d]", i)
		v.check(s.Parameters[i].Name != "", at+".name", "is empty")
		v.interval(s.Parameters[i].Valid, at+".valid")
	}
	for i := range s.Tariffs {
		t, at := &s.Tariffs[i], fmt.Sprintf("tariffs[%d]", i)
		v.service(t.Service, at+".service")
		v.check(t.Zone.Valid(), at+".zone", "unknown zone %q", t.Zone)
		v.check(t.Range >= 0 && t.Range <= maxRanges, at+".range", "expected 0 to %d, got %d", maxRanges, t.Range)
		v.interval(t.Valid, at+".valid")
	}
	for i := range s.Norms {
		n, at := &s.Norms[i], fmt.Sprintf("norms[%d]", i)
		v.service(n.Service, at+".service")
		v.check(n.Part == housing.WholeNorm || partSymbol(n.Part) != "N", at+".part", "unknown part %q", n.Part)
		v.check(n.Base == housing.PerPerson || n.Base == housing.PerArea || n.Base == housing.PerVolume, at+".base", "unknown base %q", n.Base)
		v.interval(n.Valid, at+".valid")
	}
	v.house(s)
	for i := range s.HouseMeters {
		v.service(s.HouseMeters[i].Service, fmt.Sprintf("house_meters[%d].service", i))
	}
	v.facts(s)
	for i := range s.Accounts {
		v.account(&s.Accounts[i], fmt.Sprintf("accounts[%d]", i))
	}
	return errors.Join(v.errs...)
}

// maxProblems keeps a wholly wrong file from being answered by a longer one.
const maxProblems = 50

type validator struct {
	errs []error
}

func (v *validator) check(ok bool, path, format string, args ...any) {
	if !ok && len(v.errs) < maxProblems {
		v.errs = append(v.errs, fmt.Errorf("%s: %s: %w", path, fmt.Sprintf(format, args...), ErrInput))
	}
}

func (v *validator) service(s housing.Service, path string) {
	v.check(s.Valid(), path, "unknown service %q", s)
}

func (v *validator) interval(i housing.Interval, path string) {
	v.check(i.To.IsZero() || i.From.Before(i.To), path, "ends on %s, before it starts on %s", i.To, i.From)
}

func (v *validator) account(a *housing.AccountFacts, at string) {
	v.check(a.Number != "" && len([]rune(a.Number)) <= 20, at+".number", "expected 1 to 20 characters, got %q", a.Number)
	v.check(a.Premises.Kind != "", at+".premises.kind", "is empty")
	for i := range a.Occupancy {
		o, path := &a.Occupancy[i], fmt.Sprintf("%s.occupancy[%d]", at, i)
		v.interval(o.Valid, path+".valid")
		v.check(o.Occupant == housing.Owner || o.Occupant == housing.Tenant,
			path+".occupant", "unknown occupant %q", o.Occupant)
	}
	for i := range a.Services {
		s, path := &a.Services[i], fmt.Sprintf("%s.services[%d]", at, i)
		v.service(s.Service, path+".service")
		v.check(digits(s.Payee), path+".payee", "expected an INN, got %q", s.Payee)
		v.interval(s.Valid, path+".valid")
	}
	v.accountFacts(a, at)
	for i := range a.Meters {
		v.meter(&a.Meters[i], fmt.Sprintf("%s.meters[%d]", at, i))
	}
}

func (v *validator) meter(m *housing.MeterFacts, at string) {
	v.check(m.Serial != "", at+".serial", "is empty")
	v.service(m.Service, at+".service")
	v.check(len(m.Zones) > 0, at+".zones", `expected at least one, [""] for a one-tariff meter`)
	for i, z := range m.Zones {
		v.check(z.Valid(), fmt.Sprintf("%s.zones[%d]", at, i), "unknown zone %q", z)
	}
	for i := range m.Readings {
		r, path := &m.Readings[i], fmt.Sprintf("%s.readings[%d]", at, i)
		v.check(r.Zone.Valid(), path+".zone", "unknown zone %q", r.Zone)
		v.check(!r.On.IsZero(), path+".on", "is missing")
	}
	v.meterEvents(m, at)
	for i := range m.History {
		h, path := &m.History[i], fmt.Sprintf("%s.history[%d]", at, i)
		v.check(h.Zone.Valid(), path+".zone", "unknown zone %q", h.Zone)
		v.check(!h.Period.IsZero(), path+".period", "is missing")
		v.check(h.Unread.IsZero() || !h.Metered, path+".unread", "a metered month has no days without readings")
		v.check(h.Unread.IsZero() || h.Unread.Sign() > 0 && h.Unread.Cmp(h.Volume) <= 0, path+".unread",
			"expected at most the volume %s, got %s", h.Volume, h.Unread)
	}
}

func digits(inn string) bool {
	for _, r := range inn {
		if r < '0' || r > '9' {
			return false
		}
	}
	return len(inn) == 10 || len(inn) == 12
}
