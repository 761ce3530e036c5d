package office

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

// The roles of users.
const (
	RoleAccountant = "accountant" // sees the organisations named with her
	RoleHead       = "head"       // sees every organisation
)

// Config is the section office of the configuration. Without the section there is no page.
type Config struct {
	Listen string `yaml:"listen"` // 127.0.0.1:8090 where left out
	// CertFile and KeyFile make the page speak TLS itself. BehindTLS says that a proxy in front of it does,
	// and tells the client's address in X-Forwarded-For.
	CertFile  string        `yaml:"cert_file"`
	KeyFile   string        `yaml:"key_file"`
	BehindTLS bool          `yaml:"behind_tls"`
	Users     []User        `yaml:"users"`
	Idle      time.Duration `yaml:"idle"`    // a session ends after so long without a request
	Longest   time.Duration `yaml:"longest"` // and after so long anyway
	Keep      time.Duration `yaml:"keep"`    // how long a finished report waits to be downloaded
	Workers   int           `yaml:"workers"` // reports made at a time
	Queue     int           `yaml:"queue"`   // reports that may wait
}

// User may sign in.
type User struct {
	Name          string   `yaml:"name"`
	Password      string   `yaml:"password"` // hash that kvitok password prints
	Role          string   `yaml:"role"`     // RoleAccountant (also where empty) or RoleHead
	Organisations []string `yaml:"organisations"`
}

// Sees says whether the user may see an organisation.
func (u User) Sees(inn string) bool {
	return u.Role == RoleHead || slices.Contains(u.Organisations, inn)
}

// WithDefaults fills in what was left out.
func (c Config) WithDefaults() Config {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8090"
	}
	for _, d := range []struct {
		of   *time.Duration
		want time.Duration
	}{{&c.Idle, 30 * time.Minute}, {&c.Longest, 12 * time.Hour}, {&c.Keep, 24 * time.Hour}} {
		if *d.of == 0 {
			*d.of = d.want
		}
	}
	if c.Workers == 0 {
		c.Workers = 1
	}
	if c.Queue == 0 {
		c.Queue = 50
	}
	return c
}

// Secure says whether browsers reach the page by TLS.
func (c Config) Secure() bool { return c.CertFile != "" || c.BehindTLS }

// Validate reports everything that makes no sense or is not safe.
func (c Config) Validate() error {
	var errs []error
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		errs = append(errs, fmt.Errorf("listen: %q is not host:port", c.Listen))
	} else if !loopback(host) && !c.Secure() {
		errs = append(errs, errors.New("listen: passwords would cross the network in the clear: "+
			"set cert_file and key_file, or behind_tls with a proxy, or listen on 127.0.0.1"))
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		errs = append(errs, errors.New("cert_file and key_file belong together"))
	}
	if c.Idle < 0 || c.Longest < 0 || c.Keep < 0 || c.Workers < 0 || c.Queue < 0 {
		errs = append(errs, errors.New("idle, longest, keep, workers and queue must not be negative"))
	}
	if len(c.Users) == 0 {
		errs = append(errs, errors.New("users: nobody may sign in"))
	}
	names := map[string]bool{}
	for i, u := range c.Users {
		for _, err := range u.faults(names[u.Name]) {
			errs = append(errs, fmt.Errorf("users[%d]: %w", i, err))
		}
		names[u.Name] = true
	}
	return errors.Join(errs...)
}

func (u User) faults(doubled bool) (errs []error) {
	if u.Name == "" || len(u.Name) > maxName {
		errs = append(errs, fmt.Errorf("name must have 1 to %d bytes", maxName))
	}
	if doubled {
		errs = append(errs, fmt.Errorf("there is another user %q", u.Name))
	}
	if _, err := parseHash(u.Password); err != nil {
		errs = append(errs, err)
	}
	switch {
	case u.Role != "" && u.Role != RoleAccountant && u.Role != RoleHead:
		errs = append(errs, fmt.Errorf("role is %q, want accountant or head", u.Role))
	case u.Role != RoleHead && len(u.Organisations) == 0:
		errs = append(errs, errors.New("organisations: an accountant needs the INN of at least one"))
	}
	return errs
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
