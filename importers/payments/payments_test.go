package payments_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/payments"
)

func TestObninsk(t *testing.T) {
	t.Parallel()
	formattest.Run(t, payments.NewObninsk())
}

func FuzzObninsk(f *testing.F) { formattest.Fuzz(f, payments.NewObninsk()) }
