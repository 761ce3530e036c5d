package reports

import (
	"io"
	"iter"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteBenefits writes the ведомость льгот и субсидий: a person, a category and a service a row; what is taken off in
// the receipt apart from what is paid in money.
func WriteBenefits(w io.Writer, meta Meta, rows iter.Seq2[housing.BenefitRow, error]) (Control, error) {
	price := column{title: "Тариф, ₽", width: 11, format: workbook.PriceFormat, align: "right"}
	plain := func(title string) column {
		return column{title: title, width: 12, format: workbook.MoneyFormat, align: "right"}
	}
	layout := table{
		title: "Ведомость льгот и компенсаций", name: "Льготы", signed: true,
		columns: []column{
			textColumn("Лицевой счёт", 14), textColumn("Адрес", 27), textColumn("Помещение", 10), textColumn("Льготник", 24),
			textColumn("СНИЛС", 15), textColumn("Категория льготы", 22), textColumn("Услуга", 24), textColumn("За месяц", 14),
			quantityColumn("Объём"),
			quantityColumn("на него льгота"), textColumn("Ед.", 7), price,
			{title: "Льгота, %", width: 8, format: "0.##", align: "right"},
			plain("Начислено, ₽"), plain("Перерасчёт, ₽"),
			moneyColumn("Льгота, ₽", "скидка"), moneyColumn("Льгота, ₽", "деньгами"), moneyColumn("Льгота, ₽", "по данным ОСЗН"),
			plain("Долг, ₽"), plain("из него старше 3 лет"), plain("подтверждён судом"), textColumn("Документ", 26),
		},
	}
	layout.byHouse(houseTitle)
	return writeRows(w, meta, layout, rows, func(t *table, b *housing.BenefitRow) error {
		t.text(b.Account.Number)
		t.text(b.House)
		t.text(b.Account.Premises.Title())
		t.text(FullName(b.Person))
		t.text(FormatSNILS(b.SNILS))
		t.text(b.Category)
		t.text(b.Service.Russian())
		t.text(b.Month.Russian())
		t.number(b.Volume)
		if b.Percent.IsZero() {
			t.blank()
		} else {
			t.number(b.Covered)
		}
		t.text(b.Service.Unit())
		t.number(b.Price)
		if b.Percent.IsZero() {
			t.blank()
		} else {
			t.number(b.Percent)
		}
		for _, m := range []housing.Money{b.Charged, b.Recalculated, b.Discount, b.Compensation, b.Stated, b.Debt, b.OldDebt, b.CourtDebt} {
			t.money(m)
		}
		t.text(b.Document)
		return t.end()
	})
}

// FullName writes a person as documents name him.
func FullName(b housing.Beneficiary) string {
	return strings.Join(strings.Fields(b.Last+" "+b.First+" "+b.Patronymic), " ")
}

// FormatSNILS writes a number of insurance as people do: 112-233-445 95.
func FormatSNILS(digits string) string {
	const whole = 11
	if len(digits) != whole {
		return digits
	}
	return digits[:3] + "-" + digits[3:6] + "-" + digits[6:9] + " " + digits[9:]
}
