package pipeline

import (
	"fmt"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// Keys that are remembered are those that are made, and no file makes the memory grow.
func TestHouseKeys(t *testing.T) {
	t.Parallel()
	var keys houseKeys
	for range 2 {
		for n := range rememberedKeys + 100 {
			address := fmt.Sprintf("г. Примерск, ул. Садовая, д. %d", n)
			if got, want := keys.of(address), matching.HouseKey(address); got != want {
				t.Fatalf("key of %s: %q, want %q", address, got, want)
			}
		}
	}
	if len(keys) > rememberedKeys {
		t.Errorf("%d addresses are remembered, want %d at most", len(keys), rememberedKeys)
	}
}
