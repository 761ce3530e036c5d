package charging

import "github.com/kvitok-gkh/kvitok/housing"

// Canonical lets tests compare what is written: the order of every list, those of accounts too.
func Canonical(s *housing.Snapshot) *housing.Snapshot {
	c := canonical(s)
	c.Accounts = append([]housing.AccountFacts{}, c.Accounts...)
	for i := range c.Accounts {
		a := &c.Accounts[i]
		if len(a.Past) > 0 {
			a.Past = canonicalPast(a.Past)
		}
		a.Occupancy = sorted(a.Occupancy, cmpOccupancy)
		a.Meters = sorted(a.Meters, cmpMeter)
		sortMeters(a.Meters)
		sortAccountFacts(a)
	}
	return c
}
