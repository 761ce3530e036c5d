package zips

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/kvitok-gkh/kvitok/importers"
)

// Limits are what an archive may cost.
type Limits struct {
	Files     int   // of all archives within each other
	Depth     int   // of archives within each other, the outer one included
	Unpacked  int64 // bytes of all files
	FileBytes int64 // of one file
	Ratio     int64 // unpacked to packed, of one file and of all
	Directory int64 // bytes of the list of files
}

// DefaultLimits returns the limits that hold for partners' archives.
func DefaultLimits() Limits {
	return Limits{Files: 500, Depth: 2, Unpacked: 1 << 30, FileBytes: 512 << 20, Ratio: 100, Directory: 8 << 20}
}

// ratioFrom is the unpacked size below which the ratio of packing says nothing.
const ratioFrom = 16 << 20

// Member is a file of an archive.
type Member struct {
	Name    string // of a file below a folder: "2026/oplaty.csv"; of an archive in the archive: "may.zip/oplaty.csv"
	Refusal *importers.FileError
	Content io.Reader // nil where refused
}

// errNone says that an archive is none of ours to open.
var errNone = errors.New("no archive of files")

// Is reports whether a file is an archive of files: one to be opened, or a broken one that is nothing else by its name.
func Is(in importers.Input) bool {
	_, err := open(in, DefaultLimits())
	return !errors.Is(err, errNone)
}

// Open yields every file of an archive, those that cannot be taken with the reason. The content is read before yield returns; what yield
// leaves is skipped. A FileError speaks of the archive as a whole: nothing of it can be taken, or nothing more.
func Open(in importers.Input, limits Limits, yield func(Member) error) error {
	w := &walk{limits: limits, temp: in.Temp, yield: yield, left: limits.Unpacked, packed: in.Size}
	return w.archive(in, "", 1)
}

// open reads the list of files.
func open(in importers.Input, limits Limits) (*zip.Reader, error) {
	var head [4]byte
	if n, err := in.Content.ReadAt(head[:], 0); n < len(head) || err != nil && !errors.Is(err, io.EOF) {
		return nil, errNone
	}
	named := strings.EqualFold(path.Ext(in.Name), ".zip")
	if magic := string(head[:]); magic != "PK\x03\x04" && (magic != "PK\x05\x06" || !named) {
		return nil, errNone
	}
	content := &budget{content: in.Content, left: limits.Directory}
	archive, err := zip.NewReader(content, in.Size)
	switch {
	case content.left < 0:
		return nil, tooMany(limits)
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		if !named {
			return nil, errNone // a damaged workbook: whoever reads it says so
		}
		return nil, importers.Refuse("damaged_archive", "архив ZIP повреждён или передан не полностью; пришлите его снова")
	}
	content.unbounded = true
	if isOffice(archive) || importers.WrapsOne(archive) {
		return nil, errNone
	}
	return archive, nil
}

// isOffice tells workbooks and documents, which are archives by themselves.
func isOffice(archive *zip.Reader) bool {
	for _, f := range archive.File {
		switch strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")) {
		case "[content_types].xml", "xl/workbook.xml", "word/document.xml", "content.xml", "mimetype", "meta-inf/manifest.xml":
			return true
		}
	}
	return false
}

func tooMany(limits Limits) *importers.FileError {
	return importers.Refuse("zip_bomb", "в архиве больше %d файлов; пришлите их несколькими архивами", limits.Files)
}

// walk goes through an archive and those within it.
type walk struct {
	limits Limits
	temp   string
	yield  func(Member) error
	files  int
	left   int64 // bytes that may still be unpacked
	packed int64 // size of the outer archive
}

func (w *walk) archive(in importers.Input, prefix string, depth int) error {
	archive, err := open(in, w.limits)
	if err != nil {
		return err
	}
	names := map[string]int{}
	var packed uint64
	var files []*zip.File
	for _, f := range archive.File {
		name := nameOf(f)
		if f.Mode().IsDir() || strings.HasSuffix(name, "/") || isLitter(name) {
			continue
		}
		packed += min(f.CompressedSize64, 1<<40)
		names[name]++
		files = append(files, f)
	}
	if w.files += len(files); w.files > w.limits.Files {
		return tooMany(w.limits)
	}
	if packed > uint64(in.Size) { //nolint:gosec // a size is not negative
		return importers.Refuse("zip_bomb", "файлы в архиве наложены друг на друга; похоже на «zip-бомбу», архив не читается")
	}
	if len(files) == 0 {
		return importers.Refuse("empty_file", "в архиве нет ни одного файла")
	}
	for _, f := range files {
		name := nameOf(f)
		refusal := w.refusalOf(f, name)
		if refusal == nil && names[name] > 1 {
			refusal = importers.Refuse("double_name", "в архиве несколько файлов с этим именем, какой из них верный — неясно; пришлите один")
		}
		if refusal != nil {
			if err := w.yield(Member{Name: prefix + shown(name), Refusal: refusal}); err != nil {
				return err
			}
			continue
		}
		if err := w.member(f, prefix+name, depth); err != nil {
			return err
		}
	}
	return nil
}

