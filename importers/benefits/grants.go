package benefits

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewGrants returns "kvitok-benefits-xlsx", a workbook with the sheets «Льготы», «Субсидии» (subsidyTable) and
// «Судебные решения» (courtDebtTable), of which any may be missing. «Льготы»: a benefit of one person on one
// account a row. A star marks what every row must have.
//
//	Лицевой счёт* | Фамилия* | Имя | Отчество | Дата рождения | СНИЛС | Категория льготы* | Услуга | Процент | Сумма, руб. |
//	Кому | В пределах нормы | Предоставление | Действует с* | по | Документ*
//
// Услуга empty: all that benefits are given on. Процент or Сумма a month, a sum needs its service. Кому: «льготнику» (his
// part, also where the cell is empty) or «семье». Предоставление: «скидка» in the receipt, «деньгами» to the
// citizen, empty as the parameter benefit.mode says. «по» is the last day. Источник: the format is Kvitok's own.
func NewGrants() importers.Format { return grants().Workbook() }

// NewGrantsCSV returns "kvitok-benefits-csv", "kvitok-subsidies-csv" and "kvitok-court-debts-csv", the same tables as text.
func NewGrantsCSV() []importers.Format { return grants().CSV() }

func grants() importers.TableSet {
	return importers.TableSet{Book: "kvitok-benefits-xlsx", Room: "benefits", Tables: []importers.NamedTable{
		{Name: "benefits", Table: grantTable()},
		{Name: "subsidies", Table: subsidyTable()},
		{Name: "court-debts", Table: courtDebtTable()},
	}}
}

type grantRow = importers.Dated[housing.BenefitGrantEntry]

const categoryLimit = 200

func grantTable() importers.Layout {
	type row = grantRow
	readScope := importers.WordOf("bad_scope",
		importers.Word[housing.BenefitScope]{Text: "льготнику", Means: housing.HolderScope},
		importers.Word[housing.BenefitScope]{Text: "семье", Means: housing.FamilyScope})
	right := []importers.Column[row]{
		{
			Name: "Категория льготы", Also: []string{"Льготная категория"}, Need: importers.Filled, Key: true, Mark: true,
			Read: importers.Into(importers.TextUpTo(categoryLimit), func(r *row) *string { return &r.Entry.Category }),
		},
		{Name: "Услуга", Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.Entry.Service })},
		{
			Name: "Процент", Also: []string{"Процент, %", "Размер, %"},
			Read: importers.Into(readPercent, func(r *row) *housing.Decimal { return &r.Entry.Percent }),
		},
		{
			Name: "Сумма, руб.", Also: []string{"Сумма"},
			Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Entry.Amount }),
		},
		{Name: "Кому", Read: importers.Into(readScope, func(r *row) *housing.BenefitScope { return &r.Entry.Scope })},
		{Name: "В пределах нормы", Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.Entry.WithinNorm })},
		modeColumn(),
		importers.FromColumn(func(r *row) *housing.Date { return &r.From }),
		importers.ThroughColumn(func(r *row) *housing.Date { return &r.Through }),
		importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Entry.Document }),
	}
	return importers.Table[row]{Title: "Льготы", Columns: slices.Concat(holderColumns(), right), Fact: grantFact}
}

// holderColumns say whose right it is.
func holderColumns() []importers.Column[grantRow] {
	type row = grantRow
	return []importers.Column[row]{
		importers.AccountColumn(func(r *row) *string { return &r.Entry.Account }),
		text("Фамилия", nameLimit, importers.Filled, func(r *row) *string { return &r.Entry.Holder.Last }),
		text("Имя", nameLimit, importers.Optional, func(r *row) *string { return &r.Entry.Holder.First }),
		text("Отчество", nameLimit, importers.Optional, func(r *row) *string { return &r.Entry.Holder.Patronymic }),
		{Name: "Дата рождения", Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Entry.Holder.Born })},
		{Name: "СНИЛС", Read: importers.Into(readSNILS, func(r *row) *string { return &r.Entry.SNILS })},
	}
}

func modeColumn() importers.Column[grantRow] {
	readMode := importers.WordOf("bad_mode",
		importers.Word[housing.BenefitMode]{Text: "скидка", Means: housing.Discount},
		importers.Word[housing.BenefitMode]{Text: "деньгами", Means: housing.Compensation})
	return importers.Column[grantRow]{Name: "Предоставление", Read: importers.Into(readMode, func(r *grantRow) *housing.BenefitMode { return &r.Entry.Mode })}
}

func grantFact(r *grantRow, src housing.Source) (importers.Fact, *importers.CellError) {
	b := &r.Entry
	switch {
	case b.Amount < 0:
		return nil, importers.WrongIn("Сумма, руб.", "not_positive", "сумма льготы отрицательна", "сумма в месяц больше нуля")
	case b.Percent.IsZero() && b.Amount == 0:
		return nil, importers.WrongIn("Процент", "no_benefit", "не указаны ни процент, ни сумма льготы", "процент от 1 до 100 или сумма в месяц")
	case !b.Percent.IsZero() && b.Amount != 0:
		return nil, importers.WrongIn("Сумма, руб.", "two_benefits", "указаны и процент, и сумма льготы", "что-то одно")
	case b.Amount != 0 && b.Service == "":
		return nil, importers.WrongIn("Услуга", "no_service", "льгота суммой даётся на одну услугу, а услуга не указана", "название услуги")
	}
	valid, err := importers.IntervalOf(r.From, r.Through)
	if err != nil {
		return nil, err
	}
	if b.Scope == "" {
		b.Scope = housing.HolderScope
	}
	b.Valid, b.Source = valid, src
	return *b, nil
}

// readPercent takes a percent with or without its sign.
func readPercent(c importers.Cell) (housing.Decimal, error) {
	c.Text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(c.Text), "%"))
	d, err := importers.ReadNotNegative(c)
	switch {
	case err != nil:
		return d, err
	case d.Cmp(housing.Whole(100)) > 0:
		return d, importers.Wrong("percent_too_large", "процент льготы больше 100", "число от 1 до 100")
	case d.Sign() > 0 && d.Cmp(housing.Whole(1)) < 0: // 50 % as a spreadsheet keeps it
		return d, importers.Wrong("percent_too_small", "процент льготы меньше 1: ячейка Excel в процентном формате?", "число от 1 до 100, например 50")
	}
	return d, nil
}

const snilsDigits = 11

// readSNILS takes a number of insurance as people write it: 112-233-445 95.
func readSNILS(c importers.Cell) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\u00a0' {
			return -1
		}
		return r
	}, c.Text)
	wrong := len(digits) != snilsDigits || strings.Trim(digits, "0123456789") != ""
	if wrong || !snilsHolds(digits) {
		return "", importers.Wrong("bad_snils", "это не номер СНИЛС", "11 цифр с верными контрольными, например 112-233-445 95")
	}
	return digits, nil
}

// snilsHolds checks the last two digits: the sum of the first nine by 9 to 1, modulo 101, 100 is 0 (numbers from
// 001-001-999 on have them).
func snilsHolds(digits string) bool {
	const checked, modulus, firstChecked = 9, 101, "001001998"
	sum := 0
	for i := range checked {
		sum += int(digits[i]-'0') * (checked - i)
	}
	return digits[:checked] <= firstChecked || sum%modulus%100 == int(digits[9]-'0')*10+int(digits[10]-'0')
}
