// Package catalogue owns the one list of inbound formats that Kvitok knows. It does not own the
// formats themselves; they stand in the folders of their subjects.
package catalogue

import (
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/accounts"
	"github.com/kvitok-gkh/kvitok/importers/benefits"
	"github.com/kvitok-gkh/kvitok/importers/payments"
	"github.com/kvitok-gkh/kvitok/importers/readings"
	"github.com/kvitok-gkh/kvitok/importers/residents"
	"github.com/kvitok-gkh/kvitok/importers/statements"
	"github.com/kvitok-gkh/kvitok/importers/tariffs"
)

// New returns all formats. No sample is of two of them.
func New() importers.Catalogue {
	return importers.Catalogue{
		accounts.NewHousesCSV(),
		accounts.NewWorkbook(),
		tariffs.NewWorkbook(),
		accounts.NewAccountsCSV(),
		accounts.NewServicesCSV(),
		accounts.NewMetersCSV(),
		accounts.NewBalancesCSV(),
		residents.NewWorkbook(),
		readings.NewRSO(),
		readings.NewHouseVolumes(),
		payments.NewSberA(),
		statements.NewOneC(),
		benefits.NewUslugi(),
		benefits.NewUslugiCSV(),
		benefits.NewOrgOut(),
		benefits.NewIvanovo(),
	}
}
