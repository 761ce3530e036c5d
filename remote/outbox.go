package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"
	"strings"
)

// Delivered tells what became of a delivery.
type Delivered struct {
	Name      string // the name it has at the place: the one asked for, or name_2.ext, name_3.ext ...
	Already   bool   // the very same file was there before; nothing was sent
	Collected bool   // the partner took it before we could look at it under its name
}

const maxVersions = 99

// Deliver uploads a file of the given size: as name.part, size verified, then renamed, size verified
// again. Under its own name the partner sees the whole file or nothing. Each attempt opens the source
// anew and sends it from the first byte; a source that is not exactly size bytes is a permanent error.
//
// Nothing of the partner's is overwritten. If the name is taken by a file with the same bytes (a delivery
// whose success was never recorded: we read it back and compare), that is success with Already set. If it
// is taken by other bytes, the file goes out as name_2.ext and so on; Delivered tells.
//
// When the answer to the rename is lost, the next attempt first asks whether name.part is still there. If it
// is gone the rename has happened, whether or not the partner has collected the file meanwhile.
func (p *Place) Deliver(ctx context.Context, name string, size int64, open func() (io.ReadCloser, error)) (Delivered, error) {
	if err := CheckName(name); err != nil {
		return Delivered{}, fmt.Errorf("deliver to %s: %w", p.name, err)
	}
	if isTemporary(name) {
		return Delivered{}, fmt.Errorf("deliver to %s: %w: %q looks temporary", p.name, ErrName, name)
	}
	if p.sender != nil {
		return p.send(ctx, name, size, open)
	}
	if p.driver == nil {
		return Delivered{}, fmt.Errorf("deliver %s: %s takes no files", name, p.name)
	}
	d := delivery{place: p, name: name, size: size, open: open}
	if err := p.attempts(ctx, "deliver "+name, func() error { return d.try(ctx) }); err != nil {
		return Delivered{}, err
	}
	if d.result.Collected {
		p.log.WarnContext(ctx, "delivered file was gone before it could be checked", slog.String("file", d.result.Name))
	}
	return d.result, nil
}

// send gives a file to a place that shows none: its word is all the proof there is.
func (p *Place) send(ctx context.Context, name string, size int64, open func() (io.ReadCloser, error)) (Delivered, error) {
	err := p.attempts(ctx, "send "+name, func() error {
		r, err := open()
		if err != nil {
			return fmt.Errorf("open the source: %w", err)
		}
		source := &SourceReader{R: io.LimitReader(r, size+1)}
		// The size first: what has been sent cannot be taken back.
		content, err := io.ReadAll(source)
		if err = errors.Join(err, r.Close()); err != nil {
			return fmt.Errorf("read the source: %w", err)
		}
		if int64(len(content)) != size {
			return fmt.Errorf("source has %d bytes, expected %d", len(content), size)
		}
		return p.sender.Send(ctx, name, bytes.NewReader(content))
	})
	if err != nil {
		return Delivered{}, err
	}
	return Delivered{Name: name}, nil
}

// delivery is the state of one Deliver over its attempts.
type delivery struct {
	place    *Place
	name     string
	size     int64
	open     func() (io.ReadCloser, error)
	target   string // chosen name; empty until chosen
	renaming bool   // a rename of a verified upload was asked for, its answer is unknown
	result   Delivered
}

func (d *delivery) try(ctx context.Context) error {
	if d.renaming {
		part, err := d.place.stat(ctx, d.target+partSuffix)
		switch {
		case errors.Is(err, ErrNotFound):
			return d.confirm(ctx)
		case err != nil:
			return fmt.Errorf("ask whether the rename has happened: %w", err)
		}
		d.renaming = false
		if part.Size == d.size {
			return d.rename(ctx)
		}
	}
	if done, err := d.choose(ctx); done || err != nil {
		return err
	}
	if err := d.upload(ctx); err != nil {
		return err
	}
	return d.rename(ctx)
}

// choose finds a free name, or finds that the file is there already.
func (d *delivery) choose(ctx context.Context) (done bool, err error) {
	for version := 1; version <= maxVersions; version++ {
		candidate := versioned(d.name, version)
		there, err := d.place.stat(ctx, candidate)
		switch {
		case errors.Is(err, ErrNotFound):
			d.target = candidate
			return false, nil
		case err != nil:
			return false, fmt.Errorf("ask whether %s exists: %w", candidate, err)
		case there.Size != d.size:
			continue
		}
		same, err := d.sameBytes(ctx, candidate)
		if err != nil {
			return false, fmt.Errorf("compare with the existing %s: %w", candidate, err)
		}
		if same {
			d.result = Delivered{Name: candidate, Already: true}
			return true, nil
		}
	}
	return false, fmt.Errorf("%d files named like %s are there already", maxVersions, d.name)
}

