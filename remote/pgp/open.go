package pgp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/kvitok-gkh/kvitok/remote"
)

// Error says why a file cannot be taken, in the words of its sender.
type Error struct {
	Code string // stable
	Text string // in Russian
}

// Error returns the reason.
func (e *Error) Error() string { return e.Text }

func wrong(code, text string) *Error { return &Error{Code: code, Text: text} }

const (
	headBytes = 64
	maxOpened = 1 << 30 // bytes of an opened file: compression within a message may hide a bomb
	armored   = "-----BEGIN PGP MESSAGE-----"
)

// Sealed reports whether a file is an OpenPGP message, by its first bytes.
func Sealed(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(bytes.TrimLeft(head, "\r\n\t "), []byte(armored)) {
		return true
	}
	at := versionAt(head)
	return at > 0 && len(head) > at && (head[at] == 3 || head[at] == 6) // of the session key; no text has such a byte
}

// versionAt is where the version of a packet with an encrypted session key stands, 0 where the packet is none.
func versionAt(head []byte) int {
	if len(head) < 2 {
		return 0
	}
	switch head[0] { // old form: the length follows in one, two or four bytes
	case 0x84:
		return 2
	case 0x85:
		return 3
	case 0x86:
		return 5
	case 0xc1, 0xc3: // new form: the length tells its own size
		switch {
		case head[1] < 192:
			return 2
		case head[1] < 224:
			return 3
		case head[1] == 255:
			return 6
		}
	}
	return 0
}

// InnerName is the name of what is in a sealed file: without .pgp, .gpg or .asc.
func InnerName(name string) string {
	switch ext := path.Ext(name); strings.ToLower(ext) {
	case ".pgp", ".gpg", ".asc":
		if inner := strings.TrimSuffix(name, ext); inner != "" {
			return inner
		}
	}
	return name
}

// TakesPlain reports whether files that arrive not encrypted are taken.
func (k *Keys) TakesPlain() bool { return k.config.Plain == PlainTake }

// NotSealed is the reason of a file that had to be encrypted and is not.
func NotSealed() *Error {
	return wrong("not_encrypted", "файл не зашифрован, а с отправителем условлено шифрование OpenPGP; зашифруйте его нашим ключом и пришлите снова")
}

// NoKeys is the reason of an encrypted file of somebody with whom no keys were exchanged.
func NoKeys() *Error {
	return wrong("no_keys", "файл зашифрован OpenPGP, а ключей для этого отправителя не задано: обменяйтесь ключами или пришлите без шифрования")
}

// Open writes what is in a sealed file. What was written is worth nothing until Open returns nil: only then is the signature proven. An *Error
// is about the file; others are failures of reading and writing.
func (k *Keys) Open(sealed io.Reader, out io.Writer) error {
	body, err := dearmored(sealed)
	if err != nil {
		return wrong("damaged_message", "сообщение OpenPGP повреждено или передано не полностью; пришлите его снова")
	}
	limit := int64(maxOpened)
	config := &packet.Config{Time: k.now, MaxDecompressedMessageSize: &limit}
	keyring := append(append(openpgp.EntityList{}, k.own...), k.partner...)
	message, err := openpgp.ReadMessage(body, keyring, nil, config)
	switch {
	case errors.Is(err, pgperrors.ErrKeyIncorrect):
		return wrong("wrong_key", "файл зашифрован не нашим ключом: возьмите наш действующий открытый ключ и пришлите снова")
	case err != nil:
		return unreadable(err)
	case !message.IsEncrypted && !k.TakesPlain():
		return NotSealed()
	}
	sink := &remote.SinkWriter{W: out}
	n, err := io.Copy(sink, io.LimitReader(message.UnverifiedBody, maxOpened+1))
	switch {
	case sink.Err != nil:
		return fmt.Errorf("write what was opened: %w", sink.Err)
	case err != nil && message.SignatureError == nil:
		return unreadable(err)
	case n > maxOpened:
		return wrong("message_too_large", fmt.Sprintf("расшифрованный файл больше %d МБ; разделите его на части", maxOpened>>20))
	}
	return k.verified(message)
}

// unreadable tells what is wrong with a message.
func unreadable(err error) error {
	if errors.Is(err, pgperrors.ErrMessageTooLarge) {
		return wrong("message_too_large", fmt.Sprintf("расшифрованный файл больше %d МБ; разделите его на части", maxOpened>>20))
	}
	return wrong("damaged_message", "сообщение OpenPGP повреждено, изменено по дороге или передано не полностью; пришлите его снова")
}

// verified believes a message that the partner has signed. Where signatures are optional it believes one that nobody has signed too, or one
// of an unknown signer, but none whose signature by the partner is wrong.
func (k *Keys) verified(message *openpgp.MessageDetails) error {
	optional := k.config.Signature == Optional
	switch err := message.SignatureError; {
	case !message.IsSigned && optional:
		return nil
	case !message.IsSigned:
		return wrong("signature_missing", "файл не подписан, а с отправителем условлена подпись; подпишите его и пришлите снова")
	case errors.Is(err, pgperrors.ErrUnknownIssuer) && optional:
		return nil
	case errors.Is(err, pgperrors.ErrUnknownIssuer):
		return wrong("signature_unknown", "файл подписан не тем ключом, о котором условлено с отправителем; если ключ сменился, пришлите новый открытый ключ")
	case errors.Is(err, pgperrors.ErrKeyExpired), errors.Is(err, pgperrors.ErrSignatureExpired):
		return wrong("signature_expired", "срок ключа или подписи отправителя истёк; продлите ключ, пришлите его открытую часть и файл снова")
	case errors.Is(err, pgperrors.ErrKeyRevoked):
		return wrong("signature_expired", "ключ отправителя отозван; пришлите новый открытый ключ и файл снова")
	case err != nil, !message.IsVerified, message.SignedBy == nil:
		return wrong("signature_wrong", "подпись неверна: файл изменён после подписания или подписан другим ключом; пришлите его снова")
	case !bytes.Equal(message.SignedBy.Entity.PrimaryKey.Fingerprint, k.partner[0].PrimaryKey.Fingerprint):
		return wrong("signature_unknown", "файл подписан не ключом отправителя")
	}
	return nil
}

// dearmored takes the armor off where there is one.
func dearmored(sealed io.Reader) (io.Reader, error) {
	r := bufio.NewReader(sealed)
	head, err := r.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the sealed file: %w", err)
	}
	if !bytes.Contains(head, []byte(armored)) {
		return r, nil
	}
	block, err := armor.Decode(r)
	if err != nil {
		return nil, fmt.Errorf("read the armor: %w", err)
	}
	return block.Body, nil
}
