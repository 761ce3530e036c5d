package town

import (
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Large returns two files of about as many rows as asked, which no town of this size would send in a month:
// a registry of payments and daily readings of meters. All rows are good. They show that a large file is
// taken in as quickly and in as little memory, a row, as a small one.
func (t *Town) Large(rows int) (payments, readings File) {
	registry := registry{payee: t.organisations.Issuer, serial: 900, order: 411999, rows: t.manyPayments(rows)}
	p := t.registryPlan(registry, "")
	r := plan{
		partner: Supplier, name: "readings_many_" + t.period.MMYY() + ".csv",
		write: text{encoding: windows1251, lineEnd: "\r\n", rows: t.manyReadings(rows)}.write,
	}
	return File{Partner: p.partner, Name: p.name, Write: p.write}, File{Partner: r.partner, Name: r.name, Write: r.write}
}

// manyPayments pays for the accounts in turn until there are enough.
func (t *Town) manyPayments(rows int) iter.Seq[payment] {
	return func(yield func(payment) bool) {
		const first = 900_100_000_000
		n := 0
		for n < rows {
			for a := range t.all() {
				p := payment{
					on: dayOf(t.period, 1+n%20), time: "12-00-" + padded(n%60, 2), number: int64(first + n), account: a.number,
					payer: a.payer.full(), address: a.address(), amount: housing.Money(100_00 + n%900*100), way: "1",
				}
				p.fee = p.amount * 144 / 10_000
				if n++; !yield(p) || n == rows {
					return
				}
			}
		}
	}
}

// manyReadings reads each meter with one register every day of the month until there are enough, or the month is
// over: day by day, as meters are read from afar. Its value grows to what the meter shows at the end of the month.
// Meters that the supplier reads are not among them: their month stands in a file of its own.
func (t *Town) manyReadings(rows int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		n := 0
		for day := 1; day <= t.period.Days(); day++ {
			for a := range t.equipped() {
				for _, row := range t.readOnDay(a, day) {
					if n++; !yield(row) || n == rows {
						return
					}
				}
			}
		}
	}
}

// readOnDay are the rows of the meters of an account.
func (t *Town) readOnDay(a *account, day int) [][]string {
	var rows [][]string
	for i := range a.meters {
		m := &a.meters[i]
		if m.zones != 1 || m.way == byFile {
			continue
		}
		rows = append(rows, []string{
			supplierName, a.number, a.address(), "", m.serial, dayOf(t.period, day).Russian(),
			m.value(0, m.used[0]*int64(day)/int64(t.period.Days())).String(),
		})
	}
	return rows
}