func (d *delivery) upload(ctx context.Context) error {
	r, err := d.open()
	if err != nil {
		return fmt.Errorf("open the source: %w", err)
	}
	source := &SourceReader{R: r}
	err = d.place.driver.Put(ctx, d.target+partSuffix, source)
	closeErr := r.Close()
	switch {
	case source.Err != nil:
		// Our own disk failed: sending again does not cure that, whatever the driver made of it.
		return fmt.Errorf("read the source: %w", source.Err)
	case err != nil:
		return fmt.Errorf("upload: %w", err)
	case closeErr != nil:
		return fmt.Errorf("close the source: %w", closeErr)
	case source.N != d.size:
		return fmt.Errorf("source has %d bytes, expected %d", source.N, d.size)
	}
	part, err := d.place.stat(ctx, d.target+partSuffix)
	if err != nil {
		return fmt.Errorf("verify the upload: %w", err)
	}
	if part.Size != d.size {
		return Temporary(fmt.Errorf("place holds %d bytes of %d", part.Size, d.size))
	}
	if d.place.read {
		return d.readBack(ctx, d.target+partSuffix)
	}
	return nil
}

// readBack proves an upload by its bytes: a disk or a box between may change some and keep their number.
func (d *delivery) readBack(ctx context.Context, name string) (err error) {
	ours, err := d.open()
	if err != nil {
		return fmt.Errorf("open the source: %w", err)
	}
	defer func() { err = errors.Join(err, ours.Close()) }()
	theirs, err := d.place.driver.Open(ctx, name)
	if err != nil {
		return fmt.Errorf("read the upload back: %w", err)
	}
	same, err := d.equalStreams(ours, theirs)
	closeErr := theirs.Close()
	switch {
	case err != nil:
		return fmt.Errorf("read the upload back: %w", err)
	case !same:
		return Temporary(fmt.Errorf("%s came back with other bytes than were sent", name))
	case closeErr != nil:
		return fmt.Errorf("read the upload back: %w", closeErr)
	}
	return nil
}

func (d *delivery) rename(ctx context.Context) error {
	// The upload may have taken long: ask once more, servers differ in what they do to an existing target.
	_, err := d.place.stat(ctx, d.target)
	switch {
	case err == nil:
		// Another name will be chosen; nobody would ever tidy up the upload under this one.
		_ = d.place.driver.Remove(ctx, d.target+partSuffix)
		return Temporary(fmt.Errorf("%s appeared during the upload", d.target))
	case !errors.Is(err, ErrNotFound):
		return fmt.Errorf("ask whether %s exists: %w", d.target, err)
	}
	d.renaming = true
	if err := d.place.driver.Rename(ctx, d.target+partSuffix, d.target); err != nil {
		return fmt.Errorf("rename to %s: %w", d.target, err)
	}
	return d.confirm(ctx)
}

// confirm looks at the renamed file. It may be gone: partners collect quickly.
func (d *delivery) confirm(ctx context.Context) error {
	there, err := d.place.stat(ctx, d.target)
	switch {
	case errors.Is(err, ErrNotFound):
		d.result = Delivered{Name: d.target, Collected: true}
		return nil
	case err != nil:
		return fmt.Errorf("verify %s: %w", d.target, err)
	case there.Size != d.size:
		return fmt.Errorf("%w: %s holds %d bytes after the rename, expected %d", ErrChanged, d.target, there.Size, d.size)
	}
	d.result = Delivered{Name: d.target}
	return nil
}

func (d *delivery) sameBytes(ctx context.Context, name string) (same bool, err error) {
	ours, err := d.open()
	if err != nil {
		return false, fmt.Errorf("open the source: %w", err)
	}
	defer func() { err = errors.Join(err, ours.Close()) }()
	theirs, err := d.place.driver.Open(ctx, name)
	switch {
	case err != nil && errors.Is(err, ErrTemporary):
		return false, fmt.Errorf("open %s: %w", name, err)
	case err != nil:
		return false, nil // a drop box we may not read: we cannot know, so it is not ours
	}
	same, err = d.equalStreams(ours, theirs)
	closeErr := theirs.Close()
	if err != nil || !same {
		// Of a stream that was not read to its end Close may complain; only a full comparison needs it.
		return false, err
	}
	if closeErr != nil {
		return false, fmt.Errorf("finish reading the existing file: %w", closeErr)
	}
	return true, nil
}

// equalStreams compares to the first difference. A file at the place that ends before the size it was said
// to have is a broken connection, not a difference: taken for one, it would send a duplicate.
func (d *delivery) equalStreams(ours, theirs io.Reader) (bool, error) {
	const chunk = 32 << 10
	bufA, bufB := make([]byte, chunk), make([]byte, chunk)
	var compared int64
	for compared < d.size {
		want := min(chunk, d.size-compared)
		if _, err := io.ReadFull(ours, bufA[:want]); err != nil {
			return false, fmt.Errorf("read the source: %w", err)
		}
		if n, err := io.ReadFull(theirs, bufB[:want]); err != nil {
			return false, Temporary(fmt.Errorf("read back %d bytes of %d: %w", compared+int64(n), d.size, err))
		}
		if !bytes.Equal(bufA[:want], bufB[:want]) {
			return false, nil
		}
		compared += want
	}
	// Drivers tell of a clean end only after io.EOF was read.
	if n, err := theirs.Read(bufB[:1]); n != 0 || !errors.Is(err, io.EOF) {
		return false, Temporary(fmt.Errorf("read back more than %d bytes, or no end: %w", d.size, errors.Join(ErrChanged, err)))
	}
	return true, nil
}

func versioned(name string, version int) string {
	if version == 1 {
		return name
	}
	ext := path.Ext(name)
	return fmt.Sprintf("%s_%d%s", strings.TrimSuffix(name, ext), version, ext)
}
