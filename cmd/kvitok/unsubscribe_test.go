package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const lettersConfigText = `
organisation: {inn: "9900173450", name: "ООО «УК «Примерский дом»"}
letters:
  smtp: {address: "127.0.0.1:1", tls: none, from: "УК <uk@uk.example>"}
  unsubscribe_url: https://uk.example/unsubscribe/{token}
`

// Looking at the page of a link does nothing; the button, and the POST of a mail program, end the letters.
func TestUnsubscribePage(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	if err := os.WriteFile(filepath.Join(dir, "kvitok.yaml"), []byte(lettersConfigText), 0o600); err != nil {
		t.Fatal(err)
	}
	e := testEnvironment(&bytes.Buffer{}, &bytes.Buffer{})
	e.dir = dir
	err := e.work(t.Context(), func(ctx context.Context, a *app) error {
		const (
			token   = "0b0e0c4e-3c07-4a4e-9c55-3f3f7c1f6a01" //nolint:gosec // of a letter of the tests
			fixture = `
WITH s AS (INSERT INTO sources (kind, name) VALUES ('manual', 'test') RETURNING *),
h AS (INSERT INTO houses (organisation_id, address, key, kind, source_id, source_pos)
    SELECT o.id, 'x', 'x', 'block', s.id, 1 FROM organisations o, s RETURNING *),
p AS (INSERT INTO premises (house_id, flat, kind) SELECT id, '1', 'flat' FROM h RETURNING *),
a AS (INSERT INTO accounts (organisation_id, house_id, premises_id, number, opened, source_id, source_pos)
    SELECT h.organisation_id, h.id, p.id, '1', '2020-01-01', h.source_id, 1 FROM h, p RETURNING *)
INSERT INTO letters (organisation_id, account_id, house_id, period, version, email, domain, token, queued_at)
SELECT organisation_id, id, house_id, '2026-10-01', 1, 'a@b.example', 'b.example', $1::uuid, now() FROM a`
		)
		if _, err := a.store.Exec(ctx, fixture, token); err != nil {
			return err
		}
		ask := func(method, token string) (int, string) {
			request := httptest.NewRequestWithContext(ctx, method, "/unsubscribe/"+token, strings.NewReader("List-Unsubscribe=One-Click"))
			recorder := httptest.NewRecorder()
			a.handler(newMetrics()).ServeHTTP(recorder, request)
			return recorder.Code, recorder.Body.String()
		}
		stops := func() (count int) {
			if err := a.store.QueryRow(ctx, "SELECT count(*) FROM letter_stops").Scan(&count); err != nil {
				t.Error(err)
			}
			return count
		}
		if code, page := ask(http.MethodGet, token); code != http.StatusOK || !strings.Contains(page, "<button") || stops() != 0 {
			t.Errorf("looked at: %d, %d stopped\n%s", code, stops(), page)
		}
		if code, page := ask(http.MethodPost, strings.Repeat("0", 36)); code != http.StatusNotFound || !strings.Contains(page, "Такой ссылки нет") {
			t.Errorf("another token: %d\n%s", code, page)
		}
		for range 2 {
			if code, page := ask(http.MethodPost, token); code != http.StatusOK || !strings.Contains(page, "больше не будут") || stops() != 1 {
				t.Errorf("asked to stop: %d, %d stopped\n%s", code, stops(), page)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
