package charging_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// publishedCase is a calculation that somebody has published, told as a house of one account.
type publishedCase struct {
	ID            string              `json:"id"`
	Source        string              `json:"source"`
	NotGolden     string              `json:"not_golden"`     // why it is reported and not asserted
	NotApplicable string              `json:"not_applicable"` // why it is no charge of the rules here
	Part          string              `json:"part"`           // what of the case is compared
	File          string              `json:"file"`           // a house of testdata
	Account       string              `json:"account"`        // of it
	Quality       string              `json:"quality"`        // coefficient of rent
	HeatTariff    string              `json:"heat_tariff"`    // of two-component hot water
	HeatPerM3     string              `json:"heat_per_m3"`
	Service       housing.Service     `json:"service"`
	Period        string              `json:"period"`
	Tariff        string              `json:"tariff"`
	Citizens      string              `json:"citizens"` // percent of the tariff that citizens pay
	Norm          string              `json:"norm"`
	NormBase      housing.NormBase    `json:"norm_base"`
	People        int                 `json:"people"`
	PeopleFrom    *peopleFrom         `json:"people_from"`
	Area          string              `json:"area"`
	HouseArea     string              `json:"house_area"`
	HouseVolume   string              `json:"house_volume"`
	MeterPossible bool                `json:"meter_possible"`
	Readings      [][2]string         `json:"readings"`
	Digits        int                 `json:"digits"`
	VerifyBy      string              `json:"verify_by"`
	History       []string            `json:"history"`   // metered volumes of the latest months
	Unmetered     int                 `json:"unmetered"` // months charged without readings
	Parameters    map[string]string   `json:"parameters"`
	Want          map[string][]string `json:"want"` // amounts by kind; "volume"

	Acts       []publishedAct            `json:"acts"`
	ColdTariff string                    `json:"cold_tariff"`
	Zones      map[housing.Zone][]string `json:"zones"` // readings before and of the month, price 1
	SocialNorm *socialNorm               `json:"social_norm"`
	Operands   map[string]string         `json:"operands"` // of the correction
	Benefit    string                    `json:"benefit"`  // percent within the norm, of one living alone
}

// publishedAct is an interruption or a temperature of the service.
type publishedAct struct {
	Kind     housing.QualityKind `json:"kind"`
	From     string              `json:"from"`
	To       string              `json:"to"`
	Measured string              `json:"measured"`
	Corner   bool                `json:"corner"`
}

type socialNorm struct {
	Person string `json:"person"`
	Least  string `json:"least"`
}

// extend adds the facts of quality and social norm.
func (p *publishedCase) extend(s *housing.Snapshot) {
	since := interval("2020-01-01", "")
	for i, a := range p.Acts {
		act := housing.QualityAct{
			Kind: a.Kind, Service: p.Service, Corner: a.Corner, Document: "акт " + strconv.Itoa(i+1),
			From: must(housing.ParseMoment(a.From)), To: must(housing.ParseMoment(a.To)),
		}
		if a.Measured != "" {
			act.Measured = measured(a.Measured)
		}
		s.QualityActs = append(s.QualityActs, act)
	}
	if p.ColdTariff != "" {
		s.Tariffs = append(s.Tariffs, housing.Tariff{Service: housing.ColdWater, Price: dec(p.ColdTariff), Valid: since})
	}
	if p.SocialNorm != nil {
		s.Ranges = []housing.ConsumptionRange{{
			Service: p.Service, Range: 1, UpTo: dec(p.SocialNorm.Person), Base: housing.RangePerPerson,
			Least: dec(p.SocialNorm.Least), Whole: true, Valid: since,
		}}
	}
	if p.Benefit != "" {
		s.Accounts[0].Benefits = []housing.Benefit{{
			Person: "1", Category: "ветеран труда", Percent: dec(p.Benefit), Scope: housing.HolderScope, WithinNorm: true,
			Mode: housing.Discount, Valid: since,
		}}
	}
	if len(p.Zones) == 0 {
		return
	}
	m := housing.MeterFacts{Meter: housing.Meter{Serial: "7", Service: p.Service, Digits: p.Digits}}
	s.Tariffs = nil
	for zone, values := range p.Zones {
		m.Zones = append(m.Zones, zone)
		m.Readings = append(m.Readings, housing.Reading{Zone: zone, On: s.Period.First().AddDays(-6), Value: dec(values[0])},
			housing.Reading{Zone: zone, On: s.Period.First().AddDays(24), Value: dec(values[1])})
		for n := 1; n <= 2; n++ {
			s.Tariffs = append(s.Tariffs, housing.Tariff{Service: p.Service, Zone: zone, Range: n, Price: dec("1"), Valid: since})
		}
	}
	s.Accounts[0].Meters = []housing.MeterFacts{m}
}

