package stream

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
)

// Limits of the configuration.
const (
	maxBatchSize       = 100_000
	maxMessageBytesCap = 8 << 20
	// deadLetterRoom is what the headers and the key of a dead letter may need beside the value.
	deadLetterRoom = 16 << 10
)

// Config says what to consume and how. The zero value of every field below Security is replaced by
// WithDefaults.
type Config struct {
	Brokers         []string `yaml:"brokers"`
	Topic           string   `yaml:"topic"`
	Group           string   `yaml:"group"`
	DeadLetterTopic string   `yaml:"dead_letter_topic"`
	Security        Security `yaml:"security"`

	// BatchSize is the most messages of one transaction (default 5000), BatchWait the longest
	// wait for it to fill after its first message (default 500 ms).
	BatchSize int           `yaml:"batch_size"`
	BatchWait time.Duration `yaml:"batch_wait"`
	// MaxMessageBytes is the largest value that is shown to the handler (default 256 KiB); larger
	// ones go to the dead-letter topic, cut to this size.
	MaxMessageBytes int `yaml:"max_message_bytes"`
	// HandleTimeout ends a transaction that hangs (default 1 min).
	HandleTimeout time.Duration `yaml:"handle_timeout"`
	// RetryMin and RetryMax bound the pause between tries (default 100 ms and 10 s).
	RetryMin time.Duration `yaml:"retry_min"`
	RetryMax time.Duration `yaml:"retry_max"`
	// SessionTimeout is how long a silent member keeps its partitions (default 30 s), Heartbeat
	// how often it speaks (default 3 s), RebalanceTimeout how long the group waits for a member
	// to finish its batch (default 1 min).
	SessionTimeout   time.Duration `yaml:"session_timeout"`
	Heartbeat        time.Duration `yaml:"heartbeat"`
	RebalanceTimeout time.Duration `yaml:"rebalance_timeout"`
}

// The SASL mechanisms that Security.Mechanism may name.
const (
	mechanismPlain    = "PLAIN"
	mechanismSCRAM256 = "SCRAM-SHA-256"
	mechanismSCRAM512 = "SCRAM-SHA-512"
)

// Security is TLS and SASL towards the brokers; the zero value is a plain connection.
type Security struct {
	TLS bool `yaml:"tls"`
	// CAFile is a PEM file of the authorities to trust instead of the system's.
	CAFile string `yaml:"ca_file"`
	// CertFile and KeyFile are the client's own certificate, where brokers ask for one.
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
	// Mechanism is "", PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.
	Mechanism string `yaml:"mechanism"`
	Username  string `yaml:"username"`
	Password  string `yaml:"password"`
}

// WithDefaults fills the fields that were left empty.
func (c Config) WithDefaults() Config {
	c.BatchSize = orDefault(c.BatchSize, 5000)
	c.BatchWait = orDefault(c.BatchWait, 500*time.Millisecond)
	c.MaxMessageBytes = orDefault(c.MaxMessageBytes, 256<<10)
	c.HandleTimeout = orDefault(c.HandleTimeout, time.Minute)
	c.RetryMin = orDefault(c.RetryMin, 100*time.Millisecond)
	c.RetryMax = orDefault(c.RetryMax, 10*time.Second)
	c.SessionTimeout = orDefault(c.SessionTimeout, 30*time.Second)
	c.Heartbeat = orDefault(c.Heartbeat, 3*time.Second)
	c.RebalanceTimeout = orDefault(c.RebalanceTimeout, time.Minute)
	return c
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// Validate reports every error of the configuration at once.
func (c Config) Validate() error {
	c = c.WithDefaults()
	errs := []error{validateBrokers(c.Brokers), c.Security.Validate()}
	check := func(ok bool, text string) {
		if !ok {
			errs = append(errs, errors.New(text))
		}
	}
	check(c.Topic != "", "topic is empty")
	check(c.Group != "", "group is empty")
	check(c.DeadLetterTopic != "", "dead_letter_topic is empty")
	check(c.Topic == "" || c.Topic != c.DeadLetterTopic, "dead_letter_topic must differ from topic")
	check(c.BatchSize > 0 && c.BatchSize <= maxBatchSize, fmt.Sprintf("batch_size must be 1 to %d", maxBatchSize))
	check(c.BatchWait > 0 && c.BatchWait <= time.Minute, "batch_wait must be above 0 and at most 1m")
	check(c.MaxMessageBytes > 0 && c.MaxMessageBytes <= maxMessageBytesCap,
		fmt.Sprintf("max_message_bytes must be 1 to %d", maxMessageBytesCap))
	check(c.HandleTimeout > 0, "handle_timeout must be above 0")
	check(c.RetryMin > 0 && c.RetryMin <= c.RetryMax, "retry_min must be above 0 and at most retry_max")
	check(c.Heartbeat > 0 && c.Heartbeat < c.SessionTimeout, "heartbeat must be above 0 and below session_timeout")
	check(c.RebalanceTimeout > 0, "rebalance_timeout must be above 0")
	return errors.Join(errs...)
}

func validateBrokers(brokers []string) error {
	if len(brokers) == 0 {
		return errors.New("brokers is empty")
	}
	var errs []error
	for _, b := range brokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			errs = append(errs, fmt.Errorf("broker %q is not host:port: %w", b, err))
		}
	}
	return errors.Join(errs...)
}

