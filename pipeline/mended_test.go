package pipeline_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

// The totals of a registry that was taken in part were proved for that registry: its correction may bring as many payments as
// rows were rejected, and not one more. Payments known already do not count.
func TestCorrectionBringsNoMore(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	booked := func() int { return one[int](t, w.store, "SELECT count(*)::int FROM payments") }
	before := booked()
	good, bad := "02;k1;100,00;;PAYMENT;"+account, "02;k2;-50,00;;PAYMENT;"+account
	mended, further := "02;k2;50,00;;PAYMENT;"+account, "02;k3;70,00;;PAYMENT;"+account
	wantFile(t, w.take(t, town.Bank, "reg.csv", tochka(good, bad)), "tochka-payments", housing.FilePartly, 1)
	more := w.take(t, town.Bank, "reg.protocol.csv", tochka(good, mended, further))
	const reason = "файл исправляет реестр reg.csv, в котором отклонено строк 1, а новых платежей в нём 2: пришлите новые платежи своим реестром"
	if more.Status != housing.FileRefused || !strings.Contains(more.Reason, reason) || booked() != before+1 {
		t.Errorf("a correction with a payment more: %s %s, %d booked", more.Status, more.Reason, booked()-before)
	}
	wantFile(t, w.take(t, town.Bank, "reg.protocol.csv", tochka(good, mended)), "tochka-payments", housing.FileAccepted, 1)
	wantFile(t, w.take(t, town.Bank, "reg-3.csv", tochka(further)), "tochka-payments", housing.FileAccepted, 1)
	if n := booked() - before; n != 3 {
		t.Errorf("%d payments are booked, want 3", n)
	}
}
