package matching_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// TestLabelled measures matching on made claims. Rules were tuned on the first seeds; the control
// seeds prove them: not one automatic link may be wrong.
func TestLabelled(t *testing.T) {
	t.Parallel()
	const floor = 0.78 // of claims that have an account, linked without a person
	for name, seeds := range map[string][]uint64{"tuning": {1, 2}, "control": {101, 102, 103}, "further": {201, 202, 203}} {
		total := tally{kinds: map[string]*[2]int{}, why: map[string]int{}}
		for _, seed := range seeds {
			total.measure(t, seed)
		}
		recall := float64(total.right) / float64(total.owned)
		t.Logf("%s: %d claims, %d of accounts here, %d linked, %d wrongly, recall %.3f, of clean claims %.3f",
			name, total.claims, total.owned, total.right+total.wrong, total.wrong, recall, float64(total.cleanRight)/float64(total.clean))
		t.Log(name, "by kind of noise:", total.perKind())
		if recall < floor {
			t.Errorf("%s: recall %.3f, want at least %.2f", name, recall, floor)
		}
	}
}

// tally counts decisions; clean claims are such as nothing was done to but spelling.
type tally struct {
	claims, owned, right, wrong, clean, cleanRight int

	kinds map[string]*[2]int // of noise: claims that have an account, and those linked
	why   map[string]int     // reasons of questions about claims that have an account
}

func (n *tally) measure(t *testing.T, seed uint64) {
	t.Helper()
	g := newGenerator(seed)
	ix := matching.NewIndex(g.accounts).WithRenames(renames())
	for _, l := range g.claims(3000) {
		n.count(t, l, ix.Decide(l.claim))
	}
}

func (n *tally) count(t *testing.T, l labelled, d matching.Decision) {
	t.Helper()
	n.claims++
	right := d.Status == matching.Linked && d.AccountID == l.truth
	if d.Status == matching.Linked && !right {
		n.wrong++
		t.Errorf("wrong link of %+v (%s) to %d, truth %d: %s", l.claim, l.how, d.AccountID, l.truth, d.Evidence.Russian())
	}
	if l.truth == 0 {
		return
	}
	n.owned++
	kinds := strings.Split(strings.TrimSuffix(l.how, "; "), "; ")
	if l.how == "" {
		n.clean++
		kinds = []string{"clean"}
	}
	if right {
		n.right++
		if l.how == "" {
			n.cleanRight++
		}
	} else if d.Status == matching.Question {
		n.why[d.Reason]++
	}
	for _, kind := range kinds {
		if n.kinds[kind] == nil {
			n.kinds[kind] = &[2]int{}
		}
		n.kinds[kind][0]++
		if right {
			n.kinds[kind][1]++
		}
	}
}

// perKind is the recall by what was done to a claim; one claim may count under several kinds.
func (n *tally) perKind() string {
	var b strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(n.kinds)) {
		k := n.kinds[kind]
		fmt.Fprintf(&b, "\n  %-18s %5d claims, recall %.3f", kind, k[0], float64(k[1])/float64(k[0]))
	}
	for _, reason := range slices.Sorted(maps.Keys(n.why)) {
		fmt.Fprintf(&b, "\n  asked: %-32s %5d", reason, n.why[reason])
	}
	return b.String()
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
