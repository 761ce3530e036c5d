// Package answers reads the operator's workbook of open claims after he has filled it in: one
// decision a row. It owns the reading of that workbook; its words stand in housing, its layout in
// exporters/matchbook. It does not own what a decision does.
package answers

import (
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// headerWithin is how many rows above the table a header is looked for: people insert lines.
const headerWithin = 10

// Read returns the decisions of a filled workbook in the order of its rows, and what is wrong with
// single rows; those are left out. Columns are found by their titles, so that they may have been
// moved. A file that is no such workbook is an importers.FileError.
func Read(in importers.Input) ([]housing.MatchAnswer, []housing.Problem, error) {
	book, err := importers.OpenWorkbook(in)
	if err != nil {
		return nil, nil, err
	}
	r := reader{seen: map[int64]int{}}
	for _, sheet := range book.Sheets() {
		if sheet != housing.MatchSheet {
			continue
		}
		if err := book.Rows(sheet, r.row); err != nil {
			return nil, nil, err
		}
		if !r.found {
			return nil, nil, importers.Refuse("no_header",
				"лист «%s»: нет строки с заголовками «%s» и «%s»", sheet, housing.MatchColumnClaim, housing.MatchColumnAnswer)
		}
		return r.answers, r.problems, nil
	}
	return nil, nil, importers.Refuse("no_sheet",
		"в книге нет листа «%s»: это не книга сопоставления", housing.MatchSheet)
}

type reader struct {
	found                  bool
	claim, answer, comment int
	rights                 rightColumns
	seen                   map[int64]int // row of each claim
	answers                []housing.MatchAnswer
	problems               []housing.Problem
}

func (r *reader) row(row importers.SheetRow) error {
	if !r.found {
		if row.Number <= headerWithin {
			r.header(row.Cells)
		}
		return nil
	}
	number := text(row.Cells, r.claim)
	a := housing.MatchAnswer{Account: text(row.Cells, r.answer), Comment: text(row.Cells, r.comment)}
	if number == "" && a.Account == "" {
		return nil // a line that somebody wrote below the table
	}
	claim, err := strconv.ParseInt(number, 10, 64)
	if err != nil || claim < 1 { // the reader goes on with the other rows
		r.problem(row.Number, housing.MatchColumnClaim, number, "bad_claim", "номер заявки изменён или стёрт")
		return nil //nolint:nilerr // a problem of this row
	}
	if first, twice := r.seen[claim]; twice {
		r.problem(row.Number, housing.MatchColumnClaim, number, "repeated_claim", "заявка уже есть в строке "+strconv.Itoa(first))
		return nil
	}
	r.seen[claim] = row.Number
	a.Claim, a.Row = claim, row.Number
	if strings.EqualFold(a.Account, housing.MatchAnswerNone) {
		a.None, a.Account = true, ""
	}
	if a.Account != "" {
		at := row.Cells[r.answer]
		at.Text = a.Account // pasted with spaces around it
		if a.Account, err = importers.ReadAccountNumber(at); err != nil {
			r.problem(row.Number, housing.MatchColumnAnswer, at.Text, "bad_account", err.Error())
			return nil
		}
	}
	if problem := r.readRight(row, &a); problem != nil {
		r.problems = append(r.problems, *problem)
		return nil
	}
	r.answers = append(r.answers, a)
	return nil
}

func (r *reader) header(cells []importers.Cell) {
	r.claim, r.answer, r.comment, r.rights = -1, -1, -1, rightsOf(cells)
	for i := range cells {
		switch text(cells, i) {
		case housing.MatchColumnClaim:
			r.claim = i
		case housing.MatchColumnAnswer:
			r.answer = i
		case housing.MatchColumnComment:
			r.comment = i
		}
	}
	r.found = r.claim >= 0 && r.answer >= 0
}

func (r *reader) problem(row int, column, value, code, reason string) {
	r.problems = append(r.problems, housing.Problem{
		Row: row, Sheet: housing.MatchSheet, Column: column, Value: value, Code: code, Text: reason,
	})
}

func text(cells []importers.Cell, column int) string {
	if column < 0 || column >= len(cells) {
		return ""
	}
	return strings.Join(strings.Fields(cells[column].Text), " ")
}
