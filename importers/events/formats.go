package events

import "github.com/kvitok-gkh/kvitok/importers"

const peopleLimit = 1000

// NewWorkbook returns "kvitok-events-xlsx", a workbook with any of the sheets.
func NewWorkbook() importers.Format { return tables().Workbook() }

// NewCSV returns a format of text for each of the tables: "kvitok-stays-csv" and so on.
func NewCSV() []importers.Format { return tables().CSV() }

func tables() importers.TableSet {
	return importers.TableSet{Book: "kvitok-events-xlsx", Room: "events", Tables: []importers.NamedTable{
		{Name: "stays", Table: stayTable()},
		{Name: "absences", Table: absenceTable()},
		{Name: "violations", Table: violationTable()},
		{Name: "meter-events", Table: meterEventTable()},
		{Name: "control-readings", Table: controlTable()},
		{Name: "distributors", Table: distributorTable()},
		{Name: "waste-shares", Table: shareTable()},
	}}
}
