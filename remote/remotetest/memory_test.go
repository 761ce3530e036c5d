package remotetest_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	remotetest.Run(t, func(*testing.T) remote.Driver { return remotetest.NewMemory() })
}

// listOnly hides Stat, as a server without SIZE does.
type listOnly struct {
	remote.Driver
	remote.Locator
}

func TestWithoutStat(t *testing.T) {
	t.Parallel()
	remotetest.Run(t, func(*testing.T) remote.Driver { m := remotetest.NewMemory(); return listOnly{m, m} })
}
