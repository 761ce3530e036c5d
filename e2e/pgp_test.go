//go:build e2e

package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/remote/pgp"
)

// gnupg is somebody who works with gpg: a home of his own with a key.
type gnupg struct{ home, mail, passphrase string }

func newGnupg(t *testing.T, kind, mail, passphrase string) gnupg {
	t.Helper()
	home, err := os.MkdirTemp("", "gpg") //nolint:usetesting // short: its agent listens on a socket in it
	if err != nil {
		t.Fatal(err)
	}
	g := gnupg{home, mail, passphrase}
	t.Cleanup(func() {
		g.tool(t, "gpgconf", "--kill", "all")
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	g.gpg(t, "", "--quick-gen-key", "Somebody <"+mail+">", kind, "default", "1y")
	if kind != "future-default" { // which has a key to encrypt to by itself
		g.gpg(t, "", "--quick-add-key", g.fingerprint(t), kind, "encr", "1y")
	}
	return g
}

func (g gnupg) tool(t *testing.T, name string, args ...string) {
	t.Helper()
	command := exec.Command(name, append([]string{"--homedir", g.home}, args...)...) //nolint:gosec,noctx // also while tidying up
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", name, err, out)
	}
}

func (g gnupg) gpg(t *testing.T, input string, args ...string) string {
	t.Helper()
	args = append([]string{
		"--homedir", g.home, "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--trust-model", "always", "--no-auto-key-locate",
		"--passphrase", g.passphrase,
	}, args...)
	command := exec.CommandContext(t.Context(), "gpg", args...) //nolint:gosec // arguments of the test
	command.Stdin = strings.NewReader(input)
	var out, said bytes.Buffer
	command.Stdout, command.Stderr = &out, &said
	if err := command.Run(); err != nil {
		t.Fatalf("gpg %v: %v: %s", args, err, said.String())
	}
	return out.String()
}

func (g gnupg) fingerprint(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^fpr:+([0-9A-F]{40}):`).FindStringSubmatch(g.gpg(t, "", "--with-colons", "--fingerprint", g.mail))
	if found == nil {
		t.Fatal("gpg shows no fingerprint")
	}
	return found[1]
}

// TestPGPWithGnuPG exchanges files with gpg both ways, with keys of both kinds in use: RSA and elliptic curves. Our own key is gpg's too, with a passphrase.
func TestPGPWithGnuPG(t *testing.T) {
	t.Parallel()
	const registry = "0100001001;Иванов;1250,50\r\n=1;1250,50\r\n"
	for _, kind := range []string{"rsa2048", "future-default"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			bank, office := newGnupg(t, kind, "bank@bank.example", ""), newGnupg(t, kind, "office@office.example", "секрет")
			dir := t.TempDir()
			put := func(name, content string) string {
				path := filepath.Join(dir, name)
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			config := pgp.Config{ //nolint:gosec // a passphrase of the test
				KeyFile:    put("office.key", office.gpg(t, "", "--armor", "--export-secret-keys", "office@office.example")),
				Passphrase: "секрет", PartnerKeyFile: put("bank.pub", bank.gpg(t, "", "--export", "bank@bank.example")), Fingerprint: bank.fingerprint(t),
			}
			bank.gpg(t, office.gpg(t, "", "--export", "office@office.example"), "--import")
			for _, armor := range []bool{false, true} {
				config.Armor = armor
				keys, err := pgp.New(config, time.Now) //nolint:forbidigo // gpg has the real clock
				if err != nil {
					t.Fatal(err)
				}
				if err := keys.Check(); err != nil {
					t.Error(err)
				}
				fromBank(t, bank, keys, registry, armor)
				toBank(t, bank, keys, registry)
			}
		})
	}
}

func fromBank(t *testing.T, bank gnupg, keys *pgp.Keys, registry string, armor bool) {
	t.Helper()
	args := []string{"--encrypt", "--recipient", "office@office.example"}
	if armor {
		args = append(args, "--armor")
	}
	var out bytes.Buffer
	message := bank.gpg(t, registry, append(args, "--sign")...)
	if !pgp.Sealed([]byte(message)) {
		t.Error("a message of gpg is not taken for one")
	}
	if err := keys.Open(strings.NewReader(message), &out); err != nil || out.String() != registry {
		t.Errorf("opened %q, %v", out.String(), err)
	}
	err := keys.Open(strings.NewReader(bank.gpg(t, registry, args...)), &out)
	if err == nil || !strings.Contains(err.Error(), "не подписан") {
		t.Errorf("not signed: %v", err)
	}
}

func toBank(t *testing.T, bank gnupg, keys *pgp.Keys, registry string) {
	t.Helper()
	var out bytes.Buffer
	if err := keys.Seal("reestr.txt", strings.NewReader(registry), &out); err != nil {
		t.Fatal(err)
	}
	if got := bank.gpg(t, out.String(), "--decrypt", "--status-file", filepath.Join(bank.home, "status")); got != registry {
		t.Errorf("gpg reads %q", got)
	}
	status, err := os.ReadFile(filepath.Join(bank.home, "status"))
	if err != nil || !bytes.Contains(status, []byte("GOODSIG")) {
		t.Errorf("gpg does not see our signature: %s, %v", status, err)
	}
}
