package pipeline_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// repeatedWorld is a town whose clock and partners the test sets.
type repeatedWorld struct {
	*world
	now    time.Time
	silent bool
}

// send puts a file into the office's inbox and returns how it ended and the answers that this queued.
func (w *repeatedWorld) send(t *testing.T, name, content string) (housing.ReceivedFile, []string) {
	t.Helper()
	before := one[int64](t, w.store, "SELECT COALESCE(max(id), 0) FROM outgoing")
	w.inbox[town.Office].Write(name, content)
	p := w.with(t, func(c *pipeline.Config) { c.Now = func() time.Time { return w.now } })
	partner := w.partner(town.Office)
	for i := range p.Partners {
		p.Partners[i].SilentRepeats = w.silent
	}
	files, err := p.Receive(t.Context(), partner, w.period)
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: %+v, %v", name, files, err)
	}
	answers := make([]string, 0, 1)
	for _, staged := range one[[]string](t, w.store, "SELECT COALESCE(array_agg(staged ORDER BY id), '{}') FROM outgoing WHERE id > $1", before) {
		content, err := os.ReadFile(w.file(staged))
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, string(content))
	}
	return files[0].ReceivedFile, answers
}

// The same bytes sent again are answered with the old protocol, as its rows stand now, at most once an hour.
func TestRepeatedFileIsAnswered(t *testing.T) {
	t.Parallel()
	w := &repeatedWorld{world: newWorld(t, 20)}
	w.now = w.config.Now()
	const partly = housesHead + "г. Примерск, ул. Новая, д. 2;;МКД;100;10\nг. Примерск, ул. Новая, д. 3;;дача;100;10\n"
	first, answers := w.send(t, "houses.csv", partly)
	if first.Status != housing.FilePartly || len(answers) != 1 || strings.Contains(answers[0], "уже") {
		t.Fatalf("first: %s, %q", first.Status, answers)
	}
	w.now = w.now.Add(59 * time.Minute)
	if _, answers := w.send(t, "дома.csv", partly); len(answers) > 0 {
		t.Errorf("within an hour of the protocol it is answered again: %q", answers)
	}
	w.now = w.now.Add(time.Minute)
	again, answers := w.send(t, "дома.csv", partly)
	if again.Status != housing.FileRepeated || len(answers) != 1 {
		t.Fatalf("again: %s, %d answers", again.Status, len(answers))
	}
	for _, want := range []string{
		"д. 2;;МКД;100;10;без изменений;;", "д. 3;;дача;100;10;отклонено;", "файл уже загружен ранее — строк 2, принято 0, без изменений 1, отклонено 1",
		"файл с тем же содержимым уже получен 01.11.2026 06:00 под именем «houses.csv», второй раз он не проводится",
	} {
		if !strings.Contains(answers[0], want) {
			t.Errorf("the answer does not say %q:\n%s", want, answers[0])
		}
	}
	w.now = w.now.Add(59 * time.Minute)
	if _, answers = w.send(t, "дома.csv", partly); len(answers) > 0 {
		t.Errorf("within an hour it is answered again: %q", answers)
	}
	w.now = w.now.Add(time.Minute)
	if _, answers = w.send(t, "дома.csv", partly); len(answers) != 1 {
		t.Errorf("an hour later there are %d answers, want 1", len(answers))
	}
	w.now, w.silent = w.now.Add(2*time.Hour), true
	if _, answers = w.send(t, "дома.csv", partly); len(answers) > 0 {
		t.Errorf("a partner who wants no such answers got %q", answers)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM file_arrivals WHERE file_id = $1", first.ID); n != 6 {
		t.Errorf("%d arrivals are noted, want 6", n)
	}
}

// A file whose original could not be removed was sent once: that it is seen again is nobody's second letter.
func TestFileSeenTwiceIsNotAnsweredTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.inbox[town.Office].Write("houses.csv", housesHead+"г. Примерск, ул. Новая, д. 2;;МКД;100;10\n")
	w.inbox[town.Office].Fail(func(op, _ string) error {
		if op == "remove" {
			return errors.ErrUnsupported
		}
		return nil
	})
	later := func(hours int) *pipeline.Pipeline {
		at := w.config.Now().Add(time.Duration(hours) * time.Hour)
		return w.with(t, func(c *pipeline.Config) { c.Now = func() time.Time { return at } })
	}
	for i, want := range []housing.FileStatus{housing.FileAccepted, housing.FileRepeated, housing.FileRepeated} {
		files, err := later(2*i).Receive(t.Context(), w.partner(town.Office), w.period)
		if err == nil || len(files) != 1 || files[0].Status != want {
			t.Fatalf("%+v, %v; want it %s and an original that stays", files, err, want)
		}
	}
	answers := func() int { return one[int](t, w.store, "SELECT count(*)::int FROM outgoing") }
	if n := answers(); n != 1 {
		t.Errorf("%d answers, want 1", n)
	}
	w.inbox[town.Office].Fail(nil)
	for range 2 { // the old original goes, and a new one comes
		w.inbox[town.Office].Write("houses.csv", housesHead+"г. Примерск, ул. Новая, д. 2;;МКД;100;10\n")
		if _, err := later(6).Receive(t.Context(), w.partner(town.Office), w.period); err != nil {
			t.Fatal(err)
		}
	}
	if n := answers(); n != 2 {
		t.Errorf("%d answers, want one more", n)
	}
	if kept := one[int](t, w.store, "SELECT count(DISTINCT staged)::int FROM outgoing"); kept != 2 {
		t.Errorf("%d places for two answers: the second lies on the first", kept)
	}
}

// A refused file that comes again is told that it was refused and why; its rows fell with it.
func TestRefusedFileIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	w := &repeatedWorld{world: newWorld(t, 20)}
	w.now = w.config.Now()
	strange, _ := w.send(t, "strange.bin", "ни на что не похоже")
	w.now = w.now.Add(time.Hour)
	_, answers := w.send(t, "strange.bin", "ни на что не похоже")
	if strange.Status != housing.FileRefused || len(answers) != 1 || !strings.Contains(answers[0], "файл отклонён") ||
		!strings.Contains(answers[0], "уже получен") || !strings.Contains(answers[0], "отклонён: формат не распознан") {
		t.Errorf("strange: %s, %q", strange.Status, answers)
	}
}
