package charging

import (
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// facts checks the optional facts of a house.
func (v *validator) facts(s *housing.Snapshot) {
	for i := range s.Ranges {
		r, at := &s.Ranges[i], fmt.Sprintf("ranges[%d]", i)
		v.service(r.Service, at+".service")
		v.check(r.Range >= 1 && r.Range < maxRanges, at+".range", "expected 1 to %d, got %d", maxRanges-1, r.Range)
		v.check(r.Base == housing.RangePerAccount || r.Base == housing.RangePerPerson, at+".base", "unknown base %q", r.Base)
		v.check(r.UpTo.Sign() >= 0 && r.Least.Sign() >= 0, at+".up_to", "is negative")
		v.interval(r.Valid, at+".valid")
	}
	for i := range s.CommunalFlats {
		v.communalFlat(&s.CommunalFlats[i], fmt.Sprintf("communal_flats[%d]", i))
	}
	for i := range s.QualityActs {
		v.qualityAct(&s.QualityActs[i], fmt.Sprintf("quality_acts[%d]", i))
	}
	for i := range s.Containers {
		k, at := &s.Containers[i], fmt.Sprintf("waste_containers[%d]", i)
		v.check(k.Count >= 0 && k.Count <= maxCount, at+".count", "expected 0 to %d, got %d", maxCount, k.Count)
		v.check(k.Removals >= 0 && k.Removals <= maxCount, at+".removals", "expected 0 to %d, got %d", maxCount, k.Removals)
	}
}

// maxCount is more people, containers or removals than any house has.
const maxCount = 1_000_000

func (v *validator) communalFlat(f *housing.CommunalFlat, at string) {
	v.check(f.Flat != "", at+".flat", "is empty")
	for i := range f.Occupancy {
		path := fmt.Sprintf("%s.occupancy[%d]", at, i)
		v.interval(f.Occupancy[i].Valid, path+".valid")
		v.count(f.Occupancy[i].People, path+".people")
	}
	for i := range f.Meters {
		v.meter(&f.Meters[i], fmt.Sprintf("%s.meters[%d]", at, i))
	}
}

func (v *validator) qualityAct(a *housing.QualityAct, at string) {
	v.service(a.Service, at+".service")
	known := a.Kind == housing.Interruption || a.Kind == housing.Temperature || a.Kind == housing.Planned
	v.check(known, at+".kind", "unknown kind %q", a.Kind)
	v.check(!a.From.IsZero() && a.From.Before(a.To), at+".to", "ends at %s, before it starts at %s", a.To, a.From)
	v.check(a.Document != "", at+".document", "is empty")
	v.check(a.Kind != housing.Temperature || !a.Measured.IsZero(), at+".measured", "is missing")
	v.check(a.Kind != housing.Planned || a.Service == housing.HotWater, at+".service", "a planned outage is of hot water")
	v.check(a.Sources >= 0 && a.Sources <= 2, at+".sources", "expected 1 or 2, got %d", a.Sources)
}

// accountFacts checks the optional facts of an account.
func (v *validator) accountFacts(a *housing.AccountFacts, at string) {
	for i := range a.Stays {
		path := fmt.Sprintf("%s.stays[%d]", at, i)
		v.interval(a.Stays[i].Valid, path+".valid")
		v.count(a.Stays[i].People, path+".people")
	}
	for i := range a.Absences {
		b, path := &a.Absences[i], fmt.Sprintf("%s.absences[%d]", at, i)
		v.count(b.People, path+".people")
		v.check(!b.Left.IsZero(), path+".left", "is missing")
		v.check(b.Returned.IsZero() || !b.Returned.Before(b.Left), path+".returned", "%s is before %s", b.Returned, b.Left)
	}
	for i := range a.Violations {
		f, path := &a.Violations[i], fmt.Sprintf("%s.violations[%d]", at, i)
		v.service(f.Service, path+".service")
		v.interval(f.Valid, path+".valid")
		v.check(!f.Found.IsZero(), path+".found", "is missing")
		switch f.Kind {
		case housing.Unauthorised:
			v.check(f.Power.Sign() > 0, path+".power", "expected a positive power, got %s", f.Power)
		case housing.Tampering:
		default:
			v.check(false, path+".kind", "unknown kind %q", f.Kind)
		}
	}
	for i := range a.Benefits {
		v.benefit(&a.Benefits[i], fmt.Sprintf("%s.benefits[%d]", at, i))
	}
	for i := range a.WasteShares {
		v.check(a.WasteShares[i].Weight.Sign() >= 0, fmt.Sprintf("%s.waste_shares[%d].weight", at, i), "is negative")
	}
}

func (v *validator) count(n int, path string) {
	v.check(n >= 0 && n <= maxCount, path, "expected 0 to %d, got %d", maxCount, n)
}

func (v *validator) meterEvents(m *housing.MeterFacts, at string) {
	for i := range m.Events {
		e, path := &m.Events[i], fmt.Sprintf("%s.events[%d]", at, i)
		v.check(e.Kind == housing.MeterFailed || e.Kind == housing.MeterNoAccess, path+".kind", "unknown kind %q", e.Kind)
		v.check(!e.On.IsZero(), path+".on", "is missing")
		v.check(e.To.IsZero() || e.On.Before(e.To), path+".to", "%s is not after %s", e.To, e.On)
	}
}

func (v *validator) benefit(b *housing.Benefit, at string) {
	v.check(b.Person != "", at+".person", "is empty")
	v.check(b.Category != "", at+".category", "is empty")
	v.check(b.Service == "" || b.Service.Valid(), at+".service", "unknown service %q", b.Service)
	v.check(b.Scope == housing.HolderScope || b.Scope == housing.FamilyScope, at+".scope", "unknown scope %q", b.Scope)
	v.check(b.Mode == "" || b.Mode.Russian() != "", at+".mode", "unknown mode %q", b.Mode)
	v.check(b.Percent.Sign() >= 0 && b.Percent.Cmp(housing.Whole(100)) <= 0, at+".percent", "expected 0 to 100, got %s", b.Percent)
	v.check(b.Amount >= 0, at+".amount", "is negative: %s", b.Amount)
	v.check(b.Percent.IsZero() != (b.Amount == 0), at+".percent", "expected a percent or an amount, not both")
	v.check(b.Amount == 0 || b.Service != "" || b.Subsidy, at+".service", "is empty: an amount is of one service")
	v.check(!b.Subsidy || b.Amount > 0 && b.Service == "", at+".subsidy", "expected an amount a month, of no service")
	v.interval(b.Valid, at+".valid")
}
