package zips_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"math/rand/v2"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/zips"
)

// put is a file to be packed.
type put struct {
	zip.FileHeader
	content string
}

func file(name, content string) put {
	return put{FileHeader: zip.FileHeader{Name: name, Method: zip.Deflate}, content: content}
}

// noise does not get smaller by packing, and is the same each time.
func noise(size int) string {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // never fails
	return string(b)
}

// old is a file whose name is written by an archiver that knows one code page.
func old(tb testing.TB, page *charmap.Charmap, name, content string) put {
	tb.Helper()
	encoded, err := page.NewEncoder().String(name)
	if err != nil {
		tb.Fatal(err)
	}
	return put{FileHeader: zip.FileHeader{Name: encoded, NonUTF8: true, Method: zip.Deflate}, content: content}
}

// twice is a file whose name is given in cp866 and, by the field of Info-ZIP, in UTF-8.
func twice(tb testing.TB, name, content string) put {
	tb.Helper()
	f := old(tb, charmap.CodePage866, "___.csv", content)
	extra := binary.LittleEndian.AppendUint16(nil, 0x7075)
	extra = binary.LittleEndian.AppendUint16(extra, uint16(5+len(name))) //nolint:gosec // a short name
	extra = binary.LittleEndian.AppendUint32(append(extra, 1), crc32.ChecksumIEEE([]byte(f.Name)))
	f.Name += "ы" // no ASCII, or the name is taken as it is
	encoded, err := charmap.CodePage866.NewEncoder().String(f.Name)
	if err != nil {
		tb.Fatal(err)
	}
	f.Name = encoded
	binary.LittleEndian.PutUint32(extra[5:], crc32.ChecksumIEEE([]byte(encoded)))
	extra = append(extra, name...)
	f.Extra = extra
	return f
}

