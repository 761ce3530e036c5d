package pipeline_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/town"
)

// queue puts answers of the given contents into the queue of a partner.
func (w *world) queue(t *testing.T, partner string, contents map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		w.take(t, partner, name, contents[name])
	}
}

func (w *world) deliver(t *testing.T, p *pipeline.Pipeline) pipeline.DeliverResult {
	t.Helper()
	result, err := p.Deliver(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// A partner who is away keeps his files waiting, longer each time, is asked once only, and the others
// get theirs.
func TestDeliverToOneWhoIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.queue(t, town.Office, map[string]string{"a.csv": "a", "b.csv": "b", "c.csv": "c"})
	w.queue(t, town.Bank, map[string]string{"d.csv": "d", "e.csv": "e"})
	asked := 0
	w.outbox[town.Office].Fail(func(op, _ string) error {
		if op == "put" {
			asked++
		}
		return remote.Temporary(errors.New("away"))
	})
	if result := w.deliver(t, w.Pipeline); result.Delivered != 2 || result.Waiting != 3 {
		t.Errorf("%+v, want 2 delivered and 3 waiting", result)
	}
	if asked > 1 {
		t.Errorf("the partner was asked %d times", asked)
	}
	const state = "SELECT attempts || ' ' || (retry_at > now()) FROM outgoing WHERE destination = 'office' AND attempts > 0"
	if diff := cmp.Diff([]string{"1 true"}, all[string](t, w.store, state)); diff != "" {
		t.Errorf("files tried (-want +got):\n%s", diff)
	}
	const wait = "SELECT EXTRACT(epoch FROM retry_at - now())::int FROM outgoing WHERE attempts > 0"
	first := one[int](t, w.store, wait)
	w.due(t)
	if _, err := w.store.Exec(t.Context(), "UPDATE outgoing SET retry_at = now() + interval '1 day' WHERE delivered_at IS NULL AND attempts = 0"); err != nil {
		t.Fatal(err)
	}
	w.deliver(t, w.Pipeline)
	if second := one[int](t, w.store, wait); second <= first {
		t.Errorf("waits %d seconds, then %d", first, second)
	}
	w.outbox[town.Office].Fail(nil)
	w.due(t)
	if result := w.deliver(t, w.Pipeline); result.Delivered != 3 || result.Waiting != 0 {
		t.Errorf("%+v, want all delivered", result)
	}
	if result := w.deliver(t, w.Pipeline); result.Delivered != 0 {
		t.Errorf("%+v, want nothing left", result)
	}
}

// due ends every wait.
func (w *world) due(t *testing.T) {
	t.Helper()
	if _, err := w.store.Exec(t.Context(), "UPDATE outgoing SET retry_at = now() WHERE retry_at IS NOT NULL"); err != nil {
		t.Fatal(err)
	}
}

// A file that cannot be delivered does not keep back the others of its partner.
func TestDeliverPastABadFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.queue(t, town.Office, map[string]string{"a.csv": "a", "b.csv": "b"})
	if err := os.Remove(w.file(one[string](t, w.store, "SELECT staged FROM outgoing ORDER BY id LIMIT 1"))); err != nil {
		t.Fatal(err)
	}
	if result := w.deliver(t, w.Pipeline); result.Delivered != 1 || result.Waiting != 1 {
		t.Errorf("%+v, want the other file delivered", result)
	}
}

// Killed at any request, a delivery is never doubled and never lost, whatever the moment.
func TestDeliverKilledAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.queue(t, town.Office, map[string]string{"a.csv": "a", "b.csv": "b"})
	for n := 1; !w.killed(t, n, n%2 == 0, func(ctx context.Context, p *pipeline.Pipeline) error {
		_, err := p.Deliver(ctx)
		return err
	}); n++ {
		if n > 100 {
			t.Fatal("no end")
		}
	}
	want := []string{"a.csv.protocol.csv", "b.csv.protocol.csv"}
	if diff := cmp.Diff(want, w.outbox[town.Office].Names()); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
}

// Two processes deliver each file once.
func TestDeliverTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	contents := map[string]string{}
	for name := range strings.SplitSeq("abcdefghij", "") {
		contents[name+".csv"] = name
	}
	w.queue(t, town.Office, contents)
	var results [2]pipeline.DeliverResult
	next := 0
	together(t, w, func(p *pipeline.Pipeline) (err error) {
		result, err := p.Deliver(t.Context())
		w.mu.Lock()
		defer w.mu.Unlock()
		results[next] = result
		next++
		return err
	})
	if sum := results[0].Delivered + results[1].Delivered; sum != 10 || len(w.outbox[town.Office].Names()) != 10 {
		t.Errorf("%d deliveries, %v", sum, w.outbox[town.Office].Names())
	}
}

