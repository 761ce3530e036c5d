// Package catalogue owns the one list of inbound formats that Kvitok knows. It does not own the
// formats themselves; they stand in the folders of their subjects.
package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/accounts"
	"github.com/kvitok-gkh/kvitok/importers/benefits"
	"github.com/kvitok-gkh/kvitok/importers/condo"
	"github.com/kvitok-gkh/kvitok/importers/events"
	"github.com/kvitok-gkh/kvitok/importers/gis"
	"github.com/kvitok-gkh/kvitok/importers/houses"
	"github.com/kvitok-gkh/kvitok/importers/papers"
	"github.com/kvitok-gkh/kvitok/importers/payments"
	"github.com/kvitok-gkh/kvitok/importers/profiled"
	"github.com/kvitok-gkh/kvitok/importers/readings"
	"github.com/kvitok-gkh/kvitok/importers/residents"
	"github.com/kvitok-gkh/kvitok/importers/sectioned"
	"github.com/kvitok-gkh/kvitok/importers/statements"
	"github.com/kvitok-gkh/kvitok/importers/tariffs"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// New returns the formats of the program, those that are read by code and those of the profiles built in. No
// sample is of two of them.
func New() importers.Catalogue {
	formats, err := Load(nil)
	if err != nil { // a test proves that the profiles built in can be read
		return coded()
	}
	return formats.Catalogue
}

// Loaded is a catalogue with what was put into it from outside.
type Loaded struct {
	importers.Catalogue
	Profiles []*profiles.Profile // all, those too that only go out
	Replaced []*profiles.Profile // of users, each in place of one of ours of the same name
}

// Load returns the formats of the program and those of users' profiles. A user's profile takes the place of
// one of ours of the same name, whether that is a profile or code.
func Load(own []*profiles.Profile) (Loaded, error) {
	var l Loaded
	builtin, err := profiles.Builtin()
	if err != nil {
		return l, fmt.Errorf("read the format profiles that are built in: %w", err)
	}
	named := func(name string) func(*profiles.Profile) bool {
		return func(p *profiles.Profile) bool { return p.Name == name }
	}
	for _, p := range builtin {
		if !slices.ContainsFunc(own, named(p.Name)) {
			l.Profiles = append(l.Profiles, p)
		}
	}
	for _, f := range coded() {
		if !slices.ContainsFunc(own, named(f.Name())) {
			l.Catalogue = append(l.Catalogue, f)
		}
	}
	for _, p := range own {
		_, err := coded().ByName(p.Name)
		if err == nil || slices.ContainsFunc(builtin, named(p.Name)) {
			l.Replaced = append(l.Replaced, p)
		}
	}
	l.Profiles = append(l.Profiles, own...)
	slices.SortStableFunc(l.Profiles, func(a, b *profiles.Profile) int { return strings.Compare(a.Name, b.Name) })
	read, err := profiled.All(l.Profiles)
	if err != nil {
		return l, err
	}
	l.Catalogue = append(l.Catalogue, read...)
	return l, nil
}

// coded are the formats that are read by code of their own: workbooks of several tables, our own csv tables,
// and layouts that no profile can express.
func coded() importers.Catalogue {
	return slices.Concat(importers.Catalogue{
		accounts.NewHousesCSV(),
		accounts.NewWorkbook(),
		tariffs.NewWorkbook(),
		accounts.NewAccountsCSV(),
		accounts.NewServicesCSV(),
		accounts.NewMetersCSV(),
		accounts.NewBalancesCSV(),
		accounts.NewHouseMetersCSV(),
		residents.NewWorkbook(),
		readings.NewHouseVolumes(),
		readings.NewASKUE(),
		statements.NewOneC(),
		benefits.NewUslugi(),
		benefits.NewUslugiCSV(),
		benefits.NewOrgOut(),
		benefits.NewIvanovo(),
		benefits.NewGrants(),
		payments.NewObninsk(),
		sectioned.New(),
		condo.NewMeters(),
		condo.NewHouseMeters(),
		condo.NewContacts(),
		condo.NewProperties(),
		condo.NewReceipts(),
		condo.NewReceiptsDBF(),
		gis.NewUnified(),
		gis.NewAccounts(),
		gis.NewMeters(),
		gis.NewReadings(),
		gis.NewDocuments(),
		tariffs.NewRanges(),
		houses.NewWorkbook(),
		events.NewWorkbook(),
		papers.NewWorkbook(),
	}, houses.NewCSV(), events.NewCSV(), papers.NewCSV(), residents.NewDelivery(), benefits.NewGrantsCSV())
}
