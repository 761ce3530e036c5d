package zips

import (
	"archive/zip"
	"encoding/binary"
	"hash/crc32"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// nameOf is the name of a file as its sender reads it: with slashes, in UTF-8 whatever the archiver wrote.
func nameOf(f *zip.File) string {
	name := f.Name
	if f.NonUTF8 && !isASCII(name) {
		name = decoded(f)
	}
	return strings.ReplaceAll(name, `\`, "/")
}

// decoded reads a name without the mark of UTF-8. Archivers of Windows write cp866, few windows-1251, those of Linux often UTF-8 all
// the same; some give it a second time in UTF-8.
func decoded(f *zip.File) string {
	if name := unicodePath(f); name != "" {
		return name
	}
	if utf8.ValidString(f.Name) {
		return f.Name
	}
	dos, err := charmap.CodePage866.NewDecoder().String(f.Name)
	if err == nil && !strings.ContainsFunc(dos, isFrame) {
		return dos
	}
	if windows, err := charmap.Windows1251.NewDecoder().String(f.Name); err == nil && !strings.ContainsRune(windows, utf8.RuneError) {
		return windows
	}
	return strings.ToValidUTF8(dos, "_")
}

// isFrame tells the characters that draw frames in cp866. No name has them; windows-1251 has its capitals there.
func isFrame(r rune) bool { return r >= '─' && r <= '▟' }

// unicodePath reads the field 0x7075 of Info-ZIP: a version, the checksum of the plain name, the name in UTF-8.
func unicodePath(f *zip.File) string {
	const header, fixed, id = 4, 5, 0x7075
	for extra := f.Extra; len(extra) >= header; {
		kind, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if size > len(extra)-header {
			return ""
		}
		field := extra[header : header+size]
		extra = extra[header+size:]
		if kind == id && size > fixed && field[0] == 1 && binary.LittleEndian.Uint32(field[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) &&
			utf8.Valid(field[fixed:]) {
			return string(field[fixed:])
		}
	}
	return ""
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || r == utf8.RuneError })
}

// longestName is how long the way to a file within an archive may be.
const longestName = 500

// isSafe accepts a name that stays within the archive and can be shown.
func isSafe(name string) bool {
	return name != "" && len(name) <= longestName && utf8.ValidString(name) && path.Clean("/"+name) == "/"+name &&
		!strings.Contains(name, ":") && !strings.ContainsFunc(name, unicode.IsControl) && strings.TrimSpace(path.Base(name)) == path.Base(name)
}

// shown makes a name that is not safe one that can be written into an answer.
func shown(name string) string {
	if isSafe(name) {
		return name
	}
	base := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(path.Base(name), "_"))
	if base = strings.TrimSpace(base); base == "" || base == "." || base == ".." || base == "/" {
		return "file"
	}
	for len(base) > longestName/2 {
		_, size := utf8.DecodeLastRuneInString(base)
		base = base[:len(base)-size]
	}
	return strings.TrimSpace(base)
}

// isLitter tells what systems put into archives without being asked.
func isLitter(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(name, "__MACOSX/") || base == ".DS_Store" || strings.EqualFold(base, "thumbs.db") || strings.EqualFold(base, "desktop.ini")
}
