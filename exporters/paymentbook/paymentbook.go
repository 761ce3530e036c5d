// Package paymentbook writes the workbook of payments that belong to no account (невыясненные): what
// the registry said, why no account was found, up to five accounts that may be meant, and cells to
// decide in.
//
// The sheet housing.PaymentSheet has its header in row 1 and one payment a row:
//
//	A  Номер операции   B  Реестр      C  Строка       D  Дата оплаты    E  Сумма
//	F  ЛС как пришёл    G  Плательщик  H  Адрес        I  Причина
//	J  Кандидаты                 up to five, one below the other
//	K  Лицевой счёт (заполните)  the answer: an account number, or "вернуть"; a list offers both
//	                             of a payment like one of another file: "тот же платёж"
//	                             of a reversal (a sum below zero): the number of the payment, or "учтено"
//	L  Основание                 why, kept with the decision
//	M…R  hidden                  what the list of K offers
//
// The widths come to a page of A4 across that can be read.
//
// It owns this layout. It does not own who is a candidate, nor the reading of the filled workbook
// (importers/answers).
package paymentbook

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// Candidates is how many accounts a row offers.
const Candidates = 5

// Meta is what the workbook says about itself.
type Meta struct {
	Organisation housing.Organisation
	AsOf         time.Time
	Temp         string // folder for temporary files, "" for the system's
}

const (
	answerColumn = 11               // K
	hiddenColumn = answerColumn + 2 // M
)

// WritePayments writes the workbook and returns the number of payments in it.
func WritePayments(w io.Writer, meta Meta, questions iter.Seq2[housing.PaymentQuestion, error]) (rows int, err error) {
	book, err := workbook.New(workbook.Options{
		Title: "Невыясненные платежи", Company: meta.Organisation.Title(), Created: meta.AsOf, Temp: meta.Temp,
	})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	s, err := begin(book, meta)
	if err != nil {
		return 0, err
	}
	for q, err := range questions {
		if err != nil {
			return 0, fmt.Errorf("read a payment: %w", err)
		}
		if err := s.add(q); err != nil {
			return 0, err
		}
	}
	if err := s.finish(); err != nil {
		return 0, err
	}
	if err := writeHelp(book, meta); err != nil {
		return 0, err
	}
	return s.rows, book.Write(w)
}

// payments is the sheet being written.
type payments struct {
	sheet *workbook.Sheet
	rows  int
	looks workbook.Cells
}

func begin(book *workbook.Book, meta Meta) (*payments, error) {
	titles := []string{
		housing.PaymentColumnKey, "Реестр", "Строка", "Дата оплаты", housing.PaymentColumnSum, "ЛС как пришёл", "Плательщик", "Адрес", "Причина",
		"Кандидаты", housing.PaymentColumnAnswer, housing.PaymentColumnComment,
	}
	widths := columnWidths()
	hidden := make([]int, 0, Candidates+1)
	for i := range Candidates + 1 {
		hidden = append(hidden, hiddenColumn+i)
	}
	looks, err := book.Cells()
	if err != nil {
		return nil, err
	}
	s := &payments{looks: looks}
	s.sheet, err = book.Sheet(workbook.Layout{
		Name: housing.PaymentSheet, Widths: widths, Hidden: hidden, FrozenRow: 1, FrozenCol: 1, Repeat: [2]int{1, 1},
		Tab: "C55A11", Footer: meta.Organisation.Title() + " · невыясненные платежи",
	})
	if err != nil {
		return nil, err
	}
	return s, s.sheet.Heads(looks.Head, 30, titles)
}

