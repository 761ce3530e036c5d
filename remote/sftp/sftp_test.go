package sftp_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
	"github.com/kvitok-gkh/kvitok/remote/sftp"
)

func open(t *testing.T, conf sftp.Config) *sftp.Driver {
	t.Helper()
	d, err := sftp.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]func(*server, *testing.T) sftp.Config{
		"password": (*server).byPassword, "key and known hosts": (*server).byKey,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			remotetest.Run(t, func(t *testing.T) remote.Driver { t.Helper(); return open(t, way(serve(t), t)) })
		})
	}
}

func TestPermanentRefusals(t *testing.T) {
	t.Parallel()
	s := serve(t)
	good := s.byPassword(t)
	for name, spoil := range map[string]func(*sftp.Config){
		"wrong password":    func(c *sftp.Config) { c.Password = "hunter2" },
		"another server":    func(c *sftp.Config) { c.HostKeys = []string{"SHA256:" + strings.Repeat("A", 43)} },
		"no such directory": func(c *sftp.Config) { c.Dir = "/nowhere" },
		"no key file":       func(c *sftp.Config) { c.KeyFile = "/nowhere" },
		"not in known_hosts": func(c *sftp.Config) {
			c.HostKeys, c.KnownHosts = nil, writeFile(t, "known_hosts", "elsewhere.example "+s.hostKeyLine(t)+"\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf := good
			spoil(&conf)
			d := open(t, conf)
			_, err := d.List(t.Context())
			if err == nil || errors.Is(err, remote.ErrTemporary) || errors.Is(err, remote.ErrNotFound) {
				t.Errorf("List: %v, want a permanent error", err)
			}
			if err != nil && strings.Contains(err.Error(), conf.Password) {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
}

// A server shows the key of its own choice first; the kinds that known_hosts has are asked for.
func TestKnownKindIsAskedFor(t *testing.T) {
	t.Parallel()
	s := serve(t)
	conf := s.byKey(t) // the file holds the ECDSA key only, the server prefers the other one
	if _, err := open(t, conf).List(t.Context()); err != nil {
		t.Error(err)
	}
}

// A server whose key is not the pinned one any more is never spoken to; the error names the key that it shows and what to do.
func TestChangedKey(t *testing.T) {
	t.Parallel()
	s, other := serve(t), serve(t)
	pinned, known := s.byPassword(t), s.byKey(t)
	pinned.HostKeys = []string{ssh.FingerprintSHA256(other.edKey.PublicKey())}
	host, port, err := net.SplitHostPort(known.Address)
	if err != nil {
		t.Fatal(err)
	}
	known.KnownHosts = writeFile(t, "known_hosts", "["+host+"]:"+port+" "+other.hostKeyLine(t)+"\n")
	for what, c := range map[string]struct {
		conf  sftp.Config
		shown ssh.Signer
	}{"fingerprint": {pinned, s.edKey}, "known_hosts": {known, s.ecKey}} {
		_, err := open(t, c.conf).List(t.Context())
		if err == nil || errors.Is(err, remote.ErrTemporary) {
			t.Errorf("%s: %v, want a permanent error", what, err)
			continue
		}
		for _, word := range []string{ssh.FingerprintSHA256(c.shown.PublicKey()), "by telephone", "nothing was sent"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q lacks %q", what, err, word)
			}
		}
	}
}

func TestServerGoneIsTemporary(t *testing.T) {
	t.Parallel()
	s := serve(t)
	d := open(t, s.byPassword(t))
	if _, err := d.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.close()
	if _, err := d.List(t.Context()); !errors.Is(err, remote.ErrTemporary) {
		t.Errorf("List: %v, want a temporary error", err)
	}
}

// A server that accepts and says nothing is given up after the timeout.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	conf := serve(t).byPassword(t)
	conf.Address, conf.Timeout = remotetest.Silence(t), 50*time.Millisecond
	if _, err := open(t, conf).List(t.Context()); !errors.Is(err, remote.ErrTemporary) {
		t.Errorf("List: %v, want a temporary error", err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	good := sftp.Config{
		Address: "sftp.example.org:22", User: "u", Password: "p", HostKeys: []string{"SHA256:" + strings.Repeat("x", 43)},
	}
	if err := good.Validate(); err != nil {
		t.Errorf("good configuration: %v", err)
	}
	for name, spoil := range map[string]func(*sftp.Config){
		"address":         func(c *sftp.Config) { c.Address = "sftp.example.org" },
		"user":            func(c *sftp.Config) { c.User = "" },
		"no secret":       func(c *sftp.Config) { c.Password = "" },
		"passphrase":      func(c *sftp.Config) { c.KeyPassphrase = "x" },
		"no host key":     func(c *sftp.Config) { c.HostKeys = nil },
		"two ways":        func(c *sftp.Config) { c.KnownHosts = "known_hosts" },
		"bad fingerprint": func(c *sftp.Config) { c.HostKeys = []string{"MD5:00:11"} },
		"dir":             func(c *sftp.Config) { c.Dir = "a\nb" },
		"timeout":         func(c *sftp.Config) { c.Timeout = -1 },
	} {
		bad := good
		spoil(&bad)
		if _, err := sftp.New(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestCuts(t *testing.T) {
	t.Parallel()
	conf := serve(t).byPassword(t)
	remotetest.RunLineCuts(t, 1999, func(t *testing.T, dial remotetest.Dial) remote.Driver {
		t.Helper()
		c := conf
		c.Dial = dial
		return open(t, c)
	})
}
