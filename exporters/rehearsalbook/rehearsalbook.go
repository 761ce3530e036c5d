// Package rehearsalbook writes the workbook of a rehearsed import: what the files would create, change
// and move, and how many kopecks of the open month, by account and cause.
//
// Sheets: «Изменения» (a fact a row, before → after), «Деньги» (an account a row, its difference by cause
// adding up to it), «По услугам» (the same by service), «Замечания» (what is wrong with rows), «Итог».
// Rows are written as they come, in any number; they are spooled on disk. It owns this layout. It does
// not own what would change, nor the words of it.
package rehearsalbook

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// Meta is what the workbook says about itself.
type Meta struct {
	Organisation housing.Organisation
	Period       housing.Period
	AsOf         time.Time
	Temp         string // folder for temporary files, "" for the system's
}

// Book is a workbook being written. Close must always be called.
type Book struct {
	meta                            Meta
	book                            *workbook.Book
	changes, accounts               *list
	services, problems              *list
	head, text, wrap, money, accent int
}

const (
	heldFill = "FFF4D6"
)

// New starts the workbook.
func New(meta Meta) (*Book, error) {
	book, err := workbook.New(workbook.Options{
		Title: "Репетиция загрузки", Company: meta.Organisation.Title(), Created: meta.AsOf, Temp: meta.Temp,
	})
	if err != nil {
		return nil, err
	}
	b := &Book{meta: meta, book: book}
	if err := b.begin(); err != nil {
		return nil, errors.Join(err, book.Close())
	}
	return b, nil
}

func (b *Book) begin() error {
	for _, l := range []struct {
		to   *int
		look workbook.Look
	}{
		{&b.head, workbook.Look{Bold: true, Wrap: true, Align: "center", Fill: workbook.HeadFill, Border: true}},
		{&b.text, workbook.Look{Border: true, Format: workbook.TextFormat, Top: true}},
		{&b.wrap, workbook.Look{Border: true, Format: workbook.TextFormat, Top: true, Wrap: true}},
		{&b.money, workbook.Look{Border: true, Format: workbook.MoneyFormat, Top: true}},
		{&b.accent, workbook.Look{Border: true, Format: workbook.TextFormat, Top: true, Wrap: true, Fill: heldFill}},
	} {
		var err error
		if *l.to, err = b.book.Style(l.look); err != nil {
			return err
		}
	}
	sums := append([]string{"Было", "Станет", "Разница"}, housing.CauseTitles()...)
	for _, l := range []struct {
		to    **list
		sheet list
	}{
		{&b.changes, list{
			name:   "Изменения",
			titles: []string{"Раздел", "Что будет", "Лицевой счёт", "Дом", "О чём", "Поле", "Было", "Станет", "Файл", "Строка"},
			widths: []float64{24, 14, 16, 34, 30, 20, 30, 30, 28, 9},
		}},
		{&b.accounts, list{
			name: "Деньги",
			titles: append(append([]string{"Лицевой счёт", "Адрес"}, sums...),
				"За закрытые месяцы", "Пени", "Входящее сальдо", "Оплачено", "Долг на конец месяца", "За какие месяцы", "Не начисляется", "Строки файлов"),
			widths: append(append([]float64{16, 34}, repeat(13, len(sums))...), 14, 12, 14, 14, 15, 36, 36, 44),
		}},
		{&b.services, list{
			name: "По услугам", titles: append(append([]string{"Лицевой счёт", "Услуга"}, sums...), "Примечание"),
			widths: append(append([]float64{16, 34}, repeat(13, len(sums))...), 36),
		}},
		{&b.problems, list{
			name:   "Замечания",
			titles: []string{"Файл", "Лист", "Строка", "Столбец", "Значение", "Ожидается", "Код", "Причина", "Строка принята"},
			widths: []float64{30, 16, 9, 20, 26, 30, 20, 60, 12},
		}},
	} {
		*l.to = &l.sheet
		if err := b.open(*l.to); err != nil {
			return err
		}
	}
	return nil
}

func repeat(width float64, times int) []float64 {
	widths := make([]float64, times)
	for i := range widths {
		widths[i] = width
	}
	return widths
}

// list is a sheet of rows below a header; a further one follows where Excel's rows are used up.
type list struct {
	name   string
	titles []string
	widths []float64
	sheet  *workbook.Sheet
	row    int
}

func (b *Book) open(l *list) (err error) {
	l.sheet, err = b.book.Sheet(workbook.Layout{
		Name: l.name, Widths: l.widths, FrozenRow: 1, FrozenCol: 1, Repeat: [2]int{1, 1},
		Footer: b.meta.Organisation.Title() + " · репетиция загрузки · " + b.meta.Period.Russian(),
	})
	if err != nil {
		return err
	}
	cells := make([]any, len(l.titles))
	for i, title := range l.titles {
		cells[i] = excelize.Cell{StyleID: b.head, Value: title}
	}
	l.row = 1
	return l.sheet.Row(1, 32, cells)
}

