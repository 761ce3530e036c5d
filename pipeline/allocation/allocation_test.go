package allocation_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/allocation"
)

const (
	manager = "9900123450"
	fund    = "9900777770"
)

// order is the one that holds by default (parameters/orders.yaml).
func order() housing.PaymentOrder {
	return housing.PaymentOrder{Printed: true, Months: housing.OldestFirst, Limitation: 36, Penalty: housing.PenaltyLast}
}

func month(tb testing.TB, s string) housing.Period {
	tb.Helper()
	p, err := housing.ParsePeriod(s)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func cell(service housing.Service, payee string, of housing.Period, amount housing.Money) allocation.Cell {
	return allocation.Cell{Due: housing.Due{Service: service, Payee: payee, Month: of, Kind: housing.Principal, Amount: amount}}
}

func penalty(of housing.Period, amount housing.Money) allocation.Cell {
	c := cell(housing.Maintenance, manager, of, amount)
	c.Kind = housing.PenaltyDue
	return c
}

// told writes parts as "service month amount", penalties with a mark.
func told(parts []allocation.Part) []string {
	list := make([]string, 0, len(parts))
	for _, p := range parts {
		text := string(p.Service) + " " + p.Month.String() + " " + p.Amount.String()
		if p.Kind == housing.PenaltyDue {
			text += " penalty"
		}
		list = append(list, text)
	}
	return list
}

func TestPay(t *testing.T) { //nolint:funlen // a table
	t.Parallel()
	august, september, october, old := month(t, "2026-08"), month(t, "2026-09"), month(t, "2026-10"), month(t, "2022-01")
	charged := func(service housing.Service, amount housing.Money) allocation.Cell {
		c := cell(service, manager, october, amount)
		c.Charged = amount
		return c
	}
	tests := []struct {
		name   string
		order  func(*housing.PaymentOrder)
		pays   allocation.Unit
		cells  []allocation.Cell
		expect []string
	}{
		{
			"the oldest month first, whatever the order of the debts", nil,
			allocation.Unit{Amount: 1200},
			[]allocation.Cell{cell("heating", manager, september, 500), cell("heating", manager, august, 700), charged("heating", 900)},
			[]string{"heating 2026-08 7.00", "heating 2026-09 5.00"},
		},
		{
			"within a month in proportion, the last kopeck to the largest rest", nil,
			allocation.Unit{Amount: 100},
			[]allocation.Cell{cell("gas", manager, september, 1), cell("heating", manager, september, 200), cell("maintenance", manager, september, 99)},
			[]string{"heating 2026-09 0.67", "maintenance 2026-09 0.33"},
		},
		{
			"the month that the payer named, what is left to the oldest", nil,
			allocation.Unit{Amount: 600, Printed: september},
			[]allocation.Cell{cell("heating", manager, august, 700), cell("heating", manager, september, 500)},
			[]string{"heating 2026-09 5.00", "heating 2026-08 1.00"},
		},
		{
			"the order may not ask what the payer named", func(o *housing.PaymentOrder) { o.Printed = false },
			allocation.Unit{Amount: 600, Printed: september},
			[]allocation.Cell{cell("heating", manager, august, 700), cell("heating", manager, september, 500)},
			[]string{"heating 2026-08 6.00"},
		},
		{
			"a debt past the limitation comes last, one brought in without a month first", nil,
			allocation.Unit{Amount: 1000},
			[]allocation.Cell{cell("heating", manager, old, 700), cell("heating", manager, september, 500), cell("heating", manager, housing.EarlierDebt, 50)},
			[]string{"heating 1900-01 0.50", "heating 2026-09 5.00", "heating 2022-01 4.50"},
		},
		{
			"a penalty after every principal", nil,
			allocation.Unit{Amount: 1300},
			[]allocation.Cell{penalty(august, 200), cell("heating", manager, september, 500), charged("heating", 700)},
			[]string{"heating 2026-09 5.00", "heating 2026-10 7.00", "maintenance 2026-08 1.00 penalty"},
		},
		{
			"a penalty first where the order says so", func(o *housing.PaymentOrder) { o.Penalty = housing.PenaltyFirst },
			allocation.Unit{Amount: 300},
			[]allocation.Cell{cell("heating", manager, september, 500), penalty(september, 200)},
			[]string{"maintenance 2026-09 2.00 penalty", "heating 2026-09 1.00"},
		},
		{
			"services that the order names first", func(o *housing.PaymentOrder) { o.Services = []housing.Service{"heating"} },
			allocation.Unit{Amount: 300},
			[]allocation.Cell{cell("gas", manager, september, 100), cell("heating", manager, september, 250), cell("maintenance", manager, september, 100)},
			[]string{"heating 2026-09 2.50", "gas 2026-09 0.25", "maintenance 2026-09 0.25"},
		},
		{
			"the newest month first", func(o *housing.PaymentOrder) { o.Months = housing.NewestFirst },
			allocation.Unit{Amount: 800},
			[]allocation.Cell{cell("heating", manager, august, 700), charged("heating", 500)},
			[]string{"heating 2026-10 5.00", "heating 2026-08 3.00"},
		},
		{
			"what is left is an advance by the month's charges", nil,
			allocation.Unit{Amount: 1500},
			[]allocation.Cell{charged("gas", 100), charged("heating", 300)},
			[]string{"gas 2026-10 3.75", "heating 2026-10 11.25"},
		},
		{
			"another payee gets nothing", nil,
			allocation.Unit{Amount: 500},
			[]allocation.Cell{cell(housing.CapitalRepair, fund, august, 900), cell("maintenance", manager, september, 100)},
			[]string{"maintenance 2026-09 1.00", "maintenance 2026-10 4.00"},
		},
		{"nothing owed or charged", nil, allocation.Unit{Amount: 500}, nil, []string{"maintenance 2026-10 5.00"}},
		{
			"an advance of capital repair stays with it", nil,
			allocation.Unit{Payee: fund, Amount: 500},
			[]allocation.Cell{cell(housing.CapitalRepair, fund, september, 100)},
			[]string{"capital_repair 2026-09 1.00", "capital_repair 2026-10 4.00"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			by := order()
			if test.order != nil {
				test.order(&by)
			}
			if test.pays.Payee == "" {
				test.pays.Payee = manager
			}
			parts, err := allocation.NewState(october, by, test.cells).Pay(test.pays)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.expect, told(parts)); diff != "" {
				t.Errorf("parts differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPaymentsSeeEachOther(t *testing.T) {
	t.Parallel()
	september := month(t, "2026-09")
	s := allocation.NewState(september.Next(), order(), []allocation.Cell{cell("heating", manager, september, 500), cell("gas", manager, september, 500)})
	got := make([]string, 0, 5)
	for range 2 {
		parts, err := s.Pay(allocation.Unit{Payee: manager, Amount: 600})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, told(parts)...)
	}
	want := []string{"gas 2026-09 3.00", "heating 2026-09 3.00", "gas 2026-09 2.00", "heating 2026-09 2.00", "gas 2026-10 2.00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parts differ (-want +got):\n%s", diff)
	}
}

func TestOffset(t *testing.T) {
	t.Parallel()
	august, september := month(t, "2026-08"), month(t, "2026-09")
	s := allocation.NewState(september.Next(), order(), []allocation.Cell{
		cell("gas", manager, september, -1000), cell("heating", manager, september, 500), cell("maintenance", manager, august, 300),
		cell(housing.CapitalRepair, manager, august, 400), cell("heating", fund, august, 250), penalty(august, 70),
	})
	parts, err := s.Offset(7)
	if err != nil {
		t.Fatal(err)
	}
	// 200 of the overpayment stay: capital repair, the penalty and the other payee are not paid from it.
	if diff := cmp.Diff([]string{"maintenance 2026-08 3.00", "heating 2026-09 5.00", "gas 2026-09 -8.00"}, told(parts)); diff != "" {
		t.Errorf("parts differ (-want +got):\n%s", diff)
	}
	if again, err := s.Offset(8); err != nil || len(again) != 0 {
		t.Errorf("offset again: %v, %v", again, err)
	}
}

func TestBack(t *testing.T) {
	t.Parallel()
	september := month(t, "2026-09")
	standing := []allocation.Part{
		{Payment: 5, Due: cell("gas", manager, september, 100).Due}, {Payment: 5, Due: cell("heating", manager, september, 200).Due},
	}
	parts, err := allocation.Back(9, standing, 100)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"gas 2026-09 -0.33", "heating 2026-09 -0.67"}, told(parts)); diff != "" {
		t.Errorf("parts differ (-want +got):\n%s", diff)
	}
	if _, err := allocation.Back(9, standing, 301); !errors.Is(err, allocation.ErrAmount) {
		t.Errorf("more than was paid: %v", err)
	}
}

// Whatever an account owes and in whatever order it pays: the parts of a payment add up to it and none is
// negative; an offset adds up to nothing within each payee; no cell is paid beyond what it owes while
// another one of the payee is still owing.
func TestMoneyIsConserved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		by := order()
		by.Printed = rapid.Bool().Draw(t, "printed")
		by.Months = rapid.SampledFrom([]housing.MonthOrder{housing.OldestFirst, housing.NewestFirst}).Draw(t, "months")
		by.Penalty = rapid.SampledFrom([]housing.PenaltyTurn{housing.PenaltyFirst, housing.PenaltyLast}).Draw(t, "penalty")
		now, _ := housing.ParsePeriod("2026-10")
		var cells []allocation.Cell
		seen := map[housing.Due]bool{}
		for range rapid.IntRange(0, 12).Draw(t, "cells") {
			c := cell(rapid.SampledFrom(housing.Services()[:5]).Draw(t, "service"), rapid.SampledFrom([]string{"1", "2"}).Draw(t, "payee"),
				now-housing.Period(rapid.Int32Range(0, 50).Draw(t, "age")), 0)
			c.Kind = rapid.SampledFrom([]housing.DueKind{housing.Principal, housing.Principal, housing.PenaltyDue}).Draw(t, "kind")
			if seen[c.Due] {
				continue
			}
			seen[c.Due] = true
			c.Amount = housing.Money(rapid.Int64Range(-1e6, 1e6).Draw(t, "amount"))
			cells = append(cells, c)
		}
		checkConserved(t, allocation.NewState(now, by, slices.Clone(cells)), cells)
	})
}

