// Package matchbook writes the operator's workbook of claims that matching did not settle: who
// claims, why nobody was linked, up to five candidates with what speaks for each, and a cell to
// choose the account in.
//
// The sheet housing.MatchSheet has its header in row 1 and one claim a row:
//
//	A  Заявка №                  number of the claim, the key of the row
//	B  ФИО                       C  Адрес                D  ЛС как пришёл      E  Причина
//	F…J  Кандидат 1 … 5          "number — address — payer — evidence", empty where there are fewer
//	K  Лицевой счёт (заполните)  the answer: an account number, or "нет"; a list offers both
//	L  Комментарий               free text
//	M…S  Основание, Доверенность, Доверенность до, Доля, Согласие сособственников, Согласие на обработку данных,
//	     Дата согласия           as the claim tells them; what is changed here corrects the claim
//	T  Двойник заявки №          the claim that is kept where this one says the same again
//	U…Z  hidden                  what the list of K offers
//
// It owns this layout. It does not own matching, nor the reading of the filled workbook.
package matchbook

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

// Candidates is how many accounts a row offers.
const Candidates = 5

// Meta is what the workbook says about itself.
type Meta struct {
	Organisation housing.Organisation
	AsOf         time.Time
	Run          string
	Temp         string // folder for temporary files, "" for the system's
}

const (
	answerColumn = 6 + Candidates   // K
	rightColumn  = answerColumn + 2 // M
	doubleColumn = rightColumn + 7  // T
	hiddenColumn = doubleColumn + 1 // U
	wideColumn   = 34.0
)

// WriteMatches writes the workbook and returns the number of claims in it.
func WriteMatches(w io.Writer, meta Meta, questions iter.Seq2[housing.MatchQuestion, error]) (rows int, err error) {
	book, err := workbook.New(workbook.Options{
		Title: "Сопоставление жителей с лицевыми счетами", Company: meta.Organisation.Title(),
		Created: meta.AsOf, Temp: meta.Temp,
	})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	m, err := begin(book, meta)
	if err != nil {
		return 0, err
	}
	for q, err := range questions {
		if err != nil {
			return 0, fmt.Errorf("read a claim: %w", err)
		}
		if err := m.add(q); err != nil {
			return 0, err
		}
	}
	if err := m.finish(); err != nil {
		return 0, err
	}
	if err := writeHelp(book, meta); err != nil {
		return 0, err
	}
	return m.rows, book.Write(w)
}

// matches is the sheet being written.
type matches struct {
	sheet *workbook.Sheet
	rows  int
	looks workbook.Cells
}

func begin(book *workbook.Book, meta Meta) (*matches, error) {
	titles := append(make([]string, 0, answerColumn+1),
		housing.MatchColumnClaim, "ФИО", "Адрес", "ЛС как пришёл", "Причина")
	widths := append(make([]float64, 0, answerColumn+1), 10, 26, wideColumn, 15, 28)
	for i := range Candidates {
		titles = append(titles, fmt.Sprintf("Кандидат %d", i+1))
		widths = append(widths, wideColumn)
	}
	titles = append(titles, housing.MatchColumnAnswer, housing.MatchColumnComment)
	widths = append(widths, 20, 30)
	titles, widths = append(titles, rightTitles()...), append(widths, 20, 16, 14, 8, 18, 18, 14, 14)
	hidden := make([]int, 0, Candidates+1)
	for i := range Candidates + 1 {
		hidden = append(hidden, hiddenColumn+i)
	}
	looks, err := book.Cells()
	if err != nil {
		return nil, err
	}
	m := &matches{looks: looks}
	m.sheet, err = book.Sheet(workbook.Layout{
		Name: housing.MatchSheet, Widths: widths, Hidden: hidden, FrozenRow: 1, FrozenCol: 2, Repeat: [2]int{1, 1},
		Tab: "4472C4", Footer: meta.Organisation.Title() + " · сопоставление · прогон " + meta.Run,
	})
	if err != nil {
		return nil, err
	}
	return m, m.sheet.Heads(looks.Head, 30, titles)
}

