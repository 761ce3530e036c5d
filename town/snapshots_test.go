package town_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/town"
)

// known is what the files and messages say, put together as the store would.
type known struct {
	tariffs  []housing.Tariff
	norms    []housing.Norm
	houses   map[string]housing.House
	volumes  map[string][]housing.CollectiveMeter
	accounts map[string]housing.AccountEntry
	services map[string][]housing.HouseService // by house, or house and account
	meters   map[string]housing.MeterEntry     // by serial
	of       map[string][]string               // serials of an account
	readings map[string]map[housing.Reading]bool

	managers  map[string]housing.Manager
	facts     map[string][]housing.HouseFacts
	areas     map[string]housing.Decimal // of communal flats, by house and flat
	acts      map[string][]housing.QualityAct
	absences  map[string][]housing.Absence
	incidents map[string][]housing.MeterEvent // by serial
	benefits  map[string][]housing.Benefit
}

func unsourced(b housing.Benefit) housing.Benefit {
	b.Source = housing.Source{}
	return b
}

func (k *known) take(fact importers.Fact) {
	switch f := fact.(type) {
	case housing.Tariff:
		f.Source = housing.Source{}
		k.tariffs = append(k.tariffs, f)
	case housing.Norm:
		f.Source = housing.Source{}
		k.norms = append(k.norms, f)
	case housing.House:
		f.Source = housing.Source{}
		k.houses[f.Address] = f
	case housing.HouseVolume:
		f.Source = housing.Source{}
		k.volumes[f.House] = append(k.volumes[f.House], f.CollectiveMeter)
	case housing.AccountEntry:
		k.accounts[f.Account.Number] = f
	case housing.HouseService:
		f.Source = housing.Source{}
		k.services[f.House+f.Account] = append(k.services[f.House+f.Account], f)
	case housing.MeterEntry:
		k.meters[f.Meter.Serial] = f
		k.of[f.Account] = append(k.of[f.Account], f.Meter.Serial)
	case housing.ManagerEntry:
		k.managers[f.House] = f.Manager
	case housing.DecisionEntry:
		k.facts[f.House] = append(k.facts[f.House], housing.HouseFacts{
			Service: f.Service, Method: f.Method, AboveNormShared: f.AboveNormShared,
		})
	case housing.CommunalEntry:
		k.areas[f.House+f.Flat] = f.Area
	case housing.QualityEntry:
		f.Source = housing.Source{}
		k.acts[f.House] = append(k.acts[f.House], f.QualityAct)
	case housing.AbsenceEntry:
		f.Source = housing.Source{}
		k.absences[f.Account] = append(k.absences[f.Account], f.Absence)
	case housing.BenefitGrantEntry:
		k.benefits[f.Account] = append(k.benefits[f.Account], unsourced(f.Benefit))
	case housing.MeterEventEntry:
		f.Source = housing.Source{}
		k.incidents[f.Serial] = append(k.incidents[f.Serial], f.MeterEvent)
	case housing.MeterReading:
		k.read(f.Serial, housing.Reading{On: f.On, Value: f.Value})
	}
}

// read keeps what the rules of readings let through: a known meter, no less than before.
func (k *known) read(serial string, r housing.Reading) {
	m, found := k.meters[serial]
	if !found {
		return
	}
	for _, first := range m.Initial {
		if first.Zone == r.Zone && r.Value.Cmp(first.Value) < 0 {
			return
		}
	}
	if k.readings[serial] == nil {
		k.readings[serial] = map[housing.Reading]bool{}
	}
	k.readings[serial][r] = true
}

func (k *known) stream(t *testing.T, made *town.Town) {
	t.Helper()
	zones := map[string]housing.Zone{"1": "", "T1": housing.ZoneDay, "T2": housing.ZoneNight}
	for m, err := range made.Messages() {
		if err != nil {
			t.Fatal(err)
		}
		read, err := stream.DecodeReadings(m.Value)
		if err != nil {
			continue
		}
		for _, r := range read.Readings {
			k.read(read.Serial, housing.Reading{Zone: zones[r.Channel], On: housing.DateOf(r.At), Value: r.Value})
		}
	}
}

// The snapshots say the same as the files and messages: a test may compute what must come out.
func TestSnapshotsAgreeWithFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]town.Config{"ten lines": {}, "twelve lines": {ManyLines: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.Accounts, c.Seed = 1000, 1
			made, err := town.New(c)
			if err != nil {
				t.Fatal(err)
			}
			snapshotsAgree(t, made)
		})
	}
}