// Validate reports every error of the security settings at once. It does not open files.
func (s Security) Validate() error {
	var errs []error
	switch s.Mechanism {
	case "":
		if s.Username != "" || s.Password != "" {
			errs = append(errs, errors.New("username and password need a mechanism"))
		}
	case mechanismPlain, mechanismSCRAM256, mechanismSCRAM512:
		if s.Username == "" || s.Password == "" {
			errs = append(errs, fmt.Errorf("mechanism %s needs username and password", s.Mechanism))
		}
		if s.Mechanism != mechanismPlain && !isASCII(s.Username+s.Password) {
			errs = append(errs, fmt.Errorf("username and password of %s must be printable ASCII", s.Mechanism))
		}
	default:
		errs = append(errs, fmt.Errorf("mechanism %q is not PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512", s.Mechanism))
	}
	if !s.TLS && (s.CAFile != "" || s.CertFile != "" || s.KeyFile != "") {
		errs = append(errs, errors.New("ca_file, cert_file and key_file need tls: true"))
	}
	if (s.CertFile == "") != (s.KeyFile == "") {
		errs = append(errs, errors.New("cert_file and key_file come together"))
	}
	return errors.Join(errs...)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

func (s Security) tlsConfig() (*tls.Config, error) {
	if !s.TLS {
		return nil, nil //nolint:nilnil // no TLS is an answer: kafka-go takes nil for a plain connection
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.CAFile != "" {
		pem, err := os.ReadFile(s.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read ca_file: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("no certificate in ca_file %s", s.CAFile)
		}
	}
	if s.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(s.CertFile, s.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("load client certificate: %w", err)
		}
		cfg.Certificates = []tls.Certificate{cert}
	}
	return cfg, nil
}

func (s Security) mechanism() sasl.Mechanism {
	switch s.Mechanism {
	case mechanismPlain:
		return plain.Mechanism{Username: s.Username, Password: s.Password}
	case mechanismSCRAM256, mechanismSCRAM512:
		return newSCRAM(s)
	default:
		return nil
	}
}

const (
	clientID    = "kvitok"
	dialTimeout = 10 * time.Second
)

// connection is how every part of this package reaches the brokers.
type connection struct {
	brokers   []string
	dialer    *kafka.Dialer
	transport *kafka.Transport
	client    *kafka.Client
}

func connect(brokers []string, s Security) (*connection, error) {
	tlsConfig, err := s.tlsConfig()
	if err != nil {
		return nil, err
	}
	mechanism := s.mechanism()
	transport := &kafka.Transport{
		ClientID: clientID, DialTimeout: dialTimeout, MetadataTTL: 5 * time.Second, TLS: tlsConfig, SASL: mechanism,
	}
	return &connection{
		brokers:   brokers,
		dialer:    &kafka.Dialer{ClientID: clientID, Timeout: dialTimeout, DualStack: true, TLS: tlsConfig, SASLMechanism: mechanism},
		transport: transport,
		client:    &kafka.Client{Addr: kafka.TCP(brokers...), Transport: transport, Timeout: dialTimeout},
	}, nil
}

// close drops the pooled connections; a later use opens new ones.
func (c *connection) close() { c.transport.CloseIdleConnections() }
