package sftp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Config describes one directory of one SFTP server.
type Config struct {
	Address string `yaml:"address"` // host:port
	User    string `yaml:"user"`
	Dir     string `yaml:"dir,omitempty"` // empty: where the server puts us after login

	Password      string `yaml:"password,omitempty"`
	KeyFile       string `yaml:"key_file,omitempty"` // private key in OpenSSH or PEM form
	KeyPassphrase string `yaml:"key_passphrase,omitempty"`

	// HostKeys are the fingerprints of the server, "SHA256:..." as ssh-keygen -l prints them; KnownHosts is a file as
	// ssh keeps it. One of the two must be given: a server that is not known is never spoken to.
	HostKeys   []string `yaml:"host_keys,omitempty"`
	KnownHosts string   `yaml:"known_hosts,omitempty"`

	// Timeout is how long the server may be silent while we wait for it. Zero: 30 seconds.
	Timeout time.Duration `yaml:"timeout,omitempty"`

	// Dial replaces the dialling: a proxy, a test. nil: net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error) `yaml:"-"`
}

const (
	defaultTimeout    = 30 * time.Second
	fingerprintPrefix = "SHA256:"
)

// Validate reports every setting that is missing or makes no sense. It does not look at files or the network.
func (c Config) Validate() error {
	var errs []error
	if host, port, err := net.SplitHostPort(c.Address); err != nil || host == "" || port == "" {
		errs = append(errs, fmt.Errorf("address: %q is not host:port", c.Address))
	}
	if c.User == "" {
		errs = append(errs, errors.New("user is empty"))
	}
	if c.Password == "" && c.KeyFile == "" {
		errs = append(errs, errors.New("neither password nor key_file"))
	}
	if c.KeyPassphrase != "" && c.KeyFile == "" {
		errs = append(errs, errors.New("key_passphrase without key_file"))
	}
	if (len(c.HostKeys) == 0) == (c.KnownHosts == "") {
		errs = append(errs, errors.New("one of host_keys and known_hosts must be given: the server is not trusted without"))
	}
	for _, key := range c.HostKeys {
		if !strings.HasPrefix(key, fingerprintPrefix) || len(key) != len(fingerprintPrefix)+43 {
			errs = append(errs, fmt.Errorf("host_keys: %q is no fingerprint such as SHA256: and 43 characters", key))
		}
	}
	if strings.ContainsAny(c.Dir, "\r\n\x00") {
		errs = append(errs, errors.New("dir holds a line break or a zero"))
	}
	if c.Timeout < 0 {
		errs = append(errs, fmt.Errorf("timeout: %v is negative", c.Timeout))
	}
	return errors.Join(errs...)
}

// auth reads the key at every connection: a key that was exchanged is taken without a restart.
func (c Config) auth() ([]ssh.AuthMethod, error) {
	var methods []ssh.AuthMethod
	if c.KeyFile != "" {
		text, err := os.ReadFile(c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read key_file: %w", err)
		}
		var signer ssh.Signer
		if c.KeyPassphrase != "" {
			signer, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(c.KeyPassphrase))
		} else {
			signer, err = ssh.ParsePrivateKey(text)
		}
		if err != nil {
			return nil, fmt.Errorf("read key_file %s: %w", c.KeyFile, err)
		}
		methods = append(methods, ssh.PublicKeys(signer))
	}
	if c.Password != "" {
		methods = append(methods, ssh.Password(c.Password), ssh.KeyboardInteractive(c.answer))
	}
	return methods, nil
}

// answer gives the password to servers that ask for it as a question.
func (c Config) answer(_, _ string, questions []string, echo []bool) ([]string, error) {
	answers := make([]string, len(questions))
	for i := range questions {
		if echo[i] {
			return nil, errors.New("the server asks for more than a password")
		}
		answers[i] = c.Password
	}
	return answers, nil
}

// hostKey returns what compares the server's key with the pinned ones, and the kinds of keys to ask it for: a server has
// several, and shows of its own accord one that may not be the pinned one.
func (c Config) hostKey() (check ssh.HostKeyCallback, algorithms []string, err error) {
	if c.KnownHosts == "" {
		return c.pinned, preferredKeys(), nil
	}
	check, err = knownhosts.New(c.KnownHosts)
	if err != nil {
		return nil, nil, fmt.Errorf("read known_hosts: %w", err)
	}
	return known(check), knownAlgorithms(check, c.Address), nil
}

// changedKey is what to do about a key that is not the pinned one.
const changedKey = "nothing was sent; ask the partner by telephone whether he has changed it: if not, somebody stands between"

// known says in words what does not agree with known_hosts.
func known(check ssh.HostKeyCallback) ssh.HostKeyCallback {
	return func(host string, addr net.Addr, key ssh.PublicKey) error {
		err := check(host, addr, key)
		unlike, is := errors.AsType[*knownhosts.KeyError](err)
		if !is {
			return err
		}
		shown := fmt.Sprintf("the server shows the %s key %s", key.Type(), ssh.FingerprintSHA256(key))
		if len(unlike.Want) == 0 {
			return fmt.Errorf("%s, and known_hosts does not know it: %w", shown, err)
		}
		return fmt.Errorf("%s, known_hosts has %s for it: %w; %s", shown, ssh.FingerprintSHA256(unlike.Want[0].Key), err, changedKey)
	}
}

// preferredKeys is the order of ssh itself: the fingerprint that an administrator has seen there is the one we are shown.
func preferredKeys() []string {
	return []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
	}
}

func (c Config) pinned(_ string, _ net.Addr, key ssh.PublicKey) error {
	shown := ssh.FingerprintSHA256(key)
	if slices.Contains(c.HostKeys, shown) {
		return nil
	}
	return fmt.Errorf("the server shows the %s key %s, which is not among host_keys; %s", key.Type(), shown, changedKey)
}

// knownAlgorithms asks the file what it has of the host by offering a key that nobody has.
func knownAlgorithms(check ssh.HostKeyCallback, address string) []string {
	var known *knownhosts.KeyError
	if !errors.As(check(address, &net.TCPAddr{IP: net.IPv4zero}, noKey{}), &known) {
		return nil
	}
	var algorithms []string
	for _, key := range known.Want {
		if kind := key.Key.Type(); kind == ssh.KeyAlgoRSA {
			algorithms = append(algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			algorithms = append(algorithms, kind)
		}
	}
	return algorithms
}

// noKey is a key that no server has.
type noKey struct{}

// Type implements ssh.PublicKey.
func (noKey) Type() string { return "none" }

// Marshal implements ssh.PublicKey.
func (noKey) Marshal() []byte { return []byte("none") }

// Verify implements ssh.PublicKey.
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }
