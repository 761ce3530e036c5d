package remote_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
)

func arriving(t *testing.T, m *remotetest.Memory, now func() time.Time, a remote.Arrival) *remote.Place {
	t.Helper()
	p, err := remote.New(remote.Settings{
		Name: "bank", Driver: m, Arrival: a, Now: now, Log: slog.New(slog.DiscardHandler), Backoff: remote.Backoff{Attempts: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// readyNames polls twice and names what is ready.
func readyNames(t *testing.T, p *remote.Place) []string {
	t.Helper()
	var watch remote.Watch
	if _, err := p.Ready(t.Context(), &watch); err != nil {
		t.Fatal(err)
	}
	entries, err := p.Ready(t.Context(), &watch)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	return names
}

func TestArrivalByName(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rules remote.Arrival
		want  []string
	}{
		"no rules":     {remote.Arrival{}, []string{"A.TXT", "b.csv", "c.loading", "empty.txt"}},
		"masks":        {remote.Arrival{Names: []string{"*.txt"}}, []string{"A.TXT", "empty.txt"}},
		"more endings": {remote.Arrival{Temporary: []string{".loading"}, Names: []string{"?.*"}}, []string{"A.TXT", "b.csv"}},
		"empty left":   {remote.Arrival{Empty: remote.EmptyLeave}, []string{"A.TXT", "b.csv", "c.loading"}},
		"empty gone":   {remote.Arrival{Empty: remote.EmptyRemove}, []string{"A.TXT", "b.csv", "c.loading"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := remotetest.NewMemory()
			for _, file := range []string{"A.TXT", "b.csv", "c.loading"} {
				m.Write(file, "x")
			}
			m.Write("empty.txt", "")
			m.Write("d.tmp", "x")
			got := readyNames(t, arriving(t, m, time.Now, tt.rules)) //nolint:forbidigo // tests may use the real clock
			if !slices.Equal(got, tt.want) {
				t.Errorf("ready %q, want %q", got, tt.want)
			}
			if _, there := m.Bytes("empty.txt"); there == (tt.rules.Empty == remote.EmptyRemove) {
				t.Errorf("the empty file is there: %t", there)
			}
		})
	}
}

// A file without its end is waited for while it may still grow, then taken as it is.
func TestArrivalWaitsForTheEnd(t *testing.T) {
	t.Parallel()
	rules := remote.Arrival{Ends: map[string]string{"*.txt": "="}}
	dbf := "\x03\x1a\x0a\x05\x03\x00\x00\x00\x41\x00\x0a\x00" // three rows of 10 bytes after a header of 65
	for name, tt := range map[string]struct {
		file, content string
		whole         bool
	}{
		"total line":       {"a.TXT", "1;2\n=1;2\r\n", true},
		"no total line":    {"a.txt", "=1;2\n1;2\n", false},
		"no rule for it":   {"a.csv", "1;2\n", true},
		"zip":              {"a.zip", "PK\x03\x04 content PK\x05\x06" + strings.Repeat("\x00", 18), true},
		"zip cut":          {"a.XLSX", "PK\x03\x04 content", false},
		"not a zip at all": {"a.zip", "hello", true},
		"bank statement":   {"kl_to_1c.txt2", "1CClientBankExchange\r\nКонецФайла\r\n", true},
		"in Windows-1251":  {"kl_to_1c.1c", "1CClientBankExchange\r\n\xca\xee\xed\xe5\xf6\xd4\xe0\xe9\xeb\xe0\r\n", true},
		"statement cut":    {"kl_to_1c.1c", "1CClientBankExchange\r\n\xca\xee\xed\xe5", false},
		"table":            {"a.dbf", dbf + strings.Repeat(" ", 65-12+30), true},
		"table cut":        {"a.dbf", dbf + strings.Repeat(" ", 65-12+29), false},
		"table stub":       {"a.dbf", "\x03", true},
		"long, then end":   {"a.txt", strings.Repeat("x", 300_000) + "\n=1", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := remotetest.NewMemory()
				m.Write(tt.file, tt.content)
				written := time.Date(2026, time.October, 1, 6, 0, 1, 0, time.UTC) // the clock of Memory
				age := time.Minute
				p := arriving(t, m, func() time.Time { return written.Add(age) }, rules)
				fetch := func() (string, error) {
					var sink remotetest.Sink
					_, err := p.Fetch(t.Context(), remote.Entry{Name: tt.file, Size: int64(len(tt.content))}, sink.Create)
					return string(sink.Bytes()), err
				}
				if _, err := fetch(); (err == nil) != tt.whole || err != nil && !errors.Is(err, remote.ErrChanged) {
					t.Errorf("young: %v, want whole %t", err, tt.whole)
				}
				age = time.Hour
				if got, err := fetch(); err != nil || got != tt.content {
					t.Errorf("old: %v, want it as it is", err)
				}
			})
		})
	}
}

// Where the sender says that a file is complete, one without its end is taken at once: it will not get it.
func TestArrivalToldComplete(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rules remote.Arrival
		told  bool
	}{
		"flag":      {remote.Arrival{ReadyFlags: []string{".ready"}}, true},
		"checksum":  {remote.Arrival{Checksums: []string{".sha256"}}, true},
		"names":     {remote.Arrival{Temporary: []string{".loading"}}, true},
		"not a bit": {remote.Arrival{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := remotetest.NewMemory()
			const content = "PK\x03\x04 content"
			m.Write("a.zip.ready", "")
			m.Write("a.zip.sha256", fmt.Sprintf("%x", sha256.Sum256([]byte(content))))
			m.Write("a.zip", content)
			p := arriving(t, m, func() time.Time { return time.Date(2026, time.October, 1, 6, 0, 10, 0, time.UTC) }, tt.rules)
			_, err := p.Fetch(t.Context(), remote.Entry{Name: "a.zip", Size: int64(len(content))}, (&remotetest.Sink{}).Create)
			if tt.told && err != nil || !tt.told && !errors.Is(err, remote.ErrChanged) {
				t.Errorf("seconds after its last change: %v, want taken %t", err, tt.told)
			}
		})
	}
}

func TestArrivalValidate(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]remote.Arrival{
		"mask":     {Names: []string{"[a"}},
		"ending":   {ReadyFlags: []string{"ready"}},
		"checksum": {Checksums: []string{".crc"}},
		"empty":    {Empty: "delete"},
		"mark":     {Ends: map[string]string{"*.txt": " "}},
		"patience": {Patience: -1},
	} {
		if rules.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// A checksum file that is not whole yet is waited for; one that speaks of another file is an error that people see.
func TestChecksumFiles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sum     string
		waiting bool
	}{
		"empty":        {"", true},
		"cut":          {"2cf24dba", true},
		"another file": {strings.Repeat("0", 64) + "  y.csv\n" + strings.Repeat("0", 64) + "  z.csv\n", false},
		"other bytes":  {strings.Repeat("0", 64), false},
		"endless":      {strings.Repeat("0", 5000), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := remotetest.NewMemory()
			m.Write("x.csv", "hello")
			m.Write("x.csv.sha256", tt.sum)
			p := arriving(t, m, time.Now, remote.Arrival{Checksums: []string{".sha256"}}) //nolint:forbidigo // tests may use the real clock
			_, err := p.Fetch(t.Context(), remote.Entry{Name: "x.csv", Size: 5}, func() (io.WriteCloser, error) { return (&remotetest.Sink{}).Create() })
			if err == nil || errors.Is(err, remote.ErrChanged) != tt.waiting {
				t.Errorf("%v, want waiting %t", err, tt.waiting)
			}
		})
	}
}
