package pipeline

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// SourceFile is a file that something came by: where its bytes are, and each time that it arrived.
type SourceFile struct {
	Name     string          `json:"name"`
	SHA256   string          `json:"sha256"`
	Archive  string          `json:"archive"`
	Status   string          `json:"status"` // in Russian
	Format   string          `json:"format,omitzero"`
	Profile  string          `json:"profile,omitzero"` // digest of the profile by which it was read
	Arrivals []store.Arrival `json:"arrivals"`
	Unsure   bool            `json:"unsure,omitzero"` // several files had the name, and it is not known which one brought the rows
}

// rowsOf are the positions asked for, by the name of a file.
type rowsOf map[string]map[int64]bool

func (r rowsOf) note(s housing.Source) {
	if s.Kind != housing.SourceFile || s.Name == "" {
		return
	}
	if r[s.Name] == nil {
		r[s.Name] = map[int64]bool{}
	}
	r[s.Name][s.Position] = true
}

// noteText notes a source as it is written.
func (r rowsOf) noteText(text string) {
	var s housing.Source
	if s.UnmarshalText([]byte(text)) == nil {
		r.note(s)
	}
}

// sourceFiles names the files by which rows came. Senders use a name again and again: of several files those count which brought a
// fact at one of the rows; where that is none any more, all are told.
func (p *Pipeline) sourceFiles(ctx context.Context, rows rowsOf) (list []SourceFile, err error) {
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		files, err := p.Store.FilesNamed(ctx, p.Organisation.ID, name)
		if err != nil {
			return nil, err
		}
		unsure := false
		if len(files) > 1 {
			if files, unsure, err = p.thoseWith(ctx, files, slices.Sorted(maps.Keys(rows[name]))); err != nil {
				return nil, err
			}
		}
		some, err := p.withArrivals(ctx, files)
		if err != nil {
			return nil, err
		}
		for i := range some {
			some[i].Name, some[i].Unsure = name, unsure
		}
		list = append(list, some...)
	}
	return list, nil
}

func (p *Pipeline) thoseWith(ctx context.Context, files []housing.ReceivedFile, positions []int64) ([]housing.ReceivedFile, bool, error) {
	tables, err := p.Store.FactTables(ctx)
	if err != nil {
		return nil, false, err
	}
	ids := make([]int64, len(files))
	for i := range files {
		ids[i] = files[i].ID
	}
	with, err := p.Store.FilesWithRows(ctx, tables, ids, positions)
	if err != nil || len(with) == 0 {
		return files, true, err
	}
	return slices.DeleteFunc(files, func(f housing.ReceivedFile) bool { return !with[f.ID] }), false, nil
}

// withArrivals tells of files where they are kept and how they came.
func (p *Pipeline) withArrivals(ctx context.Context, files []housing.ReceivedFile) ([]SourceFile, error) {
	ids := make([]int64, len(files))
	for i := range files {
		ids[i] = files[i].ID
	}
	arrivals, err := p.Store.Arrivals(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]SourceFile, len(files))
	for i, f := range files {
		list[i] = SourceFile{Name: f.Name, SHA256: f.SHA256, Archive: f.Archive, Status: f.Status.Russian(), Format: f.Format, Profile: f.Profile, Arrivals: arrivals[f.ID]}
	}
	return list, nil
}

// only keeps the files whose digest begins so.
func only(files []housing.ReceivedFile, digest string) []housing.ReceivedFile {
	return slices.DeleteFunc(files, func(f housing.ReceivedFile) bool { return !strings.HasPrefix(f.SHA256, strings.ToLower(digest)) })
}
