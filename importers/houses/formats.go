package houses

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const (
	subject   = "houses"
	partLimit = 20 // number of a flat
)

// NewWorkbook returns "kvitok-house-facts-xlsx", a workbook with any of the sheets.
func NewWorkbook() importers.Format {
	x := importers.XLSX{Title: "kvitok-house-facts-xlsx", Room: subject}
	for _, f := range tables() {
		x.Tables = append(x.Tables, f.table)
	}
	return x
}

// NewCSV returns a format of text for each of the tables: "kvitok-managers-csv" and so on.
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
		{"managers", managerTable()},
		{"decisions", decisionTable()},
		{"equipment", equipmentTable()},
		{"communal-flats", communalTable()},
		{"house-meter-failures", failureTable()},
		{"house-months", monthTable()},
		{"made-in-house", madeTable()},
		{"waste-containers", containerTable()},
		{"waste-years", yearTable()},
		{"quality-acts", qualityTable()},
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
