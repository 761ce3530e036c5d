package sectioned_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/sectioned"
)

func TestSectioned(t *testing.T) {
	t.Parallel()
	formattest.Run(t, sectioned.New())
}

func FuzzSectioned(f *testing.F) { formattest.Fuzz(f, sectioned.New()) }
