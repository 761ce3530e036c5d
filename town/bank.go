package town

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// payment is one row of a registry of the bank.
type payment struct {
	on          housing.Date
	time        string
	number      int64 // УНО
	account     string
	payer       string
	address     string
	amount, fee housing.Money
	way         string
}

// registry is one file of the bank.
type registry struct {
	payee   housing.Organisation
	serial  int
	rows    iter.Seq[payment]
	order   int
	astray  housing.Money // what the trailer says too much
	without bool          // the file breaks off in its last row
}

// unknownAccount is an account that the town does not have.
const unknownAccount = "0199999999"

// Two registries of the bank are whole. Of the third the control totals disagree, the fourth is cut
// off: both must be refused as a whole.
func (t *Town) bankPlans() []plan {
	issuer, fund := t.organisations.Issuer, t.organisations.Fund
	const few = 25
	return []plan{
		t.registryPlan(registry{payee: issuer, serial: 1, rows: t.payments(issuer, 1, t.accounts), order: 411378}, ""),
		t.registryPlan(registry{payee: fund, serial: 1, rows: t.payments(fund, 2, t.accounts), order: 411379}, ""),
		t.registryPlan(registry{
			payee: issuer, serial: 2, rows: t.payments(issuer, 3, few), order: 411502, astray: 100_00,
		}, "totals_disagree"),
		t.registryPlan(registry{payee: issuer, serial: 3, rows: t.payments(issuer, 4, few), order: 411611, without: true}, "no_trailer"),
	}
}

// payments are those of one payee in one registry: of accounts that owe him most pay, of the others
// every second one. Accounts above the limit do not.
func (t *Town) payments(payee housing.Organisation, serial, limit int) iter.Seq[payment] {
	return func(yield func(payment) bool) {
		number := int64(serial)*1_000_000_000 + 100_000_000_001
		give := func(p payment) bool {
			p.number = number
			number++
			return yield(p)
		}
		for a := range t.all() {
			if a.index >= limit {
				break
			}
			p := t.pays(a, payee, serial)
			if p.amount > 0 && !give(p) {
				return
			}
		}
		last := dayOf(t.period, 20)
		lost := payment{
			on: last, time: "18-42-10", account: unknownAccount, payer: "НЕИЗВЕСТНЫЙ ПЛАТЕЛЬЩИК", way: "2",
			address: "г. Примерск", amount: 1500_00, fee: 21_60,
		}
		if !give(lost) || serial != 1 {
			return
		}
		lost.account, lost.amount, lost.fee = "", 730_00, 10_51
		give(lost)
	}
}

// pays decides what an account pays a payee this month; nothing has no amount.
func (t *Town) pays(a *account, payee housing.Organisation, serial int) payment {
	r := t.rng(drawPayment, a.index+serial*MaxAccounts)
	var debt housing.Money
	for _, b := range t.balances(a) {
		if t.payee(b.service) == payee.INN {
			debt += b.amount
		}
	}
	p := payment{
		on:      dayOf(t.period, 1+a.index*20/t.accounts),
		time:    padded(between(r, 8, 20), 2) + "-" + padded(r.IntN(60), 2) + "-" + padded(r.IntN(60), 2),
		account: a.number, way: "1225"[r.IntN(4):][:1],
	}
	const large = 12_000_00
	switch {
	case payee.INN == t.organisations.Fund.INN && debt <= 0:
		return p
	case debt > large && chance(r, 35):
		p.amount = housing.Money(between(r, 10, 80)) * 100_00
	case debt > large:
		return p
	case debt > 0 && chance(r, 60):
		p.amount = debt
	case debt > 0 && chance(r, 40):
		p.amount = (debt + 99_99) / 100_00 * 100_00
	case debt > 0 && chance(r, 50):
		p.amount = max(debt/2, 1)
	case debt <= 0 && chance(r, 50):
		p.amount = housing.Money(between(r, 5, 35)) * 100_00
	}
	p.fee = p.amount * 144 / 10_000
	if p.amount > 0 {
		p.payer, p.address = strings.ToUpper(a.payer.full()), a.address()
	}
	return p
}

func (t *Town) registryPlan(g registry, refused string) plan {
	p := plan{
		partner: Bank, format: "sber-payments-a",
		name:   fmt.Sprintf("%s_%s_%03d.txt", g.payee.INN, g.payee.Bank.Account, g.serial),
		write:  func(w io.Writer) error { return t.writeRegistry(w, g) },
		expect: func(e *ExpectedFile) { e.registry(g.rows) },
	}
	if refused != "" {
		p.expect = func(e *ExpectedFile) {
			rows := count(g.rows)
			e.Status, e.Refusal = housing.FileRefused, refused
			e.Counts = housing.Counts{Rows: rows, Rejected: rows}
		}
	}
	return p
}

func (t *Town) writeRegistry(w io.Writer, g registry) error {
	var count int
	var amount, fee housing.Money
	paidFor := t.period.Prev().MMYY()
	rows := func(yield func([]string) bool) {
		row := make([]string, 13)
		for p := range g.rows {
			count++
			amount, fee = amount+p.amount, fee+p.fee
			row = append(row[:0], dashed(p.on), p.time, "8618/00138", "9999999V", strconv.FormatInt(p.number, 10), p.account, p.payer, p.address,
				paidFor, p.amount.RussianPlain(), (p.amount - p.fee).RussianPlain(), p.fee.RussianPlain(), p.way)
			if !yield(row) {
				return
			}
		}
	}
	file := text{encoding: windows1251, lineEnd: "\r\n", rows: rows}
	if g.without {
		var whole bytes.Buffer
		if err := file.write(&whole); err != nil {
			return err
		}
		const lost = 40
		if _, err := w.Write(whole.Bytes()[:whole.Len()-lost]); err != nil {
			return fmt.Errorf("write the beginning of a registry: %w", err)
		}
		return nil
	}
	if err := file.write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "=%d;%s;%s;%s;%d;%s\r\n", count, (amount + g.astray).RussianPlain(),
		(amount + g.astray - fee).RussianPlain(), fee.RussianPlain(), g.order, dashed(dayOf(t.period, 21)))
	if err != nil {
		return fmt.Errorf("write the totals of a registry: %w", err)
	}
	return nil
}

// dashed writes 21-10-2026, as the bank does.
func dashed(d housing.Date) string { return strings.ReplaceAll(d.Russian(), ".", "-") }
