// Package reports writes the accountant's Excel workbooks, one file a report: turnover.go,
// charges.go, run.go.
//
// It owns the columns, the head, the totals, the print set-up and the sheet «Контроль» of each
// report. Rows come one by one and go out one by one: memory does not grow with them, and a report
// longer than a sheet goes on in the next one. It does not own which rows a report has, nor their
// order; both are the caller's, and with equal rows and an equal Meta the bytes are equal.
package reports

import (
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// Meta is what the head and the sheet «Контроль» of a report say about it.
type Meta struct {
	Organisation housing.Organisation
	Period       housing.Period
	Filters      []string       // in Russian; none: everything
	AsOf         time.Time      // the state of the data; also the creation time in the file's properties
	Zone         *time.Location // in which AsOf is printed, nil: UTC
	Run          string         // id of the run
	Engine       string         // version of the program
	Parameters   string         // version of tariffs and parameters
	Temp         string         // folder for temporary files, "" for the system's
	SheetRows    int            // rows that a sheet holds, 0: all that Excel allows
	Progress     func(rows int) // told now and then how many rows are written; may be nil
}

// Control is what was counted while the report was written; the sheet «Контроль» says the same.
type Control struct {
	Rows   int
	Sums   []Sum  // one for each summed column, in their order
	SHA256 string // of the rows: cells as text joined by TAB, each row ended by LF, UTF-8
}

// Sum is the total of a column.
type Sum struct {
	Name   string
	Amount housing.Money
}

// Sum returns the total of the named column, 0 where there is none.
func (c Control) Sum(name string) housing.Money {
	for _, s := range c.Sums {
		if s.Name == name {
			return s.Amount
		}
	}
	return 0
}

func (m Meta) options(title string) workbook.Options {
	return workbook.Options{
		Title: title, Subject: m.Period.Russian(), Company: m.Organisation.Title(), Created: m.AsOf, Temp: m.Temp,
	}
}

func (m Meta) organisation() string {
	text := m.Organisation.Name
	if text == "" {
		text = m.Organisation.ShortName
	}
	if m.Organisation.INN != "" {
		text += ", ИНН " + m.Organisation.INN
	}
	if m.Organisation.KPP != "" {
		text += ", КПП " + m.Organisation.KPP
	}
	return text
}

func (m Meta) filters() string {
	if len(m.Filters) == 0 {
		return "без отбора"
	}
	return strings.Join(m.Filters, "; ")
}

func (m Meta) asOf() string { return m.moment(m.AsOf) }

func (m Meta) moment(t time.Time) string {
	zone := m.Zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("02.01.2006 15:04:05 (UTC-07:00)")
}

// head returns the lines above the table.
func (m Meta) head() []string {
	return []string{
		m.organisation(),
		"Расчётный период: " + m.Period.Russian() + " · Отбор: " + m.filters(),
		"По состоянию на " + m.asOf() + " · Прогон № " + m.Run,
	}
}

func (m Meta) sheetRows() int {
	if m.SheetRows > 0 && m.SheetRows < workbook.MaxRows {
		return m.SheetRows
	}
	return workbook.MaxRows
}
