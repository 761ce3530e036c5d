package ftp_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/ftp"
	"github.com/kvitok-gkh/kvitok/remote/ftp/ftpdemo"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
)

// serve starts a server over an empty folder and returns how to reach it.
func serve(t *testing.T, o ftpdemo.Options) ftp.Config {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.Log = slog.New(slog.DiscardHandler)
	server, err := ftpdemo.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	conf := ftp.Config{Address: server.Addr, User: server.User, Password: server.Password, TLS: ftp.TLSNone}
	if o.TLS {
		conf.TLS = ftp.TLSExplicit
		conf.CAFile = filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(conf.CAFile, server.CertPEM, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return conf
}

func open(t *testing.T, conf ftp.Config) *ftp.Driver {
	t.Helper()
	d, err := ftp.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]ftpdemo.Options{"plain": {}, "tls": {TLS: true}, "list only": {NoMLSD: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			remotetest.Run(t, func(t *testing.T) remote.Driver { t.Helper(); return open(t, serve(t, o)) })
		})
	}
}

func TestPermanentRefusals(t *testing.T) {
	t.Parallel()
	plain, secure := serve(t, ftpdemo.Options{}), serve(t, ftpdemo.Options{TLS: true})
	wrongPassword, strange, noDir, noTLS := plain, secure, plain, plain
	wrongPassword.Password = "hunter2"
	strange.CAFile = ""
	noDir.Dir = "/nowhere"
	noTLS.TLS = ftp.TLSExplicit
	for name, conf := range map[string]ftp.Config{
		"wrong password": wrongPassword, "unknown authority": strange, "no such directory": noDir, "server without TLS": noTLS,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, conf)
			_, err := d.List(t.Context())
			if err == nil || errors.Is(err, remote.ErrTemporary) || errors.Is(err, remote.ErrNotFound) {
				t.Errorf("List: %v, want a permanent error", err)
			}
			if err != nil && conf.Password != "" && strings.Contains(err.Error(), conf.Password) {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
}

func TestServerGoneIsTemporary(t *testing.T) {
	t.Parallel()
	server, err := ftpdemo.Start(t.Context(), ftpdemo.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, ftp.Config{Address: server.Addr, User: server.User, Password: server.Password, TLS: ftp.TLSNone})
	if _, err := d.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if _, err := d.List(t.Context()); !errors.Is(err, remote.ErrTemporary) {
		t.Errorf("List: %v, want a temporary error", err)
	}
}

// A server that accepts and says nothing is given up after the timeout.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	d := open(t, ftp.Config{Address: remotetest.Silence(t), User: "u", Password: "p", TLS: ftp.TLSNone, Timeout: 50 * time.Millisecond})
	if _, err := d.List(t.Context()); !errors.Is(err, remote.ErrTemporary) {
		t.Errorf("List: %v, want a temporary error", err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	good := ftp.Config{Address: "ftp.example.org:21", User: "u", TLS: ftp.TLSExplicit}
	if err := good.Validate(); err != nil {
		t.Errorf("good configuration: %v", err)
	}
	for name, spoil := range map[string]func(*ftp.Config){
		"address":        func(c *ftp.Config) { c.Address = "ftp.example.org" },
		"no host":        func(c *ftp.Config) { c.Address = ":21" },
		"user":           func(c *ftp.Config) { c.User = "" },
		"injection":      func(c *ftp.Config) { c.Dir = "x\r\nDELE y" },
		"tls":            func(c *ftp.Config) { c.TLS = "" },
		"ca without tls": func(c *ftp.Config) { c.TLS, c.CAFile = ftp.TLSNone, "ca.pem" },
		"ca unused":      func(c *ftp.Config) { c.Insecure, c.CAFile = true, "ca.pem" },
		"timeout":        func(c *ftp.Config) { c.Timeout = -1 },
	} {
		bad := good
		spoil(&bad)
		if _, err := ftp.New(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestCuts(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]ftpdemo.Options{"plain": {}, "tls": {TLS: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf, step := serve(t, o), int64(61)
			if o.TLS {
				step = 307 // handshakes are long
			}
			remotetest.RunCuts(t, conf.Address, step, func(t *testing.T, dial remotetest.Dial) remote.Driver {
				t.Helper()
				c := conf
				c.Dial = dial
				return open(t, c)
			})
		})
	}
}