// peopleFrom is a change of the number of people inside the month.
type peopleFrom struct {
	On     string `json:"on"`
	People int    `json:"people"`
}

func (p *publishedCase) snapshot(t *testing.T) *housing.Snapshot {
	t.Helper()
	if p.File != "" {
		return readCase(t, "testdata/"+p.File+"/snapshot.json")
	}
	period := must(housing.ParsePeriod(p.Period))
	since := housing.Interval{From: date("2020-01-01")}
	area := p.Area
	if area == "" {
		area = "50"
	}
	s := emptySnapshot(t, period)
	for name, value := range p.Parameters {
		setParameter(s, name, value)
	}
	if p.Tariff != "" {
		s.Tariffs = []housing.Tariff{{Service: p.Service, Price: dec(p.Tariff), Valid: since}}
	}
	if p.Norm != "" {
		base := p.NormBase
		if base == "" {
			base = housing.PerPerson
		}
		s.Norms = []housing.Norm{{Service: p.Service, Base: base, Value: dec(p.Norm), Valid: since}}
	}
	if p.HouseVolume != "" {
		s.House.Area = dec(p.HouseArea)
		s.HouseMeters = []housing.CollectiveMeter{{Serial: "1", Service: p.Service, Volume: dec(p.HouseVolume)}}
	}
	a := housing.AccountFacts{
		Account:   housing.Account{Number: "1", Premises: housing.Premises{Flat: "1", Kind: housing.Flat}},
		Occupancy: []housing.Occupancy{{Valid: since, Area: dec(area), People: p.People, Occupant: housing.Owner}},
		Services: []housing.AccountService{
			{Service: p.Service, Payee: "7700000000", MeterPossible: p.MeterPossible, Valid: since},
		},
	}
	if p.PeopleFrom != nil {
		later := a.Occupancy[0]
		a.Occupancy[0].Valid.To = date(p.PeopleFrom.On)
		later.Valid.From, later.People = a.Occupancy[0].Valid.To, p.PeopleFrom.People
		a.Occupancy = append(a.Occupancy, later)
	}
	if len(p.Readings) > 0 {
		a.Meters = []housing.MeterFacts{p.meter(period)}
	}
	p.addHeat(s, &a)
	s.Accounts = []housing.AccountFacts{a}
	p.extend(s)
	return s
}

func (p *publishedCase) meter(period housing.Period) housing.MeterFacts {
	m := housing.MeterFacts{Meter: housing.Meter{
		Serial: "7", Service: p.Service, Zones: []housing.Zone{housing.ZoneSingle}, Digits: p.Digits,
	}}
	if p.VerifyBy != "" {
		m.VerifyBy = date(p.VerifyBy)
	}
	for _, r := range p.Readings {
		m.Readings = append(m.Readings, housing.Reading{On: date(r[0]), Value: dec(r[1])})
	}
	month := period.Prev()
	for range p.Unmetered {
		m.History = append(m.History, housing.MonthVolume{Period: month, Volume: dec("3")})
		month = month.Prev()
	}
	for _, v := range p.History {
		m.History = append(m.History, housing.MonthVolume{Period: month, Volume: dec(v), Metered: true})
		month = month.Prev()
	}
	return m
}

