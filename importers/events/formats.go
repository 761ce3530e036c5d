package events

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const (
	subject     = "events"
	peopleLimit = 1000
)

// NewWorkbook returns "kvitok-events-xlsx", a workbook with any of the sheets.
func NewWorkbook() importers.Format {
	x := importers.XLSX{Title: "kvitok-events-xlsx", Room: subject}
	for _, f := range tables() {
		x.Tables = append(x.Tables, f.table)
	}
	return x
}

// NewCSV returns a format of text for each of the tables: "kvitok-stays-csv" and so on.
func NewCSV() []importers.Format {
	all := tables()
	list := make([]importers.Format, 0, len(all))
	for _, f := range all {
		list = append(list, importers.CSV{Title: "kvitok-" + f.name + "-csv", Room: subject, Table: f.table})
	}
	return list
}

type named struct {
	name  string
	table importers.Layout
}

func tables() []named {
	return []named{
		{"stays", stayTable()},
		{"absences", absenceTable()},
		{"violations", violationTable()},
		{"meter-events", meterEventTable()},
		{"control-readings", controlTable()},
		{"distributors", distributorTable()},
		{"waste-shares", shareTable()},
	}
}

// wrongIn blames a column for what several cells together say.
func wrongIn(column, code, text, expected string) *importers.CellError {
	e := importers.Wrong(code, text, expected)
	e.Column = column
	return e
}

// dated is a row that is true in a span of days.
type dated[E any] struct {
	entry   E
	from    housing.Date
	through housing.Date
}
