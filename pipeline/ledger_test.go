package pipeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func TestDistribute(t *testing.T) {
	t.Parallel()
	const manager, fund = "9900123450", "9900777770"
	balance := func(service housing.Service, payee string, opening, charged, paid housing.Money) housing.Balance {
		return housing.Balance{Service: service, Payee: payee, Opening: opening, Charged: charged, Paid: paid}
	}
	tests := []struct {
		name     string
		amount   housing.Money
		balances []housing.Balance
		want     map[housing.Service]housing.Money
	}{
		{
			"all of the debt", 3000,
			[]housing.Balance{balance(housing.Maintenance, manager, 0, 1000, 0), balance(housing.ColdWater, manager, 500, 1500, 0)},
			map[housing.Service]housing.Money{housing.Maintenance: 1000, housing.ColdWater: 2000},
		},
		{
			"half of the debt, in proportion", 1500,
			[]housing.Balance{balance(housing.Maintenance, manager, 0, 1000, 0), balance(housing.ColdWater, manager, 500, 1500, 0)},
			map[housing.Service]housing.Money{housing.Maintenance: 500, housing.ColdWater: 1000},
		},
		{
			"more than the debt: the rest by charges", 4000,
			[]housing.Balance{balance(housing.Maintenance, manager, 0, 1000, 0), balance(housing.ColdWater, manager, -1000, 1000, 0)},
			map[housing.Service]housing.Money{housing.Maintenance: 2500, housing.ColdWater: 1500},
		},
		{
			"an earlier payment counts", 700,
			[]housing.Balance{balance(housing.Maintenance, manager, 0, 1000, 1000), balance(housing.ColdWater, manager, 0, 1000, 0)},
			map[housing.Service]housing.Money{housing.ColdWater: 700},
		},
		{
			"another payee gets nothing", 500,
			[]housing.Balance{balance(housing.CapitalRepair, fund, 900, 900, 0), balance(housing.Maintenance, manager, 0, 100, 0)},
			map[housing.Service]housing.Money{housing.Maintenance: 500},
		},
		{"nothing owed or charged", 500, nil, map[housing.Service]housing.Money{housing.Maintenance: 500}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			parts, err := new(Pipeline).distribute(&store.OpenPayment{Payee: manager, Amount: test.amount, Balances: test.balances})
			if err != nil {
				t.Fatal(err)
			}
			got := map[housing.Service]housing.Money{}
			for _, part := range parts {
				got[part.Service] += part.Amount
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("parts differ (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever an account owes, the parts of a payment add up to it and none is negative.
func TestDistributeConservesMoney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		money := rapid.Int64Range(-1e7, 1e7)
		payment := store.OpenPayment{Payee: "1", Amount: housing.Money(rapid.Int64Range(1, 1e8).Draw(t, "amount"))}
		for _, service := range housing.Services()[:rapid.IntRange(0, 8).Draw(t, "services")] {
			payment.Balances = append(payment.Balances, housing.Balance{
				Service: service, Payee: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "payee"),
				Opening: housing.Money(money.Draw(t, "opening")), Charged: housing.Money(money.Draw(t, "charged")),
			})
		}
		parts, err := new(Pipeline).distribute(&payment)
		if err != nil {
			t.Fatal(err)
		}
		var sum housing.Money
		for _, part := range parts {
			if part.Amount <= 0 || part.Payee != "1" {
				t.Fatalf("part %+v", part)
			}
			sum += part.Amount
		}
		if sum != payment.Amount {
			t.Fatalf("parts add up to %d, not %d", sum, payment.Amount)
		}
	})
}
