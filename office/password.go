package office

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The second choice of RFC 9106, section 4: three passes over 64 MiB.
const (
	hashTime    = 3
	hashMemory  = 64 * 1024 // KiB
	hashThreads = 4
	hashLength  = 32
	saltLength  = 16
)

// Limits of what a form may say.
const (
	minPassword = 10   // characters, of new passwords
	maxPassword = 1024 // bytes, so that nobody has a megabyte hashed
	maxName     = 100
)

// ErrWeakPassword refuses a new password.
var ErrWeakPassword = fmt.Errorf("a password must have at least %d characters and at most %d bytes", minPassword, maxPassword)

// errHash refuses a hash of the configuration, without repeating it.
var errHash = errors.New("password must be a hash that kvitok password prints ($argon2id$...), with memory from 8 MiB to 1 GiB")

// HashPassword returns the argon2id hash of a new password, in the form of the PHC string format.
func HashPassword(password string) (string, error) {
	if utf8.RuneCountInString(password) < minPassword || len(password) > maxPassword {
		return "", ErrWeakPassword
	}
	h := hash{time: hashTime, memory: hashMemory, threads: hashThreads, salt: make([]byte, saltLength)}
	_, _ = rand.Read(h.salt) // never fails
	h.sum = h.of(password, hashLength)
	return h.String(), nil
}

// hash is an argon2id hash with what it was made with.
type hash struct {
	time, memory uint32
	threads      uint8
	salt, sum    []byte
}

func (h hash) String() string {
	text := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.time, h.threads,
		text.EncodeToString(h.salt), text.EncodeToString(h.sum))
}

func (h hash) of(password string, length uint32) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.threads, length)
}

// is says whether a password is the one.
func (h hash) is(password string) bool {
	if len(password) > maxPassword {
		return false
	}
	return subtle.ConstantTimeCompare(h.of(password, uint32(len(h.sum))), h.sum) == 1 //nolint:gosec // at most 64
}

// parseHash reads a hash. Its limits keep a slip of the pen from taking all memory at each sign-in.
func parseHash(s string) (h hash, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); err != nil {
		return h, errHash
	}
	var saltErr, sumErr error
	h.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	h.sum, sumErr = base64.RawStdEncoding.DecodeString(parts[5])
	switch {
	case saltErr != nil || sumErr != nil, len(h.salt) < 8, len(h.salt) > 64, len(h.sum) < 16, len(h.sum) > 64,
		h.memory < 8*1024, h.memory > 1024*1024, h.time < 1, h.time > 20, h.threads < 1:
		return h, errHash
	}
	return h, nil
}
