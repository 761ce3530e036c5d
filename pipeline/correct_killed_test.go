package pipeline_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

// late gives an office facts that come to −160 for 001 and +160 for 002.
func (m closedOffice) late(t *testing.T) {
	t.Helper()
	m.read(t, "10", "2026-08-31")
	m.people(t, "002", "3", "01.08.2026")
}

// wantBooked checks that corrections are booked whole and once, or not at all.
func (m closedOffice) wantBooked(t *testing.T, when string, may ...int64) {
	t.Helper()
	first, second := m.booked(t, "001"), m.booked(t, "002")
	rounds := one[int64](t, m.store, "SELECT count(*) FROM corrected_months")
	marks := one[int64](t, m.store, "SELECT count(*) FROM correction_marks")
	for _, n := range may {
		if first == -16000*n && second == 16000*n && rounds == n && marks == 2*n {
			return
		}
	}
	t.Errorf("%s: %d and %d booked, %d rounds, %d marks", when, first, second, rounds, marks)
}

// Killed at any request, corrections are booked whole or not at all, and the second try books them once.
func TestCorrectKilledAnywhere(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	m.late(t)
	do := func(ctx context.Context, p *pipeline.Pipeline) error {
		_, err := p.Correct(ctx, pipeline.CorrectInput{Period: m.period})
		return err
	}
	const step = 7 // requests
	for n := 1; ; n += step {
		lived := m.killed(t, n, n%2 == 0, do)
		m.wantBooked(t, fmt.Sprintf("cut at request %d", n), 0, 1)
		if lived {
			break
		}
	}
	wantLines(t, "again", m.correct(t, "2026-09"))
	m.wantBooked(t, "at last", 1)
}

// Two processes that correct at once book once.
func TestCorrectTwiceAtOnce(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	m.late(t)
	var both sync.WaitGroup
	for _, p := range []*pipeline.Pipeline{m.Pipeline, m.another(t)} {
		both.Go(func() {
			if _, err := p.Correct(t.Context(), pipeline.CorrectInput{Period: m.period}); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	m.wantBooked(t, "both", 1)
}

// A receipt shows what was corrected of a closed month, with its ground, and adds up to the balance.
func TestReceiptShowsCorrections(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	m.late(t)
	if lines := m.correct(t, "2026-09"); len(lines) != 2 {
		t.Fatalf("lines %v", lines)
	}
	explained, err := m.ExplainCorrections(t.Context(), "001", m.period)
	if err != nil {
		t.Fatal(err)
	}
	if len(explained) != 1 || len(explained[0].Was) != 1 || len(explained[0].Now) != 1 {
		t.Fatalf("explained %+v", explained)
	}
	if was, now := explained[0].Was[0].Charge.Amount, explained[0].Now[0].Charge.Amount; now-was != explained[0].Amount {
		t.Errorf("from %s to %s, corrected by %s", was, now, explained[0].Amount)
	}
	if _, err := m.Charge(t.Context(), m.period); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Ledger(t.Context(), m.period); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Issue(t.Context(), m.period); err != nil {
		t.Fatal(err)
	}
	differing := one[int](t, m.store, `
SELECT count(*)::int FROM documents d JOIN (SELECT account_id, sum(closing)::bigint AS closing FROM balances WHERE period = $1 GROUP BY 1) b USING (account_id)
WHERE d.period = $1 AND d.to_pay <> b.closing`, m.period.First())
	if differing != 0 {
		t.Errorf("%d documents are not of the balance", differing)
	}
	result, err := m.Close(t.Context(), m.period, everything())
	if err != nil {
		t.Errorf("close: %v, %v", err, failedChecks(result))
	}
}