func (m *matches) add(q housing.MatchQuestion) error {
	m.rows++
	lines := max(workbook.Lines(q.Claim.Address, wideColumn), workbook.Lines(q.Reason, 28))
	cells := append(make([]any, 0, hiddenColumn+Candidates),
		excelize.Cell{StyleID: m.looks.Text, Value: q.Claim.ID},
		excelize.Cell{StyleID: m.looks.Wrap, Value: q.Claim.FullName},
		excelize.Cell{StyleID: m.looks.Wrap, Value: q.Claim.Address},
		excelize.Cell{StyleID: m.looks.Text, Value: q.Claim.Account},
		excelize.Cell{StyleID: m.looks.Wrap, Value: q.Reason},
	)
	offered := make([]any, Candidates+1)
	for i := range Candidates {
		text := ""
		if i < len(q.Candidates) {
			c := q.Candidates[i]
			text = c.Text()
			offered[i] = excelize.Cell{StyleID: m.looks.Text, Value: c.Account.Number}
			lines = max(lines, workbook.Lines(text, wideColumn))
		}
		cells = append(cells, excelize.Cell{StyleID: m.looks.Wrap, Value: text})
	}
	offered[min(len(q.Candidates), Candidates)] = excelize.Cell{StyleID: m.looks.Text, Value: housing.MatchAnswerNone}
	cells = append(cells, excelize.Cell{StyleID: m.looks.Answer}, excelize.Cell{StyleID: m.looks.Wrap})
	for _, word := range rightWords(q.Claim) {
		cells = append(cells, excelize.Cell{StyleID: m.looks.Told, Value: word})
	}
	cells = append(cells, offered...)
	return m.sheet.Row(m.rows+1, workbook.Height(lines), cells)
}

func (m *matches) finish() error {
	last := max(m.rows+1, 2)
	answer := workbook.Column(answerColumn)
	// The list is relative: Excel moves the row of the source along with the row of the cell.
	source := fmt.Sprintf("$%s2:$%s2", workbook.Column(hiddenColumn), workbook.Column(hiddenColumn+Candidates))
	return errors.Join(
		m.sheet.Choice(fmt.Sprintf("%s2:%s%d", answer, answer, last), source,
			"Выберите лицевой счёт из списка, впишите другой или «"+housing.MatchAnswerNone+"», если счёта нет."),
		m.rightChoices(last),
		m.sheet.Filter("A1", workbook.Cell(doubleColumn, last)),
		m.sheet.Finish(),
	)
}

// writeHelp adds the locked sheet that tells the operator what to do.
func writeHelp(book *workbook.Book, meta Meta) error {
	return book.Instructions([]string{
		"Организация: " + meta.Organisation.Title() + ". Прогон № " + meta.Run + ".",
		"1. На листе «" + housing.MatchSheet + "» каждая строка — заявка, которую программа не смогла однозначно связать с лицевым счётом.",
		"2. В столбце «" + housing.MatchColumnAnswer + "» выберите номер из списка. Если верного счёта среди кандидатов нет, " +
			"впишите его номер. Если счёта нет вовсе, выберите «" + housing.MatchAnswerNone + "».",
		"3. Пустая ячейка значит «решение не принято»: заявка останется в списке до следующего раза.",
		"4. В столбце «" + housing.MatchColumnComment + "» можно записать основание решения, оно сохранится вместе с ним.",
		"5. Столбцы от «" + housing.MatchColumnGround + "» до «" + housing.MatchColumnDataSince + "» заполнены так, как сказано в заявке. " +
			"Исправьте их по документам: исправление сохранится вместе с вашим именем. Связь представителя кончается в последний день доверенности; " +
			"без согласия на обработку данных человеку ничего не отправляется. Отзыв согласия — «нет» и дата отзыва.",
		"6. Если заявка повторяет другую, впишите номер той, что остаётся, в столбец «" + housing.MatchColumnDouble + "». Объединение можно отменить.",
		"7. Строки можно сортировать, отбирать и удалять. Не меняйте столбец «" + housing.MatchColumnClaim + "» и заголовки.",
		"8. Сохраните файл в формате .xlsx и передайте его обратно (команда kvitok match --apply ФАЙЛ). Решение можно отменить.",
	})
}
