package receipts

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
)

// In duplex each document begins on the front of a sheet, and a lost sheet is noticed.
func TestDuplex(t *testing.T) {
	t.Parallel()
	for duplex, want := range map[bool]Printed{
		true:  {Pages: 6, First: []int{1, 3, 5}},
		false: {Pages: 4, First: []int{1, 2, 4}},
	} {
		var file bytes.Buffer
		printed, err := printer(t, Config{Print: Print{Duplex: duplex, Marks: true}}).Book(&file, sequence(agreed(t), many(t), common(t)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, printed); diff != "" {
			t.Errorf("duplex %v (-want +got):\n%s", duplex, diff)
		}
		pages := strings.Split(text(t, file.Bytes()), "\f")
		for i, first := range printed.First {
			if !strings.Contains(pages[first-1], "ПЛАТЁЖНЫЙ ДОКУМЕНТ") {
				t.Errorf("document %d does not begin on page %d", i+1, first)
			}
		}
		sheets := "лист 1 из 2 · документ 2 в файле"
		if duplex {
			sheets = "лист 1 из 1 · документ 2 в файле"
		}
		if !strings.Contains(pages[printed.First[1]-1], sheets) {
			t.Errorf("duplex %v: no %q in\n%s", duplex, sheets, pages[printed.First[1]-1])
		}
		if duplex && strings.TrimSpace(pages[1]) != "" {
			t.Errorf("the back of the first document has %q", pages[1])
		}
	}
}

// What a window shows is the address and nothing else.
func TestWindow(t *testing.T) {
	t.Parallel()
	const perMillimetre = 1 / 25.4 * 72
	for _, window := range []Window{WindowDL, WindowDLLeft, WindowC5, WindowC5Left} {
		var file bytes.Buffer
		if _, err := printer(t, Config{Print: Print{Window: window}}).Book(&file, sequence(agreed(t))); err != nil {
			t.Fatal(err)
		}
		b := windows()[window]
		const slip = 3 * perMillimetre // what paper moves by within the envelope
		got := crop(t, file.Bytes(), box{b.x - slip, b.y - slip, b.width + 2*slip, b.height + 2*slip})
		want := "От кого: ООО «УК „Садовая“», 390000, г. Примерск, ул. Ленина, д. 1, оф. 12 Константинопольская Анастасия Александровна " +
			"г. Дальний, ул. Верхняя, д. 17, кв. 3 390999"
		if got := strings.Join(strings.Fields(got), " "); got != want {
			t.Errorf("window %s shows %q, want %q", window, got, want)
		}
	}
	if err := (Config{Print: Print{Window: "c4"}}).Validate(); err == nil {
		t.Error("a window that is not known is taken")
	}
}

// crop is the text within a part of the first page.
func crop(tb testing.TB, file []byte, b box) string {
	tb.Helper()
	number := func(v float64) string { return strconv.Itoa(int(v)) }
	return run(tb, "pdftotext", "-f", "1", "-l", "1", "-r", "72", "-x", number(b.x), "-y", number(b.y), "-W", number(b.width), "-H", number(b.height),
		save(tb, file), "-")
}

// Every file that is drawn is well made for programs that are not ours.
func TestFilesAreWellFormed(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"single": single(t, Config{Logo: logo(t), Accent: "#1f5fa8", Barcode: "{account}"}, many(t)),
		"book":   book(t, Config{Print: Print{Duplex: true, Marks: true, Window: WindowDL}}, 3),
	} {
		path := filepath.Join(t.TempDir(), name+".pdf")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), "qpdf", "--check", path).CombinedOutput(); err != nil { //nolint:gosec // qpdf
			t.Errorf("%s: qpdf --check (apt-get install qpdf): %v\n%s", name, err, out)
		}
	}
}

