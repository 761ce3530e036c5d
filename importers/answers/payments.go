package answers

import (
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// ReadPayments returns the decisions on unidentified payments of a filled workbook, in the order of its
// rows, and what is wrong with single rows; those are left out. Columns are found by their titles. A file
// that is no such workbook is an importers.FileError. Its layout stands in exporters/paymentbook.
func ReadPayments(in importers.Input) ([]housing.PaymentAnswer, []housing.Problem, error) {
	book, err := importers.OpenWorkbook(in)
	if err != nil {
		return nil, nil, err
	}
	r := paymentReader{seen: map[string]int{}}
	for _, sheet := range book.Sheets() {
		if sheet != housing.PaymentSheet {
			continue
		}
		if err := book.Rows(sheet, r.row); err != nil {
			return nil, nil, err
		}
		if !r.found {
			return nil, nil, importers.Refuse("no_header", "лист «%s»: нет строки с заголовками «%s», «%s» и «%s»", sheet,
				housing.PaymentColumnKey, housing.PaymentColumnAnswer, housing.PaymentColumnComment)
		}
		return r.answers, r.problems, nil
	}
	return nil, nil, importers.Refuse("no_sheet", "в книге нет листа «%s»: это не книга невыясненных платежей", housing.PaymentSheet)
}

type paymentReader struct {
	found                     bool
	key, answer, comment, sum int
	seen                      map[string]int // row of each payment or reversal
	answers                   []housing.PaymentAnswer
	problems                  []housing.Problem
}

func (r *paymentReader) row(row importers.SheetRow) error {
	if !r.found {
		if row.Number <= headerWithin {
			r.header(row.Cells)
		}
		return nil
	}
	a := housing.PaymentAnswer{
		Row: row.Number, Key: text(row.Cells, r.key), Account: text(row.Cells, r.answer), Comment: text(row.Cells, r.comment),
	}
	if a.Key == "" && a.Account == "" {
		return nil // a line that somebody wrote below the table
	}
	if a.Key == "" {
		r.problem(row.Number, housing.PaymentColumnKey, "", "bad_key", "номер операции изменён или стёрт")
		return nil
	}
	if a.Reversal = strings.HasPrefix(text(row.Cells, r.sum), "-"); a.Reversal {
		r.reversal(a)
		return nil
	}
	if first, twice := r.seen[a.Key]; twice {
		r.problem(row.Number, housing.PaymentColumnKey, a.Key, "repeated_payment", "платёж уже есть в строке "+strconv.Itoa(first))
		return nil
	}
	r.seen[a.Key] = row.Number
	if strings.EqualFold(a.Account, housing.PaymentAnswerReverse) {
		a.Reverse, a.Account = true, ""
	}
	if strings.EqualFold(a.Account, housing.PaymentAnswerSame) {
		a.Same, a.Account = true, ""
	}
	if a.Account != "" {
		at := row.Cells[r.answer]
		at.Text = a.Account // pasted with spaces around it
		var err error
		if a.Account, err = importers.ReadAccountNumber(at); err != nil {
			r.problem(row.Number, housing.PaymentColumnAnswer, at.Text, "bad_account", err.Error())
			return nil
		}
	}
	r.answers = append(r.answers, a)
	return nil
}

// reversal keeps the decision on a row that takes back a payment: its number, or that nothing is to be taken back. It may
// have the number of the payment itself, so it is told from that by its sign.
func (r *paymentReader) reversal(a housing.PaymentAnswer) {
	if first, twice := r.seen["-"+a.Key]; twice {
		r.problem(a.Row, housing.PaymentColumnKey, a.Key, "repeated_payment", "сторно уже есть в строке "+strconv.Itoa(first))
		return
	}
	r.seen["-"+a.Key] = a.Row
	if strings.EqualFold(a.Account, housing.PaymentAnswerDone) {
		a.Done, a.Account = true, ""
	}
	a.Of, a.Account = a.Account, ""
	r.answers = append(r.answers, a)
}

func (r *paymentReader) header(cells []importers.Cell) {
	r.key, r.answer, r.comment, r.sum = -1, -1, -1, -1
	for i := range cells {
		switch text(cells, i) {
		case housing.PaymentColumnKey:
			r.key = i
		case housing.PaymentColumnAnswer:
			r.answer = i
		case housing.PaymentColumnComment:
			r.comment = i
		case housing.PaymentColumnSum:
			r.sum = i
		}
	}
	r.found = r.key >= 0 && r.answer >= 0 && r.comment >= 0
}

func (r *paymentReader) problem(row int, column, value, code, reason string) {
	r.problems = append(r.problems, housing.Problem{
		Row: row, Sheet: housing.PaymentSheet, Column: column, Value: value, Code: code, Text: reason,
	})
}
