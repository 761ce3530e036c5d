package reports

import (
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

const penaltyTitle = "Расчёт пеней по дням"

func penaltyTable() table {
	count := func(title string, width float64) column {
		return column{title: title, width: width, format: workbook.CountFormat, align: "right"}
	}
	return table{title: penaltyTitle, name: "Пени", signed: true, columns: []column{
		textColumn("Период долга", 15), textColumn("Получатель", 26), textColumn("Оплатить до", 11),
		{title: "Долг, ₽", width: 13, format: workbook.MoneyFormat, align: "right"},
		textColumn("Что это", 16), textColumn("С", 11), textColumn("По", 11), count("Дней", 7), count("День просрочки", 11),
		{title: "Ставка, %", width: 9, format: "0.00", align: "right"},
		textColumn("Доля ставки", 9), textColumn("Основание", 34),
		{title: "Пени, ₽", width: 12, format: workbook.MoneyFormat, align: "right", sum: ofMoney},
		{title: "Нарастающим, ₽", width: 14, format: workbook.MoneyFormat, align: "right"},
	}}
}

// WritePenalties writes the penalty of an account by day: a row a stretch of days on which debt, rate and
// share are the same, free days and moratoria among them.
func WritePenalties(w io.Writer, meta Meta, sheet *housing.PenaltySheet) (Control, error) {
	meta.Filters = []string{"лицевой счёт " + sheet.Account.Number, sheet.Address(), "пени по " + sheet.AsOf.Russian()}
	return writeTable(w, meta, penaltyTable(), source{
		rows: func(t *table) error {
			for _, claim := range sheet.Claims {
				for _, row := range claim.Rows {
					if err := addPenalty(t, claim, row); err != nil {
						return err
					}
				}
			}
			return nil
		},
		further: func() []Total {
			totals := []Total{
				{"Проведено в сальдо", sheet.Booked.Russian() + " ₽"},
				{"Итого по расчёту", sheet.Total.Russian() + " ₽"},
			}
			for _, claim := range sheet.Claims {
				for _, note := range claim.Notes {
					totals = append(totals, Total{claim.Title(), note})
				}
			}
			return totals
		},
	})
}

func addPenalty(t *table, claim housing.PenaltyClaim, row housing.PenaltyRow) error {
	t.text(claim.Period.Russian())
	t.text(claim.PayeeTitle())
	t.text(claim.Due.Russian())
	t.money(row.Debt)
	t.text(row.Kind)
	t.text(row.Days.From.Russian())
	t.text(row.Days.To.AddDays(-1).Russian())
	t.count(row.Days.Days())
	t.count(row.FirstDay)
	if row.Divisor == 0 {
		t.blank()
	} else {
		t.number(row.Rate)
	}
	t.text(row.Share())
	t.text(row.Basis)
	t.money(row.Amount)
	t.money(row.Running)
	if row.Divisor == 0 {
		t.mark()
	}
	return t.end()
}
