// Package gatebook writes the workbook of accounts that the check before issue holds back: how each
// changed against last month and why, and a cell to decide in.
//
// The sheet housing.GateSheet has its header in row 1 and one held account a row:
//
//	A  Лицевой счёт   B  Адрес          C  Причина
//	D  Было           E  Стало          F  Разница
//	G…O  the difference by cause (housing.CauseTitles), adding up to F
//	P  Состояние      Q  Решение        R  Комментарий
//	S  Ключ           hidden: what the hold was made on
//
// The sheet «По услугам» has the same split by service. It owns this layout. It does not own the
// check, nor the reading of the filled workbook.
package gatebook

import (
	"errors"
	"fmt"
	"io"
	"iter"
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

const (
	reasonWidth = 60.0
	addrWidth   = 34.0
	moneyWidth  = 13.0
	keyColumn   = 19 // S
	answers     = 17 // Q
)

// WriteHolds writes the workbook.
func WriteHolds(w io.Writer, meta Meta, holds iter.Seq[housing.GateHold]) (err error) {
	book, err := workbook.New(workbook.Options{
		Title: "Проверка перед выдачей", Company: meta.Organisation.Title(), Created: meta.AsOf, Temp: meta.Temp,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	looks, err := book.Cells()
	if err != nil {
		return err
	}
	g := &writer{meta: meta, looks: looks}
	if err := g.accounts(book, holds); err != nil {
		return err
	}
	if err := g.services(book, holds); err != nil {
		return err
	}
	if err := writeHelp(book, meta); err != nil {
		return err
	}
	return book.Write(w)
}

type writer struct {
	meta  Meta
	looks workbook.Cells
}

// sheet begins a sheet with its header.
func (g *writer) sheet(book *workbook.Book, name string, titles []string, widths []float64, hidden []int) (*workbook.Sheet, error) {
	sheet, err := book.Sheet(workbook.Layout{
		Name: name, Widths: widths, Hidden: hidden, FrozenRow: 1, FrozenCol: 2, Repeat: [2]int{1, 1}, Tab: "4472C4",
		Footer: g.meta.Organisation.Title() + " · проверка перед выдачей · " + g.meta.Period.Russian(),
	})
	if err != nil {
		return nil, err
	}
	return sheet, sheet.Heads(g.looks.Head, 45, titles)
}

// sums are the cells from "Было" to the last cause.
func (g *writer) sums(was, now housing.Money, causes *housing.Causes) []any {
	cells := []any{g.amount(was), g.amount(now), g.amount(now - was)}
	for _, part := range causes.List() {
		if part == 0 {
			cells = append(cells, excelize.Cell{StyleID: g.looks.Money})
			continue
		}
		cells = append(cells, g.amount(part))
	}
	return cells
}

func (g *writer) amount(m housing.Money) excelize.Cell {
	return excelize.Cell{StyleID: g.looks.Money, Value: workbook.Money(m)}
}

func sumTitles() ([]string, []float64) {
	titles := append([]string{"Было", "Стало", "Разница"}, housing.CauseTitles()...)
	widths := make([]float64, len(titles))
	for i := range widths {
		widths[i] = moneyWidth
	}
	return titles, widths
}

func (g *writer) accounts(book *workbook.Book, holds iter.Seq[housing.GateHold]) error {
	sums, sumWidths := sumTitles()
	titles := append(append([]string{housing.GateColumnAccount, "Адрес", "Причина"}, sums...),
		"Состояние", housing.GateColumnAnswer, housing.GateColumnComment, housing.GateColumnKey)
	widths := append(append([]float64{16, addrWidth, reasonWidth}, sumWidths...), 12, 14, 30, 18)
	sheet, err := g.sheet(book, housing.GateSheet, titles, widths, []int{keyColumn})
	if err != nil {
		return err
	}
	row := 1
	for h := range holds {
		row++
		cells := append(make([]any, 0, keyColumn),
			excelize.Cell{StyleID: g.looks.Text, Value: h.Account},
			excelize.Cell{StyleID: g.looks.Wrap, Value: address(&h)},
			excelize.Cell{StyleID: g.looks.Wrap, Value: h.Reason})
		cells = append(cells, g.sums(h.Change.Was, h.Change.Now, &h.Change.Causes)...)
		cells = append(cells,
			excelize.Cell{StyleID: g.looks.Text, Value: h.Status.Russian()},
			excelize.Cell{StyleID: g.looks.Answer, Value: answer(h.Status)},
			excelize.Cell{StyleID: g.looks.Wrap, Value: h.Comment},
			excelize.Cell{StyleID: g.looks.Text, Value: h.Key[:min(len(h.Key), housing.GateKeyLength)]})
		lines := max(workbook.Lines(address(&h), addrWidth), workbook.Lines(h.Reason, reasonWidth))
		if err := sheet.Row(row, workbook.Height(lines), cells); err != nil {
			return err
		}
	}
	last := max(row, 2)
	column := workbook.Column(answers)
	return errors.Join(
		sheet.List(fmt.Sprintf("%s2:%s%d", column, column, last), []string{housing.GateAnswerRelease, housing.GateAnswerReturn},
			"«выпустить» — начислено верно; «вернуть» — исправить данные и начислить снова."),
		sheet.Filter("A1", workbook.Cell(keyColumn-1, last)),
		sheet.Finish(),
	)
}

// answer is what was decided before: the workbook shows it and may change it.
func answer(s housing.GateStatus) string {
	switch s {
	case housing.GateReleased:
		return housing.GateAnswerRelease
	case housing.GateReturned:
		return housing.GateAnswerReturn
	case housing.GateHeld:
	}
	return ""
}

func address(h *housing.GateHold) string {
	if title := h.Premises.Title(); title != "" {
		return h.House + ", " + title
	}
	return h.House
}

func (g *writer) services(book *workbook.Book, holds iter.Seq[housing.GateHold]) error {
	sums, sumWidths := sumTitles()
	sheet, err := g.sheet(book, "По услугам", append(append([]string{housing.GateColumnAccount, "Услуга"}, sums...), "Примечание"),
		append(append([]float64{16, addrWidth}, sumWidths...), 36), nil)
	if err != nil {
		return err
	}
	row := 1
	for h := range holds {
		for i := range h.Change.Services {
			s := &h.Change.Services[i]
			row++
			cells := append([]any{
				excelize.Cell{StyleID: g.looks.Text, Value: h.Account},
				excelize.Cell{StyleID: g.looks.Wrap, Value: s.Service.Russian()},
			}, g.sums(s.Was, s.Now, &s.Causes)...)
			cells = append(cells, excelize.Cell{StyleID: g.looks.Wrap, Value: s.Note})
			if err := sheet.Row(row, workbook.Height(1), cells); err != nil {
				return err
			}
		}
	}
	return errors.Join(sheet.Filter("A1", workbook.Cell(len(sums)+3, max(row, 2))), sheet.Finish())
}

// writeHelp adds the locked sheet that tells the accountant what to do.
func writeHelp(book *workbook.Book, meta Meta) error {
	period := meta.Period.String()
	return book.Instructions([]string{
		"Организация: " + meta.Organisation.Title() + ". Месяц: " + meta.Period.Russian() + ".",
		"1. На листе «" + housing.GateSheet + "» каждая строка — лицевой счёт, который удержан до решения: изменение против прошлого месяца " +
			"не объяснено, слишком велико или похоже на ошибку. Документ по нему не выдаётся.",
		"2. Разница разложена по причинам способом цепных подстановок; части складываются в неё до копейки. По услугам — на втором листе.",
		"3. В столбце «" + housing.GateColumnAnswer + "» выберите «" + housing.GateAnswerRelease + "», если начислено верно, или «" +
			housing.GateAnswerReturn + "», если данные надо исправить и начислить снова. Пустая ячейка — решение не принято.",
		"4. Решение действует, пока начисление то же. Изменится начисление — счёт будет проверен снова.",
		"5. Строки можно сортировать, отбирать и удалять. Не меняйте столбец «" + housing.GateColumnAccount + "», скрытый столбец «" +
			housing.GateColumnKey + "» и заголовки.",
		"6. Сохраните файл в формате .xlsx и передайте его обратно (команда kvitok gate --period " + period + " --apply ФАЙЛ).",
	})
}
