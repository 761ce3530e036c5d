package answers

import (
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// ReadGate returns the decisions on held accounts of a filled workbook, in the order of its rows, and
// what is wrong with single rows; those are left out. Columns are found by their titles. A file that is
// no such workbook is an importers.FileError. Its layout stands in exporters/gatebook.
func ReadGate(in importers.Input) ([]housing.GateAnswer, []housing.Problem, error) {
	book, err := importers.OpenWorkbook(in)
	if err != nil {
		return nil, nil, err
	}
	r := gateReader{seen: map[string]int{}}
	for _, sheet := range book.Sheets() {
		if sheet != housing.GateSheet {
			continue
		}
		if err := book.Rows(sheet, r.row); err != nil {
			return nil, nil, err
		}
		if !r.found {
			return nil, nil, importers.Refuse("no_header",
				"лист «%s»: нет строки с заголовками «%s», «%s» и «%s»", sheet, housing.GateColumnAccount, housing.GateColumnAnswer, housing.GateColumnKey)
		}
		return r.answers, r.problems, nil
	}
	return nil, nil, importers.Refuse("no_sheet",
		"в книге нет листа «%s»: это не книга проверки перед выдачей", housing.GateSheet)
}

type gateReader struct {
	found                         bool
	account, answer, comment, key int
	seen                          map[string]int // row of each account
	answers                       []housing.GateAnswer
	problems                      []housing.Problem
}

func (r *gateReader) row(row importers.SheetRow) error {
	if !r.found {
		if row.Number <= headerWithin {
			r.header(row.Cells)
		}
		return nil
	}
	number, decision := text(row.Cells, r.account), text(row.Cells, r.answer)
	a := housing.GateAnswer{Row: row.Number, Key: text(row.Cells, r.key), Comment: text(row.Cells, r.comment)}
	if number == "" && decision == "" {
		return nil // a line that somebody wrote below the table
	}
	if number == "" || len(a.Key) != housing.GateKeyLength {
		r.problem(row.Number, housing.GateColumnKey, a.Key, "bad_key", "номер счёта или ключ строки изменён или стёрт")
		return nil
	}
	at := row.Cells[r.account]
	at.Text = number // pasted with spaces around it
	var err error
	if a.Account, err = importers.ReadAccountNumber(at); err != nil {
		r.problem(row.Number, housing.GateColumnAccount, number, "bad_account", err.Error())
		return nil
	}
	if first, twice := r.seen[a.Account]; twice {
		r.problem(row.Number, housing.GateColumnAccount, number, "repeated_account", "счёт уже есть в строке "+strconv.Itoa(first))
		return nil
	}
	r.seen[a.Account] = row.Number
	switch {
	case decision == "":
	case strings.EqualFold(decision, housing.GateAnswerRelease):
		a.Status = housing.GateReleased
	case strings.EqualFold(decision, housing.GateAnswerReturn):
		a.Status = housing.GateReturned
	default:
		r.problem(row.Number, housing.GateColumnAnswer, decision, "bad_decision",
			"ожидается «"+housing.GateAnswerRelease+"», «"+housing.GateAnswerReturn+"» или пустая ячейка")
		return nil
	}
	r.answers = append(r.answers, a)
	return nil
}

func (r *gateReader) header(cells []importers.Cell) {
	r.account, r.answer, r.comment, r.key = -1, -1, -1, -1
	for i := range cells {
		switch text(cells, i) {
		case housing.GateColumnAccount:
			r.account = i
		case housing.GateColumnAnswer:
			r.answer = i
		case housing.GateColumnComment:
			r.comment = i
		case housing.GateColumnKey:
			r.key = i
		}
	}
	r.found = r.account >= 0 && r.answer >= 0 && r.key >= 0
}

func (r *gateReader) problem(row int, column, value, code, reason string) {
	r.problems = append(r.problems, housing.Problem{
		Row: row, Sheet: housing.GateSheet, Column: column, Value: value, Code: code, Text: reason,
	})
}
