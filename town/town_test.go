package town_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/town"
)

func newTown(tb testing.TB, accounts int, seed uint64) *town.Town {
	tb.Helper()
	made, err := town.New(town.Config{Accounts: accounts, Seed: seed})
	if err != nil {
		tb.Fatal(err)
	}
	return made
}

func content(tb testing.TB, f town.File) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		tb.Fatalf("%s: %v", f.Name, err)
	}
	return b.Bytes()
}

// decoded is what the importers make of a file.
type decoded struct {
	rows, byForm int
	codes        map[string]int // of errors
	warnings     map[string]int
	refusal      string
	notes        int
}

func decode(t *testing.T, name, want string, body []byte, each func(importers.Fact)) decoded {
	t.Helper()
	in := importers.Input{Name: name, Size: int64(len(body)), Content: bytes.NewReader(body)}
	sample, err := importers.NewSample(in)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	format, err := catalogue.New().Recognise(sample)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if format.Name() != want {
		t.Fatalf("%s is recognised as %s, want %s", name, format.Name(), want)
	}
	got := decoded{codes: map[string]int{}, warnings: map[string]int{}}
	result, err := format.Decode(t.Context(), in, func(r importers.Record) error {
		got.rows++
		if r.Rejected() {
			got.byForm++
		}
		for _, p := range r.Problems {
			if p.IsError() {
				got.codes[p.Code]++
			} else {
				got.warnings[p.Code]++
			}
		}
		if r.Fact != nil {
			each(r.Fact)
		}
		return nil
	})
	got.notes = len(result.Notes)
	if refused, ok := errors.AsType[*importers.FileError](err); ok {
		got.refusal = refused.Problem.Code
	} else if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return got
}

// Every file is recognised and reads with the mistakes made on purpose and no others.
func TestFilesDecodeAsExpected(t *testing.T) {
	t.Parallel()
	for _, accounts := range []int{town.MinAccounts, 300, 1000, 6000} {
		made := newTown(t, accounts, 1)
		expected := made.Expected()
		files := made.Files()
		if len(files) != len(expected.Files) {
			t.Fatalf("%d files, %d expected", len(files), len(expected.Files))
		}
		for i, f := range files {
			want := expected.Files[i]
			if f.Name != want.Name || f.Partner != want.Partner {
				t.Fatalf("file %d is %s, expected %s", i, f.Name, want.Name)
			}
			got := decode(t, f.Name, want.Format, content(t, f), func(importers.Fact) {})
			checkDecoded(t, want, got)
		}
	}
}

func checkDecoded(t *testing.T, want town.ExpectedFile, got decoded) {
	t.Helper()
	if got.refusal != want.Refusal {
		t.Errorf("%s: refused for %q, want %q", want.Name, got.refusal, want.Refusal)
	}
	if want.Status == housing.FileRefused {
		if got.rows != want.Counts.Rejected {
			t.Errorf("%s: %d rows, want %d", want.Name, got.rows, want.Counts.Rejected)
		}
		return
	}
	codes := map[string]int{}
	for _, code := range []string{"bad_date", "bad_number", "bad_code", "bad_phone", "no_key"} { // those of the form
		if n := want.Codes[code]; n > 0 {
			codes[code] = n
		}
	}
	if got.rows != want.Counts.Rows || got.byForm != want.ByForm || got.notes != 0 {
		t.Errorf("%s: %d rows, %d rejected, %d notes; want %d, %d, 0",
			want.Name, got.rows, got.byForm, got.notes, want.Counts.Rows, want.ByForm)
	}
	if diff := cmp.Diff(codes, got.codes); diff != "" {
		t.Errorf("%s: codes (-want +got)\n%s", want.Name, diff)
	}
	for code := range got.warnings {
		if code != "numeric_account" && (code != "empty" || want.Format != "sber-payments-a") {
			t.Errorf("%s: unexpected warning %s", want.Name, code)
		}
	}
}

func TestMessagesEndAsExpected(t *testing.T) {
	t.Parallel()
	made := newTown(t, 1000, 1)
	want := made.Expected().Messages
	// What only the meters know, the stream's own decoder cannot refuse.
	unseen := want.Codes["unknown_meter"] + want.Codes["reading_decreased"]
	seen := map[string]bool{}
	sent, accepted, repeated := 0, 0, 0
	codes := map[string]int{}
	for m, err := range made.Messages() {
		if err != nil {
			t.Fatal(err)
		}
		sent++
		read, err := stream.DecodeReadings(m.Value)
		if reject, ok := errors.AsType[*stream.RejectError](err); ok {
			codes[reject.Code]++
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if seen[read.Key] {
			repeated++
			continue
		}
		seen[read.Key] = true
		accepted++
	}
	if sent != want.Sent || accepted != want.Accepted+unseen || repeated != want.Unchanged {
		t.Errorf("sent %d, good %d, repeated %d; want %+v", sent, accepted, repeated, want)
	}
	if want.Dead != unseen+codes[stream.CodeNotJSON]+codes[stream.CodeWrongUnit] || unseen == 0 || len(codes) != 2 {
		t.Errorf("dead %v, want %v", codes, want.Codes)
	}
}

// The same seed gives the same bytes, another one does not.
func TestTownIsDeterministic(t *testing.T) {
	t.Parallel()
	sums := func(seed uint64) [][32]byte {
		var list [][32]byte
		made := newTown(t, 200, seed)
		for _, f := range made.Files() {
			first, second := content(t, f), content(t, f)
			if !bytes.Equal(first, second) {
				t.Errorf("%s: written twice, it differs", f.Name)
			}
			list = append(list, sha256.Sum256(first))
		}
		h := sha256.New()
		for m, err := range made.Messages() {
			if err != nil {
				t.Fatal(err)
			}
			h.Write(m.Value)
		}
		return append(list, [32]byte(h.Sum(nil)))
	}
	one, again, other := sums(1), sums(1), sums(2)
	if diff := cmp.Diff(one, again); diff != "" {
		t.Errorf("the same seed gives other bytes\n%s", diff)
	}
	same := 0
	for i := range one {
		if one[i] == other[i] {
			same++
		}
	}
	if same > 1 { // tariffs do not depend on the seed
		t.Errorf("%d files of two seeds are the same", same)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	early, err := housing.ParsePeriod("2025-12")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []town.Config{{Accounts: town.MinAccounts - 1}, {Accounts: town.MaxAccounts + 1}, {Accounts: 100, Period: early}} {
		if _, err := town.New(c); !errors.Is(err, town.ErrConfig) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
