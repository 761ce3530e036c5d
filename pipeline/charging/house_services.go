package charging

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// leaveToHouse puts services in order and takes those that are the house's from its accounts: written with each
// account they are half of the text. A snapshot whose house names none, as those stored at first, is written
// as it was.
func leaveToHouse(s *housing.Snapshot) {
	ofHouse := s.Services
	if len(ofHouse) > 0 {
		s.Services = inKeys(ofHouse, cmpService)
	}
	accounts := slices.Clone(s.Accounts)
	for i := range accounts {
		a := &accounts[i]
		if len(ofHouse) > 0 && sameArray(a.Services, ofHouse) { // as loaded
			a.Services = nil
			continue
		}
		a.Services = inKeys(a.Services, cmpService)
		if len(ofHouse) > 0 && slices.Equal(a.Services, s.Services) {
			a.Services = nil
		}
	}
	s.Accounts = accounts
}

// sameArray reports whether two lists are one.
func sameArray[T any](a, b []T) bool { return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0] }

// SpreadServices gives the services of the house to the accounts of a snapshot just read that name none.
func SpreadServices(s *housing.Snapshot) error {
	var errs []error
	for i := range s.Accounts {
		a := &s.Accounts[i]
		if a.Services != nil {
			continue
		}
		if len(s.Services) == 0 && len(errs) < maxProblems {
			errs = append(errs, fmt.Errorf("accounts[%d].services: is missing, and the house has none: %w", i, ErrInput))
		}
		a.Services = s.Services
	}
	return errors.Join(errs...)
}
