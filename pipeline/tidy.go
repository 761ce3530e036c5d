package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// Tidying says how the archive is to be tidied.
type Tidying struct {
	Delete   bool // false: only tells what would go
	Who, Why string
}

// TidyResult is what was, or would be, deleted of the archive.
type TidyResult struct {
	Partners []TidiedPartner `json:"partners"`
	Deleted  bool            `json:"deleted"` // false: nothing was, this is what would be
}

// TidiedPartner is the archive of one partner.
type TidiedPartner struct {
	Name     string       `json:"name"`
	KeepDays int          `json:"keep_days"`
	Before   housing.Date `json:"before"` // days before it are old
	Files    int          `json:"files"`
	Bytes    int64        `json:"bytes"`
	Kept     []string     `json:"kept,omitempty"` // old, but not processed or not delivered: relative to the data folder
}

// Tidy deletes what is older than its partner's days from the archive. A received file goes only when each of its rows was accepted, a copy
// of a delivered one only when it was delivered and does not wait to be sent again. All else is kept and named. Partners without days
// keep everything.
func (p *Pipeline) Tidy(ctx context.Context, t Tidying) (TidyResult, error) {
	result := TidyResult{Deleted: t.Delete}
	if t.Delete && (t.Who == "" || t.Why == "") {
		return result, errors.New("tidy: who does it and why must be said: it goes into the journal")
	}
	for _, partner := range p.Partners {
		if partner.KeepDays <= 0 {
			continue
		}
		one := TidiedPartner{Name: partner.Name, KeepDays: partner.KeepDays, Before: housing.DateOf(p.Now().UTC()).AddDays(-partner.KeepDays)}
		paths, err := p.outlived(ctx, &one)
		if err != nil {
			return result, fmt.Errorf("tidy the archive of %s: %w", partner.Name, err)
		}
		if t.Delete && len(paths) > 0 {
			if err := p.deleteArchived(ctx, t, one, paths); err != nil {
				return result, fmt.Errorf("tidy the archive of %s: %w", partner.Name, err)
			}
		}
		result.Partners = append(result.Partners, one)
	}
	return result, nil
}

// outlived finds the files of a partner that may go.
func (p *Pipeline) outlived(ctx context.Context, one *TidiedPartner) ([]string, error) {
	root := filepath.Join("archive", one.Name)
	days, err := os.ReadDir(p.path(root))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err //nolint:wrapcheck // Tidy wraps
	}
	var paths []string
	for _, day := range days {
		date, err := housing.ParseDate(day.Name())
		if err != nil || !day.IsDir() || !date.Before(one.Before) {
			continue // a folder that is not ours, or young enough
		}
		for _, out := range []bool{false, true} {
			found, err := p.outlivedOf(ctx, filepath.Join(root, day.Name()), out, one)
			if err != nil {
				return nil, err
			}
			paths = append(paths, found...)
		}
	}
	return paths, nil
}

// outlivedOf looks at one folder: of received files, or of copies of delivered ones.
func (p *Pipeline) outlivedOf(ctx context.Context, dir string, out bool, one *TidiedPartner) ([]string, error) {
	if out {
		dir = filepath.Join(dir, "out")
	}
	entries, err := os.ReadDir(p.path(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err //nolint:wrapcheck // Tidy wraps
	}
	var paths []string
	for _, entry := range entries {
		if entry.IsDir() && !out && strings.HasSuffix(entry.Name(), insideSuffix) {
			inside, err := p.outlivedOf(ctx, filepath.Join(dir, entry.Name()), false, one)
			if err != nil {
				return nil, err
			}
			paths = append(paths, inside...)
		}
		if !entry.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		free, err := p.outlivedFile(ctx, path, out)
		if err != nil {
			return nil, err
		}
		if !free {
			one.Kept = append(one.Kept, path)
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return nil, err //nolint:wrapcheck // Tidy wraps
		}
		paths = append(paths, path)
		one.Files++
		one.Bytes += info.Size()
	}
	return paths, nil
}

// outlivedFile asks about one file. A received one is asked about by its bytes: its name is no proof.
func (p *Pipeline) outlivedFile(ctx context.Context, path string, out bool) (bool, error) {
	if out {
		return p.Store.DeliveredFrom(ctx, path)
	}
	sum, err := hashFile(p.path(path))
	if err != nil {
		return false, err
	}
	return p.Store.Processed(ctx, sum)
}

// deleteArchived writes the journal first: what is gone was always announced.
func (p *Pipeline) deleteArchived(ctx context.Context, t Tidying, one TidiedPartner, paths []string) error {
	err := p.Store.NoteExchange(ctx, store.ExchangeEntry{
		ExchangeWindow: store.ExchangeWindow{Partner: one.Name, Until: one.Before.Time()}, At: p.Now(), Action: "tidy", Who: t.Who, Why: t.Why,
		Files: len(paths),
	})
	if err != nil {
		return err
	}
	folders := map[string]bool{}
	for _, path := range paths {
		if err := os.Remove(p.path(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err //nolint:wrapcheck // Tidy wraps
		}
		folders[filepath.Dir(path)] = true
	}
	for folder := range folders {
		for dir := folder; filepath.Dir(dir) != "archive"; dir = filepath.Dir(dir) {
			if os.Remove(p.path(dir)) != nil {
				break // not empty
			}
		}
	}
	p.Log.LogAttrs(ctx, slog.LevelInfo, "archive tidied", slog.String("partner", one.Name), slog.Int("files", len(paths)),
		slog.Int("kept", len(one.Kept)), slog.String("before", one.Before.Time().Format(time.DateOnly)))
	return nil
}
