package profiled

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// wordsOf are the Russian words that the files of a profile hold: labels, prefixes, texts for empty cells.
func wordsOf(p *profiles.Profile) []string {
	words := slices.Clone(p.Empty)
	for _, line := range p.Lines {
		words = append(words, line.Prefix)
		for _, c := range line.Columns {
			words = append(words, c.Label)
		}
	}
	return slices.DeleteFunc(words, func(w string) bool {
		return !strings.ContainsFunc(w, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
	})
}

// reencode corrects the encoding of a text that has hardly any Russian but the words of its profile: НЕТ in
// KOI8-R reads as letters in windows-1251 as well.
func (l *layout) reencode(in importers.Input, s *importers.Sample) error {
	if s.Kind != importers.KindText || s.Encoding.Charmap() == nil || len(l.words) == 0 {
		return nil
	}
	const look = 64 << 10
	head := make([]byte, min(look, in.Size))
	n, err := in.Content.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the beginning of %s: %w", in.Name, err)
	}
	head = head[:n]
	if l.said(head, s.Encoding) > 0 {
		return nil
	}
	best := 0
	for _, enc := range []importers.Encoding{importers.Windows1251, importers.CP866, importers.KOI8R} {
		if found := l.said(head, enc); found > best {
			best, s.Encoding = found, enc
		}
	}
	return nil
}

// said counts the words of the profile in a text of that encoding.
func (l *layout) said(text []byte, enc importers.Encoding) int {
	found := 0
	for _, word := range l.words {
		if raw, err := enc.Charmap().NewEncoder().Bytes([]byte(word)); err == nil {
			found += bytes.Count(text, raw)
		}
	}
	return found
}

// wrongEncoding refuses a text that the partner cannot have written so.
func (l *layout) wrongEncoding(s *importers.Sample) *importers.FileError {
	if s.Kind != importers.KindText || len(l.profile.Encodings) == 0 {
		return nil
	}
	wanted := make([]string, len(l.profile.Encodings))
	for i, name := range l.profile.Encodings {
		if wanted := importers.Encoding(name); wanted == s.Encoding || wanted == importers.UTF8 && s.Encoding == importers.UTF8BOM {
			return nil // whoever takes UTF-8 takes it with the mark that Excel puts before it
		}
		wanted[i] = importers.Encoding(name).Russian()
	}
	return importers.Refuse("wrong_encoding", "файл в кодировке %s, а по профилю «%s» ожидается %s; пришлите файл в этой кодировке",
		s.Encoding.Russian(), l.profile.Name, strings.Join(slices.Compact(wanted), " или "))
}