func (b *Book) add(l *list, cells []any) error {
	if l.row == workbook.MaxRows {
		if err := l.finish(); err != nil {
			return err
		}
		if err := b.open(l); err != nil {
			return err
		}
	}
	l.row++
	return l.sheet.Row(l.row, 0, cells)
}

func (l *list) finish() error {
	return errors.Join(l.sheet.Filter("A1", workbook.Cell(len(l.titles), max(l.row, 2))), l.sheet.Finish())
}

func (b *Book) texts(style int, texts ...string) []any {
	cells := make([]any, len(texts))
	for i, text := range texts {
		cells[i] = excelize.Cell{StyleID: style, Value: text}
	}
	return cells
}

func (b *Book) amount(m housing.Money) any {
	if m == 0 {
		return excelize.Cell{StyleID: b.money}
	}
	return excelize.Cell{StyleID: b.money, Value: workbook.Money(m)}
}

// Change adds what would happen to a fact, a row a field.
func (b *Book) Change(c housing.FactChange) error {
	row := ""
	if c.Source.Position > 0 {
		row = strconv.FormatInt(c.Source.Position, 10)
	}
	for _, f := range c.Fields {
		cells := b.texts(b.wrap, c.Subject, c.Kind.Russian(), c.Account, c.House, c.What, f.Name, f.Before, f.After, c.Source.Name, row)
		if err := b.add(b.changes, cells); err != nil {
			return err
		}
	}
	return nil
}

// Account adds the effect on an account.
func (b *Book) Account(e housing.AccountEffect) error {
	address := e.House
	if e.Premises != "" {
		address += ", " + e.Premises
	}
	rows := make([]string, 0, len(e.Rows)+1)
	for _, source := range e.Rows {
		rows = append(rows, source.Russian())
	}
	if e.Further > 0 {
		rows = append(rows, fmt.Sprintf("и ещё строк: %d", e.Further))
	}
	style := b.wrap
	if e.Held != "" {
		style = b.accent
	}
	cells := append(b.texts(style, e.Account, address), b.sums(e.Charges.Was, e.Charges.Now, &e.Charges.Causes)...)
	late := make([]string, len(e.Late))
	for i, l := range e.Late {
		late[i] = l.Russian() + ": " + l.Amount.Russian()
	}
	for _, m := range []housing.Money{housing.SumLate(e.Late), e.Penalty, e.Opening, e.Paid, e.Closing} {
		cells = append(cells, b.amount(m))
	}
	cells = append(cells, b.texts(style, strings.Join(late, "; "), e.Held, strings.Join(rows, "; "))...)
	if err := b.add(b.accounts, cells); err != nil {
		return err
	}
	for i := range e.Charges.Services {
		s := &e.Charges.Services[i]
		cells := append(b.texts(b.wrap, e.Account, s.Service.Russian()), b.sums(s.Was, s.Now, &s.Causes)...)
		if err := b.add(b.services, append(cells, b.texts(b.wrap, s.Note)...)); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) sums(was, now housing.Money, causes *housing.Causes) []any {
	parts := causes.List()
	cells := make([]any, 0, 3+len(parts))
	cells = append(cells, b.amount(was), b.amount(now), b.amount(now-was))
	for _, part := range parts {
		cells = append(cells, b.amount(part))
	}
	return cells
}

// Problem adds what is wrong with a row of a file.
func (b *Book) Problem(file string, p housing.Problem) error {
	row, taken := "", "да"
	if p.Row > 0 {
		row = strconv.Itoa(p.Row)
	}
	style := b.wrap
	if p.IsError() {
		style, taken = b.accent, "нет"
	}
	return b.add(b.problems, b.texts(style, file, p.Sheet, row, p.Column, p.Value, p.Expected, p.Code, p.Text, taken))
}

// Total is a line of the sheet «Итог».
type Total struct {
	Name  string
	Text  string
	Money *housing.Money
}

// Write adds the totals and gives the workbook out.
func (b *Book) Write(w io.Writer, totals []Total) error {
	for _, l := range []*list{b.changes, b.accounts, b.services, b.problems} {
		if err := l.finish(); err != nil {
			return err
		}
	}
	sheet, err := b.book.Sheet(workbook.Layout{Name: "Итог", Widths: []float64{60, 70}, Portrait: true, Tab: "70AD47"})
	if err != nil {
		return err
	}
	title, err := b.book.Style(workbook.Look{Bold: true, Size: 14})
	if err != nil {
		return err
	}
	if err := sheet.Row(1, 26, []any{excelize.Cell{StyleID: title, Value: "Репетиция загрузки: ничего не записано"}}); err != nil {
		return err
	}
	for i, total := range totals {
		value := excelize.Cell{StyleID: b.wrap, Value: total.Text}
		if total.Money != nil {
			value = excelize.Cell{StyleID: b.money, Value: workbook.Money(*total.Money)}
		}
		if err := sheet.Row(i+3, 0, []any{excelize.Cell{StyleID: b.wrap, Value: total.Name}, value}); err != nil {
			return err
		}
	}
	if err := sheet.Finish(); err != nil {
		return err
	}
	return b.book.Write(w)
}

// Close removes the temporary files.
func (b *Book) Close() error { return b.book.Close() }
