package office_test

import (
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/office"
)

func TestNobodyComesInWithoutSigningIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	b := w.browser(t)
	for _, path := range []string{"/", "/orders", "/orders/abc", "/papers", "/papers/2026-10/a.pdf"} {
		if a := b.get(path); a.status != http.StatusSeeOther || a.header.Get("Location") != "/login" {
			t.Errorf("%s: %d to %q", path, a.status, a.header.Get("Location"))
		}
	}
	for _, path := range []string{"/orders", "/logout"} {
		if a := b.do(http.MethodPost, path, url.Values{}, nil); a.status != http.StatusSeeOther || a.header.Get("Location") != "/login" {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := b.do(http.MethodGet, "/orders", nil, map[string]string{"X-Part": "orders"}); a.status != http.StatusUnauthorized || a.body != "" {
		t.Errorf("the script gets %d %q", a.status, a.body)
	}
	a := b.get("/login")
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if policy := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("content policy %q", policy)
	}
	if a := b.get("/nothing"); a.status != http.StatusNotFound || !strings.Contains(a.body, "Такой страницы нет") {
		t.Errorf("an unknown page: %d", a.status)
	}
}

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	b := w.browser(t)
	for name, secret := range map[string]string{"ivanova": "неверный пароль", "nobody": password, "": "", "glavnaya": strings.Repeat("я", 2000)} {
		a := b.signIn(name, secret)
		if a.status != http.StatusUnauthorized || !strings.Contains(a.body, "Имя или пароль неверны") || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%q: %d", name, a.status)
		}
		if secret != "" && strings.Contains(a.body, secret) {
			t.Errorf("%q: the page repeats the password", name)
		}
	}
	a := b.signIn("ivanova", password)
	cookie := a.header.Get("Set-Cookie")
	if a.status != http.StatusSeeOther || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Fatalf("sign-in: %d, %q", a.status, cookie)
	}
	if a := b.get("/"); a.status != http.StatusOK || !strings.Contains(a.body, "Примерский дом") || strings.Contains(a.body, "Соседи") {
		t.Errorf("an accountant sees other companies than hers, or not her own: %d", a.status)
	}
	if a := b.do(http.MethodPost, "/logout", url.Values{"token": {"guessed"}}, nil); a.status != http.StatusForbidden {
		t.Errorf("a form without the token: %d", a.status)
	}
	token := b.token()
	if a := b.do(http.MethodPost, "/logout", url.Values{"token": {token}}, map[string]string{"Sec-Fetch-Site": "cross-site"}); a.status != http.StatusForbidden {
		t.Errorf("a form of another site: %d", a.status)
	}
	if a := b.do(http.MethodPost, "/logout", url.Values{"token": {token}}, nil); a.status != http.StatusSeeOther {
		t.Errorf("sign-out: %d", a.status)
	}
	if a := b.get("/"); a.status != http.StatusSeeOther {
		t.Errorf("after signing out: %d", a.status)
	}
	if diff := cmp.Diff([]string{"ivanova access.login office page of " + mine + " <nil>"}, w.journal); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}

func TestSecureCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *office.Config) { c.BehindTLS = true })
	a := w.browser(t).signIn("ivanova", password)
	cookie := a.header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-kvitok=") || !strings.Contains(cookie, "; Secure") || a.header.Get("Strict-Transport-Security") == "" {
		t.Errorf("cookie %q", cookie)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	idle, busy := w.signed(t, "ivanova"), w.signed(t, "ivanova")
	w.clock.move(20 * time.Minute)
	busy.get("/")
	w.clock.move(20 * time.Minute)
	if a := idle.get("/"); a.status != http.StatusSeeOther {
		t.Errorf("after 40 idle minutes: %d", a.status)
	}
	if a := busy.get("/"); a.status != http.StatusOK {
		t.Errorf("after 20 idle minutes: %d", a.status)
	}
	for range 40 {
		w.clock.move(20 * time.Minute)
		busy.get("/")
	}
	if a := busy.get("/"); a.status != http.StatusSeeOther {
		t.Errorf("after 14 busy hours: %d", a.status)
	}
}

