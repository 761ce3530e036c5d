package pipeline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// register is a meter as the stream names it, with its newest value.
type register struct{ Serial, Service, Value string }

func registers(t *testing.T, w *world, zones, count int) []register {
	t.Helper()
	const sql = `
SELECT m.serial, m.service, max(r.value)::text FROM meters m JOIN readings r ON r.meter_id = m.id
WHERE m.zones = $1 AND m.closed IS NULL AND m.service <> 'heating' GROUP BY m.id ORDER BY m.id LIMIT $2`
	rows, err := w.store.Query(t.Context(), sql, zones, count)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []register
	for rows.Next() {
		var r register
		if err := rows.Scan(&r.Serial, &r.Service, &r.Value); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	if rows.Err() != nil || len(list) != count {
		t.Fatalf("%d meters with %d registers, want %d (%v)", len(list), zones, count, rows.Err())
	}
	return list
}

func (w *world) handle(t *testing.T, batch ...stream.Message) []stream.Verdict {
	t.Helper()
	verdicts, err := w.StreamHandler().Handle(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	return verdicts
}

func ends(verdicts []stream.Verdict) []string {
	list := make([]string, 0, len(verdicts))
	for _, v := range verdicts {
		text := map[stream.Outcome]string{stream.Accepted: "accepted", stream.Unchanged: "unchanged", stream.Dead: "dead"}[v.Outcome]
		if v.Code != "" {
			text += " " + v.Code
		}
		list = append(list, text)
	}
	return list
}

// Messages that are delivered again, in any cut of the batches, change nothing and are judged alike.
func TestRedelivery(t *testing.T) {
	t.Parallel()
	w := settled(t, 120)
	before := w.facts(t)
	letters := one[string](t, w.store, "SELECT count(*) || md5(string_agg(d::text, '|' ORDER BY d::text)) FROM dead_letters d")
	messages := w.messages(t)
	if len(messages) < 40 {
		t.Fatalf("%d messages only", len(messages))
	}
	for _, cut := range [][]stream.Message{messages, messages[:7], messages[5:30], messages[len(messages)-3:]} {
		for i, verdict := range w.handle(t, cut...) {
			if verdict.Outcome == stream.Accepted {
				t.Errorf("message %d is accepted twice", cut[i].Offset)
			}
		}
	}
	if diff := cmp.Diff(before, w.facts(t)); diff != "" {
		t.Errorf("facts changed (-before +after):\n%s", diff)
	}
	if got := one[string](t, w.store, "SELECT count(*) || md5(string_agg(d::text, '|' ORDER BY d::text)) FROM dead_letters d"); got != letters {
		t.Errorf("dead letters changed: %s, then %s", letters, got)
	}
}

// A message is dead when one of its registers is wrong; the good one is stored nevertheless.
func TestGoodAndBadRegister(t *testing.T) {
	t.Parallel()
	w := settled(t, 200)
	meter := registers(t, w, 2, 1)[0]
	const count = "SELECT count(*)::int FROM readings r JOIN meters m ON m.id = r.meter_id WHERE m.serial = $1 AND taken_on = '2026-10-31'"
	message := telemetry(t, meter.Serial, meter.Service, "2026-10-31", map[string]string{"T1": "99990.5", "T2": "0.001"})
	message.Offset = 5000
	for range 2 {
		if diff := cmp.Diff([]string{"dead reading_decreased"}, ends(w.handle(t, message))); diff != "" {
			// the first register jumps too far; either of the two is reason enough
			if diff := cmp.Diff([]string{"dead reading_spike"}, ends(w.handle(t, message))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	}
	if n := one[int](t, w.store, count, meter.Serial); n != 0 {
		t.Errorf("%d readings are stored of two bad ones", n)
	}
	message = telemetry(t, meter.Serial, meter.Service, "2026-10-31", map[string]string{"T1": meter.Value, "T2": "0.001"})
	message.Offset = 5001
	for range 2 {
		if diff := cmp.Diff([]string{"dead reading_decreased"}, ends(w.handle(t, message))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if n := one[int](t, w.store, count, meter.Serial); n != 1 {
		t.Errorf("%d readings are stored, want the good one", n)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM dead_letters WHERE position >= 5000"); n != 2 {
		t.Errorf("%d dead letters, want one a message", n)
	}
}

// Messages of one batch see each other: one register, several values.
func TestMessagesOfOneRegister(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	meter := registers(t, w, 1, 1)[0]
	at := func(offset int64, on, value string) stream.Message {
		m := telemetry(t, meter.Serial, meter.Service, on, map[string]string{"1": value})
		m.Offset = offset
		return m
	}
	higher := meter.Value + "1" // a digit after the point
	got := ends(w.handle(t, at(9001, "2026-10-30", higher), at(9002, "2026-10-30", higher), at(9003, "2026-10-30", meter.Value),
		at(9004, "2026-10-31", meter.Value), at(9005, "2026-10-31", higher)))
	want := []string{"accepted", "unchanged", "dead reading_known", "dead reading_decreased", "accepted"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Two consumers that get the same messages at once store each reading once.
func TestConsumersTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 120)
	w.fill(t)
	w.receive(t)
	before := one[int](t, w.store, "SELECT count(*)::int FROM readings")
	messages := w.messages(t)
	together(t, w, func(p *pipeline.Pipeline) error {
		_, err := p.StreamHandler().Handle(t.Context(), messages)
		return err
	})
	alone := settled(t, 120)
	want := one[int](t, alone.store, "SELECT count(*)::int FROM readings")
	if n := one[int](t, w.store, "SELECT count(*)::int FROM readings"); n != want || n == before {
		t.Errorf("%d readings, want %d", n, want)
	}
}

// A reading of a month that has no partition yet makes it, while the transaction of the batch is open.
func TestReadingOfANewMonth(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	later := w.with(t, func(c *pipeline.Config) {
		c.Now = func() time.Time { return time.Date(2027, time.March, 2, 6, 0, 0, 0, time.UTC) }
	})
	meters := registers(t, w, 1, 2)
	batch := make([]stream.Message, 0, len(meters))
	for i, on := range []string{"2026-12-20", "2027-02-28"} {
		m := telemetry(t, meters[i].Serial, meters[i].Service, on, map[string]string{"1": meters[i].Value})
		m.Offset = int64(100 + i)
		batch = append(batch, m)
	}
	verdicts, err := later.StreamHandler().Handle(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"accepted", "accepted"}, ends(verdicts)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM readings WHERE period IN ('2026-12-01', '2027-02-01')"); n != 2 {
		t.Errorf("%d readings, want 2", n)
	}
}
