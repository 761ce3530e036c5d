package pdf

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
)

// deflater keeps compressors, which are large, from file to file.
type deflater struct {
	idle  chan *zlib.Writer // not a sync.Pool, which every collection would empty
	level int
}

func newDeflater(level int) deflater {
	const mostIdle = 16
	return deflater{idle: make(chan *zlib.Writer, mostIdle), level: level}
}

func (d deflater) take() (*zlib.Writer, error) {
	select {
	case z := <-d.idle:
		return z, nil
	default:
	}
	z, err := zlib.NewWriterLevel(io.Discard, d.level)
	if err != nil {
		return nil, fmt.Errorf("make a compressor: %w", err)
	}
	return z, nil
}

// pack appends the compressed parts to packed.
func (d deflater) pack(packed *bytes.Buffer, parts ...[]byte) error {
	z, err := d.take()
	if err != nil {
		return err
	}
	z.Reset(packed)
	for _, part := range parts {
		if _, err := z.Write(part); err != nil {
			return fmt.Errorf("compress: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	select {
	case d.idle <- z:
	default:
	}
	return nil
}
