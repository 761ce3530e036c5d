// Package pgptest makes OpenPGP keys for tests. It owns nothing of what is done with them.
package pgptest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Person has a key, in two files.
type Person struct {
	*openpgp.Entity
	Public  string // binary
	Private string // armored
}

// Life is when a key was made and how long it lasts; zero: for ever.
type Life struct {
	Made  time.Time
	Lasts time.Duration
}

// New makes a key.
func New(tb testing.TB, name string, life Life, passphrase string) Person {
	tb.Helper()
	config := &packet.Config{
		Time: func() time.Time { return life.Made }, KeyLifetimeSecs: uint32(life.Lasts.Seconds()), Algorithm: packet.PubKeyAlgoEdDSA,
	}
	entity, err := openpgp.NewEntity(name, "", name+"@example.ru", config)
	if err != nil {
		tb.Fatal(err)
	}
	p := Person{Entity: entity, Public: filepath.Join(tb.TempDir(), name+".pub"), Private: filepath.Join(tb.TempDir(), name+".key")}
	var public, private bytes.Buffer
	if err := entity.Serialize(&public); err != nil {
		tb.Fatal(err)
	}
	if passphrase != "" {
		if err := entity.EncryptPrivateKeys([]byte(passphrase), config); err != nil {
			tb.Fatal(err)
		}
	}
	text, err := armor.Encode(&private, "PGP PRIVATE KEY BLOCK", nil)
	if err != nil {
		tb.Fatal(err)
	}
	if err := errors.Join(entity.SerializePrivateWithoutSigning(text, config), text.Close()); err != nil {
		tb.Fatal(err)
	}
	if passphrase != "" {
		if err := entity.DecryptPrivateKeys([]byte(passphrase)); err != nil {
			tb.Fatal(err)
		}
	}
	for name, content := range map[string][]byte{p.Public: public.Bytes(), p.Private: private.Bytes()} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return p
}

// Fingerprint is that of the key, as gpg shows it without its spaces.
func (p Person) Fingerprint() string { return fmt.Sprintf("%X", p.PrimaryKey.Fingerprint) }