// Whoever guesses waits longer and longer; the right password does not help him, and others are let in.
func TestThrottle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *office.Config) { c.BehindTLS = true })
	thief, owner := map[string]string{"X-Forwarded-For": "203.0.113.7"}, map[string]string{"X-Forwarded-For": "10.0.0.1, 203.0.113.8"}
	b := w.browser(t)
	try := func(secret string, from map[string]string) answer {
		t.Helper()
		return b.do(http.MethodPost, "/login", url.Values{"name": {"ivanova"}, "password": {secret}}, from)
	}
	for i := range 5 {
		if a := try("guess", thief); a.status != http.StatusUnauthorized {
			t.Fatalf("guess %d: %d", i, a.status)
		}
	}
	a := try(password, thief)
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "30" || !strings.Contains(a.body, "через 30\u00a0секунд") {
		t.Errorf("after five guesses: %d, %q", a.status, a.header.Get("Retry-After"))
	}
	if a := try(password, owner); a.status != http.StatusSeeOther {
		t.Errorf("the owner is locked out: %d", a.status)
	}
	w.clock.move(30 * time.Second)
	if a := try("guess", thief); a.status != http.StatusUnauthorized {
		t.Errorf("after the wait: %d", a.status)
	}
	if a := try(password, thief); a.header.Get("Retry-After") != "60" {
		t.Errorf("the second wait is %q seconds", a.header.Get("Retry-After"))
	}
	w.clock.move(2 * time.Hour)
	if a := try(password, thief); a.status != http.StatusSeeOther {
		t.Errorf("two hours later: %d", a.status)
	}
}

func TestOrderAndDownload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	b := w.signed(t, "ivanova")
	a := b.order(mine, "2026-10", "debtors")
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/?company="+mine+"&month=2026-10&report=debtors#orders" {
		t.Fatalf("order: %d to %q", a.status, a.header.Get("Location"))
	}
	path := b.ready(1)[0]
	a = b.get(path)
	_, names, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
	if a.status != http.StatusOK || a.body != "debtors of "+mine || err != nil || names["filename"] != "Должники 2026-10.xlsx" {
		t.Errorf("download: %d %q, %v %v", a.status, a.body, names, err)
	}
	if text := a.header.Get("Content-Disposition"); !strings.Contains(text, "filename*=utf-8''%D0%94") {
		t.Errorf("Content-Disposition %q", text)
	}
	for _, other := range []string{"petrova", "glavnaya"} {
		if a := w.signed(t, other).get(path); a.status != http.StatusNotFound {
			t.Errorf("%s downloads what she did not order: %d", other, a.status)
		}
	}
	want := "ivanova access.report debtors 2026-10 of " + mine + " Должники 2026-10.xlsx"
	if w.journal[1] != want {
		t.Errorf("journal %q, want %q", w.journal[1], want)
	}
}

func TestOrdersAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	b := w.signed(t, "ivanova")
	tests := map[string]struct{ company, month, report, problem string }{
		"a foreign company":  {foreign, "2026-12", "debtors", "Выберите организацию"},
		"no company":         {"", "2026-10", "debtors", "Выберите организацию"},
		"an unknown report":  {mine, "2026-10", "../../etc/passwd", "Выберите отчёт"},
		"no month":           {mine, "", "debtors", "Выберите месяц"},
		"a month of nothing": {mine, "2026-01", "debtors", "За январь 2026 по организации"},
	}
	for name, test := range tests {
		if a := b.order(test.company, test.month, test.report); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, test.problem) {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := b.do(http.MethodPost, "/orders", url.Values{"company": {mine}, "month": {"2026-10"}, "report": {"debtors"}}, nil); a.status != http.StatusForbidden {
		t.Errorf("without the token: %d", a.status)
	}
	if w.count() != 0 {
		t.Errorf("%d reports were made", w.count())
	}
}

