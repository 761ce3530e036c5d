package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// logBuffer is written by a service while the test reads it.
type logBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
	grown chan struct{}
}

func newLogBuffer() *logBuffer { return &logBuffer{grown: make(chan struct{}, 1)} }

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	select {
	case b.grown <- struct{}{}:
	default:
	}
	return b.text.Write(p) //nolint:wrapcheck // a buffer never fails
}

func (b *logBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

// entry waits for a log line with this message and returns it.
func (b *logBuffer) entry(t *testing.T, message string) map[string]any {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		for line := range strings.Lines(b.String()) {
			var entry map[string]any
			if json.Unmarshal([]byte(line), &entry) == nil && entry["msg"] == message {
				return entry
			}
		}
		select {
		case <-b.grown:
		case <-limit:
			t.Fatalf("no %q in a minute:\n%s", message, b.String())
		}
	}
}

func get(t *testing.T, url, token string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// A service takes a file from its inbox, tells the metrics, and drains when it is told to stop.
func TestServe(t *testing.T) {
	t.Parallel()
	dir, log := dataDir(t), newLogBuffer()
	const text = `
organisation: {inn: "9900173450", name: ООО «УК «Примерский дом»}
partners:
  - {name: office, inbox: {folder: {dir: inbox}}, outbox: {folder: {dir: outbox}}}
schedules: {poll: {every: 1s}, run: {day: 1, time: "04:30"}}
serve: {listen: "127.0.0.1:0", token: "sesame"}
office:
  listen: "127.0.0.1:0"
  users:
    - {name: ivanova, role: head, password: "$argon2id$v=19$m=8192,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
`
	if err := os.WriteFile(filepath.Join(dir, "kvitok.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "inbox"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "inbox", "odd.csv"), []byte("one;two\n1;2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	code := make(chan int, 1)
	go func() { code <- run(ctx, testEnvironment(io.Discard, log, "serve", "--dir", dir)) }()
	address, _ := log.entry(t, "serving")["address"].(string)
	base := "http://" + address
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if status, body := get(t, base+path, ""); status != http.StatusOK || body != want {
			t.Errorf("%s: %d %q", path, status, body)
		}
	}
	log.entry(t, "file refused")
	log.entry(t, "delivered")
	if status, body := get(t, base+"/metrics", ""); status != http.StatusOK || strings.Contains(body, "odd.csv") {
		t.Errorf("/metrics: %d, or it names a file", status)
	}
	if status, _ := get(t, base+"/files/protocols/", "Bearer sesame"); status != http.StatusOK {
		t.Errorf("protocols: %d", status)
	}
	page, _ := log.entry(t, "office page open")["address"].(string)
	if status, body := get(t, "http://"+page+"/", ""); status != http.StatusOK || !strings.Contains(body, "Пароль") {
		t.Errorf("the office page: %d", status)
	}
	stop()
	if got := <-code; got != exitDone {
		t.Errorf("exit code %d:\n%s", got, log.String())
	}
	log.entry(t, "stopped")
	if _, err := os.Stat(filepath.Join(dir, "inbox", "odd.csv")); !os.IsNotExist(err) {
		t.Errorf("the file is still in the inbox: %v", err)
	}
}

func TestDownloads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"receipts/2026-10/house.pdf": "%PDF-", "reports/a.txt": "rows", "kvitok.yaml": "secret", "postgres/base": "rows of people",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "reports", "link")); err != nil {
		t.Fatal(err)
	}
	open := &app{config: &config{Serve: serveConfig{Token: "sesame"}}, dir: dir, log: quietLog()}
	closed := &app{config: &config{}, dir: dir, log: quietLog()}
	tests := map[string]struct {
		app         *app
		path, token string
		status      int
		body        string
	}{
		"bearer":             {open, "/files/reports/a.txt", "Bearer sesame", 200, "rows"},
		"basic, any name":    {open, "/files/reports/a.txt", "Basic dXNlcjpzZXNhbWU=", 200, "rows"}, // user:sesame
		"deeper":             {open, "/files/receipts/2026-10/house.pdf", "Bearer sesame", 200, "%PDF-"},
		"folder":             {open, "/files/receipts/", "Bearer sesame", 200, "receipts/2026-10/\n"},
		"folders":            {open, "/files/", "Bearer sesame", 200, "receipts\nreports\nprotocols\n"},
		"no token":           {open, "/files/reports/a.txt", "", 401, "a token is needed\n"},
		"wrong token":        {open, "/files/reports/a.txt", "Bearer sesam", 401, "a token is needed\n"},
		"token without word": {open, "/files/reports/a.txt", "sesame", 401, "a token is needed\n"},
		"nothing configured": {closed, "/files/reports/a.txt", "Bearer ", 404, "downloads are closed: no token is configured\n"},
		"missing":            {open, "/files/reports/b.txt", "Bearer sesame", 404, "no such file\n"},
		"configuration":      {open, "/files/kvitok.yaml", "Bearer sesame", 404, "no such file\n"},
		"database":           {open, "/files/postgres/base", "Bearer sesame", 404, "no such file\n"},
		"up and out":         {open, "/files/reports/../kvitok.yaml", "Bearer sesame", 404, "no such file\n"},
		"up, encoded":        {open, "/files/reports/%2e%2e/kvitok.yaml", "Bearer sesame", 404, "no such file\n"},
		"link out":           {open, "/files/reports/link", "Bearer sesame", 404, "no such file\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, test.path, nil)
			if test.token != "" {
				request.Header.Set("Authorization", test.token)
			}
			answer := httptest.NewRecorder()
			test.app.downloads().ServeHTTP(answer, request)
			if answer.Code != test.status || answer.Body.String() != test.body {
				t.Errorf("got %d %q, want %d %q", answer.Code, answer.Body, test.status, test.body)
			}
		})
	}
}
