package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/remote"
)

// The ways to protect the connection.
const (
	TLSImplicit = "implicit" // TLS from the first byte: ports 993 and 465
	TLSStart    = "starttls" // the usual port, TLS before anything is said; never without it
	TLSNone     = "none"     // plain text: a relay on the same machine or in its own network
)

// Server is how a mail server is reached.
type Server struct {
	Address  string `yaml:"address"` // host:port
	User     string `yaml:"user,omitempty"`
	Password string `yaml:"password,omitempty"`

	TLS        string `yaml:"tls"`                   // one of the above; no default: plain text is a decision
	CAFile     string `yaml:"ca_file,omitempty"`     // PEM; empty: the authorities of the machine
	ServerName string `yaml:"server_name,omitempty"` // name in the certificate; empty: the host of Address

	// Timeout is how long the server may be silent while we wait for it. Zero: one minute.
	Timeout time.Duration `yaml:"timeout,omitempty"`

	// Dial replaces the dialling: a proxy, a test. nil: net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error) `yaml:"-"`
}

const defaultTimeout = time.Minute

func (s Server) validate() error {
	var errs []error
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil || host == "" || port == "" {
		errs = append(errs, fmt.Errorf("address: %q is not host:port", s.Address))
	}
	for what, value := range map[string]string{"user": s.User, "password": s.Password} {
		if strings.ContainsAny(value, "\r\n\x00") {
			errs = append(errs, fmt.Errorf("%s holds a line break or a zero", what))
		}
	}
	if (s.User == "") != (s.Password == "") {
		errs = append(errs, errors.New("user and password go together"))
	}
	switch s.TLS {
	case TLSImplicit, TLSStart:
	case TLSNone:
		if s.CAFile != "" || s.ServerName != "" {
			errs = append(errs, errors.New("ca_file and server_name need tls"))
		}
		if s.Password != "" && !isLoopback(host) {
			errs = append(errs, errors.New("tls: none would send the password in plain text; it is taken for the same machine only"))
		}
	default:
		errs = append(errs, fmt.Errorf("tls: %q, want %s, %s or %s", s.TLS, TLSImplicit, TLSStart, TLSNone))
	}
	if s.Timeout < 0 {
		errs = append(errs, fmt.Errorf("timeout: %v is negative", s.Timeout))
	}
	return errors.Join(errs...)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s Server) withDefaults() Server {
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	if s.Dial == nil {
		s.Dial = (&net.Dialer{}).DialContext
	}
	return s
}

// tlsConfig is nil for plain text.
func (s Server) tlsConfig() (*tls.Config, error) {
	if s.TLS == TLSNone {
		return nil, nil //nolint:nilnil // no configuration is the configuration of plain text
	}
	return remote.ServerTLS(s.Address, s.ServerName, s.CAFile)
}

// MailboxConfig describes one mailbox from which attachments are taken.
type MailboxConfig struct {
	Server  `yaml:",inline"`
	Mailbox string `yaml:"mailbox,omitempty"` // empty: INBOX

	// From are the senders whose files are taken: addresses, or "@bank.example" for a whole domain. Other mail is left
	// alone. The list is no proof of who wrote: the provider must refuse forged senders (SPF, DKIM, DMARC).
	From []string `yaml:"from"`

	// After says what becomes of a mail when all of its files are committed: it is marked as read (AfterSeen, the default;
	// unread mail is what is looked at), or moved to MoveTo (then all mail of the mailbox is looked at).
	After  string `yaml:"after,omitempty"`
	MoveTo string `yaml:"move_to,omitempty"`

	MaxBytes int64 `yaml:"max_bytes,omitempty"` // of a mail, as sent; zero: 50 MiB
	MaxFiles int   `yaml:"max_files,omitempty"` // of a mail; zero: 50

	// Names are masks of the files that are wanted, as the inbox has them: a mail is done when these are.
	Names []string `yaml:"-"`
}

// What becomes of a mail whose files are committed.
const (
	AfterSeen = "seen"
	AfterMove = "move"
)

const (
	defaultMailBytes = 50 << 20
	defaultMailFiles = 50
)

// Validate reports every setting that is missing or makes no sense. It does not look at files or the network.
func (c MailboxConfig) Validate() error {
	errs := []error{c.validate()}
	if c.User == "" {
		errs = append(errs, errors.New("user is empty"))
	}
	if len(c.From) == 0 {
		errs = append(errs, errors.New("from is empty: whose files may be taken?"))
	}
	for _, sender := range c.From {
		if !isAddress(strings.TrimPrefix(sender, "@"), strings.HasPrefix(sender, "@")) {
			errs = append(errs, fmt.Errorf("from: %q is neither an address nor a domain such as @bank.example", sender))
		}
	}
	switch {
	case c.After != "" && c.After != AfterSeen && c.After != AfterMove:
		errs = append(errs, fmt.Errorf("after: %q, want %s or %s", c.After, AfterSeen, AfterMove))
	case (c.After == AfterMove) != (c.MoveTo != ""):
		errs = append(errs, errors.New("after: move and move_to go together"))
	}
	if c.MaxBytes < 0 || c.MaxFiles < 0 {
		errs = append(errs, errors.New("max_bytes and max_files must not be negative"))
	}
	return errors.Join(errs...)
}

func isAddress(text string, domainOnly bool) bool {
	if domainOnly {
		text = "x@" + text
	}
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text
}

// SenderConfig describes to whom files are mailed, and by which server.
type SenderConfig struct {
	Server  `yaml:",inline"`
	From    string   `yaml:"from"`
	To      []string `yaml:"to"`
	Subject string   `yaml:"subject,omitempty"` // "{name}" is the name of the file; empty: just that
	Hello   string   `yaml:"hello,omitempty"`   // how we introduce ourselves; empty: localhost

	MaxBytes int64 `yaml:"max_bytes,omitempty"` // of a file; zero: 20 MiB
}

const defaultSendBytes = 20 << 20

// Validate reports every setting that is missing or makes no sense. It does not look at files or the network.
func (c SenderConfig) Validate() error {
	errs := []error{c.validate()}
	if _, err := mail.ParseAddress(c.From); err != nil {
		errs = append(errs, fmt.Errorf("from: %q is no address", c.From))
	}
	if len(c.To) == 0 {
		errs = append(errs, errors.New("to is empty"))
	}
	for _, to := range c.To {
		if !isAddress(to, false) {
			errs = append(errs, fmt.Errorf("to: %q is no address", to))
		}
	}
	if strings.ContainsAny(c.Subject+c.Hello, "\r\n\x00") {
		errs = append(errs, errors.New("subject or hello holds a line break or a zero"))
	}
	if c.MaxBytes < 0 {
		errs = append(errs, errors.New("max_bytes is negative"))
	}
	return errors.Join(errs...)
}
