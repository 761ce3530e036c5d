package importers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/kvitok-gkh/kvitok/dbase"
)

// Sample is the beginning of a file, decoded as far as recognising needs: the kind by its first
// bytes, the encoding by its characters, the first lines or the first rows of each sheet.
type Sample struct {
	Name     string
	Kind     Kind
	Encoding Encoding
	Lines    []string              // first lines of a text file, UTF-8
	Tables   map[string][][]string // first rows of each sheet of a workbook
	Sheets   []string              // names of the sheets, in order
	Tail     []string              // last lines of a text file
	Columns  []string              // names of the columns of a table of dBase
	Root     string                // local name of the first element of an XML file, with its class: "message 80020"
	Marked   []string              // lines among the first that begin with "#" and not with "# "; Lines lacks them
	Answered string                // of an answer of ours that comes back: SHA-256 of the file it answers
}

const (
	sampleBytes = 64 << 10
	sampleLines = 40
	sampleRows  = 15
	sampleTail  = 5
)

// NewSample looks at a file. What no format could read is refused here, with a FileError that says
// why: an empty or too large file, an archive, an old workbook, a picture, a zip bomb.
func NewSample(in Input) (s *Sample, err error) {
	if in.Size == 0 {
		return nil, Refuse("empty_file", "файл пуст (0 байт)")
	}
	in, done, err := Unwrap(in)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	if limits := in.limits(); in.Size > max(limits.TextBytes, limits.WorkbookBytes) {
		return nil, tooLarge(in.Size, limits.TextBytes)
	}
	head, err := readAt(in, 0, sampleBytes)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return sampleWorkbook(in)
	}
	if dbase.IsTable(head) {
		return sampleDBF(in)
	}
	if looksXML(head) {
		if s, err := sampleXML(in, head); err != nil || strings.HasPrefix(s.Root, "message ") {
			return s, err
		}
	}
	if reason := refusedKind(head); reason != "" {
		return nil, Refuse("wrong_kind", "%s", reason)
	}
	return sampleText(in, head)
}

func sampleDBF(in Input) (*Sample, error) {
	table, enc, err := openDBF(in)
	if err != nil {
		return nil, err
	}
	return &Sample{
		Name: in.Name, Kind: KindDBF, Encoding: enc, Columns: names(table.Fields[:ownColumns(table.Fields)]),
	}, nil
}

func readAt(in Input, from int64, length int) ([]byte, error) {
	part := make([]byte, min(int64(length), in.Size-from))
	n, err := in.Content.ReadAt(part, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read sample at %d: %w", from, err)
	}
	return part[:n], nil
}

// refusedKind knows by their first bytes the kinds of files that people send by mistake.
func refusedKind(head []byte) string {
	const ask = "; сохраните таблицу как «Книга Excel (*.xlsx)» или CSV и пришлите снова"
	kinds := []struct{ magic, reason string }{
		{"\xd0\xcf\x11\xe0", "это книга Excel старого вида (.xls) или документ Office 97–2003" + ask},
		{"%PDF", "это документ PDF, таблицу из него прочитать нельзя" + ask},
		{"Rar!", "это архив RAR; пришлите сам файл без архива"},
		{"7z\xbc\xaf", "это архив 7-Zip; пришлите сам файл без архива"},
		{"\x1f\x8b", "это архив GZIP; пришлите сам файл без архива"},
		{"PK\x05\x06", "это пустой архив ZIP"},
		{"\x89PNG", "это изображение PNG, а не таблица"},
		{"\xff\xd8\xff", "это изображение JPEG, а не таблица"},
		{"{\\rtf", "это документ RTF" + ask},
		{"<?xml", "это файл XML; такой формат не принимается" + ask},
		{"<html", "это веб-страница, а не таблица" + ask},
		{"<!DOC", "это веб-страница, а не таблица" + ask},
		{"ST0001", "это содержимое платёжного QR-кода, а не файл с данными; платежи принимаются реестром банка"},
		{"{", "это сообщение JSON, а не таблица; показания телеметрии принимаются из потока, а не файлом"},
		{"\xff\xfe", "текст в кодировке UTF-16; сохраните его в Windows-1251 или UTF-8"},
		{"\xfe\xff", "текст в кодировке UTF-16; сохраните его в Windows-1251 или UTF-8"},
	}
	for _, k := range kinds {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return k.reason
		}
	}
	if n := bytes.Count(head, []byte{0}); n > 0 && n*20 > len(head) {
		return "это двоичный файл, а не таблица" + ask
	}
	return ""
}

