package charging_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// TestServicesOfTheHouse writes what most accounts share once, and reads and charges the same.
func TestServicesOfTheHouse(t *testing.T) {
	t.Parallel()
	s := mixedHouse(t, 6)
	for i := range s.Accounts {
		s.Accounts[i].Services = s.Accounts[0].Services
	}
	s.Accounts[1].Services = slices.Clone(s.Accounts[0].Services)
	slices.Reverse(s.Accounts[1].Services)
	s.Accounts[2].Services = s.Accounts[0].Services[:3:3]
	s.Accounts[3].Services = nil
	apart, want := written(t, s), calculate(t, s)
	s.Services = s.Accounts[0].Services
	once := written(t, s)
	if n := strings.Count(apart, `"services":[`); n != 6 {
		t.Errorf("without services of the house %d lists are written", n)
	}
	if n := strings.Count(once, `"services":[`); n != 3 || !strings.Contains(once, `"services":[],`) {
		t.Errorf("%d lists are written, want that of the house, a short one and an empty one", n)
	}
	for name, text := range map[string]string{"apart": apart, "once": once} {
		again, err := charging.ReadSnapshot(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(text, written(t, again)); diff != "" {
			t.Errorf("%s is written again (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(encode(t, golden(want)), encode(t, golden(calculate(t, again)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestServicesAreNowhere wants services of an account that its house does not have either.
func TestServicesAreNowhere(t *testing.T) {
	t.Parallel()
	s := mixedHouse(t, 2)
	s.Accounts[1].Services = s.Accounts[0].Services
	s.Services = s.Accounts[0].Services
	before, after, _ := strings.Cut(written(t, s), `"services":[`)
	_, after, _ = strings.Cut(after, "],")
	_, err := charging.ReadSnapshot(strings.NewReader(before + after))
	for _, want := range []string{"accounts[0].services: is missing", "accounts[1].services: is missing"} {
		if !errors.Is(err, charging.ErrInput) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func written(tb testing.TB, s *housing.Snapshot) string {
	tb.Helper()
	var text bytes.Buffer
	if err := charging.WriteSnapshot(&text, s); err != nil {
		tb.Fatal(err)
	}
	return text.String()
}
