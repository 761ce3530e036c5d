package town

import (
	"iter"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (t *Town) supplierPlans() []plan {
	return []plan{t.readingsText(), t.volumesText()}
}

const supplierName = "УК Примерский дом"

// readingRow is a row of the supplier and what must come of it: "" is accepted.
type readingRow struct {
	cells []string
	code  string // of the problem, or unchanged
	form  bool   // the row is rejected by its form alone
}

const unchanged = "unchanged"

// supplierRows are the readings of the water meters of some blocks, each with the mistakes that such
// files have: most of them once or twice, in the middle of good rows.
func (t *Town) supplierRows() iter.Seq[readingRow] {
	return func(yield func(readingRow) bool) {
		n := 0
		for a := range t.suppliedAccounts() {
			for i := range a.meters {
				if a.meters[i].way != byFile {
					continue
				}
				n++
				for _, row := range t.supplied(a, &a.meters[i], n) {
					if !yield(row) {
						return
					}
				}
			}
		}
	}
}

// suppliedAccounts goes over the accounts of the houses that the supplier reads.
func (t *Town) suppliedAccounts() iter.Seq[*account] {
	return t.everywhere(func(h *house) iter.Seq[*account] {
		if !h.byFile {
			return func(func(*account) bool) {}
		}
		return t.metered(h)
	})
}

// The places of the mistakes among the good rows.
const (
	decreased    = 3
	unknownMeter = 5
	badDate      = 7
	badNumber    = 9
	badCode      = 11
	badComma     = 13
	repeated     = 15
	repeatedToo  = 16
)

// spoils reports whether the n-th row is spoiled, so that its meter has no reading.
func spoils(n int) bool { return n == badDate || n == badNumber || n == badCode || n == badComma }

// supplied gives the n-th good row, spoiled or with a row beside it where it is the turn of a mistake.
func (t *Town) supplied(a *account, m *meter, n int) []readingRow {
	cells := []string{
		supplierName, a.number, a.address(), "", m.serial, m.readOn.Russian(), m.value(0, m.used[0]).String(),
	}
	const account, code, serial, date, value = 1, 3, 4, 5, 6
	cells[code] = a.number[5:] + m.serial[:2]
	good := readingRow{cells: cells}
	beside := func(verdict string, change func(cells []string)) []readingRow {
		copied := append([]string(nil), cells...)
		change(copied)
		return []readingRow{good, {cells: copied, code: verdict}}
	}
	spoiled := func(verdict string, change func(cells []string)) []readingRow {
		change(cells)
		return []readingRow{{cells: cells, code: verdict, form: true}}
	}
	switch n {
	case decreased: // an earlier day with less than the meter showed before the month
		return beside("reading_decreased", func(c []string) {
			c[date], c[value] = m.readOn.AddDays(-1).Russian(), m.value(0, -m.initial[0]).String()
		})
	case unknownMeter:
		return beside("unknown_meter", func(c []string) { c[serial] = "ХВ-9" + m.serial[len("ХВ-"):] })
	case badDate:
		return spoiled("bad_date", func(c []string) { c[date] = "31.02." + c[date][6:] })
	case badNumber:
		return spoiled("bad_number", func(c []string) { c[value] = strings.Replace(c[value], ".", ".О", 1) })
	case badCode:
		return spoiled("bad_code", func(c []string) { c[account] = "O" + c[account][1:] })
	case badComma:
		return spoiled("bad_number", func(c []string) { c[value] = comma(c[value]) })
	case repeated, repeatedToo:
		return beside(unchanged, func([]string) {})
	}
	return []readingRow{good}
}

func (t *Town) readingsText() plan {
	rows := func(yield func([]string) bool) {
		for row := range t.supplierRows() {
			if !yield(row.cells) {
				return
			}
		}
	}
	return plan{
		partner: Supplier, name: "readings_rso_" + t.period.MMYY() + ".csv", format: "rso-readings-csv",
		expect: func(e *ExpectedFile) {
			for row := range t.supplierRows() {
				e.row(row)
			}
		},
		write: text{encoding: windows1251, lineEnd: "\r\n", rows: rows}.write,
	}
}

// volumeRows are the volumes of house meters: heat, which is charged by them, and water, which
// receipts show.
func (t *Town) volumeRows() iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		month := t.period.First().Russian()[3:]
		for i := range t.houses {
			h := &t.houses[i]
			if h.private {
				continue
			}
			for _, v := range t.volumes(h) {
				if !yield([]string{h.address, v.Service.Russian(), v.Serial, v.Volume.Russian(), month}) {
					return
				}
			}
		}
	}
}

func (t *Town) volumes(h *house) []housing.CollectiveMeter {
	serial := strconv.Itoa(h.index + 1001)
	var list []housing.CollectiveMeter
	add := func(prefix string, s housing.Service, units int64) {
		volume, _ := housing.NewDecimal(units, 3)
		list = append(list, housing.CollectiveMeter{Serial: prefix + serial, Service: s, Volume: volume})
	}
	cold, hot := t.waterUsed(h)
	add("ВКТ-ХВ-", housing.ColdWater, cold*int64(100+h.loss)/100)
	add("ВКТ-ГВ-", housing.HotWater, hot*int64(100+h.loss)/100)
	if h.heatMeter {
		add("ТЭМ-", housing.Heating, int64(h.area)*int64(h.heat)/1000)
	}
	return list
}

// waterUsed adds up what the flats of a house used, those without meters by about the norm.
func (t *Town) waterUsed(h *house) (cold, hot int64) {
	for a := range t.metered(h) {
		metered := false
		for i := range a.meters {
			m := &a.meters[i]
			if m.service == housing.ColdWater {
				cold, metered = cold+m.used[0], true
			}
			if m.service == housing.HotWater {
				hot += m.used[0]
			}
		}
		if !metered {
			cold, hot = cold+int64(a.people)*4100, hot+int64(a.people)*3000
		}
	}
	return cold, hot
}

func (t *Town) volumesText() plan {
	return plan{
		partner: Supplier, name: "house_volumes_" + t.period.MMYY() + ".csv", format: "kvitok-house-volumes-csv",
		expect: func(e *ExpectedFile) { accepted(count(t.volumeRows()))(e) },
		write: text{
			encoding: windows1251, lineEnd: "\r\n", rows: t.volumeRows(),
			header: []string{"Адрес дома", "Ресурс", "Номер ОДПУ", "Объём", "Месяц"},
		}.write,
	}
}
