package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func payment(tb testing.TB, key, account string, amount housing.Money) housing.Payment {
	tb.Helper()
	return housing.Payment{
		Key: key, Account: account, Payer: "Петров", Address: "дом 2", PaidOn: day(tb, "2026-10-12"), Period: period(tb, "2026-09"),
		Amount: amount, Transfer: amount - 1, Fee: 1, OrderNo: "7", OrderDate: day(tb, "2026-10-13"), Source: housing.Source{Position: 5},
	}
}

func booking(p housing.Period) applyFunc[housing.Payment] {
	return func(tx *store.Tx, ctx context.Context, organisation, source int64, rows []housing.Payment) ([]housing.Outcome, error) {
		return tx.ApplyPayments(ctx, store.PaymentBook{Organisation: organisation, Source: source, Period: p}, rows)
	}
}

func TestApplyPayments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001", "0002")
	book := booking(period(t, october))
	toSupplier := payment(t, "u2", "0002", 700)
	toSupplier.Payee, toSupplier.Period, toSupplier.OrderDate = supplierINN, 0, housing.Date{}
	unknown := payment(t, "u3", "9999", 900)
	first := []housing.Payment{payment(t, "u1", "0001", 500), toSupplier, unknown, payment(t, "u1", "0001", 500)}
	want(t, "first", apply(t, w, book, first...), "accepted", "accepted", "accepted unidentified_payment", "repeated_row")
	want(t, "again", apply(t, w, book, first[:3]...), "unchanged", "unchanged", "unchanged")
	want(t, "in another month", apply(t, w, booking(period(t, "2026-09")), first[0]), "unchanged")
	conflicts := outcomes(t, w, book, payment(t, "u1", "0001", 501), payment(t, "u2", "0001", 700), payment(t, "u4", "0002", 1))
	want(t, "conflicts", ends(conflicts), "payment_key_conflict", "payment_key_conflict", "accepted")
	for i, told := range []string{"счёт «0001», сумма 5,00", "с другим лицевым счётом: «0002»"} {
		if text := conflicts[i].Problems[0].Text; !strings.Contains(text, told) || !strings.Contains(text, "строка 5)") {
			t.Errorf("conflict %d does not say %q and where it stands: %s", i, told, text)
		}
	}
	want(t, "no rows", apply(t, w, book))
	want(t, "stored", w.texts(t, `
SELECT concat_ws(' ', p.key, COALESCE(a.number, '-'), COALESCE(h.key, '-'), o.inn, p.paid_on, COALESCE(p.for_period::text, '-'),
    p.amount, p.transfer, p.fee, p.order_no, COALESCE(p.order_date::text, '-'), p.source_pos)
FROM payments p LEFT JOIN accounts a ON a.id = p.account_id LEFT JOIN houses h ON h.id = p.house_id
JOIN organisations o ON o.id = p.payee_id ORDER BY p.key`),
		"u1 0001 дом 2 "+issuerINN+" 2026-10-12 2026-09-01 500 499 1 7 2026-10-13 5",
		"u2 0002 дом 2 "+supplierINN+" 2026-10-12 - 700 699 1 7 - 5",
		"u3 - - "+issuerINN+" 2026-10-12 2026-09-01 900 899 1 7 2026-10-13 5",
		"u4 0002 дом 2 "+issuerINN+" 2026-10-12 2026-09-01 1 0 1 7 2026-10-13 5")
}

func opening(tb testing.TB, service housing.Service, amount housing.Money) housing.OpeningBalance {
	tb.Helper()
	return housing.OpeningBalance{Account: "0001", Service: service, Payee: issuerINN, Period: period(tb, october), Amount: amount}
}