func packed(tb testing.TB, files ...put) string {
	tb.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		entry, err := w.CreateHeader(&f.FileHeader)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(entry, f.content); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

func input(tb testing.TB, name, content string) importers.Input {
	tb.Helper()
	return importers.Input{Name: name, Size: int64(len(content)), Content: strings.NewReader(content), Temp: tb.TempDir()}
}

// got is a file as it was handed out: its content, or the code of its refusal.
type got struct{ Name, Content, Code string }

func opened(tb testing.TB, content string, limits zips.Limits) (members []got, code string) {
	tb.Helper()
	err := zips.Open(input(tb, "archive.zip", content), limits, func(m zips.Member) error {
		if m.Refusal != nil {
			members = append(members, got{Name: m.Name, Code: m.Refusal.Problem.Code})
			return nil //nolint:nilerr // a refusal is what is looked for
		}
		text, err := io.ReadAll(m.Content)
		members = append(members, got{Name: m.Name, Content: string(text)})
		return err //nolint:wrapcheck // the test says what failed
	})
	refused, is := errors.AsType[*importers.FileError](err)
	switch {
	case is:
		return members, refused.Problem.Code
	case err != nil:
		tb.Fatal(err)
	}
	return members, ""
}

// marked sets the bit of a password in every header.
func marked(content string) string {
	b := []byte(content)
	for at := range b {
		switch {
		case bytes.HasPrefix(b[at:], []byte("PK\x03\x04")):
			b[at+6] |= 1
		case bytes.HasPrefix(b[at:], []byte("PK\x01\x02")):
			b[at+8] |= 1
		}
	}
	return string(b)
}

func TestOpen(t *testing.T) { //nolint:funlen // a table
	t.Parallel()
	link := file("link.csv", "/etc/passwd")
	link.SetMode(fs.ModeSymlink | 0o777)
	inner := packed(t, file("deep.csv", "deep"), file("../out.csv", "x"))
	small := zips.Limits{Files: 5, Depth: 2, Unpacked: 40 << 20, FileBytes: 30 << 20, Ratio: 100, Directory: 64 << 10}
	tests := map[string]struct {
		files []put
		want  []got
		code  string
	}{
		"several, in folders": {
			[]put{file("a.csv", "A"), file("2026/may/b.csv", "B"), file("2026/", "")},
			[]got{{Name: "a.csv", Content: "A"}, {Name: "2026/may/b.csv", Content: "B"}},
			"",
		},
		"names of old archivers": {
			[]put{
				old(t, charmap.CodePage866, "Оплаты за май.csv", "1"), old(t, charmap.Windows1251, "Жильцы.csv", "2"),
				file(`папка\показания.csv`, "3"), twice(t, "Счета №1.csv", "4"),
			},
			[]got{
				{Name: "Оплаты за май.csv", Content: "1"},
				{Name: "Жильцы.csv", Content: "2"},
				{Name: "папка/показания.csv", Content: "3"},
				{Name: "Счета №1.csv", Content: "4"},
			},
			"",
		},
		"names that lead out": {
			[]put{file("../../etc/cron.csv", "x"), file("/root.csv", "x"), file(`C:\windows.csv`, "x"), file("good.csv", "G"), file("nul\x00.csv", "x")},
			[]got{
				{Name: "cron.csv", Code: "unsafe_name"},
				{Name: "root.csv", Code: "unsafe_name"},
				{Name: "windows.csv", Code: "unsafe_name"},
				{Name: "good.csv", Content: "G"},
				{Name: "nul_.csv", Code: "unsafe_name"},
			},
			"",
		},
		"one name twice": {
			[]put{file("a.csv", "A"), file("a.csv", "other"), file("b.csv", "B")},
			[]got{{Name: "a.csv", Code: "double_name"}, {Name: "a.csv", Code: "double_name"}, {Name: "b.csv", Content: "B"}},
			"",
		},
		"an archive within": {
			[]put{file("may.zip", inner), file("b.csv", "B")},
			[]got{{Name: "may.zip/deep.csv", Content: "deep"}, {Name: "may.zip/out.csv", Code: "unsafe_name"}, {Name: "b.csv", Content: "B"}},
			"",
		},
		"too deep": {
			[]put{file("1.zip", packed(t, file("2.zip", inner), file("c.csv", "C"))), file("b.csv", "B")},
			[]got{{Name: "1.zip/2.zip", Code: "nested_archive"}, {Name: "1.zip/c.csv", Content: "C"}, {Name: "b.csv", Content: "B"}},
			"",
		},
		"a broken archive within": {
			[]put{file("1.zip", inner[:len(inner)-30]), file("b.csv", "B")},
			[]got{{Name: "1.zip", Code: "damaged_archive"}, {Name: "b.csv", Content: "B"}},
			"",
		},
		"a link and what systems leave": {
			[]put{link, file("__MACOSX/._b.csv", "x"), file(".DS_Store", "x"), file("b.csv", "B")},
			[]got{{Name: "link.csv", Code: "wrong_kind"}, {Name: "b.csv", Content: "B"}},
			"",
		},
		"a workbook is a file": {
			[]put{file("book.xlsx", packed(t, file("[Content_Types].xml", "x"), file("xl/workbook.xml", "x")))},
			[]got{{Name: "book.xlsx", Content: packed(t, file("[Content_Types].xml", "x"), file("xl/workbook.xml", "x"))}},
			"",
		},
		"packed too well": {
			[]put{file("bomb.csv", strings.Repeat("0", 20<<20)), file("b.csv", "B")},
			[]got{{Name: "bomb.csv", Code: "zip_bomb"}, {Name: "b.csv", Content: "B"}},
			"",
		},
		"packed too well, among files that are not": {
			[]put{file("noise.csv", noise(1<<20)), file("bomb.csv", strings.Repeat("0", 20<<20))},
			[]got{{Name: "noise.csv", Content: noise(1 << 20)}, {Name: "bomb.csv", Code: "zip_bomb"}},
			"",
		},
		"too large": {
			[]put{file("large.csv", strings.Repeat("0", 31<<20)), file("b.csv", "B")},
			[]got{{Name: "large.csv", Code: "zip_bomb"}, {Name: "b.csv", Content: "B"}},
			"",
		},
		"too many": {
			[]put{file("1", ""), file("2", ""), file("3", ""), file("4", ""), file("5", ""), file("6", "")}, nil, "zip_bomb",
		},
		"too many, by archives within": {
			[]put{file("1", "x"), file("2", "x"), file("3.zip", packed(t, file("1", ""), file("2", ""), file("3", "")))},
			[]got{{Name: "1", Content: "x"}, {Name: "2", Content: "x"}, {Name: "3.zip", Code: "zip_bomb"}},
			"",
		},
		"nothing in it": {[]put{file("folder/", "")}, nil, "empty_file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			members, code := opened(t, packed(t, test.files...), small)
			if diff := cmp.Diff(test.want, members); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			if code != test.code {
				t.Errorf("refused as a whole: %q, want %q", code, test.code)
			}
		})
	}
}

