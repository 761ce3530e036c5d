package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/town"
)

// benchFiles measures the import file by file: each of the town alone, then a registry of payments and a
// file of readings of so many rows. The plain limit beside each is its own parse, without a database.
func (e *environment) benchFiles(ctx context.Context, s *site, rows int, result *benchResult) error {
	result.meter = newCPUMeter(ctx, s.app.store)
	files := s.town.Files()
	if rows > 0 {
		payments, readings := s.town.Large(rows)
		files = append(files, payments, readings)
	}
	folder := filepath.Join(s.app.dir, "files")
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("make a folder for the files: %w", err)
	}
	for _, file := range files {
		if err := offerFile(folder, file); err != nil {
			return err
		}
		path := filepath.Join(folder, file.Name)
		parsed, err := e.measure(result.meter, "parse "+file.Name, "rows", func() (int, error) { return parse(ctx, path) })
		if err != nil {
			return err
		}
		stored, err := e.measure(result.meter, file.Name, "rows", func() (int, error) { return s.take(ctx, file, path) })
		if err != nil {
			return fmt.Errorf("import %s: %w", file.Name, err)
		}
		stored.Limit = plainLimit("import", "rows")
		result.Stages, result.Limits = append(result.Stages, stored), append(result.Limits, parsed)
		result.Seconds += stored.Seconds
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove %s: %w", path, err)
		}
	}
	return nil
}

func (s *site) take(ctx context.Context, file town.File, path string) (rows int, err error) {
	results, err := s.app.pipeline.ImportFiles(ctx, file.Partner, []string{path}, s.town.Period())
	for _, r := range results {
		rows += r.Counts.Rows
	}
	return rows, err
}

// parse recognises and decodes a file and counts its rows; a file that is refused half-way counts up to there.
func parse(ctx context.Context, path string) (rows int, err error) {
	content, err := os.Open(path) //nolint:gosec // a file of the bench
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", path, err)
	}
	defer func() { _ = content.Close() }() // only read
	info, err := content.Stat()
	if err != nil {
		return 0, fmt.Errorf("look at %s: %w", path, err)
	}
	in := importers.Input{Name: filepath.Base(path), Size: info.Size(), Content: content, Temp: filepath.Dir(path)}
	sample, err := importers.NewSample(in)
	if err != nil {
		return 0, fmt.Errorf("look into %s: %w", path, err)
	}
	format, err := catalogue.New().Recognise(sample)
	if err != nil {
		return 0, fmt.Errorf("recognise %s: %w", path, err)
	}
	_, err = format.Decode(ctx, in, func(r importers.Record) error {
		if r.Fact != nil || len(r.Problems) > 0 {
			rows++
		}
		return nil
	})
	if _, refused := errors.AsType[*importers.FileError](err); refused {
		return rows, nil
	}
	return rows, err
}