func TestApplyOpeningBalances(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	b := opening(t, housing.Maintenance, -12345)
	unknown, noPayee := b, b
	unknown.Account, noPayee.Payee = "0009", "7700000000"
	want(t, "first", apply(t, w, (*store.Tx).ApplyOpeningBalances, b, unknown, noPayee, b),
		"accepted", "unknown_account", "unknown_payee", "repeated_row")
	want(t, "again", apply(t, w, (*store.Tx).ApplyOpeningBalances, b), "unchanged")
	b.Amount = 1
	want(t, "another amount", apply(t, w, (*store.Tx).ApplyOpeningBalances, b, opening(t, housing.Heating, 5)),
		"balance_known", "accepted")
	want(t, "stored", w.texts(t, "SELECT concat_ws(' ', period, service, amount) FROM opening_balances ORDER BY service"),
		"2026-10-01 heating 5", "2026-10-01 maintenance -12345")
}

// charge stores the charges of a house.
func (w *world) charge(tb testing.TB, house int64, p housing.Period, sha string, charges ...housing.Charge) {
	tb.Helper()
	run, _, err := w.PlanRun(tb.Context(), w.issuer.ID, p, "test", instant(tb, "2026-10-25T10:00:00Z"))
	if err != nil {
		tb.Fatal(err)
	}
	w.tx(tb, func(tx *store.Tx) error {
		_, err := tx.SaveCharges(tb.Context(), w.charged(tb, run, house, p, sha, charges...))
		return err
	})
}

func (w *world) charged(tb testing.TB, run, house int64, p housing.Period, sha string, charges ...housing.Charge) store.ChargedHouse {
	tb.Helper()
	c := store.ChargedHouse{
		Run: run, House: house, Period: p, SHA256: sha, Body: []byte(sha), Charges: charges,
		AccountIDs: map[string]int64{}, PayeeIDs: map[string]int64{issuerINN: w.issuer.ID, supplierINN: w.supplier},
	}
	err := w.AllAccounts(tb.Context(), w.issuer.ID, func(a store.HouseAccounts) error {
		if a.House.ID == house {
			c.AccountIDs[a.Number] = a.ID
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	for _, charge := range charges {
		c.Total += charge.Amount
	}
	return c
}

func line(tb testing.TB, account string, service housing.Service, amount housing.Money) housing.Charge {
	tb.Helper()
	return housing.Charge{
		Account: account, Service: service, Payee: issuerINN, Kind: housing.BaseCharge, Segment: span(tb, "2026-10-01", "2026-11-01"),
		Rule: "R1.1", Method: housing.ByArea, Volume: dec(tb, "54.30"), Price: dec(tb, "31.4500"), Coefficient: dec(tb, "1"), Amount: amount,
	}
}

func TestOpenPaymentsSeeTheirAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, accounts := w.settle(t, "дом 2", "0001", "0002")
	p := period(t, october)
	corrected := line(t, "0001", housing.Heating, -50)
	corrected.Kind, corrected.Payee = housing.Correction, supplierINN
	w.charge(t, house, p, "a", line(t, "0001", housing.Maintenance, 1000), corrected, line(t, "0002", housing.Maintenance, 9))
	want(t, "opening", apply(t, w, (*store.Tx).ApplyOpeningBalances, opening(t, housing.Maintenance, 300)), "accepted")
	want(t, "payments", apply(t, w, booking(p), payment(t, "u1", "0001", 400), payment(t, "u2", "0001", 500), payment(t, "u3", "9999", 1),
		payment(t, "u4", "0002", 2)), "accepted", "accepted", "accepted unidentified_payment", "accepted")
	read := func() (list []store.OpenPayment, cells []string) {
		w.tx(t, func(tx *store.Tx) error {
			books, err := tx.OpenBooks(t.Context(), p, store.BooksScope{Houses: []int64{house}})
			if err != nil {
				return err
			}
			for _, a := range books.Accounts() {
				list = append(list, a.Open...)
			}
			for _, c := range books.Cells(books.Account(store.AccountKey{House: house, Account: accounts["0001"]})) {
				cells = append(cells, fmt.Sprintf("%s %s %s %s %d %d", c.Service, c.Payee, c.Month, c.Kind, c.Amount, c.Charged))
			}
			slices.Sort(cells)
			return nil
		})
		return list, cells
	}
	list, cells := read()
	if len(list) != 3 || list[0].Amount != 400 || list[1].Amount != 500 || list[2].Amount != 2 {
		t.Fatalf("open payments %+v", list)
	}
	want(t, "cells", cells, "heating "+supplierINN+" 2026-10 principal -50 -50", "maintenance "+issuerINN+" 1900-01 principal 300 0",
		"maintenance "+issuerINN+" 2026-10 principal 1000 1000")
	expected := store.OpenPayment{
		ID: list[0].ID, House: house, Account: accounts["0001"], Payee: issuerINN, ForPeriod: period(t, "2026-09"),
		PaidOn: day(t, "2026-10-12"), Amount: 400,
	}
	if list[0] != expected {
		t.Errorf("a payment %+v, want %+v", list[0], expected)
	}
	part := store.PaymentPart{Payment: list[0].ID, House: house, Account: accounts["0001"], Due: due(housing.Maintenance, p, 400)}
	w.tx(t, func(tx *store.Tx) error { return tx.InsertParts(t.Context(), p, []store.PaymentPart{part}) })
	list, cells = read()
	if len(list) != 2 || list[0].Amount != 500 {
		t.Fatalf("open payments after one was distributed: %+v", list)
	}
	want(t, "cells after a part", cells, "heating "+supplierINN+" 2026-10 principal -50 -50", "maintenance "+issuerINN+" 1900-01 principal 300 0",
		"maintenance "+issuerINN+" 2026-10 principal 600 1000")
	part.Payee, part.Payment = "7700000000", list[0].ID
	err := w.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.InsertParts(ctx, p, []store.PaymentPart{part})
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a part for an unknown payee: %v, want ErrNotFound", err)
	}
}

// Whatever process forgot to look, the database does not let a payment be divided twice.
func TestPaymentIsDividedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, accounts := w.settle(t, "дом 2", "0001")
	p := period(t, october)
	want(t, "payment", apply(t, w, booking(p), payment(t, "u1", "0001", 400)), "accepted")
	divide := func(service housing.Service) error {
		return w.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			return tx.InsertParts(ctx, p, []store.PaymentPart{{Payment: 1, House: house, Account: accounts["0001"], Due: due(service, p, 400)}})
		})
	}
	if err := divide(housing.Maintenance); err != nil {
		t.Fatal(err)
	}
	if err := divide(housing.Heating); !store.IsUnique(err) {
		t.Errorf("a payment divided twice: %v, want a refusal", err)
	}
}

