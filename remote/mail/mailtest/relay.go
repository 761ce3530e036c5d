package mailtest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/kvitok-gkh/kvitok/remote/mail"
)

// Relay is an SMTP server inside the process.
type Relay struct {
	Conf mail.SenderConfig // of files for Partner
	Stop func()

	// Data is asked about every letter; an error is the answer, Vanish hangs up once the letter is taken. nil takes all.
	Data func(raw []byte) error
	// Rcpt is asked about every recipient. nil takes those of bank.example.
	Rcpt func(to string) error

	mu         sync.Mutex
	mails      [][]byte
	sessions   int
	senders    []string
	recipients []string
	last       *smtp.Conn
}

// HangUp ends the last session, as servers do to idle clients.
func (r *Relay) HangUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.last.Conn().Close()
}

// ServeRelay starts one; it stops with the test.
func ServeRelay(t *testing.T, protection string) *Relay {
	t.Helper()
	r := &Relay{}
	conf, caFile := certificate(t)
	server := smtp.NewServer(r)
	server.TLSConfig, server.AllowInsecureAuth = conf, protection == mail.TLSNone
	server.MaxMessageBytes, server.ErrorLog = 1<<20, slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	listener := listen(t)
	r.Conf = mail.SenderConfig{From: "Квиток <kvitok@office.example>", To: []string{Partner, "copy@bank.example"}, Server: mail.Server{
		Address: listener.Addr().String(), User: User, Password: Password, TLS: protection, CAFile: caFile,
	}}
	switch protection {
	case mail.TLSNone:
		r.Conf.CAFile = ""
	case mail.TLSImplicit:
		listener = tls.NewListener(listener, conf)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	r.Stop = func() { _ = server.Close(); _ = listener.Close(); serving.Wait() }
	t.Cleanup(r.Stop)
	return r
}

// NewSession implements smtp.Backend.
func (r *Relay) NewSession(c *smtp.Conn) (smtp.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != c { // STARTTLS begins one anew
		r.sessions++
	}
	r.last = c
	return &visit{relay: r, conn: c}, nil
}

// visit is one SMTP session.
type visit struct {
	relay *Relay
	conn  *smtp.Conn
	known bool
	to    []string
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, secret string) error {
		if name != User || secret != Password {
			return smtp.ErrAuthFailed
		}
		v.known = true
		return nil
	}), nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	if !v.known {
		return smtp.ErrAuthRequired
	}
	v.relay.mu.Lock()
	defer v.relay.mu.Unlock()
	v.relay.senders = append(v.relay.senders, from)
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	ask := v.relay.Rcpt
	if ask == nil {
		ask = atBank
	}
	if err := ask(to); err != nil {
		return err
	}
	v.relay.mu.Lock()
	defer v.relay.mu.Unlock()
	v.relay.recipients = append(v.relay.recipients, to)
	v.to = append(v.to, to)
	return nil
}

func (v *visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read the mail: %w", err)
	}
	if v.relay.Data != nil {
		err = v.relay.Data(raw)
	}
	if err != nil && !errors.Is(err, ErrVanish) {
		return err
	}
	v.relay.mu.Lock()
	defer v.relay.mu.Unlock()
	v.relay.mails = append(v.relay.mails, raw)
	if err != nil {
		_ = v.conn.Conn().Close()
	}
	return nil
}

func (v *visit) Reset() { v.to = nil }

func (v *visit) Logout() error { return nil }

// ErrVanish has the server take a letter and hang up in place of its answer.
var ErrVanish = errors.New("hang up")

func atBank(to string) error {
	if strings.HasSuffix(to, "@bank.example") {
		return nil
	}
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user " + to}
}

// Mails returns the letters that were taken, as they came.
func (r *Relay) Mails() [][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.mails)
}

// Sessions counts the connections.
func (r *Relay) Sessions() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sessions
}

// Senders returns who the letters came from, by their envelopes.
func (r *Relay) Senders() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.senders)
}

// Recipients returns whom the letters went to, by their envelopes.
func (r *Relay) Recipients() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.recipients)
}
