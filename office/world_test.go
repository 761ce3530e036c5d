package office_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/office"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	password = "верный пароль 1" //nolint:gosec // of the tests
	mine     = "9900173450"
	foreign  = "9900000017"
)

// made is a Reports whose reports the test makes: each build waits for the rows that the test allows.
type made struct {
	mutex   sync.Mutex
	version int64
	builds  int
	journal []string
	rows    chan int // nil: nothing to wait for; 0 ends a report, a negative number fails it
}

var errMade = errors.New("made to fail")

func (m *made) Companies(context.Context) ([]housing.Organisation, error) {
	return []housing.Organisation{
		{ID: 1, INN: mine, Name: "ООО «УК «Примерский дом»", ShortName: "УК «Примерский дом»"},
		{ID: 2, INN: foreign, Name: "ТСЖ «Соседи»", ShortName: "ТСЖ «Соседи»"},
	}, nil
}

func (m *made) Months(_ context.Context, o housing.Organisation) ([]housing.Period, error) {
	october, err := housing.ParsePeriod("2026-10")
	if o.INN == foreign {
		return []housing.Period{october + 2}, err
	}
	return []housing.Period{october + 1, october}, err
}

func (m *made) Version(context.Context) (int64, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.version, nil
}

func (m *made) Build(ctx context.Context, w io.Writer, o office.Order, progress func(rows, expected int)) (pipeline.BuiltReport, error) {
	m.mutex.Lock()
	m.builds++
	built := pipeline.BuiltReport{Name: o.Report.FileName(o.Period), Version: m.version}
	m.mutex.Unlock()
	for m.rows != nil {
		select {
		case rows := <-m.rows:
			if rows < 0 {
				return built, errMade
			}
			if rows > 0 {
				built.Rows = rows
				progress(rows, 4000)
				continue
			}
		case <-ctx.Done():
			return built, context.Cause(ctx) //nolint:wrapcheck // a made report
		}
		break
	}
	_, err := fmt.Fprintf(w, "%s of %s", o.Report.Key, o.Company.INN)
	return built, err //nolint:wrapcheck // a made report
}

func (m *made) Journal(_ context.Context, o housing.Organisation, actor, action, object string, details map[string]any) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.journal = append(m.journal, fmt.Sprint(actor, " ", action, " ", object, " of ", o.INN, " ", details["file"]))
	return nil
}

func (m *made) count() int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.builds
}

func (m *made) change() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.version++
}

// clock stands until it is moved.
type clock struct {
	mutex sync.Mutex
	at    time.Time
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.at = c.at.Add(d)
}

// world is a page with two accountants and a head.
type world struct {
	*made
	page  *office.Server
	clock *clock
	url   string
	dir   string
}

func config(tb testing.TB) office.Config {
	tb.Helper()
	return office.Config{Users: []office.User{
		{Name: "ivanova", Password: office.QuickHash(tb, password), Organisations: []string{mine}},
		{Name: "petrova", Password: office.QuickHash(tb, password), Role: office.RoleAccountant, Organisations: []string{foreign}},
		{Name: "glavnaya", Password: office.QuickHash(tb, password), Role: office.RoleHead},
	}}
}

func newWorld(tb testing.TB, change func(*office.Config)) *world {
	tb.Helper()
	w := &world{
		made: &made{version: 1}, dir: tb.TempDir(), clock: &clock{at: time.Date(2026, 12, 2, 6, 0, 0, 0, time.UTC)},
	}
	c := config(tb)
	change(&c)
	page, err := office.New(office.Input{
		Config: c, Reports: w.made, Issuer: mine, Dir: w.dir, Zone: time.FixedZone("MSK", 3*3600), Now: w.clock.now,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, stop := context.WithCancel(tb.Context())
	var group sync.WaitGroup
	group.Go(func() {
		if err := page.Desk(ctx); err != nil {
			tb.Error(err)
		}
	})
	server := httptest.NewServer(page.Handler())
	w.url, w.page = server.URL, page
	tb.Cleanup(func() {
		server.Close()
		stop()
		group.Wait()
	})
	return w
}

func nothing(*office.Config) {}

// browser keeps cookies and follows no redirects.
type browser struct {
	t   *testing.T
	url string
	*http.Client
}

func (w *world) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	return &browser{t, w.url, client}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (b *browser) do(method, path string, form url.Values, header map[string]string) answer {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := b.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func (b *browser) get(path string) answer { b.t.Helper(); return b.do(http.MethodGet, path, nil, nil) }

func (b *browser) signIn(name, secret string) answer {
	b.t.Helper()
	return b.do(http.MethodPost, "/login", url.Values{"name": {name}, "password": {secret}}, nil)
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (b *browser) token() string {
	b.t.Helper()
	found := tokenField.FindStringSubmatch(b.get("/").body)
	if found == nil {
		b.t.Fatal("no token on the page")
	}
	return found[1]
}

// signed is a browser in which somebody has signed in.
func (w *world) signed(t *testing.T, name string) *browser {
	t.Helper()
	b := w.browser(t)
	if a := b.signIn(name, password); a.status != http.StatusSeeOther {
		t.Fatalf("sign-in of %s: %d", name, a.status)
	}
	return b
}

func (b *browser) order(company, month, report string) answer {
	b.t.Helper()
	return b.do(http.MethodPost, "/orders", url.Values{"token": {b.token()}, "company": {company}, "month": {month}, "report": {report}}, nil)
}

var link = regexp.MustCompile(`href="(/orders/[^"]+)"`)

// ready waits until the table says that n reports are ready and returns their links.
func (b *browser) ready(n int) []string {
	b.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		all := link.FindAllStringSubmatch(b.do(http.MethodGet, "/orders", nil, map[string]string{"X-Part": "orders"}).body, -1)
		links := make([]string, 0, len(all))
		for _, found := range all {
			links = append(links, found[1])
		}
		if len(links) >= n {
			return links
		}
		select {
		case <-limit:
			b.t.Fatalf("%d of %d reports are ready in 20 seconds", len(links), n)
		default:
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
