package gis

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const textLimit = 1000

// NewUnified returns the format "gis-els-xlsx", «Экспорт ЕЛС»:
//
//	Номер ЛС* | ЕЛС* | Идентификатор ЖКУ | уникальный номер | адрес
func NewUnified() importers.Format {
	return unifiedBook{importers.XLSX{Title: "gis-els-xlsx", Room: "accounts", Tables: []importers.Layout{unifiedTable()}}}
}

// unifiedBook is told from our own table of accounts, which has the same numbers, by what it lacks.
type unifiedBook struct{ importers.XLSX }

// Recognise wants the numbers and nothing of the premises.
func (f unifiedBook) Recognise(s *importers.Sample) bool {
	for _, rows := range s.Tables {
		for _, row := range rows {
			if slices.ContainsFunc(row, func(title string) bool {
				return strings.EqualFold(strings.TrimSpace(title), "вид помещения")
			}) {
				return false
			}
		}
	}
	return f.XLSX.Recognise(s)
}

type accountRow struct {
	housing.UnifiedEntry
	status string
}

func unifiedTable() importers.Layout {
	type row = accountRow
	return importers.Table[row]{
		Title: "Экспорт ЕЛС",
		Columns: []importers.Column[row]{
			{
				Name: "Номер ЛС", Also: []string{"Лицевой счет", "ЛС", "Номер лицевого счета", "Номер лицевого счета/Иной идентификатор плательщика"},
				Need: importers.Filled, Key: true, Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.Account }),
			},
			{
				Name: "ЕЛС", Also: []string{"Единый лицевой счет", "Номер ЕЛС"}, Need: importers.Filled, Key: true,
				Read: importers.Into(importers.ReadUnified, func(r *row) *string { return &r.Unified }),
			},
			{
				Name: "Идентификатор ЖКУ", Also: []string{"ИЖКУ"}, Mark: true,
				Read: importers.Into(importers.ReadServiceID, func(r *row) *string { return &r.ServiceID }),
			},
			importers.Passed[row]("Уникальный №", "Уникальный номер", "Уникальный номер помещения", "Уникальный номер дома"),
			importers.Passed[row]("Адрес", "Адрес помещения"),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return r.UnifiedEntry, nil
		},
	}
}

// NewAccounts returns the format "gis-accounts-xlsx", the template of accounts that comes back, its sheet
// «Основные сведения»:
//
//	№ записи | Номер ЛС (иной идентификатор потребителя)* | Идентификатор ЖКУ | … | ЕЛС | Статус обработки
//
// A row that the system did not register has no ЕЛС: it is rejected with the system's own words.
func NewAccounts() importers.Format {
	return importers.XLSX{Title: "gis-accounts-xlsx", Room: "accounts", Tables: []importers.Layout{accountTable()}}
}

func accountTable() importers.Layout {
	type row = accountRow
	columns := make([]importers.Column[row], 0, 24)
	columns = append(columns, importers.Column[row]{
		Name: "Номер ЛС (иной идентификатор потребителя)", Need: importers.Filled, Key: true, Mark: true,
		Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.Account }),
	}, importers.Column[row]{
		Name: "Идентификатор ЖКУ", Need: importers.Present,
		Read: importers.Into(importers.ReadServiceID, func(r *row) *string { return &r.ServiceID }),
	}, importers.Column[row]{
		Name: "ЕЛС", Also: []string{"Единый лицевой счет"}, Need: importers.Present,
		Read: importers.Into(importers.ReadUnified, func(r *row) *string { return &r.Unified }),
	}, status(func(r *row) *string { return &r.status }))
	for _, name := range []string{
		"№ записи", "Тип лицевого счета", "Является нанимателем?", "Лицевые счета на помещение(я) разделены?", "Фамилия",
		"Имя потребителя", "Отчество (при наличии)", "СНИЛС потребителя", "Вид документа, удостоверяющего личность", "Номер документа",
		"Серия документа", "Дата документа", "ОГРН/ОГРНИП потребителя (для ЮЛ/ИП)", "НЗА потребителя (для ФПИЮЛ)", "КПП потребителя (для ОП)",
		"Общая площадь, кв. м", "Жилая площадь, кв. м", "Отапливаемая площадь, кв. м", "Количество проживающих, чел.",
	} {
		columns = append(columns, importers.Passed[row](name))
	}
	return importers.Table[row]{
		Title: "Основные сведения", Columns: columns,
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.Unified == "" && r.ServiceID == "" {
				return nil, refusedBySystem("лицевой счёт", r.status)
			}
			r.Source = src
			return r.UnifiedEntry, nil
		},
	}
}

// status is the column that the system fills in.
func status[T any](field func(*T) *string) importers.Column[T] {
	return importers.Column[T]{
		Name: "Статус обработки", Also: []string{"Статус загрузки"},
		Read: importers.Into(importers.TextUpTo(textLimit), field),
	}
}

// refusedBySystem is the reason of a row that the system did not register, in its own words.
func refusedBySystem(what, said string) *importers.CellError {
	if strings.TrimSpace(said) == "" {
		return importers.Wrong("not_registered", what+" не зарегистрирован в ГИС ЖКХ: книга ещё не обработана системой",
			"книга с ответом системы")
	}
	e := importers.Wrong("not_registered", "ГИС ЖКХ не приняла строку: "+said, "")
	e.Column = "Статус обработки"
	return e
}
