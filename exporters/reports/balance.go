package reports

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteResourceBalance writes the баланс дома by resource: what the house meter showed, what was charged
// of it by meters, norms and averages, what was left for the common property, and what is not accounted for.
func WriteResourceBalance(w io.Writer, meta Meta, rows iter.Seq2[housing.ResourceBalance, error]) (Control, error) {
	layout := table{
		title: "Баланс дома: ОДПУ, ИПУ, СОИ", name: "Баланс", signed: true,
		columns: []column{
			textColumn("Дом", 34), textColumn("Ресурс", 26), textColumn("Ед.", 8), countColumn("Лицевых счетов", 10), quantityColumn("ОДПУ"),
			quantityColumn("По ИПУ"), quantityColumn("По нормативу"), quantityColumn("По среднему"), quantityColumn("Доли ОДПУ"),
			quantityColumn("СОИ, ОДН"), quantityColumn("Небаланс"),
			{title: "Небаланс, %", width: 10, format: "0.0", align: "right"},
		},
	}
	var largest resourceShares
	add := func(t *table, b *housing.ResourceBalance) error {
		t.text(b.House)
		t.text(b.Service.Russian())
		t.text(b.Service.Unit())
		t.count(b.Accounts)
		charged := housing.Decimal{}
		for _, part := range []housing.Decimal{b.Metered, b.Norm, b.Average, b.ByHouse, b.Common} {
			var err error
			if charged, err = charged.Add(part); err != nil {
				return fmt.Errorf("add up %s of %s: %w", b.Service, b.House, err)
			}
		}
		if b.Whole.IsZero() {
			t.blank()
		} else {
			t.number(b.Whole)
		}
		for _, part := range []housing.Decimal{b.Metered, b.Norm, b.Average, b.ByHouse, b.Common} {
			t.number(part)
		}
		if err := addImbalance(t, b.Whole, charged); err != nil {
			return err
		}
		largest.add(t, b, charged)
		return nil
	}
	return writeTable(w, meta, layout, source{rows: fill(rows, add), chart: func(*table) chart { return largest.chart() }})
}

// resourceShares are the rows of the chart: what became of a hundredth of the house meter's volume, the
// largest imbalances first.
type resourceShares struct{ rows []resourceShare }

type resourceShare struct {
	group     string
	imbalance housing.Decimal // percent, without its sign
	cells     []chartCell
}

// shownShares is how many rows a chart can show.
const shownShares = 20

// resourceWhole is the column of the house meter; the parts follow it.
const resourceWhole = 4

// add keeps the row just written if it is among the largest. What cannot be divided has no place in the chart.
func (r *resourceShares) add(t *table, b *housing.ResourceBalance, charged housing.Decimal) {
	rest, err := b.Whole.Sub(charged)
	if err != nil || b.Whole.IsZero() {
		return
	}
	row := resourceShare{group: b.House + ", " + strings.ToLower(b.Service.Russian())}
	place := workbook.Quote(t.sheet.Name) + "!"
	for i, part := range []housing.Decimal{b.Metered, b.Norm, b.Average, b.ByHouse, b.Common, rest} {
		percent, err := percentOf(part, b.Whole)
		if err != nil {
			return
		}
		row.cells = append(row.cells, chartCell{workbook.Number(percent), fmt.Sprintf("ROUND(%[1]s%[2]s%[4]d/%[1]s%[3]s%[4]d*100,1)", place,
			workbook.Column(resourceWhole+2+i), workbook.Column(resourceWhole+1), t.next-1)})
		row.imbalance = percent
	}
	if row.imbalance.Cmp(housing.Decimal{}) < 0 {
		row.imbalance, _ = housing.Decimal{}.Sub(row.imbalance) // of a number this size it never overflows
	}
	r.rows = append(r.rows, row)
	if len(r.rows) > 2*shownShares {
		r.cut()
	}
}

func (r *resourceShares) cut() {
	slices.SortStableFunc(r.rows, func(a, b resourceShare) int { return b.imbalance.Cmp(a.imbalance) })
	r.rows = r.rows[:min(len(r.rows), shownShares)]
}

func (r *resourceShares) chart() chart {
	r.cut()
	c := chart{
		title: "Куда ушёл объём ОДПУ: дома с наибольшим небалансом", kind: workbook.Bars, names: "Дом, ресурс", unit: "% объёма ОДПУ", format: "0.0",
		series: []chartSeries{
			{title: "По ИПУ", colour: colourPaid},
			{title: "По нормативу", colour: colourCharged},
			{title: "По среднему", colour: colourFourth},
			{title: "Доли ОДПУ", colour: "7A5CA0"},
			{title: "СОИ, ОДН", colour: colourFifth},
			{title: "Небаланс", colour: colourDebt},
		},
	}
	for _, row := range r.rows {
		c.groups = append(c.groups, row.group)
		for i := range c.series {
			c.series[i].cells = append(c.series[i].cells, row.cells[i])
		}
	}
	return c
}

func percentOf(part, whole housing.Decimal) (housing.Decimal, error) {
	share, err := part.Ratio().Mul(housing.Whole(100).Ratio()).Quo(whole.Ratio())
	if err != nil {
		return housing.Decimal{}, fmt.Errorf("divide by the house meter: %w", err)
	}
	percent, err := share.Round(1)
	if err != nil {
		return housing.Decimal{}, fmt.Errorf("round a share: %w", err)
	}
	return percent, nil
}

// addImbalance ends a row with what is left; without a house meter nobody knows.
func addImbalance(t *table, whole, charged housing.Decimal) error {
	if whole.IsZero() {
		t.blank()
		t.blank()
		return t.end()
	}
	rest, err := whole.Sub(charged)
	if err != nil {
		return fmt.Errorf("subtract what was charged: %w", err)
	}
	t.number(rest)
	percent, err := percentOf(rest, whole)
	if err != nil {
		return err
	}
	t.number(percent)
	const much = 10
	if percent.Cmp(housing.Whole(much)) > 0 || percent.Cmp(housing.Whole(-much)) < 0 {
		t.mark()
	}
	return t.end()
}
