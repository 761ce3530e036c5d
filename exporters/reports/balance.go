package reports

import (
	"fmt"
	"io"
	"iter"

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
	return writeRows(w, meta, layout, rows, func(t *table, b *housing.ResourceBalance) error {
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
		return addImbalance(t, b.Whole, charged)
	})
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
	share, err := rest.Ratio().Mul(housing.Whole(100).Ratio()).Quo(whole.Ratio())
	if err != nil {
		return fmt.Errorf("divide by the house meter: %w", err)
	}
	percent, err := share.Round(1)
	if err != nil {
		return fmt.Errorf("round a share: %w", err)
	}
	t.number(percent)
	const much = 10
	if percent.Cmp(housing.Whole(much)) > 0 || percent.Cmp(housing.Whole(-much)) < 0 {
		t.mark()
	}
	return t.end()
}
