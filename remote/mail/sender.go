package mail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/kvitok-gkh/kvitok/remote"
)

// Sender is a remote.Sender: every file is one mail to all recipients. A connection lasts for one mail.
type Sender struct {
	conf SenderConfig
	from *mail.Address
	now  func() time.Time
}

var _ remote.Sender = (*Sender)(nil)

// NewSender checks the configuration. It does not connect.
func NewSender(c SenderConfig, now func() time.Time) (*Sender, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	c.Server = c.withDefaults()
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultSendBytes
	}
	if c.Hello == "" {
		c.Hello = "localhost"
	}
	if c.Subject == "" {
		c.Subject = "{name}"
	}
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	return &Sender{conf: c, from: from, now: now}, nil
}

// Close has nothing to release.
func (s *Sender) Close() error { return nil }

// Check implements remote.Sender: it logs in, has every recipient accepted, and leaves without a mail.
func (s *Sender) Check(ctx context.Context) error {
	return s.talk(ctx, "check mail", func(c *smtp.Client) error {
		if err := s.envelope(c, 0); err != nil {
			return err
		}
		return c.Reset()
	})
}

// Send implements remote.Sender. The Message-ID is made of the recipients, the name, the bytes and the day: a repetition of the same
// day has the same one.
func (s *Sender) Send(ctx context.Context, name string, r io.Reader) error {
	if err := remote.CheckName(name); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(r, s.conf.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("send mail: read the source: %w", err)
	}
	if int64(len(content)) > s.conf.MaxBytes {
		return fmt.Errorf("send mail: %s has more than %d bytes", name, s.conf.MaxBytes)
	}
	now := s.now()
	sum := sha256.Sum256(content)
	key := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%x\n%s", s.conf.To, name, sum, now.UTC().Format(time.DateOnly)))
	raw, err := compose(draft{
		from: s.from, to: s.conf.To, id: hex.EncodeToString(key[:16]) + "@" + domain(s.from.Address), date: now,
		subject: strings.ReplaceAll(s.conf.Subject, "{name}", name), file: name, content: content, sum: sum[:],
	})
	if err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return s.talk(ctx, "send mail", func(c *smtp.Client) error {
		if err := s.envelope(c, int64(len(raw))); err != nil {
			return err
		}
		data, err := c.Data()
		if err != nil {
			return err //nolint:wrapcheck // talk wraps
		}
		if _, err := data.Write(raw); err != nil {
			return err //nolint:wrapcheck // talk wraps
		}
		return data.Close()
	})
}

func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// envelope names the sender and every recipient. One who is refused spoils the mail for all: half a delivery would be told as none
// and repeated.
func (s *Sender) envelope(c *smtp.Client, size int64) error {
	options := &smtp.MailOptions{}
	if most, limited := c.MaxMessageSize(); limited && most > 0 && size > int64(most) {
		return fmt.Errorf("the mail has %d bytes, the server takes %d", size, most)
	} else if limited {
		options.Size = size
	}
	if err := c.Mail(s.from.Address, options); err != nil {
		return fmt.Errorf("sender %s: %w", s.from.Address, err)
	}
	var errs []error
	for _, to := range s.conf.To {
		if err := c.Rcpt(to, nil); err != nil {
			errs = append(errs, fmt.Errorf("recipient %s: %w", to, err))
		}
	}
	return errors.Join(errs...)
}

// talk connects, logs in, does the work and says goodbye.
func (s *Sender) talk(ctx context.Context, what string, do func(*smtp.Client) error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	what += " by " + s.conf.Address
	made, err := s.conf.dial(ctx)
	if err != nil {
		return classify(ctx, what, err)
	}
	end := made.line.Begin(ctx)
	defer end()
	defer made.line.Close() //nolint:errcheck // everything that matters was answered
	client, err := s.conf.login(made, s.conf.Hello)
	if err == nil {
		err = do(client)
	}
	if err != nil {
		return classify(ctx, what, made.refused(answered(made.line, err)))
	}
	_ = client.Quit() // what a server answers to QUIT changes nothing
	return nil
}
