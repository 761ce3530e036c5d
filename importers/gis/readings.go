package gis

import (
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewReadings returns the format "gis-readings-xlsx", readings of individual and of house meters, the sheets
// «Импорт показаний ИПУ» and «Импорт показаний ОДПУ»:
//
//	Адрес дома | Номер ПУ в ГИС ЖКХ* | Коммунальный ресурс | Период, за который передаются показания |
//	Значение показания (Т1)* | … (Т2) | … (Т3) | Дата снятия показания* | Тех. возможность авто-расчета … |
//	Статус обработки
//
// The meter is found by its number in ГИС ЖКХ, which a workbook of meters brings. At most 15 digits before
// the comma and 7 behind it.
func NewReadings() importers.Format {
	return importers.XLSX{Title: "gis-readings-xlsx", Room: "readings", Tables: []importers.Layout{readingTable()}}
}

type readingRow struct {
	number string
	on     housing.Date
	values [3]housing.Decimal
	stated [3]bool
}

func readingTable() importers.Layout {
	type row = readingRow
	columns := make([]importers.Column[row], 0, 16)
	columns = append(columns, []importers.Column[row]{
		{
			Name: "Номер ПУ в ГИС ЖКХ", Need: importers.Filled, Key: true, Mark: true,
			Read: importers.Into(importers.TextUpTo(30), func(r *row) *string { return &r.number }),
		},
		{
			Name: "Дата снятия показания", Need: importers.Filled, Key: true,
			Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.on }),
		},
		importers.Passed[row]("Адрес дома"), importers.Passed[row]("Коммунальный ресурс"),
		importers.Passed[row]("Период, за который передаются показания"), importers.Passed[row]("Статус обработки"),
		importers.Passed[row]("Тех. возможность авто-расчета потребляемого объема (необязательное)"),
	}...)
	for i := range 3 {
		need := importers.Optional
		if i == 0 {
			need = importers.Filled
		}
		columns = append(columns, importers.Column[row]{
			Name: "Значение показания (Т" + strconv.Itoa(i+1) + ")", Need: need,
			Read: func(r *row, c importers.Cell) (err error) {
				r.values[i], err = readValue(c)
				r.stated[i] = err == nil
				return err
			},
		})
	}
	return importers.Table[row]{
		Title: "Импорт показаний ИПУ", Columns: columns,
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.stated[2] && !r.stated[1] {
				return nil, importers.WrongIn("Значение показания (Т2)", "empty", "показание Т3 есть, а Т2 нет", "")
			}
			return r.reading(0, src), nil
		},
		Also: func(r *row, src housing.Source) []importers.Fact {
			facts := make([]importers.Fact, 0, 2)
			for i := 1; i < 3; i++ {
				if r.stated[i] {
					facts = append(facts, r.reading(i, src))
				}
			}
			return facts
		},
	}
}

// reading is what one register showed.
func (r *readingRow) reading(register int, src housing.Source) housing.GISReading {
	tariffs := 1
	for i, stated := range r.stated {
		if stated {
			tariffs = i + 1
		}
	}
	return housing.GISReading{Number: r.number, Reading: housing.Reading{
		Zone: housing.ZonesOf(tariffs)[register], On: r.on, Value: r.values[register], Source: src,
	}}
}

func readValue(c importers.Cell) (housing.Decimal, error) {
	const before, behind = 15, 7
	d, err := importers.ReadNotNegative(c)
	if err != nil {
		return d, err
	}
	whole, part, _ := strings.Cut(d.Trim().String(), ".")
	if len(whole) > before || len(part) > behind {
		return d, importers.Wrong("bad_number", "слишком много цифр", "до 15 цифр до запятой и до 7 после")
	}
	return d, nil
}