// TestPublished runs the published calculations through the engine's public door.
func TestPublished(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/published.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []publishedCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	count := map[string]map[string]int{}
	add := func(id, outcome string) {
		family, _, _ := strings.Cut(id, "-")
		if count[family] == nil {
			count[family] = map[string]int{}
		}
		count[family][outcome]++
	}
	for i := range cases {
		p := &cases[i]
		if p.NotApplicable != "" {
			add(p.ID, "not applicable")
			continue
		}
		got := p.run(t)
		diff := cmp.Diff(p.Want, got)
		switch {
		case p.NotGolden != "":
			add(p.ID, "not golden")
			t.Logf("%s: published %v, computed %v: %s", p.ID, p.Want, got, p.NotGolden)
		case diff != "":
			add(p.ID, "fail")
			t.Errorf("%s (-published +computed):\n%s", p.ID, diff)
		default:
			add(p.ID, "pass")
		}
	}
	for family, outcomes := range count {
		t.Logf("%s: %v", family, outcomes)
	}
}

func (p *publishedCase) run(t *testing.T) map[string][]string {
	t.Helper()
	var b bytes.Buffer
	if err := charging.WriteSnapshot(&b, p.snapshot(t)); err != nil {
		t.Fatal(err)
	}
	s, err := charging.ReadSnapshot(&b)
	if err != nil {
		t.Fatalf("%s: %v", p.ID, err)
	}
	result, err := charging.Calculate(s)
	if err != nil {
		t.Fatalf("%s: %v", p.ID, err)
	}
	result.Charges = p.wanted(result.Charges)
	for _, f := range result.Findings {
		if f.Held {
			t.Errorf("%s: held: %+v", p.ID, f)
		}
	}
	p.operands(t, s)
	got := map[string][]string{}
	for _, ch := range result.Charges {
		if _, volume := p.Want["volume"]; volume {
			got["volume"] = append(got["volume"], ch.Volume.String())
			continue
		}
		got[string(ch.Kind)] = append(got[string(ch.Kind)], ch.Amount.String())
	}
	if p.Citizens != "" {
		got["citizens"] = p.forCitizens(t)
	}
	return p.asPublished(got, result.Charges)
}

// forCitizens charges by the part of the tariff that citizens pay, which is not rounded by itself.
func (p *publishedCase) forCitizens(t *testing.T) []string {
	t.Helper()
	part := dec(p.Tariff).Ratio().Mul(dec(p.Citizens).Ratio()).Mul(must(housing.RatioOf(1, 100)))
	own := *p
	own.Tariff, own.Citizens = must(part.Round(6)).String(), ""
	return own.run(t)["base"]
}

// operands compares what the trace of the correction prints, and proves every trace.
func (p *publishedCase) operands(t *testing.T, s *housing.Snapshot) {
	t.Helper()
	traces, _, err := charging.ExplainAll(s)
	if err != nil {
		t.Fatalf("%s: %v", p.ID, err)
	}
	got := map[string]string{}
	for i := range traces {
		proveTrace(t, &traces[i])
		for _, o := range traces[i].Operands {
			if _, wanted := p.Operands[o.Symbol]; wanted && traces[i].Charge.Kind == housing.Correction {
				got[o.Symbol] = o.Value
			}
		}
	}
	if diff := cmp.Diff(p.Operands, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s, operands (-published +computed):\n%s", p.ID, diff)
	}
}

// TestPublishedIsComplete finds every published calculation of charges among ours, with its source.
func TestPublishedIsComplete(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../shared/cases/published.json")
	if err != nil {
		t.Skip("skipped: no ../shared")
	}
	var all, own []publishedCase
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	raw, err = os.ReadFile("testdata/published.json")
	if err == nil {
		err = json.Unmarshal(raw, &own)
	}
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	for i := range own {
		sources[own[i].ID] = own[i].Source
	}
	for i := range all {
		p := &all[i]
		family, _, _ := strings.Cut(p.ID, "-")
		if family == "PN" || family == "DL" || family == "QR" {
			continue // penalties, parameters, receipts/paymentcode
		}
		if source, known := sources[p.ID]; !known || !strings.HasPrefix(p.Source, source) {
			t.Errorf("%s of %s is not transcribed, or from another source: %q", p.ID, p.Source, source)
		}
	}
}
