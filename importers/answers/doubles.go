package answers

import (
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// ReadDoubles returns the decisions on doubled charges of a filled workbook, in the order of its rows, and what is wrong with single
// rows; those are left out, and rows without a decision too. Columns are found by their titles. A file that is no such workbook is
// an importers.FileError. Its layout stands in exporters/reports.
func ReadDoubles(in importers.Input) ([]housing.DoubleAnswer, []housing.Problem, error) {
	book, err := importers.OpenWorkbook(in)
	if err != nil {
		return nil, nil, err
	}
	r := doubleReader{seen: map[housing.DoubleDecision]int{}}
	for _, sheet := range book.Sheets() {
		if !strings.HasPrefix(sheet, housing.DoubleSheet) {
			continue // a long list goes on on sheets of that name and a number
		}
		r.sheet, r.found = sheet, false
		if err := book.Rows(sheet, r.row); err != nil {
			return nil, nil, err
		}
		if !r.found {
			return nil, nil, importers.Refuse("no_header", "лист «%s»: нет строки с заголовками «%s», «%s», «%s» и «%s»", sheet,
				housing.DoubleColumnService, housing.DoubleColumnAccount, housing.DoubleColumnOther, housing.DoubleColumnAnswer)
		}
	}
	if r.sheet == "" {
		return nil, nil, importers.Refuse("no_sheet", "в книге нет листа «%s»: это не книга двойных начислений", housing.DoubleSheet)
	}
	return r.answers, r.problems, nil
}

type doubleReader struct {
	sheet                                          string
	found                                          bool
	service, account, other, answer, reason, until int
	seen                                           map[housing.DoubleDecision]int // row of each double
	answers                                        []housing.DoubleAnswer
	problems                                       []housing.Problem
}

func (r *doubleReader) row(row importers.SheetRow) error {
	if !r.found {
		if row.Number <= headerWithin {
			r.header(row.Cells)
		}
		return nil
	}
	decision := text(row.Cells, r.answer)
	if decision == "" {
		return nil
	}
	a := housing.DoubleAnswer{Row: row.Number, DoubleDecision: housing.DoubleDecision{
		Other: text(row.Cells, r.other), Reason: text(row.Cells, r.reason), Right: strings.EqualFold(decision, housing.DoubleAnswerRight),
	}}
	for _, problem := range []*housing.Problem{
		readInto(row, r.service, housing.DoubleColumnService, importers.ReadService, &a.Service),
		readInto(row, r.account, housing.DoubleColumnAccount, importers.ReadAccountNumber, &a.Account),
		readInto(row, r.until, housing.DoubleColumnUntil, importers.ReadPeriod, &a.Until),
	} {
		if problem != nil {
			problem.Sheet = r.sheet
			r.problems = append(r.problems, *problem)
			return nil
		}
	}
	switch {
	case a.Service == "" || a.Account == "" || a.Other == "":
		r.problem(row.Number, housing.DoubleColumnOther, a.Other, "bad_key", "услуга, лицевой счёт или «"+housing.DoubleColumnOther+"» стёрты")
		return nil
	case !a.Right && !strings.EqualFold(decision, housing.DoubleAnswerWrong):
		r.problem(row.Number, housing.DoubleColumnAnswer, decision, "bad_decision",
			"ожидается «"+housing.DoubleAnswerRight+"», «"+housing.DoubleAnswerWrong+"» или пустая ячейка")
		return nil
	case a.Reason == "":
		r.problem(row.Number, housing.DoubleColumnReason, "", "no_reason", "не указано основание решения")
		return nil
	}
	key := housing.DoubleDecision{Service: a.Service, Account: a.Account, Other: a.Other}
	if first, twice := r.seen[key]; twice {
		if earlier := r.answers[first]; earlier.DoubleDecision != a.DoubleDecision {
			r.problem(row.Number, housing.DoubleColumnAnswer, decision, "repeated_account", "другое решение о том же стоит в строке "+strconv.Itoa(earlier.Row))
		}
		return nil // two accounts of the other side in one flat are one question
	}
	r.seen[key] = len(r.answers)
	r.answers = append(r.answers, a)
	return nil
}

func (r *doubleReader) header(cells []importers.Cell) {
	r.service, r.account, r.other, r.answer, r.reason, r.until = -1, -1, -1, -1, -1, -1
	for i := range cells {
		switch text(cells, i) {
		case housing.DoubleColumnService:
			r.service = i
		case housing.DoubleColumnAccount:
			r.account = i
		case housing.DoubleColumnOther:
			r.other = i
		case housing.DoubleColumnAnswer:
			r.answer = i
		case housing.DoubleColumnReason:
			r.reason = i
		case housing.DoubleColumnUntil:
			r.until = i
		}
	}
	r.found = min(r.service, r.account, r.other, r.answer, r.reason) >= 0
}

func (r *doubleReader) problem(row int, column, value, code, reason string) {
	r.problems = append(r.problems, housing.Problem{Row: row, Sheet: r.sheet, Column: column, Value: value, Code: code, Text: reason})
}
