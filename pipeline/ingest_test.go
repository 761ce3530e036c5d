package pipeline_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/town"
)

// ended is what of a file's end can be told in advance.
type ended struct {
	Partner, Name, Format string
	Status                housing.FileStatus
	Counts                housing.Counts
	Codes                 string
}

// countedProblems are the problems that the town counts: of rejected rows, of payments nobody is known
// for, and where a file is refused its own.
const countedProblems = `
SELECT p.code FROM file_problems p JOIN files f ON f.id = p.file_id
WHERE f.id = $1 AND (p.severity = 'error' OR p.code = 'unidentified_payment') AND (f.status <> 'refused' OR p.row = 0)`

// Every file and message of the town ends exactly as the town counted it, and leaves the inbox with
// an answer in the outbox.
func TestTownEndsAsExpected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 200)
	w.fill(t)
	expected := w.town.Expected()
	want, got := make([]ended, 0, len(expected.Files)), make([]ended, 0, len(expected.Files))
	for _, f := range expected.Files {
		codes := f.Codes
		if f.Refusal != "" {
			codes = map[string]int{f.Refusal: 1}
		}
		want = append(want, ended{f.Partner, f.Name, f.Format, f.Status, f.Counts, fmt.Sprint(codes)})
	}
	for _, f := range w.receive(t) {
		codes := map[string]int{}
		for _, code := range all[string](t, w.store, countedProblems, f.ID) {
			codes[code]++
		}
		got = append(got, ended{f.Partner, f.Name, f.Format, f.Status, f.Counts, fmt.Sprint(codes)})
	}
	byName := func(a, b ended) int { return strings.Compare(a.Partner+a.Name, b.Partner+b.Name) }
	slices.SortFunc(want, byName)
	slices.SortFunc(got, byName)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files ended otherwise (-want +got):\n%s", diff)
	}
	w.checkMessages(t, expected)
	w.checkStored(t, expected)
	for name, inbox := range w.inbox {
		if left := inbox.Names(); len(left) > 0 {
			t.Errorf("left in the inbox of %s: %v", name, left)
		}
	}
}

func (w *world) checkMessages(t *testing.T, expected town.Expected) {
	t.Helper()
	verdicts, err := w.StreamHandler().Handle(t.Context(), w.messages(t))
	if err != nil {
		t.Fatal(err)
	}
	messages := town.ExpectedMessages{Codes: map[string]int{}}
	for _, v := range verdicts {
		messages.Sent++
		switch v.Outcome {
		case stream.Accepted:
			messages.Accepted++
		case stream.Unchanged:
			messages.Unchanged++
		case stream.Dead:
			messages.Dead++
			messages.Codes[v.Code]++
		}
	}
	if diff := cmp.Diff(expected.Messages, messages); diff != "" {
		t.Errorf("messages ended otherwise (-want +got):\n%s", diff)
	}
}

func (w *world) checkStored(t *testing.T, expected town.Expected) {
	t.Helper()
	stored := map[string]int{
		"SELECT count(*)::int FROM houses":                                       expected.Houses,
		"SELECT count(*)::int FROM accounts":                                     expected.Accounts,
		"SELECT count(*)::int FROM meters":                                       expected.Meters,
		"SELECT count(*)::int FROM payments":                                     expected.Payments,
		"SELECT count(*)::int FROM payments WHERE account_id IS NULL":            expected.Unidentified,
		"SELECT sum(amount)::int FROM payments":                                  int(expected.PaymentsAmount),
		"SELECT count(*)::int FROM claims":                                       expected.Claims.Total,
		"SELECT count(*)::int FROM readings WHERE period = '2026-10-01'":         expected.Readings,
		"SELECT count(*)::int FROM dead_letters":                                 expected.Messages.Dead,
		"SELECT count(*)::int FROM outgoing":                                     len(expected.Files),
		"SELECT count(*)::int FROM files WHERE reason = '' AND status='refused'": 0,
	}
	for sql, count := range stored {
		if n := one[int](t, w.store, sql); n != count {
			t.Errorf("%s: %d, want %d", sql, n, count)
		}
	}
}

