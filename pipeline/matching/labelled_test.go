package matching_test

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// TestLabelled measures matching on made claims. Rules were tuned on the first seeds; the control
// seeds prove them: not one automatic link may be wrong.
func TestLabelled(t *testing.T) {
	t.Parallel()
	const floor = 0.74 // of claims that have an account, linked without a person
	for name, seeds := range map[string][]uint64{"tuning": {1, 2}, "control": {101, 102, 103}} {
		var total tally
		for _, seed := range seeds {
			total.measure(t, seed)
		}
		recall := float64(total.right) / float64(total.owned)
		t.Logf("%s: %d claims, %d of accounts here, %d linked, %d wrongly, recall %.3f, of clean claims %.3f",
			name, total.claims, total.owned, total.right+total.wrong, total.wrong, recall, float64(total.cleanRight)/float64(total.clean))
		if recall < floor {
			t.Errorf("%s: recall %.3f, want at least %.2f", name, recall, floor)
		}
	}
}

// tally counts decisions; clean claims are such as nothing was done to but spelling.
type tally struct{ claims, owned, right, wrong, clean, cleanRight int }

func (n *tally) measure(t *testing.T, seed uint64) {
	t.Helper()
	g := newGenerator(seed)
	ix := matching.NewIndex(g.accounts)
	for _, l := range g.claims(3000) {
		d := ix.Match(l.claim)
		n.claims++
		if l.truth != 0 {
			n.owned++
		}
		clean := l.truth != 0 && l.how == ""
		if clean {
			n.clean++
		}
		switch {
		case d.Status != matching.Linked:
		case d.AccountID != l.truth:
			n.wrong++
			t.Errorf("wrong link of %+v (%s) to %d, truth %d: %s", l.claim, l.how, d.AccountID, l.truth, d.Evidence.Russian())
		default:
			n.right++
			if clean {
				n.cleanRight++
			}
		}
	}
}

func big(b *testing.B, accounts int) *generator {
	b.Helper()
	g := newGenerator(7)
	for i := 0; len(g.accounts) < accounts; i++ {
		g.building(home{townType: "г.", town: "Примерск", streetType: "ул.", street: fmt.Sprint("Улица", string(rune('а'+i%30)), "-", i), house: strconv.Itoa(1 + i%40)})
	}
	return g
}

func BenchmarkNewIndex(b *testing.B) {
	g := big(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		matching.NewIndex(g.accounts)
	}
}

func BenchmarkMatch(b *testing.B) {
	g := big(b, 100_000)
	claims := g.claims(20_000)
	ix := matching.NewIndex(g.accounts)
	b.ReportAllocs()
	at := 0
	for b.Loop() {
		ix.Match(claims[at%len(claims)].claim)
		at++
	}
}

func BenchmarkDecide(b *testing.B) {
	g := big(b, 100_000)
	claims := g.claims(20_000)
	ix := matching.NewIndex(g.accounts)
	b.ReportAllocs()
	at := 0
	for b.Loop() {
		ix.Decide(claims[at%len(claims)].claim)
		at++
	}
}

// BenchmarkMillion is a million claims against a million accounts on two processors; the claims are
// made outside of the time, ten thousand at once. Run it with -benchtime=1x.
func BenchmarkMillion(b *testing.B) {
	const million, page = 1_000_000, 10_000
	g := big(b, million)
	var linked, owned atomic.Int64
	for b.Loop() {
		ix := matching.NewIndex(g.accounts)
		for range million / page {
			b.StopTimer()
			claims := g.claims(page)
			b.StartTimer()
			var wg sync.WaitGroup
			for half := range slices.Chunk(claims, page/2) {
				wg.Go(func() {
					all, found := decideAll(ix, half)
					owned.Add(all)
					linked.Add(found)
				})
			}
			wg.Wait()
		}
	}
	b.ReportMetric(float64(linked.Load())/float64(owned.Load()), "recall")
}

// decideAll counts the claims that have an account, and those that were linked to one.
func decideAll(ix *matching.Index, claims []labelled) (owned, linked int64) {
	for _, l := range claims {
		if l.truth != 0 {
			owned++
		}
		if ix.Decide(l.claim).Status == matching.Linked {
			linked++
		}
	}
	return owned, linked
}
