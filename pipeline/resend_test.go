package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/town"
)

// always is a window of all that was ever exchanged with a partner.
func (w *world) always(partner string) pipeline.Again {
	now := w.Now()
	return pipeline.Again{
		ExchangeWindow: store.ExchangeWindow{Partner: partner, Since: now.Add(-24 * time.Hour), Until: now.Add(24 * time.Hour)},
		Who:            "operator", Why: "банк потерял файлы",
	}
}

// What was delivered goes out again with the same bytes, also when the file it was made of was written anew since; what is gone is
// named; the journal says who and why.
func TestResend(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.queue(t, town.Office, map[string]string{"a.csv": "a", "b.csv": "b"})
	w.queue(t, town.Bank, map[string]string{"c.csv": "c"})
	w.deliver(t, w.Pipeline)
	outbox := w.outbox[town.Office]
	first, _ := outbox.Bytes("a.csv.protocol.csv")
	if err := os.WriteFile(w.file(one[string](t, w.store, "SELECT staged FROM outgoing WHERE name = 'b.csv.protocol.csv'"))+".new", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	staged := w.file(one[string](t, w.store, "SELECT staged FROM outgoing WHERE name = 'b.csv.protocol.csv'"))
	if err := os.Rename(staged+".new", staged); err != nil { // written anew
		t.Fatal(err)
	}
	for _, name := range outbox.Names() { // collected, then lost
		if err := outbox.Remove(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	got, err := w.Resend(t.Context(), w.always(town.Office))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pipeline.ResendResult{Queued: 2}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if result := w.deliver(t, w.Pipeline); result.Delivered != 2 || result.Waiting != 0 {
		t.Errorf("%+v, want both delivered again", result)
	}
	if again, _ := outbox.Bytes("a.csv.protocol.csv"); again != first || len(outbox.Names()) != 2 {
		t.Errorf("other bytes or files: %v", outbox.Names())
	}
	const journal = "SELECT action || ' ' || partner || ' ' || who || ' ' || why || ' ' || files FROM exchange_journal"
	if diff := cmp.Diff([]string{"resend office operator банк потерял файлы 2"}, all[string](t, w.store, journal)); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}

	kept := w.file(one[string](t, w.store, "SELECT archived FROM outgoing WHERE destination = 'bank'"))
	if !strings.Contains(kept, filepath.Join("archive", "bank")) {
		t.Errorf("kept at %s", kept)
	}
	if err := errors.Join(os.Remove(kept), os.Remove(w.file(one[string](t, w.store, "SELECT staged FROM outgoing WHERE destination = 'bank'")))); err != nil {
		t.Fatal(err)
	}
	got, err = w.Resend(t.Context(), w.always(town.Bank))
	if diff := cmp.Diff(pipeline.ResendResult{Missing: []string{"c.csv.protocol.csv"}}, got); err != nil || diff != "" {
		t.Errorf("gone (-want +got): %v\n%s", err, diff)
	}
}

// A partner who loses the same day twice gets it twice, though it was sent again on another day; a partner that nobody has is told as such.
func TestResendTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.queue(t, town.Office, map[string]string{"a.csv": "a", "b.csv": "b"})
	w.deliver(t, w.Pipeline)
	nextDay := w.with(t, func(c *pipeline.Config) { c.Now = func() time.Time { return w.Now().Add(48 * time.Hour) } })
	for again := range 2 { // the partner loses the same day twice
		got, err := nextDay.Resend(t.Context(), w.always(town.Office))
		if err != nil || got.Queued != 2 {
			t.Errorf("lost once more (%d): %+v, %v", again, got, err)
		}
		w.deliver(t, nextDay)
	}
	if got, err := w.Resend(t.Context(), w.always("ofice")); err == nil {
		t.Errorf("a partner that nobody has: %+v", got)
	}
	if got, err := w.Retake(t.Context(), w.always("ofice"), w.period); err == nil {
		t.Errorf("a partner that nobody has: %+v", got)
	}
}

// Files of the archive are taken once more: rows that were rejected for want of something that came later are accepted.
func TestRetake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	contents := w.files(t)
	early := w.take(t, town.Office, "meters.csv", contents["meters.csv"])
	if early.Counts.Accepted != 0 || early.Counts.Rejected == 0 {
		t.Fatalf("before the accounts: %+v", early.Counts)
	}
	for _, f := range w.town.Files() {
		if f.Partner == town.Office && f.Name != "meters.csv" {
			w.inbox[f.Partner].Write(f.Name, contents[f.Name])
		}
	}
	w.receive(t)
	if result, err := w.Retake(t.Context(), w.always(town.Bank), w.period); err != nil || len(result.Files) != 0 {
		t.Errorf("of somebody else: %+v, %v", result, err)
	}
	result, err := w.Retake(t.Context(), w.always(town.Office), w.period)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range result.Files {
		if f.Name == "meters.csv" && f.Counts.Accepted != early.Counts.Rejected {
			t.Errorf("meters: %s %+v", f.Status, f.Counts)
		}
		// events.xlsx speaks of meters too: its row was rejected at first
		if f.Name != "meters.csv" && f.Name != "events.xlsx" && f.Status != housing.FileRepeated {
			t.Errorf("%s: %s %+v, want it to stand as it ended", f.Name, f.Status, f.Counts)
		}
	}
	if len(result.Files) < 2 {
		t.Errorf("%d files were taken again", len(result.Files))
	}
}

func TestAgainNeedsItsReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	for name, spoil := range map[string]func(*pipeline.Again){
		"nobody":       func(a *pipeline.Again) { a.Who = "" },
		"no reason":    func(a *pipeline.Again) { a.Why = "" },
		"empty window": func(a *pipeline.Again) { a.Until = a.Since },
	} {
		a := w.always(town.Office)
		spoil(&a)
		_, resendErr := w.Resend(t.Context(), a)
		if _, err := w.Retake(t.Context(), a, w.period); err == nil || resendErr == nil {
			t.Errorf("%s: %v, %v", name, err, resendErr)
		}
	}
}

// A month's run stops where a partner cannot be reached, but the others get their answers first.
func TestRunServesTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.fill(t)
	w.inbox[town.Bank].Fail(func(string, string) error { return remote.Temporary(errors.New("away")) })
	summary, err := w.Run(t.Context(), w.period)
	if !errors.Is(err, remote.ErrTemporary) || !strings.Contains(err.Error(), "bank") {
		t.Fatalf("%v, want the partner who is away", err)
	}
	if summary.Deliver.Delivered == 0 || len(w.outbox[town.Office].Names()) == 0 {
		t.Errorf("%+v, want the answers to the office", summary.Deliver)
	}
	if charges := one[int](t, w.store, "SELECT count(*)::int FROM runs"); charges != 0 {
		t.Error("the month was charged without the bank's files")
	}
}
