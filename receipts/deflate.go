package receipts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/klauspost/compress/zlib"
)

// deflater compresses the plain streams of a file that gopdf has written. gopdf itself makes a new
// compressor of 800 kB for every page and feeds it letter by letter: that took half of the time of a
// print file. It also leaves the tables from glyphs to characters uncompressed.
type deflater struct {
	idle chan *zlib.Writer // not a sync.Pool, which every collection would empty
}

func newDeflater() deflater {
	const mostIdle = 16
	return deflater{idle: make(chan *zlib.Writer, mostIdle)}
}

func (d deflater) take() (*zlib.Writer, error) {
	select {
	case z := <-d.idle:
		return z, nil
	default:
	}
	z, err := zlib.NewWriterLevel(io.Discard, deflateLevel)
	if err != nil {
		return nil, fmt.Errorf("make compressor: %w", err)
	}
	return z, nil
}

func (d deflater) giveBack(z *zlib.Writer) {
	select {
	case d.idle <- z:
	default:
	}
}

var errNotOurs = errors.New("file is not as gopdf writes it")

// deflateLevel is where pages stop to shrink noticeably.
const deflateLevel = 3

// rewrite writes the file to w with its plain streams compressed. The file must be gopdf's: objects
// in order of their numbers, then one table of offsets.
func (d deflater) rewrite(w *bytes.Buffer, file []byte) error {
	objects, tail, err := split(file)
	if err != nil {
		return err
	}
	z, err := d.take()
	if err != nil {
		return err
	}
	defer d.giveBack(z)
	w.Write(file[:objects[0]])
	offsets := make([]int, 0, len(objects)-1)
	var packed bytes.Buffer
	for i := range len(objects) - 1 {
		offsets = append(offsets, w.Len())
		object := file[objects[i]:objects[i+1]]
		stream, ok := plainStream(object)
		if !ok {
			w.Write(object)
			continue
		}
		packed.Reset()
		z.Reset(&packed)
		if _, err := z.Write(stream); err != nil {
			return fmt.Errorf("compress object %d: %w", i+1, err)
		}
		if err := z.Close(); err != nil {
			return fmt.Errorf("compress object %d: %w", i+1, err)
		}
		fmt.Fprintf(w, "%d 0 obj\n<</Filter/FlateDecode/Length %d>>\nstream\n", i+1, packed.Len())
		w.Write(packed.Bytes())
		w.WriteString("\nendstream\nendobj\n\n")
	}
	start := w.Len()
	fmt.Fprintf(w, "xref\n0 %d\n0000000000 65535 f \n", len(objects))
	for _, offset := range offsets {
		fmt.Fprintf(w, "%010d 00000 n \n", offset)
	}
	w.Write(tail)
	fmt.Fprintf(w, "startxref\n%d\n%%%%EOF\n", start)
	return nil
}

// split returns where each object begins, with the end of the last one, and the trailer.
func split(file []byte) (objects []int, trailer []byte, err error) {
	last := bytes.LastIndex(file, []byte("startxref\n"))
	if last < 0 {
		return nil, nil, errNotOurs
	}
	number, _, _ := bytes.Cut(file[last+len("startxref\n"):], []byte("\n"))
	start, err := strconv.Atoi(string(number))
	if err != nil || start <= 0 || start >= last {
		return nil, nil, errNotOurs
	}
	table, trailer, found := bytes.Cut(file[start:last], []byte("trailer\n"))
	if !found {
		return nil, nil, errNotOurs
	}
	const head, entry = 3, 10 // "xref", "0 n" and the free entry; digits of an offset
	lines := bytes.Split(bytes.TrimSuffix(table, []byte("\n")), []byte("\n"))
	if len(lines) <= head {
		return nil, nil, errNotOurs
	}
	for _, line := range lines[head:] {
		if len(line) < entry {
			return nil, nil, errNotOurs
		}
		offset, err := strconv.Atoi(string(line[:entry]))
		if err != nil || offset > start {
			return nil, nil, errNotOurs
		}
		objects = append(objects, offset)
	}
	return append(objects, start), append([]byte("trailer\n"), trailer...), nil
}

// plainStream returns the stream of an object that has nothing but a length.
func plainStream(object []byte) ([]byte, bool) {
	_, rest, _ := bytes.Cut(object, []byte("\n"))
	rest, ok := bytes.CutPrefix(rest, []byte("<<\n/Length "))
	if !ok {
		return nil, false
	}
	number, rest, _ := bytes.Cut(rest, []byte("\n"))
	length, err := strconv.Atoi(string(number))
	rest, ok = bytes.CutPrefix(rest, []byte(">>\nstream\n"))
	if err != nil || !ok || length < 0 || length > len(rest) {
		return nil, false
	}
	return rest[:length], true
}
