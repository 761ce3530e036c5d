// Package sftp is the remote.Driver of a directory on an SFTP server, by pkg/sftp.
//
// It owns the session (connect, log in, find out that it died, connect again), the pinned key of the server, and the
// kind of every error. It does not own temporary names, retries and versions: those are remote.Place.
package sftp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/line"
)

// Driver is one session, made when it is needed.
type Driver struct {
	conf   Config
	line   *line.Line // nil: not connected
	shell  *ssh.Client
	client *sftp.Client
}

var (
	_ remote.Driver  = (*Driver)(nil)
	_ remote.Stater  = (*Driver)(nil)
	_ remote.Locator = (*Driver)(nil)
)

// New checks the configuration. It does not connect.
func New(c Config) (*Driver, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("set up SFTP: %w", err)
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Dir == "" {
		c.Dir = "."
	}
	return &Driver{conf: c}, nil
}

// Locate implements remote.Locator. A directory without a leading slash is below where the server puts us.
func (d *Driver) Locate(name string) string {
	return "sftp://" + d.conf.Address + path.Join("/", d.conf.Dir, name)
}

// Close disconnects.
func (d *Driver) Close() error {
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
	found, err := d.client.ReadDir(d.conf.Dir)
	if errors.Is(err, os.ErrNotExist) {
		// Never ErrNotFound: the directory is missing, not a file of it.
		err = fmt.Errorf("%s: %s", d.conf.Dir, err.Error())
	}
	if err != nil {
		return nil, d.finish(ctx, "list directory", err)
	}
	entries := make([]remote.Entry, 0, len(found))
	for _, info := range found {
		if info.Mode().IsRegular() {
			entries = append(entries, entryOf(info))
		}
	}
	return entries, nil
}

// Stat implements remote.Stater. A link is not followed.
func (d *Driver) Stat(ctx context.Context, name string) (remote.Entry, error) {
	end, err := d.begin(ctx, name)
	if err != nil {
		return remote.Entry{}, err
	}
	defer end()
	info, err := d.client.Lstat(d.path(name))
	if err != nil {
		return remote.Entry{}, d.finish(ctx, "ask for size", err)
	}
	if !info.Mode().IsRegular() {
		return remote.Entry{}, fmt.Errorf("ask for size: %s is not a regular file", name)
	}
	return entryOf(info), nil
}

// readAhead is read in one go by many requests at once: a distant server would answer one at a time slowly.
const readAhead = 1 << 20

// Open implements remote.Driver.
func (d *Driver) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	end, err := d.begin(ctx, name)
	if err != nil {
		return nil, err
	}
	defer end()
	info, err := d.client.Lstat(d.path(name))
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open file: %s is not a regular file", name)
	}
	var file *sftp.File
	if err == nil {
		file, err = d.client.Open(d.path(name))
	}
	if err != nil {
		return nil, d.finish(ctx, "open file", err)
	}
	return &download{driver: d, ctx: ctx, file: file, ahead: bufio.NewReaderSize(file, readAhead)}, nil
}

type download struct {
	driver *Driver
	ctx    context.Context
	file   *sftp.File
	ahead  *bufio.Reader
	closed bool
}

// Read implements io.Reader.
func (r *download) Read(b []byte) (int, error) {
	if r.driver.line == nil {
		return 0, remote.Temporary(line.ErrLost)
	}
	end := r.driver.line.Begin(r.ctx)
	defer end()
	n, err := r.ahead.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, r.driver.finish(r.ctx, "download", err)
	}
	return n, err //nolint:wrapcheck // a reader passes io.EOF through
}

// Close implements io.Closer.
func (r *download) Close() error {
	if r.closed || r.driver.line == nil {
		return nil
	}
	r.closed = true
	end := r.driver.line.Begin(r.ctx)
	defer end()
	return r.driver.finish(r.ctx, "finish download", r.file.Close())
}

// Put implements remote.Driver.
func (d *Driver) Put(ctx context.Context, name string, r io.Reader) error {
	end, err := d.begin(ctx, name)
	if err != nil {
		return err
	}
	defer end()
	file, err := d.client.OpenFile(d.path(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return d.finish(ctx, "create file", notMissing(err))
	}
	source := &remote.SourceReader{R: r}
	_, err = file.ReadFrom(source)
	if _, can := d.client.HasExtension("fsync@openssh.com"); can && err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if source.Err != nil {
		return fmt.Errorf("upload: read the source: %w", source.Err)
	}
	return d.finish(ctx, "upload", notMissing(err))
}

// Rename implements remote.Driver. OpenSSH refuses an existing target, others replace it.
func (d *Driver) Rename(ctx context.Context, from, to string) error {
	end, err := d.begin(ctx, from, to)
	if err != nil {
		return err
	}
	defer end()
	return d.finish(ctx, "rename", d.client.Rename(d.path(from), d.path(to)))
}

// Remove implements remote.Driver. pkg/sftp's own Remove tries rmdir when a file cannot be removed; a directory is none
// of our files.
func (d *Driver) Remove(ctx context.Context, name string) error {
	end, err := d.begin(ctx, name)
	if err != nil {
		return err
	}
	defer end()
	info, err := d.client.Lstat(d.path(name))
	if err == nil && info.IsDir() {
		return fmt.Errorf("remove: %s is a directory", name)
	}
	if err == nil {
		err = d.client.Remove(d.path(name))
	}
	return d.finish(ctx, "remove", err)
}

func (d *Driver) path(name string) string { return path.Join(d.conf.Dir, name) }

func entryOf(info os.FileInfo) remote.Entry {
	return remote.Entry{Name: info.Name(), Size: info.Size(), ModTime: info.ModTime().UTC()}
}
