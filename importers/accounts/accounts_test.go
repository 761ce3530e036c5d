package accounts_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/accounts"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func TestWorkbook(t *testing.T) {
	t.Parallel()
	formattest.Run(t, accounts.NewWorkbook())
}

func FuzzWorkbook(f *testing.F) { formattest.Fuzz(f, accounts.NewWorkbook()) }

func TestHousesCSV(t *testing.T) {
	t.Parallel()
	formattest.Run(t, accounts.NewHousesCSV())
}

func FuzzHousesCSV(f *testing.F) { formattest.Fuzz(f, accounts.NewHousesCSV()) }

func TestAccountsCSV(t *testing.T) {
	t.Parallel()
	formattest.Run(t, accounts.NewAccountsCSV())
}

func FuzzAccountsCSV(f *testing.F) { formattest.Fuzz(f, accounts.NewAccountsCSV()) }

func TestServicesCSV(t *testing.T) {
	t.Parallel()
	formattest.Run(t, accounts.NewServicesCSV())
}

func FuzzServicesCSV(f *testing.F) { formattest.Fuzz(f, accounts.NewServicesCSV()) }

func TestMetersCSV(t *testing.T) {
	t.Parallel()
	formattest.Run(t, accounts.NewMetersCSV())
}

func FuzzMetersCSV(f *testing.F) { formattest.Fuzz(f, accounts.NewMetersCSV()) }

func TestBalancesCSV(t *testing.T) {
	t.Parallel()
	formattest.Run(t, accounts.NewBalancesCSV())
}

func FuzzBalancesCSV(f *testing.F) { formattest.Fuzz(f, accounts.NewBalancesCSV()) }

func TestHouseMetersCSV(t *testing.T) {
	t.Parallel()
	formattest.Run(t, accounts.NewHouseMetersCSV())
}

func FuzzHouseMetersCSV(f *testing.F) { formattest.Fuzz(f, accounts.NewHouseMetersCSV()) }
