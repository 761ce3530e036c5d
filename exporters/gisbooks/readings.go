package gisbooks

import (
	"io"
	"iter"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

func styled(cells []string, style int) []any {
	values := make([]any, len(cells))
	for i, text := range cells {
		values[i] = excelize.Cell{StyleID: style, Value: text}
	}
	return values
}

// Resource names a resource as the dictionaries of the system do, "" for what it does not meter.
func Resource(s housing.Service) string {
	switch s { //nolint:exhaustive // the rest is not metered
	case housing.ColdWater:
		return "Холодная вода"
	case housing.HotWater:
		return "Горячая вода"
	case housing.Electricity:
		return "Электрическая энергия"
	case housing.Gas:
		return "Газ"
	case housing.Heating:
		return "Тепловая энергия"
	}
	return ""
}

// WriteReadings writes the sheet «Импорт показаний ИПУ» of a month. Readings above MaxRows are left; the
// caller asks for another workbook.
func WriteReadings(w io.Writer, o Options, period housing.Period, readings iter.Seq2[housing.MeterOfGIS, error]) (Control, error) {
	var c Control
	book, err := workbook.New(workbook.Options{Title: "Показания ИПУ для ГИС ЖКХ " + month(period), Company: o.Company, Created: o.Created, Temp: o.Temp})
	if err != nil {
		return c, err
	}
	sheet, err := newPage(book, "Импорт показаний ИПУ", 2, []string{
		"Адрес дома", "Номер ПУ в ГИС ЖКХ", "Коммунальный ресурс", "Период, за который передаются показания",
		"Значение показания (Т1)", "Значение показания (Т2)", "Значение показания (Т3)", "Дата снятия показания",
		"Тех. возможность авто-расчета потребляемого объема (необязательное)", "Статус обработки",
	})
	if err != nil {
		return c, closed(book, err)
	}
	for m, err := range readings {
		if err != nil {
			return c, closed(book, err)
		}
		cells := []string{m.House, m.Number, Resource(m.Service), month(period), "", "", "", day(m.On), "", ""}
		for i, v := range m.Values[:min(m.Zones, len(m.Values))] {
			cells[4+i] = v.Trim().Russian() //nolint:gosec // a meter has three values at most, the row ten cells
		}
		if err := sheet.add(cells); err != nil {
			return c, closed(book, err)
		}
		c.Items++
		c.Rows++
		if c.Rows == MaxRows {
			break
		}
	}
	return c, closed(book, write(w, book, sheet))
}
