package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	message "github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/exporters/letters"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote/mail"
	"github.com/kvitok-gkh/kvitok/remote/mail/mailtest"
	"github.com/kvitok-gkh/kvitok/town"
)

// office is a town that sends letters: its first accounts have wishes.
type office struct {
	*world
	accounts []string
	relay    *mailtest.Relay
	log      *bytes.Buffer
	clock    time.Time
	letters  pipeline.Letters
	*pipeline.Pipeline
}

// newOffice takes in a file of wishes, one for each account in order: "email", "both", "paper" or "" for none.
func newOffice(t *testing.T, wishes ...string) *office {
	t.Helper()
	o := &office{world: balanced(t, 30), relay: mailtest.ServeRelay(t, mail.TLSNone), log: &bytes.Buffer{}}
	o.clock = o.config.Now()
	o.accounts = all[string](t, o.store, "SELECT number FROM accounts ORDER BY house_id, number")
	var file strings.Builder
	file.WriteString("Лицевой счёт;Доставка;Адрес электронной почты;Адрес подтверждён;Как подтверждён;Согласие на электронную доставку\n")
	words := map[string]string{"email": "e-mail", "both": "e-mail и бумага"}
	rows := 0
	for i, wish := range wishes {
		if word := words[wish]; word != "" {
			fmt.Fprintf(&file, "%s;%s;%s;01.10.2026;офис;01.10.2026\n", o.accounts[i], word, o.address(i))
			rows++
		} else if wish == "paper" {
			fmt.Fprintf(&file, "%s;бумага;;;;\n", o.accounts[i])
			rows++
		}
	}
	if got := o.take(t, town.Office, "delivery.csv", file.String()); got.Counts.Accepted != rows {
		t.Fatalf("the file of wishes: %+v", got)
	}
	words2, err := letters.New(letters.Config{})
	if err != nil {
		t.Fatal(err)
	}
	mailer, err := mail.NewMailer(mail.MailerConfig{Server: o.relay.Conf.Server, From: "УК <uk@office.example>"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mailer.Close() })
	limits := pipeline.DefaultLetterLimits()
	limits.PerMinute, limits.PerMinuteDomain = 0, 0
	o.letters = pipeline.Letters{Mailer: mailer, Words: words2, Limits: limits, UnsubscribeTo: "returns@office.example"}
	o.again(t)
	return o
}

// again makes the pipeline anew after o.letters was changed.
func (o *office) again(t *testing.T) {
	t.Helper()
	o.Pipeline = o.with(t, func(c *pipeline.Config) {
		letters := o.letters
		c.Letters, c.Now = &letters, func() time.Time { return o.clock }
		c.Log = slog.New(slog.NewTextHandler(o.log, nil))
	})
}

func (o *office) address(i int) string { return fmt.Sprintf("payer%d@bank.example", i) }

// queue issues the month and queues its letters.
func (o *office) queue(t *testing.T, want int) {
	t.Helper()
	o.issue(t, o.Pipeline)
	queued, err := o.QueueLetters(t.Context(), o.period)
	if err != nil || queued != want {
		t.Fatalf("%d letters queued, want %d, %v", queued, want, err)
	}
}

