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
