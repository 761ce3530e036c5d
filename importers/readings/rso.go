package readings

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// The cells of a row of a supplier, in order.
const (
	cellCompany = iota
	cellAccount
	cellAddress
	cellCode
	cellSerial
	cellDate
	cellValue
	rsoCells
)

const companyLimit = 100

// NewRSO returns the format "rso-readings-csv", the readings of a supplier (РСО). windows-1251 or
// UTF-8, «;», no header, no quotes:
//
//	1 УК             up to 100 characters
//	2 платёжный код  10 or 13 digits
//	3 адрес          not read
//	4 код ПУ         code of the meter at the supplier; may be empty if 5 is filled
//	5 заводской №    may be empty if 4 is filled
//	6 дата           dd.mm.yyyy
//	7 показание      decimal point
//
// Source: formats of suppliers as public loaders read them. Whether the code and the meter are known
// and the reading plausible is for the pipeline to say.
func NewRSO() importers.Format { return rso{} }

type rso struct{}

func (rso) Name() string    { return "rso-readings-csv" }
func (rso) Subject() string { return "readings" }

func rsoNames() []string {
	return []string{"УК", "Платёжный код", "Адрес", "Код ПУ", "Заводской №", "Дата", "Показание"}
}

// Recognise wants lines of seven cells that hold two of: a payment code, a date, a reading. The last
// two may be swapped, so that the reason names the cells and not the format.
func (rso) Recognise(s *importers.Sample) bool {
	if s.Kind != importers.KindText || len(s.Lines) == 0 || !strings.ContainsAny(s.Lines[0], "0123456789") {
		return false
	}
	fits := 0
	for _, line := range s.Lines {
		cells := importers.SplitRow(line)
		if len(cells) != rsoCells {
			continue
		}
		if cells[cellDate] != "" && !strings.ContainsAny(line, "0123456789") {
			return false // a header: another table of seven columns
		}
		points := 0
		if isCode(cells[cellAccount]) {
			points++
		}
		if looksDate(cells[cellDate]) || looksDate(cells[cellValue]) {
			points++
		}
		if looksNumber(cells[cellDate]) || looksNumber(cells[cellValue]) {
			points++
		}
		if points >= 2 {
			fits++
		}
	}
	return fits*2 > len(s.Lines)
}

func isCode(s string) bool {
	return (len(s) == 10 || len(s) == 13) && strings.Trim(s, "0123456789") == ""
}

func looksDate(s string) bool {
	return len(s) == 10 && s[2] == '.' && s[5] == '.' && strings.Trim(s, "0123456789.") == ""
}

func looksNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.,") == "" && strings.Count(s, ".") < 2
}

// Decode reads the rows.
func (rso) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	rows := 0
	names := rsoNames()
	result, err := importers.EachLine(ctx, in, func(line importers.Line) error {
		rows++
		rec, ok := importers.RecordOf(line, importers.SplitRow(line.Text), rsoCells)
		if ok {
			readRSO(importers.Positional{Record: &rec, Names: names}, importers.SourceOf(in, line.Number))
		}
		return yield(rec)
	})
	result.Control.Rows = rows
	return result, err
}

func readRSO(p importers.Positional, src housing.Source) {
	p.Filled(cellAccount, cellDate, cellValue)
	var r housing.MeterReading
	if cells := p.Record.Cells; cells[cellCode] == "" && cells[cellSerial] == "" {
		p.FailRow(importers.Wrong("no_meter", "пусты и код, и заводской номер прибора", "заполненный «Код ПУ» или «Заводской №»"))
	}
	if n := utf8.RuneCountInString(p.Record.Cells[cellCompany]); n > companyLimit {
		p.Fail(cellCompany, importers.Wrong("too_long", fmt.Sprintf("%s при пределе %d", importers.Count(n, "знак", "знака", "знаков"), companyLimit), ""))
	}
	r.Account = importers.At(p, cellAccount, readCode)
	r.Code = importers.At(p, cellCode, importers.TextUpTo(50))
	r.Serial = importers.At(p, cellSerial, importers.ReadSerial)
	r.On = importers.At(p, cellDate, readMaskedDate)
	r.Value = importers.At(p, cellValue, readPoint)
	if p.Record.Rejected() {
		return
	}
	r.Source = src
	p.Record.Fact = r
}

// wrong is the reason of a cell as an error.
func wrong(code, text, expected string) error {
	return importers.Wrong(code, text, expected)
}

func readCode(c importers.Cell) (string, error) {
	if isCode(c.Text) {
		return c.Text, nil
	}
	if _, err := importers.ReadAccountNumber(c); err != nil {
		return "", err
	}
	return "", wrong("bad_code", "это не платёжный код", "10 или 13 цифр")
}

// readMaskedDate takes the mask of this machine format only.
func readMaskedDate(c importers.Cell) (housing.Date, error) {
	const form = "дата вида ДД.ММ.ГГГГ"
	d, ok, err := importers.DateByMask(c.Text, "dd.mm.yyyy")
	switch {
	case !ok:
		return d, wrong("bad_date", "дата записана не по форме", form)
	case err != nil:
		return d, wrong("bad_date", "такой даты нет в календаре", form)
	}
	return d, nil
}

func readPoint(c importers.Cell) (housing.Decimal, error) {
	const form = "число с точкой, например 130.000"
	if strings.Contains(c.Text, ",") {
		return housing.Decimal{}, wrong("bad_number", "запятая вместо точки", form)
	}
	d, err := importers.ReadNotNegative(c)
	if err != nil {
		return d, err
	}
	return d, nil
}
