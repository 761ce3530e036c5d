// Package ftpdemo is an FTP server inside the process, on loopback, over a folder: for the demo, which has no
// partner, and for tests. It is never part of a production set-up.
//
// It owns starting and stopping, one made-up user with a random password, and a certificate of its own
// for TLS. It does not own the protocol: that is ftpserverlib.
package ftpdemo

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"sync"
	"time"

	ftpserver "github.com/fclairamb/ftpserverlib"
	"github.com/spf13/afero"
)

// Options of a server.
type Options struct {
	Dir     string // served as the root; must exist
	Address string // empty: a free port of 127.0.0.1
	TLS     bool   // demand explicit TLS, with a certificate made at the start (see CertPEM)
	NoMLSD  bool   // answer as servers do that know only LIST
	Log     *slog.Logger
}

// Server is a running server.
type Server struct {
	Addr     string // host:port
	User     string
	Password string
	CertPEM  []byte // of the authority to trust; nil without TLS

	server *ftpserver.FtpServer
	driver *mainDriver
	stop   func() bool
	served chan struct{}
	once   sync.Once
}

// Start listens and serves until Close, or until ctx ends.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Dir == "" || o.Log == nil {
		return nil, errors.New("start FTP server: folder or logger is missing")
	}
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	s := &Server{User: "demo", Password: rand.Text(), served: make(chan struct{})}
	s.driver = &mainDriver{
		options: o, user: s.User, password: s.Password,
		clients: map[uint32]struct{}{}, open: map[io.Closer]struct{}{},
	}
	if o.TLS {
		cert, certPEM, err := certificate()
		if err != nil {
			return nil, fmt.Errorf("start FTP server: %w", err)
		}
		s.CertPEM = certPEM
		s.driver.tls = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("start FTP server: %w", err)
	}
	s.driver.listener = &tracked{Listener: listener, driver: s.driver}
	s.Addr = listener.Addr().String()
	s.server = ftpserver.NewFtpServer(s.driver)
	s.server.Logger = o.Log
	if err := s.server.Listen(); err != nil {
		return nil, errors.Join(fmt.Errorf("start FTP server: %w", err), listener.Close())
	}
	go func() {
		defer close(s.served)
		if err := s.server.Serve(); err != nil {
			o.Log.ErrorContext(ctx, "FTP server ended", slog.Any("error", err))
		}
	}()
	s.stop = context.AfterFunc(ctx, s.Close)
	return s, nil
}

// Close stops listening, hangs up every client and returns when they are gone. It is idempotent.
func (s *Server) Close() {
	s.once.Do(func() {
		s.stop()
		_ = s.driver.listener.Close()
		<-s.served
		s.driver.hangUp()
	})
}

// mainDriver tells ftpserverlib who may come in and what they see.
type mainDriver struct {
	options        Options
	user, password string
	listener       net.Listener
	tls            *tls.Config

	mu      sync.Mutex
	closed  bool
	open    map[io.Closer]struct{} // connections and passive listeners; closing a closed one does no harm
	clients map[uint32]struct{}
	present sync.WaitGroup
}

var errRefused = errors.New("wrong user or password")

// GetSettings implements ftpserver.MainDriver.
func (d *mainDriver) GetSettings() (*ftpserver.Settings, error) {
	settings := &ftpserver.Settings{
		Listener: d.listener, Banner: "Kvitok demo", DisableActiveMode: true, DisableSite: true,
		DefaultTransferType: ftpserver.TransferTypeBinary,
		DisableMLSD:         d.options.NoMLSD, DisableMLST: d.options.NoMLSD,
	}
	if d.tls != nil {
		settings.TLSRequired = ftpserver.MandatoryEncryption
	}
	return settings, nil
}

// ClientConnected implements ftpserver.MainDriver.
func (d *mainDriver) ClientConnected(c ftpserver.ClientContext) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return "", errRefused
	}
	d.present.Add(1)
	d.clients[c.ID()] = struct{}{}
	return "Kvitok demo", nil
}

// ClientDisconnected implements ftpserver.MainDriver.
func (d *mainDriver) ClientDisconnected(c ftpserver.ClientContext) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.clients[c.ID()]; known {
		delete(d.clients, c.ID())
		d.present.Done()
	}
}

// hangUp closes sockets and not ftpserver.ClientContext, whose Close races with the client's own QUIT.
func (d *mainDriver) hangUp() {
	d.mu.Lock()
	d.closed = true
	for socket := range d.open {
		_ = socket.Close()
	}
	d.mu.Unlock()
	d.present.Wait()
}

// WrapPassiveListener implements ftpserver.MainDriverExtensionPassiveWrapper.
func (d *mainDriver) WrapPassiveListener(l net.Listener) (net.Listener, error) {
	d.track(l)
	return &tracked{Listener: l, driver: d}, nil
}

func (d *mainDriver) track(c io.Closer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		_ = c.Close()
		return
	}
	d.open[c] = struct{}{}
}

func (d *mainDriver) forget(c io.Closer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, c)
}

// tracked is a listener whose connections hangUp can close.
type tracked struct {
	net.Listener
	driver *mainDriver
}

// Accept implements net.Listener.
func (t *tracked) Accept() (net.Conn, error) {
	conn, err := t.Listener.Accept()
	if err != nil {
		return nil, err //nolint:wrapcheck // ftpserverlib looks at the error itself
	}
	t.driver.track(conn)
	return &trackedConn{Conn: conn, driver: t.driver}, nil
}

// Close implements net.Listener.
func (t *tracked) Close() error {
	t.driver.forget(t.Listener)
	return t.Listener.Close() //nolint:wrapcheck // passed through
}

type trackedConn struct {
	net.Conn
	driver *mainDriver
}

// Close implements net.Conn.
func (t *trackedConn) Close() error {
	t.driver.forget(t.Conn)
	return t.Conn.Close() //nolint:wrapcheck // passed through
}

// AuthUser implements ftpserver.MainDriver.
func (d *mainDriver) AuthUser(_ ftpserver.ClientContext, user, password string) (ftpserver.ClientDriver, error) {
	if user != d.user || subtle.ConstantTimeCompare([]byte(password), []byte(d.password)) != 1 {
		return nil, errRefused
	}
	return afero.NewBasePathFs(afero.NewOsFs(), d.options.Dir), nil
}

// GetTLSConfig implements ftpserver.MainDriver.
func (d *mainDriver) GetTLSConfig() (*tls.Config, error) {
	if d.tls == nil {
		return nil, errors.New("no TLS here")
	}
	return d.tls, nil
}

// certificate makes a key and a self-signed certificate for loopback.
func certificate() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("make key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Kvitok demo"},
		NotBefore:   time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:    time.Date(2090, time.January, 1, 0, 0, 0, 0, time.UTC),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:        true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("make certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
