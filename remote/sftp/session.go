package sftp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/line"
)

// begin checks the names and has the session ready for a call under ctx. The caller calls end.
func (d *Driver) begin(ctx context.Context, names ...string) (end func(), err error) {
	if err := remote.CheckCall(ctx, "SFTP server "+d.conf.Address, names...); err != nil {
		return nil, err
	}
	if d.line != nil {
		end = d.line.Begin(ctx)
		// Servers and the boxes between hang up idle clients: find out before the call, not in its middle.
		if _, _, err := d.shell.SendRequest("keepalive@openssh.com", true, nil); err == nil {
			return end, nil
		}
		end()
		d.drop()
	}
	if err := d.connect(ctx); err != nil {
		return nil, err
	}
	return d.line.Begin(ctx), nil
}

func (d *Driver) connect(ctx context.Context) error {
	what := "connect to SFTP server " + d.conf.Address
	auth, err := d.conf.auth()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	check, algorithms, err := d.conf.hostKey()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	var refused error // of the server's key: the handshake error does not wrap it in every version
	conf := &ssh.ClientConfig{
		User: d.conf.User, Auth: auth, HostKeyAlgorithms: algorithms, ClientVersion: "SSH-2.0-Kvitok",
		HostKeyCallback: func(host string, address net.Addr, key ssh.PublicKey) error {
			if refused = check(host, address, key); refused != nil {
				refused = fmt.Errorf("host key %s: %w", ssh.FingerprintSHA256(key), refused)
			}
			return refused
		},
	}
	dial := d.conf.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	short, cancel := context.WithTimeout(ctx, d.conf.Timeout)
	defer cancel()
	raw, err := dial(short, "tcp", d.conf.Address)
	if err != nil {
		return classify(ctx, what, err)
	}
	d.line = line.New(raw, d.conf.Timeout)
	end := d.line.Begin(ctx)
	defer end()
	if err = d.open(conf); err == nil {
		return nil
	}
	d.drop()
	if refused != nil {
		return fmt.Errorf("%s: %w", what, refused)
	}
	return classify(ctx, what, err)
}

// open shakes hands on the line, starts SFTP and looks at the directory.
func (d *Driver) open(conf *ssh.ClientConfig) error {
	conn, channels, requests, err := ssh.NewClientConn(d.line, d.conf.Address, conf)
	if err != nil {
		return fmt.Errorf("log in: %w", d.line.Reason(err))
	}
	d.shell = ssh.NewClient(conn, channels, requests)
	if d.client, err = sftp.NewClient(d.shell); err != nil {
		return fmt.Errorf("start SFTP: %w", d.line.Reason(err))
	}
	info, err := d.client.Stat(d.conf.Dir)
	switch {
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is no directory", d.conf.Dir)
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("directory %s does not exist", d.conf.Dir)
	case err != nil:
		return fmt.Errorf("look at directory %s: %w", d.conf.Dir, d.line.Reason(err))
	}
	return nil
}

// finish gives the error of a call its kind, and drops a session that is not in order: only what the server itself answers leaves
// it usable.
func (d *Driver) finish(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	if d.line != nil {
		err = d.line.Reason(err)
	}
	if _, answered := errors.AsType[*sftp.StatusError](err); !answered && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, os.ErrPermission) {
		d.drop()
	}
	return classify(ctx, what, err)
}

func (d *Driver) drop() {
	if d.line != nil {
		_ = d.line.Close() // nothing is asked of it any more
	}
	// Both wait for the goroutines of the session, which end with the line.
	if d.client != nil {
		_ = d.client.Close()
	}
	if d.shell != nil {
		_ = d.shell.Close()
		_ = d.shell.Wait()
	}
	d.line, d.client, d.shell = nil, nil, nil
}

// The codes of the protocol that another attempt may cure: no connection, connection lost.
const (
	noConnection   = 6
	connectionLost = 7
	failure        = 4 // whatever else went wrong
)

// classify gives an error its kind. Known to be curable: whatever a lost connection looks like. Permanent: what the server answers,
// keys and passwords that do not fit, and whatever is unknown.
func classify(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w (%w)", what, context.Cause(ctx), err)
	}
	err = fmt.Errorf("%s: %w", what, err)
	var (
		dns    *net.DNSError
		op     net.Error
		status *sftp.StatusError
	)
	switch {
	case errors.As(err, &dns):
		if dns.IsTemporary || dns.IsTimeout {
			return remote.Temporary(err)
		}
		return err
	case errors.As(err, &status):
		if status.Code == noConnection || status.Code == connectionLost {
			return remote.Temporary(err)
		}
		if status.Code == failure {
			return fmt.Errorf("%w (the server gives no reason: a full disk, a quota or a name in use look like this)", err)
		}
		return err
	case errors.Is(err, errMissing):
		return err
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w: %w", remote.ErrNotFound, err)
	case errors.Is(err, line.ErrLost), errors.As(err, &op), errors.Is(err, net.ErrClosed), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, sftp.ErrSSHFxConnectionLost):
		return remote.Temporary(err)
	}
	return err
}

var errMissing = errors.New("the directory is gone")

// notMissing says of an upload that a missing name can only be the directory's.
func notMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %w", errMissing, err)
	}
	return err
}
