package pgp

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Config says with which keys files are sealed and opened, and what is demanded of those that arrive.
type Config struct {
	KeyFile        string `yaml:"key_file"`                  // our private key, armored or binary
	Passphrase     string `yaml:"passphrase,omitempty"`      // of our key; usually "${NAME}"
	PassphraseFile string `yaml:"passphrase_file,omitempty"` // or its first line is the passphrase
	PartnerKeyFile string `yaml:"partner_key_file"`          // the partner's public key
	Fingerprint    string `yaml:"fingerprint"`               // of the partner's key, as he tells it by telephone: 40 or 64 hexadecimal digits

	Signature string `yaml:"signature,omitempty"` // of files that arrive: Required, also where empty, or Optional
	Plain     string `yaml:"plain,omitempty"`     // what becomes of files that arrive not encrypted: PlainRefuse, also where empty, or PlainTake

	Outgoing string `yaml:"outgoing,omitempty"` // how files leave: Signed (encrypted and signed, also where empty), Encrypted or Unsealed
	Armor    bool   `yaml:"armor,omitempty"`    // files leave as text, named .asc instead of .pgp
}

// What Config may say.
const (
	Required    = "required"
	Optional    = "optional"
	PlainRefuse = "refuse"
	PlainTake   = "take"
	Signed      = "signed"
	Encrypted   = "encrypted"
	Unsealed    = "plain"
)

// Validate reports everything that is missing or makes no sense. It opens no file: see New.
func (c Config) Validate() error {
	var errs []error
	for _, needed := range [][2]string{{"key_file", c.KeyFile}, {"partner_key_file", c.PartnerKeyFile}, {"fingerprint", c.Fingerprint}} {
		if needed[1] == "" {
			errs = append(errs, fmt.Errorf("%s is missing", needed[0]))
		}
	}
	if c.Fingerprint != "" && fingerprint(c.Fingerprint) == nil {
		errs = append(errs, fmt.Errorf("fingerprint %q, want the 40 (or 64) hexadecimal digits that gpg --fingerprint shows", c.Fingerprint))
	}
	if c.Passphrase != "" && c.PassphraseFile != "" {
		errs = append(errs, errors.New("passphrase and passphrase_file are given, want one"))
	}
	for _, choice := range []struct {
		name, value string
		allowed     []string
	}{
		{"signature", c.Signature, []string{Required, Optional}},
		{"plain", c.Plain, []string{PlainRefuse, PlainTake}},
		{"outgoing", c.Outgoing, []string{Signed, Encrypted, Unsealed}},
	} {
		if choice.value != "" && !slices.Contains(choice.allowed, choice.value) {
			errs = append(errs, fmt.Errorf("%s is %q, want one of %s", choice.name, choice.value, strings.Join(choice.allowed, ", ")))
		}
	}
	return errors.Join(errs...)
}

// fingerprint reads one as people write it: in groups, in any case; nil where it is none.
func fingerprint(text string) []byte {
	digits, err := hex.DecodeString(strings.Map(func(r rune) rune {
		if r == ' ' || r == ':' || r == '\u00a0' {
			return -1
		}
		return r
	}, strings.TrimPrefix(text, "0x")))
	if err != nil || len(digits) != 20 && len(digits) != 32 {
		return nil
	}
	return digits
}

// Keys are the keys of the exchange with one partner.
type Keys struct {
	config  Config
	own     openpgp.EntityList
	partner openpgp.EntityList // exactly one
	now     func() time.Time
}

// New reads the keys. A key that has run out is no error here, since it concerns one partner: see Check.
func New(c Config, now func() time.Time) (*Keys, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	own, ownErr := c.ownKeys()
	partner, partnerErr := c.partnerKey()
	if err := errors.Join(ownErr, partnerErr); err != nil {
		return nil, err
	}
	return &Keys{config: c, own: own, partner: partner, now: now}, nil
}