// The same report of the same data is made once, whoever asks; of other data, or where nobody knows, again.
func TestTheSameIsNotMadeTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	b, head := w.signed(t, "ivanova"), w.signed(t, "glavnaya")
	for range 3 {
		b.order(mine, "2026-10", "debtors")
		b.ready(1)
	}
	head.order(mine, "2026-10", "debtors")
	if links := head.ready(1); w.count() != 1 || head.get(links[0]).status != http.StatusOK {
		t.Fatalf("%d reports made, want 1", w.count())
	}
	w.change()
	b.order(mine, "2026-10", "debtors")
	b.ready(2)
	if w.count() != 2 {
		t.Errorf("%d reports made, want one more of other data", w.count())
	}
}

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *office.Config) { c.Queue = 1 })
	w.rows = make(chan int)
	b := w.signed(t, "ivanova")
	b.order(mine, "2026-10", "debtors")
	w.rows <- 500 // it is being made, the queue is empty again
	b.order(mine, "2026-10", "charges")
	if a := b.order(mine, "2026-10", "turnover"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Очередь отчётов заполнена") {
		t.Errorf("a third order: %d", a.status)
	}
	if a := b.order(mine, "2026-10", "charges"); a.status != http.StatusSeeOther {
		t.Errorf("one that waits already: %d", a.status)
	}
	body := b.get("/").body
	if !strings.Contains(body, `<progress max="4000" value="500"`) || !strings.Contains(body, "В очереди") || !strings.Contains(body, `http-equiv="refresh"`) {
		t.Error("the page does not show the progress")
	}
	w.rows <- -1
	w.rows <- 0
	b.ready(1)
	if body := b.get("/").body; !strings.Contains(body, "Не получилось.") || strings.Contains(body, "made to fail") || strings.Contains(body, "refresh") {
		t.Error("a failure is not shown, or shown with its cause")
	}
}

func TestReportsAreKeptForSomeTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	b := w.signed(t, "ivanova")
	b.order(mine, "2026-10", "debtors")
	path := b.ready(1)[0]
	kept := filepath.Join(w.dir, "work", "office")
	if files, err := os.ReadDir(kept); err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	w.clock.move(25 * time.Hour)
	w.page.Sweep(t.Context())
	if files, err := os.ReadDir(kept); err != nil || len(files) != 0 {
		t.Errorf("a day later: %v, %v", files, err)
	}
	if a := w.signed(t, "ivanova").get(path); a.status != http.StatusNotFound || !strings.Contains(a.body, "24\u00a0часа") {
		t.Errorf("a day later: %d", a.status)
	}
}

func TestPapers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	folder := filepath.Join(w.dir, "receipts", "2026-10")
	if err := os.MkdirAll(filepath.Join(folder, "inner.pdf"), 0o750); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "ул. Садовая, д. 5.pdf"), "%PDF-")
	write(t, filepath.Join(folder, "note.txt"), "not for them")
	write(t, filepath.Join(w.dir, "secret.pdf"), "secret")
	if err := os.Symlink(filepath.Join(w.dir, "secret.pdf"), filepath.Join(folder, "link.pdf")); err != nil {
		t.Fatal(err)
	}
	b := w.signed(t, "ivanova")
	body := b.get("/papers?month=2026-10").body
	if !strings.Contains(body, "ул. Садовая, д. 5.pdf") || strings.Contains(body, "note.txt") || strings.Contains(body, "inner.pdf") || strings.Contains(body, "link.pdf") {
		t.Errorf("the list:\n%s", body)
	}
	a := b.get("/papers/2026-10/" + url.PathEscape("ул. Садовая, д. 5.pdf"))
	if a.status != http.StatusOK || a.body != "%PDF-" || a.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("download: %d", a.status)
	}
	for _, name := range []string{"note.txt", "inner.pdf", "link.pdf", "%2e%2e%2f%2e%2e%2fsecret.pdf", "nothing.pdf"} {
		if a := b.get("/papers/2026-10/" + name); a.status != http.StatusNotFound || strings.Contains(a.body, "secret") {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := w.signed(t, "petrova").get("/papers/2026-10/" + url.PathEscape("ул. Садовая, д. 5.pdf")); a.status != http.StatusNotFound {
		t.Errorf("of a company that is not hers: %d", a.status)
	}
	if got := w.journal[1]; got != "ivanova access.receipts receipts 2026-10 of "+mine+" ул. Садовая, д. 5.pdf" {
		t.Errorf("journal %q", got)
	}
}
