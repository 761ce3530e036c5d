package charging_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// eventfulHouse is a mixed house in which everything happens that the optional facts can tell.
func eventfulHouse(tb testing.TB, accounts int) *housing.Snapshot {
	tb.Helper()
	s := mixedHouse(tb, accounts)
	since := interval("2020-01-01", "")
	s.House.People = 3 * accounts
	for n, price := range []string{"5.50", "7.20", "9.90"} {
		for _, zone := range []housing.Zone{housing.ZoneSingle, housing.ZoneDay, housing.ZoneNight} {
			s.Tariffs = append(s.Tariffs, housing.Tariff{
				Service: housing.Electricity, Zone: zone, Range: n + 1, Price: dec(price), Valid: since,
			})
		}
	}
	s.Ranges = []housing.ConsumptionRange{
		{Service: housing.Electricity, Range: 1, UpTo: dec("1"), Base: housing.RangePerPerson, Least: dec("2"), Whole: true, Valid: since},
		{Service: housing.Electricity, Range: 2, UpTo: dec("50"), Base: housing.RangePerAccount, Valid: since},
	}
	s.Norms = slices.DeleteFunc(s.Norms, func(n housing.Norm) bool { return n.Service == housing.Gas })
	for part, value := range map[housing.NormPart]string{housing.ForCooking: "5.1", housing.ForWater: "7.3"} {
		s.Norms = append(s.Norms, housing.Norm{Service: housing.Gas, Part: part, Base: housing.PerPerson, Value: dec(value), Valid: since})
	}
	s.Tariffs = append(s.Tariffs, housing.Tariff{Service: housing.HotWaterHeat, Price: dec("2411.09"), Valid: since})
	s.Norms = append(s.Norms, housing.Norm{Service: housing.HotWaterHeat, Base: housing.PerVolume, Value: dec("0.0617"), Valid: since})
	for i := range s.Accounts {
		s.Accounts[i].Services = append(s.Accounts[i].Services, housing.AccountService{
			Service: housing.HotWaterHeat, Payee: "7700000000", Valid: since,
		})
	}
	s.CommunalFlats = []housing.CommunalFlat{{
		Flat:      "К",
		Occupancy: []housing.CommunalPeople{{Valid: since, People: 30, Area: dec("900"), Rooms: dec("700.5")}},
		Meters:    []housing.MeterFacts{mixedMeter(2, housing.ColdWater, housing.ZoneSingle)},
	}}
	s.QualityActs = eventfulActs()
	for i := range s.Accounts {
		eventfulAccount(&s.Accounts[i], i)
	}
	return s
}

func eventfulActs() []housing.QualityAct {
	act := func(kind housing.QualityKind, service housing.Service, from, to, document string) housing.QualityAct {
		return housing.QualityAct{
			Kind: kind, Service: service, From: must(housing.ParseMoment(from)), To: must(housing.ParseMoment(to)), Document: document,
		}
	}
	acts := []housing.QualityAct{
		act(housing.Interruption, housing.ColdWater, "2026-10-05T06:00", "2026-10-05T16:30", "акт 1"),
		act(housing.Interruption, housing.ColdWater, "2026-10-05T12:00", "2026-10-05T20:00", "акт 2"),
		act(housing.Planned, housing.HotWater, "2026-09-25T00:00", "2026-10-12T00:00", "приказ 3"),
		act(housing.Temperature, housing.HotWater, "2026-10-13T20:00", "2026-10-14T09:00", "акт 4"),
		act(housing.Temperature, housing.HotWater, "2026-10-15T20:00", "2026-10-16T09:00", "акт 5"),
		act(housing.Temperature, housing.Heating, "2026-10-01T00:00", "2026-10-03T00:00", "акт 6"),
		act(housing.Interruption, housing.SolidWaste, "2026-10-01T00:00", "2026-10-09T05:00", "акт 7"),
		act(housing.Interruption, housing.Sewage, "2026-10-01T00:00", "2026-10-02T05:00", "акт 8"),
		act(housing.Interruption, housing.Electricity, "2026-10-01T00:00", "2026-10-03T05:00", "акт 9"),
		act(housing.Interruption, housing.Gas, "2026-10-01T00:00", "2026-10-03T05:00", "акт 10"),
		act(housing.Interruption, housing.Heating, "2026-10-11T00:00", "2026-10-13T05:00", "акт 11"),
		act(housing.Interruption, housing.Maintenance, "2026-10-11T00:00", "2026-10-13T05:00", "акт 12"),
	}
	acts[3].Measured, acts[4].Measured, acts[5].Measured = measured("47.5"), measured("35"), measured("16.25")
	acts[10].Accounts = []string{"000003", "000002"}
	return acts
}

