package benefits

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// subsidyCategory is how a subsidy is named where benefits are listed.
const subsidyCategory = "Субсидия"

// subsidyTable is the sheet «Субсидии»: what the authority of social protection granted to a family, a decision a row.
// A star marks what every row must have.
//
//	Лицевой счёт* | Фамилия* | Имя | Отчество | Дата рождения | СНИЛС | Субсидия в месяц, руб.* | Предоставление |
//	Действует с* | по* | Документ*
//
// Whole months: from the first day of one through the last of another. Предоставление as in «Льготы».
// Источник: the format is Kvitok's own, no federal one is known.
func subsidyTable() importers.Layout {
	type row = grantRow
	decision := []importers.Column[row]{
		{
			Name: "Субсидия в месяц, руб.", Also: []string{"Субсидия, руб.", "Размер субсидии"}, Need: importers.Filled, Mark: true,
			Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Entry.Amount }),
		},
		modeColumn(),
		importers.FromColumn(func(r *row) *housing.Date { return &r.From }),
		importers.ThroughColumn(func(r *row) *housing.Date { return &r.Through }),
		importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Entry.Document }),
	}
	return importers.Table[row]{Title: "Субсидии", Columns: slices.Concat(holderColumns(), decision), Fact: subsidyFact}
}

func subsidyFact(r *grantRow, src housing.Source) (importers.Fact, *importers.CellError) {
	b := &r.Entry
	b.Category, b.Scope, b.Subsidy = subsidyCategory, housing.FamilyScope, true
	switch {
	case b.Amount <= 0:
		return nil, importers.WrongIn("Субсидия в месяц, руб.", "not_positive", "сумма субсидии не больше нуля", "сумма в месяц больше нуля")
	case r.Through.IsZero():
		return nil, importers.WrongIn("по", "no_term", "не указан последний день субсидии: она назначается на срок", "последний день месяца")
	}
	valid, err := importers.IntervalOf(r.From, r.Through)
	if err != nil {
		return nil, err
	}
	if valid.From != valid.From.Period().First() {
		return nil, importers.WrongIn("Действует с", "not_whole_month", "субсидия назначается с первого дня месяца", "первый день месяца")
	}
	if valid.To != valid.To.Period().First() {
		return nil, importers.WrongIn("по", "not_whole_month", "субсидия назначается по последний день месяца", "последний день месяца")
	}
	b.Valid, b.Source = valid, src
	return *b, nil
}
