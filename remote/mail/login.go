package mail

import (
	"errors"
	"fmt"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/kvitok-gkh/kvitok/remote/line"
)

// answered tells an answer of the server from a lost connection, which may look like one.
func answered(l *line.Line, err error) error {
	if _, is := errors.AsType[*smtp.SMTPError](err); is {
		return err
	}
	return l.Reason(err)
}

// login greets an SMTP server and shows who we are.
func (s Server) login(made *session, hello string) (client *smtp.Client, err error) {
	if made.start {
		if client, err = smtp.NewClientStartTLS(made.conn, made.tls); err != nil {
			return nil, fmt.Errorf("start TLS: %w", err)
		}
	} else {
		client = smtp.NewClient(made.conn)
	}
	client.CommandTimeout, client.SubmissionTimeout = s.Timeout, 2*s.Timeout
	if err := client.Hello(hello); err != nil {
		return nil, fmt.Errorf("greet: %w", err)
	}
	if s.User == "" {
		return client, nil
	}
	if !client.SupportsAuth(sasl.Plain) && client.SupportsAuth(sasl.Login) {
		err = client.Auth(sasl.NewLoginClient(s.User, s.Password))
	} else {
		err = client.Auth(sasl.NewPlainClient("", s.User, s.Password))
	}
	if err != nil {
		return nil, fmt.Errorf("log in: %w", err)
	}
	return client, nil
}
