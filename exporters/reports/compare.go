package reports

import (
	"io"

	"github.com/kvitok-gkh/kvitok/housing"
)

const comparisonTitle = "Сверка со старой системой"

// pairColumns are a sum in both systems and what we have more.
func pairColumns(group string) []column {
	return []column{moneyColumn(group, "старая"), moneyColumn(group, "наша"), moneyColumn(group, "разница")}
}

func addPair(t *table, p housing.Pair) {
	t.money(p.Old)
	t.money(p.Our)
	t.money(p.Diff())
}

func comparedColumns(first ...column) []column {
	list := first
	for _, group := range []string{"Начислено, ₽", "Оплачено, ₽", "Сальдо на конец, ₽"} {
		list = append(list, pairColumns(group)...)
	}
	return list
}

// WriteComparison writes a month beside that of another system: totals by house and service, causes, every difference.
func WriteComparison(w io.Writer, meta Meta, c *housing.Comparison) (Control, error) {
	counted := countColumn("Расходятся", 11)
	counted.sum = ofCounts
	sections := []section{
		{table{title: comparisonTitle + ": дома и услуги", name: "Дома и услуги", columns: append(comparedColumns(
			textColumn("Дом", 34), textColumn("Услуга", 28)), counted)}, func(t *table) error { return addComparedGroups(t, c) }},
		{table{title: comparisonTitle + ": причины", name: "Причины", columns: []column{
			textColumn("Причина", 44), counted, moneyColumn("", "Разница начислений, ₽"),
		}}, func(t *table) error { return addComparedCauses(t, c) }},
		{
			table{title: comparisonTitle + ": расхождения", name: "Расхождения", columns: append(comparedColumns(
				textColumn("Лицевой счёт", 14), textColumn("Дом", 30), textColumn("Услуга", 26)), textColumn("Причина", 24), textColumn("Что отличается", 34))},
			func(t *table) error { return addDifferences(t, c) },
		},
	}
	further := []Total{{"Файл старой системы", c.File}, {"Разница начислений", c.Total.Charged.Diff().Russian() + " ₽"}}
	return writeSections(w, meta, comparisonTitle, sections, further)
}

func addComparedGroups(t *table, c *housing.Comparison) error {
	for i := range c.Groups {
		g := &c.Groups[i]
		t.text(houseOrNone(g.House))
		t.text(g.Service.Russian())
		addPair(t, g.Charged)
		addPair(t, g.Paid)
		addPair(t, g.Closing)
		t.count(g.Differ)
		if g.Differ > 0 {
			t.mark()
		}
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

func houseOrNone(house string) string {
	if house == "" {
		return "лицевого счёта у нас нет"
	}
	return house
}

func addComparedCauses(t *table, c *housing.Comparison) error {
	for _, cause := range c.ByCause {
		t.text(cause.Cause.Russian())
		t.count(cause.Rows)
		t.money(cause.Amount)
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

func addDifferences(t *table, c *housing.Comparison) error {
	for i := range c.Differences {
		d := &c.Differences[i]
		t.text(d.Account)
		t.text(houseOrNone(d.House))
		t.text(d.Service.Russian())
		addPair(t, d.Charged)
		addPair(t, d.Paid)
		addPair(t, d.Closing)
		t.text(d.Cause.Russian())
		t.text(d.Note)
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}
