package remote

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Watch is what the earlier polls of one inbox saw. The caller owns it and gives the same value to every
// poll; the zero value knows nothing. Its JSON form may be stored between polls, so that the polls of one
// inbox may be made by different processes.
type Watch struct {
	Seen map[string]Sighting `json:"seen,omitempty"`
}

// Sighting is one file as a poll saw it, and since when it looks like that.
type Sighting struct {
	Entry
	Since time.Time `json:"since"`
}

// Ready polls once and returns the files that may be fetched, oldest first (ties by name): their size and
// time were the same in an earlier poll of this Watch. Never reported: temporary names (.tmp, .part, .filepart, a leading dot)
// and names that CheckListed refuses, which are logged. An empty file is reported like any other once it is
// quiet; whoever reads it says what is wrong with it. When Ready fails the Watch is as it was.
func (p *Place) Ready(ctx context.Context, w *Watch) ([]Entry, error) {
	if p.source == nil {
		return nil, fmt.Errorf("list files: %s is no inbox", p.name)
	}
	var listed []Entry
	err := p.attempts(ctx, "list files", func() (err error) {
		listed, err = p.source.List(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range listed {
		if !utf8.ValidString(listed[i].Name) && listed[i].Title == "" {
			listed[i].Title = Readable(listed[i].Name)
		}
	}
	listed = p.arrival.candidates(listed)
	now := p.now()
	seen := make(map[string]Sighting, len(listed))
	var ready []Entry
	for _, e := range listed {
		if err := CheckListed(e.Name); err != nil {
			p.log.WarnContext(ctx, "file left alone", slog.Any("error", err))
			continue
		}
		before, known := w.Seen[e.Name]
		if !known || !before.same(e) {
			seen[e.Name] = Sighting{Entry: e, Since: now}
			continue
		}
		seen[e.Name] = before
		if now.Sub(before.Since) >= p.quiet {
			ready = append(ready, e)
		}
	}
	if ready, err = p.withoutEmpty(ctx, ready); err != nil {
		return nil, err
	}
	w.Seen = seen
	slices.SortFunc(ready, func(a, b Entry) int {
		return cmp.Or(a.ModTime.Compare(b.ModTime), strings.Compare(a.Name, b.Name))
	})
	return ready, nil
}

// withoutEmpty does with files without a byte what the inbox is told to.
func (p *Place) withoutEmpty(ctx context.Context, ready []Entry) ([]Entry, error) {
	if p.arrival.Empty == "" || p.arrival.Empty == EmptyTake {
		return ready, nil
	}
	kept := make([]Entry, 0, len(ready))
	for _, e := range ready {
		if e.Size > 0 {
			kept = append(kept, e)
			continue
		}
		if p.arrival.Empty == EmptyRemove {
			p.log.InfoContext(ctx, "empty file removed", slog.String("file", e.Name))
			if err := p.Done(ctx, Fetched{Entry: e}); err != nil && !errors.Is(err, ErrChanged) {
				return nil, err
			}
		}
	}
	return kept, nil
}

// Fetched is a file whose complete copy is with us.
type Fetched struct {
	Entry  Entry // as the place described it around the download; Done compares with it
	SHA256 [sha256.Size]byte
}

// Fetch copies one file of Ready into a writer that create makes. Each attempt calls create anew and
// writes from the first byte, so create must truncate; the writer is always closed, and its Close counts.
// Success means: every byte arrived, their number is the size at the place before and after the
// download, and the sum is of exactly these bytes. On error the caller throws away what was written.
// A file that changed since it was listed, or during the download, or whose end is still awaited, is ErrChanged. Nothing
// is removed: see Done.
func (p *Place) Fetch(ctx context.Context, e Entry, create func() (io.WriteCloser, error)) (Fetched, error) {
	if err := CheckListed(e.Name); err != nil {
		return Fetched{}, fmt.Errorf("fetch from %s: %w", p.name, err)
	}
	var got Fetched
	err := p.attempts(ctx, "fetch "+e.Name, func() (err error) {
		got, err = p.fetchOnce(ctx, e, create)
		return err
	})
	if err != nil {
		return Fetched{}, err
	}
	return got, nil
}

func (p *Place) fetchOnce(ctx context.Context, e Entry, create func() (io.WriteCloser, error)) (Fetched, error) {
	before, err := p.stat(ctx, e.Name)
	if err != nil {
		return Fetched{}, fmt.Errorf("ask for the size: %w", err)
	}
	if before.Size != e.Size {
		return Fetched{}, fmt.Errorf("%w: %d bytes when listed, %d now", ErrChanged, e.Size, before.Size)
	}
	promise, err := p.promised(ctx, e.Name)
	if err != nil {
		return Fetched{}, err
	}
	w, err := create()
	if err != nil {
		return Fetched{}, fmt.Errorf("create the local copy: %w", err)
	}
	sum := sha256.New()
	sink, ends := &SinkWriter{W: w}, &edges{}
	size, err := p.download(ctx, e, io.MultiWriter(sink, sum, promise.sum, ends))
	closeErr := w.Close()
	switch {
	case sink.Err != nil:
		// Our own disk failed: another download does not cure that, whatever the driver made of it.
		return Fetched{}, fmt.Errorf("write the local copy: %w", sink.Err)
	case err != nil:
		return Fetched{}, err
	case closeErr != nil:
		return Fetched{}, fmt.Errorf("close the local copy: %w", closeErr)
	}
	after, err := p.stat(ctx, e.Name)
	if err != nil {
		return Fetched{}, fmt.Errorf("ask for the size again: %w", err)
	}
	if !after.same(before) {
		return Fetched{}, fmt.Errorf("%w during the download", ErrChanged)
	}
	if size != before.Size {
		return Fetched{}, Temporary(fmt.Errorf("downloaded %d bytes of %d", size, before.Size))
	}
	if err := promise.kept(); err != nil {
		return Fetched{}, err
	}
	if missing := ends.unfinished(e.FileName(), p.arrival.Ends); missing != "" && e.Origin == "" && p.wait(before) { // a mail arrives whole
		return Fetched{}, fmt.Errorf("%w, or is not complete yet: %s", ErrChanged, missing)
	}
	before.Title, before.Origin = e.Title, e.Origin
	if locator, can := p.source.(Locator); can && before.Origin == "" {
		before.Origin = locator.Locate(e.FileName())
	}
	return Fetched{Entry: before, SHA256: [sha256.Size]byte(sum.Sum(nil))}, nil
}

// download copies at most one byte more than the file should have: enough to see that it is longer,
// and no way to fill the disk.
func (p *Place) download(ctx context.Context, e Entry, w io.Writer) (int64, error) {
	r, err := p.source.Open(ctx, e.Name)
	if err != nil {
		return 0, fmt.Errorf("open: %w", err)
	}
	n, err := io.Copy(w, io.LimitReader(r, e.Size))
	if err == nil {
		var one [1]byte
		var more int
		if more, err = io.ReadFull(r, one[:]); errors.Is(err, io.EOF) && more == 0 {
			err = nil
		}
		n += int64(more)
	}
	closeErr := r.Close()
	if err != nil {
		return n, fmt.Errorf("download: %w", err)
	}
	if n > e.Size {
		return n, fmt.Errorf("%w: longer than %d bytes", ErrChanged, e.Size)
	}
	if closeErr != nil {
		return n, fmt.Errorf("finish the download: %w", closeErr)
	}
	return n, nil
}

// Done removes the original of a fetched file. Call it only when the copy and everything made of it is
// committed. It refuses with ErrChanged when the file at the place is no longer the one fetched. A file
// that is gone already is success: an earlier call whose answer was lost, or the sender tidied up.
func (p *Place) Done(ctx context.Context, f Fetched) error {
	if err := CheckListed(f.Entry.Name); err != nil {
		return fmt.Errorf("remove from %s: %w", p.name, err)
	}
	return p.attempts(ctx, "remove "+f.Entry.Name, func() error {
		now, err := p.stat(ctx, f.Entry.Name)
		if err == nil && !now.same(f.Entry) {
			return fmt.Errorf("%w since it was fetched", ErrChanged)
		}
		if err == nil {
			err = p.source.Remove(ctx, f.Entry.Name)
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		return p.removeCompanions(ctx, f.Entry.Name)
	})
}

// removeCompanions removes the flag and the checksum file of a file that is gone: under the same name they would call a
// half-written successor ready.
func (p *Place) removeCompanions(ctx context.Context, name string) error {
	endings := slices.Concat(p.arrival.ReadyFlags, p.arrival.Checksums)
	if len(endings) == 0 {
		return nil
	}
	there, err := p.namesThere(ctx)
	if err != nil {
		return err
	}
	for beside := companion(name, endings, there); beside != ""; beside = companion(name, endings, there) {
		if err := p.source.Remove(ctx, beside); err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("remove %s: %w", beside, err)
		}
		delete(there, beside)
	}
	return nil
}

const partSuffix = ".part"

// isTemporary tells the names under which senders write files that are not complete yet.
func isTemporary(name string) bool {
	if strings.HasPrefix(name, ".") {
		return true
	}
	lower := strings.ToLower(name)
	return strings.HasSuffix(lower, ".tmp") || strings.HasSuffix(lower, partSuffix) || strings.HasSuffix(lower, ".filepart")
}
