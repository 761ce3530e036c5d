package importers

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// Partners send tables of dBase and messages in XML zipped: one file in one archive. Such an archive is
// read as the file within it; what to do with every other archive is for package zips.

// wrapped names the kinds of files that may come in an archive of their own.
func wrapped(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	if strings.Contains(name, "/") || name == "content.xml" {
		return false // part of a document of an office suite
	}
	return ext == ".dbf" || ext == ".xml"
}

// WrapsOne reports whether an archive holds one table or message alone and is read as that.
func WrapsOne(archive *zip.Reader) bool { return lone(archive) != nil }

// lone is the table or message that is alone in an archive, nil where there is none or more.
func lone(archive *zip.Reader) *zip.File {
	var member *zip.File
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if member != nil || !wrapped(f.Name) {
			return nil
		}
		member = f
	}
	return member
}

// Unwrap returns the file within an archive that holds one table or message alone, unpacked into a
// temporary file, and the given input for everything else. Done must be called after reading.
func Unwrap(in Input) (inner Input, done func() error, err error) {
	nothing := func() error { return nil }
	head, err := readAt(in, 0, 4)
	if err != nil || string(head) != "PK\x03\x04" {
		return in, nothing, err
	}
	archive, err := zip.NewReader(in.Content, in.Size)
	if err != nil {
		return in, nothing, nil //nolint:nilerr // a damaged workbook or archive: whoever reads it says so
	}
	member := lone(archive)
	if member == nil {
		return in, nothing, nil
	}
	limits := in.limits()
	if member.Flags&1 != 0 {
		return in, nothing, Refuse("encrypted", "архив защищён паролем; пришлите его без пароля")
	}
	if err := checkPacked(int64(min(member.UncompressedSize64, 1<<60)), in.Size, limits); err != nil {
		return in, nothing, err
	}
	return unpack(in, member)
}

// checkPacked refuses what unpacks to too much, whatever the directory of the archive states.
func checkPacked(unpacked, packed int64, limits Limits) error {
	if unpacked > limits.TextBytes {
		return Refuse("zip_bomb", "файл в архиве после распаковки занимает больше %d МБ; файл не читается", limits.TextBytes>>20)
	}
	if unpacked > ratioFrom && unpacked/max(packed, 1) > limits.Ratio {
		return Refuse("zip_bomb", "архив распаковывается в %d раз больше своего размера (предел — %d раз); "+
			"похоже на «zip-бомбу», файл не читается", unpacked/max(packed, 1), limits.Ratio)
	}
	return nil
}

func unpack(in Input, member *zip.File) (inner Input, done func() error, err error) {
	nothing := func() error { return nil }
	damagedArchive := Refuse("damaged_archive", "архив повреждён или передан не полностью; пришлите файл снова")
	content, err := member.Open()
	if err != nil {
		return in, nothing, damagedArchive
	}
	defer content.Close() //nolint:errcheck // nothing was written; damage is found by reading
	file, err := os.CreateTemp(in.Temp, "unpacked-*")
	if err != nil {
		return in, nothing, fmt.Errorf("make a temporary file: %w", err)
	}
	// The name goes at once: the file lives as long as it is open, whatever becomes of the process.
	if err := os.Remove(file.Name()); err != nil {
		return in, nothing, errors.Join(fmt.Errorf("make a temporary file: %w", err), file.Close())
	}
	limits := in.limits()
	size, err := io.Copy(file, io.LimitReader(content, limits.TextBytes+1))
	if err != nil {
		return in, nothing, errors.Join(damagedArchive, file.Close())
	}
	if err := checkPacked(size, in.Size, limits); err != nil {
		return in, nothing, errors.Join(err, file.Close())
	}
	inner = in
	inner.Content, inner.Size = file, size
	return inner, file.Close, nil
}
