package statements_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/statements"
)

func TestOneC(t *testing.T) {
	t.Parallel()
	formattest.Run(t, statements.NewOneC())
}

func FuzzOneC(f *testing.F) { formattest.Fuzz(f, statements.NewOneC()) }