func due(service housing.Service, month housing.Period, amount housing.Money) housing.Due {
	return housing.Due{Service: service, Payee: issuerINN, Month: month, Kind: housing.Principal, Amount: amount}
}

// Two processes that distribute at once must not see the same payment, whatever parts they make of it.
func TestOpenPaymentsOnce(t *testing.T) { //nolint:gocognit // one story, told in order
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	p := period(t, october)
	payments := make([]housing.Payment, 0, 40)
	for i := range cap(payments) {
		payments = append(payments, payment(t, fmt.Sprint("u", i), "0001", 100))
	}
	want(t, "payments", apply(t, w, booking(p), payments...), accepted(40)...)
	services := []housing.Service{housing.Maintenance, housing.Heating, housing.Gas}
	errs := make([]error, len(services))
	var wg sync.WaitGroup
	for i, service := range services {
		wg.Go(func() {
			for {
				n := 0
				err := w.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
					if err := tx.LockHouses(ctx, w.issuer.ID, p, []int64{house}); err != nil {
						return err
					}
					books, err := tx.OpenBooks(ctx, p, store.BooksScope{Houses: []int64{house}})
					if err != nil {
						return err
					}
					for _, a := range books.Accounts() {
						for _, o := range a.Open[:min(len(a.Open), 3)] {
							n++
							err := books.AddPart(store.PaymentPart{Payment: o.ID, House: o.House, Account: o.Account, Due: due(service, p, o.Amount)})
							if err != nil {
								return err
							}
						}
					}
					return books.SaveParts(ctx)
				})
				if err != nil || n == 0 {
					errs[i] = err
					return
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	want(t, "parts", w.texts(t, "SELECT concat_ws(' ', count(*), count(DISTINCT payment_id), sum(amount)) FROM payment_parts"), "40 40 4000")
}
