package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/remote"
)

// archived is a file safe in the archive, before anything has read it.
type archived struct {
	Name     string // as received
	Partner  string
	SHA256   string // hex
	Size     int64
	Path     string // relative to the data folder
	Local    string // of a file that is only looked at, not archived
	Received time.Time
	Origin   string // where it came from at the place
}

// content names the copy that is read.
func (p *Pipeline) content(a archived) string {
	if a.Local != "" {
		return a.Local
	}
	return p.path(a.Path)
}

// archiveRemote copies a file of an inbox into the archive.
func (p *Pipeline) archiveRemote(ctx context.Context, partner Partner, entry remote.Entry) (archived, remote.Fetched, error) {
	temporary, err := p.workFile()
	if err != nil {
		return archived{}, remote.Fetched{}, err
	}
	defer func() { _ = os.Remove(temporary) }() // renamed away on success
	fetched, err := partner.Inbox.Fetch(ctx, entry, func() (io.WriteCloser, error) {
		return createSynced(temporary)
	})
	if err != nil {
		return archived{}, fetched, fmt.Errorf("fetch %s: %w", entry.Name, err)
	}
	a, err := p.intoArchive(temporary, archived{
		Name: entry.FileName(), Partner: partner.Name, SHA256: hex.EncodeToString(fetched.SHA256[:]), Size: fetched.Entry.Size,
		Origin: fetched.Entry.Origin,
	})
	return a, fetched, err
}

// archiveLocal copies a file given on the command line into the archive.
func (p *Pipeline) archiveLocal(partner, path string) (a archived, err error) {
	where, err := filepath.Abs(path)
	if err != nil {
		return a, fmt.Errorf("open the file to import: %w", err)
	}
	source, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return a, fmt.Errorf("open the file to import: %w", err)
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	temporary, err := p.workFile()
	if err != nil {
		return a, err
	}
	defer func() { _ = os.Remove(temporary) }() // renamed away on success
	target, err := createSynced(temporary)
	if err != nil {
		return a, err
	}
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(target, hash), source)
	if err = errors.Join(err, target.Close()); err != nil {
		return a, fmt.Errorf("copy %s into the archive: %w", path, err)
	}
	return p.intoArchive(temporary, archived{
		Name: filepath.Base(path), Partner: partner, SHA256: hex.EncodeToString(hash.Sum(nil)), Size: size,
		Origin: "import " + where,
	})
}

// intoArchive gives the copy its lasting name: partner, day, hash and name. The same bytes of a day
// land on the same name.
func (p *Pipeline) intoArchive(temporary string, a archived) (archived, error) {
	a.Received = p.Now().UTC()
	a.Path = filepath.Join("archive", a.Partner, a.Received.Format(time.DateOnly), a.SHA256[:12]+"-"+clipName(a.Name))
	return a, p.keep(temporary, a.Path)
}

// keep gives a work file its place in the data folder.
func (p *Pipeline) keep(temporary, place string) error {
	target := p.path(place)
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return fmt.Errorf("make the archive: %w", err)
	}
	if err := os.Rename(temporary, target); err != nil {
		return fmt.Errorf("move %s into the archive: %w", filepath.Base(place), err)
	}
	return syncDir(filepath.Dir(target))
}

// longestName is how many bytes of a sender's name are kept in the names that are made of it: the usual
// file systems take 255 bytes, and 121 Russian letters are 242.
const longestName = 220

// clipName shortens the name of a file in front of its extension.
func clipName(name string) string {
	if len(name) <= longestName {
		return name
	}
	extension := filepath.Ext(name)
	if len(extension) > longestName/2 {
		extension = ""
	}
	return strings.ToValidUTF8(name[:longestName-len(extension)], "") + extension
}

func (p *Pipeline) workFile() (string, error) {
	dir := p.path("work")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("make the work folder: %w", err)
	}
	file, err := os.CreateTemp(dir, "file-*")
	if err != nil {
		return "", fmt.Errorf("make a work file: %w", err)
	}
	// What becomes of it is read by the office's own people: the group may, others may not.
	if err := errors.Join(file.Chmod(0o640), file.Close()); err != nil {
		return "", fmt.Errorf("make a work file: %w", err)
	}
	return file.Name(), nil
}

// syncedFile is flushed to the disk before it is closed, so that a rename never names an empty file.
type syncedFile struct{ *os.File }

func createSynced(path string) (io.WriteCloser, error) {
	file, err := os.Create(path) //nolint:gosec // a work file of our own
	if err != nil {
		return nil, fmt.Errorf("make a file: %w", err)
	}
	return syncedFile{file}, nil
}

// Close flushes and closes.
func (f syncedFile) Close() error {
	return errors.Join(f.Sync(), f.File.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // a folder of our own
	if err != nil {
		return fmt.Errorf("flush folder %s: %w", dir, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("flush folder %s: %w", dir, err)
	}
	return nil
}