func checkConserved(t *rapid.T, s *allocation.State, cells []allocation.Cell) { //nolint:gocognit // the laws in order
	left := map[housing.Due]housing.Money{}
	key := func(d housing.Due) housing.Due {
		d.Amount = 0
		return d
	}
	for _, c := range cells {
		left[key(c.Due)] += c.Amount
	}
	offset, err := s.Offset(1)
	if err != nil {
		t.Fatal(err)
	}
	zero := map[string]housing.Money{}
	for _, p := range offset {
		zero[p.Payee] += p.Amount
		left[key(p.Due)] -= p.Amount
	}
	for payee, sum := range zero {
		if sum != 0 {
			t.Fatalf("an offset adds up to %s for %s", sum, payee)
		}
	}
	for range rapid.IntRange(1, 4).Draw(t, "payments") {
		u := allocation.Unit{Payment: 1, Payee: "1", Amount: housing.Money(rapid.Int64Range(1, 1e7).Draw(t, "paid"))}
		u.Printed, _ = housing.ParsePeriod("2026-09")
		parts, err := s.Pay(u)
		if err != nil {
			t.Fatal(err)
		}
		var sum housing.Money
		over, owing := false, false
		for _, p := range parts {
			if p.Amount <= 0 || p.Payee != "1" || p.Payment != 1 {
				t.Fatalf("part %+v", p)
			}
			sum += p.Amount
			before := left[key(p.Due)]
			left[key(p.Due)] -= p.Amount
			over = over || p.Amount > max(before, 0)
		}
		if sum != u.Amount {
			t.Fatalf("parts add up to %s, not %s", sum, u.Amount)
		}
		for d, m := range left {
			owing = owing || d.Payee == "1" && m > 0
		}
		if over && owing {
			t.Fatalf("an advance beside a debt: %v", left)
		}
	}
}
