package correcting_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/correcting"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

const payee = "9900173450"

func date(month, day int) housing.Date {
	return housing.DateOf(time.Date(2026, time.Month(month), day, 0, 0, 0, 0, time.UTC))
}

func decimal(text string) housing.Decimal {
	d, err := housing.ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}

// facts are what differs from case to case; all of them are of August.
type facts struct {
	People  int
	Area    string
	Reading string // of the meter of 001, "" for none; it showed 100 in July
	Price   string
	Absent  int // of two people of 002, for twenty days
	Volume  string
}

func known() facts { return facts{People: 2, Area: "50", Price: "40", Volume: "60"} }

// snapshot is a house of three accounts in August: 001 has a meter of cold water, 002 and 003 a norm; all
// share the common property.
func snapshot(tb rapid.TB, f facts) *housing.Snapshot {
	tb.Helper()
	rules, err := parameters.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	period := date(8, 1).Period()
	always := housing.Interval{From: date(1, 1)}
	s := &housing.Snapshot{
		Format: housing.SnapshotFormat, Period: period, Organisation: payee, Parameters: parameters.ForCharging(rules, period),
		House: housing.House{ID: 1, Address: "д. 1", Kind: housing.BlockOfFlats, Area: decimal("1000"), Common: decimal("100"), Manager: housing.ManagingCompany},
		Tariffs: []housing.Tariff{
			{Service: housing.ColdWater, Price: decimal(f.Price), Valid: always, Source: source("tariffs.xlsx", 2)},
			{Service: housing.Maintenance, Price: decimal("20"), Valid: always},
		},
		Norms: []housing.Norm{
			{Service: housing.ColdWater, Base: housing.PerPerson, Value: decimal("4"), Valid: always},
			{Service: housing.CommonColdWater, Base: housing.PerArea, Value: decimal("0.5"), Valid: always},
		},
		HouseMeters: []housing.CollectiveMeter{{Serial: "ОД-1", Service: housing.ColdWater, Volume: decimal(f.Volume)}},
		HouseFacts:  []housing.HouseFacts{{Service: housing.CommonColdWater, Method: housing.CommonFact}},
	}
	for i, number := range []string{"001", "002", "003"} {
		a := housing.AccountFacts{Account: housing.Account{ID: int64(i + 1), Number: number, Premises: housing.Premises{Kind: housing.Flat, Flat: number}}}
		o := housing.Occupancy{Valid: always, Area: decimal("50"), People: 2, Owners: 1, Occupant: housing.Owner, Source: source("accounts.csv", int64(i+2))}
		if number == "003" {
			o.People, o.Area = f.People, decimal(f.Area)
		}
		a.Occupancy = []housing.Occupancy{o}
		for _, service := range []housing.Service{housing.ColdWater, housing.Maintenance, housing.CommonColdWater} {
			a.Services = append(a.Services, housing.AccountService{Service: service, Payee: payee, Valid: always})
		}
		s.Accounts = append(s.Accounts, a)
	}
	meter := housing.MeterFacts{
		Meter:    housing.Meter{ID: 7, Serial: "А", Service: housing.ColdWater, Zones: []housing.Zone{housing.ZoneSingle}, Digits: 5},
		Readings: []housing.Reading{{On: date(7, 31), Value: decimal("100")}},
	}
	if f.Reading != "" {
		meter.Readings = append(meter.Readings, housing.Reading{On: date(8, 25), Value: decimal(f.Reading), Source: source("readings.csv", 17)})
	}
	s.Accounts[0].Meters = []housing.MeterFacts{meter}
	if f.Absent > 0 {
		s.Accounts[1].Absences = []housing.Absence{{
			People: f.Absent, Left: date(8, 3), Returned: date(8, 24), Applied: date(8, 24), Document: "Справка № 5", Source: source("events.csv", 2),
		}}
	}
	return s
}

func source(name string, row int64) housing.Source {
	return housing.Source{Kind: housing.SourceFile, Name: name, Position: row}
}

func calculate(s *housing.Snapshot) (correcting.Computed, error) {
	r, err := charging.Calculate(s)
	c := correcting.Computed{Charges: r.Charges, Held: map[string]string{}}
	for _, f := range r.Findings {
		if f.Held {
			c.Held[f.Account] = f.Text
		}
	}
	return c, err
}