func (s *payments) add(q housing.PaymentQuestion) error {
	s.rows++
	offered := make([]any, Candidates+1)
	candidates := make([]string, 0, Candidates)
	for i, c := range q.Candidates[:min(len(q.Candidates), Candidates)] {
		candidates = append(candidates, fmt.Sprintf("%d. %s", i+1, c.Text()))
		offered[i] = excelize.Cell{StyleID: s.looks.Text, Value: c.Account.Number}
	}
	row := []struct {
		style int
		value any
	}{
		{s.looks.Wrap, q.Payment.Key},
		{s.looks.Wrap, q.Registry},
		{s.looks.Text, q.Row},
		{s.looks.Text, q.Payment.PaidOn.Russian()},
		{s.looks.Money, workbook.Money(q.Left)},
		{s.looks.Wrap, q.Payment.Account},
		{s.looks.Wrap, q.Payment.Payer},
		{s.looks.Wrap, q.Payment.Address},
		{s.looks.Wrap, q.Reason},
		{s.looks.Wrap, strings.Join(candidates, "\n")},
	}
	cells, lines := make([]any, 0, hiddenColumn+Candidates), 1
	for i, c := range row {
		cells = append(cells, excelize.Cell{StyleID: c.style, Value: c.value})
		if text, is := c.value.(string); is {
			lines = max(lines, linesOf(text, columnWidths()[i]))
		}
	}
	word := housing.PaymentAnswerReverse
	switch {
	case q.Reversal:
		word = housing.PaymentAnswerDone
	case q.Twin:
		word = housing.PaymentAnswerSame
	}
	offered[min(len(q.Candidates), Candidates)] = excelize.Cell{StyleID: s.looks.Text, Value: word}
	cells = append(cells, excelize.Cell{StyleID: s.looks.Answer}, excelize.Cell{StyleID: s.looks.Wrap})
	return s.sheet.Row(s.rows+1, workbook.Height(lines), append(cells, offered...))
}

// columnWidths come to what is printed across A4 in letters of seven points.
func columnWidths() []float64 { return []float64{14, 16, 6.5, 9.5, 10, 12, 16, 18, 22, 38, 13, 15} }

// linesOf counts the lines that a text of several takes.
func linesOf(text string, width float64) (lines int) {
	for line := range strings.SplitSeq(text, "\n") {
		lines += workbook.Lines(line, width)
	}
	return lines
}

func (s *payments) finish() error {
	last := max(s.rows+1, 2)
	answer := workbook.Column(answerColumn)
	// The list is relative: Excel moves the row of the source along with the row of the cell.
	source := fmt.Sprintf("$%s2:$%s2", workbook.Column(hiddenColumn), workbook.Column(hiddenColumn+Candidates))
	return errors.Join(
		s.sheet.Choice(fmt.Sprintf("%s2:%s%d", answer, answer, last), source,
			"Выберите лицевой счёт из списка, впишите другой или «"+housing.PaymentAnswerReverse+"», если деньги возвращены плательщику."),
		s.sheet.Filter("A1", workbook.Cell(answerColumn+1, last)),
		s.sheet.Finish(),
	)
}

// writeHelp adds the locked sheet that tells the accountant what to do.
func writeHelp(book *workbook.Book, meta Meta) error {
	return book.Instructions([]string{
		"Организация: " + meta.Organisation.Title() + ".",
		"1. На листе «" + housing.PaymentSheet + "» каждая строка — поступивший платёж, для которого не найден лицевой счёт. " +
			"Деньги учтены, но ни на один лицевой счёт не разнесены.",
		"2. Кандидаты подобраны по номеру счёта, фамилии и адресу из реестра. Программа сама ни одного платежа по сходству не разносит.",
		"3. В столбце «" + housing.PaymentColumnAnswer + "» выберите номер из списка или впишите верный. Если деньги возвращены плательщику, " +
			"выберите «" + housing.PaymentAnswerReverse + "». Пустая ячейка — решение не принято, платёж останется в списке.",
		"Строка с отрицательной суммой — сторно, для которого не найден платёж: кандидаты у неё — платежи. Выберите или впишите номер операции " +
			"платежа, который отменяется, либо «" + housing.PaymentAnswerDone + "», если отменять нечего (возврат уже проведён вручную).",
		"Строка с причиной «похож на платёж…» — платёж с тем же счётом, днём и суммой, что и в другом файле. Если это второй платёж, выберите " +
			"лицевой счёт; если деньги пришли один раз — «" + housing.PaymentAnswerSame + "»: он будет учтён один раз.",
		"4. В столбце «" + housing.PaymentColumnComment + "» укажите основание (заявление, выписка, звонок плательщика): без него решение не принимается. " +
			"Кто, когда и почему решил, остаётся в журнале решений.",
		"5. Платёж учитывается в месяце поступления, а если он закрыт — в первом открытом месяце.",
		"6. Строки можно сортировать, отбирать и удалять. Не меняйте столбец «" + housing.PaymentColumnKey + "» и заголовки.",
		"7. Сохраните файл в формате .xlsx и передайте его обратно (команда kvitok payments --apply ФАЙЛ).",
	})
}
