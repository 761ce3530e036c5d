package charging_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// TestHouseFactsRoundTrip writes, reads and writes again a house with every fact.
func TestHouseFactsRoundTrip(t *testing.T) {
	t.Parallel()
	for name, s := range modes(t) {
		var once, twice bytes.Buffer
		if err := charging.WriteSnapshot(&once, s); err != nil {
			t.Fatal(name, err)
		}
		read, err := charging.ReadSnapshot(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatal(name, err)
		}
		if err := charging.WriteSnapshot(&twice, read); err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(once.String(), twice.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		want, got := encode(t, golden(calculate(t, s))), encode(t, golden(calculate(t, read)))
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: read back it gives another result: %s", name, diff)
		}
	}
}

// TestHouseFactsRefused breaks one fact at a time: the error names its path.
func TestHouseFactsRefused(t *testing.T) {
	t.Parallel()
	const head = `{"format": 1, "period": "2026-10", "organisation": "7700000000",
 "house": {"address": "д. 5", "kind": "block"%s}, "parameters": [], "tariffs": [], "norms": [%s], "house_facts": [%s], "accounts": [%s]}`
	account := func(facts string) string {
		return `{"number": "1", "premises": {"kind": "flat"}, "occupancy": [], "services": []` + facts + `}`
	}
	past := func(valid, payee string) string {
		return account(`, "past": [{"service": "heating", "payee": "` + payee + `", "valid": ` + valid +
			`, "area": "1", "price": "1", "charged": "1.00"}]`)
	}
	for name, c := range map[string]struct{ house, norm, facts, account, want string }{
		"manager":       {house: `, "manager": "nobody"`, want: "house.manager: unknown manager"},
		"unknown field": {facts: `{"service": "heating", "broken": "2026-10-01"}`, want: "house_facts[0].broken: unknown field"},
		"no service":    {facts: `{}`, want: "house_facts[0].service: is missing"},
		"service":       {facts: `{"service": "steam"}`, want: "house_facts[0].service: unknown service"},
		"twice":         {facts: `{"service": "heating"}, {"service": "heating"}`, want: "house_facts[1].service: heating stands twice"},
		"method":        {facts: `{"service": "common_sewage", "method": "guess"}`, want: "house_facts[0].method: unknown method"},
		"days":          {facts: `{"service": "heating", "heating_days": 32}`, want: "house_facts[0].heating_days: is 32"},
		"carried":       {facts: `{"service": "common_sewage", "carried": "1"}`, want: "house_facts[0].carried: expected a negative volume"},
		"float":         {facts: `{"service": "heating", "outdoor": -3.5}`, want: "house_facts[0].outdoor: expected text"},
		"month twice": {
			facts: `{"service": "heating", "history": [{"period": "2025-01", "volume": "1", "metered": true}, {"period": "2025-01", "volume": "1", "metered": true}]}`,
			want:  "house_facts[0].history[1].period: 2025-01 stands twice",
		},
		"month without volume": {
			facts: `{"service": "heating", "history": [{"period": "2025-01", "metered": true}]}`,
			want:  "house_facts[0].history[0].volume: is missing",
		},
		"made of": {
			facts: `{"service": "heating", "made_of": [{"resource": "sewage", "volume": "1"}]}`,
			want:  "house_facts[0].made_of[0].resource: expected heating, gas or electricity",
		},
		"norm": {
			norm: `{"service": "hot_water_heat", "base": "bucket", "value": "1", "valid": {"from": ""}}`,
			want: "norms[0].base: unknown base",
		},
		"two months": {account: past(`{"from": "2025-01-10", "to": "2025-02-10"}`, "7700000000"), want: "accounts[0].past[0].valid"},
		"no end":     {account: past(`{"from": "2025-01-10"}`, "7700000000"), want: "accounts[0].past[0].valid"},
		"payee":      {account: past(`{"from": "2025-01-10", "to": "2025-02-01"}`, "us"), want: "accounts[0].past[0].payee"},
		"distributors": {
			account: account(`, "distributors": [{"year": 2025, "value": "-1"}]`), want: "accounts[0].distributors[0].value",
		},
	} {
		text := head
		for _, part := range []string{c.house, c.norm, c.facts, c.account} {
			text = strings.Replace(text, "%s", part, 1)
		}
		s, err := charging.ReadSnapshot(strings.NewReader(text))
		if err == nil {
			t.Errorf("%s: read %+v", name, s)
			continue
		}
		if !errors.Is(err, charging.ErrInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

// TestHouseParameters says what a rule of the house cannot use, and names the parameter.
func TestHouseParameters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ mode, parameter, value string }{
		{"season", "heating.own_source_area", "perhaps"},
		{"season", "heating.h6_unmetered", "other"},
		{"capped", "soi.above_norm", "nobody"},
		{"season", "soi.kind", "whatever"},
		{"even", "correction.month_in_q1", "4"},
		{"even", "heating.correction_owner", "new_owner"},
		{"even", "heating.distributors", "other"},
		{"even", "heating.distributors_min_area", "half"},
		{"broken", "heating.indoor_temperature", "warm"},
		{"season", "uplift.hot_two_component.cold", "0.5"},
	} {
		s := copied(modes(t)[c.mode])
		s.Parameters = append(s.Parameters[:0:0], s.Parameters...)
		setParameter(s, c.parameter, c.value)
		_, err := charging.Calculate(s)
		if !errors.Is(err, charging.ErrSnapshot) || !strings.Contains(err.Error(), c.parameter) {
			t.Errorf("%s = %s: got %v", c.parameter, c.value, err)
		}
	}
}
