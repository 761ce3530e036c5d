package remote

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	// ErrNotFound says that the place has no file of that name.
	ErrNotFound = errors.New("no such file at the place")

	// ErrTemporary is wrapped by errors that a later attempt may cure; see Temporary.
	ErrTemporary = errors.New("temporary failure")

	// ErrChanged says that the file is no longer the one that was listed or fetched: the sender has
	// written it again. Nothing is wrong; a later Ready reports it when it is quiet.
	ErrChanged = errors.New("file changed at the place")

	// ErrName says that a name is not the name of a file in one directory; see CheckName.
	ErrName = errors.New("unsafe file name")
)

// Temporary marks err as one that a later attempt may cure. Drivers use it; nil stays nil.
func Temporary(err error) error {
	if err == nil || errors.Is(err, ErrTemporary) {
		return err
	}
	return &temporaryError{cause: err}
}

type temporaryError struct{ cause error }

func (e *temporaryError) Error() string        { return e.cause.Error() }
func (e *temporaryError) Unwrap() error        { return e.cause }
func (e *temporaryError) Is(target error) bool { return target == ErrTemporary }

const maxNameBytes = 250 // 255 of the usual file systems, less the temporary suffix

// CheckName accepts the name of one file in one directory: no separators of any system, no "." and "..",
// no control characters, no spaces at its ends (FTP listings lose them), valid UTF-8, at most 250 bytes.
// The error wraps ErrName.
func CheckName(name string) error {
	if !utf8.ValidString(name) {
		return fmt.Errorf("%w: %q is not UTF-8", ErrName, name)
	}
	return CheckListed(name)
}

// CheckListed accepts what CheckName does, and names of a place that are in another encoding than UTF-8: such a file is taken under its
// very bytes (Readable tells how it is called).
func CheckListed(name string) error {
	switch {
	case name == "" || name == "." || name == "..":
		return fmt.Errorf("%w: %q", ErrName, name)
	case len(name) > maxNameBytes:
		return fmt.Errorf("%w: %d bytes, at most %d", ErrName, len(name), maxNameBytes)
	case strings.ContainsAny(name, `/\`) || strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("%w: %q", ErrName, name)
	case strings.TrimSpace(name) != name:
		return fmt.Errorf("%w: %q begins or ends with a space", ErrName, name)
	}
	return nil
}
