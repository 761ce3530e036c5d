package gis

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewDocuments returns the format "gis-documents-xlsx", the template of payment documents that comes back, its
// sheet «Разделы 1-2»:
//
//	Идентификатор ЖКУ* | … | Номер платежного документа* | Расчетный период (ММ.ГГГГ)* | … |
//	Идентификатор платежного документа* | (РАССЧИТАНО ГИС ЖКХ) Итого к оплате | Статус обработки
//
// The identifier of a document is filled in by the system; a row that it did not place has none and is rejected
// with the system's own words. The other sheets hold what was sent.
func NewDocuments() importers.Format {
	return importers.XLSX{Title: "gis-documents-xlsx", Room: "documents", Tables: []importers.Layout{documentTable()}}
}

type documentRow struct {
	housing.GISDocumentEntry
	status string
}

func documentTable() importers.Layout {
	type row = documentRow
	const numberLimit = 30
	passed := passedOfDocuments()
	columns := make([]importers.Column[row], 0, len(passed)+5)
	columns = append(columns, []importers.Column[row]{
		{
			Name: "Идентификатор ЖКУ", Need: importers.Filled, Key: true,
			Read: importers.Into(importers.ReadServiceID, func(r *row) *string { return &r.ServiceID }),
		},
		{
			Name: "Номер платежного документа", Need: importers.Filled, Key: true,
			Read: importers.Into(importers.TextUpTo(numberLimit), func(r *row) *string { return &r.Number }),
		},
		{
			Name: "Расчетный период (ММ.ГГГГ)", Also: []string{"Расчетный период"}, Need: importers.Filled, Key: true,
			Read: importers.Into(importers.ReadPeriod, func(r *row) *housing.Period { return &r.Period }),
		},
		{
			Name: "Идентификатор платежного документа", Need: importers.Present, Mark: true,
			Read: importers.Into(importers.ReadDocumentID, func(r *row) *string { return &r.GIS }),
		},
		status(func(r *row) *string { return &r.status }),
	}...)
	for _, name := range passed {
		columns = append(columns, importers.Passed[row](name))
	}
	return importers.Table[row]{
		Title: "Разделы 1-2", Columns: columns,
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.GIS == "" {
				return nil, refusedBySystem("платёжный документ", r.status)
			}
			r.Source = src
			return r.GISDocumentEntry, nil
		},
	}
}

// passedOfDocuments are the columns that hold what was sent, or what the system computed from it.
func passedOfDocuments() []string {
	return []string{
		"Тип ПД", "Общая площадь для ЛС", "Жилая площадь", "Отапливаемая площадь", "Количество проживающих",
		"Сумма к оплате за расчетный период, руб. (по всему ПД)", "Задолженность за предыдущие периоды",
		"Аванс на начало расчетного периода", "Оплачено денежных средств, руб.",
		"Учтены платежи, поступившие до указанного числа расчетного периода включительно", "Дата последней поступившей оплаты",
		"Субсидии, компенсации и иные меры соц. поддержки граждан, руб.",
		"Итого к оплате за расчетный период c учетом задолженности/переплаты, руб. (по всему ПД)", "БИК банка", "Расчетный счет",
		"КР: Размер взноса на кв.м, руб.", "КР: Всего начислено", "КР: Перерасчеты всего, руб.", "КР: Льготы, субсидии, руб.",
		"КР: Порядок расчетов", "КР: Основания перерасчетов", "КР: Сумма, руб.", "КР: Итого к оплате за расчетный период, руб.",
		"Поставщик услуги ОГРН", "Поставщик услуги КПП", "Номер платежного реквизита", "Итого к оплате за расчетный период по услугам, руб.",
		"Сумма к оплате с учетом рассрочки платежа и процентов за рассрочку, руб.", "Итого к оплате по неустойкам и судебным издержкам",
		"Дополнительная информация", "Предельный (максимальный) индекс..., %", "Исполнитель услуги ОГРН", "Исполнитель услуги КПП",
		"(РАССЧИТАНО ГИС ЖКХ) Итого к оплате",
	}
}
