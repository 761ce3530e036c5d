package accounts

import "github.com/kvitok-gkh/kvitok/importers"

const (
	subject       = "accounts"
	addressLimit  = 300
	nameLimit     = 200
	partLimit     = 20 // number of a flat or a room
	categoryLimit = 60
)

// NewWorkbook returns "kvitok-accounts-xlsx", a workbook with any of the five sheets.
func NewWorkbook() importers.Format {
	return importers.XLSX{
		Title: "kvitok-accounts-xlsx", Room: subject,
		Tables: []importers.Layout{houseTable(), accountTable(), serviceTable(), meterTable(), balanceTable()},
	}
}

// NewHousesCSV returns "kvitok-houses-csv".
func NewHousesCSV() importers.Format {
	return importers.CSV{Title: "kvitok-houses-csv", Room: subject, Table: houseTable()}
}

// NewAccountsCSV returns "kvitok-accounts-csv".
func NewAccountsCSV() importers.Format {
	return importers.CSV{Title: "kvitok-accounts-csv", Room: subject, Table: accountTable()}
}

// NewServicesCSV returns "kvitok-services-csv".
func NewServicesCSV() importers.Format {
	return importers.CSV{Title: "kvitok-services-csv", Room: subject, Table: serviceTable()}
}

// NewMetersCSV returns "kvitok-meters-csv".
func NewMetersCSV() importers.Format {
	return importers.CSV{Title: "kvitok-meters-csv", Room: subject, Table: meterTable()}
}

// NewBalancesCSV returns "kvitok-balances-csv".
func NewBalancesCSV() importers.Format {
	return importers.CSV{Title: "kvitok-balances-csv", Room: subject, Table: balanceTable()}
}

// NewHouseMetersCSV returns "kvitok-house-meters-csv".
func NewHouseMetersCSV() importers.Format {
	return importers.CSV{Title: "kvitok-house-meters-csv", Room: subject, Table: houseMeterTable()}
}
