package payments

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const trailerCells = 6

// registry adds up what is read and compares it with what the last line states.
type registry struct {
	stated   importers.ControlTotals
	counted  importers.ControlTotals
	numbers  map[uint64]int32 // УНО → row
	rejected int
	first    string // reason of the first rejected row
	overflow bool
	lines    []importers.Record // the totals as they came, and what must not follow them

	orderNo   string
	orderDate housing.Date
}

func newRegistry() *registry { return &registry{numbers: map[uint64]int32{}} }

func itoa(n int) string { return strconv.Itoa(n) }

// repeated returns the row that has the number already, 0 for none.
func (r *registry) repeated(number string, row int) int {
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return 0
	}
	if first, ok := r.numbers[n]; ok {
		return int(first)
	}
	r.numbers[n] = int32(row) //nolint:gosec // lines of a file of limited size
	return 0
}

// count adds a row to the totals by its last four cells, which hold the amounts even where a stray
// delimiter has shifted the cells before them.
func (r *registry) count(rec *importers.Record) {
	r.counted.Rows++
	if n := len(rec.Cells); n >= sberCells {
		r.add(&r.counted.Amount, rec.Cells[n-4])
		r.add(&r.counted.Transfer, rec.Cells[n-3])
		r.add(&r.counted.Fee, rec.Cells[n-2])
	}
	if !rec.Rejected() {
		return
	}
	r.rejected++
	if r.first != "" {
		return
	}
	for _, p := range rec.Problems {
		if p.IsError() {
			r.first = "строка " + itoa(rec.Row) + ": " + p.Russian()
			return
		}
	}
}

func (r *registry) add(total *housing.Money, text string) {
	m, err := importers.ReadMoney(importers.Cell{Text: text})
	if err != nil {
		return // the row itself is rejected for it
	}
	sum, err := total.Add(m)
	if err != nil {
		r.overflow = true
		return
	}
	*total = sum
}

// order looks the payment order up in the last line, before the rows are read that belong to it.
func (r *registry) order(tail []string) {
	for _, text := range tail {
		if !strings.HasPrefix(text, "=") {
			continue
		}
		cells := importers.SplitPlain(text, ';')
		if len(cells) != trailerCells {
			return
		}
		if day, err := readDashedDate(importers.Cell{Text: cells[5]}); err == nil {
			r.orderNo, r.orderDate = cells[4], day
		}
		return
	}
}

// trailer takes the line of totals; nothing may follow it.
func (r *registry) trailer(line importers.Line) *importers.FileError {
	r.lines = append(r.lines, importers.Record{Row: line.Number, Cells: importers.SplitPlain(line.Text, ';')})
	if r.stated.Present {
		return importers.Refuse("after_trailer",
			"после итоговой строки стоит строка %d: файл склеен из нескольких или испорчен; реестр не проводится", line.Number)
	}
	cells := importers.SplitPlain(strings.TrimPrefix(line.Text, "="), ';')
	if len(cells) != trailerCells {
		return badTrailer(line, fmt.Sprintf("в ней %s вместо %d, файл, вероятно, передан не полностью",
			importers.Count(len(cells), "ячейка", "ячейки", "ячеек"), trailerCells))
	}
	rows, err := strconv.Atoi(cells[0])
	if err != nil || rows < 0 {
		return badTrailer(line, "количество «"+cells[0]+"» — это не число")
	}
	totals := importers.ControlTotals{Present: true, Rows: rows, OrderNo: cells[4]}
	for i, into := range []*housing.Money{&totals.Amount, &totals.Transfer, &totals.Fee} {
		amount, err := importers.ReadMoney(importers.Cell{Text: cells[i+1]})
		if err != nil {
			return badTrailer(line, "сумма «"+cells[i+1]+"»: "+err.Error())
		}
		*into = amount
	}
	order, err := readDashedDate(importers.Cell{Text: cells[5]})
	if err != nil {
		return badTrailer(line, "дата платёжного поручения «"+cells[5]+"»: "+err.Error())
	}
	totals.Order = order
	r.stated = totals
	return nil
}

func badTrailer(line importers.Line, why string) *importers.FileError {
	return importers.Refuse("bad_trailer", "итоговая строка %d не читается: %s; реестр не проводится целиком", line.Number, why)
}

func (r *registry) control() importers.Control {
	r.counted.Present = true
	return importers.Control{Rows: r.counted.Rows, Stated: r.stated, Counted: r.counted}
}

// verdict refuses a registry that is not whole.
func (r *registry) verdict() *importers.FileError {
	if !r.stated.Present {
		return importers.Refuse("no_trailer",
			"нет итоговой строки («=количество;суммы;…»): файл, вероятно, передан не полностью; реестр не проводится целиком")
	}
	if r.overflow {
		return importers.Refuse("overflow", "сумма реестра слишком велика; реестр не проводится целиком")
	}
	var reasons []string
	if r.stated.Rows != r.counted.Rows {
		reasons = append(reasons, fmt.Sprintf("строк %d, в итоговой строке указано %d", r.counted.Rows, r.stated.Rows))
	}
	sums := []struct {
		name            string
		counted, stated housing.Money
	}{
		{"сумма операций", r.counted.Amount, r.stated.Amount},
		{"сумма перевода", r.counted.Transfer, r.stated.Transfer},
		{"комиссия", r.counted.Fee, r.stated.Fee},
	}
	for _, s := range sums {
		if s.counted != s.stated {
			reasons = append(reasons, fmt.Sprintf("%s по строкам %s, в итоговой строке %s",
				s.name, s.counted.RussianPlain(), s.stated.RussianPlain()))
		}
	}
	reasons = append(reasons, unbalanced("по строкам", r.counted)...)
	reasons = append(reasons, unbalanced("в итоговой строке", r.stated)...)
	switch {
	case len(reasons) > 0 && r.rejected > 0:
		reasons = append(reasons, fmt.Sprintf("строк с ошибками %d, первая — %s", r.rejected, r.first))
		fallthrough
	case len(reasons) > 0:
		return importers.Refuse("totals_disagree", "контрольные суммы не сходятся: %s; реестр не проводится целиком",
			strings.Join(reasons, "; "))
	case r.rejected > 0:
		return importers.Refuse("rejected_rows", "строк с ошибками %d, первая — %s; реестр не проводится целиком",
			r.rejected, r.first)
	}
	return nil
}

func unbalanced(where string, t importers.ControlTotals) []string {
	sum, err := t.Transfer.Add(t.Fee)
	if err == nil && sum == t.Amount {
		return nil
	}
	return []string{fmt.Sprintf("%s сумма операций %s не равна переводу %s и комиссии %s",
		where, t.Amount.RussianPlain(), t.Transfer.RussianPlain(), t.Fee.RussianPlain())}
}