// The same bytes again change nothing, whatever they are called and whoever sends them.
func TestSameFileAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	w.fill(t)
	rejected := map[string]int{}
	for _, f := range w.receive(t) {
		rejected[f.Name] = f.Counts.Rejected
	}
	before := w.facts(t)
	contents := w.files(t)
	for _, f := range w.town.Files() {
		for _, again := range []struct{ partner, name string }{
			{f.Partner, f.Name}, {f.Partner, "again-" + f.Name}, {town.Supplier, "other-" + f.Name},
		} {
			got := w.take(t, again.partner, again.name, contents[f.Name])
			if got.Status != housing.FileRepeated || got.Name != again.name || got.Partner != again.partner {
				t.Errorf("%s of %s ended as %s %s of %s", again.name, again.partner, got.Status, got.Name, got.Partner)
			}
			if want := rejected[f.Name]; got.Counts.Accepted > 0 || got.Counts.Rejected != want || got.Counts.Unchanged != got.Counts.Rows-want {
				t.Errorf("%s: counts %+v, want %d rejected as before", again.name, got.Counts, want)
			}
		}
	}
	if diff := cmp.Diff(before, w.facts(t)); diff != "" {
		t.Errorf("facts changed (-before +after):\n%s", diff)
	}
	files := len(w.town.Files())
	if n := one[int](t, w.store, "SELECT count(*)::int FROM file_arrivals"); n != 4*files {
		t.Errorf("%d arrivals are noted, want %d", n, 4*files)
	}
}

// Another file with the same rows changes nothing either.
func TestSameRowsInAnotherFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	w.fill(t)
	w.receive(t)
	before := w.facts(t)
	for name, content := range w.files(t) {
		if !strings.HasSuffix(name, ".csv") || name == "claims.csv" {
			continue
		}
		other := strings.TrimRight(content, "\r\n")
		partner := town.Office
		got := w.take(t, partner, name, other)
		if got.Status == housing.FileRepeated || got.Counts.Accepted > 0 || got.Counts.Unchanged == 0 {
			t.Errorf("%s without its last line end: %s %+v", name, got.Status, got.Counts)
		}
	}
	if diff := cmp.Diff(before, w.facts(t)); diff != "" {
		t.Errorf("facts changed (-before +after):\n%s", diff)
	}
}

// What cannot be read is refused with a reason, stored and answered; the file leaves the inbox.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	w.fill(t)
	w.receive(t)
	before := w.facts(t)
	contents := w.files(t)
	book := contents["accounts.xlsx"]
	tests := []struct{ name, content string }{
		{"unknown.bin", "\x01\x02\x03 nothing of ours"},
		{"unknown.csv", "one;two\r\n1;2\r\n"},
		{"empty.txt", ""},
		{"blank.csv", "\r\n\r\n"},
		{"half.xlsx", book[:len(book)/2]},
		{"picture.xlsx", "\x89PNG\r\n\x1a\n and so on"},
	}
	for _, test := range tests {
		got := w.take(t, town.Office, test.name, test.content)
		if got.Status != housing.FileRefused || got.Reason == "" || !russian(got.Reason) {
			t.Errorf("%s: %s with reason %q", test.name, got.Status, got.Reason)
		}
		reason := one[string](t, w.store, "SELECT reason FROM files WHERE name = $1 AND status = 'refused'", test.name)
		if reason != got.Reason {
			t.Errorf("%s: stored reason %q, want %q", test.name, reason, got.Reason)
		}
		if n := one[int](t, w.store, "SELECT count(*)::int FROM file_problems WHERE file_id = $1", got.ID); n == 0 {
			t.Errorf("%s: the problem is not stored", test.name)
		}
		if n := one[int](t, w.store, "SELECT count(*)::int FROM outgoing WHERE name LIKE $1", test.name+".protocol%"); n != 1 {
			t.Errorf("%s: %d answers", test.name, n)
		}
	}
	if left := w.inbox[town.Office].Names(); len(left) > 0 {
		t.Errorf("left in the inbox: %v", left)
	}
	if diff := cmp.Diff(before, w.facts(t)); diff != "" {
		t.Errorf("facts changed (-before +after):\n%s", diff)
	}
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		answered := slices.ContainsFunc(w.outbox[town.Office].Names(), func(name string) bool { return strings.HasPrefix(name, test.name) })
		if !answered {
			t.Errorf("%s: no answer in the outbox", test.name)
		}
	}
}

