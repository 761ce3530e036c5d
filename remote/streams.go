package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// SourceReader counts what was read and remembers that the source failed, to tell it from a failing place.
type SourceReader struct {
	R     io.Reader
	N     int64
	Begun bool // reading was tried
	Err   error
}

// Read reads from the source.
func (s *SourceReader) Read(b []byte) (int, error) {
	s.Begun = true
	n, err := s.R.Read(b)
	s.N += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.Err = err
	}
	return n, err //nolint:wrapcheck // a reader passes io.EOF through
}

// SinkWriter remembers that the receiving side failed, to tell it from a failing place.
type SinkWriter struct {
	W   io.Writer
	Err error
}

// Write writes to the receiving side.
func (s *SinkWriter) Write(b []byte) (int, error) {
	n, err := s.W.Write(b)
	if err != nil {
		s.Err = err
	}
	return n, err //nolint:wrapcheck // whoever copies finds it in Err
}

// CheckCall is how every call of a driver begins: under a context that has not ended, with names that stay in its directory. The place is
// named in the error: "FTP server ftp.bank.example:21".
func CheckCall(ctx context.Context, place string, names ...string) error {
	if ctx.Err() != nil {
		return fmt.Errorf("use %s: %w", place, context.Cause(ctx))
	}
	for _, name := range names {
		if err := CheckListed(name); err != nil {
			return fmt.Errorf("use %s: %w", place, err)
		}
	}
	return nil
}
