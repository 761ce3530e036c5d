package office_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdp "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is a tab of a headless Chromium.
type tab struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // chromedp keeps the browser in it
}

// chromium starts a browser of its own; a machine without one fails the test. Whatever the pages complain
// of on the console fails it too.
func chromium(t *testing.T) *tab {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.WSURLReadTimeout(time.Minute), chromedp.Flag("lang", "ru"),
	}
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	limited, cancelLimit := context.WithTimeout(context.WithoutCancel(t.Context()), 3*time.Minute)
	allocator, cancelAllocator := chromedp.NewExecAllocator(limited, options...)
	ctx, cancel := chromedp.NewContext(allocator)
	b := &tab{t, ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium must be installed and start: %v", err)
	}
	messages, over := chromedp.Console(ctx), make(chan struct{})
	go func() {
		defer close(over)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Source != "network" { // refusals that the test asks for
				t.Errorf("the page complains: %s", m)
			}
		}
	}()
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("stop Chromium: %v", err)
		}
		cancel()
		cancelAllocator()
		cancelLimit()
		<-over
	})
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// ask runs one action that answers.
func ask[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// shoot keeps a picture of the page where KVITOK_SCREENSHOTS names a folder, and checks that nothing is
// wider than the window.
func (b *tab) shoot(name string) {
	b.t.Helper()
	for suffix, width := range map[string]int64{"-1280": 1280, "-390": 390} {
		b.do(chromedp.EmulateViewport(width, 800))
		if ask(b, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > document.documentElement.clientWidth")) {
			b.t.Errorf("%s%s: the page is wider than the window", name, suffix)
		}
		if folder := os.Getenv("KVITOK_SCREENSHOTS"); folder != "" {
			picture := ask(b, chromedp.FullScreenshot(100))
			if err := os.WriteFile(filepath.Join(folder, name+suffix+".png"), picture, 0o600); err != nil { //nolint:gosec // the tester names the folder
				b.t.Fatal(err)
			}
		}
	}
	b.do(chromedp.EmulateViewport(1280, 800))
}

// unlabelled finds fields, buttons and links without a name for those who do not see them, doubled ids and
// headings that are missing.
const unlabelled = `[...document.querySelectorAll("input:not([type=hidden]), select, progress")]
    .filter(e => !e.labels?.length && !e.ariaLabel).map(e => e.outerHTML)
  .concat([...document.querySelectorAll("button, a")].filter(e => !e.textContent.trim() && !e.ariaLabel).map(e => e.outerHTML))
  .concat([...document.querySelectorAll("[id]")].filter((e, i, all) => all.findIndex(o => o.id === e.id) !== i).map(e => "twice: " + e.id))
  .concat(document.querySelectorAll("h1").length === 1 && document.documentElement.lang === "ru" && document.querySelector("main") ? [] : ["no heading, language or main part"])`

func (b *tab) accessible(page string) {
	b.t.Helper()
	if faults := ask(b, chromedp.Evaluate[[]string](unlabelled)); len(faults) > 0 {
		b.t.Errorf("%s: %s", page, strings.Join(faults, "\n"))
	}
}

// downloads makes the browser keep files in a folder and tells when one is there.
func (b *tab) downloads() (folder string, names <-chan string) {
	b.t.Helper()
	folder = b.t.TempDir()
	suggested, there := map[string]string{}, make(chan string, 10)
	err := chromedp.ListenBrowser(b.ctx, func(event any) {
		switch e := event.(type) {
		case *cdp.EventDownloadWillBegin:
			suggested[e.GUID] = e.SuggestedFilename
		case *cdp.EventDownloadProgress:
			if e.State == cdp.DownloadProgressStateCompleted {
				there <- suggested[e.GUID]
			}
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	events := true
	_, err = chromedp.CallBrowser(b.ctx, cdp.SetDownloadBehavior, cdp.SetDownloadBehaviorParams{
		Behavior: cdp.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, EventsEnabled: &events,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return folder, there
}

func (b *tab) arrives(there <-chan string, want string) {
	b.t.Helper()
	select {
	case got := <-there:
		if got != want {
			b.t.Errorf("the file is called %q, want %q", got, want)
		}
	case <-time.After(time.Minute):
		b.t.Fatalf("%s does not arrive", want)
	}
}

// An accountant signs in, is told that she mistyped, orders a report, watches it being made and downloads it.
func TestInTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	w.rows = make(chan int)
	b := chromium(t)
	folder, there := b.downloads()
	b.do(chromedp.Navigate(w.url), chromedp.WaitVisible("#password"))
	b.accessible("sign-in")
	b.shoot("login")
	b.do(chromedp.SendKeys("#name", "ivanova"), chromedp.SendKeys("#password", "не тот пароль"), chromedp.Submit("#password"),
		chromedp.WaitVisible(".problem"))
	b.shoot("login-problem")
	if focused := ask(b, chromedp.Evaluate[string]("document.activeElement.id")); focused != "password" {
		t.Errorf("after a mistake the cursor is in %q", focused)
	}
	b.do(chromedp.SendKeys("#password", password+kb.Enter), chromedp.WaitVisible("#report"))
	b.accessible("reports")
	b.shoot("empty")
	b.do(chromedp.SetValue("#month", "2026-10"), chromedp.SetValue("#report", "debtors"), chromedp.Click("form.ask button"),
		chromedp.WaitVisible("progress"))
	if got, want := ask(b, chromedp.Location()), w.url+"/?company="+mine+"&month=2026-10&report=debtors#orders"; got != want {
		t.Errorf("the page is %s, want %s", got, want)
	}
	w.rows <- 1234
	b.do(chromedp.WaitVisible(`progress[max="4000"][value="1234"]`)) // without a reload
	b.accessible("progress")
	b.shoot("working")
	w.rows <- 4000
	w.rows <- 0
	b.do(chromedp.WaitVisible("a.get"))
	if news := ask(b, chromedp.TextContent("#news")); news != "Готово: Скачать: Должники 2026-10.xlsx" {
		t.Errorf("those who do not see are told %q", news)
	}
	b.accessible("ready")
	b.shoot("ready")
	b.do(chromedp.Click("a.get"))
	b.arrives(there, "Должники 2026-10.xlsx")
	if content, err := os.ReadFile(filepath.Join(folder, "Должники 2026-10.xlsx")); err != nil || string(content) != "debtors of "+mine { //nolint:gosec // path of the test
		t.Errorf("the file says %q, %v", content, err)
	}
	b.do(chromedp.Click("header button"), chromedp.WaitVisible("#password"), chromedp.Navigate(w.url+"/orders"), chromedp.WaitVisible("#password"))
}

// The same by the keyboard alone, in a browser that runs no scripts.
func TestInTheBrowserByKeyboardWithoutScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nothing)
	b := chromium(t)
	_, there := b.downloads()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	press := func(keys ...string) chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(strings.Join(keys, "")) }
	b.do(chromedp.Navigate(w.url), chromedp.WaitVisible("#password"), press("ivanova", kb.Tab), press(password, kb.Enter), chromedp.WaitVisible("#report"))
	// the skip link, the name of the program, reports, sign-out, company, month, report, the button
	b.do(press(strings.Repeat(kb.Tab, 6), kb.ArrowDown), press(kb.Tab, kb.ArrowDown), press(kb.Tab, kb.Enter), chromedp.WaitVisible("a.get"))
	if report := ask(b, chromedp.Text(".orders tbody tr")); !strings.Contains(report, "Ведомость начислений") || !strings.Contains(report, "октябрь 2026") {
		t.Errorf("the keys chose %q", report)
	}
	b.do(chromedp.Focus("a.get"), press(kb.Enter))
	b.arrives(there, "Ведомость начислений 2026-10.xlsx")
}