func russian(s string) bool {
	return strings.ContainsAny(s, "абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
}

// A registry of payments with totals that disagree books nothing at all and is answered row by row. One whose totals agree
// books all rows but the bad one, which comes in with the registry put right.
func TestPaymentsAreProvedByTheirTotals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	contents := w.files(t)
	var name string
	for _, f := range w.town.Files() {
		if f.Partner == town.Office {
			w.inbox[town.Office].Write(f.Name, contents[f.Name])
		} else if f.Partner == town.Bank && name == "" {
			name = f.Name
		}
	}
	w.receive(t)
	good, err := charmap.Windows1251.NewDecoder().String(contents[name])
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimRight(good, "\r\n"), "\r\n")
	with := func(change func(rows []string)) string {
		changed := slices.Clone(rows)
		change(changed)
		bad, err := charmap.Windows1251.NewEncoder().String(strings.Join(changed, "\r\n") + "\r\n")
		if err != nil {
			t.Fatal(err)
		}
		return bad
	}
	tests := []struct{ name, content string }{
		{"trailer", with(func(rows []string) { rows[len(rows)-1] = strings.Replace(rows[len(rows)-1], "=", "=1", 1) })},
		{"row gone", with(func(rows []string) { rows[3] = rows[len(rows)-1]; rows[len(rows)-1] = "" })},
		{"twice", with(func(rows []string) { rows[3] = rows[2] })},
	}
	for _, test := range tests {
		got := w.take(t, town.Bank, name, test.content)
		if got.Status != housing.FileRefused || !russian(got.Reason) || got.Counts.Accepted > 0 || got.Counts.Rejected != got.Counts.Rows {
			t.Errorf("%s: %s %q %+v", test.name, got.Status, got.Reason, got.Counts)
		}
		if n := one[int](t, w.store, "SELECT (SELECT count(*) FROM payments)::int + (SELECT count(*) FROM payment_keys)::int"); n != 0 {
			t.Errorf("%s: %d payments are booked", test.name, n)
		}
		if text := w.answerOfBank(t); !strings.Contains(text, "строка не загружена: файл отклонён целиком") {
			t.Errorf("%s: the answer does not speak of the rows:\n%s", test.name, text)
		}
	}
	date := w.take(t, town.Bank, name, with(func(rows []string) { rows[2] = "31-02-2026" + rows[2][10:] }))
	if date.Status != housing.FilePartly || date.Counts.Rejected != 1 || codesOf(date)[:10] != "3 bad_date" {
		t.Errorf("a wrong date: %s %+v %+v", date.Status, date.Counts, date.Problems)
	}
	got := w.take(t, town.Bank, name, contents[name])
	if got.Status != housing.FileAccepted || got.Counts.Accepted != 1 || got.Counts.Unchanged != date.Counts.Accepted {
		t.Errorf("the whole registry ended as %s %+v: %s", got.Status, got.Counts, got.Reason)
	}
}

// answerOfBank delivers and takes the newest answer out of the outbox of the bank.
func (w *world) answerOfBank(t *testing.T) string {
	t.Helper()
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	names := w.outbox[town.Bank].Names()
	if len(names) != 1 {
		t.Fatalf("answers %v, want one", names)
	}
	answer, _ := w.outbox[town.Bank].Bytes(names[0])
	text, err := charmap.Windows1251.NewDecoder().String(answer)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.outbox[town.Bank].Remove(t.Context(), names[0]); err != nil {
		t.Fatal(err)
	}
	return text
}

// A partner who is away, or a file that cannot be fetched, never stops the others.
func TestOneBadPartnerOrFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	w.fill(t)
	away := errors.New("the partner is away")
	w.inbox[town.Supplier].Fail(func(string, string) error { return remote.Temporary(away) })
	w.inbox[town.Office].Fail(func(op, name string) error {
		if op == "open" && name == "residents.xlsx" {
			return away
		}
		return nil
	})
	summary, err := w.Run(t.Context(), w.period)
	if !errors.Is(err, away) {
		t.Errorf("the run ended with %v, want to be told who is away", err)
	}
	got := map[string]bool{}
	for _, f := range summary.Files {
		got[f.Name] = true
	}
	for _, f := range w.town.Files() {
		if want := f.Partner != town.Supplier && f.Name != "residents.xlsx"; got[f.Name] != want {
			t.Errorf("%s of %s taken in: %t, want %t", f.Name, f.Partner, got[f.Name], want)
		}
	}
	w.inbox[town.Supplier].Fail(nil)
	w.inbox[town.Office].Fail(nil)
	rest := map[string]bool{}
	for _, f := range w.receive(t) {
		rest[f.Name] = f.Status != housing.FileRepeated
	}
	for _, f := range w.town.Files() {
		if !got[f.Name] && !rest[f.Name] {
			t.Errorf("%s is lost", f.Name)
		}
	}
}

// A file whose original cannot be removed was taken in nevertheless, and its next arrival is a repetition.
func TestOriginalThatStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	w.fill(t)
	stuck := errors.New("may not be removed")
	w.inbox[town.Office].Fail(func(op, name string) error {
		if op == "remove" && name == "houses.csv" {
			return stuck
		}
		return nil
	})
	office := w.partner(town.Office)
	files, err := w.Receive(t.Context(), office, w.period)
	if !errors.Is(err, stuck) {
		t.Errorf("receiving ended with %v, want %v", err, stuck)
	}
	if !slices.ContainsFunc(files, func(f pipeline.FileResult) bool { return f.Name == "houses.csv" }) {
		t.Error("the result does not name the file that was taken in")
	}
	w.inbox[town.Office].Fail(nil)
	again := w.receive(t)
	if i := slices.IndexFunc(again, func(f pipeline.FileResult) bool { return f.Name == "houses.csv" }); i < 0 || again[i].Status != housing.FileRepeated {
		t.Errorf("the file that stayed ended as %+v, want a repetition", again)
	}
}

