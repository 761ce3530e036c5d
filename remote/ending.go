package remote

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// edges keeps the first and the last bytes of what passes: enough to tell whether a file has its end.
type edges struct {
	head, tail []byte
	size       int64
}

const (
	headBytes = 64
	tailBytes = 66 << 10 // a ZIP directory ends within 64 KiB and 22 bytes of the end
)

// Write never fails.
func (e *edges) Write(b []byte) (int, error) {
	if room := headBytes - len(e.head); room > 0 {
		e.head = append(e.head, b[:min(room, len(b))]...)
	}
	e.size += int64(len(b))
	e.tail = append(e.tail, b[max(0, len(b)-tailBytes):]...)
	if extra := len(e.tail) - tailBytes; extra > tailBytes { // copied once in a while, not every time
		e.tail = append(e.tail[:0], e.tail[extra:]...)
	}
	return len(b), nil
}

// unfinished says what a file lacks to be complete, "" where nothing is known to be missing.
func (e *edges) unfinished(name string, ends map[string]string) string {
	for mask, mark := range ends {
		if matchesAny(name, []string{mask}) && !e.lastLineHas(mark) {
			return fmt.Sprintf("its last line does not begin with %q", mark)
		}
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".zip", ".xlsx":
		if bytes.HasPrefix(e.head, []byte("PK\x03\x04")) && !bytes.Contains(e.tail, []byte("PK\x05\x06")) {
			return "the directory at the end of the archive is missing"
		}
	case ".dbf":
		return e.shortTable()
	}
	if bytes.Contains(e.head, []byte("1CClientBankExchange")) && !e.lastLineHas("КонецФайла") {
		return "the line КонецФайла is missing"
	}
	return ""
}

// shortTable compares a dBase file with what its header promises.
func (e *edges) shortTable() string {
	const headerBytes = 12
	if len(e.head) < headerBytes {
		return ""
	}
	rows := int64(binary.LittleEndian.Uint32(e.head[4:]))
	want := int64(binary.LittleEndian.Uint16(e.head[8:])) + rows*int64(binary.LittleEndian.Uint16(e.head[10:]))
	if e.size < want {
		return fmt.Sprintf("its header promises %d bytes, there are %d", want, e.size)
	}
	return ""
}

// lastLineHas looks at the last line that is not blank, in the encodings that partners write.
func (e *edges) lastLineHas(mark string) bool {
	text := bytes.TrimRight(e.tail, "\r\n\t \x1a")
	line := text[bytes.LastIndexByte(text, '\n')+1:]
	if bytes.HasPrefix(line, []byte(mark)) {
		return true
	}
	for _, encoding := range []*charmap.Charmap{charmap.Windows1251, charmap.CodePage866} {
		encoded, err := encoding.NewEncoder().String(mark)
		if err == nil && bytes.HasPrefix(line, []byte(encoded)) {
			return true
		}
	}
	return false
}

// wait reports whether an unfinished file may still become whole.
func (p *Place) wait(e Entry) bool {
	return !p.arrival.told() && !e.ModTime.IsZero() && p.now().Sub(e.ModTime) < p.arrival.patience() && e.ModTime.Sub(p.now()) < time.Hour
}