func eventfulAccount(a *housing.AccountFacts, i int) {
	for j := range a.Services {
		a.Services[j].MeterPossible = i%3 != 0
	}
	switch i % 8 {
	case 0:
		a.Absences = []housing.Absence{
			{People: 1, Left: date("2026-09-28"), Returned: date("2026-10-09"), Document: "справка А"},
			{People: 2, Left: date("2026-10-04"), Returned: date("2026-10-25"), Document: "справка Б"},
		}
	case 1:
		a.Stays = []housing.Stay{
			{Valid: interval("2026-10-03", "2026-10-19"), People: 2, Document: "акт"},
			{Valid: interval("2026-10-11", "2026-10-20"), People: 1, Document: "акт"},
		}
	case 2:
		a.Meters[0].Events = []housing.MeterEvent{{Kind: housing.MeterFailed, On: date("2026-10-11"), To: date("2026-10-20")}}
	case 3:
		a.Meters[0].Events = []housing.MeterEvent{
			{Kind: housing.MeterNoAccess, On: date("2026-10-02")}, {Kind: housing.MeterNoAccess, On: date("2026-10-21")},
		}
	case 4:
		a.Violations = []housing.Violation{
			{Kind: housing.Tampering, Service: housing.ColdWater, Valid: interval("2026-10-07", "2026-10-17"), Found: date("2026-10-17")},
			{
				Kind: housing.Unauthorised, Service: housing.Gas, Valid: interval("2026-01-07", ""), Found: date("2026-10-17"),
				Power: dec("0.35"),
			},
		}
	case 5:
		a.Premises.Kind, a.Premises.Flat, a.Premises.Room = housing.Room, "К", strconv.Itoa(i)
		a.Meters = slices.DeleteFunc(a.Meters, func(m housing.MeterFacts) bool { return m.Service == housing.ColdWater })
	case 6:
		m := &a.Meters[0]
		m.Commissioned = date("2026-10-05")
		m.Readings = []housing.Reading{{On: date("2026-10-05"), Value: dec("0")}, {On: date("2026-10-24"), Value: dec("3.3")}}
	case 7:
		m := &a.Meters[0]
		m.Readings = append(m.Readings[:1:1], housing.Reading{On: date("2026-10-20"), Value: dec("99.5"), Control: true})
	}
}

// TestEventfulOrder shuffles the optional facts too.
func TestEventfulOrder(t *testing.T) {
	t.Parallel()
	s := eventfulHouse(t, 24)
	want := encode(t, golden(calculate(t, s)))
	var canonical bytes.Buffer
	if err := charging.WriteSnapshot(&canonical, s); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		random := rand.New(rand.NewSource(rapid.Int64().Draw(rt, "seed"))) //nolint:gosec // a shuffle of a test
		shuffled := *s
		shuffled.Ranges, shuffled.QualityActs = shuffle(random, s.Ranges), shuffle(random, s.QualityActs)
		shuffled.Norms, shuffled.Tariffs = shuffle(random, s.Norms), shuffle(random, s.Tariffs)
		shuffled.Accounts = shuffle(random, s.Accounts)
		for i := range shuffled.Accounts {
			a := &shuffled.Accounts[i]
			a.Absences, a.Stays = shuffle(random, a.Absences), shuffle(random, a.Stays)
			a.Violations, a.Meters = shuffle(random, a.Violations), shuffle(random, a.Meters)
			for j := range a.Meters {
				a.Meters[j].Events = shuffle(random, a.Meters[j].Events)
			}
		}
		if diff := cmp.Diff(string(want), string(encode(t, golden(calculate(t, &shuffled))))); diff != "" {
			rt.Fatal(diff)
		}
		var b bytes.Buffer
		if err := charging.WriteSnapshot(&b, &shuffled); err != nil {
			rt.Fatal(err)
		}
		if !bytes.Equal(canonical.Bytes(), b.Bytes()) {
			rt.Fatal("equal facts give other bytes")
		}
	})
	again, err := charging.ReadSnapshot(&canonical)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(encode(t, golden(calculate(t, again))))); diff != "" {
		t.Error("read again (-want +got):\n", diff)
	}
}

// TestEventfulTraces proves every line of the eventful house from its trace, and that each reason of
// a correction has occurred.
func TestEventfulTraces(t *testing.T) {
	t.Parallel()
	traces, findings, err := charging.ExplainAll(eventfulHouse(t, 48))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Held {
			t.Errorf("held: %+v", f)
		}
	}
	seen := map[string]bool{}
	for i := range traces {
		proveTrace(t, &traces[i])
		ch := &traces[i].Charge
		seen[ch.Rule], seen[ch.Reason] = true, true
		if ch.Kind == housing.Correction && charging.ReasonRussian(ch.Reason) == "" {
			t.Errorf("no reason: %+v", *ch)
		}
	}
	for _, wanted := range []string{
		"absence", "quality", "planned_outage", "check", "tampering", "unauthorised_connection",
		"R1.6", "R2.4.1", "R2.11a", "R2.11c", "Q1", "Q4", "Q5", "Q8", "Q9", "Q10", "Q14", "Q15", "Q17",
	} {
		if !seen[wanted] {
			t.Errorf("the house has no line of %s", wanted)
		}
	}
}

