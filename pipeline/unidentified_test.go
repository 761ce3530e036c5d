package pipeline_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/answers"
)

// filledPayments exports the workbook of unidentified payments and fills in answers and grounds by row.
func (w *world) filledPayments(t *testing.T, decisions map[int][2]string) []housing.PaymentAnswer {
	t.Helper()
	var out bytes.Buffer
	rows, err := w.ExportUnidentified(t.Context(), &out, "бухгалтер")
	if err != nil || rows < 2 {
		t.Fatalf("%d payments are exported: %v", rows, err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	for row, d := range decisions {
		for column, value := range map[int]string{11: d[0], 12: d[1]} {
			cell, err := excelize.CoordinatesToCellName(column, row)
			if err != nil {
				t.Fatal(err)
			}
			if err := book.SetCellStr(housing.PaymentSheet, cell, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	var filled bytes.Buffer
	if err := book.Write(&filled); err != nil {
		t.Fatal(err)
	}
	list, problems, err := answers.ReadPayments(importers.Input{
		Name: "payments.xlsx", Size: int64(filled.Len()), Content: bytes.NewReader(filled.Bytes()),
	})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return list
}

// The unidentified payments go out as a workbook and come back with decisions: the money of one stands
// with the account named, that of another went back to its payer; one without ground and one for an account
// that is not there are problems of their rows, and the rest stays open. The same workbook again decides nothing.
func TestUnidentifiedPayments(t *testing.T) {
	t.Parallel()
	w := balanced(t, 60)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	paid := func() int64 {
		return one[int64](t, w.store, "SELECT COALESCE(sum(paid), 0)::bigint FROM balances b JOIN accounts a ON a.id = b.account_id WHERE a.number = $1", account)
	}
	before := paid()
	list := w.filledPayments(t, map[int][2]string{2: {account, "заявление плательщика"}, 3: {housing.PaymentAnswerReverse, ""}})
	amount := one[int64](t, w.store, "SELECT amount FROM payments WHERE key = $1", list[0].Key)
	result, err := w.ApplyPaymentAnswers(t.Context(), list, "бухгалтер")
	if err != nil {
		t.Fatal(err)
	}
	if result.Assigned != 1 || result.Reversed != 0 || len(result.Problems) != 1 || result.Problems[0].Code != "reason_missing" || result.Problems[0].Row != 3 {
		t.Errorf("applied: %+v", result)
	}
	if got := paid() - before; got != amount {
		t.Errorf("the account has %d kopecks more, the payment %d", got, amount)
	}
	again, err := w.ApplyPaymentAnswers(t.Context(), list, "бухгалтер")
	if err != nil || again.Assigned != 0 || paid()-before != amount {
		t.Errorf("applied again: %+v, %v", again, err)
	}
	rest := w.filledPayments(t, map[int][2]string{2: {housing.PaymentAnswerReverse, "возвращено по заявлению"}})
	if diff := cmp.Diff(len(list)-1, len(rest)); diff != "" {
		t.Errorf("payments still open (-want +got):\n%s", diff)
	}
	if result, err = w.ApplyPaymentAnswers(t.Context(), rest[:1], "бухгалтер"); err != nil || result.Reversed != 1 {
		t.Errorf("reversed: %+v, %v", result, err)
	}
	lost := []housing.PaymentAnswer{{Row: 9, Key: "none", Account: account, Comment: "x"}}
	if len(rest) > 1 {
		lost = append(lost, housing.PaymentAnswer{Row: 10, Key: rest[1].Key, Account: "9999999999", Comment: "x"})
	}
	if result, err = w.ApplyPaymentAnswers(t.Context(), lost, "бухгалтер"); err != nil || len(result.Problems) != len(lost) {
		t.Errorf("what is not there: %+v, %v", result, err)
	}
}
