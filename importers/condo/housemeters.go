package condo

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewHouseMeters returns the format "condo-house-meters-xlsx": the columns of NewMeters without the
// premises, the account and the place. Адрес* is that of the house.
func NewHouseMeters() importers.Format {
	return houseMeters{importers.XLSX{Title: "condo-house-meters-xlsx", Room: "accounts", Tables: []importers.Layout{houseMeterTable()}}}
}

// houseMeters is told from the table of meters by what it lacks.
type houseMeters struct{ importers.XLSX }

// Recognise wants the columns of a meter and none of an account.
func (f houseMeters) Recognise(s *importers.Sample) bool {
	for _, rows := range s.Tables {
		for _, row := range rows {
			if slices.ContainsFunc(row, ofAccount) {
				return false
			}
		}
	}
	return f.XLSX.Recognise(s)
}

func ofAccount(title string) bool {
	title = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(title)), "ё", "е")
	return title == "лицевой счет" || title == "account number"
}

func houseMeterTable() importers.Layout {
	type row = device
	return importers.Table[row]{
		Title: "Общедомовые счетчики",
		Columns: append(deviceColumns(), importers.Column[row]{
			Name: "Адрес", Also: []string{"Address"}, Need: importers.Filled, Key: true,
			Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.house }),
		}),
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.source = src
			if err := r.readings(); err != nil {
				return nil, err
			}
			return housing.HouseMeterEntry{
				House: r.house, Service: r.service, Serial: r.serial, Zones: r.tariffs, Commissioned: r.commissioned(),
				VerifyBy: r.verifyBy, Closed: r.closed, Readings: r.reading, Source: src,
			}, nil
		},
	}
}