func sampleText(in Input, head []byte) (*Sample, error) {
	if limit := in.limits().TextBytes; in.Size > limit {
		return nil, tooLarge(in.Size, limit)
	}
	tail, err := readAt(in, max(0, in.Size-sampleBytes), sampleBytes)
	if err != nil {
		return nil, err
	}
	look := head
	if int64(len(head)) < in.Size {
		look = append(bytes.Clone(head), cutFirstLine(tail)...)
	}
	enc, ok := DetectEncoding(look)
	if !ok {
		return nil, Refuse("bad_encoding",
			"кодировка текста не распознана; сохраните файл в Windows-1251 или UTF-8 и пришлите снова")
	}
	s := &Sample{Name: in.Name, Kind: KindText, Encoding: enc}
	// Only whole lines are shown to a format; a first line longer than the sample is no table.
	whole := head
	if int64(len(head)) < in.Size {
		whole = head[:bytes.LastIndexByte(head, '\n')+1]
	}
	if s.Lines, err = sampleOf(in, whole, enc); err != nil {
		return nil, err
	}
	if len(s.Lines) > sampleLines {
		s.Lines = s.Lines[:sampleLines]
	}
	s.Marked = markedLines(whole, enc)
	last := head
	if int64(len(head)) < in.Size {
		last = cutFirstLine(tail)
	}
	if s.Tail, err = sampleOf(in, last, enc); err != nil {
		return nil, err
	}
	s.Answered = answeredText(last)
	s.Tail = s.Tail[max(0, len(s.Tail)-sampleTail):]
	if len(s.Lines)+len(s.Tail)+len(s.Marked) == 0 {
		return nil, Refuse("empty_file", "в файле нет ни одной заполненной строки")
	}
	return s, nil
}

// markedLines are the lines that begin with "#" and something: comments of most formats, headers of some.
func markedLines(text []byte, enc Encoding) []string {
	var lines []string
	for raw := range bytes.Lines(text) {
		raw = bytes.TrimRight(raw, "\r\n")
		if len(raw) < 2 || raw[0] != '#' || raw[1] == ' ' {
			continue
		}
		line := string(raw)
		if table := enc.Charmap(); table != nil {
			if decoded, err := table.NewDecoder().Bytes(raw); err == nil {
				line = string(decoded)
			}
		}
		if lines = append(lines, line); len(lines) == sampleLines {
			break
		}
	}
	return lines
}

func cutFirstLine(text []byte) []byte { return text[bytes.IndexByte(text, '\n')+1:] }

func sampleOf(in Input, part []byte, enc Encoding) ([]string, error) {
	var lines []string
	r := NewTextReader(Input{Content: bytes.NewReader(part), Size: int64(len(part)), Limits: in.Limits}, enc)
	for {
		line, err := r.Next()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, line.Text)
	}
}

var errEnough = errors.New("enough rows")

func sampleWorkbook(in Input) (*Sample, error) {
	book, err := OpenWorkbook(in)
	if err != nil {
		return nil, err
	}
	s := &Sample{Name: in.Name, Kind: KindWorkbook, Sheets: book.Sheets(), Tables: map[string][][]string{}}
	for _, sheet := range s.Sheets {
		err := book.Rows(sheet, func(row SheetRow) error {
			cells := make([]string, len(row.Cells))
			for i, c := range row.Cells {
				cells[i] = c.Text
			}
			s.Tables[sheet] = append(s.Tables[sheet], cells)
			if len(s.Tables[sheet]) >= sampleRows {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return nil, err
		}
	}
	s.Answered = answeredBook(s)
	if len(s.Tables) == 0 {
		return nil, Refuse("empty_file", "в книге Excel нет ни одной заполненной строки")
	}
	return s, nil
}

func tooLarge(size, limit int64) *FileError {
	return Refuse("file_too_large", "файл слишком велик: %d МБ при пределе %d МБ; разделите его на части",
		(size+1<<20-1)>>20, limit>>20)
}
