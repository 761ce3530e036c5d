//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/ftp"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
)

// TestFTP runs the conformance suite and the cuts against the servers that partners run. A server that
// does not start fails the test.
func TestFTP(t *testing.T) {
	t.Parallel()
	for _, server := range []string{"vsftpd", "proftpd"} {
		for _, protection := range []string{"plain", "tls"} {
			t.Run(server+" "+protection, func(t *testing.T) {
				t.Parallel()
				s := startFTP(t, server, protection)
				t.Run("conformance", func(t *testing.T) {
					remotetest.Run(t, func(t *testing.T) remote.Driver { t.Helper(); return s.open(t, s.folder(t), nil) })
				})
				t.Run("without EPSV", func(t *testing.T) {
					dir := s.folder(t)
					conf := s.conf
					conf.NoEPSV = true
					conf.Dir = dir
					d, err := ftp.New(conf)
					if err != nil {
						t.Fatal(err)
					}
					defer d.Close() //nolint:errcheck // the test is over
					if err := d.Put(t.Context(), "x", strings.NewReader("x")); err != nil {
						t.Error(err)
					}
				})
				t.Run("cuts", func(t *testing.T) {
					dir, step := s.folder(t), int64(113)
					if protection == "tls" {
						step = 379 // handshakes are long
					}
					remotetest.RunCuts(t, s.conf.Address, step, func(t *testing.T, dial remotetest.Dial) remote.Driver {
						t.Helper()
						return s.open(t, dir, dial)
					})
				})
				t.Run("uploads keep every byte", s.manyUploads)
			})
		}
	}
}

// TestFTPServerRestart kills the server with its sessions under a connected place and starts it again:
// the next call must do without help.
func TestFTPServerRestart(t *testing.T) {
	t.Parallel()
	s := startFTP(t, "vsftpd", "plain")
	dir := s.folder(t)
	p := remotetest.NewPlace(t, s.open(t, dir, nil))
	if _, err := p.Deliver(t.Context(), "one.csv", 1, remotetest.Source([]byte("1"))); err != nil {
		t.Fatal(err)
	}
	s.script(t, "kill", s.root)
	_, err := p.Deliver(t.Context(), "two.csv", 1, remotetest.Source([]byte("2")))
	if !errors.Is(err, remote.ErrTemporary) {
		t.Errorf("without a server: %v, want a temporary error", err)
	}
	s.start(t)
	if _, err := p.Deliver(t.Context(), "two.csv", 1, remotetest.Source([]byte("2"))); err != nil {
		t.Error(err)
	}
}

// manyUploads repeats what TLS 1.3 made go wrong in a few of a hundred: only many trials tell.
func (s *ftpServer) manyUploads(t *testing.T) {
	dir := s.folder(t)
	d := s.open(t, dir, nil)
	want := remotetest.Pattern(1 << 20)
	for range 30 {
		if err := d.Put(t.Context(), "x.part", bytes.NewReader(want)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(s.root, dir, "x.part")) //nolint:gosec // our own folder
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("the server holds %d bytes of %d (%v)", len(got), len(want), err)
		}
	}
}

type ftpServer struct {
	kind, protection string
	root             string
	conf             ftp.Config
	folders          atomic.Int32
}

func startFTP(t *testing.T, kind, protection string) *ftpServer {
	t.Helper()
	// The server works as another user: the folders above must let it pass, which t.TempDir's do not.
	base, err := os.MkdirTemp("", "kvitok-ftp-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(base, 0o755); err != nil { //nolint:gosec // see above
		t.Fatal(err)
	}
	s := &ftpServer{kind: kind, protection: protection, root: filepath.Join(base, "root")}
	t.Cleanup(func() {
		s.script(t, "stop", s.root)
		if err := os.RemoveAll(base); err != nil {
			t.Error(err)
		}
	})
	s.start(t)
	return s
}

func (s *ftpServer) start(t *testing.T) {
	t.Helper()
	said := map[string]string{}
	for line := range strings.Lines(s.script(t, "start", s.kind, s.protection, "0", s.root)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			said[key] = value
		}
	}
	s.conf = ftp.Config{
		Address: net.JoinHostPort(said["host"], said["port"]), User: said["user"], Password: said["password"],
		TLS: ftp.TLSNone, Timeout: 10 * time.Second,
	}
	if s.protection == "tls" {
		s.conf.TLS, s.conf.CAFile = ftp.TLSExplicit, said["cafile"]
	}
}

func (s *ftpServer) script(t *testing.T, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	// Not t.Context(): it has ended when the cleanup stops the server.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join("..", "scripts", "ftp-server.sh"), args...) //nolint:gosec // our own script
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ftp-server.sh %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// folder makes a new empty folder on the server and returns its path there.
func (s *ftpServer) folder(t *testing.T) string {
	t.Helper()
	dir := fmt.Sprintf("d%d", s.folders.Add(1))
	path := filepath.Join(s.root, dir)
	if err := os.Mkdir(path, 0o777); err != nil { //nolint:gosec // the server works as another user
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o777); err != nil { //nolint:gosec // the same
		t.Fatal(err)
	}
	return "/" + dir
}

func (s *ftpServer) open(t *testing.T, dir string, dial remotetest.Dial) *ftp.Driver {
	t.Helper()
	conf := s.conf
	conf.Dir, conf.Dial = dir, dial
	d, err := ftp.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
