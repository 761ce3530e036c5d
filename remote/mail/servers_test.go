package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/big"
	"mime"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"go.uber.org/goleak"

	kvitokmail "github.com/kvitok-gkh/kvitok/remote/mail"
)

func TestMain(m *testing.M) {
	// The server of the tests blocks for good now and then on a lock of its own when a connection is cut under it.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/emersion/go-imap/v2/imapserver.(*Conn).serve"))
}

const (
	user     = "kvitok@office.example"
	password = "correct horse"
	partner  = "bank@bank.example"
)

// certificate makes one for 127.0.0.1 and the file of its authority.
func certificate(t *testing.T) (conf *tls.Config, caFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, //nolint:forbidigo // tests may
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, caFile
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// post is an IMAP server inside the process with one user.
type post struct {
	conf  kvitokmail.MailboxConfig
	user  *imapmemserver.User
	stop  func()
	count int
}

func servePost(t *testing.T, protection string) *post {
	t.Helper()
	memory := imapmemserver.New()
	p := &post{user: imapmemserver.NewUser(user, password)}
	for _, box := range []string{"INBOX", "Done"} {
		if err := p.user.Create(box, nil); err != nil {
			t.Fatal(err)
		}
	}
	memory.AddUser(p.user)
	conf, caFile := certificate(t)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps:      imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapMove: {}, imap.CapUIDPlus: {}},
		TLSConfig: conf, InsecureAuth: protection == kvitokmail.TLSNone, Logger: log.New(io.Discard, "", 0),
	})
	listener := listen(t)
	p.conf = kvitokmail.MailboxConfig{From: []string{partner}, Server: kvitokmail.Server{
		Address: listener.Addr().String(), User: user, Password: password, TLS: protection, CAFile: caFile,
	}}
	switch protection {
	case kvitokmail.TLSNone:
		p.conf.CAFile = ""
	case kvitokmail.TLSImplicit:
		listener = tls.NewListener(listener, conf)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	p.stop = func() { _ = server.Close(); _ = listener.Close(); serving.Wait() }
	t.Cleanup(p.stop)
	return p
}

// put delivers a raw mail.
func (p *post) put(t *testing.T, raw string) {
	t.Helper()
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", "\r\n")
	if _, err := p.user.Append("INBOX", literal{strings.NewReader(raw)}, &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// deposit is the partner who mails one file.
func (p *post) deposit(t *testing.T, name string, data []byte) {
	t.Helper()
	p.count++
	p.put(t, letter(t, fmt.Sprintf("<m%d@bank.example>", p.count), partner, map[string][]byte{name: data}))
}

// letter writes a mail as mail programs do.
func letter(t *testing.T, id, from string, files map[string][]byte) string {
	t.Helper()
	var raw bytes.Buffer
	var h mail.Header
	h.SetMessageID(strings.Trim(id, "<>"))
	h.SetAddressList("From", []*mail.Address{{Name: "Банк", Address: from}})
	h.SetSubject("Реестр")
	w, err := mail.CreateWriter(&raw, h)
	if err != nil {
		t.Fatal(err)
	}
	var inline mail.InlineHeader
	inline.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	text, err := w.CreateSingleInline(inline)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(text, "Добрый день!\r\n")
	if err = errors.Join(err, text.Close()); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		var attached mail.AttachmentHeader
		attached.SetContentType("application/octet-stream", nil)
		attached.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		file, err := w.CreateAttachment(attached)
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.Write(data)
		if err = errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return raw.String()
}

// relay is an SMTP server inside the process.
type relay struct {
	conf kvitokmail.SenderConfig
	stop func()

	mu     sync.Mutex
	mails  [][]byte
	refuse error // of the next DATA

	vanish     bool // hang up in place of the answer to the next DATA
	takeAll    bool // every recipient
	sessions   int
	senders    []string
	recipients []string
	last       *smtp.Conn
}

// hangUp ends the last session, as servers do to idle clients.
func (r *relay) hangUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.last.Conn().Close()
}

func serveRelay(t *testing.T, protection string) *relay {
	t.Helper()
	r := &relay{}
	conf, caFile := certificate(t)
	server := smtp.NewServer(r)
	server.TLSConfig, server.AllowInsecureAuth = conf, protection == kvitokmail.TLSNone
	server.MaxMessageBytes, server.ErrorLog = 1<<20, slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	listener := listen(t)
	r.conf = kvitokmail.SenderConfig{From: "Квиток <kvitok@office.example>", To: []string{partner, "copy@bank.example"}, Server: kvitokmail.Server{
		Address: listener.Addr().String(), User: user, Password: password, TLS: protection, CAFile: caFile,
	}}
	switch protection {
	case kvitokmail.TLSNone:
		r.conf.CAFile = ""
	case kvitokmail.TLSImplicit:
		listener = tls.NewListener(listener, conf)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	r.stop = func() { _ = server.Close(); _ = listener.Close(); serving.Wait() }
	t.Cleanup(r.stop)
	return r
}

// NewSession implements smtp.Backend.
func (r *relay) NewSession(c *smtp.Conn) (smtp.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != c { // STARTTLS begins one anew
		r.sessions++
	}
	r.last = c
	return &visit{relay: r, conn: c}, nil
}

// received reads the mails as a mail program does.
func (r *relay) received(t *testing.T) map[string][]byte {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	files := map[string][]byte{}
	for _, raw := range r.mails {
		reader, err := mail.CreateReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		for {
			part, err := reader.NextPart()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			header, ok := part.Header.(*mail.AttachmentHeader)
			if !ok {
				continue
			}
			name, err := header.Filename()
			data, readErr := io.ReadAll(part.Body)
			if err := errors.Join(err, readErr); err != nil {
				t.Fatal(err)
			}
			files[name] = data
		}
	}
	return files
}

// visit is one SMTP session.
type visit struct {
	relay *relay
	conn  *smtp.Conn
	known bool
	to    []string
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, secret string) error {
		if name != user || secret != password {
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
	if !v.relay.takeAll && !strings.HasSuffix(to, "@bank.example") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user " + to}
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
	v.relay.mu.Lock()
	defer v.relay.mu.Unlock()
	if err := v.relay.refuse; err != nil {
		v.relay.refuse = nil
		return err
	}
	v.relay.mails = append(v.relay.mails, raw)
	if v.relay.vanish {
		v.relay.vanish = false
		_ = v.conn.Conn().Close()
	}
	return nil
}

func (v *visit) Reset() { v.to = nil }

func (v *visit) Logout() error { return nil }

// unread counts the mails of the inbox that nobody has read.
func (p *post) unread(t *testing.T) int {
	t.Helper()
	status, err := p.user.Status("INBOX", &imap.StatusOptions{NumUnseen: true})
	if err != nil {
		t.Fatal(err)
	}
	return int(*status.NumUnseen)
}