// What is wrong with the archive itself.
func TestOpenBroken(t *testing.T) {
	t.Parallel()
	good := packed(t, file("a.csv", strings.Repeat("text of a registry;", 50)), file("b.csv", "B"))
	damaged := []byte(packed(t, put{zip.FileHeader{Name: "a.csv", Method: zip.Store}, "AAAA"}, file("b.csv", "B")))
	damaged[bytes.Index(damaged, []byte("AAAA"))] = 'X'
	long := strings.Repeat("x", 200)
	many := make([]put, 0, 500)
	for range 500 {
		many = append(many, file(long, ""))
	}
	small := zips.DefaultLimits()
	small.Directory = 70 << 10 // beside the 65 KB in which the end of the list is looked for
	for name, test := range map[string]struct {
		content string
		limits  zips.Limits
		want    []got
		code    string
	}{
		"password": {marked(good), zips.DefaultLimits(), []got{{Name: "a.csv", Code: "encrypted"}, {Name: "b.csv", Code: "encrypted"}}, ""},
		"cut":      {good[:len(good)-30], zips.DefaultLimits(), nil, "damaged_archive"},
		"changed":  {string(damaged), zips.DefaultLimits(), []got{{Name: "a.csv", Code: "damaged_archive"}, {Name: "b.csv", Content: "B"}}, ""},
		"empty":    {packed(t), zips.DefaultLimits(), nil, "empty_file"},
		"list":     {packed(t, many...), small, nil, "zip_bomb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !zips.Is(input(t, "archive.zip", test.content)) {
				t.Error("not taken for an archive")
			}
			members, code := opened(t, test.content, test.limits)
			if diff := cmp.Diff(test.want, members); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			if code != test.code {
				t.Errorf("refused as a whole: %q, want %q", code, test.code)
			}
		})
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	several := packed(t, file("a.csv", "A"), file("b.csv", "B"))
	for name, test := range map[string]struct {
		name, content string
		want          bool
	}{
		"several":             {"a.zip", several, true},
		"under another name":  {"a.dat", several, true},
		"one":                 {"a.zip", packed(t, file("a.csv", "A")), true},
		"one table of dBase":  {"a.zip", packed(t, file("a.dbf", "A")), false},
		"two tables of dBase": {"a.zip", packed(t, file("a.dbf", "A"), file("b.dbf", "A")), true},
		"workbook":            {"a.xlsx", packed(t, file("xl/workbook.xml", "x")), false},
		"workbook as zip":     {"a.zip", packed(t, file("xl/workbook.xml", "x")), false},
		"document":            {"a.ods", packed(t, file("mimetype", "x"), file("content.xml", "x")), false},
		"cut workbook":        {"a.xlsx", several[:40], false},
		"text":                {"a.zip", "text;text", false},
		"nothing":             {"a.zip", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := zips.Is(input(t, test.name, test.content)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// FuzzOpen: whatever comes, names stay within, limits hold, nothing panics.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(packed(f, file("a.csv", "A"), file("dir/b.csv", "B"), file("c.zip", packed(f, file("d.csv", "D"))))))
	f.Add([]byte(packed(f, old(f, charmap.CodePage866, "Оплаты.csv", "1"), twice(f, "Счета.csv", "2"))))
	f.Add([]byte(marked(packed(f, file("../a.csv", "A"), file("a.csv", "A")))))
	limits := zips.Limits{Files: 20, Depth: 2, Unpacked: 1 << 20, FileBytes: 1 << 19, Ratio: 100, Directory: 1 << 20}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		in := importers.Input{Name: "archive.zip", Size: int64(len(content)), Content: bytes.NewReader(content), Temp: dir}
		if !zips.Is(in) {
			return
		}
		var size int64
		files := 0
		err := zips.Open(in, limits, func(m zips.Member) error {
			files++
			if m.Name == "" || !utf8.ValidString(m.Name) || path.Clean("/"+m.Name) != "/"+m.Name {
				t.Errorf("name %q leads out", m.Name)
			}
			if m.Refusal != nil {
				return nil //nolint:nilerr // a refusal is no failure
			}
			n, err := io.Copy(io.Discard, m.Content)
			size += n
			return err //nolint:wrapcheck // the test says what failed
		})
		if _, is := errors.AsType[*importers.FileError](err); err != nil && !is {
			t.Error(err)
		}
		if files > limits.Files || size > limits.Unpacked {
			t.Errorf("%d files of %d bytes", files, size)
		}
	})
}

// FuzzRoundTrip: what is packed comes out, byte by byte, under its name.
func FuzzRoundTrip(f *testing.F) {
	f.Add("оплаты.csv", "счёт;сумма\n", "2026/показания.txt", "x")
	f.Fuzz(func(t *testing.T, name1, content1, name2, content2 string) {
		for _, name := range []string{name1, name2} {
			if name == "" || !utf8.ValidString(name) || strings.HasSuffix(name, "/") || strings.Contains(name, `\`) {
				return
			}
		}
		members, _ := opened(t, packed(t, file(name1, content1), file(name2, content2), file("third of the three.csv", "x")), zips.DefaultLimits())
		for _, m := range members {
			if m.Code == "" && (m.Name == name1 && m.Content != content1 || m.Name == name2 && m.Content != content2) {
				t.Errorf("%q came out as %q", m.Name, m.Content)
			}
		}
	})
}
