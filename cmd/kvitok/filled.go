package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// applied is what applying a filled workbook came to.
type applied interface {
	// told is the first line of the result.
	told() string
	// open reports whether something still waits for a person.
	open() bool
	// problems are those of rows, where the result keeps them.
	problems() *[]housing.Problem
}

// applyFilled reads a workbook that a person filled in, applies it, and tells what came of it: the same for
// residents, held accounts and payments.
func applyFilled[A any](ctx context.Context, e *environment, path string, read func(importers.Input) ([]A, []housing.Problem, error),
	apply func(context.Context, []A) (applied, error),
) (err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("read the filled workbook: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("read the filled workbook: %w", err)
	}
	list, unread, err := read(importers.Input{Name: filepath.Base(path), Size: info.Size(), Content: file})
	if err != nil {
		return fmt.Errorf("read the filled workbook: %w", err)
	}
	result, err := apply(ctx, list)
	problems := result.problems()
	*problems = append(unread, *problems...)
	if perr := e.print(result, func(w io.Writer) {
		say(w, "applied: %s", result.told())
		for _, p := range *problems {
			say(w, "  %s", placed(p))
		}
	}); perr != nil {
		return perr
	}
	if err != nil {
		return err
	}
	if len(*problems) > 0 || result.open() {
		return errAttention
	}
	return nil
}
