// Package ftp is the remote.Driver of a directory of an FTP server, plain or with explicit TLS.
//
// It owns the connection: it connects at the first call, again after anything broke it, and ends calls
// with their context or when the server is silent. Only passive mode is used. It does not own retries,
// temporary names and verification of sizes: those are remote.Place.
//
// Known of servers: vsftpd has no MLSD, so its list gives times to the minute (Stat asks MDTM, which is
// precise to the second); 550 means a missing file and a forbidden one alike, so the list decides;
// proftpd executes an unfinished last command when the connection ends; data connections must resume the
// TLS session of the control connection; TLS 1.3 loses data (see tlsConfig).
package ftp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"path"
	"time"

	"github.com/jlaffaye/ftp"

	"github.com/kvitok-gkh/kvitok/remote"
)

// Driver is the driver of one directory. Not for use by several goroutines at once; see remote.Driver.
type Driver struct {
	conf Config
	line *line
	conn *ftp.ServerConn // nil: not connected
}

var (
	_ remote.Driver  = (*Driver)(nil)
	_ remote.Stater  = (*Driver)(nil)
	_ remote.Locator = (*Driver)(nil)
)

// New checks the configuration. It does not connect.
func New(c Config) (*Driver, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("set up FTP: %w", err)
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	return &Driver{conf: c}, nil
}

// Locate implements remote.Locator.
func (d *Driver) Locate(name string) string {
	scheme := "ftp"
	if d.conf.TLS == TLSExplicit {
		scheme = "ftps"
	}
	return scheme + "://" + d.conf.Address + path.Join("/", d.conf.Dir, name)
}

// Close says goodbye and disconnects.
func (d *Driver) Close() error {
	if d.conn != nil {
		_ = d.conn.Quit() // what a server answers to QUIT changes nothing
	}
	d.drop()
	return nil
}

// List implements remote.Driver.
func (d *Driver) List(ctx context.Context) ([]remote.Entry, error) {
	end, err := d.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	entries, err := d.list()
	if err = d.finish(ctx, "list directory", err); err != nil {
		return nil, err
	}
	return entries, nil
}

func (d *Driver) list() ([]remote.Entry, error) {
	found, err := d.conn.List("")
	if err != nil {
		// The library joins the errors of a transfer that had begun, and only those.
		if _, joined := err.(interface{ Unwrap() []error }); joined {
			err = interrupted(err)
		}
		return nil, err
	}
	var entries []remote.Entry
	for _, e := range found {
		if e.Type != ftp.EntryTypeFile {
			continue
		}
		entries = append(entries, remote.Entry{
			Name: e.Name, Size: int64(e.Size), ModTime: e.Time, //nolint:gosec // no file has 2^63 bytes
		})
	}
	return entries, nil
}

// Stat implements remote.Stater by SIZE and MDTM, which nearly every server has.
func (d *Driver) Stat(ctx context.Context, name string) (remote.Entry, error) {
	end, err := d.begin(ctx, name)
	if err != nil {
		return remote.Entry{}, err
	}
	defer end()
	entry, err := d.stat(name)
	if err = d.finish(ctx, "ask for size", err); err != nil {
		return remote.Entry{}, err
	}
	return entry, nil
}

func (d *Driver) stat(name string) (remote.Entry, error) {
	size, err := d.conn.FileSize(name)
	switch {
	case isUnknownCommand(err):
		return d.lookUp(name)
	case err != nil:
		return remote.Entry{}, d.orMissing(name, err)
	}
	entry := remote.Entry{Name: name, Size: size}
	if !d.conn.IsGetTimeSupported() {
		return entry, nil
	}
	if entry.ModTime, err = d.conn.GetTime(name); err != nil {
		return remote.Entry{}, d.orMissing(name, err)
	}
	return entry, nil
}

func (d *Driver) lookUp(name string) (remote.Entry, error) {
	entries, err := d.list()
	if err != nil {
		return remote.Entry{}, err
	}
	for _, e := range entries {
		if e.Name == name {
			return e, nil
		}
	}
	return remote.Entry{}, remote.ErrNotFound
}

// orMissing turns a reply that may mean "no such file" into ErrNotFound when the list agrees.
func (d *Driver) orMissing(name string, err error) error {
	if !isUnavailable(err) {
		return err
	}
	if _, lookErr := d.lookUp(name); lookErr != nil {
		return lookErr // ErrNotFound, or the reason why we cannot know
	}
	return err
}

// Open implements remote.Driver.
func (d *Driver) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	end, err := d.begin(ctx, name)
	if err != nil {
		return nil, err
	}
	response, err := d.conn.Retr(name)
	if err != nil {
		defer end()
		return nil, d.finish(ctx, "start download", d.orMissing(name, err))
	}
	return &download{driver: d, response: response, ctx: ctx, end: end}, nil
}

