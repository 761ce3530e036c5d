package payments

import (
	"context"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// The cells of a row of layout A, in order.
const (
	cellDate = iota
	cellTime
	cellBranch
	cellTerminal
	cellNumber
	cellAccount
	cellPayer
	cellAddress
	cellPeriod
	cellAmount
	cellTransfer
	cellFee
	cellWay
	sberCells
)

// NewSberA returns the format "sber-payments-a", the registry of accepted payments of Sberbank,
// layout A. windows-1251, «;», CRLF, no header, no quotes, decimal comma:
//
//	 1 дата               dd-mm-yyyy
//	 2 время              hh-mm-ss
//	 3 отделение          8618 or 8618/00138
//	 4 кассир, терминал
//	 5 УНО                12 digits, unique
//	 6 лицевой счёт       as the payer gave it
//	 7 ФИО
//	 8 адрес
//	 9 период             ММГГ
//	10 сумма операции
//	11 сумма перевода
//	12 комиссия
//	13 способ             1, 2 or 5
//
// and one last line with the totals
//
//	=кол-во;сумма операций;сумма перевода;комиссия;№ п/п;дата п/п dd-mm-yyyy
//
// The registry is whole if the count and the sums of all columns agree with the totals, сумма =
// перевод + комиссия, no УНО comes twice and every row can be read; else Decode ends with a
// FileError after the last row, so that a protocol still says what is wrong where. Source: files
// seen and public readers of them.
func NewSberA() importers.Format { return sberA{} }

type sberA struct{}

func (sberA) Name() string    { return "sber-payments-a" }
func (sberA) Subject() string { return "payments" }

func sberNames() []string {
	return []string{
		"Дата", "Время", "Отделение", "Кассир", "УНО", "Лицевой счёт", "ФИО", "Адрес", "Период",
		"Сумма операции", "Сумма перевода", "Комиссия", "Способ",
	}
}

// Recognise wants a line of thirteen cells that begins with a date and a time. Lines broken by a
// stray delimiter do not count against it, other layouts do. A registry of nothing but its totals
// means "no operations".
func (sberA) Recognise(s *importers.Sample) bool {
	if s.Kind != importers.KindText {
		return false
	}
	for _, line := range s.Lines {
		cells := importers.SplitRow(line)
		if len(cells) == sberCells && looksTime(cells) {
			return true
		}
	}
	if len(s.Lines) > 0 && strings.HasPrefix(s.Lines[0], "=") {
		return len(importers.SplitPlain(s.Lines[0], ';')) == trailerCells
	}
	return false
}

// looksTime allows a wrong date, 31-02-2026 too: its row is then rejected with the right reason.
func looksTime(cells []string) bool {
	return dashed(cells[cellDate], 2, 2, 4) && dashed(cells[cellTime], 2, 2, 2)
}

func dashed(s string, sizes ...int) bool {
	parts := strings.Split(s, "-")
	if len(parts) != len(sizes) {
		return false
	}
	for i, part := range parts {
		if len(part) != sizes[i] || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return true
}

// Decode reads the rows and proves the totals.
func (sberA) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	sample, err := importers.NewSample(in)
	if err != nil {
		return importers.Result{}, err
	}
	registry := newRegistry()
	registry.order(sample.Tail)
	names := sberNames()
	result, err := importers.EachLine(ctx, in, func(line importers.Line) error {
		if strings.HasPrefix(line.Text, "=") || registry.stated.Present {
			if refused := registry.trailer(line); refused != nil {
				return refused
			}
			return nil
		}
		rec, ok := importers.RecordOf(line, importers.SplitRow(line.Text), sberCells)
		if ok {
			readSber(importers.Positional{Record: &rec, Names: names}, importers.SourceOf(in, line.Number), registry)
		}
		registry.count(&rec)
		return yield(rec)
	})
	result.Control, result.Trailer = registry.control(), registry.lines
	if err != nil {
		return result, err
	}
	if refused := registry.verdict(); refused != nil {
		return result, refused
	}
	return result, nil
}

func readSber(p importers.Positional, src housing.Source, registry *registry) {
	p.Filled(cellDate, cellNumber, cellAmount, cellTransfer, cellFee)
	pay := housing.Payment{
		PaidOn:   importers.At(p, cellDate, readDashedDate),
		Payer:    p.Record.Cells[cellPayer],
		Account:  p.Record.Cells[cellAccount],
		Address:  p.Record.Cells[cellAddress],
		Key:      importers.At(p, cellNumber, readNumber),
		Period:   importers.At(p, cellPeriod, readMonth),
		Amount:   importers.At(p, cellAmount, readAmount),
		Transfer: importers.At(p, cellTransfer, readFee),
		Fee:      importers.At(p, cellFee, readFee),
		OrderNo:  registry.orderNo, OrderDate: registry.orderDate,
		Source: src,
	}
	if !dashed(p.Record.Cells[cellTime], 2, 2, 2) {
		p.Fail(cellTime, importers.Wrong("bad_time", "это не время", "время вида ЧЧ-ММ-СС"))
	}
	noteAccount(p)
	if way := p.Record.Cells[cellWay]; way != "1" && way != "2" && way != "5" {
		p.Fail(cellWay, importers.Doubtful("unknown_way", "способ оплаты не известен", "1, 2 или 5"))
	}
	if pay.Key != "" {
		if first := registry.repeated(pay.Key, p.Record.Row); first > 0 {
			p.Fail(cellNumber, importers.Wrong("double_number", "такой УНО уже стоит в строке "+itoa(first), "свой УНО у каждого платежа"))
		}
	}
	if p.Record.Rejected() {
		return
	}
	if rest, err := pay.Amount.Sub(pay.Fee); err != nil || rest != pay.Transfer {
		p.FailRow(importers.Doubtful("row_balance", "сумма операции не равна сумме перевода и комиссии", ""))
	}
	p.Record.Fact = pay
}

// noteAccount notes a doubtful account number: it stands as the payer gave it, money is never
// refused for it.
func noteAccount(p importers.Positional) {
	text := p.Record.Cells[cellAccount]
	if text == "" {
		p.Fail(cellAccount, importers.Doubtful("empty", "лицевой счёт не указан: платёж останется невыясненным", ""))
		return
	}
	if _, err := importers.ReadAccountNumber(importers.Cell{Text: text}); err != nil {
		p.Fail(cellAccount, importers.Doubtful("doubtful_account", err.Error(), ""))
	}
}

// wrong is the reason of a cell as an error.
func wrong(code, text, expected string) error {
	return importers.Wrong(code, text, expected)
}

func readDashedDate(c importers.Cell) (housing.Date, error) {
	const form = "дата вида ДД-ММ-ГГГГ"
	d, ok, err := importers.DateByMask(c.Text, "dd-mm-yyyy")
	switch {
	case !ok:
		return d, wrong("bad_date", "дата записана не по форме", form)
	case err != nil:
		return d, wrong("bad_date", "такой даты нет в календаре", form)
	}
	return d, nil
}

func readNumber(c importers.Cell) (string, error) {
	const length = 12
	if len(c.Text) != length || strings.Trim(c.Text, "0123456789") != "" {
		return "", wrong("bad_number", "это не УНО", "12 цифр")
	}
	return c.Text, nil
}

// readMonth takes ММГГ. The month is the payer's word only, so a wrong one is noted, not refused.
func readMonth(c importers.Cell) (housing.Period, error) {
	s := c.Text
	doubt := importers.Doubtful("bad_period", "это не месяц, он не учтён", "месяц вида ММГГ, например 0925")
	if len(s) != 4 || strings.Trim(s, "0123456789") != "" {
		return 0, doubt
	}
	month := int(s[0]-'0')*10 + int(s[1]-'0')
	year := 2000 + int(s[2]-'0')*10 + int(s[3]-'0')
	p, err := housing.NewPeriod(year, time.Month(month))
	if err != nil {
		return 0, doubt
	}
	return p, nil
}

func readAmount(c importers.Cell) (housing.Money, error) {
	m, err := importers.ReadMoney(c)
	if err == nil && m <= 0 {
		return 0, wrong("not_positive", "сумма платежа должна быть больше нуля", "")
	}
	return m, err
}

func readFee(c importers.Cell) (housing.Money, error) {
	m, err := importers.ReadMoney(c)
	if err == nil && m < 0 {
		return 0, wrong("negative", "сумма не может быть отрицательной", "")
	}
	return m, err
}
