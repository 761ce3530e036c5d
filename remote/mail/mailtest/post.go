// Package mailtest is mail servers inside the process, for tests: a relay that takes letters by SMTP and a post office that gives them out by
// IMAP.
//
// It owns their answers. It does not own the real servers of the end-to-end tests (scripts/exchange-server.sh).
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/kvitok-gkh/kvitok/remote/mail"
)

// Who may log in, and whom the mailbox takes files from.
const (
	User     = "kvitok@office.example"
	Password = "correct horse"
	Partner  = "bank@bank.example"
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

// Post is an IMAP server inside the process with one user.
type Post struct {
	Conf mail.MailboxConfig
	Stop func()
	user *imapmemserver.User
}

// ServePost starts one; it stops with the test.
func ServePost(t *testing.T, protection string) *Post {
	t.Helper()
	memory := imapmemserver.New()
	p := &Post{user: imapmemserver.NewUser(User, Password)}
	for _, box := range []string{"INBOX", "Done"} {
		if err := p.user.Create(box, nil); err != nil {
			t.Fatal(err)
		}
	}
	memory.AddUser(p.user)
	conf, caFile := certificate(t)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			kept, is := memory.NewSession().(imapserver.SessionIMAP4rev2)
			if !is {
				return nil, nil, errors.New("the server of the tests gives out another kind of session")
			}
			return session{kept}, nil, nil
		},
		Caps:      imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapMove: {}, imap.CapUIDPlus: {}},
		TLSConfig: conf, InsecureAuth: protection == mail.TLSNone, Logger: log.New(io.Discard, "", 0),
	})
	listener := listen(t)
	p.Conf = mail.MailboxConfig{From: []string{Partner}, Server: mail.Server{
		Address: listener.Addr().String(), User: User, Password: Password, TLS: protection, CAFile: caFile,
	}}
	switch protection {
	case mail.TLSNone:
		p.Conf.CAFile = ""
	case mail.TLSImplicit:
		listener = tls.NewListener(listener, conf)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	p.Stop = func() { _ = server.Close(); _ = listener.Close(); serving.Wait() }
	t.Cleanup(p.Stop)
	return p
}

// session is a session of imapmemserver that ends when its connection was cut while a mail was given out. That server
// (message.fetch of go-imap v2.0.0-beta.8) leaves the writer of the answer open then, with its lock, and would wait for the
// lock for ever when it answers that the command has failed.
type session struct{ imapserver.SessionIMAP4rev2 }

// Fetch gives out mails.
func (s session) Fetch(w *imapserver.FetchWriter, wanted imap.NumSet, options *imap.FetchOptions) error {
	if err := s.SessionIMAP4rev2.Fetch(w, wanted, options); err != nil {
		runtime.Goexit() // the goroutine of this connection: it closes the connection and tells nobody
	}
	return nil
}

// Put delivers a raw mail.
func (p *Post) Put(t *testing.T, raw string) {
	t.Helper()
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", "\r\n")
	if _, err := p.user.Append("INBOX", literal{strings.NewReader(raw)}, &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// Unread counts the mails of the inbox that nobody has read.
func (p *Post) Unread(t *testing.T) int {
	t.Helper()
	status, err := p.user.Status("INBOX", &imap.StatusOptions{NumUnseen: true})
	if err != nil {
		t.Fatal(err)
	}
	return int(*status.NumUnseen)
}
