package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/line"
)

// session is a connection on which nothing has been said yet.
type session struct {
	line  *line.Line
	conn  net.Conn    // the line, or TLS on it
	tls   *tls.Config // for STARTTLS
	start bool        // TLS is still to be started

	verdict error // on the server's certificate
}

// dial connects; with implicit TLS it shakes hands too.
func (s Server) dial(ctx context.Context) (*session, error) {
	conf, err := s.tlsConfig()
	if err != nil {
		return nil, err
	}
	short, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	raw, err := s.Dial(short, "tcp", s.Address)
	if err != nil {
		return nil, err
	}
	made := &session{line: line.New(raw, s.Timeout), tls: conf, start: s.TLS == TLSStart}
	made.conn = made.line
	if conf != nil {
		made.watch()
	}
	if s.TLS == TLSImplicit {
		secure := tls.Client(made.line, conf)
		if err := secure.HandshakeContext(short); err != nil {
			err = made.refused(made.line.Reason(err))
			_ = made.line.Close() // it was of no use
			return nil, fmt.Errorf("shake hands: %w", err)
		}
		made.conn = secure
	}
	return made, nil
}

// watch has the certificate checked as always, and the verdict remembered: the libraries above tell of a failed handshake only that
// the connection ended.
func (s *session) watch() {
	conf := s.tls
	conf.InsecureSkipVerify = true // VerifyConnection below does the same work
	conf.VerifyConnection = func(state tls.ConnectionState) error {
		options := x509.VerifyOptions{Roots: conf.RootCAs, DNSName: conf.ServerName, Intermediates: x509.NewCertPool()}
		for _, cert := range state.PeerCertificates[1:] {
			options.Intermediates.AddCert(cert)
		}
		_, s.verdict = state.PeerCertificates[0].Verify(options)
		return s.verdict
	}
}

// refused puts the verdict on the certificate in the place of what followed from it.
func (s *session) refused(err error) error {
	if s.verdict != nil {
		return &certificateError{s.verdict}
	}
	return err
}

type certificateError struct{ cause error }

func (e *certificateError) Error() string { return "the certificate of the server: " + e.cause.Error() }
func (e *certificateError) Unwrap() error { return e.cause }

// classify gives an error its kind. Known to be curable: answers that say so and whatever a lost connection looks like. Permanent:
// other answers, certificates and passwords that do not fit, and whatever is unknown.
func classify(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w (%w)", what, context.Cause(ctx), err)
	}
	err = fmt.Errorf("%s: %w", what, err)
	if curable(err) {
		return remote.Temporary(err)
	}
	return err
}

func curable(err error) bool {
	var (
		certificate *certificateError
		alert       tls.AlertError
		notTLS      tls.RecordHeaderError
		answer      *smtp.SMTPError
		imapAnswer  *imap.Error
		dns         *net.DNSError
		op          net.Error
	)
	switch {
	case errors.As(err, &certificate), errors.As(err, &alert), errors.As(err, &notTLS):
		return false
	case errors.As(err, &answer):
		return answer.Code >= 400 && answer.Code < 500
	case errors.As(err, &imapAnswer):
		passing := []imap.ResponseCode{imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeServerBug}
		return slices.Contains(passing, imapAnswer.Code) || imapAnswer.Type == imap.StatusResponseTypeBye
	case errors.As(err, &dns):
		return dns.IsTemporary || dns.IsTimeout
	}
	return errors.Is(err, line.ErrLost) || errors.As(err, &op) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF)
}
