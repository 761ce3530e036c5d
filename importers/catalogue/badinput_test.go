package catalogue_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

// outcome is what becomes of a file: the format, the reason of refusal, the reasons of its rows.
type outcome struct {
	format, refused string
	rows            []string
	facts           int
}

func receive(ctx context.Context, t *testing.T, in importers.Input) outcome {
	t.Helper()
	var o outcome
	refuse := func(err error) outcome {
		var refused *importers.FileError
		if !errors.As(err, &refused) {
			t.Fatalf("%s: not a reason for the sender: %v", in.Name, err)
		}
		o.refused = refused.Error()
		return o
	}
	s, err := importers.NewSample(in)
	if err != nil {
		return refuse(err)
	}
	format, err := known().Recognise(s)
	if err != nil {
		return refuse(err)
	}
	o.format = format.Name()
	_, err = format.Decode(ctx, in, func(rec importers.Record) error {
		if rec.Fact != nil {
			o.facts++
		}
		for _, p := range rec.Problems {
			o.rows = append(o.rows, p.Russian())
		}
		return nil
	})
	if err != nil {
		return refuse(err)
	}
	return o
}

const houses = "Адрес;ФИАС;Вид дома;Площадь помещений, м²;Площадь общего имущества, м²\r\n" +
	"г. Примерск, ул. Садовая, д. 5;;МКД;3450,7;412,3\r\n"

func book(t *testing.T) []byte {
	t.Helper()
	return formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{{
		Name: "Тарифы", Rows: [][]any{{"Услуга", "Тариф, руб.", "Действует с"}, {"ХВС", "65,77", "01.10.2026"}},
	}}})
}

func encoded(t *testing.T, text string, enc importers.Encoding) []byte {
	t.Helper()
	content, ok := formattest.Encode(text, enc)
	if !ok {
		t.Fatalf("cannot write the text in %s", enc)
	}
	return content
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	xlsx := book(t)
	cases := []struct {
		name    string
		content []byte
		want    string
	}{
		{"empty", nil, "файл пуст"},
		{"only-spaces", []byte(" \r\n\r\n  "), "нет ни одной заполненной строки"},
		{"truncated.xlsx", xlsx[:len(xlsx)/2], "повреждён или файл передан не полностью"},
		{"old.xls", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), "книга Excel старого вида (.xls)"},
		{"document.pdf", []byte("%PDF-1.7\n..."), "документ PDF"},
		{"archive.rar", []byte("Rar!\x1a\x07\x00...."), "архив RAR"},
		{"archive.7z", []byte("7z\xbc\xaf\x27\x1c...."), "архив 7-Zip"},
		{"archive.zip", archive(t, map[string]string{"tariffs.csv": houses}), "архив ZIP, а не книга Excel"},
		{"letter.docx", archive(t, map[string]string{"word/document.xml": "<w/>"}), "документ Word"},
		{"table.ods", archive(t, map[string]string{"content.xml": "<o/>"}), "документ OpenOffice"},
		{"picture.csv", []byte("\x89PNG\r\n\x1a\n...."), "изображение PNG"},
		{"page.xls", []byte("<html><table>"), "веб-страница"},
		{"utf16.txt", []byte("\xff\xfeA\x00;\x00"), "UTF-16"},
		{"binary.csv", bytes.Repeat([]byte{0, 1, 2, 3}, 500), "двоичный файл"},
		{"noise.csv", bytes.Repeat([]byte("\x80\x81\x98;\x8d\x8f\xb4\xff\xbf\xb5;\xac\n"), 5), "не распознан"},
		{"letter.txt", encoded(t, "Уважаемые коллеги!\r\nНаправляем тарифы.\r\n", importers.Windows1251), "формат не распознан: искали шапку"},
		{"latin.csv", []byte("Account;Name\n1;Ivan\n"), "первая строка файла: «Account;Name»"},
		{"two.xlsx", formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{
			{Name: "Тарифы", Rows: [][]any{{"Услуга", "Тариф, руб.", "Действует с"}}},
			{Name: "Дома", Rows: [][]any{{"Адрес", "Вид дома"}}},
		}}), "в файле сразу несколько форматов (kvitok-accounts-xlsx, kvitok-tariffs-xlsx); пришлите каждый отдельным файлом"},
		{"double.csv", encoded(t, "Адрес;Вид дома;Вид дома\r\nг. Примерск;МКД;МКД\r\n", importers.UTF8), "столбец «Вид дома» стоит в шапке дважды"},
		{"missing.csv", encoded(t, "Вид дома;Площадь помещений, м²\r\nМКД;5\r\n", importers.UTF8), "нет столбца «Адрес»; в шапке найдены: «Вид дома», «Площадь помещений, м²»"},
		{"long.csv", []byte(houses + strings.Repeat("а", 70_000) + "\r\n"), "длиннее 64 КБ"},
		{"cut.csv", encoded(t, houses, importers.UTF8)[:40], "после шапки нет ни одной строки"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := receive(t.Context(), t, formattest.Input(c.name, c.content))
			if !strings.Contains(got.refused, c.want) {
				t.Errorf("refused with %q, want %q", got.refused, c.want)
			}
		})
	}
}

