package pdf_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

func fonts(tb testing.TB) *pdf.Fonts {
	tb.Helper()
	read := func(name string) []byte {
		ttf, err := os.ReadFile(filepath.Join("..", "fonts", name)) //nolint:gosec // a font of ours
		if err != nil {
			tb.Fatal(err)
		}
		return ttf
	}
	f, err := pdf.NewFonts(read("KvitokSans-Regular.ttf"), read("KvitokSans-Bold.ttf"), pdf.Sets{"абвгд", "abc", " ABC()\\"})
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// run gives the file to a program of Poppler.
func run(tb testing.TB, file []byte, name string, args ...string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "file.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		tb.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(tb.Context(), name, append([]string{path}, args...)...) //nolint:gosec // poppler
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		tb.Fatalf("%s: %v\n%s", name, err, errs.String())
	}
	return out.String()
}

func written(tb testing.TB, f *pdf.File) []byte {
	tb.Helper()
	var b bytes.Buffer
	n, err := f.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		tb.Fatalf("%d bytes of %d: %v", n, b.Len(), err)
	}
	return b.Bytes()
}

func info() pdf.Info {
	return pdf.Info{Title: "Счёт № 7", Author: "ООО «Три кита»", Creator: "Kvitok", Created: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)}
}

// Every string goes into the file as a reader gives it back, brackets and backslashes too.
func TestTextComesBack(t *testing.T) {
	t.Parallel()
	all := fonts(t)
	f := pdf.NewFile(all, info())
	lines := []string{"абвгд (ABC) \\", "съешь ещё этих мягких французских булок", "Ӽӽ Ғғ Әә — № 5 − 7 ₽", `))((\\`}
	for i, line := range lines {
		page := f.AddPage()
		page.Text(all.Regular, 9, 40, 50, pdf.Colour{}, line)
		page.Text(all.Bold, 9.5, 40.25, 70, pdf.Colour{R: 200}, line)
		if f.Pages() != i+1 {
			t.Errorf("%d pages after %d", f.Pages(), i+1)
		}
	}
	file := written(t, f)
	want := make([]string, 0, 2*len(lines))
	for _, line := range lines {
		want = append(want, line, line)
	}
	got := strings.FieldsFunc(run(t, file, "pdftotext", "-"), func(r rune) bool { return r == '\n' || r == '\f' })
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("text %q, want %q", got, want)
	}
	about := run(t, file, "pdfinfo")
	for _, line := range []string{"Счёт № 7", "ООО «Три кита»", "Kvitok", "Pages:           4", "Oct 31", "PDF version:     1.7", "595.28 x 841.89"} {
		if !strings.Contains(about, line) {
			t.Errorf("pdfinfo does not show %q:\n%s", line, about)
		}
	}
}

func TestSmallerFontWhereItDoes(t *testing.T) {
	t.Parallel()
	all := fonts(t)
	size := func(s string) int {
		f := pdf.NewFile(all, info())
		f.AddPage().Text(all.Regular, 9, 40, 50, pdf.Colour{}, s)
		return len(written(t, f))
	}
	if few, many, rare := size("абв"), size("AB"), size("абж"); few >= many || many*2 > rare {
		t.Errorf("%d bytes with the fewest characters, %d with more, %d with a rare one", few, many, rare)
	}
}

func TestDrawing(t *testing.T) {
	t.Parallel()
	all := fonts(t)
	f := pdf.NewFile(all, info())
	black := f.AddBits(8, []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})
	red := f.AddColours(1, 1, []byte{255, 0, 0})
	page := f.AddPage()
	page.Area(0, 0, 100, 100, pdf.Grey(0.5))
	page.Text(all.Bold, 100, 0, 550, pdf.Colour{}, "——") // black whatever was filled before
	page.Picture(black, 200, 0, 100, 100)
	page.Picture(red, 400, 0, 100, 100)
	page.Frame(0, 200, 100, 100, 10)
	page.Line(200, 250, 300, 250, 20)
	page.Dashed(400, 250, 500, 250, 1)
	file := written(t, f)
	path := filepath.Join(t.TempDir(), "page")
	run(t, file, "pdftoppm", "-r", "72", "-singlefile", path)
	ppm, err := os.ReadFile(path + ".ppm") //nolint:gosec // made by the test
	if err != nil {
		t.Fatal(err)
	}
	const width, height = 596, 842
	head := []byte("P6\n596 842\n255\n")
	if !bytes.HasPrefix(ppm, head) || len(ppm) != len(head)+3*width*height {
		t.Fatalf("picture of %d bytes begins %q", len(ppm), ppm[:20])
	}
	for _, test := range []struct {
		x, y int
		want [3]byte
	}{
		{50, 50, [3]byte{127, 127, 127}},
		{250, 25, [3]byte{0, 0, 0}},
		{250, 75, [3]byte{255, 255, 255}},
		{450, 50, [3]byte{255, 0, 0}},
		{50, 522, [3]byte{0, 0, 0}},
		{1, 250, [3]byte{0, 0, 0}},
		{50, 250, [3]byte{255, 255, 255}},
		{250, 250, [3]byte{0, 0, 0}},
		{150, 50, [3]byte{255, 255, 255}},
	} {
		at := len(head) + 3*(test.y*width+test.x)
		for i, want := range test.want {
			if got := ppm[at+i]; max(got, want)-min(got, want) > 2 {
				t.Errorf("dot %d, %d is %v, want %v", test.x, test.y, ppm[at:at+3], test.want)
				break
			}
		}
	}
}

