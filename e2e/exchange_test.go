//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/mail"
	"github.com/kvitok-gkh/kvitok/remote/mail/mailtest"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
	"github.com/kvitok-gkh/kvitok/remote/sftp"
)

// TestSFTP runs the conformance suite and the cuts against OpenSSH.
func TestSFTP(t *testing.T) {
	t.Parallel()
	root, said := startExchange(t, "sshd")
	folders := 0
	open := func(t *testing.T, dir string, dial remotetest.Dial) *sftp.Driver {
		t.Helper()
		d, err := sftp.New(sftp.Config{
			Address: said["address"], User: said["user"], KeyFile: said["key"], KnownHosts: said["known_hosts"], Dir: dir, Dial: dial,
			Timeout: 10 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	made := make(chan string, 100)
	for range cap(made) {
		folders++
		dir := filepath.Join(root, fmt.Sprintf("d%d", folders))
		if err := os.Mkdir(dir, 0o777); err != nil { //nolint:gosec // the server works as another user
			t.Fatal(err)
		}
		if err := os.Chmod(dir, 0o777); err != nil { //nolint:gosec // the same
			t.Fatal(err)
		}
		made <- dir
	}
	t.Run("conformance", func(t *testing.T) {
		t.Parallel()
		remotetest.Run(t, func(t *testing.T) remote.Driver { t.Helper(); return open(t, <-made, nil) })
	})
	t.Run("cuts", func(t *testing.T) {
		t.Parallel()
		dir := <-made
		remotetest.RunLineCuts(t, 1499, func(t *testing.T, dial remotetest.Dial) remote.Driver {
			t.Helper()
			return open(t, dir, dial)
		})
	})
}

// TestIMAPAndSMTP sends files by exim4 and takes them from dovecot, the way of a file between two offices.
func TestIMAPAndSMTP(t *testing.T) {
	t.Parallel()
	for protection, port := range map[string]string{mail.TLSStart: "imap", mail.TLSImplicit: "imaps"} {
		t.Run(protection, func(t *testing.T) {
			t.Parallel()
			_, said := startExchange(t, "mail")
			server := mail.Server{User: said["user"], Password: said["password"], CAFile: said["cafile"]}
			boxServer, relayServer := server, server
			boxServer.Address, boxServer.TLS = said[port], protection
			relayServer.Address, relayServer.TLS = said["smtp"], mail.TLSStart
			box, err := mail.NewMailbox(mail.MailboxConfig{Server: boxServer, From: []string{"@office.example"}}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			sender, err := mail.NewSender(mail.SenderConfig{
				Server: relayServer, From: "Квиток <kvitok@office.example>", To: []string{"files@bank.example"},
			}, time.Now) //nolint:forbidigo // the servers go by the clock of the machine
			if err != nil {
				t.Fatal(err)
			}
			counted := &counting{Sender: sender}
			remotetest.RunSender(t, func(*testing.T) (remote.Sender, remotetest.Received) {
				return counted, func(t *testing.T) map[string][]byte { t.Helper(); return takeAll(t, box, counted.sent) }
			})
			if err := box.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMailbox runs the conformance suite of inboxes against dovecot: each test has a folder of its own, into which its partner's mails are put.
func TestMailbox(t *testing.T) {
	t.Parallel()
	_, said := startExchange(t, "mail")
	server := mail.Server{Address: said["imaps"], TLS: mail.TLSImplicit, User: said["user"], Password: said["password"], CAFile: said["cafile"]}
	conf, err := remote.ServerTLS(server.Address, "", server.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	partner, err := imapclient.DialTLS(server.Address, &imapclient.Options{TLSConfig: conf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := partner.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := partner.Login(server.User, server.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	office := &postOffice{server: server, partner: partner}
	for _, after := range []string{mail.AfterSeen, mail.AfterMove} {
		t.Run(after, func(t *testing.T) {
			t.Parallel()
			remotetest.RunSource(t, func(t *testing.T) (remote.Source, remotetest.Deposit) { t.Helper(); return office.folder(t, after) })
		})
	}
}

// postOffice is a server, and a partner who may put mails into its folders.
type postOffice struct {
	server           mail.Server
	partner          *imapclient.Client
	folders, letters atomic.Int32
}

// folder makes a new folder and opens it.
func (p *postOffice) folder(t *testing.T, after string) (remote.Source, remotetest.Deposit) {
	t.Helper()
	box := fmt.Sprintf("t%d", p.folders.Add(1))
	config := mail.MailboxConfig{Server: p.server, Mailbox: box, From: []string{"bank@bank.example"}, After: after}
	p.create(t, box)
	if after == mail.AfterMove {
		config.MoveTo = box + "done"
	}
	source, err := mail.NewMailbox(config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if after == mail.AfterMove {
		if err := source.Check(t.Context()); err == nil || !strings.Contains(err.Error(), config.MoveTo) {
			t.Errorf("check without the folder of move_to: %v", err)
		}
		p.create(t, config.MoveTo)
	}
	if err := source.Check(t.Context()); err != nil {
		t.Error(err)
	}
	return source, func(t *testing.T, name string, data []byte) {
		t.Helper()
		id := fmt.Sprintf("<m%d@bank.example>", p.letters.Add(1))
		put(t, p.partner, box, mailtest.Letter(t, id, "bank@bank.example", map[string][]byte{name: data}))
	}
}

func (p *postOffice) create(t *testing.T, box string) {
	t.Helper()
	if err := p.partner.Create(box, nil).Wait(); err != nil {
		t.Fatal(err)
	}
}

// put lays a mail into a folder.
func put(t *testing.T, client *imapclient.Client, box, letter string) {
	t.Helper()
	appended := client.Append(box, int64(len(letter)), nil)
	_, err := io.WriteString(appended, letter)
	if err := errors.Join(err, appended.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := appended.Wait(); err != nil {
		t.Fatal(err)
	}
}

// counting counts what was sent.
type counting struct {
	remote.Sender
	sent int
}

// Send implements remote.Sender.
func (c *counting) Send(ctx context.Context, name string, r io.Reader) error {
	err := c.Sender.Send(ctx, name, r)
	if err == nil {
		c.sent++
	}
	return err
}

// takeAll waits until so many files have arrived (a relay answers before it delivers) and takes them in the way of an inbox,
// without putting them away.
func takeAll(t *testing.T, box *mail.Mailbox, wanted int) map[string][]byte {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for range 100 {
		entries, err := box.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) >= wanted {
			break
		}
		<-tick.C
	}
	now := time.Now //nolint:forbidigo // the servers go by the clock of the machine
	place, err := remote.New(remote.Settings{Name: "box", Source: box, Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	var watch remote.Watch
	if _, err := place.Ready(t.Context(), &watch); err != nil {
		t.Fatal(err)
	}
	entries, err := place.Ready(t.Context(), &watch)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		var sink remotetest.Sink
		if _, err := place.Fetch(t.Context(), e, sink.Create); err != nil {
			t.Fatal(err)
		}
		files[e.FileName()] = bytes.Clone(sink.Bytes())
	}
	return files
}

// startExchange starts servers over an empty folder and returns the folder and what they said.
func startExchange(t *testing.T, kind string) (root string, said map[string]string) {
	t.Helper()
	// The servers work as another user: the folders above must let it pass, which t.TempDir's do not.
	base, err := os.MkdirTemp("", "kvitok-exchange-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(base, 0o755); err != nil { //nolint:gosec // see above
		t.Fatal(err)
	}
	root = filepath.Join(base, "root")
	t.Cleanup(func() {
		exchangeScript(t, "stop", root)
		if err := os.RemoveAll(base); err != nil {
			t.Error(err)
		}
	})
	said = map[string]string{}
	for line := range strings.Lines(exchangeScript(t, "start", kind, root)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			said[key] = value
		}
	}
	return root, said
}

func exchangeScript(t *testing.T, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	// Not t.Context(): it has ended when the cleanup stops the server.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join("..", "scripts", "exchange-server.sh"), args...) //nolint:gosec // our own script
	cmd.Stderr = &stderr
	// A server that stays must not keep the pipe of the script open.
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("exchange-server.sh %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}
