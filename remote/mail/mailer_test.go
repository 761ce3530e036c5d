package mail_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/remote"
	kvitokmail "github.com/kvitok-gkh/kvitok/remote/mail"
	"github.com/kvitok-gkh/kvitok/remote/mail/mailtest"
)

const token = "0b0e0c4e-3c07-4a4e-9c55-3f3f7c1f6a01" //nolint:gosec // of a letter of the tests

func mailerTo(t *testing.T, r *relay) *kvitokmail.Mailer {
	t.Helper()
	m, err := kvitokmail.NewMailer(kvitokmail.MailerConfig{
		Server: r.Conf.Server, From: "Квиток <kvitok@office.example>", ReplyTo: "office@office.example", ReturnTo: "returns@office.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func letterTo(to string) kvitokmail.Message {
	return kvitokmail.Message{
		To: to, ID: token + "@office.example", Date: time.Date(2026, 11, 5, 9, 0, 0, 0, time.UTC), Subject: "Квитанция за октябрь 2026 г.",
		Text: "Здравствуйте!\nВо вложении квитанция.\n", HTML: "<p>Здравствуйте!</p>",
		File:        kvitokmail.File{Name: "kvitanciya-2026-10.pdf", Type: "application/pdf", Content: bytes.Repeat([]byte("%PDF-1.4\n"), 500)},
		Unsubscribe: []string{"mailto:returns@office.example?subject=unsubscribe-" + token, "https://office.example/u/" + token}, OneClick: true,
	}
}

// A letter arrives as it was meant: the same text twice, the file to the byte, and the ways out in its head.
func TestMailerSends(t *testing.T) { //nolint:gocognit // one story, told in order
	t.Parallel()
	for _, protection := range []string{kvitokmail.TLSNone, kvitokmail.TLSStart, kvitokmail.TLSImplicit} {
		t.Run(protection, func(t *testing.T) {
			t.Parallel()
			r := serveRelay(t, protection)
			m := mailerTo(t, r)
			letter := letterTo("ivanov@bank.example")
			for range 2 { // the second one over the same connection
				if err := m.Send(t.Context(), letter); err != nil {
					t.Fatal(err)
				}
			}
			if len(r.Mails()) != 2 || r.Sessions() != 1 {
				t.Fatalf("%d letters in %d sessions, want 2 in 1", len(r.Mails()), r.Sessions())
			}
			if diff := cmp.Diff([]string{"returns@office.example", "returns@office.example"}, r.Senders()); diff != "" {
				t.Errorf("senders of the envelopes (-want +got):\n%s", diff)
			}
			reader, err := mail.CreateReader(bytes.NewReader(r.Mails()[0]))
			if err != nil {
				t.Fatal(err)
			}
			head := map[string]string{
				"Message-Id": "<" + token + "@office.example>", "Auto-Submitted": "auto-generated", "Reply-To": "<office@office.example>",
				"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
				"List-Unsubscribe":      "<mailto:returns@office.example?subject=unsubscribe-" + token + ">, <https://office.example/u/" + token + ">",
			}
			for name, want := range head {
				if got := reader.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if subject, err := reader.Header.Subject(); err != nil || subject != letter.Subject {
				t.Errorf("subject %q, %v", subject, err)
			}
			parts := map[string]string{}
			for {
				part, err := reader.NextPart()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(part.Body)
				if err != nil {
					t.Fatal(err)
				}
				kind, _, _ := strings.Cut(part.Header.Get("Content-Type"), ";")
				parts[kind] = strings.ReplaceAll(string(body), "\r\n", "\n")
			}
			want := map[string]string{"text/plain": letter.Text, "text/html": letter.HTML, "application/pdf": string(letter.File.Content)}
			if diff := cmp.Diff(want, parts); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

// What the server says of one letter is about that letter: the next one goes over the same connection.
func TestMailerRefused(t *testing.T) {
	t.Parallel()
	r := serveRelay(t, kvitokmail.TLSNone)
	m := mailerTo(t, r)
	refused := func(err error) *kvitokmail.RefusedError {
		t.Helper()
		one, is := errors.AsType[*kvitokmail.RefusedError](err)
		if !is {
			t.Fatalf("%v is no answer to a letter", err)
		}
		if strings.Contains(err.Error(), "@") {
			t.Errorf("the error names an address: %v", err)
		}
		return one
	}
	if got := refused(m.Send(t.Context(), letterTo("nobody@elsewhere.example"))); got.Later || got.Code != 550 || !got.NoSuchAddress() {
		t.Errorf("an unknown address: %+v", got)
	}
	r.Data = once(&smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "try again later, ivanov@bank.example"})
	if got := refused(m.Send(t.Context(), letterTo("ivanov@bank.example"))); !got.Later || got.Status() != "451 4.7.1" || got.NoSuchAddress() {
		t.Errorf("greylisted: %+v", got)
	}
	r.Data = once(&smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "looks like spam"})
	if got := refused(m.Send(t.Context(), letterTo("ivanov@bank.example"))); got.Later || got.NoSuchAddress() {
		t.Errorf("not liked: %+v", got)
	}
	if err := m.Send(t.Context(), letterTo("ivanov@bank.example")); err != nil {
		t.Fatal(err)
	}
	if r.Sessions() != 1 {
		t.Errorf("%d sessions, want 1", r.Sessions())
	}
}

// A connection that ends before the last answer leaves it open whether the letter was taken; a server that hung up between two letters does not.
func TestMailerLosesTheConnection(t *testing.T) {
	t.Parallel()
	r := serveRelay(t, kvitokmail.TLSNone)
	m := mailerTo(t, r)
	r.Data = once(mailtest.ErrVanish)
	err := m.Send(t.Context(), letterTo("ivanov@bank.example"))
	if !errors.Is(err, kvitokmail.ErrUnknownOutcome) || !errors.Is(err, remote.ErrTemporary) {
		t.Fatalf("the server vanished after the letter: %v", err)
	}
	if len(r.Mails()) != 1 {
		t.Fatalf("%d letters taken, want 1", len(r.Mails()))
	}
	if err := m.Send(t.Context(), letterTo("ivanov@bank.example")); err != nil {
		t.Fatal(err)
	}
	r.HangUp()
	if err := m.Send(t.Context(), letterTo("ivanov@bank.example")); err != nil {
		t.Fatalf("after the server hung up: %v", err)
	}
	if len(r.Mails()) != 3 {
		t.Errorf("%d letters taken, want 3", len(r.Mails()))
	}
	r.Stop()
	err = m.Send(t.Context(), letterTo("ivanov@bank.example"))
	if !errors.Is(err, remote.ErrTemporary) || errors.Is(err, kvitokmail.ErrUnknownOutcome) {
		t.Errorf("the server is away: %v", err)
	}
}

func TestMailerWrongPassword(t *testing.T) {
	t.Parallel()
	r := serveRelay(t, kvitokmail.TLSNone)
	r.Conf.Password = "wrong"
	m := mailerTo(t, r)
	err := m.Send(t.Context(), letterTo("ivanov@bank.example"))
	if _, ofLetter := errors.AsType[*kvitokmail.RefusedError](err); err == nil || ofLetter || errors.Is(err, remote.ErrTemporary) {
		t.Errorf("a wrong password is trouble of ours that does not pass: %v", err)
	}
	r.Conf.Password = password
	if err := mailerTo(t, r).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// A domain in Cyrillic is written as mail knows it; a name in Cyrillic needs a server that takes it.
func TestMailerAddressInCyrillic(t *testing.T) {
	t.Parallel()
	r := serveRelay(t, kvitokmail.TLSNone)
	m := mailerTo(t, r)
	r.Rcpt = func(string) error { return nil }
	if err := m.Send(t.Context(), letterTo("ivanov@почта.рф")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ivanov@xn--80a1acny.xn--p1ai"}, r.Recipients()); diff != "" {
		t.Errorf("recipients (-want +got):\n%s", diff)
	}
	one, is := errors.AsType[*kvitokmail.RefusedError](m.Send(t.Context(), letterTo("иванов@почта.рф")))
	if !is || one.Later {
		t.Errorf("a server without SMTPUTF8: %v", one)
	}
}