// The name of a file decides nothing: what is inside does.
func TestWrongExtension(t *testing.T) {
	t.Parallel()
	if got := receive(t.Context(), t, formattest.Input("tariffs.csv", book(t))); got.format != "kvitok-tariffs-xlsx" || got.facts != 1 {
		t.Errorf("a workbook named .csv: %+v", got)
	}
	in := formattest.Input("houses.xlsx", encoded(t, houses, importers.Windows1251))
	if got := receive(t.Context(), t, in); got.format != "kvitok-houses-csv" || got.facts != 1 {
		t.Errorf("a text named .xlsx: %+v", got)
	}
	workbookOnly, err := known().ByName("kvitok-tariffs-xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if got := formattest.Decode(t.Context(), t, workbookOnly, in); got.Code != "wrong_kind" {
		t.Errorf("a text forced into a workbook format: %q", got.Refused)
	}
	textOnly, err := known().ByName("kvitok-houses-csv")
	if err != nil {
		t.Fatal(err)
	}
	if got := formattest.Decode(t.Context(), t, textOnly, formattest.Input("x", book(t))); got.Code != "wrong_kind" {
		t.Errorf("a workbook forced into a text format: %q", got.Refused)
	}
}

// A table of seven columns with a title above is no file of a supplier, though its rows look so.
func TestTitledTable(t *testing.T) {
	t.Parallel()
	text := "Услуги на 01.10.2026;;;;;;\r\n" +
		"Адрес дома;Лицевой счёт;Услуга;ИНН получателя;Возможность установки ИПУ;Действует с;по\r\n" +
		"г. Примерск, ул. Садовая, д. 5;1000000017;Отопление;7707083893;да;01.10.2026;\r\n"
	got := receive(t.Context(), t, formattest.Input("s.csv", encoded(t, text, importers.Windows1251)))
	if got.format != "kvitok-services-csv" || got.facts != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestColumnsSwapped(t *testing.T) {
	t.Parallel()
	text := strings.Replace(houses, "МКД;3450,7", "3450,7;МКД", 1)
	got := receive(t.Context(), t, formattest.Input("h.csv", encoded(t, text, importers.CP866)))
	want := []string{
		"столбец «Вид дома»: «3450,7» — такое значение не принимается; ожидается одно из: «МКД», «жилой дом»",
		"столбец «Площадь помещений, м²»: «МКД» — это не число; ожидается число без пробелов, например 54,30",
	}
	if got.facts != 0 || strings.Join(got.rows, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %+v", got)
	}
}

// 1.1 GB: a sparse file, so that the test costs nothing; it must be refused before it is read.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, head, want string }{
		{"large.csv", houses, "файл слишком велик: 1100 МБ при пределе 512 МБ"},
		{"large.xlsx", "PK\x03\x04", "файл слишком велик: 1100 МБ при пределе 512 МБ"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		f, err := os.Create(path) //nolint:gosec // a file of this test
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close() //nolint:errcheck // a file of this test
		if _, err := f.WriteString(c.head); err != nil {
			t.Fatal(err)
		}
		if err := f.Truncate(1100 << 20); err != nil {
			t.Fatal(err)
		}
		got := receive(t.Context(), t, importers.Input{Name: c.name, Size: 1100 << 20, Content: f})
		if got.refused == "" || !strings.Contains(got.refused, c.want) {
			t.Errorf("%s: refused with %q", c.name, got.refused)
		}
	}
}