// refusalOf says why a file is not opened, by what the list of the archive tells of it.
func (w *walk) refusalOf(f *zip.File, name string) *importers.FileError {
	switch {
	case !isSafe(name):
		return importers.Refuse("unsafe_name", "имя файла в архиве недопустимо: ведёт за пределы архива или содержит служебные знаки")
	case f.Mode()&fs.ModeType != 0:
		return importers.Refuse("wrong_kind", "это ссылка, а не файл")
	case f.Flags&1 != 0:
		return importers.Refuse("encrypted", "файл в архиве защищён паролем; пришлите без пароля")
	}
	return w.tooLarge(int64(min(f.UncompressedSize64, 1<<60)), int64(min(f.CompressedSize64, 1<<60)))
}

func (w *walk) tooLarge(unpacked, packed int64) *importers.FileError {
	switch {
	case unpacked > w.limits.FileBytes:
		return importers.Refuse("zip_bomb", "файл в архиве после распаковки занимает больше %d МБ; файл не читается", w.limits.FileBytes>>20)
	case unpacked > ratioFrom && unpacked/max(packed, 1) > w.limits.Ratio:
		return importers.Refuse("zip_bomb", "файл в архиве распаковывается более чем в %d раз; похоже на «zip-бомбу», файл не читается", w.limits.Ratio)
	case unpacked > w.left, w.limits.Unpacked-w.left+unpacked > ratioFrom && (w.limits.Unpacked-w.left+unpacked)/max(w.packed, 1) > w.limits.Ratio:
		return importers.Refuse("zip_bomb", "файлы архива после распаковки занимают слишком много места (предел — %d МБ и %d размеров архива); "+
			"файл не читается", w.limits.Unpacked>>20, w.limits.Ratio)
	}
	return nil
}

// member unpacks a file aside, looks whether it is an archive again, and yields it or what it holds.
func (w *walk) member(f *zip.File, name string, depth int) (err error) {
	content, size, err := w.unpack(f)
	if refused, ok := errors.AsType[*importers.FileError](err); ok {
		return w.yield(Member{Name: name, Refusal: refused})
	}
	if err != nil {
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	inner := importers.Input{Name: path.Base(name), Size: size, Content: content, Temp: w.temp}
	if _, err := open(inner, w.limits); errors.Is(err, errNone) {
		return w.yield(Member{Name: name, Content: io.NewSectionReader(content, 0, size)})
	}
	if depth == w.limits.Depth {
		return w.yield(Member{Name: name, Refusal: importers.Refuse("nested_archive",
			"архив вложен в архив глубже, чем читается (предел — %d); пришлите его отдельно", w.limits.Depth)})
	}
	err = w.archive(inner, name+"/", depth+1)
	if refused, ok := errors.AsType[*importers.FileError](err); ok { // one bad archive never stops the files beside it
		return w.yield(Member{Name: name, Refusal: refused})
	}
	return err
}

// unpack writes a file aside. The name of the copy goes at once: it lives as long as it is open, whatever becomes of the process.
func (w *walk) unpack(f *zip.File) (content *os.File, size int64, err error) {
	damaged := importers.Refuse("damaged_archive", "файл в архиве повреждён; пришлите его снова")
	packed, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, 0, importers.Refuse("wrong_kind", "файл в архиве сжат способом, который не читается; упакуйте обычным ZIP")
	}
	if err != nil {
		return nil, 0, damaged
	}
	defer packed.Close() //nolint:errcheck // only read; damage is found by reading
	if content, err = os.CreateTemp(w.temp, "unpacked-*"); err != nil {
		return nil, 0, fmt.Errorf("make a temporary file: %w", err)
	}
	if err := os.Remove(content.Name()); err != nil {
		return nil, 0, errors.Join(fmt.Errorf("make a temporary file: %w", err), content.Close())
	}
	sink := &sink{w: content}
	size, err = io.Copy(sink, io.LimitReader(packed, min(w.limits.FileBytes, w.left)+1))
	if sink.err != nil {
		return nil, 0, errors.Join(fmt.Errorf("write a temporary file: %w", sink.err), content.Close())
	}
	refused := w.tooLarge(size, int64(min(f.CompressedSize64, 1<<60)))
	w.left -= min(size, w.left)
	switch {
	case refused != nil:
		return nil, 0, errors.Join(refused, content.Close())
	case err != nil:
		return nil, 0, errors.Join(damaged, content.Close())
	}
	return content, size, nil
}

// sink tells a full disk of ours from a damaged archive.
type sink struct {
	w   io.Writer
	err error
}

// Write notes the first failure.
func (s *sink) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	if err != nil {
		s.err = err
	}
	return n, err //nolint:wrapcheck // unpack wraps it
}

// budget bounds what the list of an archive may make us read, whatever the archive says of its size.
type budget struct {
	content   io.ReaderAt
	left      int64
	unbounded bool
}

// ReadAt reads as long as the budget lasts.
func (b *budget) ReadAt(p []byte, off int64) (int, error) {
	if !b.unbounded {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, io.ErrUnexpectedEOF
		}
	}
	return b.content.ReadAt(p, off) //nolint:wrapcheck // archive/zip compares errors
}
