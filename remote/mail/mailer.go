package mail

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/idna"
)

// MailerConfig describes how letters to people are sent.
type MailerConfig struct {
	Server  `yaml:",inline"`
	From    string `yaml:"from"`
	ReplyTo string `yaml:"reply_to,omitempty"`

	// ReturnTo is the address that letters which cannot be delivered come back to; empty: that of From. A mailbox of its
	// own is best: Returns reads it.
	ReturnTo string `yaml:"return_to,omitempty"`
	Hello    string `yaml:"hello,omitempty"`     // how we introduce ourselves; empty: localhost
	MaxBytes int64  `yaml:"max_bytes,omitempty"` // of a letter; zero: 20 MiB
}

// Validate reports every setting that is missing or makes no sense. It does not look at files or the network.
func (c MailerConfig) Validate() error {
	errs := []error{c.validate()}
	if _, err := mail.ParseAddress(c.From); err != nil {
		errs = append(errs, fmt.Errorf("from: %q is no address", c.From))
	}
	for what, address := range map[string]string{"reply_to": c.ReplyTo, "return_to": c.ReturnTo} {
		if address != "" && !isAddress(address, false) {
			errs = append(errs, fmt.Errorf("%s: %q is no address", what, address))
		}
	}
	if strings.ContainsAny(c.Hello, "\r\n\x00") {
		errs = append(errs, errors.New("hello holds a line break or a zero"))
	}
	if c.MaxBytes < 0 {
		errs = append(errs, errors.New("max_bytes is negative"))
	}
	return errors.Join(errs...)
}

// Mailer sends letters to people, each to one address, over one connection for as long as the server keeps it. Its methods are not
// for several goroutines at once.
type Mailer struct {
	conf   MailerConfig
	from   *mail.Address
	made   *session     // nil: not connected
	client *smtp.Client // nil: not connected
}

// NewMailer checks the configuration. It does not connect.
func NewMailer(c MailerConfig) (*Mailer, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("set up letters: %w", err)
	}
	c.Server = c.withDefaults()
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultSendBytes
	}
	if c.Hello == "" {
		c.Hello = "localhost"
	}
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return nil, fmt.Errorf("set up letters: %w", err)
	}
	if c.ReturnTo == "" {
		c.ReturnTo = from.Address
	}
	return &Mailer{conf: c, from: from}, nil
}

// Domain is that of the sender: Message-IDs end with it.
func (m *Mailer) Domain() string { return domain(m.from.Address) }

// ReturnTo is the address that letters come back to.
func (m *Mailer) ReturnTo() string { return m.conf.ReturnTo }

// Close says goodbye.
func (m *Mailer) Close() error {
	if m.client != nil {
		_ = m.client.Quit() // what a server answers to QUIT changes nothing
	}
	m.drop()
	return nil
}

// RefusedError is the server's answer to one letter; others may go.
type RefusedError struct {
	Code     int    // 550
	Enhanced string // "5.1.1", "" where the server gives none
	Text     string // may hold the address: it is no text for logs
	Later    bool   // 4xx: the same letter may be taken later
}

// Error tells the codes only: what the server wrote may name a person.
func (e *RefusedError) Error() string { return "the letter is not taken: " + e.Status() }

// Status is the code as people of mail write it: "550 5.1.1".
func (e *RefusedError) Status() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.Code, e.Enhanced))
}

// NoSuchAddress reports whether the server says that the address does not exist or takes no mail any more.
func (e *RefusedError) NoSuchAddress() bool { return !e.Later && NoSuchAddress(e.Enhanced) }

// NoSuchAddress reports whether a status says so.
//
// Source: RFC 3463, 3.2 and 3.3: X.1.1 bad mailbox, X.1.2 bad system, X.1.3 bad syntax, X.1.6 moved, X.1.10 null MX, X.2.1 disabled.
func NoSuchAddress(status string) bool {
	switch status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1":
		return true
	}
	return false
}

// ErrUnknownOutcome is wrapped by the error of a letter that may have been taken: the connection was lost before the last answer.
// The same letter is sent again under the same Message-ID.
var ErrUnknownOutcome = errors.New("nobody knows whether the letter was taken")

// Check logs in, has the sender accepted and leaves without a letter.
func (m *Mailer) Check(ctx context.Context) error {
	end, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	err = m.client.Mail(m.conf.ReturnTo, nil)
	if err == nil {
		err = m.client.Reset()
	}
	return m.finish(ctx, "check mail", err)
}

