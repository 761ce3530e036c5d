package reports

import (
	"fmt"
	"io"
	"iter"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

func chargesTable() table {
	text := func(title string, width float64) column {
		return column{title: title, width: width, format: workbook.TextFormat, wrap: true}
	}
	short := func(title string, width float64) column {
		return column{title: title, width: width, format: workbook.TextFormat, align: "center"}
	}
	number := func(title string, width float64, format string) column {
		return column{title: title, width: width, format: format, align: "right"}
	}
	reading := func(title string) column {
		return column{group: "Показание ИПУ", title: title, width: 11, format: workbook.QuantityFormat, align: "right"}
	}
	return table{
		title: "Ведомость начислений", name: "Начисления", signed: true,
		columns: []column{
			text("Лицевой счёт", 13.5), text("Адрес", 27), text("Помещение", 10.5), text("Услуга", 24.5),
			text("Вид", 12), short("Зона", 8), short("Дни", 8), text("База", 12),
			reading("пред."), reading("тек."),
			number("Объём", 12, workbook.QuantityFormat), short("Ед.", 7),
			number("Тариф, ₽", 11, workbook.PriceFormat), number("Коэф.", 7, "0.00##"),
			{title: "Начислено, ₽", width: 13, format: workbook.MoneyFormat, align: "right", sum: ofMoney},
			short("Правило", 9),
		},
	}
}

// WriteCharges writes the ведомость начислений: one row a charge line. The excess caused by a
// raising coefficient stands in a marked row of its own.
func WriteCharges(w io.Writer, meta Meta, rows iter.Seq2[housing.AccountCharge, error]) (Control, error) {
	var excess housing.Money
	layout := chargesTable()
	layout.byHouse(houseTitle)
	return writeTable(w, meta, layout, source{
		rows: func(t *table) error {
			for row, err := range rows {
				if err != nil {
					return fmt.Errorf("read a charge: %w", err)
				}
				if row.Charge.Kind == housing.Uplift {
					if excess, err = excess.Add(row.Charge.Amount); err != nil {
						return fmt.Errorf("total the excess: %w", err)
					}
				}
				if err := addCharge(t, row); err != nil {
					return err
				}
			}
			return nil
		},
		further: func() []Total {
			return []Total{{"в том числе превышение из-за повышающего коэффициента", excess.Russian() + " ₽"}}
		},
	})
}

func addCharge(t *table, row housing.AccountCharge) error {
	c := row.Charge
	t.text(row.Account.Number)
	t.text(row.House)
	t.text(row.Account.Premises.Title())
	t.text(c.Service.Russian())
	t.text(kindTitle(c.Kind))
	t.text(c.Zone.Russian())
	t.text(days(c.Segment, t.meta.Period))
	t.text(c.Method.Russian())
	if c.Method == housing.ByMeter && c.Kind == housing.BaseCharge {
		t.number(row.Previous)
		t.number(row.Current)
	} else {
		t.blank()
		t.blank()
	}
	t.number(c.Volume)
	t.text(c.Service.Unit())
	t.number(c.Price)
	if c.Coefficient.IsZero() {
		t.blank()
	} else {
		t.number(c.Coefficient)
	}
	t.money(c.Amount)
	t.text(c.Rule)
	if c.Kind != housing.BaseCharge {
		t.mark()
	}
	return t.end()
}

func kindTitle(k housing.ChargeKind) string {
	switch k {
	case housing.BaseCharge:
		return "начисление"
	case housing.Uplift:
		return "превышение"
	case housing.Correction:
		return "перерасчёт"
	case housing.BenefitLine:
		return "льгота"
	case housing.CompensationLine:
		return "компенсация"
	}
	return string(k)
}

// days returns "01–14" for a part of the month and "" for the whole of it.
func days(segment housing.Interval, month housing.Period) string {
	if segment == month.Interval() || segment.From.IsZero() || segment.To.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d–%02d", segment.From.Day(), segment.To.AddDays(-1).Day())
}