func (o *office) send(t *testing.T) pipeline.LettersResult {
	t.Helper()
	result, err := o.SendLetters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// states are the letters by recipient.
func (o *office) states(t *testing.T) map[string]string {
	t.Helper()
	states := map[string]string{}
	for _, line := range all[string](t, o.store, "SELECT email || ' ' || state FROM letters ORDER BY id") {
		email, state, _ := strings.Cut(line, " ")
		states[email] = state
	}
	return states
}

// attachment returns the file of a letter, and its Message-ID.
func attachment(t *testing.T, raw []byte) (name, id string, content []byte) {
	t.Helper()
	reader, err := message.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	id = reader.Header.Get("Message-Id")
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return name, id, content
		}
		if err != nil {
			t.Fatal(err)
		}
		if header, is := part.Header.(*message.AttachmentHeader); is {
			name, _ = header.Filename()
			if content, err = io.ReadAll(part.Body); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Who chose letters gets one, once, with the document as it is in the register; who chose letters alone is left out of the print file.
func TestLettersOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "email", "both", "paper", "", "email")
	all := o.issue(t, o.world.Pipeline) // as it is without letters
	o.queue(t, 3)
	if skipped := one[int](t, o.store, "SELECT COALESCE(sum(cardinality(accounts)), 0)::int FROM print_skips"); skipped != 2 {
		t.Errorf("the print files leave out %d accounts, want 2", skipped)
	}
	o.letters.PaperForAll = true
	o.again(t)
	if again := o.issue(t, o.Pipeline); again.Changed != 0 || again.Pages == 0 || again.Pages > all.Pages {
		t.Errorf("with paper for all: %+v; what was left out is drawn again, nothing is issued anew", again)
	}
	if result := o.send(t); result.Sent != 3 || result.Waiting != 0 || result.Throttle {
		t.Errorf("sent: %+v", result)
	}
	if diff := cmp.Diff([]string{o.address(0), o.address(1), o.address(4)}, o.relay.Recipients()); diff != "" {
		t.Errorf("recipients (-want +got):\n%s", diff)
	}
	for i, raw := range o.relay.Mails() {
		var want bytes.Buffer
		if _, err := o.Receipt(t.Context(), &want, o.accounts[[]int{0, 1, 4}[i]], o.period, time.Time{}); err != nil {
			t.Fatal(err)
		}
		name, _, content := attachment(t, raw)
		if name != "kvitanciya-2026-10.pdf" || !bytes.Equal(content, want.Bytes()) {
			t.Errorf("letter %d: %s of %d bytes, want the document of %d bytes", i, name, len(content), want.Len())
		}
		if !bytes.Contains(raw, []byte("List-Unsubscribe: <mailto:returns@office.example?subject=unsubscribe-")) {
			t.Errorf("letter %d has no way out", i)
		}
	}
	o.queue(t, 0)
	if result := o.send(t); result.Sent != 0 || len(o.relay.Mails()) != 3 {
		t.Errorf("sent again: %+v, %d letters", result, len(o.relay.Mails()))
	}
	if strings.Contains(o.log.String(), "payer") {
		t.Errorf("the log names people:\n%s", o.log)
	}
}

// 5xx ends a letter, and its address where that does not exist; 4xx is tried again, longer each time, and given up in the end.
func TestLettersRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "email", "email", "email")
	o.relay.Rcpt = func(to string) error {
		switch to {
		case o.address(0):
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user: " + to}
		case o.address(1):
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted: " + to}
		}
		return nil
	}
	o.queue(t, 3)
	if got := o.send(t); got.Sent != 1 || got.Refused != 1 || got.Deferred != 1 || got.Waiting != 1 {
		t.Errorf("first: %+v", got)
	}
	want := map[string]string{o.address(0): "refused", o.address(1): "deferred", o.address(2): "sent"}
	if diff := cmp.Diff(want, o.states(t)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if stops := all[string](t, o.store, "SELECT email || ' ' || reason FROM letter_stops"); len(stops) != 1 || stops[0] != o.address(0)+" refused" {
		t.Errorf("addresses that get no more letters: %v", stops)
	}
	tries := 0
	for tries < 50 && o.states(t)[o.address(1)] == "deferred" {
		if got := o.send(t); got.Deferred != 0 {
			t.Fatalf("tried before its time: %+v", got)
		}
		o.clock = one[time.Time](t, o.store, "SELECT retry_at FROM letters WHERE state = 'deferred'")
		o.send(t)
		tries++
	}
	if state := o.states(t)[o.address(1)]; state != "refused" || tries < 10 || tries > 20 {
		t.Errorf("after %d tries: %s", tries, state)
	}
	if code := one[string](t, o.store, "SELECT code FROM letters WHERE email = $1", o.address(1)); code != "451 4.7.1" {
		t.Errorf("code %q", code)
	}
	if strings.Contains(o.log.String(), "payer") {
		t.Errorf("the log names people:\n%s", o.log)
	}
	// The office confirms the address anew: letters go there again.
	o.take(t, town.Office, "delivery2.csv", "Лицевой счёт;Доставка;Адрес электронной почты;Адрес подтверждён;Как подтверждён;Согласие на электронную доставку\n"+
		o.accounts[0]+";e-mail;"+o.address(0)+";15.12.2026;офис;01.10.2026\n")
	if n := one[int](t, o.store, "SELECT count(*)::int FROM letter_recipients WHERE email = $1", o.address(0)); n != 1 {
		t.Error("an address that was confirmed anew gets no letters")
	}
}

