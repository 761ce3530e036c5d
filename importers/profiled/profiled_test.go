package profiled_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/profiled"
	"github.com/kvitok-gkh/kvitok/profiles"
)

func builtin(tb testing.TB) importers.Catalogue {
	tb.Helper()
	list, err := profiles.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	formats, err := profiled.All(list)
	if err != nil {
		tb.Fatal(err)
	}
	return formats
}

// Every profile that is built in has its cases.
func TestBuiltin(t *testing.T) {
	t.Parallel()
	for _, format := range builtin(t) {
		t.Run(format.Name(), func(t *testing.T) {
			t.Parallel()
			formattest.Run(t, format)
		})
	}
}
