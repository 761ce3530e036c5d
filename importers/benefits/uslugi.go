package benefits

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const (
	nameLimit  = 50
	partLimit  = 90
	countLimit = 1000
)

// NewUslugi returns the format "social-uslugi-dbf", USLUGA1.DBF of «АС АСП»: a person and a service a
// row, dBase III, CP866:
//
//	FAMIL C50, IMJA C50, OTCH C50, DROG D, POSEL C30, NASP C90, YLIC C90, NDOM C50, NKORP C50, NKW C50,
//	NKOMN C15, LCHARD C15, ILCHET C24, VIDGF C25, LIFT C1, OPL N8.2, OTPL N8.2, KOLZR N3, GKU C50,
//	ORG C30, VIDTAR N2, KOEF N11, TARIF N8.2, FAKT N8.3, SUMTAR N8.2, SUMDOLG N12.2, OPLDOLG N12.2,
//	DATDOLG D, KOLDOLG N4
//
// The authority asks, the organisation fills in its columns and gives the table back; what stands in them
// already is kept as it came. FAMIL, GKU and one of ILCHET and YLIC must be filled. Source: public
// readers of the format.
func NewUslugi() importers.Format {
	return importers.DBF{
		Title: "social-uslugi-dbf", Room: "benefits", Words: "Соцзащита: запрос «АС АСП», USLUGA1.DBF", Table: uslugiTable(),
	}
}

// NewUslugiCSV returns the format "social-uslugi-csv", the twin of USLUGA1.DBF as text: the same columns
// by name and MONTH, YEAR of the exchange, LDID, ADRID, ILCHET_NEW beside them; «;», decimal point.
func NewUslugiCSV() importers.Format {
	return importers.CSV{Title: "social-uslugi-csv", Room: "benefits", Table: uslugiTable()}
}

type uslugiRow struct {
	housing.BenefitEntry
	address
	month, year int
}

// address is collected part by part.
type address struct{ village, town, street, house, building, flat, room string }

// text joins the parts as people write them.
func (a address) text() string {
	var parts []string
	for _, part := range []struct{ prefix, value string }{
		{"", a.village}, {"", a.town}, {"", a.street}, {"д. ", a.house}, {"корп. ", a.building}, {"кв. ", a.flat}, {"ком. ", a.room},
	} {
		if part.value != "" {
			parts = append(parts, part.prefix+part.value)
		}
	}
	return strings.Join(parts, ", ")
}

func uslugiTable() importers.Layout {
	type row = uslugiRow
	person := []importers.Column[row]{
		text("FAMIL", nameLimit, importers.Filled, func(r *row) *string { return &r.Person.Last }),
		text("IMJA", nameLimit, importers.Present, func(r *row) *string { return &r.Person.First }),
		text("OTCH", nameLimit, importers.Optional, func(r *row) *string { return &r.Person.Patronymic }),
		{Name: "DROG", Read: importers.Into(readDate, func(r *row) *housing.Date { return &r.Person.Born })},
		text("POSEL", partLimit, importers.Optional, func(r *row) *string { return &r.village }),
		text("NASP", partLimit, importers.Optional, func(r *row) *string { return &r.town }),
		text("YLIC", partLimit, importers.Optional, func(r *row) *string { return &r.street }),
		text("NDOM", nameLimit, importers.Optional, func(r *row) *string { return &r.house }),
		text("NKORP", nameLimit, importers.Optional, func(r *row) *string { return &r.building }),
		text("NKW", nameLimit, importers.Optional, func(r *row) *string { return &r.flat }),
		text("NKOMN", nameLimit, importers.Optional, func(r *row) *string { return &r.room }),
		{
			Name: "ILCHET", Need: importers.Present, Key: true,
			Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.Account }),
		},
		{
			Name: "GKU", Need: importers.Filled, Mark: true, Key: true,
			Read: importers.Into(importers.TextUpTo(nameLimit), func(r *row) *string { return &r.ServiceName }),
		},
		text("ORG", nameLimit, importers.Optional, func(r *row) *string { return &r.Payee }),
	}
	return importers.Table[row]{Title: "USLUGA1", Columns: slices.Concat(person, uslugiAmounts()), Fact: uslugiFact}
}

// uslugiAmounts are the columns of the organisation.
func uslugiAmounts() []importers.Column[uslugiRow] {
	type row = uslugiRow
	return []importers.Column[row]{
		{Name: "OPL", Read: importers.Into(readQuantity, func(r *row) *housing.Decimal { return &r.Area })},
		{Name: "KOLZR", Read: importers.Into(importers.CountUpTo(countLimit), func(r *row) *int { return &r.People })},
		{Name: "TARIF", Read: importers.Into(readQuantity, func(r *row) *housing.Decimal { return &r.Tariff })},
		{Name: "FAKT", Read: importers.Into(readQuantity, func(r *row) *housing.Decimal { return &r.Volume })},
		{Name: "SUMTAR", Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Charged })},
		{Name: "SUMDOLG", Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Debt })},
		{Name: "DATDOLG", Read: importers.Into(readDate, func(r *row) *housing.Date { return &r.DebtSince })},
		{Name: "KOLDOLG", Read: importers.Into(importers.CountUpTo(countLimit), func(r *row) *int { return &r.DebtMonths })},
		{Name: "MONTH", Read: importers.Into(importers.CountUpTo(12), func(r *row) *int { return &r.month })},
		{Name: "YEAR", Read: importers.Into(importers.CountUpTo(2200), func(r *row) *int { return &r.year })},
	}
}

func uslugiFact(r *uslugiRow, src housing.Source) (importers.Fact, *importers.CellError) {
	if r.Account == "" && r.street == "" {
		return nil, importers.Wrong("no_key", "не по чему найти лицевой счёт", "заполненный ILCHET или адрес")
	}
	b := r.BenefitEntry
	b.Kind, b.Address, b.Source = housing.BenefitRequest, r.text(), src
	period, err := periodOf(r.year, r.month)
	if err != nil {
		return nil, err
	}
	b.Period = period
	return withService(b)
}
