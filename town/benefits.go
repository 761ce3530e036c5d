package town

import (
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Who of each block the authority of social protection supports, and what a court decided of one of them: a few
// flats by their ordinal, so that the month shows a benefit in the receipt, one in money, and a subsidy of both kinds.

const (
	veteranFlat        = 3
	familyFlat         = 5
	subsidyFlat        = 7
	subsidyMoneyFlat   = 9
	lastSupported      = subsidyMoneyFlat
	veteranDeed        = "Удостоверение ветерана труда, решение ОСЗН № 118"
	familyDeed         = "Удостоверение многодетной семьи, решение ОСЗН № 204"
	subsidyDeed        = "Решение ОСЗН о субсидии № 31"
	halfOfCharge       = 50 // percent
	subsidyMonths      = 6
	subsidyAmount      = 640_50
	subsidyMoneyAmount = 450_00
	courtAmount        = 9_600_00
	courtPaid          = 1_600_00
)

// supported is what a flat of a block was granted; nobody else has a category.
func (t *Town) supported(a *account, ordinal int) (b housing.Benefit) {
	if a.room > 0 || a.house.private {
		return b
	}
	since, _ := housing.NewDate(2024, 1, 1) // a day
	term := housing.Interval{From: t.period.First(), To: t.later(subsidyMonths).First()}
	percent := housing.Whole(halfOfCharge)
	switch ordinal {
	case veteranFlat:
		return housing.Benefit{
			Category: "Ветеран труда", Percent: percent, Scope: housing.HolderScope, WithinNorm: true, Mode: housing.Discount,
			Valid: housing.Interval{From: since}, Document: veteranDeed,
		}
	case familyFlat:
		return housing.Benefit{
			Category: "Многодетная семья", Percent: percent, Scope: housing.FamilyScope, WithinNorm: true, Mode: housing.Compensation,
			Valid: housing.Interval{From: since}, Document: familyDeed,
		}
	case subsidyFlat:
		return housing.Benefit{
			Category: "Субсидия", Amount: subsidyAmount, Scope: housing.FamilyScope, Mode: housing.Discount, Valid: term, Document: subsidyDeed, Subsidy: true,
		}
	case subsidyMoneyFlat:
		return housing.Benefit{
			Category: "Субсидия", Amount: subsidyMoneyAmount, Scope: housing.FamilyScope, Mode: housing.Compensation, Valid: term, Document: subsidyDeed,
			Subsidy: true,
		}
	}
	return b
}

// ofSupported goes over the flats of all blocks that were granted something.
func (t *Town) ofSupported(row func(*account, *housing.Benefit) []cell) func(func([]cell) bool) {
	return func(yield func([]cell) bool) {
		for i := range t.houses {
			ordinal := 0
			for a := range t.of(&t.houses[i]) {
				if ordinal++; ordinal > lastSupported {
					break
				}
				b := t.supported(a, ordinal)
				if b.Category == "" {
					continue
				}
				if cells := row(a, &b); cells != nil && !yield(cells) {
					return
				}
			}
		}
	}
}

// benefitsBook is what the authority of social protection granted, and what a court decided.
func (t *Town) benefitsBook() plan {
	mode := func(b *housing.Benefit) cell {
		return asText(map[housing.BenefitMode]string{housing.Discount: "скидка", housing.Compensation: "деньгами"}[b.Mode])
	}
	benefits := t.ofSupported(func(a *account, b *housing.Benefit) []cell {
		if b.Subsidy {
			return nil
		}
		scope := map[housing.BenefitScope]string{housing.HolderScope: "льготнику", housing.FamilyScope: "семье"}[b.Scope]
		return []cell{
			asText(a.number), asText(a.payer.surname), asText(a.payer.first), asText(a.payer.patronymic), asText(b.Category),
			asNumber(b.Percent.String()), asText(scope), asText("да"), mode(b), asDate(b.Valid.From), asText(b.Document),
		}
	})
	subsidies := t.ofSupported(func(a *account, b *housing.Benefit) []cell {
		if !b.Subsidy {
			return nil
		}
		return []cell{
			asText(a.number), asText(a.payer.surname), asText(a.payer.first), asText(a.payer.patronymic), asNumber(b.Amount.String()), mode(b),
			asDate(b.Valid.From), asDate(b.Valid.To.AddDays(-1)), asText(b.Document),
		}
	})
	decisions := t.ofSupported(func(a *account, b *housing.Benefit) []cell {
		if !b.Subsidy || b.Mode != housing.Compensation || a.house.index > 0 {
			return nil
		}
		const from, through, inForce = -9, -4, 12
		return []cell{
			asText(a.number), asText("Мировой судья участка № 1 г. Примерска"), asText("2-" + strconv.Itoa(t.period.Year())),
			asDate(t.later(-1).First().AddDays(inForce)), asDate(t.later(from).First()), asDate(t.later(through).Last()),
			asNumber(housing.Money(courtAmount).String()), asNumber(housing.Money(courtPaid).String()),
		}
	})
	holder := []string{"Лицевой счёт", "Фамилия", "Имя", "Отчество"}
	sheets := filled(
		sheet{
			name: "Льготы", rows: benefits, widths: []int{14, 16, 14, 18, 20, 10, 12, 17, 16, 13, 44},
			header: append(holder[:4:4], "Категория льготы", "Процент", "Кому", "В пределах нормы", "Предоставление", "Действует с", "Документ"),
		},
		sheet{
			name: "Субсидии", rows: subsidies, widths: []int{14, 16, 14, 18, 22, 16, 13, 13, 44},
			header: append(holder[:4:4], "Субсидия в месяц, руб.", "Предоставление", "Действует с", "по", "Документ"),
		},
		sheet{
			name: "Судебные решения", rows: decisions, widths: []int{14, 40, 14, 16, 13, 13, 13, 15},
			header: []string{"Лицевой счёт", "Суд", "Номер дела", "Вступило в силу", "Долг с", "Долг по", "Сумма, руб.", "Погашено, руб."},
		},
	)
	return plan{
		partner: Office, name: "benefits.xlsx", format: "kvitok-benefits-xlsx",
		expect: func(e *ExpectedFile) { accepted(count(benefits) + count(subsidies) + count(decisions))(e) },
		write:  book{sheets: sheets}.write,
	}
}

// addBenefits tells who was granted what; a person is told by the ordinal of the flat.
func (t *Town) addBenefits(h *house, s *housing.Snapshot) {
	ordinal := 0
	for a := range t.of(h) {
		if ordinal++; ordinal > lastSupported {
			return
		}
		b := t.supported(a, ordinal)
		if b.Category == "" {
			continue
		}
		b.Person = strconv.Itoa(ordinal)
		for i := range s.Accounts {
			if s.Accounts[i].Number == a.number {
				s.Accounts[i].Benefits = append(s.Accounts[i].Benefits, b)
			}
		}
	}
}
