// Package folder is the remote.Driver of a directory: local, or a mounted share.
//
// It owns safe names (nothing outside the directory is ever touched, symbolic links included) and
// durability (file and directory are flushed). It does not own temporary names, retries and versions:
// those are remote.Place.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/kvitok-gkh/kvitok/remote"
)

// Config names the directory.
type Config struct {
	Dir string `yaml:"dir"`
}

// Validate reports what is missing. It does not look at the disk.
func (c Config) Validate() error {
	if c.Dir == "" {
		return errors.New("dir is empty")
	}
	return nil
}

// Folder is the driver. It holds nothing open between calls, so a share that was mounted anew is found.
type Folder struct{ dir string }

var (
	_ remote.Driver  = (*Folder)(nil)
	_ remote.Stater  = (*Folder)(nil)
	_ remote.Locator = (*Folder)(nil)
)

// New makes the driver of a directory. The directory must exist when it is used and is never created: an
// empty new one in place of a share that is not mounted would look like "no files today".
func New(c Config) (*Folder, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("set up folder: %w", err)
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("set up folder %s: %w", c.Dir, err)
	}
	return &Folder{dir: dir}, nil
}

// Locate implements remote.Locator.
func (f *Folder) Locate(name string) string { return "folder " + filepath.Join(f.dir, name) }

// Close does nothing.
func (f *Folder) Close() error { return nil }

// List implements remote.Driver.
func (f *Folder) List(ctx context.Context) ([]remote.Entry, error) {
	root, err := f.root(ctx)
	if err != nil {
		return nil, err
	}
	defer release(root)
	found, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, classify("list folder "+f.dir, err)
	}
	var entries []remote.Entry
	for _, e := range found {
		if !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone between the two looks
		}
		if err != nil {
			return nil, classify("list folder "+f.dir, err)
		}
		entries = append(entries, entryOf(info))
	}
	return entries, nil
}

// Stat implements remote.Stater.
func (f *Folder) Stat(ctx context.Context, name string) (remote.Entry, error) {
	root, err := f.root(ctx, name)
	if err != nil {
		return remote.Entry{}, err
	}
	defer release(root)
	info, err := root.Lstat(name)
	if err != nil {
		return remote.Entry{}, classify("look at file", err)
	}
	if !info.Mode().IsRegular() {
		return remote.Entry{}, fmt.Errorf("look at file: %s is not a regular file", name)
	}
	return entryOf(info), nil
}

// Open implements remote.Driver.
func (f *Folder) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	root, err := f.root(ctx, name)
	if err != nil {
		return nil, err
	}
	defer release(root)
	file, err := root.Open(name)
	if err != nil {
		return nil, classify("open file", err)
	}
	return &reader{ctx: ctx, file: file}, nil
}

// Put implements remote.Driver.
func (f *Folder) Put(ctx context.Context, name string, r io.Reader) error {
	root, err := f.root(ctx, name)
	if err != nil {
		return err
	}
	defer release(root)
	// Owner and group: the partner's account shares the group; what is in the files is not for others.
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o660)
	if err != nil {
		return classify("create file", err)
	}
	_, err = io.Copy(file, &ctxReader{ctx: ctx, r: r})
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return classify("write file", err)
}

// Rename implements remote.Driver. It replaces an existing target, as rename(2) does.
func (f *Folder) Rename(ctx context.Context, from, to string) error {
	root, err := f.root(ctx, from, to)
	if err != nil {
		return err
	}
	defer release(root)
	if err := root.Rename(from, to); err != nil {
		return classify("rename file", err)
	}
	return flush(root)
}

// Remove implements remote.Driver.
func (f *Folder) Remove(ctx context.Context, name string) error {
	root, err := f.root(ctx, name)
	if err != nil {
		return err
	}
	defer release(root)
	if err := root.Remove(name); err != nil {
		return classify("remove file", err)
	}
	return flush(root)
}

// root opens the directory for one call and checks the names the call was given.
func (f *Folder) root(ctx context.Context, names ...string) (*os.Root, error) {
	if err := remote.CheckCall(ctx, "folder "+f.dir, names...); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		// Never ErrNotFound: the directory is missing, not a file of it.
		return nil, fmt.Errorf("open folder %s: %s", f.dir, err.Error())
	}
	return root, nil
}

// release ends a call; closing a directory that was only read loses nothing.
func release(root *os.Root) { _ = root.Close() }

// flush makes a changed directory durable.
func flush(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return classify("flush folder", err)
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) {
		err = nil // some network shares cannot flush a directory; the server does as it does
	}
	if closeErr := dir.Close(); err == nil {
		err = closeErr
	}
	return classify("flush folder", err)
}

func classify(what string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w: %w", what, remote.ErrNotFound, err)
	}
	var errno syscall.Errno
	if errors.As(err, &errno) && (errno.Temporary() || errno == syscall.ESTALE) {
		return fmt.Errorf("%s: %w", what, remote.Temporary(err))
	}
	return fmt.Errorf("%s: %w", what, err)
}

func entryOf(info fs.FileInfo) remote.Entry {
	return remote.Entry{Name: info.Name(), Size: info.Size(), ModTime: info.ModTime().UTC()}
}

type reader struct {
	ctx  context.Context
	file *os.File
}

func (r *reader) Read(b []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, fmt.Errorf("read file: %w", context.Cause(r.ctx))
	}
	n, err := r.file.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = classify("read file", err)
	}
	return n, err
}

func (r *reader) Close() error { return classify("close file", r.file.Close()) }

// ctxReader ends a copy when the context ends.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *ctxReader) Read(b []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx) //nolint:wrapcheck // classify wraps
	}
	return c.r.Read(b) //nolint:wrapcheck // the error of the caller's own reader goes back to it
}
