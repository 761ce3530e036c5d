package importers

import "github.com/kvitok-gkh/kvitok/housing"

// TableSet is tables of one subject: each may come as a sheet of one workbook or as csv of its own.
type TableSet struct {
	Book   string // name of the workbook's format
	Room   string // subject
	Tables []NamedTable
}

// NamedTable is a table with its name in «kvitok-…-csv».
type NamedTable struct {
	Name  string
	Table Layout
}

// Workbook returns the format of a workbook with any of the tables.
func (s TableSet) Workbook() Format {
	x := XLSX{Title: s.Book, Room: s.Room}
	for _, t := range s.Tables {
		x.Tables = append(x.Tables, t.Table)
	}
	return x
}

// CSV returns a format of text for each of the tables.
func (s TableSet) CSV() []Format {
	list := make([]Format, 0, len(s.Tables))
	for _, t := range s.Tables {
		list = append(list, CSV{Title: "kvitok-" + t.Name + "-csv", Room: s.Room, Table: t.Table})
	}
	return list
}

// Dated is a row whose fact is true in a span of days: the columns «Действует с» and «по».
type Dated[E any] struct {
	Entry   E
	From    housing.Date
	Through housing.Date
}

// WrongIn is an error of several cells together that blames one column.
func WrongIn(column, code, text, expected string) *CellError {
	e := Wrong(code, text, expected)
	e.Column = column
	return e
}
