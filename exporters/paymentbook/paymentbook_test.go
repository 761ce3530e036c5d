package paymentbook_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/paymentbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// TestWritePayments holds the workbook to what a page of A4 across can show in letters that can be read: the width of what is
// shown, every long text wrapped in a row that is high enough; the candidates stand in one cell and in the list of answers.
func TestWritePayments(t *testing.T) {
	t.Parallel()
	candidate := func(number string) housing.MatchCandidate {
		return housing.MatchCandidate{Account: housing.Account{Number: number}}
	}
	var out bytes.Buffer
	rows, err := paymentbook.WritePayments(&out, paymentbook.Meta{AsOf: time.Unix(0, 0)}, func(yield func(housing.PaymentQuestion, error) bool) {
		yield(housing.PaymentQuestion{
			Payment:  housing.Payment{Key: "pochta/2026-10-03/0199999999/2026-10-02/55.00///1", Account: "0199999999", Payer: "ТЕСТОВ И.", Address: "г. Примерск"},
			Registry: "post-1.txt", Row: 5, Left: 5500, Reason: "лицевой счёт 0199999999 не найден", Candidates: []housing.MatchCandidate{candidate("0100001001"), candidate("0100001002")},
		}, nil)
	})
	if err != nil || rows != 1 {
		t.Fatal(rows, err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0.0
	for column := 'A'; column <= 'R'; column++ {
		visible, err := book.GetColVisible(housing.PaymentSheet, string(column))
		if err != nil {
			t.Fatal(err)
		}
		if width, err := book.GetColWidth(housing.PaymentSheet, string(column)); err == nil && visible {
			shown += width
		}
		if visible != (column <= 'L') {
			t.Errorf("column %c: visible %t", column, visible)
		}
	}
	if shown > 195 {
		t.Errorf("the sheet is %.0f characters wide: printed across A4 it cannot be read", shown)
	}
	cells, err := book.GetRows(housing.PaymentSheet)
	if err != nil || len(cells) != 2 {
		t.Fatal(cells, err)
	}
	row := cells[1]
	if !strings.HasPrefix(row[9], "1. 0100001001") || !strings.Contains(row[9], "\n2. 0100001002") {
		t.Errorf("candidates: %q", row[9])
	}
	if cells[0][10] != housing.PaymentColumnAnswer || strings.Join(row[12:], " ") != "0100001001 0100001002 "+housing.PaymentAnswerReverse {
		t.Errorf("the list of answers: %q", row[12:])
	}
	if height, err := book.GetRowHeight(housing.PaymentSheet, 2); err != nil || height < 4*11 {
		t.Errorf("the row is %.0f points high (%v): its number takes four lines", height, err)
	}
}
