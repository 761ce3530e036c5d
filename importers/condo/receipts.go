package condo

import (
	"context"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewReceipts returns the format "condo-receipts-xlsx", receipts of another billing, without a header:
//
//	ЛС | адрес, or ФИАС-guid and flat | ММГГ | сумма | {услуга | сумма} …
//
// A row is a stated debt; a service of ours beside it is a stated charge. Excel drops the zero of 0926. A
// service by a name that is none of ours is noted and not kept.
func NewReceipts() importers.Format { return receipts{} }

type receipts struct{}

// Name returns the name of the format.
func (receipts) Name() string { return "condo-receipts-xlsx" }

// Subject returns the folder of the format.
func (receipts) Subject() string { return "debts" }

// About says what the format is.
func (receipts) About() importers.About {
	return importers.About{Kind: "xlsx", Title: "Реестр начислений «ЛС; адрес; ММГГ; сумма; услуги»"}
}

// The cells of a row.
const (
	receiptAccount = iota
	receiptAddress
	receiptPeriod
	receiptAmount
	receiptPairs
)

// Recognise wants a first row of an account, an address, a month and a sum, and no words for them.
func (receipts) Recognise(s *importers.Sample) bool {
	if s.Kind != importers.KindWorkbook || len(s.Sheets) == 0 {
		return false
	}
	for _, name := range s.Sheets {
		rows := s.Tables[name]
		for _, row := range rows[:min(3, len(rows))] {
			row = importers.OwnCells(row)
			if len(row) < receiptPairs || len(row)%2 != 0 && row[len(row)-1] != "" {
				continue
			}
			if looksMonth(row[receiptPeriod]) && looksSum(row[receiptAmount]) && row[receiptAccount] != "" && strings.ContainsAny(row[receiptAddress], ", -") {
				return true
			}
		}
	}
	return false
}

func looksMonth(s string) bool {
	return (len(s) == 3 || len(s) == 4) && strings.Trim(s, "0123456789") == ""
}

func looksSum(s string) bool { return s != "" && strings.Trim(s, "-0123456789.,") == "" }

// Decode reads the rows.
func (receipts) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	rows := 0
	result, err := importers.EachSheetRow(ctx, in, func(sheet string, row importers.SheetRow) error {
		rows++
		rec := importers.Record{Row: row.Number, Sheet: sheet, Cells: row.TextCells()}
		r := receiptReader{record: &rec, cells: row.Cells, source: importers.SourceOf(in, row.Number)}
		r.read()
		return yield(rec)
	})
	result.Control.Rows = rows
	if err == nil && rows == 0 {
		err = importers.Refuse("empty_table", "в книге нет ни одной строки; проверьте, что файл передан полностью")
	}
	return result, err
}

type receiptReader struct {
	record *importers.Record
	cells  []importers.Cell
	source housing.Source
}

// value reads a cell by its place.
func value[V any](r receiptReader, place int, name string, read func(importers.Cell) (V, error)) V {
	var none V
	if place >= len(r.cells) || strings.TrimSpace(r.cells[place].Text) == "" {
		r.fail(place, name, importers.Wrong("empty", "ячейка не заполнена", ""))
		return none
	}
	v, err := read(r.cells[place])
	if err != nil {
		r.fail(place, name, err)
	}
	return v
}

func (r receiptReader) fail(place int, name string, err error) {
	text := ""
	if place < len(r.cells) {
		text = r.cells[place].Text
	}
	p := housing.Problem{
		Row: r.record.Row, Sheet: r.record.Sheet, Column: name, Value: text, Code: "bad_value", Text: err.Error(),
		Severity: housing.SeverityError,
	}
	if cell, ok := err.(*importers.CellError); ok { //nolint:errorlint // readers return their own CellError, never a wrapped one
		p.Code, p.Expected, p.Severity = cell.Code, cell.Expected, cell.Severity
	}
	r.record.Problems = append(r.record.Problems, p)
}

func (r receiptReader) read() {
	d := housing.StatedDebt{
		Account: value(r, receiptAccount, "ЛС", importers.ReadAccountNumber),
		Address: value(r, receiptAddress, "Адрес", importers.TextUpTo(addressLimit)),
		Period:  value(r, receiptPeriod, "Период", readPeriod), Amount: value(r, receiptAmount, "Сумма", importers.ReadMoney),
		Source: r.source,
	}
	if guid, _, found := strings.Cut(d.Address, ","); found {
		if _, err := importers.ReadFIAS(importers.Cell{Text: guid}); err == nil {
			d.FIAS, d.Address = d.Address, ""
		}
	}
	also, sum := r.services(d)
	if len(also) > 0 && sum != d.Amount {
		r.fail(receiptAmount, "Сумма", importers.Doubtful("services_disagree",
			"услуги вместе дают "+sum.RussianPlain()+", а сумма строки другая", ""))
	}
	if !r.record.Rejected() {
		r.record.Fact, r.record.Also = d, also
	}
}

// services reads the pairs behind the sum.
func (r receiptReader) services(d housing.StatedDebt) (also []importers.Fact, sum housing.Money) {
	for at := receiptPairs; at < len(r.cells); at += 2 {
		if strings.TrimSpace(r.cells[at].Text) == "" && (at+1 >= len(r.cells) || strings.TrimSpace(r.cells[at+1].Text) == "") {
			continue
		}
		amount := value(r, at+1, "Сумма услуги", importers.ReadMoney)
		if total, err := sum.Add(amount); err == nil {
			sum = total
		}
		service, err := importers.ReadService(r.cells[at])
		if err != nil {
			r.fail(at, "Услуга", importers.Doubtful("unknown_service", "такой услуги нет, сумма по ней не сохранена отдельно", ""))
			continue
		}
		also = append(also, housing.StatedCharge{
			Account: d.Account, Address: d.Address, Service: service, Period: d.Period, Amount: amount, Source: r.source,
		})
	}
	return also, sum
}

// readPeriod takes ММГГ, and МГГ where Excel has dropped the zero of a number.
func readPeriod(c importers.Cell) (housing.Period, error) {
	text := c.Text
	if len(text) == 3 {
		text = "0" + text
	}
	if len(text) == 4 {
		if p, err := housing.ParsePeriod("20" + text[2:] + "-" + text[:2]); err == nil {
			return p, nil
		}
	}
	return 0, importers.Wrong("bad_period", "это не месяц", "месяц вида ММГГ, например 0926")
}

// NewReceiptsDBF returns the format "condo-receipts-dbf": LS C11, FIO_PLA C22, ADDRESS C40, PERIOD C4
// (ММГГ), SUMMA C8.
func NewReceiptsDBF() importers.Format {
	type row = housing.StatedDebt
	return importers.DBF{
		Title: "condo-receipts-dbf", Room: "debts", Words: "Реестр начислений DBF: LS, FIO_PLA, ADDRESS, PERIOD, SUMMA",
		Table: importers.Table[row]{
			Title: "Начисления",
			Columns: []importers.Column[row]{
				{Name: "LS", Need: importers.Filled, Key: true, Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.Account })},
				{Name: "FIO_PLA", Need: importers.Present, Mark: true, Read: importers.Into(importers.TextUpTo(nameLimit), func(r *row) *string { return &r.Payer })},
				{Name: "ADDRESS", Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.Address })},
				{Name: "PERIOD", Need: importers.Filled, Read: importers.Into(readPeriod, func(r *row) *housing.Period { return &r.Period })},
				{Name: "SUMMA", Need: importers.Filled, Key: true, Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Amount })},
			},
			Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
				r.Source = src
				return *r, nil
			},
		},
	}
}
