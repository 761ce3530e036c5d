package payments

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewObninsk returns the format "obninsk-payments-dbf": a table of dBase, alone in a zip,
//
//	l_sh лицевой счёт | date_pay D | sum N | bar_code | adress | filial | r_sh расчётный счёт, and
//	readings xv_1…, gv_1…, elec_d, elec_n
//
// named ИНН_РС_код_№_DддММгггг. The table has no number of an operation. A payment is known by its
// registry (the name of the file up to its day), account, day, sum, branch and bar code, and by its count
// among payments of the file alike in all of these: two equal payments are two. Readings name no meter and
// are not taken, with a note. Source: public loaders of the format.
func NewObninsk() importers.Format { return obninsk{} }

type obninsk struct{}

// Name returns the name of the format.
func (obninsk) Name() string { return "obninsk-payments-dbf" }

// Subject returns the folder of the format.
func (obninsk) Subject() string { return "payments" }

// About says what the format is.
func (obninsk) About() importers.About {
	return importers.About{Kind: "dbf", Title: "Обнинск, принятые платежи DBF"}
}

// Recognise wants the columns of a payment.
func (obninsk) Recognise(s *importers.Sample) bool {
	if s.Kind != importers.KindDBF {
		return false
	}
	at := columnsOf(s.Columns)
	for _, name := range []string{"L_SH", "DATE_PAY", "SUM", "R_SH"} {
		if _, there := at[name]; !there {
			return false
		}
	}
	return true
}

func columnsOf(names []string) map[string]int {
	at := make(map[string]int, len(names))
	for i, name := range names {
		at[strings.ToUpper(name)] = i
	}
	return at
}

// Decode reads the rows.
func (obninsk) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	d := obninskDecoder{in: in, registry: registryOf(in.Name), seen: map[string]int{}}
	result, err := importers.EachDBF(ctx, in, func(columns []string) ([]housing.Problem, error) {
		d.at = columnsOf(columns)
		return nil, nil
	}, func(rec importers.Record) error {
		d.rows++
		if !rec.Rejected() {
			d.read(&rec)
		}
		return yield(rec)
	})
	result.Control = importers.Control{Rows: d.rows, Counted: importers.ControlTotals{Present: true, Rows: d.rows, Amount: d.sum}}
	return result, err
}

// registryOf is the name of a registry without its day: ИНН_РС_код_№.
func registryOf(name string) string {
	stem := strings.TrimSuffix(name, path.Ext(name))
	if at := strings.LastIndex(stem, "_D"); at > 0 && len(stem)-at == len("_D01102026") && strings.Count(stem[:at], "_") == 3 {
		return stem[:at]
	}
	return ""
}

type obninskDecoder struct {
	in       importers.Input
	registry string
	at       map[string]int
	rows     int
	sum      housing.Money
	seen     map[string]int
}

func (d *obninskDecoder) read(rec *importers.Record) {
	n := importers.Named{Record: rec, At: d.at}
	word := func(column string) string { return importers.NamedCell(n, column, importers.TextUpTo(200)) }
	p := housing.Payment{
		Account: word("L_SH"), PaidOn: importers.NamedCell(n, "DATE_PAY", importers.ReadCompactDate),
		Amount: importers.NamedCell(n, "SUM", importers.ReadMoney), Address: word("ADRESS"), Source: importers.SourceOf(d.in, rec.Row),
	}
	p.Transfer = p.Amount
	switch {
	case rec.Rejected():
	case p.PaidOn.IsZero():
		n.Fail("DATE_PAY", importers.Wrong("empty", "ячейка не заполнена", ""))
	case p.Amount == 0 && d.hasReadings(n):
		n.Fail("SUM", importers.Doubtful("zero_payment", "платёж на 0,00 не проводится", ""))
	case p.Amount == 0:
		n.Fail("SUM", importers.Wrong("zero_amount", "сумма платежа равна нулю", "сумма больше нуля"))
	case p.Amount < 0:
		n.Fail("SUM", importers.Wrong("negative_payment", "сумма платежа отрицательная", "сумма больше нуля"))
	}
	if p.Account == "" {
		n.Fail("L_SH", importers.Doubtful("empty", "лицевой счёт не указан: платёж останется невыясненным", ""))
	}
	d.noteReadings(n)
	if rec.Rejected() {
		return
	}
	if p.Amount == 0 {
		rec.Fact = housing.NoPayment{Source: p.Source}
		return
	}
	if sum, err := d.sum.Add(p.Amount); err == nil {
		d.sum = sum
	}
	key := strings.Join([]string{d.registry, p.Account, p.PaidOn.String(), p.Amount.String(), word("FILIAL"), word("BAR_CODE")}, "|")
	p.Key = fmt.Sprintf("obninsk:%s|%d", key, d.seen[key])
	p.Numbering = housing.NoNumber
	d.seen[key]++
	rec.Fact = p
}

// hasReadings reports whether a row holds readings beside its sum.
func (d *obninskDecoder) hasReadings(n importers.Named) bool {
	for column, place := range d.at {
		if isReading(column) && strings.Trim(n.Record.Cells[place], " 0.") != "" {
			return true
		}
	}
	return false
}

func isReading(column string) bool {
	return strings.HasPrefix(column, "XV_") || strings.HasPrefix(column, "GV_") || column == "ELEC_D" || column == "ELEC_N"
}

// noteReadings says of readings that no meter is named for them.
func (d *obninskDecoder) noteReadings(n importers.Named) {
	if d.hasReadings(n) {
		n.FailRow(importers.Doubtful("no_meter", "показания в строке есть, а прибор не назван: показания не приняты", ""))
	}
}
