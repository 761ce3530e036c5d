//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/remote/mail"
)

// TestLetters sends letters by exim4. One arrives; of the other exim4 reports that it could not be delivered, and the report is read from
// dovecot and put away.
func TestLetters(t *testing.T) { //nolint:gocognit,funlen // one story, told in order
	t.Parallel()
	_, said := startExchange(t, "mail")
	server := mail.Server{User: said["user"], Password: said["password"], CAFile: said["cafile"]}
	relay, box := server, server
	relay.Address, relay.TLS = said["smtp"], mail.TLSStart
	box.Address, box.TLS = said["imaps"], mail.TLSImplicit
	mailer, err := mail.NewMailer(mail.MailerConfig{Server: relay, From: "УК <uk@office.example>", ReturnTo: "returns@office.example"})
	if err != nil {
		t.Fatal(err)
	}
	if err := mailer.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	letter := func(to, token string) mail.Message {
		return mail.Message{
			To: to, ID: token + "@office.example", Date: time.Now(), Subject: "Квитанция за октябрь 2026 года", //nolint:forbidigo // the servers go by it
			Text: "Здравствуйте!\n", HTML: "<p>Здравствуйте!</p>",
			File:        mail.File{Name: "kvitanciya-2026-10.pdf", Type: "application/pdf", Content: bytes.Repeat([]byte("%PDF\n"), 2000)},
			Unsubscribe: []string{"mailto:returns@office.example?subject=" + mail.UnsubscribeSubject(token)},
		}
	}
	const lost, wish = "0b0e0c4e-3c07-4a4e-9c55-3f3f7c1f6a01", "0b0e0c4e-3c07-4a4e-9c55-3f3f7c1f6a02"
	unsubscribing := letter("returns@bank.example", wish)
	unsubscribing.Subject = mail.UnsubscribeSubject(wish) // as the program of the payer sends it
	for _, m := range []mail.Message{letter("payer@bank.example", wish), letter("gone@bank.example", lost), unsubscribing} {
		if err := mailer.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := mailer.Send(t.Context(), letter("payer@elsewhere.example", lost)); err == nil {
		t.Error("exim4 takes mail for elsewhere")
	}
	if err := mailer.Close(); err != nil {
		t.Error(err)
	}
	returns, err := mail.NewReturns(mail.ReturnsConfig{Server: box}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := returns.Close(); err != nil {
			t.Error(err)
		}
	}()
	bounced, unsubscribed := 0, 0
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for range 200 {
		err := returns.Each(t.Context(), func(_ context.Context, r mail.Returned) (bool, error) {
			switch {
			case r.Unsubscribe == wish:
				unsubscribed++
			case r.About == lost+"@office.example" && len(r.Reports) == 1 && r.Reports[0].Action == "failed":
				bounced++
			default:
				t.Errorf("came back: %+v", r)
			}
			return true, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if bounced == 1 && unsubscribed == 1 {
			break
		}
		<-tick.C
	}
	if bounced != 1 || unsubscribed != 1 {
		t.Errorf("%d letters came back, %d unsubscribed, want 1 and 1", bounced, unsubscribed)
	}
}
