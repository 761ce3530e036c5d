package town

import (
	"iter"
	"math/rand/v2"

	"github.com/kvitok-gkh/kvitok/housing"
)

// balance is what an account owes for a service at the start of the month; negative is an advance.
type balance struct {
	service housing.Service
	amount  housing.Money
}

// balances draws the debts of an account: most owe the last month in part or whole, one in ten for
// many months, one in twenty has paid in advance, the others owe nothing.
func (t *Town) balances(a *account) []balance {
	r := t.rng(drawBalance, a.index)
	roll := r.IntN(100)
	switch {
	case roll < 70:
		percent := pick(r, []int{100, 100, 100, 100, 40, 55, 75})
		return owed(r, a, percent, t.mainServices(a))
	case roll < 80:
		list := t.mainServices(a)
		if !a.house.private {
			list = append(list, housing.Heating, housing.HotWater)
		}
		return owed(r, a, between(r, 250, 1400), list)
	case roll < 85:
		list := owed(r, a, between(r, 20, 150), t.mainServices(a)[:1])
		list[0].amount = -list[0].amount
		return list
	}
	return nil
}

// mainServices are those for which debts stand first.
func (t *Town) mainServices(a *account) []housing.Service {
	switch {
	case a.house.private:
		return []housing.Service{housing.SolidWaste, housing.Electricity}
	case a.tenant:
		return []housing.Service{housing.Maintenance, housing.Rent}
	}
	return []housing.Service{housing.Maintenance, housing.CapitalRepair}
}

func owed(r *rand.Rand, a *account, percent int, services []housing.Service) []balance {
	list := make([]balance, len(services))
	for i, s := range services {
		month := bill(a, s)
		if s != housing.Maintenance && s != housing.CapitalRepair && s != housing.Rent {
			month = month * int64(between(r, 70, 130)) / 100
		}
		list[i] = balance{s, housing.Money(max(month*int64(percent)/100, 1))}
	}
	return list
}

// bill is about what a month of a service costs the account.
func bill(a *account, s housing.Service) int64 {
	area, people := int64(a.area), int64(max(a.people, a.owners))
	switch s { //nolint:exhaustive // the services of these houses
	case housing.Maintenance, housing.CapitalRepair, housing.Rent:
		return area * lately(s) / 10
	case housing.Heating:
		return area * lately(s) * 19 / 10_000
	case housing.SolidWaste:
		return people * lately(s) * 215 / 1200
	case housing.Electricity:
		return people * lately(s) * 70
	case housing.ColdWater, housing.HotWater, housing.Sewage, housing.Gas:
		return people * lately(s) * 3
	}
	return 0
}

func (t *Town) balanceRows() iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		month := t.period.First().Russian()[3:]
		row := make([]string, 5)
		for a := range t.all() {
			for _, b := range t.balances(a) {
				row = append(row[:0], a.number, b.service.Russian(), t.payee(b.service), month, b.amount.RussianPlain())
				if !yield(row) {
					return
				}
			}
		}
	}
}

func (t *Town) balancesText() plan {
	return plan{
		partner: Office, name: "balances.csv", format: "kvitok-balances-csv",
		expect: func(e *ExpectedFile) { accepted(count(t.balanceRows()))(e) },
		write: text{
			encoding: windows1251, lineEnd: "\r\n", rows: t.balanceRows(),
			header: []string{"Лицевой счёт", "Услуга", "ИНН получателя", "Месяц", "Сальдо"},
		}.write,
	}
}