// A screen reader hears headings, rows of tables with their columns, and what pictures show, in the order of
// the sections; the stub comes last, running heads not at all.
func TestStructureIsRead(t *testing.T) {
	t.Parallel()
	file := single(t, Config{}, many(t))
	out := run(t, "pdfinfo", "-struct-text", save(t, file))
	at := 0
	for _, part := range []string{
		"Document", "H1", "ПЛАТЁЖНЫЙ ДОКУМЕНТ", "H2", "1. Сведения о плательщике", "Figure", "Table", "TH", "Вид услуги", "TD", "Содержание жилого помещения",
		"H2", "Состояние расчётов", "H2", "ИЗВЕЩЕНИЕ",
	} {
		next := strings.Index(out[at:], part)
		if next < 0 {
			t.Fatalf("no %q after %q", part, out[max(0, at-200):at])
		}
		at += next
	}
	for _, decoration := range []string{"(продолжение)", "стр. 1", "линия отреза"} {
		if strings.Contains(out, decoration) {
			t.Errorf("%q is read aloud", decoration)
		}
	}
	if about := run(t, "pdfinfo", save(t, file)); !strings.Contains(about, "Tagged:          yes") {
		t.Errorf("not tagged:\n%s", about)
	}
	if plain := run(t, "pdfinfo", save(t, book(t, Config{}, 2))); !strings.Contains(plain, "Tagged:          no") {
		t.Error("a print file has a structure: say so in the documentation")
	}
}

// Equal settings have one form; a printer made of it draws the same bytes, whatever its own settings are.
func TestForm(t *testing.T) {
	t.Parallel()
	config := Config{Logo: logo(t), Accent: "#1f5fa8", Barcode: "{account}", PayerInCode: true}
	form, settings, err := printer(t, config).Form()
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := printer(t, Config{}).Form()
	if err != nil {
		t.Fatal(err)
	}
	if again, _, err := printer(t, config).Form(); form != again || form == other || err != nil {
		t.Errorf("forms %s, %s and without settings %s: %v", form, again, other, err)
	}
	as, err := printer(t, Config{}).As(settings)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := as.Single(&file, document(t)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file.Bytes(), single(t, config, document(t))) {
		t.Error("the form gives other bytes")
	}
	if _, err := printer(t, Config{}).As([]byte("{")); err == nil {
		t.Error("broken settings are taken")
	}
}

// The bytes of a receipt are those of the version of its form: who changes them raises Layout, and the register
// stops to promise the same bytes of receipts issued before.
func TestLayoutIsVersioned(t *testing.T) {
	t.Parallel()
	var all bytes.Buffer
	for _, doc := range []*housing.PaymentDocument{document(t), twoPayees(t), many(t), common(t), agreed(t), zero(t)} {
		all.Write(single(t, Config{Barcode: "{account}"}, doc))
	}
	got := fmt.Sprintf("%d %x\n", Layout, sha256.Sum256(all.Bytes()))
	path := filepath.Join("testdata", "layout.golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // of the test
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("receipts are %s, want %s: raise Layout in form.go, then -update", got, want)
	}
}

// Whatever stands in a document, Latin and rare letters too, sections follow each other in the order of the form.
func TestSectionsInOrder(t *testing.T) {
	t.Parallel()
	all := text(t, single(t, Config{}, agreed(t)))
	titles := []string{
		"1. Сведения о плательщике", "2. Информация для внесения платы", "3. Расчёт размера платы", "4. Состояние расчётов",
		"5. Расчёт суммы оплаты с учётом рассрочки", "6. Справочная информация", "7. Начисления и потребление",
	}
	places := make([]int, len(titles))
	for i, title := range titles {
		places[i] = strings.Index(all, title)
	}
	if slices.Contains(places, -1) || !slices.IsSorted(places) {
		t.Errorf("sections stand at %v", places)
	}
}

// An account without charges, meters and debt gets a page that says so, and no code.
func TestEmptyAccount(t *testing.T) {
	t.Parallel()
	full := document(t)
	doc := &housing.PaymentDocument{
		Number: "1", Period: full.Period, PayBy: full.PayBy, Issuer: full.Issuer, House: full.House, Account: full.Account,
		Payees: []housing.PayeeTotal{{Payee: full.Issuer}},
	}
	file := single(t, Config{}, doc)
	if got := text(t, file); !strings.Contains(got, "Платить не нужно") || strings.Count(got, "\f") != 1 || strings.Contains(got, "Расчёт размера платы") {
		t.Errorf("an empty account reads:\n%s", got)
	}
	if found := codes(t, file, "-r", "200", "-mono"); len(found) != 0 {
		t.Errorf("codes to pay nothing by: %q", found)
	}
}
