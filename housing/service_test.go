package housing_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

func TestServicesAreComplete(t *testing.T) {
	t.Parallel()
	seen := map[housing.Service]bool{}
	for _, s := range housing.Services() {
		if seen[s] || !s.Valid() || s.Unit() == "" {
			t.Errorf("%s: twice %v, name %q, unit %q", s, seen[s], s.Russian(), s.Unit())
		}
		seen[s] = true
		if r := s.Resource(); r != "" && (!seen[housing.Maintenance] || seen[r] || r.Unit() != s.Unit()) {
			t.Errorf("%s stands under maintenance, before %s, in its unit", s, r)
		}
	}
}

func TestChargeUnit(t *testing.T) {
	t.Parallel()
	c := housing.Charge{Service: housing.Heating}
	if c.Unit() != "Гкал" {
		t.Error(c.Unit())
	}
	c.Resource = housing.Gas
	if c.Unit() != "м³" {
		t.Error(c.Unit())
	}
}
