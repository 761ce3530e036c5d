package pipeline_test

import (
	"slices"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

// Batches hold every house once and in order; the last ones are small, so that no worker ends long after the others.
func TestInBatches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ houses, accounts, most, last int }{
		{houses: 0}, {1, 5000, 5000, 5000}, {3, 40, 80, 40}, {20, 50, 100, 50}, {469, 107, 3000, 428},
	} {
		houses, accounts := make([]int64, c.houses), map[int64]int{}
		for i := range houses {
			houses[i] = int64(i + 1)
			accounts[houses[i]] = c.accounts
		}
		batches := pipeline.InBatches(slices.Clone(houses), accounts)
		if got := slices.Concat(batches...); !slices.Equal(got, houses) {
			t.Fatalf("%d houses: got %v", c.houses, got)
		}
		for i, batch := range batches {
			if n := len(batch) * c.accounts; n > c.most || (i == len(batches)-1 && n > c.last) {
				t.Errorf("%d houses: batch %d of %d has %d accounts", c.houses, i, len(batches), n)
			}
		}
	}
}

// The last few houses are told by their accounts: private houses stand last and have one each.
func TestLastHouses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		accounts []int // of houses 1, 2 ...
		few      int
	}{
		{nil, 0},
		{[]int{5}, 0},
		{[]int{40, 40}, 0},
		{[]int{70, 20, 4, 4, 2}, 3},
		{[]int{70, 10, 1, 1, 1, 1, 1, 1}, 6},
	} {
		houses, of := make([]int64, 0, len(c.accounts)), map[int64]int{}
		for i, n := range c.accounts {
			houses = append(houses, int64(i+1))
			of[int64(i+1)] = n
		}
		if few := pipeline.LastHouses(houses, of, 8); few != c.few {
			t.Errorf("%v: %d, expected %d", c.accounts, few, c.few)
		}
	}
}
