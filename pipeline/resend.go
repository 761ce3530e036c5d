package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// Again says what of the past is to be done once more, who wants it and why: it goes into the journal.
type Again struct {
	store.ExchangeWindow
	Who, Why string
}

// Validate reports everything that is missing.
func (a Again) Validate() error {
	var errs []error
	if !a.Since.Before(a.Until) {
		errs = append(errs, errors.New("the window is empty"))
	}
	if a.Who == "" || a.Why == "" {
		errs = append(errs, errors.New("who does it and why must be said: it goes into the journal"))
	}
	return errors.Join(errs...)
}

// ResendResult is what was queued once more.
type ResendResult struct {
	Queued  int      `json:"queued"`
	Missing []string `json:"missing,omitempty"` // files whose bytes are gone or are no longer the same
}

// Resend queues what was delivered in a window once more: the very bytes, under the same names. A partner who still has a file
// keeps the one he has. A file whose bytes are no longer at hand is named and not sent.
func (p *Pipeline) Resend(ctx context.Context, a Again) (result ResendResult, err error) {
	if err := a.Validate(); err != nil {
		return result, fmt.Errorf("send again: %w", err)
	}
	if err := p.knows(a.Partner); err != nil {
		return result, fmt.Errorf("send again: %w", err)
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		files, err := tx.DeliveredIn(ctx, a.ExchangeWindow)
		if err != nil {
			return err
		}
		for _, file := range files {
			from, err := p.bytesOf(file)
			if err != nil {
				return err
			}
			if from == "" {
				result.Missing = append(result.Missing, file.Name)
				continue
			}
			if err := tx.Requeue(ctx, file.ID, from); err != nil {
				return err
			}
			result.Queued++
		}
		return tx.NoteExchange(ctx, a.entry("resend", p.Now(), result.Queued))
	})
	if err != nil {
		return ResendResult{}, fmt.Errorf("send again: %w", err)
	}
	p.Log.LogAttrs(ctx, slog.LevelInfo, "queued once more", slog.String("partner", a.Partner), slog.Int("files", result.Queued),
		slog.Int("missing", len(result.Missing)))
	return result, nil
}

// knows refuses the name of a partner that nobody has: a window of his would be empty, and look as if nothing had gone out.
func (p *Pipeline) knows(partner string) error {
	names := make([]string, len(p.Partners))
	for i := range p.Partners {
		names[i] = p.Partners[i].Name
	}
	if partner != "" && !slices.Contains(names, partner) {
		return fmt.Errorf("partner %q is not in the configuration, which has: %s", partner, strings.Join(names, ", "))
	}
	return nil
}

func (a Again) entry(action string, now time.Time, files int) store.ExchangeEntry {
	return store.ExchangeEntry{ExchangeWindow: a.ExchangeWindow, At: now, Action: action, Who: a.Who, Why: a.Why, Files: files}
}

// bytesOf finds the delivered bytes of a file: in the archive, or where they were made if nothing was written there since; "" where
// they are gone.
func (p *Pipeline) bytesOf(file store.Delivered) (string, error) {
	for _, candidate := range []string{file.Archived, file.Staged} {
		if candidate == "" {
			continue
		}
		sum, err := hashFile(p.path(candidate))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		if sum == file.SHA256 {
			return candidate, nil
		}
	}
	return "", nil
}

// keepDelivered puts a delivered file into the archive, by partner and day like what arrives, and returns its place there. A link
// where the file system can: nobody writes into a staged file, a new one takes its name.
func (p *Pipeline) keepDelivered(out store.Outgoing) (string, error) {
	place := filepath.Join("archive", out.Destination, p.Now().UTC().Format(time.DateOnly), "out", out.SHA256[:12]+"-"+clipName(out.Name))
	if out.Staged == place {
		return place, nil
	}
	target, source := p.path(place), p.path(out.Staged)
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return "", fmt.Errorf("make the archive: %w", err)
	}
	err := os.Link(source, target)
	if err != nil && !errors.Is(err, os.ErrExist) {
		_, err = p.stage(place, func(w io.Writer) (err error) {
			file, err := os.Open(source) //nolint:gosec // a file of the data folder
			if err != nil {
				return fmt.Errorf("open %s: %w", out.Staged, err)
			}
			defer func() { err = errors.Join(err, file.Close()) }()
			_, err = io.Copy(w, file)
			return err //nolint:wrapcheck // wrapped below
		})
		if err != nil {
			return "", fmt.Errorf("keep %s in the archive: %w", out.Name, err)
		}
	}
	return place, syncDir(filepath.Dir(target))
}

// openedAgain are the covers of a window that are opened once more, as they lie in the archive: more of them may be opened now.
func openedAgain(files []housing.ReceivedFile, a Again) []string {
	var covers []string
	for _, file := range files {
		if isEnvelope(file.Format) && file.Status != housing.FileAccepted && file.Received.Before(a.Until) && (a.Partner == "" || a.Partner == file.Partner) {
			covers = append(covers, file.Archive)
		}
	}
	return covers
}

// insideOf reports whether a file of the archive came in one of the covers.
func insideOf(covers []string, archive string) bool {
	return slices.ContainsFunc(covers, func(cover string) bool {
		return strings.HasPrefix(archive, cover+insideSuffix+string(filepath.Separator))
	})
}

// RetakeResult is what came of files taken from the archive once more.
type RetakeResult struct {
	Files   []FileResult `json:"files"`
	Missing []string     `json:"missing,omitempty"` // files whose archived bytes are gone or are no longer the same
}

// Retake takes the files received in a window from the archive once more. Their rows stand as they ended; those that were rejected are
// tried again, since what they refer to may have come meanwhile. So are files that were refused, after a repair of their format.
func (p *Pipeline) Retake(ctx context.Context, a Again, period housing.Period) (result RetakeResult, err error) {
	if err := a.Validate(); err != nil {
		return result, fmt.Errorf("replay: %w", err)
	}
	files, err := p.Store.FilesSince(ctx, p.Organisation.ID, a.Since)
	if err != nil {
		return result, fmt.Errorf("replay: %w", err)
	}
	if !slices.ContainsFunc(files, func(f housing.ReceivedFile) bool { return f.Partner == a.Partner }) {
		if err := p.knows(a.Partner); err != nil {
			return result, fmt.Errorf("replay: %w", err)
		}
	}
	var taken []fetchedFile
	covers := openedAgain(files, a)
	for _, file := range files {
		if !file.Received.Before(a.Until) || a.Partner != "" && a.Partner != file.Partner {
			continue
		}
		if isEnvelope(file.Format) && file.Status == housing.FileAccepted || insideOf(covers, file.Archive) {
			continue // what was in it is taken once more by itself, or it comes with its cover
		}
		sum, err := hashFile(p.path(file.Archive))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return result, fmt.Errorf("replay: %w", err)
		}
		if sum != file.SHA256 {
			result.Missing = append(result.Missing, file.Name)
			continue
		}
		taken = append(taken, fetchedFile{trusted: file.Format != formatPGP, archived: archived{
			Name: file.Name, Partner: file.Partner, SHA256: file.SHA256, Size: file.Size, Path: file.Archive, Received: p.Now().UTC(),
			Origin: "archive " + file.Archive,
		}})
	}
	if err := p.Store.NoteExchange(ctx, a.entry("replay", p.Now(), len(taken))); err != nil {
		return result, fmt.Errorf("replay: %w", err)
	}
	result.Files, err = p.ingestAll(ctx, taken, period, func(fetchedFile) error { return nil })
	return result, err
}