func snapshotsAgree(t *testing.T, made *town.Town) {
	t.Helper()
	k := &known{
		houses: map[string]housing.House{}, volumes: map[string][]housing.CollectiveMeter{}, accounts: map[string]housing.AccountEntry{},
		services: map[string][]housing.HouseService{}, meters: map[string]housing.MeterEntry{}, of: map[string][]string{},
		readings: map[string]map[housing.Reading]bool{}, managers: map[string]housing.Manager{},
		facts: map[string][]housing.HouseFacts{}, areas: map[string]housing.Decimal{}, acts: map[string][]housing.QualityAct{},
		absences: map[string][]housing.Absence{}, incidents: map[string][]housing.MeterEvent{}, benefits: map[string][]housing.Benefit{},
	}
	expected := made.Expected()
	for i, f := range made.Files() {
		decode(t, f.Name, expected.Files[i].Format, content(t, f), k.take)
	}
	k.stream(t, made)
	same := cmp.Comparer(func(a, b housing.Decimal) bool { return a.Cmp(b) == 0 })
	compare := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got, same, cmp.Comparer(func(a, b housing.Date) bool { return a == b }),
			cmp.Comparer(func(a, b housing.Moment) bool { return a == b }),
			cmp.Comparer(func(a, b housing.Measurement) bool {
				return a.IsZero() == b.IsZero() && a.Decimal().Cmp(b.Decimal()) == 0
			})); diff != "" {
			t.Fatalf("%s: (-files +snapshot)\n%s", what, diff)
		}
	}
	accounts, readings := 0, 0
	for s := range made.Snapshots(nil) {
		house := s.House.Address
		asFile := k.houses[house]
		asFile.Manager = k.managers[house]
		compare(house, asFile, s.House)
		compare("acts", k.acts[house], s.QualityActs)
		k.compareHouseFacts(compare, house, s)
		compare("volumes", k.volumes[house], s.HouseMeters)
		compare("norms", k.norms, s.Norms)
		valid := slices.DeleteFunc(slices.Clone(k.tariffs), func(x housing.Tariff) bool {
			return !x.Valid.Overlaps(s.Period.Interval())
		})
		compare("tariffs", valid, s.Tariffs)
		for _, a := range s.Accounts {
			accounts++
			readings += k.compareAccount(t, compare, house, a)
		}
	}
	if accounts != expected.Accounts || len(k.accounts) != accounts || readings != expected.Readings {
		t.Errorf("%d accounts, %d readings, expected %d, %d", accounts, readings, expected.Accounts, expected.Readings)
	}
}

// compareHouseFacts compares what the owners decided, and puts the meters of a communal flat back to the
// account that their file names.
func (k *known) compareHouseFacts(compare func(string, any, any), house string, s *housing.Snapshot) {
	decided := slices.DeleteFunc(slices.Clone(s.HouseFacts), func(f housing.HouseFacts) bool { return f.Service == housing.Heating })
	if len(decided) == 0 {
		decided = nil
	}
	compare("decisions", k.facts[house], decided)
	for _, flat := range s.CommunalFlats {
		compare("area of a communal flat", k.areas[house+flat.Flat], flat.Occupancy[0].Area)
		for i := range s.Accounts {
			a := &s.Accounts[i]
			if a.Premises.Flat == flat.Flat && a.Premises.Room == "1" {
				a.Meters = append(a.Meters, flat.Meters...)
			}
		}
	}
}

