package town

import (
	"fmt"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// tariffsBook is the town's dated tariffs and norms. No row names a house: an inbox takes tariffs in
// before it knows any.
func (t *Town) tariffsBook() plan {
	tariffs, norms := tariffRows(), normRows(t.norms())
	return plan{
		partner: Office, name: "tariffs_2026.xlsx", format: "kvitok-tariffs-xlsx", expect: accepted(len(tariffs) + len(norms)),
		write: book{[]sheet{
			{
				name: "Тарифы", header: []string{"Услуга", "Зона", "Тариф, руб.", "Действует с", "по", "Документ"},
				widths: []int{32, 8, 12, 13, 13, 70}, rows: each(tariffs),
			},
			{
				name: "Нормативы", header: []string{"Услуга", "Основа", "Норматив", "Действует с", "по", "Документ"},
				widths: []int{32, 14, 12, 13, 13, 70}, rows: each(norms),
			},
		}}.write,
	}
}

func tariffRows() [][]cell {
	start, step := firstOf(2026, time.January), firstOf(2026, time.October)
	var rows [][]cell
	for _, p := range prices {
		row := func(kopecks int64, from, through housing.Date, document string) {
			rows = append(rows, []cell{
				asText(p.service.Russian()), asText(p.zone.Russian()), asNumber(fmt.Sprintf("%d.%02d", kopecks/100, kopecks%100)),
				asDate(from), asDate(through), asText(document),
			})
		}
		if p.stepDocument == "" {
			row(p.before, start, housing.Date{}, p.document)
			continue
		}
		row(p.before, start, step.AddDays(-1), p.document)
		row(p.after, step, housing.Date{}, p.stepDocument)
	}
	return rows
}

func normRows(norms []norm) [][]cell {
	start := firstOf(2026, time.January)
	rows := make([][]cell, 0, len(norms))
	for _, n := range norms {
		base := "на человека"
		if n.base == housing.PerArea {
			base = "на м²"
		}
		rows = append(rows, []cell{
			asText(n.service.Russian()), asText(base), asNumber(n.value), asDate(start), {}, asText(n.document),
		})
	}
	return rows
}

func firstOf(year int, month time.Month) housing.Date {
	date, _ := housing.NewDate(year, month, 1) // written out in this file, so it exists
	return date
}

func each[T any](list []T) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for _, item := range list {
			if !yield(item) {
				return
			}
		}
	}
}
