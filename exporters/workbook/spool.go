package workbook

import (
	"archive/zip"
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/klauspost/compress/flate"
)

// spool is the ZIP archive of a workbook. excelize hands over the sheets in the order of a map and
// collects the archive in memory; spool compresses every part into a temporary file first and
// writes the archive in the order of names, straight to its destination. So bytes are the same
// every time, and memory does not grow with the sheets.
type spool struct {
	dest  io.Writer
	temp  *os.File
	out   *bufio.Writer
	size  int64
	parts []*part
	level *flate.Writer
}

type part struct {
	header zip.FileHeader
	at     int64
}

// entry is the part being compressed; its length and checksum grow as it is written.
type entry struct {
	spool *spool
	part  *part
}

// contentTypes comes first in the archive, as Excel itself writes it.
const contentTypes = "[Content_Types].xml"

var errUnsupported = errors.New("a workbook's archive takes no file system")

func newSpool(dest io.Writer, folder string) (*spool, error) {
	temp, err := os.CreateTemp(folder, "kvitok-workbook-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	s := &spool{dest: dest, temp: temp}
	s.out = bufio.NewWriterSize(counter{s}, 1<<18)
	level, err := flate.NewWriter(s.out, flate.BestSpeed+1)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start compression: %w", err), s.remove())
	}
	s.level = level
	return s, nil
}

// counter counts what reaches the temporary file.
type counter struct{ s *spool }

// Write writes to the temporary file.
func (c counter) Write(p []byte) (int, error) {
	n, err := c.s.temp.Write(p)
	c.s.size += int64(n)
	return n, err //nolint:wrapcheck // wrapped where the workbook is written
}

// Create starts the next part; the one before is finished by it.
func (s *spool) Create(name string) (io.Writer, error) {
	if err := s.finish(); err != nil {
		return nil, err
	}
	p := &part{at: s.size, header: zip.FileHeader{Name: name, Method: zip.Deflate}}
	s.parts = append(s.parts, p)
	s.level.Reset(s.out)
	return &entry{s, p}, nil
}

// AddFS is not used by excelize for our workbooks.
func (s *spool) AddFS(fs.FS) error { return errUnsupported }

// Close writes the archive to its destination.
func (s *spool) Close() error {
	if err := s.finish(); err != nil {
		return err
	}
	slices.SortFunc(s.parts, func(a, b *part) int {
		if first := cmp.Compare(rank(a), rank(b)); first != 0 {
			return first
		}
		return cmp.Compare(a.header.Name, b.header.Name)
	})
	archive := zip.NewWriter(s.dest)
	for _, p := range s.parts {
		w, err := archive.CreateRaw(&p.header)
		if err != nil {
			return fmt.Errorf("write %s: %w", p.header.Name, err)
		}
		length := int64(p.header.CompressedSize64) //nolint:gosec // a length of a file
		if _, err := io.Copy(w, io.NewSectionReader(s.temp, p.at, length)); err != nil {
			return fmt.Errorf("write %s: %w", p.header.Name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("finish the archive: %w", err)
	}
	return nil
}

// Write compresses a piece of the part.
func (e *entry) Write(p []byte) (int, error) {
	n, err := e.spool.level.Write(p)
	e.part.header.CRC32 = crc32.Update(e.part.header.CRC32, crc32.IEEETable, p[:n])
	e.part.header.UncompressedSize64 += uint64(n) //nolint:gosec // a length is not negative
	return n, err                                 //nolint:wrapcheck // wrapped where the workbook is written
}

func (s *spool) finish() error {
	if len(s.parts) == 0 {
		return nil
	}
	last := s.parts[len(s.parts)-1]
	if last.header.CompressedSize64 > 0 {
		return nil
	}
	if err := errors.Join(s.level.Close(), s.out.Flush()); err != nil {
		return fmt.Errorf("compress %s: %w", last.header.Name, err)
	}
	last.header.CompressedSize64 = uint64(s.size - last.at) //nolint:gosec // not negative
	return nil
}

func (s *spool) remove() error {
	if err := errors.Join(s.temp.Close(), os.Remove(s.temp.Name())); err != nil {
		return fmt.Errorf("remove the temporary file: %w", err)
	}
	return nil
}

func rank(p *part) int {
	if p.header.Name == contentTypes {
		return 0
	}
	return 1
}
