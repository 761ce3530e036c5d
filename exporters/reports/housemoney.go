package reports

import (
	"fmt"
	"io"
	"iter"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// The columns of the money of houses that the chart counts.
const (
	houseMoneyMonth   = 1
	houseMoneyDue     = 5
	houseMoneyPaid    = 9
	houseMoneyClosing = 11
)

// HouseMoney is what the денежный баланс дома shows: months, then services and expenses of the same time.
type HouseMoney struct {
	Months   iter.Seq2[housing.HouseMoneyMonth, error]
	Services iter.Seq2[housing.HouseServiceMoney, error]
	Expenses iter.Seq2[housing.HouseExpense, error] // nil: none
}

// WriteHouseMoney writes the денежный баланс дома: each house by month from January, residential and other
// premises apart, what banks kept; then the same money by service. The sheet «График» has the months.
func WriteHouseMoney(w io.Writer, meta Meta, of HouseMoney) (Control, error) {
	layout := table{
		title: "Баланс дома (денежный)", name: "По месяцам", signed: true,
		columns: []column{
			textColumn("Дом", 34), textColumn("Месяц", 15), plainMoney("", opening),
			moneyColumn("Начислено с перерасчётом", "жилые"), moneyColumn("Начислено с перерасчётом", "нежилые"),
			moneyColumn("Начислено с перерасчётом", "всего"), moneyColumn("", "Пени"),
			moneyColumn("Оплачено", "жилые"), moneyColumn("Оплачено", "нежилые"), moneyColumn("Оплачено", "всего"),
			moneyColumn("", "Комиссия банка"), plainMoney("", closing),
		},
	}
	var months sums
	var equation housing.Money
	add := func(t *table, m *housing.HouseMoneyMonth) (err error) {
		var due, paid housing.Money
		if due, err = m.Charged.Add(m.ChargedOther); err == nil {
			paid, err = m.Paid.Add(m.PaidOther)
		}
		if err == nil {
			equation, err = housing.SumMoney(equation, m.Opening, due, m.Penalty, -paid, -m.Closing)
		}
		if err != nil {
			return fmt.Errorf("add up %s of %s: %w", m.Month, m.House, err)
		}
		if err := months.add(m.Month.Russian(), due, paid, m.Closing); err != nil {
			return err
		}
		t.text(m.House)
		t.text(m.Month.Russian())
		for _, amount := range []housing.Money{m.Opening, m.Charged, m.ChargedOther, due, m.Penalty, m.Paid, m.PaidOther, paid, m.Fee, m.Closing} {
			t.money(amount)
		}
		return t.end()
	}
	return writeTable(w, meta, layout, source{
		rows: fill(of.Months, add), also: of.further,
		further: func() []Total {
			return []Total{{"Сальдо на начало + начислено + пени − оплачено = сальдо на конец", agrees(equation)}}
		},
		chart: func(t *table) chart {
			return chart{
				title: "Начислено, оплачено, долг по месяцам", names: "Месяц", groups: months.names, unit: "рублей", format: workbook.MoneyFormat,
				series: []chartSeries{
					{title: "Начислено", colour: colourCharged, cells: months.cells(t, 0, houseMoneyDue, houseMoneyMonth)},
					{title: "Оплачено", colour: colourPaid, cells: months.cells(t, 1, houseMoneyPaid, houseMoneyMonth)},
					{title: "Сальдо на конец", colour: colourDebt, line: true, cells: months.cells(t, 2, houseMoneyClosing, houseMoneyMonth)},
				},
			}
		},
	})
}

// plainMoney is an amount that must not be added up: balances of several months.
func plainMoney(group, title string) column {
	c := moneyColumn(group, title)
	c.sum = noSum
	return c
}

// further adds the tables after the months.
func (h HouseMoney) further(after *table) ([]*table, error) {
	services, err := h.services(after)
	if err != nil || h.Expenses == nil {
		return services, err
	}
	expenses, err := h.expenses(after)
	return append(services, expenses...), err
}

// expenses adds the table of what was spent, where anything was.
func (h HouseMoney) expenses(after *table) (tables []*table, err error) {
	var t *table
	for e, err := range h.Expenses {
		if err != nil {
			return nil, fmt.Errorf("read an expense: %w", err)
		}
		if t == nil {
			layout := table{
				title: "Баланс дома (денежный): расходы по статьям", name: "Расходы по статьям", digest: after.digest,
				columns: []column{textColumn("Статья расходов", 38), textColumn("Дом", 34), textColumn("Месяц", 15), textColumn("Документ", 38), moneyColumn("", "Израсходовано")},
			}
			layout.byHouse("Дом")
			if t, err = newTable(after.book, after.meta, layout); err != nil {
				return nil, err
			}
		}
		t.text(e.Article)
		t.text(e.House)
		t.text(e.Period.Russian())
		t.text(e.Document)
		t.money(e.Amount)
		if err := t.end(); err != nil {
			return nil, err
		}
	}
	if t == nil {
		return nil, nil
	}
	_, err = t.finish()
	return []*table{t}, err
}

// services adds the table of services.
func (h HouseMoney) services(after *table) ([]*table, error) {
	t, err := newTable(after.book, after.meta, table{
		title: "Баланс дома (денежный) по услугам", name: "По услугам", digest: after.digest,
		columns: []column{
			textColumn("Дом", 34), textColumn("Услуга", 30), textColumn("Получатель", 28), moneyColumn("", opening), moneyColumn("", "Начислено"),
			moneyColumn("", "Перерасчёт, льготы"), moneyColumn("", "Пени"), moneyColumn("", "Оплачено"), moneyColumn("", closing),
			{title: "Собрано, %", width: 10, format: "0.0", align: "right"},
		},
	})
	if err != nil {
		return nil, err
	}
	err = fill(h.Services, func(t *table, s *housing.HouseServiceMoney) error {
		t.text(s.House)
		t.text(s.Service.Russian())
		t.text(s.Payee)
		for _, amount := range []housing.Money{s.Opening, s.Charged, s.Corrected, s.Penalty, s.Paid, s.Closing} {
			t.money(amount)
		}
		addCollected(t, s.Balance)
		return t.end()
	})(t)
	if err != nil {
		return nil, err
	}
	_, err = t.finish()
	return []*table{t}, err
}
