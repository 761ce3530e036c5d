package housing

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// SourceKind says by which way a fact arrived.
type SourceKind string

// The ways a fact arrives.
const (
	SourceFile   SourceKind = "file"   // Name is the file, Position the row (1-based)
	SourceStream SourceKind = "stream" // Name is the topic, Position the offset
	SourceManual SourceKind = "manual" // Name is the operator, Position a journal number
)

// Source is where a fact came from: row 417 of a file, or topic, partition and offset. Every fact
// carries one, so that a line of a receipt leads back to what was received. The zero value means
// "not known", which only made-up snapshots have.
type Source struct {
	Kind      SourceKind
	Name      string
	Partition int32
	Position  int64
}

// ErrNotSource says that a text is no source as Source.String writes it.
var ErrNotSource = errors.New("not a source")

// String writes "file:tariffs.xlsx#12", "stream:readings/3@1055", "manual:ivanova#7", or "".
func (s Source) String() string {
	switch s.Kind {
	case SourceStream:
		return fmt.Sprintf("stream:%s/%d@%d", s.Name, s.Partition, s.Position)
	case SourceFile, SourceManual:
		return fmt.Sprintf("%s:%s#%d", s.Kind, s.Name, s.Position)
	}
	return ""
}

// Russian writes the source for an accountant: «файл tariffs.xlsx, строка 12».
func (s Source) Russian() string {
	switch s.Kind {
	case SourceFile:
		return fmt.Sprintf("файл %s, строка %d", s.Name, s.Position)
	case SourceStream:
		return fmt.Sprintf("поток %s, раздел %d, смещение %d", s.Name, s.Partition, s.Position)
	case SourceManual:
		return fmt.Sprintf("введено вручную: %s, запись %d", s.Name, s.Position)
	}
	return "источник не указан"
}

// AppendText writes the source as String does.
func (s Source) AppendText(b []byte) ([]byte, error) {
	switch s.Kind {
	case SourceStream:
		b = append(append(append(b, "stream:"...), s.Name...), '/')
		b = append(strconv.AppendInt(b, int64(s.Partition), 10), '@')
		return strconv.AppendInt(b, s.Position, 10), nil
	case SourceFile, SourceManual:
		b = append(append(append(b, s.Kind...), ':'), s.Name...)
		return strconv.AppendInt(append(b, '#'), s.Position, 10), nil
	}
	return b, nil
}

// MarshalText writes the source as String does.
func (s Source) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what String writes.
func (s *Source) UnmarshalText(b []byte) error {
	text := string(b)
	if text == "" {
		*s = Source{}
		return nil
	}
	kind, rest, _ := strings.Cut(text, ":")
	v := Source{Kind: SourceKind(kind)}
	mark := "#"
	if v.Kind == SourceStream {
		mark = "@"
	}
	cut := strings.LastIndex(rest, mark)
	if cut < 0 || (v.Kind != SourceFile && v.Kind != SourceStream && v.Kind != SourceManual) {
		return fmt.Errorf("%q: %w", text, ErrNotSource)
	}
	position, err := strconv.ParseInt(rest[cut+1:], 10, 64)
	if err != nil {
		return fmt.Errorf("%q: %w", text, ErrNotSource)
	}
	v.Name, v.Position = rest[:cut], position
	if v.Kind == SourceStream {
		slash := strings.LastIndex(v.Name, "/")
		if slash < 0 {
			return fmt.Errorf("%q: %w", text, ErrNotSource)
		}
		partition, err := strconv.ParseInt(v.Name[slash+1:], 10, 32)
		if err != nil {
			return fmt.Errorf("%q: %w", text, ErrNotSource)
		}
		v.Name, v.Partition = v.Name[:slash], int32(partition)
	}
	*s = v
	return nil
}