// No more than the limits go out in any minute, by all and by domain, whoever sends them.
func TestLettersThrottled(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "email", "email", "email", "email", "email")
	o.relay.Rcpt = func(string) error { return nil }
	o.queue(t, 5)
	if _, err := o.store.Exec(t.Context(), "UPDATE letters SET domain = 'other.example' WHERE email = $1", o.address(4)); err != nil {
		t.Fatal(err)
	}
	o.letters.Limits.PerMinute, o.letters.Limits.PerMinuteDomain = 4, 2
	o.again(t)
	o.sendInSteps(t, []sendStep{{0, 3, true}, {30 * time.Second, 0, true}, {31 * time.Second, 2, false}})
	if got := o.relay.Recipients()[2]; got != o.address(4) {
		t.Errorf("a full domain stops the letters to others: %s", got)
	}
}

func TestLettersThrottledTogether(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "email", "email", "email", "email", "email")
	o.relay.Rcpt = func(string) error { return nil }
	o.queue(t, 5)
	o.letters.Limits.PerMinute, o.letters.Limits.PerMinuteDomain = 4, 0
	o.again(t)
	o.sendInSteps(t, []sendStep{{0, 4, true}, {30 * time.Second, 0, true}, {31 * time.Second, 1, false}})
}

// sendStep is what must go out some time after the step before.
type sendStep struct {
	after    time.Duration
	sent     int
	throttle bool
}

func (o *office) sendInSteps(t *testing.T, steps []sendStep) {
	t.Helper()
	for i, step := range steps {
		o.clock = o.clock.Add(step.after)
		if got := o.send(t); got.Sent != step.sent || got.Throttle != step.throttle {
			t.Errorf("step %d: %+v, want %d sent, throttled %t", i, got, step.sent, step.throttle)
		}
	}
}

// Killed after the server has taken a letter and before that is noted: it goes out again under the same Message-ID, and the register
// says that it may have come twice.
func TestLettersKilled(t *testing.T) { //nolint:gocognit // one story, told in order
	t.Parallel()
	for name, cut := range map[string]func(context.CancelFunc) error{
		"killed":   func(kill context.CancelFunc) error { kill(); return nil },
		"vanished": func(context.CancelFunc) error { return mailtest.ErrVanish },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, "email")
			o.queue(t, 1)
			ctx, kill := context.WithCancel(t.Context())
			defer kill()
			first := true
			o.relay.Data = func([]byte) error {
				if !first {
					return nil
				}
				first = false
				return cut(kill)
			}
			if _, err := o.SendLetters(ctx); err == nil {
				t.Fatal("no error")
			}
			o.clock = o.clock.Add(time.Hour)
			if got := o.send(t); got.Sent != 1 {
				t.Errorf("sent again: %+v", got)
			}
			mails := o.relay.Mails()
			if len(mails) != 2 {
				t.Fatalf("%d letters, want 2", len(mails))
			}
			_, id, document := attachment(t, mails[0])
			if _, again, same := attachment(t, mails[1]); id != again || !bytes.Equal(document, same) {
				t.Errorf("Message-IDs %s and %s, the documents are equal %t", id, again, bytes.Equal(document, same))
			}
			var delivery housing.DocumentDelivery
			for d, err := range o.store.Deliveries(t.Context(), o.Organisation.ID, o.period) {
				if err != nil {
					t.Fatal(err)
				}
				if d.Email != "" {
					delivery = d
				}
			}
			if delivery.State != housing.LetterSent || delivery.Unknown != 1 || delivery.SentAt == nil || !delivery.NoPaper {
				t.Errorf("the register says %+v", delivery)
			}
		})
	}
}

// A server that is away, or does not know us, is no fault of a letter.
func TestLettersServerAway(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "email")
	o.queue(t, 1)
	o.relay.Stop()
	if got, err := o.SendLetters(t.Context()); err == nil {
		t.Errorf("no error: %+v", got)
	}
	if attempts := one[int](t, o.store, "SELECT attempts FROM letters WHERE state = 'queued' AND retry_at IS NULL"); attempts != 0 {
		t.Errorf("%d attempts are counted", attempts)
	}
}

