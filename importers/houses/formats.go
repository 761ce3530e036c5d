package houses

import "github.com/kvitok-gkh/kvitok/importers"

const partLimit = 20 // number of a flat

// NewWorkbook returns "kvitok-house-facts-xlsx", a workbook with any of the sheets.
func NewWorkbook() importers.Format { return tables().Workbook() }

// NewCSV returns a format of text for each of the tables: "kvitok-managers-csv" and so on.
func NewCSV() []importers.Format { return tables().CSV() }

func tables() importers.TableSet {
	return importers.TableSet{Book: "kvitok-house-facts-xlsx", Room: "houses", Tables: []importers.NamedTable{
		{Name: "managers", Table: managerTable()},
		{Name: "decisions", Table: decisionTable()},
		{Name: "equipment", Table: equipmentTable()},
		{Name: "communal-flats", Table: communalTable()},
		{Name: "house-meter-failures", Table: failureTable()},
		{Name: "house-months", Table: monthTable()},
		{Name: "made-in-house", Table: madeTable()},
		{Name: "waste-containers", Table: containerTable()},
		{Name: "waste-years", Table: yearTable()},
		{Name: "quality-acts", Table: qualityTable()},
		{Name: "renamed-streets", Table: renameTable()},
	}}
}
