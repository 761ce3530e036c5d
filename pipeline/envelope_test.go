package pipeline_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/town"
)

const housesHead = "Адрес;ФИАС;Вид дома;Площадь помещений, м²;Площадь общего имущества, м²\n"

// zipped packs name, content, name, content ...
func zipped(tb testing.TB, files ...string) string {
	tb.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for pair := range slices.Chunk(files, 2) {
		entry, err := w.Create(pair[0])
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(entry, pair[1]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

// cover is an archive with two good files, a partly good one and three that are not.
func cover(tb testing.TB) string {
	tb.Helper()
	return zipped(tb,
		"дома/houses.csv", housesHead+"г. Примерск, ул. Новая, д. 1;;МКД;100;10\n",
		"partly.csv", housesHead+"г. Примерск, ул. Новая, д. 2;;МКД;100;10\nг. Примерск, ул. Новая, д. 3;;дача;100;10\n",
		"strange.bin", "ни на что не похоже",
		"../out.csv", "x",
		"may.zip", zipped(tb, "more.csv", housesHead+"г. Примерск, ул. Новая, д. 4;;МКД;100;10\n", "deep.zip", zipped(tb, "a.csv", "x", "b.csv", "x")),
	)
}

// takeAll takes in what lies in the inbox of the office.
func (w *world) takeAll(tb testing.TB) map[string]housing.ReceivedFile {
	tb.Helper()
	files, err := w.Receive(tb.Context(), w.partner(town.Office), w.period)
	if err != nil {
		tb.Fatal(err)
	}
	byName := map[string]housing.ReceivedFile{}
	for _, f := range files {
		byName[f.Name] = f.ReceivedFile
	}
	return byName
}

func endsOf(files map[string]housing.ReceivedFile) map[string]string {
	ends := map[string]string{}
	for name, f := range files {
		ends[name] = string(f.Status)
	}
	return ends
}

// Each file of an archive ends by itself, under the name of the archive and its own; the archive goes when all are in; sent again, everything
// is known.
func TestArchiveOfFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.inbox[town.Office].Write("Май.zip", cover(t))
	got := w.takeAll(t)
	want := map[string]string{
		"Май.zip": "partly", "Май.zip/дома/houses.csv": "accepted", "Май.zip/partly.csv": "partly", "Май.zip/strange.bin": "refused",
		"Май.zip/may.zip/more.csv": "accepted",
	}
	if diff := cmp.Diff(want, endsOf(got)); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	if reason := got["Май.zip"].Reason; !strings.Contains(reason, "«out.csv» — имя файла в архиве недопустимо") ||
		!strings.Contains(reason, "«may.zip/deep.zip» — архив вложен") {
		t.Errorf("reason: %s", reason)
	}
	if left := w.inbox[town.Office].Names(); len(left) != 0 {
		t.Errorf("left in the inbox: %v", left)
	}
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	answers := w.outbox[town.Office].Names()
	wantAnswers := []string{"houses.csv.protocol.csv", "more.csv.protocol.csv", "partly.csv.protocol.csv", "strange.bin.protocol.csv", "Май.zip.protocol.csv"}
	if diff := cmp.Diff(wantAnswers, answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if answer, _ := w.outbox[town.Office].Bytes("Май.zip.protocol.csv"); !strings.Contains(answer, "файлов в архиве 6, взято 4, отклонено 2") {
		t.Errorf("answer to the archive:\n%s", answer)
	}
	kept := got["Май.zip/дома/houses.csv"]
	if !strings.HasPrefix(kept.Archive, got["Май.zip"].Archive+".files"+string(filepath.Separator)) {
		t.Errorf("kept as %s, the archive as %s", kept.Archive, got["Май.zip"].Archive)
	}
	if _, err := os.Stat(w.file(kept.Archive)); err != nil {
		t.Error(err)
	}
	trace, err := w.Trace(t.Context(), pipeline.TraceInput{Source: housing.Source{Kind: housing.SourceFile, Name: "Май.zip/may.zip/more.csv", Position: 2}, Limit: 10})
	if err != nil || len(trace.Facts) != 1 {
		t.Errorf("trace of a row: %+v, %v", trace, err)
	}
	trace, err = w.Trace(t.Context(), pipeline.TraceInput{Source: housing.Source{Kind: housing.SourceFile, Name: "Май.zip", Position: -1}, Limit: 10})
	if err != nil || len(trace.Inside) != 4 {
		t.Errorf("trace of the archive: %+v, %v", trace, err)
	}

	w.inbox[town.Office].Write("Май ещё раз.zip", cover(t))
	for name, f := range w.takeAll(t) {
		if f.Status != housing.FileRepeated {
			t.Errorf("%s sent again: %s", name, f.Status)
		}
	}
	again := w.take1(t, "other.zip", "houses.csv", housesHead+"г. Примерск, ул. Новая, д. 1;;МКД;100;10\n")
	if again["other.zip/houses.csv"].Status != housing.FileRepeated || again["other.zip"].Status != housing.FileAccepted {
		t.Errorf("a known file in another archive: %v", endsOf(again))
	}
}

// A replay takes what was in an archive once, whether the archive is opened again or not.
func TestArchiveReplayed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.inbox[town.Office].Write("partly.zip", cover(t))
	w.inbox[town.Office].Write("good.zip", zipped(t, "a.csv", housesHead+"г. Примерск, ул. Новая, д. 7;;МКД;100;10\n"))
	first := w.takeAll(t)
	now := w.config.Now()
	again, err := w.Retake(t.Context(), pipeline.Again{
		ExchangeWindow: store.ExchangeWindow{Since: now.Add(-time.Hour), Until: now.Add(time.Hour)}, Who: "petrova", Why: "test",
	}, w.period)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(again.Files))
	for _, f := range again.Files {
		names = append(names, f.Name)
		if f.Status != housing.FileRepeated {
			t.Errorf("%s: %s", f.Name, f.Status)
		}
	}
	slices.Sort(names)
	delete(first, "good.zip") // nothing more can come of it
	if diff := cmp.Diff(slices.Sorted(maps.Keys(first)), names); diff != "" || len(again.Missing) > 0 {
		t.Errorf("taken once more (-want +got):\n%s\nmissing %v", diff, again.Missing)
	}
}

// take1 takes in an archive.
func (w *world) take1(tb testing.TB, name string, files ...string) map[string]housing.ReceivedFile {
	tb.Helper()
	w.inbox[town.Office].Write(name, zipped(tb, files...))
	return w.takeAll(tb)
}

// An archive of which nothing can be opened is refused with the reason, and answered.
func TestArchiveRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	whole := zipped(t, "a.csv", strings.Repeat("счёт;сумма\n", 99), "b.csv", "x")
	for name, test := range map[string]struct{ content, reason string }{
		"cut.zip":    {whole[:len(whole)-40], "архив ZIP повреждён или передан не полностью"},
		"locked.zip": {locked(whole), "«a.csv» — файл в архиве защищён паролем"},
		"none.zip":   {zipped(t), "в архиве нет ни одного файла"},
	} {
		got := w.take(t, town.Office, name, test.content)
		if got.Status != housing.FileRefused || !strings.Contains(got.Reason, test.reason) {
			t.Errorf("%s: %s: %s", name, got.Status, got.Reason)
		}
		if again := w.take(t, town.Office, name, test.content); again.Status != housing.FileRepeated {
			t.Errorf("%s again: %s", name, again.Status)
		}
	}
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if answers := w.outbox[town.Office].Names(); len(answers) != 3 {
		t.Errorf("answers: %v", answers)
	}
}

