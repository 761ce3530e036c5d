package receipts

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

// A certificate tells what is overdue from what need not be paid yet.
func TestCertificate(t *testing.T) {
	t.Parallel()
	dues := func(overdue, penalty, notDue housing.Money) housing.Dues {
		return housing.Dues{Overdue: overdue, Penalty: penalty, NotDue: notDue, PayBy: date(t, "2026-11-16")}
	}
	for name, test := range map[string]struct {
		dues  housing.Dues
		total housing.Money
		want  []string
	}{
		"overdue": {dues(1500_00, 12_34, 700_00), 2212_34, []string{
			"СПРАВКА О ЗАДОЛЖЕННОСТИ", "составляет 1 512,34 ₽, в том числе пени 12,34 ₽", "Кроме того, начислено и не оплачено 700,00 ₽", "оплатить до 16.11.2026",
		}},
		"only what is not due": {dues(0, 0, 700_00), 700_00, []string{
			"СПРАВКА ОБ ОТСУТСТВИИ ЗАДОЛЖЕННОСТИ", "задолженности за жилое помещение", "нет.", "Кроме того, начислено и не оплачено 700,00 ₽",
		}},
		"paid too much": {dues(0, 0, 0), -30_00, []string{"СПРАВКА ОБ ОТСУТСТВИИ ЗАДОЛЖЕННОСТИ", "Переплата составляет 30,00 ₽"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &housing.DebtCertificate{
				Issuer: issuer(), Account: document(t).Account, House: "г. Примерск, ул. Садовая, д. 5", On: date(t, "2026-10-31"), Dues: test.dues, Total: test.total,
				Lines: []housing.DebtLine{{Payee: issuer().Title(), Service: housing.Heating, Dues: test.dues, Closing: test.total}},
			}
			var file bytes.Buffer
			if err := printer(t, Config{}).Certificate(&file, c); err != nil {
				t.Fatal(err)
			}
			keep(t, "certificate "+name, file.Bytes())
			got := strings.Join(strings.Fields(text(t, file.Bytes())), " ")
			for _, want := range test.want {
				if !strings.Contains(strings.ReplaceAll(got, "\u00a0", " "), want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
		})
	}
}

// A statement says what its last balance is made of.
func TestStatement(t *testing.T) {
	t.Parallel()
	s := &housing.Statement{
		Issuer: issuer(), Account: document(t).Account, House: "г. Примерск, ул. Садовая, д. 5", On: date(t, "2026-10-31"),
		Months: []housing.AccountMonth{{Period: document(t).Period, Balance: housing.Balance{Opening: 1500_00, Charged: 700_00, Closing: 2200_00}}},
		Dues:   housing.Dues{Overdue: 1500_00, NotDue: 700_00, PayBy: date(t, "2026-11-16")},
	}
	var file bytes.Buffer
	if err := printer(t, Config{}).Statement(&file, s); err != nil {
		t.Fatal(err)
	}
	keep(t, "statement", file.Bytes())
	const want = "Из сальдо на 31.10.2026: просрочено 1 500,00 ₽; срок оплаты на 31.10.2026 не наступил: 700,00 ₽ (оплатить до 16.11.2026)."
	if got := strings.ReplaceAll(strings.Join(strings.Fields(text(t, file.Bytes())), " "), "\u00a0", " "); !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}

// keep writes a file into the folder that KVITOK_RECEIPTS names, for a tester to look at.
func keep(t *testing.T, name string, file []byte) {
	t.Helper()
	if folder := os.Getenv("KVITOK_RECEIPTS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, name+".pdf"), file, 0o600); err != nil { //nolint:gosec // the tester names the folder
			t.Fatal(err)
		}
	}
}
