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

// The money of houses and services, by month, is that of the ledger; the register of payments is all of them.
func TestMoneyReports(t *testing.T) {
	t.Parallel()
	w, _ := printed(t)
	p := period(t, october)
	var byMonth, byHouse, byService, ledger [2]housing.Money // charged and corrected, paid
	for _, m := range collect(t, w.ServiceMoneyMonths(t.Context(), w.issuer.ID, p-11, p)) {
		byMonth[0], byMonth[1] = byMonth[0]+m.Charged+m.Corrected, byMonth[1]+m.Paid
	}
	var closing housing.Money
	for _, m := range collect(t, w.HouseMoneyMonths(t.Context(), w.issuer.ID, p-9, p)) {
		byHouse[0], byHouse[1] = byHouse[0]+m.Charged+m.ChargedOther, byHouse[1]+m.Paid+m.PaidOther
		if m.Month == p {
			closing += m.Closing
		}
	}
	for _, s := range collect(t, w.HouseServicesMoney(t.Context(), w.issuer.ID, p-9, p)) {
		byService[0], byService[1] = byService[0]+s.Charged+s.Corrected, byService[1]+s.Paid
		closing -= s.Closing
	}
	for _, row := range collect(t, w.AccountTurnovers(t.Context(), w.issuer.ID, p)) {
		ledger[0], ledger[1] = ledger[0]+row.Charged+row.Corrected, ledger[1]+row.Paid
	}
	if ledger[0] == 0 || byMonth != ledger || byHouse != ledger || byService != ledger || closing != 0 {
		t.Errorf("ledger %v, by month %v, by house %v, by service %v; closing balances differ by %s", ledger, byMonth, byHouse, byService, closing)
	}
	var rows int
	var amount int64
	const all = "SELECT count(*)::int, COALESCE(sum(amount), 0)::bigint FROM payments WHERE period = '2026-10-01'"
	if err := w.QueryRow(t.Context(), all).Scan(&rows, &amount); err != nil {
		t.Fatal(err)
	}
	for _, r := range collect(t, w.PaymentRegister(t.Context(), w.issuer.ID, p)) {
		rows--
		amount -= int64(r.Payment.Amount)
		if r.Registry == "" || r.Payment.Key == "" {
			t.Errorf("a payment without its registry: %+v", r)
		}
	}
	if rows != 0 || amount != 0 {
		t.Errorf("%d payments and %d kopecks are not in the register", rows, amount)
	}
}

// What ГИС ЖКХ has no identifier for, calls twice, or named in vain is told apart.
func TestGISComparisons(t *testing.T) {
	t.Parallel()
	w, _ := printed(t)
	const set = `
UPDATE accounts SET unified = CASE number WHEN '0001' THEN '70АА000001' WHEN '0002' THEN '70АА000002' WHEN '0003' THEN '70АА000002' ELSE '' END,
    service_code = CASE WHEN number IN ('0001', '0002', '0003') THEN number ELSE '' END`
	if _, err := w.Exec(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, c := range collect(t, w.GISComparisons(t.Context(), w.issuer.ID, period(t, october))) {
		if c.Kind == housing.GISAccount {
			states[c.Key] = c.State
		}
	}
	want := map[string]string{
		"0001": housing.GISAgrees, "0002": housing.GISDiffers, "0003": housing.GISDiffers, "0004": housing.GISNotThere, "0005": housing.GISNotThere,
		"0006": housing.GISNotThere, "0007": housing.GISNotThere, "0008": housing.GISNotThere,
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}