func (k *known) compareAccount(t *testing.T, compare func(string, any, any), house string, a housing.AccountFacts) (readings int) {
	t.Helper()
	entry := k.accounts[a.Number]
	entry.Account.Source, entry.Occupancy.Source = housing.Source{}, housing.Source{}
	compare(a.Number, entry.Account, a.Account)
	compare(a.Number, []housing.Occupancy{entry.Occupancy}, a.Occupancy)
	services := make([]housing.AccountService, 0, len(a.Services))
	for _, s := range k.services[house] {
		for _, own := range k.services[house+a.Number] {
			if own.Service == s.Service {
				s = own
			}
		}
		services = append(services, s.AccountService)
	}
	compare(a.Number, services, a.Services)
	compare(a.Number, k.absences[a.Number], a.Absences)
	for i := range a.Benefits {
		a.Benefits[i].Person = "" // as the office numbers it
	}
	compare(a.Number, k.benefits[a.Number], a.Benefits)
	serials := make([]string, 0, len(a.Meters))
	for _, m := range a.Meters {
		serials = append(serials, m.Serial)
		entry := k.meters[m.Serial]
		entry.Meter.Source = housing.Source{}
		compare(m.Serial, entry.Meter, m.Meter)
		compare(m.Serial, k.incidents[m.Serial], m.Events)
		left := len(k.readings[m.Serial])
		var initial []housing.Reading
		for _, r := range m.Readings {
			if r.On == m.Commissioned {
				initial = append(initial, r)
			} else if k.readings[m.Serial][r] {
				left--
				readings++
			}
		}
		for i := range entry.Initial {
			entry.Initial[i].Source = housing.Source{}
		}
		compare(m.Serial, entry.Initial, initial)
		if left != 0 || len(m.Readings) != len(initial)+len(k.readings[m.Serial]) {
			t.Fatalf("%s: readings %v, files say %v", m.Serial, m.Readings, k.readings[m.Serial])
		}
	}
	if len(serials) > 0 {
		compare(a.Number, k.of[a.Number], serials)
	}
	return readings
}

// Every account of the town can be charged, and what it is charged is believable.
func TestTownCanBeCharged(t *testing.T) {
	t.Parallel()
	all, err := parameters.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	made := newTown(t, 1000, 1)
	charged, rules, codes := map[string]housing.Money{}, map[string]int{}, map[string]int{}
	for s := range made.Snapshots(parameters.ForMonth(all, made.Period())) {
		if err := charging.Validate(s); err != nil {
			t.Fatalf("%s: %v", s.House.Address, err)
		}
		result, err := charging.Calculate(s)
		if err != nil {
			t.Fatalf("%s: %v", s.House.Address, err)
		}
		for _, c := range result.Charges {
			charged[c.Account] += c.Amount
			rules[c.Rule]++
		}
		for _, f := range result.Findings {
			codes[f.Code]++
			if f.Held {
				t.Errorf("%s is held: %s", f.Account, f.Text)
			}
		}
	}
	checkCharged(t, made, charged)
	for _, rule := range []string{"R1.1", "R1.3", "R1.4", "R2.1.1", "R2.1.2", "R2.2.1", "R2.2.2", "R2.3.1", "R2.9.1", "R1.6", "R2.8.3", "R2.8.4", "R2.11a", "R2.12.4", "Q4", "H1", "H4", "H6"} {
		if rules[rule] == 0 {
			t.Errorf("no line by rule %s", rule)
		}
	}
	if codes["verification_expired"] == 0 || codes["no_reading"] == 0 || codes["areas_exceed_house"] > 0 {
		t.Errorf("findings %v", codes)
	}
}

func checkCharged(t *testing.T, made *town.Town, charged map[string]housing.Money) {
	t.Helper()
	if len(charged) != made.Expected().Accounts {
		t.Errorf("%d accounts charged", len(charged))
	}
	var total housing.Money
	for number, amount := range charged {
		total += amount
		if amount < 100_00 || amount > 40_000_00 {
			t.Errorf("%s is charged %s", number, amount.Russian())
		}
	}
	if mean := total / housing.Money(len(charged)); mean < 4_000_00 || mean > 12_000_00 {
		t.Errorf("the mean charge is %s", mean.Russian())
	}
}

// No two houses have one address, however large the town.
func TestAddressesAreUnique(t *testing.T) {
	t.Parallel()
	keys, numbers := map[string]bool{}, map[string]bool{}
	meters := map[string]bool{}
	made := newTown(t, 40_000, 3)
	for s := range made.Snapshots(nil) {
		key := matching.HouseKey(s.House.Address)
		if keys[key] {
			t.Errorf("%s stands twice", s.House.Address)
		}
		keys[key] = true
		flats := map[string]bool{}
		for _, a := range s.Accounts {
			premises := a.Premises.Flat + "/" + a.Premises.Room
			if flats[premises] || numbers[a.Number] || len(a.Number) != 10 {
				t.Errorf("%s %s, flat %q", s.House.Address, a.Number, a.Premises.Flat)
			}
			flats[premises], numbers[a.Number] = true, true
			for _, m := range a.Meters {
				if meters[m.Serial] {
					t.Errorf("meter %s stands twice", m.Serial)
				}
				meters[m.Serial] = true
			}
		}
	}
}