func (c Config) ownKeys() (openpgp.EntityList, error) {
	own, err := readKeys(c.KeyFile)
	if err != nil {
		return nil, err
	}
	passphrase := c.Passphrase
	if c.PassphraseFile != "" {
		text, err := os.ReadFile(c.PassphraseFile)
		if err != nil {
			return nil, fmt.Errorf("read the passphrase of %s: %w", c.KeyFile, err)
		}
		passphrase, _, _ = strings.Cut(string(text), "\n")
		passphrase = strings.TrimSuffix(passphrase, "\r")
	}
	if err := unlock(own, passphrase); err != nil {
		return nil, fmt.Errorf("key %s: %w", c.KeyFile, err)
	}
	return own, nil
}

func (c Config) partnerKey() (openpgp.EntityList, error) {
	all, err := readKeys(c.PartnerKeyFile)
	if err != nil {
		return nil, err
	}
	partner, err := pinned(all, fingerprint(c.Fingerprint))
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", c.PartnerKeyFile, err)
	}
	return partner, nil
}

func readKeys(path string) (openpgp.EntityList, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the administrator names it
	if err != nil {
		return nil, fmt.Errorf("read a key: %w", err)
	}
	read := openpgp.ReadKeyRing
	if bytes.Contains(text, []byte("-----BEGIN PGP")) {
		read = openpgp.ReadArmoredKeyRing
	}
	keys, err := read(bytes.NewReader(text))
	if err != nil || len(keys) == 0 {
		return nil, errors.Join(fmt.Errorf("%s holds no OpenPGP key", path), err)
	}
	return keys, nil
}

// unlock opens our private keys.
func unlock(keys openpgp.EntityList, passphrase string) error {
	for _, key := range keys {
		if key.PrivateKey == nil {
			return errors.New("this is a public key, want the private one (gpg --export-secret-keys)")
		}
		if err := key.DecryptPrivateKeys([]byte(passphrase)); err != nil {
			if passphrase == "" {
				return errors.New("it has a passphrase: give passphrase or passphrase_file")
			}
			return fmt.Errorf("the passphrase does not open it: %w", err)
		}
	}
	return nil
}

// pinned finds the key of a fingerprint.
func pinned(keys openpgp.EntityList, wanted []byte) (openpgp.EntityList, error) {
	there := make([]string, 0, len(keys))
	for _, key := range keys {
		if bytes.Equal(key.PrimaryKey.Fingerprint, wanted) {
			return openpgp.EntityList{key}, nil
		}
		there = append(there, fmt.Sprintf("%X", key.PrimaryKey.Fingerprint))
	}
	return nil, fmt.Errorf("its fingerprint is %s, not the %X that the configuration demands", strings.Join(there, ", "), wanted)
}

// Check reports what is wrong with the keys today: none to encrypt with, none to sign with, run out, revoked.
func (k *Keys) Check() error {
	var ours error
	if _, err := k.own[0].EncryptionKeyWithError(k.now(), nil); err != nil {
		ours = fmt.Errorf("our key %s: nobody can encrypt to it: %w", k.config.KeyFile, err)
	}
	return errors.Join(k.canSeal(), ours)
}

func (k *Keys) canSeal() error {
	if !k.Seals() {
		return nil
	}
	var errs []error
	if _, err := k.partner[0].EncryptionKeyWithError(k.now(), nil); err != nil {
		errs = append(errs, fmt.Errorf("the partner's key %s: nothing can be encrypted to it: %w", k.config.PartnerKeyFile, err))
	}
	if _, can := k.own[0].SigningKey(k.now(), nil); !can && k.signs() {
		errs = append(errs, fmt.Errorf("our key %s cannot sign: it has run out, was revoked or is not for signing", k.config.KeyFile))
	}
	return errors.Join(errs...)
}

func (k *Keys) signs() bool { return k.config.Outgoing == "" || k.config.Outgoing == Signed }
