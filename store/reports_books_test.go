package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Every cut of the turnover comes to the same sums.
func TestTurnoverCuts(t *testing.T) {
	t.Parallel()
	w, _ := printed(t)
	p := period(t, october)
	var services, houses, accounts housing.Money
	for _, row := range collect(t, w.ServiceTurnovers(t.Context(), w.issuer.ID, p)) {
		services += row.Closing
		if row.Payee == "" || !row.Service.Valid() {
			t.Errorf("a row without service or payee: %+v", row)
		}
	}
	perHouse := map[string]int{}
	for _, row := range collect(t, w.HouseTurnovers(t.Context(), w.issuer.ID, p)) {
		houses += row.Closing
		perHouse[row.House] = row.Accounts
	}
	count := 0
	for _, row := range collect(t, w.AccountTurnovers(t.Context(), w.issuer.ID, p)) {
		accounts += row.Closing
		count++
	}
	sum := 0
	for _, n := range perHouse {
		sum += n
	}
	if services != accounts || houses != accounts || accounts == 0 || sum != count {
		t.Errorf("by services %s, houses %s, accounts %s; %d accounts of %d", services, houses, accounts, sum, count)
	}
}

func TestMonthDebts(t *testing.T) {
	t.Parallel()
	w, _ := printed(t)
	p := period(t, october)
	ids, err := w.AccountIDs(t.Context(), w.issuer.ID, []string{"0003"})
	if err != nil {
		t.Fatal(err)
	}
	const old = `
INSERT INTO debts (period, house_id, account_id, service, payee_id, month, kind, amount)
SELECT period, house_id, account_id, service, payee_id, m.month::date, m.kind, m.amount FROM balances,
    (VALUES ('2026-03-01', 'principal', 40), ('1900-01-01', 'principal', 7), ('2026-09-01', 'penalty', 3)) AS m(month, kind, amount)
WHERE account_id = $1 AND service = 'maintenance' AND period = '2026-10-01'`
	if _, err := w.Exec(t.Context(), old, ids["0003"]); err != nil {
		t.Fatal(err)
	}
	type debt struct {
		Month   housing.Period
		Penalty bool
		Amount  housing.Money
	}
	var got []debt
	for _, d := range collect(t, w.MonthDebts(t.Context(), w.issuer.ID, p)) {
		if d.Account.Number == "0003" {
			got = append(got, debt{d.Month, d.Penalty, d.Amount})
			if d.PaidOn != day(t, "2026-10-12") {
				t.Errorf("last payment %s", d.PaidOn)
			}
		}
	}
	want := []debt{{housing.EarlierDebt, false, 7}, {period(t, "2026-03"), false, 40}, {period(t, "2026-09"), true, 3}, {p, false, 80}} // of 130
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("debts (-want +got):\n%s", diff)
	}
}