// An answer that was queued is the same after a crash before its delivery; corrected and sent back, it
// loads the rows that were corrected and nothing else.
func TestCorrectedAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	contents := w.files(t)
	for _, f := range w.town.Files() {
		if f.Partner == town.Office && f.Name != "meters.csv" {
			w.inbox[f.Partner].Write(f.Name, contents[f.Name])
		}
	}
	w.receive(t)
	rows := strings.Split(strings.TrimRight(contents["meters.csv"], "\n"), "\n")
	good := rows[3]
	rows[3] = strings.Replace(good, ";", "x;", 1) // an account that does not exist
	first := w.take(t, town.Office, "meters.csv", strings.Join(rows, "\n")+"\n")
	if first.Status != housing.FilePartly || first.Counts.Rejected != 1 {
		t.Fatalf("ended as %s %+v", first.Status, first.Counts)
	}
	w.killed(t, 3, false, func(ctx context.Context, p *pipeline.Pipeline) error { _, err := p.Deliver(ctx); return err })
	w.deliver(t, w.Pipeline)
	answer, there := w.outbox[town.Office].Bytes("meters.csv.protocol.csv")
	if !there {
		t.Fatalf("no answer among %v", w.outbox[town.Office].Names())
	}
	meters := one[int](t, w.store, "SELECT count(*)::int FROM meters")
	back := strings.Replace(answer, strings.Split(rows[3], ";")[0], strings.Split(good, ";")[0], 1)
	if back == answer {
		t.Fatalf("the answer does not hold the row:\n%s", answer)
	}
	second := w.take(t, town.Office, "meters.csv.protocol.csv", back)
	if second.Counts.Accepted != 1 || second.Counts.Rejected != 0 || second.Counts.Unchanged != first.Counts.Accepted {
		t.Errorf("the corrected answer ended as %s %+v: %+v", second.Status, second.Counts, second.Problems)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM meters"); n != meters+1 {
		t.Errorf("%d meters, want one more than %d", n, meters)
	}
	w.settled(t, first.ID, store.KnownByDigest, second.Name)
}

// settled holds that a file corrects the only rejected row of another, which names it, and that both tell so.
func (w *world) settled(t *testing.T, original int64, knownBy, correction string) {
	t.Helper()
	chain, err := w.store.FileCorrections(t.Context(), []int64{original})
	if err != nil || len(chain) != 1 {
		t.Fatalf("corrections %+v, %v", chain, err)
	}
	if c := chain[0]; c.File != correction || c.KnownBy != knownBy || c.Settled != 1 || c.Left != 0 {
		t.Errorf("correction %+v", c)
	}
	problems, err := w.store.Problems(t.Context(), original)
	if err != nil || len(problems) != 1 || !problems[0].Settled {
		t.Errorf("problems of the original %+v, %v", problems, err)
	}
	w.deliver(t, w.Pipeline)
	answer, _ := w.outbox[town.Office].Bytes(correction + ".protocol.csv")
	if !strings.Contains(answer, "# Исправляет: файл «"+chain[0].Original+"»") || !strings.Contains(answer, "# Осталось исправить строк: 0") {
		t.Errorf("the answer does not name the file it corrects:\n%s", answer)
	}
	trace, err := w.Trace(t.Context(), pipeline.TraceInput{Source: housing.Source{Kind: housing.SourceFile, Name: chain[0].Original, Position: -1}, Limit: 5})
	if err != nil || len(trace.Chain) != 1 {
		t.Errorf("trace %+v, %v", trace.Chain, err)
	}
}

// A sender who sends back the rejected rows alone, without our lines below, is known by the name of the answer. The
// original, sent again, loads nothing twice.
func TestCorrectedRowsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	contents := w.files(t)
	for _, f := range w.town.Files() {
		if f.Partner == town.Office && f.Name != "meters.csv" {
			w.inbox[f.Partner].Write(f.Name, contents[f.Name])
		}
	}
	w.receive(t)
	rows := strings.Split(strings.TrimRight(contents["meters.csv"], "\n"), "\n")
	good := rows[3]
	rows[3] = strings.Replace(good, ";", "x;", 1)
	content := strings.Join(rows, "\n") + "\n"
	first := w.take(t, town.Office, "meters.csv", content)
	second := w.take(t, town.Office, "meters.csv.protocol.csv", rows[0]+"\n"+good+"\n")
	if second.Counts.Accepted != 1 || second.Counts.Rows != 1 {
		t.Fatalf("the corrected row ended as %s %+v: %+v", second.Status, second.Counts, second.Problems)
	}
	w.settled(t, first.ID, store.KnownByName, second.Name)
	if again := w.take(t, town.Office, "meters.csv", content); again.Status != housing.FileRepeated {
		t.Errorf("the original again: %s %+v", again.Status, again.Counts)
	}
}

// Notes about a file as a whole are kept with it.
func TestNotesAreStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	content := "Адрес;ФИАС;Вид дома;Площадь помещений, м2;Площадь общего имущества, м2;Цвет\r\n" +
		"г. Примерск, ул. Новая, д. 1;;МКД;100;10;синий\r\n"
	got := w.take(t, town.Office, "new.csv", content)
	if got.Status != housing.FileAccepted || got.Counts.Accepted != 1 {
		t.Fatalf("ended as %s %+v %v", got.Status, got.Counts, got.Problems)
	}
	notes := all[string](t, w.store, "SELECT reason || value || col FROM file_problems WHERE file_id = $1 AND severity = 'info'", got.ID)
	if len(notes) != 1 || !strings.Contains(notes[0], "Цвет") {
		t.Errorf("notes %q, want one of the unknown column", notes)
	}
}