// TestEventfulCut cuts everything on a day without changing any value.
func TestEventfulCut(t *testing.T) {
	t.Parallel()
	whole := eventfulHouse(t, 16)
	before := byAccount(calculate(t, whole).Charges)
	rapid.Check(t, func(rt *rapid.T) {
		on := date("2026-10-01").AddDays(rapid.IntRange(1, 30).Draw(rt, "day"))
		cut := *whole
		cut.Tariffs = cutList(whole.Tariffs, on, func(t *housing.Tariff) *housing.Interval { return &t.Valid })
		cut.Norms = cutList(whole.Norms, on, func(n *housing.Norm) *housing.Interval { return &n.Valid })
		cut.Ranges = cutList(whole.Ranges, on, func(r *housing.ConsumptionRange) *housing.Interval { return &r.Valid })
		cut.Accounts = slices.Clone(whole.Accounts)
		for i := range cut.Accounts {
			a := &cut.Accounts[i]
			a.Occupancy = cutList(a.Occupancy, on, func(o *housing.Occupancy) *housing.Interval { return &o.Valid })
			a.Services = cutList(a.Services, on, func(s *housing.AccountService) *housing.Interval { return &s.Valid })
			if len(a.Stays) > 0 && a.Stays[0].Valid.From.Before(on) && on.Before(a.Stays[0].Valid.To) {
				a.Stays = slices.Concat(cutList(a.Stays[:1], on, func(s *housing.Stay) *housing.Interval { return &s.Valid }), a.Stays[1:])
			}
		}
		after := byAccount(calculate(t, &cut).Charges)
		for account, lines := range before {
			parts := after[account]
			extra := housing.Money(len(parts) - len(lines))
			if moved := total(t, parts) - total(t, lines); moved > extra || moved < -extra {
				rt.Fatalf("account %s: %d lines more move the total by %s", account, extra, moved)
			}
		}
	})
}

// TestQualityNeverAboveCharge draws acts of any length and temperature: what they take off a service
// is never more than its charge.
func TestQualityNeverAboveCharge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := troubledHouse(t, rt)
		sums := map[string]housing.Money{}
		for _, ch := range calculate(t, s).Charges {
			sums[ch.Account+string(ch.Service)] += ch.Amount
			if ch.Amount < 0 && (ch.Kind != housing.Correction || ch.Reason == "") {
				rt.Fatalf("a negative line without a reason: %+v", ch)
			}
		}
		for key, sum := range sums {
			if sum < -2 { // lines rounded apart
				rt.Fatalf("%s comes to %s", key, sum)
			}
		}
	})
}

// troubledHouse draws absences and acts.
func troubledHouse(t *testing.T, rt *rapid.T) *housing.Snapshot {
	t.Helper()
	s := mixedHouse(t, 4)
	since := interval("2020-01-01", "")
	s.Tariffs = append(s.Tariffs, housing.Tariff{Service: housing.HotWaterHeat, Price: dec("2411.09"), Valid: since})
	s.Norms = append(s.Norms, housing.Norm{Service: housing.HotWaterHeat, Base: housing.PerVolume, Value: dec("0.0617"), Valid: since})
	for i := range s.Accounts {
		a := &s.Accounts[i]
		a.Services = append(a.Services, housing.AccountService{Service: housing.HotWaterHeat, Payee: "7700000000", Valid: since})
		for j := range a.Services {
			a.Services[j].MeterPossible = false
		}
		left := date("2026-09-20").AddDays(rapid.IntRange(0, 30).Draw(rt, "left"))
		a.Absences = []housing.Absence{{
			People: rapid.IntRange(0, 5).Draw(rt, "people"), Left: left, Returned: left.AddDays(rapid.IntRange(0, 40).Draw(rt, "away")),
		}}
	}
	for i := range rapid.IntRange(1, 8).Draw(rt, "acts") {
		service := rapid.SampledFrom(housing.Services()[3:]).Draw(rt, "service")
		kinds := []housing.QualityKind{housing.Interruption}
		if service == housing.HotWater {
			kinds = append(kinds, housing.Temperature, housing.Planned)
		}
		if service == housing.Heating {
			kinds = append(kinds, housing.Temperature)
		}
		start := rapid.IntRange(-3000, 44000).Draw(rt, "start")
		length := rapid.IntRange(1, 60000).Draw(rt, "length")
		s.QualityActs = append(s.QualityActs, housing.QualityAct{
			Kind: rapid.SampledFrom(kinds).Draw(rt, "kind"), Service: service,
			From: minute(start), To: minute(start + length), Document: fmt.Sprintf("акт %d", i),
			Measured: housing.Measured(must(housing.NewDecimal(rapid.Int64Range(-400, 1200).Draw(rt, "measured"), 1))),
		})
	}
	return s
}