func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for name, content := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// bomb rewrites a workbook so that its sheet unpacks to size bytes made of fill.
func bomb(t *testing.T, part, head, fill string, size int) []byte {
	t.Helper()
	source := book(t)
	r, err := zip.NewReader(bytes.NewReader(source), int64(len(source)))
	if err != nil {
		t.Fatal(err)
	}
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for _, f := range r.File {
		if f.Name == part {
			out, err := w.Create(f.Name)
			if err != nil {
				t.Fatal(err)
			}
			chunk := strings.Repeat(fill, 1+(1<<20)/len(fill))
			if _, err := io.WriteString(out, head); err != nil {
				t.Fatal(err)
			}
			for written := 0; written < size; written += len(chunk) {
				if _, err := io.WriteString(out, chunk); err != nil {
					t.Fatal(err)
				}
			}
			continue
		}
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func TestZipBombs(t *testing.T) {
	t.Parallel()
	const sheet, shared = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	row := `<row><c t="inlineStr"><is><t>а</t></is></c></row>`
	cases := []struct {
		name    string
		content []byte
		want    string
	}{
		{"ratio", bomb(t, sheet, "<worksheet><sheetData>", row, 20<<20), "похоже на «zip-бомбу»"},
		{"one cell", bomb(t, sheet, `<worksheet><sheetData><row><c t="inlineStr"><is><t>`, "а", 4<<20), "слишком велика для таблицы"},
		{"shared text", bomb(t, shared, `<sst><si><t>`, "а", 4<<20), "слишком велика для таблицы"},
		{"attribute", bomb(t, sheet, `<worksheet a="`, "а", 4<<20), "слишком велика для таблицы"},
		{"doctype", bomb(t, sheet, `<!DOCTYPE x [`, `<!ENTITY a "aaaa">`, 1<<20), "повреждена"},
	}
	for _, c := range cases {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := receive(t.Context(), t, formattest.Input(c.name, c.content))
		runtime.ReadMemStats(&after)
		if !strings.Contains(got.refused, c.want) {
			t.Errorf("%s: refused with %q, want %q", c.name, got.refused, c.want)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 && c.name != "shared text" {
			t.Errorf("%s: %d MB allocated", c.name, grown>>20)
		}
	}
}

// A directory that lies about sizes is found out while reading.
func TestLyingDirectory(t *testing.T) {
	t.Parallel()
	limits := importers.DefaultLimits()
	limits.Unpacked = 1 << 20
	content := bomb(t, "xl/worksheets/sheet1.xml", "<worksheet><sheetData>", `<row><c><v>1</v></c></row>`, 8<<20)
	for i := 0; i >= 0 && i < len(content); {
		at := bytes.Index(content[i:], []byte("PK\x01\x02"))
		if at < 0 {
			break
		}
		at += i
		name := content[at+46 : at+46+int(content[at+28])]
		if string(name) == "xl/worksheets/sheet1.xml" {
			copy(content[at+24:], []byte{0, 1, 0, 0}) // unpacked size: 256 bytes
		}
		i = at + 4
	}
	in := formattest.Input("lie.xlsx", content)
	in.Limits = limits
	if got := receive(t.Context(), t, in); got.refused == "" {
		t.Errorf("a lying directory is believed: %+v", got)
	}
}

func TestLimitsOfSheets(t *testing.T) {
	t.Parallel()
	var book formattest.Book
	for i := range 4 {
		book.Sheets = append(book.Sheets, formattest.Sheet{
			Name: fmt.Sprintf("Лист %d", i), Rows: [][]any{{"a", "b", "c", "d"}, {1}, {2}, {3}},
		})
	}
	content := formattest.Workbook(t, book)
	for want, change := range map[string]func(*importers.Limits){
		"больше 3 листов":                func(l *importers.Limits) { l.Sheets = 3 },
		"больше 2 строк":                 func(l *importers.Limits) { l.Rows = 2 },
		"больше 3 ячеек":                 func(l *importers.Limits) { l.Cells = 3 },
		"частей при пределе 5":           func(l *importers.Limits) { l.Parts = 5 },
		"МБ текста":                      func(l *importers.Limits) { l.Strings = 10 },
		"после распаковки занимает 0 МБ": func(l *importers.Limits) { l.Unpacked = 100 },
	} {
		in := formattest.Input("limits.xlsx", content)
		in.Limits = importers.DefaultLimits()
		change(&in.Limits)
		if got := receive(t.Context(), t, in); !strings.Contains(got.refused, want) {
			t.Errorf("refused with %q, want %q", got.refused, want)
		}
	}
}