var subjectToken = regexp.MustCompile(`subject=(unsubscribe-[0-9a-f-]{36})`)

// What comes back changes the states, ends the letters to the address, and brings the documents to the printer.
func TestLettersComeBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "email", "email", "email")
	post := mailtest.ServePost(t, mail.TLSNone)
	returns, err := mail.NewReturns(mail.ReturnsConfig{Server: post.Conf.Server}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = returns.Close() })
	o.letters.Returns = returns
	o.again(t)
	o.queue(t, 3)
	o.send(t)
	mails := o.relay.Mails()
	_, id, _ := attachment(t, mails[0])
	report := func(id, status string) string {
		return "From: <>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n" +
			"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nAction: failed\nStatus: " + status + "\n\n" +
			"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: " + id + "\n\n--b--\n"
	}
	post.Put(t, report(id, "5.1.1"))
	post.Put(t, report("<0b0e0c4e-3c07-4a4e-9c55-3f3f7c1f6a01@office.example>", "5.1.1")) // none of ours
	post.Put(t, "From: x@y.example\nSubject: "+subjectToken.FindStringSubmatch(string(mails[1]))[1]+"\n\n\n")
	got, err := o.ReadReturns(t.Context())
	if diff := cmp.Diff(pipeline.ReturnsResult{Bounced: 1, Stopped: 1, Unsubscribed: 1, Foreign: 1}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if unread := post.Unread(t); unread != 1 {
		t.Errorf("%d mails are left for people, want 1", unread)
	}
	if diff := cmp.Diff(map[string]string{o.address(0): "bounced", o.address(1): "sent", o.address(2): "sent"}, o.states(t)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if left := all[string](t, o.store, "SELECT email FROM letter_recipients"); len(left) != 1 || left[0] != o.address(2) {
		t.Errorf("letters still go to %v", left)
	}
	undelivered, err := o.PrintUndelivered(t.Context(), o.period)
	if err != nil || undelivered.Documents != 1 || undelivered.Path == "" {
		t.Errorf("to print: %+v, %v", undelivered, err)
	}
	published, err := o.Publish(t.Context(), o.period)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range published.Files {
		if strings.Contains(f.Path, "Доставка квитанций") {
			found = f.Rows == len(o.accounts)
		}
	}
	if !found {
		t.Errorf("no register of deliveries of %d rows in %+v", len(o.accounts), published.Files)
	}
}

// What is not to be sent any more is not: the document was replaced, the wish changed, the address was given up.
func TestLettersDropped(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "email", "email", "email", "email")
	o.queue(t, 4)
	for _, sql := range []string{
		"UPDATE issued_documents SET ended_at = now() WHERE account_id = (SELECT id FROM accounts WHERE number = '" + o.accounts[0] + "')",
		"UPDATE delivery_wishes SET wish = 'paper' WHERE account_id = (SELECT id FROM accounts WHERE number = '" + o.accounts[1] + "')",
	} {
		if _, err := o.store.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	token := one[string](t, o.store, "SELECT token::text FROM letters WHERE email = $1", o.address(2))
	for range 2 {
		if known, err := o.Unsubscribe(t.Context(), strings.ToUpper(token)); !known || err != nil {
			t.Fatalf("unsubscribe: %t, %v", known, err)
		}
	}
	if known, err := o.Unsubscribe(t.Context(), "no token"); known || err != nil {
		t.Errorf("no token: %t, %v", known, err)
	}
	if got := o.send(t); got.Sent != 1 || got.Dropped != 3 || got.Waiting != 0 {
		t.Errorf("sent: %+v", got)
	}
	want := map[string]string{o.address(0): "withdrawn", o.address(1): "withdrawn", o.address(2): "unsubscribed", o.address(3): "sent"}
	if diff := cmp.Diff(want, o.states(t)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	undelivered, err := o.PrintUndelivered(t.Context(), o.period)
	if err != nil || undelivered.Documents != 2 { // the first has no document any more
		t.Errorf("to print: %+v, %v", undelivered, err)
	}
}
