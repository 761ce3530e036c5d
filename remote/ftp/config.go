package ftp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/remote"
)

// The ways to protect the connection.
const (
	TLSNone     = "none"     // plain FTP
	TLSExplicit = "explicit" // AUTH TLS on the usual port, data connections encrypted too
)

// Config describes one directory of one FTP server.
type Config struct {
	Address  string `yaml:"address"` // host:port
	User     string `yaml:"user"`
	Password string `yaml:"password"`
	Dir      string `yaml:"dir"` // empty: where the server puts us after login

	TLS        string `yaml:"tls"`         // TLSNone or TLSExplicit; no default: plain text is a decision
	CAFile     string `yaml:"ca_file"`     // PEM; empty: the authorities of the machine
	ServerName string `yaml:"server_name"` // name in the certificate; empty: the host of Address
	// Insecure accepts any certificate. Only for a partner who cannot be helped; never in examples.
	Insecure bool `yaml:"insecure"`

	NoEPSV bool `yaml:"no_epsv"` // for servers behind address translation which answer EPSV wrongly
	// Timeout is how long the server may be silent, on any connection. Zero: 30 seconds.
	Timeout time.Duration `yaml:"timeout"`

	// Dial replaces the dialling of every TCP connection, control and data: a proxy, a test. nil: net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error) `yaml:"-"`
}

const defaultTimeout = 30 * time.Second

// Validate reports every setting that is missing or makes no sense. It does not look at files or the network.
func (c Config) Validate() error {
	var errs []error
	if host, port, err := net.SplitHostPort(c.Address); err != nil || host == "" || port == "" {
		errs = append(errs, fmt.Errorf("address: %q is not host:port", c.Address))
	}
	if c.User == "" {
		errs = append(errs, errors.New("user is empty"))
	}
	for what, value := range map[string]string{"user": c.User, "password": c.Password, "dir": c.Dir} {
		if strings.ContainsAny(value, "\r\n\x00") {
			errs = append(errs, fmt.Errorf("%s holds a line break or a zero", what))
		}
	}
	switch c.TLS {
	case TLSExplicit:
		if c.Insecure && c.CAFile != "" {
			errs = append(errs, errors.New("insecure together with ca_file: the file would not be used"))
		}
	case TLSNone:
		if c.CAFile != "" || c.ServerName != "" || c.Insecure {
			errs = append(errs, errors.New("ca_file, server_name and insecure need tls: explicit"))
		}
	default:
		errs = append(errs, fmt.Errorf("tls: %q, want %q or %q", c.TLS, TLSNone, TLSExplicit))
	}
	if c.Timeout < 0 {
		errs = append(errs, fmt.Errorf("timeout: %v is negative", c.Timeout))
	}
	return errors.Join(errs...)
}

// tlsConfig is nil for plain FTP.
func (c Config) tlsConfig() (*tls.Config, error) {
	if c.TLS != TLSExplicit {
		return nil, nil //nolint:nilnil // no configuration is the configuration of plain FTP
	}
	conf, err := remote.ServerTLS(c.Address, c.ServerName, c.CAFile)
	if err != nil {
		return nil, err
	}
	// Under TLS 1.3 the client closes an upload while session tickets of the server are unread; the
	// reset that follows destroys data on the way: truncated files, now and then with a good answer.
	conf.MaxVersion = tls.VersionTLS12
	// Servers (vsftpd by default) want the data connection to resume the session of the control connection.
	conf.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	conf.InsecureSkipVerify = c.Insecure // asked for by name in the configuration, never a default
	return conf, nil
}
