package sftp_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	protocol "github.com/pkg/sftp"
	"go.uber.org/goleak"
	"golang.org/x/crypto/ssh"

	"github.com/kvitok-gkh/kvitok/remote/sftp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is an SFTP server inside the process, over an empty folder.
type server struct {
	dir      string
	listener net.Listener
	conf     *ssh.ServerConfig
	edKey    ssh.Signer
	ecKey    ssh.Signer
	client   ed25519.PrivateKey

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	busy  sync.WaitGroup
}

const (
	user     = "partner"
	password = "correct horse"
)

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{dir: t.TempDir(), conns: map[net.Conn]struct{}{}}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	ecKey, ecErr := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	clientPublic, clientKey, clientErr := ed25519.GenerateKey(rand.Reader)
	if err := errors.Join(err, ecErr, clientErr); err != nil {
		t.Fatal(err)
	}
	s.client = clientKey
	if s.edKey, err = ssh.NewSignerFromKey(edKey); err != nil {
		t.Fatal(err)
	}
	if s.ecKey, err = ssh.NewSignerFromKey(ecKey); err != nil {
		t.Fatal(err)
	}
	allowed, err := ssh.NewPublicKey(clientPublic)
	if err != nil {
		t.Fatal(err)
	}
	s.conf = &ssh.ServerConfig{
		PasswordCallback: func(c ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if c.User() != user || string(given) != password {
				return nil, errors.New("wrong password")
			}
			return &ssh.Permissions{}, nil
		},
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if string(key.Marshal()) != string(allowed.Marshal()) {
				return nil, errors.New("unknown key")
			}
			return &ssh.Permissions{}, nil
		},
	}
	s.conf.AddHostKey(s.edKey)
	s.conf.AddHostKey(s.ecKey)
	if s.listener, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.busy.Go(s.accept)
	t.Cleanup(s.close)
	return s
}

func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[conn] = struct{}{}
		s.mu.Unlock()
		s.busy.Go(func() {
			defer conn.Close() //nolint:errcheck // the test is the client
			s.session(conn)
		})
	}
}

func (s *server) session(conn net.Conn) {
	shell, channels, requests, err := ssh.NewServerConn(conn, s.conf)
	if err != nil {
		return
	}
	s.busy.Go(func() { ssh.DiscardRequests(requests) })
	for offered := range channels {
		channel, asked, err := offered.Accept()
		if err != nil {
			continue
		}
		s.busy.Go(func() {
			for request := range asked {
				sftpWanted := request.Type == "subsystem" && strings.HasSuffix(string(request.Payload), "sftp")
				_ = request.Reply(sftpWanted, nil)
			}
		})
		files, err := protocol.NewServer(channel, protocol.WithServerWorkingDirectory(s.dir))
		if err == nil {
			_ = files.Serve()
			_ = files.Close()
		}
	}
	_ = shell.Close()
}

func (s *server) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for conn := range s.conns {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.busy.Wait()
}

func (s *server) byPassword(*testing.T) sftp.Config {
	return sftp.Config{
		Address: s.listener.Addr().String(), User: user, Password: password,
		HostKeys: []string{ssh.FingerprintSHA256(s.edKey.PublicKey())},
	}
}

func (s *server) byKey(t *testing.T) sftp.Config {
	t.Helper()
	block, err := ssh.MarshalPrivateKeyWithPassphrase(s.client, "", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(s.listener.Addr().String())
	return sftp.Config{
		Address: s.listener.Addr().String(), User: user, KeyPassphrase: "secret",
		KeyFile:    writeFile(t, "key", string(pem.EncodeToMemory(block))),
		KnownHosts: writeFile(t, "known_hosts", "["+host+"]:"+port+" "+s.hostKeyLine(t)+"\n"),
	}
}

// hostKeyLine is the server's second key as known_hosts has it.
func (s *server) hostKeyLine(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.ecKey.PublicKey())))
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
