package payments_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/payments"
)

func TestSberA(t *testing.T) {
	t.Parallel()
	formattest.Run(t, payments.NewSberA())
}

func FuzzSberA(f *testing.F) { formattest.Fuzz(f, payments.NewSberA()) }
