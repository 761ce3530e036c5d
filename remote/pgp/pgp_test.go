package pgp_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/kvitok-gkh/kvitok/remote/pgp"
	"github.com/kvitok-gkh/kvitok/remote/pgp/pgptest"
)

const registry = "0100001001;Иванов;1250,50\r\n=1;1250,50\r\n"

func today() time.Time { return time.Date(2026, time.October, 5, 9, 0, 0, 0, time.UTC) }

// newPerson makes a key a year before today. Life 0 is for ever.
func newPerson(tb testing.TB, name string, life time.Duration, passphrase string) pgptest.Person {
	tb.Helper()
	return pgptest.New(tb, name, pgptest.Life{Made: today().AddDate(-1, 0, 0), Lasts: life}, passphrase)
}

// pair is the configuration of one side of an exchange.
func pair(own, partner pgptest.Person) pgp.Config {
	return pgp.Config{KeyFile: own.Private, PartnerKeyFile: partner.Public, Fingerprint: partner.Fingerprint()}
}

func keys(tb testing.TB, c pgp.Config, at time.Time) *pgp.Keys {
	tb.Helper()
	k, err := pgp.New(c, func() time.Time { return at })
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func sealed(tb testing.TB, k *pgp.Keys) string {
	tb.Helper()
	var out bytes.Buffer
	if err := k.Seal("reestr.txt", strings.NewReader(registry), &out); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

// opened returns what was in a message, or the code of the reason why it is not taken.
func opened(tb testing.TB, k *pgp.Keys, message string) (content, code string) {
	tb.Helper()
	var out bytes.Buffer
	err := k.Open(strings.NewReader(message), &out)
	wrong, is := errors.AsType[*pgp.Error](err)
	switch {
	case is:
		return "", wrong.Code
	case err != nil:
		tb.Fatal(err)
	}
	return out.String(), ""
}

// What one side seals the other opens: armored or not, signed or not.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	office, bank := newPerson(t, "office", 0, "секрет"), newPerson(t, "bank", 0, "")
	file := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(file, []byte("секрет\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ours := pair(office, bank)
	ours.PassphraseFile = file
	for name, change := range map[string]func(*pgp.Config){
		"binary": func(*pgp.Config) {}, "armored": func(c *pgp.Config) { c.Armor = true },
		"not signed": func(c *pgp.Config) { c.Outgoing = pgp.Encrypted },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			theirs := pair(bank, office)
			change(&theirs)
			mine := ours
			if theirs.Outgoing == pgp.Encrypted {
				mine.Signature = pgp.Optional
			}
			message := sealed(t, keys(t, theirs, today()))
			if !pgp.Sealed([]byte(message[:64])) {
				t.Error("not taken for a sealed file")
			}
			if strings.Contains(message, "Иванов") {
				t.Error("it can be read by anybody")
			}
			if got, code := opened(t, keys(t, mine, today()), message); got != registry {
				t.Errorf("opened %q, %s", got, code)
			}
		})
	}
}

func TestNotTaken(t *testing.T) {
	t.Parallel()
	office, bank, stranger := newPerson(t, "office", 0, ""), newPerson(t, "bank", 0, ""), newPerson(t, "stranger", 0, "")
	short := newPerson(t, "short", 30*24*time.Hour, "")
	past := today().AddDate(-1, 0, 1)
	good := sealed(t, keys(t, pair(bank, office), today()))
	changed := []byte(good)
	changed[len(changed)-30] ^= 1
	asText := pair(bank, office)
	asText.Armor = true
	unsigned := pair(bank, office)
	unsigned.Outgoing = pgp.Encrypted
	var inClear bytes.Buffer
	signing, err := openpgp.Sign(&inClear, []*openpgp.Entity{bank.Entity}, nil, &packet.Config{Time: today})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(signing, registry); err != nil {
		t.Fatal(err)
	}
	if err := signing.Close(); err != nil {
		t.Fatal(err)
	}
	optional := func(c *pgp.Config) { c.Signature = pgp.Optional }
	for name, test := range map[string]struct {
		message string
		from    pgptest.Person
		change  func(*pgp.Config)
		code    string
	}{
		"good":                             {good, bank, nil, ""},
		"for another":                      {sealed(t, keys(t, pair(bank, stranger), today())), bank, nil, "wrong_key"},
		"cut":                              {good[:len(good)/2], bank, nil, "damaged_message"},
		"cut armor":                        {sealed(t, keys(t, asText, today()))[:300], bank, nil, "damaged_message"},
		"changed":                          {string(changed), bank, nil, "damaged_message"},
		"not signed":                       {sealed(t, keys(t, unsigned, today())), bank, nil, "signature_missing"},
		"not signed, which is allowed":     {sealed(t, keys(t, unsigned, today())), bank, optional, ""},
		"signed by a stranger":             {sealed(t, keys(t, pair(stranger, office), today())), bank, nil, "signature_unknown"},
		"signed by a stranger, allowed":    {sealed(t, keys(t, pair(stranger, office), today())), bank, optional, ""},
		"signed by ourselves":              {sealed(t, keys(t, pair(office, office), today())), bank, nil, "signature_unknown"},
		"signed while the key was valid":   {sealed(t, keys(t, pair(short, office), past)), short, nil, ""},
		"signed, but in clear":             {inClear.String(), bank, nil, "not_encrypted"},
		"signed, in clear, plain is taken": {inClear.String(), bank, func(c *pgp.Config) { c.Plain = pgp.PlainTake }, ""},
		"no message at all":                {registry, bank, nil, "damaged_message"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := pair(office, test.from)
			if test.change != nil {
				test.change(&config)
			}
			got, code := opened(t, keys(t, config, today()), test.message)
			if code != test.code {
				t.Errorf("reason %q, want %q", code, test.code)
			}
			if want := map[bool]string{true: registry}[test.code == ""]; got != want {
				t.Errorf("opened %q", got)
			}
		})
	}
}