// Send sends one letter. A RefusedError is about this letter alone; every other error is trouble with the server or its settings and
// hits all letters alike.
func (m *Mailer) Send(ctx context.Context, letter Message) error {
	to, plain := asciiAddress(letter.To)
	raw, err := letter.compose(m.from, m.conf.ReplyTo)
	if err != nil {
		return fmt.Errorf("send a letter: %w", err)
	}
	if int64(len(raw)) > m.conf.MaxBytes {
		return &RefusedError{Code: 552, Enhanced: "5.3.4", Text: fmt.Sprintf("the letter has %d bytes, at most %d are sent", len(raw), m.conf.MaxBytes)}
	}
	end, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	options := &smtp.MailOptions{}
	if most, limited := m.client.MaxMessageSize(); limited {
		options.Size = int64(len(raw))
		if most > 0 && len(raw) > most {
			return &RefusedError{Code: 552, Enhanced: "5.3.4", Text: fmt.Sprintf("the letter has %d bytes, the server takes %d", len(raw), most)}
		}
	}
	if !plain {
		if supported, _ := m.client.Extension("SMTPUTF8"); !supported {
			return &RefusedError{Code: 553, Enhanced: "5.6.7", Text: "the server takes no such address: it has letters other than Latin"}
		}
		options.UTF8 = true
	}
	if err := m.client.Mail(m.conf.ReturnTo, options); err != nil {
		return m.finish(ctx, "name the sender", err)
	}
	if err := m.client.Rcpt(to, nil); err != nil {
		return m.ofLetter(ctx, "name the recipient", err)
	}
	data, err := m.client.Data()
	if err != nil {
		return m.ofLetter(ctx, "begin the letter", err)
	}
	if _, err := data.Write(raw); err != nil {
		return m.finish(ctx, "write the letter", err)
	}
	if err := data.Close(); err != nil {
		if _, answered := errors.AsType[*smtp.SMTPError](err); !answered {
			err = fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
		}
		return m.ofLetter(ctx, "end the letter", err)
	}
	return nil
}

// ofLetter makes the answer to one letter a RefusedError. 421 ends the session, not the letter.
func (m *Mailer) ofLetter(ctx context.Context, what string, err error) error {
	const closing = 421
	answer, answered := errors.AsType[*smtp.SMTPError](err)
	if !answered || answer.Code == closing {
		return m.finish(ctx, what, err)
	}
	if err := m.client.Reset(); err != nil {
		m.drop() // the next letter connects anew
	}
	refused := &RefusedError{Code: answer.Code, Text: answer.Message, Later: answer.Temporary()}
	if e := answer.EnhancedCode; e != smtp.NoEnhancedCode && e != smtp.EnhancedCodeNotSet {
		refused.Enhanced = fmt.Sprintf("%d.%d.%d", e[0], e[1], e[2])
	}
	return refused
}

// begin has a session open for a call under ctx. The caller calls end.
func (m *Mailer) begin(ctx context.Context) (end func(), err error) {
	const what = "use the mail server"
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	if m.client != nil {
		end = m.made.line.Begin(ctx)
		// Servers hang up idle clients: find out before the letter, not in its middle.
		if err := m.client.Noop(); err == nil {
			return end, nil
		}
		end()
		m.drop()
	}
	made, err := m.conf.dial(ctx)
	if err != nil {
		return nil, classify(ctx, what+" "+m.conf.Address, err)
	}
	m.made = made
	end = made.line.Begin(ctx)
	if m.client, err = m.conf.login(made, m.conf.Hello); err == nil {
		return end, nil
	}
	err = m.finish(ctx, what, err)
	m.drop()
	end()
	return nil, err
}

// finish gives trouble with the server its kind. The session is not used again.
func (m *Mailer) finish(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	err = classify(ctx, what+" by "+m.conf.Address, m.made.refused(answered(m.made.line, err)))
	m.drop()
	return err
}

func (m *Mailer) drop() {
	if m.made != nil {
		_ = m.made.line.Close() // nothing is asked of it any more
	}
	m.made, m.client = nil, nil
}

// asciiAddress writes the domain of an address in the letters that mail knows; plain is false where its first part has others.
func asciiAddress(address string) (ascii string, plain bool) {
	at := strings.LastIndexByte(address, '@')
	host, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		host = address[at+1:] // the server will say what it thinks of it
	}
	ascii = address[:at+1] + host
	return ascii, !strings.ContainsFunc(ascii, func(r rune) bool { return r > unicode.MaxASCII })
}