func compare(tb rapid.TB, base, fresh *housing.Snapshot, scope correcting.Scope) correcting.Result {
	tb.Helper()
	r, err := correcting.Compare(correcting.Input{Base: base, Fresh: fresh, Scope: scope, Calculate: calculate})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func texts(r correcting.Result) []string {
	list := make([]string, 0, len(r.Lines))
	for i := range r.Lines {
		l := &r.Lines[i]
		list = append(list, fmt.Sprintf("%s %s %s %s: %s", l.Account.Number, l.Service, l.Cause, l.Amount, l.Document()))
	}
	return list
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*facts)
		scope  correcting.Scope
		want   []string
	}{
		"nothing is late": {func(*facts) {}, correcting.OwnAccount, []string{}},
		"a reading, its own account only": {func(f *facts) { f.Reading = "105" }, correcting.OwnAccount, []string{
			"001 cold_water reading -120.00: показание 105 на 25.08.2026, ИПУ № А (файл readings.csv, строка 17)",
		}},
		"a reading, the whole house": {func(f *facts) { f.Reading = "105" }, correcting.WholeHouse, []string{
			"001 cold_water reading -120.00: показание 105 на 25.08.2026, ИПУ № А (файл readings.csv, строка 17)",
			"001 common_cold_water reading 6.00: показание 105 на 25.08.2026, ИПУ № А (файл readings.csv, строка 17)",
			"002 common_cold_water reading 6.00: л/с 001: показание 105 на 25.08.2026, ИПУ № А (файл readings.csv, строка 17)",
			"003 common_cold_water reading 6.00: л/с 001: показание 105 на 25.08.2026, ИПУ № А (файл readings.csv, строка 17)",
		}},
		"a tariff is of all": {func(f *facts) { f.Price = "41" }, correcting.OwnAccount, []string{
			"001 cold_water tariff 8.00: тариф Холодное водоснабжение 41 ₽ с 01.01.2026 (файл tariffs.xlsx, строка 2)",
			"001 common_cold_water tariff 1.80: тариф Холодное водоснабжение 41 ₽ с 01.01.2026 (файл tariffs.xlsx, строка 2)",
			"002 cold_water tariff 8.00: тариф Холодное водоснабжение 41 ₽ с 01.01.2026 (файл tariffs.xlsx, строка 2)",
			"002 common_cold_water tariff 1.80: тариф Холодное водоснабжение 41 ₽ с 01.01.2026 (файл tariffs.xlsx, строка 2)",
			"003 cold_water tariff 8.00: тариф Холодное водоснабжение 41 ₽ с 01.01.2026 (файл tariffs.xlsx, строка 2)",
			"003 common_cold_water tariff 1.80: тариф Холодное водоснабжение 41 ₽ с 01.01.2026 (файл tariffs.xlsx, строка 2)",
		}},
		"area and people of one row": {func(f *facts) { f.Area, f.People = "60", 3 }, correcting.OwnAccount, []string{
			"003 maintenance area 200.00: проживает 3, площадь 60 м² с 01.01.2026 (файл accounts.csv, строка 4)",
			"003 cold_water area 160.00: проживает 3, площадь 60 м² с 01.01.2026 (файл accounts.csv, строка 4)",
			"003 common_cold_water area 4.80: проживает 3, площадь 60 м² с 01.01.2026 (файл accounts.csv, строка 4)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := known()
			test.change(&f)
			r := compare(t, snapshot(t, known()), snapshot(t, f), test.scope)
			got := texts(r)
			slices.Sort(got)
			slices.Sort(test.want)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// Where a fact came from, parameters and names are no late facts.
func TestOnlyFactsCount(t *testing.T) {
	t.Parallel()
	base, fresh := snapshot(t, known()), snapshot(t, known())
	fresh.Parameters = nil
	fresh.House.Address = "д. 1, корп. 2"
	for i := range fresh.Accounts {
		a := &fresh.Accounts[i]
		a.Payer, a.Occupancy[0].Source = "Новый", source("again.csv", 9)
		a.Occupancy[0].Valid.To = date(9, 1) // the next month has its own
	}
	if r := compare(t, base, fresh, correcting.WholeHouse); r.Changed {
		t.Errorf("late facts: %v", texts(r))
	}
}

// An account whose facts contradict each other is left as it was; the others are corrected.
func TestHeldAccountsAreLeftOut(t *testing.T) {
	t.Parallel()
	f := known()
	f.Reading = "105"
	fresh := snapshot(t, f)
	fresh.Accounts[2].Occupancy[0].Area = decimal("0")
	r := compare(t, snapshot(t, known()), fresh, correcting.OwnAccount)
	if len(r.Lines) != 1 || len(r.Held) != 1 || r.Held[0].Account != "003" {
		t.Errorf("lines %v, held %v", texts(r), r.Held)
	}
	if r.Snapshot.Accounts[2].Occupancy[0].Area.IsZero() {
		t.Error("the contradiction is kept for the next comparison")
	}
	fresh.House.Area = decimal("0") // of the whole house
	for i := range fresh.Accounts {
		fresh.Accounts[i].Occupancy[0].Area = decimal("0")
	}
	fresh.Tariffs = nil
	if _, err := correcting.Compare(correcting.Input{Base: snapshot(t, known()), Fresh: fresh, Scope: correcting.OwnAccount, Calculate: calculate}); !errors.Is(err, correcting.ErrHouse) {
		t.Errorf("a house without tariffs: %v", err)
	}
}

// What is undone is named as such.
func TestUndone(t *testing.T) {
	t.Parallel()
	f := known()
	f.Absent = 1
	r := compare(t, snapshot(t, f), snapshot(t, known()), correcting.OwnAccount)
	if len(r.Lines) != 1 || !strings.HasPrefix(r.Lines[0].Document(), "отменено: отсутствует 1 с 03.08.2026 по 24.08.2026, Справка № 5") {
		t.Errorf("lines %v", texts(r))
	}
}

// TestLaws: whatever late facts there are and in whatever order they come, what was charged and all
// corrections add up to the month computed anew; facts that came once come to nothing the second time.
func TestLaws(t *testing.T) { //nolint:gocognit // one story, told in order
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		changes := []func(*facts){
			func(f *facts) { f.People = rapid.IntRange(0, 5).Draw(t, "people") },
			func(f *facts) { f.Area = rapid.SampledFrom([]string{"50", "47.3", "60"}).Draw(t, "area") },
			func(f *facts) { f.Reading = rapid.SampledFrom([]string{"", "100", "103.7", "120"}).Draw(t, "reading") },
			func(f *facts) { f.Price = rapid.SampledFrom([]string{"40", "39.99", "44.17"}).Draw(t, "price") },
			func(f *facts) { f.Absent = rapid.IntRange(0, 2).Draw(t, "absent") },
			func(f *facts) { f.Volume = rapid.SampledFrom([]string{"60", "71.3", "30"}).Draw(t, "volume") },
		}
		now := known()
		issued := snapshot(t, now)
		base := issued
		sums := map[string]housing.Money{}
		add := func(account string, service housing.Service, amount housing.Money) {
			sums[account+" "+string(service)] += amount
		}
		first, err := calculate(issued)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range first.Charges {
			add(c.Account, c.Service, c.Amount)
		}
		rounds := rapid.IntRange(1, 4).Draw(t, "rounds")
		for range rounds {
			for _, at := range rapid.SliceOfN(rapid.IntRange(0, len(changes)-1), 1, 3).Draw(t, "facts") {
				changes[at](&now)
			}
			r := compare(t, base, snapshot(t, now), correcting.WholeHouse)
			for _, l := range r.Lines {
				if l.Amount != l.Now-l.Was || l.Amount == 0 {
					t.Fatalf("a line of %s from %s to %s", l.Amount, l.Was, l.Now)
				}
				sums[l.Account.Number+" "+string(l.Service)] += l.Amount
			}
			base = stored(t, r.Snapshot)
			if again := compare(t, base, snapshot(t, now), correcting.WholeHouse); again.Changed || len(again.Lines) > 0 {
				t.Fatalf("the same facts again: %v", texts(again))
			}
		}
		want := charged(t, snapshot(t, now))
		nothing := func(_ string, m housing.Money) bool { return m == 0 }
		maps.DeleteFunc(sums, nothing)
		maps.DeleteFunc(want, nothing)
		if diff := cmp.Diff(want, sums); diff != "" {
			t.Fatalf("charged and corrected (-computed anew +booked):\n%s", diff)
		}
	})
}

// charged adds up a month by account and service.
func charged(tb rapid.TB, s *housing.Snapshot) map[string]housing.Money {
	tb.Helper()
	computed, err := calculate(s)
	if err != nil {
		tb.Fatal(err)
	}
	sums := map[string]housing.Money{}
	for _, c := range computed.Charges {
		sums[c.Account+" "+string(c.Service)] += c.Amount
	}
	return sums
}

// stored is a snapshot as it comes back from the database.
func stored(tb rapid.TB, s *housing.Snapshot) *housing.Snapshot {
	tb.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		tb.Fatal(err)
	}
	var again housing.Snapshot
	if err := json.Unmarshal(text, &again); err != nil {
		tb.Fatal(err)
	}
	return &again
}

