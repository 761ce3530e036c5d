package stream

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go/sasl"
)

// scramMechanism is SCRAM (RFC 5802, RFC 7677) as Kafka uses it, without channel binding. User and
// password are ASCII (Security.Validate), so that no normalisation of texts is needed.
type scramMechanism struct {
	name     string
	hash     func() hash.Hash
	username string
	password string
	// nonce is fixed in a test; empty takes a random one.
	nonce string
}

func newSCRAM(s Security) scramMechanism {
	m := scramMechanism{name: s.Mechanism, username: s.Username, password: s.Password, hash: sha256.New}
	if s.Mechanism == mechanismSCRAM512 {
		m.hash = sha512.New
	}
	return m
}

// The bounds that a server may ask for: fewer rounds than the RFC's least are refused, and so many
// that the client would be kept busy are too.
const (
	scramMinRounds = 4096
	scramMaxRounds = 1_000_000
)

// errSCRAM is a server's answer that does not fit the exchange.
var errSCRAM = errors.New("unexpected SCRAM answer of the server")

// Name implements sasl.Mechanism.
func (m scramMechanism) Name() string { return m.name }

// Start implements sasl.Mechanism: the client's first message.
func (m scramMechanism) Start(context.Context) (sasl.StateMachine, []byte, error) {
	nonce := m.nonce
	if nonce == "" {
		nonce = rand.Text()
	}
	name := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(m.username)
	first := "n=" + name + ",r=" + nonce
	return &scramExchange{m: m, nonce: nonce, first: first}, []byte("n,," + first), nil
}

type scramExchange struct {
	m         scramMechanism
	nonce     string
	first     string // the client's first message without its header
	signature []byte // what the server must prove itself with
}

// Next implements sasl.StateMachine.
func (e *scramExchange) Next(_ context.Context, challenge []byte) (bool, []byte, error) {
	if e.signature != nil {
		return true, nil, e.verify(string(challenge))
	}
	answer, err := e.answer(string(challenge))
	return false, answer, err
}

// answer makes the client's final message out of the server's first.
func (e *scramExchange) answer(challenge string) ([]byte, error) {
	fields := scramFields(challenge)
	salt, err := base64.StdEncoding.DecodeString(fields["s"])
	if err != nil || len(salt) == 0 {
		return nil, fmt.Errorf("%w: salt", errSCRAM)
	}
	rounds, err := strconv.Atoi(fields["i"])
	if err != nil || rounds < scramMinRounds || rounds > scramMaxRounds {
		return nil, fmt.Errorf("%w: rounds %q", errSCRAM, fields["i"])
	}
	nonce := fields["r"]
	if len(nonce) <= len(e.nonce) || !strings.HasPrefix(nonce, e.nonce) {
		return nil, fmt.Errorf("%w: nonce", errSCRAM)
	}
	salted, err := pbkdf2.Key(e.m.hash, e.m.password, salt, rounds, e.m.hash().Size())
	if err != nil {
		return nil, fmt.Errorf("derive SCRAM key: %w", err)
	}
	final := "c=biws,r=" + nonce
	message := e.first + "," + challenge + "," + final
	clientKey := e.mac(salted, "Client Key")
	stored := e.m.hash()
	stored.Write(clientKey)
	proof := make([]byte, len(clientKey))
	subtle.XORBytes(proof, clientKey, e.mac(stored.Sum(nil), message))
	e.signature = e.mac(e.mac(salted, "Server Key"), message)
	return []byte(final + ",p=" + base64.StdEncoding.EncodeToString(proof)), nil
}

// verify checks the server's final message: only who knows the password's keys can sign it.
func (e *scramExchange) verify(challenge string) error {
	fields := scramFields(challenge)
	if text := fields["e"]; text != "" {
		return fmt.Errorf("%w: %s", errSCRAM, text)
	}
	signature, err := base64.StdEncoding.DecodeString(fields["v"])
	if err != nil || !hmac.Equal(signature, e.signature) {
		return fmt.Errorf("%w: signature", errSCRAM)
	}
	return nil
}

func (e *scramExchange) mac(key []byte, text string) []byte {
	h := hmac.New(e.m.hash, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func scramFields(message string) map[string]string {
	fields := map[string]string{}
	for part := range strings.SplitSeq(message, ",") {
		if name, value, ok := strings.Cut(part, "="); ok {
			fields[name] = value
		}
	}
	return fields
}