// A signature made after the key had run out is worth nothing, whoever says when it was made.
func TestSignatureOfAnOldKey(t *testing.T) {
	t.Parallel()
	office, short := newPerson(t, "office", 0, ""), newPerson(t, "short", 30*24*time.Hour, "")
	forged := *short.Entity
	for _, identity := range forged.Identities { // for himself he prolonged the key
		for _, signature := range identity.SelfCertifications {
			signature.Packet.KeyLifetimeSecs = nil
		}
	}
	var out bytes.Buffer
	now := today()
	message, err := openpgp.EncryptWithParams(&out, []*openpgp.Entity{office.Entity}, nil, &openpgp.EncryptParams{
		Signers: []*openpgp.Entity{&forged}, EncryptionTime: &now, Config: &packet.Config{Time: today},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(message, registry); err != nil {
		t.Fatal(err)
	}
	if err := message.Close(); err != nil {
		t.Fatal(err)
	}
	if _, code := opened(t, keys(t, pair(office, short), today()), out.String()); code != "signature_expired" {
		t.Errorf("reason %q", code)
	}
}

func TestKeysThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	office, bank := newPerson(t, "office", 0, "secret"), newPerson(t, "bank", 0, "")
	for name, test := range map[string]struct {
		change func(*pgp.Config)
		want   string
	}{
		"no passphrase":         {func(*pgp.Config) {}, "it has a passphrase"},
		"another passphrase":    {func(c *pgp.Config) { c.Passphrase = "x" }, "the passphrase does not open it"},
		"our public key":        {func(c *pgp.Config) { c.KeyFile = office.Public }, "this is a public key"},
		"another fingerprint":   {func(c *pgp.Config) { c.Passphrase, c.Fingerprint = "secret", strings.Repeat("AB", 20) }, "its fingerprint is " + bank.Fingerprint()},
		"no key":                {func(c *pgp.Config) { c.Passphrase, c.PartnerKeyFile = "secret", "pgp_test.go" }, "holds no OpenPGP key"},
		"nothing":               {func(c *pgp.Config) { *c = pgp.Config{} }, "fingerprint is missing"},
		"short fingerprint":     {func(c *pgp.Config) { c.Fingerprint = "ABCD" }, "want the 40"},
		"unknown words":         {func(c *pgp.Config) { c.Signature = "maybe" }, `signature is "maybe"`},
		"passphrase and a file": {func(c *pgp.Config) { c.Passphrase, c.PassphraseFile = "a", "b" }, "want one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := pair(office, bank)
			test.change(&config)
			if _, err := pgp.New(config, today); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// A key that has run out stops what needs it, and kvitok check tells it.
func TestKeyRunsOut(t *testing.T) {
	t.Parallel()
	office, short := newPerson(t, "office", 0, ""), newPerson(t, "short", 30*24*time.Hour, "")
	config := pair(office, short)
	config.Fingerprint = strings.ToLower(short.Fingerprint()[:4] + " " + short.Fingerprint()[4:])
	k := keys(t, config, today())
	if err := k.Check(); err == nil || !strings.Contains(err.Error(), "nothing can be encrypted to it") {
		t.Errorf("check: %v", err)
	}
	if err := k.Seal("x", strings.NewReader("x"), io.Discard); err == nil {
		t.Error("sealed for a key that has run out")
	}
	if err := keys(t, config, today().AddDate(-1, 0, 1)).Check(); err != nil {
		t.Errorf("while it was valid: %v", err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a.csv.pgp": "a.csv", "a.zip.GPG": "a.zip", "a.txt.asc": "a.txt", "a.csv": "a.csv", ".pgp": ".pgp"} {
		if got := pgp.InnerName(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for text, want := range map[string]bool{
		"-----BEGIN PGP MESSAGE-----\n": true, "\xef\xbb\xbf\r\n-----BEGIN PGP MESSAGE-----": true, "\x85\x01\x0c\x03": true, "\xc1\x5e\x03": true,
		"Адрес;ФИАС": false, "\xc1\xe0\xed\xea;1": false, "\x85\xad\xae;1": false, "": false, "\xc1": false, "PK\x03\x04": false,
	} {
		if got := pgp.Sealed([]byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// FuzzOpen: whatever comes ends with a reason, and nothing unsigned is believed.
func FuzzOpen(f *testing.F) {
	office, bank := newPerson(f, "office", 0, ""), newPerson(f, "bank", 0, "")
	good := sealed(f, keys(f, pair(bank, office), today()))
	text := pair(bank, office)
	text.Armor = true
	for _, seed := range []string{good, sealed(f, keys(f, text, today())), good[:100], "", "-----BEGIN PGP MESSAGE-----\n\n", registry} {
		f.Add([]byte(seed))
	}
	k := keys(f, pair(office, bank), today())
	f.Fuzz(func(t *testing.T, message []byte) {
		pgp.Sealed(message)
		var out bytes.Buffer
		err := k.Open(bytes.NewReader(message), &out)
		if _, is := errors.AsType[*pgp.Error](err); err != nil && !is {
			t.Errorf("no reason for the sender: %v", err)
		}
		if err == nil && out.String() != registry {
			t.Errorf("believed %q", out.String())
		}
	})
}