type download struct {
	driver   *Driver
	response *ftp.Response
	ctx      context.Context
	end      func()
	complete bool // the data connection ended, as far as that tells anything
	closed   bool
}

func (r *download) Read(b []byte) (int, error) {
	n, err := r.response.Read(b)
	if errors.Is(err, io.EOF) {
		r.complete = true
		return n, io.EOF
	}
	return n, classify(r.ctx, "download", false, err)
}

// Close waits for the server's verdict on the transfer. After a download that was not read to its end
// nobody knows when that comes: the connection is dropped instead.
func (r *download) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	defer r.end()
	if !r.complete {
		r.driver.drop()
		return nil
	}
	return r.driver.finish(r.ctx, "finish download", interrupted(r.response.Close()))
}

// Put implements remote.Driver.
func (d *Driver) Put(ctx context.Context, name string, r io.Reader) error {
	end, err := d.begin(ctx, name)
	if err != nil {
		return err
	}
	defer end()
	source := &remote.SourceReader{R: r}
	err = d.conn.Stor(name, source)
	if source.Err != nil {
		// The server took the early end for the end of the file; what it says of it does not matter.
		d.drop()
		return fmt.Errorf("upload: read the source: %w", source.Err)
	}
	if source.Begun {
		err = interrupted(err)
	}
	if err != nil {
		d.drop()
	}
	return d.finish(ctx, "upload", err)
}

// Rename implements remote.Driver.
func (d *Driver) Rename(ctx context.Context, from, to string) error {
	end, err := d.begin(ctx, from, to)
	if err != nil {
		return err
	}
	defer end()
	return d.finish(ctx, "rename", d.orMissing(from, d.conn.Rename(from, to)))
}

// Remove implements remote.Driver.
func (d *Driver) Remove(ctx context.Context, name string) error {
	end, err := d.begin(ctx, name)
	if err != nil {
		return err
	}
	defer end()
	return d.finish(ctx, "remove", d.orMissing(name, d.conn.Delete(name)))
}

// begin checks the names and has the session ready for a call under ctx. The caller calls end.
func (d *Driver) begin(ctx context.Context, names ...string) (end func(), err error) {
	if err := remote.CheckCall(ctx, "FTP server "+d.conf.Address, names...); err != nil {
		return nil, err
	}
	if d.conn != nil {
		end = d.line.begin(ctx)
		// Servers hang up idle clients between two polls: find out before the call, not in its middle.
		if err := d.conn.NoOp(); err == nil {
			return end, nil
		}
		end()
		d.drop()
	}
	return d.connect(ctx)
}

func (d *Driver) connect(ctx context.Context) (end func(), err error) {
	tlsConf, err := d.conf.tlsConfig()
	if err != nil {
		return nil, fmt.Errorf("connect to FTP server %s: %w", d.conf.Address, err)
	}
	d.line = &line{dial: d.conf.Dial, tls: tlsConf, timeout: d.conf.Timeout}
	end = d.line.begin(ctx)
	options := []ftp.DialOption{
		ftp.DialWithDialFunc(d.line.connect), ftp.DialWithDisabledEPSV(d.conf.NoEPSV), ftp.DialWithLocation(time.UTC),
	}
	if tlsConf != nil {
		options = append(options, ftp.DialWithExplicitTLS(tlsConf))
	}
	d.conn, err = ftp.Dial(d.conf.Address, options...)
	if err == nil {
		err = d.conn.Login(d.conf.User, d.conf.Password)
	}
	if err == nil && d.conf.Dir != "" {
		err = d.conn.ChangeDir(d.conf.Dir)
	}
	if err != nil {
		err = classify(ctx, "connect to FTP server "+d.conf.Address, d.line.lost.Load(), err)
		d.drop()
		end()
		return nil, err
	}
	return end, nil
}

// finish gives the error of a call its kind, and drops a session that is not known to be in order: only
// a missing file and a plain refusal leave it usable.
func (d *Driver) finish(ctx context.Context, what string, err error) error {
	lost := d.line.lost.Load()
	// After a login under TLS, bytes that are no TLS are the last words of a dying session (vsftpd, when a
	// data connection broke), not a server without TLS.
	var notTLS tls.RecordHeaderError
	if err != nil && errors.As(err, &notTLS) {
		err = remote.Temporary(err)
	}
	switch {
	case lost && err == nil:
		err = errLost
	case err == nil:
		return nil
	case !lost && errors.Is(err, remote.ErrNotFound):
		return fmt.Errorf("%s: %w", what, err)
	}
	if lost || errors.Is(err, remote.ErrTemporary) || !isUnavailable(err) {
		d.drop()
	}
	return classify(ctx, what, lost, err)
}

func (d *Driver) drop() {
	if d.line != nil {
		d.line.cut()
	}
	d.conn = nil
}
