package ftp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"

	"github.com/kvitok-gkh/kvitok/remote"
)

// classify gives an error its kind. Known to be curable: answers 4xx and everything that a lost
// connection looks like. Permanent: answers 5xx, certificates that do not fit, and whatever is unknown.
// Missing files are found out elsewhere, because 550 also means "permission denied".
// lost says that the control connection ended during the call: then any answer may be a cut one.
func classify(ctx context.Context, what string, lost bool, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w (%w)", what, context.Cause(ctx), err)
	}
	err = fmt.Errorf("%s: %w", what, err)
	if curable(err, lost) {
		return remote.Temporary(err)
	}
	return err
}

func curable(err error, lost bool) bool {
	var (
		reply     *textproto.Error
		unknownCA x509.UnknownAuthorityError
		wrongCert *tls.CertificateVerificationError
		alert     tls.AlertError
		notTLS    tls.RecordHeaderError
		dns       *net.DNSError
		op        net.Error
	)
	switch {
	case errors.As(err, &unknownCA), errors.As(err, &wrongCert), errors.As(err, &alert), errors.As(err, &notTLS):
		return false
	case lost:
		return true
	case errors.As(err, &dns):
		return dns.IsTemporary || dns.IsTimeout
	case errors.As(err, &op), errors.Is(err, net.ErrClosed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		// Also when a reply stands beside it: the reply is the consequence of the broken connection.
		return true
	case errors.As(err, &reply):
		return reply.Code >= 400 && reply.Code < 500
	default:
		return false
	}
}

var errLost = errors.New("control connection lost in the middle of a reply")

// isUnavailable tells the replies that may mean a missing file: 550, and 450 of some servers.
func isUnavailable(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && (reply.Code == 550 || reply.Code == 450)
}

// isUnknownCommand tells that the server does not know the command or refuses it for files like this.
func isUnknownCommand(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && reply.Code >= 500 && reply.Code <= 504
}

// interrupted marks the verdict on a transfer which the server had agreed to begin. Servers should say
// 426 or 451 when the data connection breaks; some say 550, which then cannot mean a missing or forbidden
// file. Other verdicts (552: quota) keep their meaning.
func interrupted(err error) error {
	if isUnavailable(err) {
		return remote.Temporary(err)
	}
	return err
}