func TestWrittenOnce(t *testing.T) {
	t.Parallel()
	f := pdf.NewFile(fonts(t), info())
	f.AddPage()
	first := written(t, f)
	if _, err := f.WriteTo(&bytes.Buffer{}); !errors.Is(err, pdf.ErrWrittenTwice) {
		t.Errorf("second time: %v", err)
	}
	again := pdf.NewFile(fonts(t), info())
	again.AddPage()
	if !bytes.Equal(first, written(t, again)) {
		t.Error("the same calls give other bytes")
	}
}

type broken struct{}

var errBroken = errors.New("disk full")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestFailingWriter(t *testing.T) {
	t.Parallel()
	f := pdf.NewFile(fonts(t), info())
	f.AddPage()
	if _, err := f.WriteTo(broken{}); !errors.Is(err, errBroken) {
		t.Errorf("error %v, want the writer's", err)
	}
}

func TestFontsThatAreNone(t *testing.T) {
	t.Parallel()
	if _, err := pdf.NewFonts([]byte("no font"), []byte("no font"), pdf.Sets{}); err == nil {
		t.Error("garbage is taken for a font")
	}
}

// A tagged file is read in the order of its structure, whatever the order of drawing; decoration is left out.
func TestStructure(t *testing.T) {
	t.Parallel()
	all := fonts(t)
	about := info()
	about.Tagged = true
	f := pdf.NewFile(all, about)
	document := f.Tag(0, pdf.Document)
	first, second := f.Tag(document, pdf.Text), f.Tag(document, pdf.Text)
	page := f.AddPage()
	page.Text(all.Regular, 9, 40, 30, pdf.Colour{}, "колонтитул")
	page.Tag(second)
	page.Text(all.Regular, 9, 40, 50, pdf.Colour{}, "второй")
	page.Tag(first)
	page.Text(all.Regular, 9, 40, 70, pdf.Colour{}, "первый")
	page.Text(all.Bold, 9, 40, 90, pdf.Colour{}, "абзац")
	page = f.AddPage()
	page.Tag(first)
	page.Text(all.Regular, 9, 40, 50, pdf.Colour{}, "продолжается")
	figure := f.Tag(document, pdf.Figure)
	f.Describe(figure, "чёрный квадрат")
	page.TagDrawing(figure)
	page.Picture(f.AddBits(8, []byte{255, 255, 255, 255, 255, 255, 255, 255}), 100, 100, 50, 50)
	page.TagDrawing(0)
	page.Frame(100, 100, 50, 50, 1)
	file := written(t, f)
	if about := run(t, file, "pdfinfo"); !strings.Contains(about, "Tagged:          yes") {
		t.Errorf("not tagged:\n%s", about)
	}
	got := strings.Join(strings.Fields(run(t, file, "pdfinfo", "-struct-text")), " ")
	if want := `Document P (block) "первый абзац" "продолжается" P (block) "второй" Figure`; !strings.HasPrefix(got, want) || strings.Contains(got, "колонтитул") {
		t.Errorf("structure is\n%s\nwant\n%s", got, want)
	}
	check(t, file)
}

// check lets QPDF find what is wrong with the file's objects.
func check(tb testing.TB, file []byte) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "file.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		tb.Fatal(err)
	}
	if out, err := exec.CommandContext(tb.Context(), "qpdf", "--check", path).CombinedOutput(); err != nil { //nolint:gosec // qpdf
		tb.Fatalf("qpdf --check (apt-get install qpdf): %v\n%s", err, out)
	}
}

// What is taken back leaves no trace.
func TestReturn(t *testing.T) {
	t.Parallel()
	all := fonts(t)
	draw := func(attempts int) []byte {
		about := info()
		about.Tagged = true
		f := pdf.NewFile(all, about)
		for attempt := range attempts {
			start := f.Here()
			page := f.AddPage()
			page.Tag(f.Tag(0, pdf.Text))
			page.Text(all.Bold, 9, 40, 30, pdf.Colour{}, "абв")
			if attempt+1 < attempts {
				page.Text(all.Regular, 9, 40, 30, pdf.Colour{}, "Ӽӽ")
				page.Picture(f.AddBits(8, make([]byte, 8)), 0, 0, 8, 8)
				f.Return(start)
			}
		}
		return written(t, f)
	}
	if !bytes.Equal(draw(1), draw(3)) {
		t.Error("a file with attempts differs from one without")
	}
}

// More objects than one stream of them holds.
func TestManyPages(t *testing.T) {
	t.Parallel()
	const pages = 2500
	all := fonts(t)
	f := pdf.NewFile(all, info())
	for range pages {
		f.AddPage().Text(all.Regular, 9, 40, 30, pdf.Colour{}, "абв")
	}
	file := written(t, f)
	if about := run(t, file, "pdfinfo"); !strings.Contains(about, "Pages:           2500") {
		t.Errorf("pages are missing:\n%s", about)
	}
	check(t, file)
}