// The longest names that an inbox lets through fit into the archive and the outbox too.
func TestLongNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	names := []string{
		strings.Repeat("ж", 123) + ".csv", strings.Repeat("Реестр ", 18) + ".csv", strings.Repeat("x", 10) + "." + strings.Repeat("y", 239),
	}
	for i, name := range names {
		if got := w.take(t, town.Office, name, fmt.Sprintf("one;two\n%d;3\n", i)); got.Name != name || got.Status != housing.FileRefused {
			t.Errorf("%s ended as %s %s", name, got.Status, got.Name)
		}
	}
	if got, err := w.Deliver(t.Context()); err != nil || got.Delivered != len(names) {
		t.Errorf("delivered %+v, %v; want an answer to each", got, err)
	}
}

// A file that came before what it refers to is sent once more, the same bytes: now its rows are accepted.
// Rows that were accepted the first time are not applied again, whatever was said of them since.
func TestRejectedRowsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	contents := w.files(t)
	early := w.take(t, town.Office, "services.csv", contents["services.csv"])
	if early.Counts.Accepted != 0 || early.Counts.Rejected != early.Counts.Rows {
		t.Fatalf("services without houses ended as %s %+v", early.Status, early.Counts)
	}
	w.take(t, town.Office, "houses.csv", contents["houses.csv"])
	w.take(t, town.Office, "accounts.xlsx", contents["accounts.xlsx"])
	late := w.take(t, town.Office, "services.csv", contents["services.csv"])
	expected := w.expected("services.csv")
	if late.Status != housing.FileAccepted || late.Counts != expected.Counts || late.ID != early.ID {
		t.Errorf("services ended as %s %+v, want %+v", late.Status, late.Counts, expected.Counts)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM file_problems WHERE file_id = $1", late.ID); n != 0 {
		t.Errorf("%d problems are still stored", n)
	}
	before := w.facts(t)
	if again := w.take(t, town.Office, "services.csv", contents["services.csv"]); again.Status != housing.FileRepeated {
		t.Errorf("the third time it ended as %s %+v", again.Status, again.Counts)
	}
	if diff := cmp.Diff(before, w.facts(t)); diff != "" {
		t.Errorf("facts changed (-before +after):\n%s", diff)
	}
}

// Of a file that was taken in part only the rejected rows are tried again: what was said of the others
// since stands.
func TestPartlyTakenAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	contents := w.files(t)
	for _, name := range []string{"houses.csv", "accounts.xlsx", "services.csv"} {
		w.take(t, town.Office, name, contents[name])
	}
	meters := strings.Split(contents["meters.csv"], "\n")
	_, rest, _ := strings.Cut(meters[3], ";")
	meters[3] = "0100009999;" + rest
	content := strings.Join(meters, "\n")
	first := w.take(t, town.Office, "meters.csv", content)
	if first.Status != housing.FilePartly || first.Counts.Rejected != 1 {
		t.Fatalf("ended as %s %+v", first.Status, first.Counts)
	}
	if _, err := w.store.Exec(t.Context(), "UPDATE meters SET verify_by = '2039-01-01' WHERE id = (SELECT min(id) FROM meters)"); err != nil {
		t.Fatal(err)
	}
	address := one[string](t, w.store, "SELECT address FROM houses WHERE kind = 'block' ORDER BY id LIMIT 1")
	account := "Лицевой счёт;ЕЛС;Идентификатор ЖКУ;Адрес дома;Квартира;Вид помещения;Плательщик;Площадь, м²;Проживает;Собственников;Право;Действует с\n" +
		"0100009999;;;" + address + ";777;квартира;Новый Н. Н.;50;1;1;собственник;01.01.2020\n"
	if got := w.take(t, town.Office, "new.csv", account); got.Counts.Accepted != 1 {
		t.Fatalf("the account ended as %s %+v %v", got.Status, got.Counts, got.Problems)
	}
	second := w.take(t, town.Office, "meters.csv", content)
	want := housing.Counts{Rows: first.Counts.Rows, Accepted: 1, Unchanged: first.Counts.Accepted}
	if second.Status != housing.FileAccepted || second.Counts != want {
		t.Errorf("ended as %s %+v, want %+v", second.Status, second.Counts, want)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM meters WHERE verify_by = '2039-01-01'"); n != 1 {
		t.Error("the file took back what was said after it")
	}
}