// minute is a moment of October 2026 by minutes from its beginning.
func minute(n int) housing.Moment {
	const day = 24 * 60
	days := n / day
	if n < 0 {
		days = -(-n + day - 1) / day
	}
	rest := n - days*day
	on := date("2026-10-01").AddDays(days)
	return must(housing.ParseMoment(fmt.Sprintf("%sT%02d:%02d", on, rest/60, rest%60)))
}

// TestMeterVolumes checks that what the meters of a service came to is what the account was charged.
func TestMeterVolumes(t *testing.T) {
	t.Parallel()
	s := eventfulHouse(t, 48)
	result, volumes, err := charging.CalculateMeters(s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(encode(t, calculate(t, s))), string(encode(t, result))); diff != "" {
		t.Error("another result than Calculate (-want +got):\n", diff)
	}
	sums, charged := metersAndCharges(t, s, result, volumes)
	for key, sum := range sums {
		if charged[key] == nil {
			t.Errorf("%s: meters but no charge", key)
			continue
		}
		if strings.HasPrefix(key, "flat ") { // people of other accounts live in the flat too
			if charged[key].Cmp(sum) >= 0 {
				t.Errorf("%s: the rooms are charged %s of %s", key, charged[key].FloatString(7), sum.FloatString(7))
			}
			continue
		}
		if off := new(big.Rat).Sub(sum, charged[key]); off.Abs(off).Cmp(big.NewRat(1, 1e5)) > 0 {
			t.Errorf("%s: meters come to %s, charged %s", key, sum.FloatString(7), charged[key].FloatString(7))
		}
	}
}

// metersAndCharges adds up what meters came to and what was charged for them, by account or communal flat and
// service.
func metersAndCharges(t *testing.T, s *housing.Snapshot, result charging.Result, volumes []charging.MeterVolume) (sums, charged tally) {
	t.Helper()
	sums, charged = tally{}, tally{}
	metered, averaged := 0, 0
	room := map[string]string{}
	for _, a := range s.Accounts {
		if a.Premises.Kind == housing.Room {
			room[a.Number] = "flat " + a.Premises.Flat
		}
	}
	common := 0
	for _, v := range volumes {
		of := v.Account
		if v.Flat != "" {
			of = "flat " + v.Flat
			common++
		}
		sums.add(of+string(v.Service), v.Volume)
		if v.Metered {
			metered++
		} else {
			averaged++
		}
	}
	for _, ch := range result.Charges {
		if ch.Kind == housing.BaseCharge && ch.Rule != "R2.2.1" {
			of := ch.Account
			if sums[of+string(ch.Service)] == nil && room[of] != "" {
				of = room[of]
			}
			charged.add(of+string(ch.Service), ch.Volume)
		}
	}
	if metered < 50 || averaged < 5 || common == 0 {
		t.Errorf("%d metered, %d not: the house does not test both", metered, averaged)
	}
	return sums, charged
}

// tally adds volumes up exactly.
type tally map[string]*big.Rat

func (t tally) add(key string, volume housing.Decimal) {
	if t[key] == nil {
		t[key] = new(big.Rat)
	}
	t[key].Add(t[key], volume.Ratio().Rat())
}

// TestEventfulParameters takes parameters of the optional facts away, or gives them a value that no
// rule knows: the calculation fails with the name.
func TestEventfulParameters(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"meter.gap_method", "meter.replacement", "access.refusals_to_norm", "tampering.norm_factor", "tampering.max_months",
		"tampering.deduct_charged", "absence.min_full_days", "absence.amount", "people.temporary", "communal.split",
		"communal.split_heating", "electricity.range_zone_split", "quality.excess_mode", "quality.partial_hour",
		"quality.night_hours", "quality.cold_water.single_hours", "quality.cold_water.percent_hour", "quality.planned_hot_days",
		"quality.heating.single_hours", "quality.room_temperature.room", "quality.hot_temperature.cold_below",
	} {
		s := eventfulHouse(t, 16)
		s.Parameters = slices.DeleteFunc(slices.Clone(s.Parameters), func(p housing.Parameter) bool { return p.Name == name })
		for _, value := range []string{"", "surprise"} {
			if value != "" && name == "tampering.deduct_charged" {
				continue // anything but true is no
			}
			if value != "" {
				s.Parameters = append(s.Parameters, housing.Parameter{Name: name, Value: value})
			}
			if _, err := charging.Calculate(s); !errors.Is(err, charging.ErrSnapshot) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s = %q: %v", name, value, err)
			}
		}
	}
}