// What is used between two readings is spread by days, and nothing of it is lost.
func TestSpread(t *testing.T) {
	t.Parallel()
	later := housing.Reading{On: date(9, 30), Value: decimal("130"), Source: source("readings.csv", 5)}
	at := func(r *housing.Reading) func(int64, housing.Zone) *housing.Reading {
		return func(int64, housing.Zone) *housing.Reading { return r }
	}
	s := snapshot(t, known())
	kept := s.Accounts[0].Meters[0].Readings
	spread, err := correcting.Spread(s, at(&later))
	if err != nil || !spread[correcting.Register{Meter: 7}] {
		t.Fatalf("spread %v: %v", spread, err)
	}
	want := []housing.Reading{{On: date(7, 31), Value: decimal("100")}, {On: date(8, 31), Value: decimal("115.246"), Source: later.Source}}
	if diff := cmp.Diff(want, s.Accounts[0].Meters[0].Readings, cmp.Comparer(func(a, b housing.Decimal) bool { return a.Cmp(b) == 0 }), cmp.AllowUnexported(housing.Date{})); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
	if len(kept) != 1 {
		t.Errorf("the readings of before changed: %v", kept)
	}
	smaller, check := later, later
	smaller.Value, check.Control = decimal("90"), true
	for name, r := range map[string]*housing.Reading{"none": nil, "through zero": &smaller, "a check": &check} {
		s := snapshot(t, known())
		if spread, err := correcting.Spread(s, at(r)); err != nil || len(spread) > 0 {
			t.Errorf("%s: spread %v, %v", name, slices.Collect(maps.Keys(spread)), err)
		}
	}
}
