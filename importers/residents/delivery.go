package residents

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewDelivery returns "kvitok-delivery-xlsx" and "kvitok-delivery-csv": where the payment documents of accounts go.
//
//	Лицевой счёт* | Доставка* | Адрес электронной почты | Адрес подтверждён | Как подтверждён |
//	Согласие на электронную доставку | Документ
//
// Доставка: «бумага», «e-mail» or «e-mail и бумага». «Адрес подтверждён» and «Согласие …» are days; «Как подтверждён»: «офис» or
// «ответ». Source: the formats are Kvitok's own.
func NewDelivery() []importers.Format {
	set := importers.TableSet{
		Book: "kvitok-delivery-xlsx", Room: "residents", Tables: []importers.NamedTable{{Name: "delivery", Table: deliveryTable()}},
	}
	return append(set.CSV(), set.Workbook())
}

func deliveryTable() importers.Layout {
	type row = housing.DeliveryEntry
	wish := importers.WordOf("bad_delivery",
		importers.Word[housing.DeliveryWish]{Text: "бумага", Means: housing.OnPaper},
		importers.Word[housing.DeliveryWish]{Text: "e-mail", Means: housing.ByEmail},
		importers.Word[housing.DeliveryWish]{Text: "e-mail и бумага", Means: housing.ByEmailOnPaper})
	way := importers.WordOf("bad_confirmation",
		importers.Word[housing.Confirmation]{Text: "офис", Means: housing.ConfirmedByOffice},
		importers.Word[housing.Confirmation]{Text: "ответ", Means: housing.ConfirmedByReply})
	return importers.Table[row]{
		Title: "Доставка квитанций",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Account }),
			{
				Name: "Доставка", Also: []string{"Доставка квитанций"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(wish, func(r *row) *housing.DeliveryWish { return &r.Wish }),
			},
			{
				Name: "Адрес электронной почты", Also: []string{"Адрес e-mail"},
				Read: importers.Into(importers.ReadEmail, func(r *row) *string { return &r.Email }),
			},
			{
				Name: "Адрес подтверждён", Also: []string{"Дата подтверждения"},
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Confirmed }),
			},
			{Name: "Как подтверждён", Read: importers.Into(way, func(r *row) *housing.Confirmation { return &r.ConfirmedBy })},
			{
				Name: "Согласие на электронную доставку", Also: []string{"Дата согласия"},
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Consented }),
			},
			importers.DocumentColumn(importers.Optional, func(r *row) *string { return &r.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if err := checkDelivery(r); err != nil {
				return nil, err
			}
			r.Source = src
			return *r, nil
		},
	}
}

// checkDelivery: who wants no paper must be reachable. An address alone, not confirmed yet, may be noted beside paper.
func checkDelivery(r *housing.DeliveryEntry) *importers.CellError {
	switch {
	case !r.Confirmed.IsZero() && r.Email == "":
		return importers.WrongIn("Адрес электронной почты", "no_email", "адрес подтверждён, но не указан", "один адрес вида ivanov@example.ru")
	case r.Confirmed.IsZero() != (r.ConfirmedBy == ""):
		return importers.WrongIn("Как подтверждён", "half_confirmed", "дата и способ подтверждения адреса заполняются вместе",
			"«Адрес подтверждён» — дата, «Как подтверждён» — «офис» или «ответ»")
	case r.Wish == housing.OnPaper:
		return nil
	case r.Email == "":
		return importers.WrongIn("Адрес электронной почты", "no_email", "для доставки по электронной почте нужен адрес", "один адрес вида ivanov@example.ru")
	case r.Confirmed.IsZero():
		return importers.WrongIn("Адрес подтверждён", "not_confirmed", "адрес не подтверждён: на такие адреса квитанции не отправляются",
			"дата подтверждения, например 01.10.2026")
	case r.Consented.IsZero():
		return importers.WrongIn("Согласие на электронную доставку", "no_consent", "нет согласия на электронную доставку", "дата согласия, например 01.10.2026")
	}
	return nil
}
