package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func received(t *testing.T, content string) housing.ReceivedFile {
	t.Helper()
	return housing.ReceivedFile{
		Name: "accounts.csv", SHA256: strings.Repeat(content, 64), Size: 120, Partner: "bank", Format: "accounts-csv",
		Subject: "accounts", Archive: "archive/a", Received: instant(t, "2026-10-05T21:30:00Z"), Status: housing.FileAccepted,
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := received(t, "a")
	if _, err := w.FileByHash(t.Context(), w.issuer.ID, f.SHA256); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("a file never seen: %v, want ErrNotFound", err)
	}
	var err error
	if f.ID, err = w.InsertFile(t.Context(), w.issuer.ID, f); err != nil {
		t.Fatal(err)
	}
	if _, err := w.InsertFile(t.Context(), w.issuer.ID, f); !store.IsUnique(err, "files_organisation_id_sha256_key") {
		t.Errorf("the same bytes: %v, want a unique violation", err)
	}
	if _, err := w.InsertFile(t.Context(), w.supplier, f); err != nil {
		t.Errorf("the same bytes for another organisation: %v", err)
	}
	f.Status, f.Counts = housing.FilePartly, housing.Counts{Rows: 6, Accepted: 3, Unchanged: 2, Rejected: 1}
	if err := w.FinishFile(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if err := w.AddArrival(t.Context(), f.ID, housing.ReceivedFile{
		Partner: "bank", Name: "again.csv", Received: f.Received.Add(time.Hour), Origin: "mail <m1@bank.example> from bank@bank.example",
	}); err != nil {
		t.Fatal(err)
	}
	want(t, "arrivals", w.texts(t, "SELECT name FROM file_arrivals WHERE file_id = $1 ORDER BY id", f.ID), "accounts.csv", "again.csv")
	want(t, "origins", w.texts(t, "SELECT origin FROM file_arrivals WHERE file_id = $1 ORDER BY id", f.ID), "", "mail <m1@bank.example> from bank@bank.example")
	got, err := w.FileByHash(t.Context(), w.issuer.ID, f.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got); diff != "" { // instants come back in UTC
		t.Errorf("by hash (-want +got):\n%s", diff)
	}
	for since, n := range map[time.Time]int{f.Received: 1, f.Received.Add(time.Second): 0} {
		list, err := w.FilesSince(t.Context(), w.issuer.ID, since)
		if err != nil || len(list) != n {
			t.Errorf("%d files since %s, want %d (%v)", len(list), since, n, err)
		}
	}
}

// A broken file is full of bytes that no text of the database takes; its problems must be kept.
func TestProblemsOfBrokenBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := received(t, "b")
	f.Name = "\xf4\xe0\xe9\xeb.csv" // cp1251, as an FTP server of Windows names it
	id, err := w.InsertFile(t.Context(), w.issuer.ID, f)
	if err != nil {
		t.Fatal(err)
	}
	problems := []housing.Problem{
		{Row: 9, Code: "bad_encoding", Value: "a\x00b\xff", Text: "строка не в UTF-8"},
		{Row: 2, Sheet: "Дома", Column: "Адрес", Code: "long", Value: strings.Repeat("ж", 500), Text: "длинно", Severity: housing.SeverityWarning},
	}
	if err := w.AddProblems(t.Context(), id, problems); err != nil {
		t.Fatal(err)
	}
	got, err := w.Problems(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	expected := []housing.Problem{problems[1], problems[0]}
	expected[0].Value = strings.Repeat("ж", 200) + "…"
	expected[1].Value, expected[1].Severity = "a\uFFFDb\uFFFD", housing.SeverityError
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
