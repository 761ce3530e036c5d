package housing_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

func TestAllocate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		amount  housing.Money
		weights []housing.Money
		want    []housing.Money
	}{
		{"in proportion", 300, []housing.Money{1000, 2000}, []housing.Money{100, 200}},
		{"the kopeck left goes to the largest fraction", 100, []housing.Money{1, 1, 1}, []housing.Money{34, 33, 33}},
		{"a negative amount mirrors", -100, []housing.Money{1, 1, 1}, []housing.Money{-34, -33, -33}},
		{"without weights the first takes all", 77, []housing.Money{0, 0}, []housing.Money{77, 0}},
		{"nothing to split", 0, []housing.Money{5, 6}, []housing.Money{0, 0}},
		{"beyond 64 bits in between", 1 << 60, []housing.Money{1 << 60, 1 << 60}, []housing.Money{1 << 59, 1 << 59}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := housing.Allocate(test.amount, test.weights)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("parts differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAllocateRefusesNegativeWeights(t *testing.T) {
	t.Parallel()
	if _, err := housing.Allocate(100, []housing.Money{-1, 5}); !errors.Is(err, housing.ErrOverflow) {
		t.Errorf("error %v, want ErrOverflow", err)
	}
}

// The parts add up to the amount, and none is further than a kopeck from its exact share.
func TestAllocateConservesMoney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := housing.Money(rapid.Int64Range(-1e12, 1e12).Draw(t, "amount"))
		weights := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) housing.Money {
			return housing.Money(rapid.Int64Range(0, 1e10).Draw(t, "weight"))
		}), 1, 20).Draw(t, "weights")
		parts, err := housing.Allocate(amount, weights)
		if err != nil {
			t.Fatal(err)
		}
		sum, _ := housing.SumMoney(parts...)
		total, _ := housing.SumMoney(weights...)
		if sum != amount {
			t.Fatalf("parts add up to %d, not %d", sum, amount)
		}
		if total == 0 {
			return
		}
		for i, part := range parts {
			exact := big.NewRat(int64(weights[i]), int64(total))
			exact.Mul(exact, new(big.Rat).SetInt64(int64(amount)))
			off := exact.Sub(exact, new(big.Rat).SetInt64(int64(part)))
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("part %d is %d, a kopeck or more off its share", i, part)
			}
		}
	})
}
