package catalogue_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/catalogue"
)

// BenchmarkNew reads and compiles all profiles: what a start of the program pays for them.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if len(catalogue.New()) == 0 {
			b.Fatal("an empty catalogue")
		}
	}
}
