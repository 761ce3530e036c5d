package pgp

import (
	"errors"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Seals reports whether files leave sealed.
func (k *Keys) Seals() bool { return k.config.Outgoing != Unsealed }

// Suffix is what the name of a sealed file ends with.
func (k *Keys) Suffix() string {
	if k.config.Armor {
		return ".asc"
	}
	return ".pgp"
}

// KeyID names the partner's key in short: what was sealed for another key is no use to him.
func (k *Keys) KeyID() string { return k.partner[0].PrimaryKey.KeyIdString() }

// Seal writes a file encrypted to the partner and, as the configuration says, signed by us. The name goes into the message.
func (k *Keys) Seal(name string, plain io.Reader, out io.Writer) (err error) {
	if err := k.canSeal(); err != nil {
		return err
	}
	if k.config.Armor {
		text, err := armor.Encode(out, "PGP MESSAGE", nil)
		if err != nil {
			return fmt.Errorf("seal %s: %w", name, err)
		}
		defer func() { err = errors.Join(err, text.Close()) }()
		out = text
	}
	var signers []*openpgp.Entity
	if k.signs() {
		signers = k.own[:1]
	}
	now := k.now()
	message, err := openpgp.EncryptWithParams(out, k.partner, nil, &openpgp.EncryptParams{
		Hints: &openpgp.FileHints{FileName: name, ModTime: now}, Signers: signers, EncryptionTime: &now, Config: &packet.Config{Time: k.now},
	})
	if err != nil {
		return fmt.Errorf("seal %s: %w", name, err)
	}
	if _, err := io.Copy(message, plain); err != nil {
		return errors.Join(fmt.Errorf("seal %s: %w", name, err), message.Close())
	}
	if err := message.Close(); err != nil {
		return fmt.Errorf("seal %s: %w", name, err)
	}
	return nil
}