// locked marks every file of an archive as packed with a password.
func locked(content string) string {
	b := []byte(content)
	for at := range b {
		switch {
		case bytes.HasPrefix(b[at:], []byte("PK\x03\x04")):
			b[at+6] |= 1
		case bytes.HasPrefix(b[at:], []byte("PK\x01\x02")):
			b[at+8] |= 1
		}
	}
	return string(b)
}

// An archive is rehearsed as what is in it, and leaves nothing.
func TestArchiveRehearsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	path := filepath.Join(t.TempDir(), "may.zip")
	if err := os.WriteFile(path, []byte(cover(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := w.Rehearse(t.Context(), pipeline.RehearsalInput{Partner: town.Office, Files: []string{path}, Period: w.period})
	if err != nil {
		t.Fatal(err)
	}
	ends := make([]string, 0, len(got.Files))
	for _, f := range got.Files {
		ends = append(ends, f.Name+" "+string(f.Status))
	}
	slices.Sort(ends)
	want := []string{
		"may.zip partly", "may.zip/may.zip/more.csv accepted", "may.zip/partly.csv partly", "may.zip/strange.bin refused", "may.zip/дома/houses.csv accepted",
	}
	if diff := cmp.Diff(want, ends); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	if left := tree(t, w.file()); len(left) != 0 {
		t.Errorf("left in the data folder: %v", left)
	}
}

// What was in an archive grows old with it: processed files go, the others stay.
func TestArchiveTidied(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	good := w.take1(t, "good.zip", "houses.csv", housesHead+"г. Примерск, ул. Новая, д. 1;;МКД;100;10\n", "strange.bin", "ни на что не похоже")
	if _, err := w.Deliver(t.Context()); err != nil { // a file stays while its answer waits
		t.Fatal(err)
	}
	later := w.with(t, func(c *pipeline.Config) {
		now := w.config.Now().AddDate(0, 0, 60)
		c.Now = func() time.Time { return now }
		c.Partners = slices.Clone(c.Partners)
		for i := range c.Partners {
			c.Partners[i].KeepDays = 30
		}
	})
	if _, err := later.Tidy(t.Context(), pipeline.Tidying{Delete: true, Who: "petrova", Why: "old"}); err != nil {
		t.Fatal(err)
	}
	for name, gone := range map[string]bool{"good.zip": true, "good.zip/houses.csv": true, "good.zip/strange.bin": false} {
		_, err := os.Stat(w.file(good[name].Archive))
		if errors.Is(err, os.ErrNotExist) != gone {
			t.Errorf("%s: %v, want gone %t", name, err, gone)
		}
	}
}
