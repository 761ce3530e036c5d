package remote

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // partners publish MD5; it guards against cuts, not against forgery
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
)

// newSum returns the hash that an ending of a checksum file speaks of, nil where it is not known.
func newSum(ending string) hash.Hash {
	switch strings.ToLower(ending) {
	case ".sha256", ".sha256sum":
		return sha256.New()
	case ".md5", ".md5sum":
		return md5.New() //nolint:gosec // see the import
	}
	return nil
}

// promise is a checksum that the sender gave beside his file.
type promise struct {
	file string // "" where there is none
	sum  hash.Hash
	want []byte
}

const maxChecksumFile = 4096

// promised reads the checksum file of an entry, where the inbox works with them.
func (p *Place) promised(ctx context.Context, name string) (promise, error) {
	if len(p.arrival.Checksums) == 0 {
		return promise{sum: sha256.New()}, nil
	}
	there, err := p.namesThere(ctx)
	if err != nil {
		return promise{}, err
	}
	file := companion(name, p.arrival.Checksums, there)
	if file == "" {
		return promise{}, fmt.Errorf("%w: its checksum file is gone", ErrChanged)
	}
	r, err := p.source.Open(ctx, file)
	if err != nil {
		return promise{}, fmt.Errorf("open %s: %w", file, err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxChecksumFile+1))
	closeErr := r.Close()
	switch {
	case err != nil:
		return promise{}, fmt.Errorf("read %s: %w", file, err)
	case len(text) > maxChecksumFile:
		return promise{}, fmt.Errorf("%s is no checksum file: longer than %d bytes", file, maxChecksumFile)
	case closeErr != nil:
		return promise{}, fmt.Errorf("finish reading %s: %w", file, closeErr)
	}
	sum := newSum(file[strings.LastIndexByte(file, '.'):])
	want, err := parseSum(string(text), name, sum.Size())
	if err != nil {
		return promise{}, fmt.Errorf("read %s: %w", file, err)
	}
	return promise{file: file, sum: sum, want: want}, nil
}

// parseSum finds the sum in what sha256sum and its relatives write: "HEX", "HEX  name", many lines of the latter.
func parseSum(text, name string, size int) ([]byte, error) {
	var only []byte
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		sum, err := hex.DecodeString(fields[0])
		if err != nil || len(sum) != size {
			return nil, fmt.Errorf("%w: no checksum of %d hexadecimal digits in it", ErrChanged, size*2)
		}
		if len(fields) == 1 || strings.TrimPrefix(strings.Join(fields[1:], " "), "*") == name {
			return sum, nil
		}
		only = sum
	}
	if only == nil {
		return nil, fmt.Errorf("%w: it is empty", ErrChanged) // still being written
	}
	return nil, fmt.Errorf("it does not speak of %s", name)
}

// kept tells whether the bytes are those that were promised.
func (p promise) kept() error {
	if got := p.sum.Sum(nil); p.want != nil && !bytes.Equal(got, p.want) {
		return fmt.Errorf("the bytes do not agree with %s: they give %x", p.file, got)
	}
	return nil
}

func (p *Place) namesThere(ctx context.Context) (map[string]bool, error) {
	entries, err := p.source.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	there := make(map[string]bool, len(entries))
	for _, e := range entries {
		there[e.Name] = true
	}
	return there, nil
}
