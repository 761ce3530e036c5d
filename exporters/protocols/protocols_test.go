package protocols_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/exporters/protocols"
	"github.com/kvitok-gkh/kvitok/housing"
)

var update = flag.Bool("update", false, "rewrite the golden files") //nolint:gochecknoglobals // a flag of the test binary

func head(tb testing.TB, name string) protocols.Head {
	tb.Helper()
	return protocols.Head{
		Name: name, SHA256: strings.Repeat("ab", 32), Size: 1234, Partner: "sber",
		Received: time.Date(2026, 10, 5, 6, 7, 8, 0, time.UTC), Zone: time.FixedZone("MSK", 3*3600), Temp: tb.TempDir(),
	}
}

type row struct {
	cells   []string
	outcome housing.Outcome
}

func rejected(p ...housing.Problem) housing.Outcome {
	return housing.Outcome{Verdict: housing.Rejected, Problems: p}
}

func badDate() housing.Problem {
	return housing.Problem{
		Column: "Дата", Value: "31.02.2026", Code: "bad_date", Text: "такой даты нет", Expected: "ДД.ММ.ГГГГ",
	}
}

func summary(rows []row) protocols.Summary {
	s := protocols.Summary{Status: housing.FilePartly, Lines: []protocols.Line{{Name: "Сумма принятых", Value: "1 500,00"}}}
	s.Notes = []protocols.Line{{Name: "Замечание", Value: "столбец «Прожывает»: столбец не известен и не читается"}}
	for _, r := range rows {
		if r.outcome.Verdict != "" {
			s.Counts.Add(r.outcome.Verdict)
		}
	}
	return s
}

func write(t *testing.T, shape protocols.Shape, h protocols.Head, rows []row) []byte {
	t.Helper()
	var out bytes.Buffer
	p, err := protocols.New(&out, shape, h)
	if err != nil {
		t.Fatal(err)
	}
	sheet := ""
	if len(shape.Sheets) > 0 {
		sheet = shape.Sheets[0].Name
	}
	for i, r := range rows {
		if err := p.Row(sheet, i+2, r.cells, r.outcome); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(summary(rows)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readings() []row {
	warning := housing.Problem{Code: "high", Text: "расход втрое больше обычного; проверьте", Severity: housing.SeverityWarning}
	return []row{
		{[]string{"0100000017", "ХВ-000111", "05.10.2026", "123,456"}, housing.Outcome{Verdict: housing.Accepted}},
		{[]string{"0100000025", `ООО "УК"; №1`, "31.02.2026", "7000"}, rejected(badDate())},
		{[]string{"0100000033", "ЭЛ-000222", "05.10.2026", "15000"}, housing.Outcome{Verdict: housing.Unchanged}},
		{[]string{"0100000041", `"Эл"`, "05.10.2026"}, housing.Outcome{Verdict: housing.Accepted, Problems: []housing.Problem{warning}}},
		{[]string{"=3", "итог отправителя"}, housing.Outcome{}},
	}
}

func header() []protocols.Sheet {
	return []protocols.Sheet{{Header: []string{"ЛС", "№ ПУ", "Дата", "Показание"}}}
}

func TestGoldenText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		shape protocols.Shape
		rows  []row
	}{
		"cp1251-header":  {protocols.Shape{Kind: protocols.Text, Encoding: exporters.Windows1251, Delimiter: ';', Sheets: header()}, readings()},
		"cp866-pipe":     {protocols.Shape{Kind: protocols.Text, Encoding: exporters.CP866, Delimiter: '|'}, readings()},
		"utf8-bom-comma": {protocols.Shape{Kind: protocols.Text, Encoding: exporters.UTF8BOM, Delimiter: ',', Sheets: header()}, readings()},
		"unknown-kind":   {protocols.Shape{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := write(t, c.shape, head(t, "Показания; октябрь.csv"), c.rows)
			golden := filepath.Join("testdata", "text", name+".csv")
			if *update {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden) //nolint:gosec // path of the test
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, got) {
				t.Errorf("protocol differs from %s (run with -update to see):\n%q\nwant\n%q", golden, got, want)
			}
		})
	}
}

// read gives the rows of a protocol as a reader sees them who passes over lines with "#".
func read(t *testing.T, data []byte) [][]string {
	t.Helper()
	text, err := charmap.Windows1251.NewDecoder().Bytes(data)
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma, reader.Comment, reader.FieldsPerRecord, reader.LazyQuotes = ';', '#', -1, true
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSenderReadsHisOwnCells(t *testing.T) {
	t.Parallel()
	shape := protocols.Shape{Kind: protocols.Text, Encoding: exporters.Windows1251, Delimiter: ';', Sheets: header()}
	rows := read(t, write(t, shape, head(t, "a.csv"), readings()))
	want := [][]string{
		{"ЛС", "№ ПУ", "Дата", "Показание", "статус", "код", "причина"},
		{"0100000017", "ХВ-000111", "05.10.2026", "123,456", "принято", "", ""},
		{
			"0100000025", `ООО "УК"; №1`, "31.02.2026", "7000", "отклонено", "bad_date",
			"столбец «Дата»: «31.02.2026» — такой даты нет, ожидается ДД.ММ.ГГГГ",
		},
		{"0100000033", "ЭЛ-000222", "05.10.2026", "15000", "без изменений", "", ""},
		{"0100000041", `"Эл"`, "05.10.2026", "", "принято", "high", "замечание: расход втрое больше обычного, проверьте"},
		{"=3", "итог отправителя"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestCorrectedProtocolDoesNotGrow(t *testing.T) {
	t.Parallel()
	shape := protocols.Shape{Kind: protocols.Text, Encoding: exporters.Windows1251, Delimiter: ';', Sheets: header()}
	first := read(t, write(t, shape, head(t, "a.csv"), readings()[:4]))
	shape.Sheets = []protocols.Sheet{{Header: first[0]}}
	again := make([]row, 0, len(first))
	for _, cells := range first[1:] {
		again = append(again, row{cells, housing.Outcome{Verdict: housing.Unchanged}})
	}
	second := read(t, write(t, shape, head(t, "a.csv.protocol.csv"), again))
	for i, cells := range second {
		if diff := cmp.Diff(first[i][:4], cells[:4]); diff != "" || len(cells) != 7 {
			t.Errorf("row %d of the second protocol has %d cells, want the same 4 and 3 (-first +second):\n%s", i, len(cells), diff)
		}
	}
	if second[2][4] != "без изменений" || second[2][5] != "" {
		t.Errorf("row 2 keeps an old verdict: %q", second[2])
	}
}

func book(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func workbookShape() protocols.Shape {
	sheets := header()
	sheets[0].Name = "Показания"
	return protocols.Shape{Kind: protocols.Workbook, Sheets: append(sheets, protocols.Sheet{Name: "Пустой", Header: []string{"А"}})}
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	data := write(t, workbookShape(), head(t, "Показания.xlsx"), readings())
	f := book(t, data)
	if diff := cmp.Diff([]string{"Итог", "Показания", "Пустой"}, f.GetSheetList()); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
	rows, err := f.GetRows("Показания")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ЛС", "№ ПУ", "Дата", "Показание", "Статус", "Код", "Причина"}, rows[0]); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	want := []string{
		"0100000025", `ООО "УК"; №1`, "31.02.2026", "7000", "отклонено", "bad_date",
		"столбец «Дата»: «31.02.2026» — такой даты нет; ожидается ДД.ММ.ГГГГ",
	}
	if diff := cmp.Diff(want, rows[2]); diff != "" {
		t.Errorf("rejected row (-want +got):\n%s", diff)
	}
	if !bytes.Equal(data, write(t, workbookShape(), head(t, "Показания.xlsx"), readings())) {
		t.Error("two writings of the same protocol differ")
	}
}

func TestWorkbookShowsWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := book(t, write(t, workbookShape(), head(t, "Показания.xlsx"), readings()))
	fills := map[string]string{}
	for _, cell := range []string{"A2", "A3", "C3", "G3", "A4"} {
		id, err := f.GetCellStyle("Показания", cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		fills[cell] = strings.Join(style.Fill.Color, "")
	}
	if diff := cmp.Diff(map[string]string{"A2": "", "A3": "FDECEA", "C3": "F8B4AB", "G3": "FDECEA", "A4": ""}, fills); diff != "" {
		t.Errorf("colours (-want +got):\n%s", diff)
	}
	notes, err := f.GetComments("Показания")
	if err != nil || len(notes) != 1 || notes[0].Cell != "C3" || !strings.Contains(notes[0].Paragraph[0].Text, "такой даты нет") {
		t.Errorf("notes %+v, %v; want one on C3", notes, err)
	}
	result, err := f.GetRows("Итог")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range result[1:] {
		if len(r) > 1 {
			got[r[0]] = r[1]
		}
	}
	for name, value := range map[string]string{
		"Файл": "Показания.xlsx", "SHA-256": strings.Repeat("ab", 32), "Получен": "05.10.2026 09:07:08 (UTC+03:00)",
		"Итог": "принят с отклонёнными строками", "Строк всего": "4", "Принято": "2", "Без изменений": "1", "Отклонено": "1",
		"Сумма принятых": "1 500,00",
	} {
		if got[name] != value {
			t.Errorf("«%s» is %q, want %q", name, got[name], value)
		}
	}
}

func TestWorkbookKeepsRowNumbersAndSheetNames(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	shape := protocols.Shape{Kind: protocols.Workbook, Sheets: []protocols.Sheet{{Name: "Итог", Header: []string{"ЛС"}}}}
	p, err := protocols.New(&out, shape, head(t, "a.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{4, 9} {
		if err := p.Row("Итог", n, []string{"001"}, housing.Outcome{Verdict: housing.Accepted}); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Row("Ещё", 7, []string{"002"}, rejected(housing.Problem{Value: "002", Text: "нет такого счёта"})); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(protocols.Summary{Status: housing.FilePartly}); err != nil {
		t.Fatal(err)
	}
	f := book(t, out.Bytes())
	if diff := cmp.Diff([]string{"Итог протокола", "Итог", "Ещё"}, f.GetSheetList()); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
	for cell, want := range map[string]string{"A3": "ЛС", "A4": "001", "A9": "001", "B9": "принято"} {
		if got, err := f.GetCellValue("Итог", cell); got != want || err != nil {
			t.Errorf("cell %s = %q, %v; want %q", cell, got, err, want)
		}
	}
	if got, err := f.GetCellValue("Ещё", "B7"); got != "отклонено" || err != nil {
		t.Errorf("row of a sheet not known before: %q, %v", got, err)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	problem := housing.Problem{Code: "totals", Text: "контрольная сумма не сходится: в строке итога 10,00, по строкам 9,00"}
	var text, xlsx bytes.Buffer
	if err := protocols.Refusal(&text, protocols.Shape{Encoding: exporters.Windows1251}, head(t, "a.y03"), problem); err != nil {
		t.Fatal(err)
	}
	decoded, err := charmap.Windows1251.NewDecoder().String(text.String())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(decoded, "отклонён") || !strings.Contains(decoded, problem.Text) {
		t.Errorf("refusal says\n%s", decoded)
	}
	if err := protocols.Refusal(&xlsx, workbookShape(), head(t, "a.xlsx"), problem); err != nil {
		t.Fatal(err)
	}
	f := book(t, xlsx.Bytes())
	if got, err := f.GetCellValue("Итог", "B9"); got != problem.Text || err != nil {
		t.Errorf("reason in the workbook %q, %v", got, err)
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		original string
		kind     protocols.Kind
		want     string
	}{
		{"tariffs.xlsx", protocols.Workbook, "tariffs.xlsx.protocol.xlsx"},
		{"9900123450_424.y03", protocols.Text, "9900123450_424.y03.protocol.csv"},
		{`..\..\etc/passwd`, protocols.Text, "passwd.protocol.csv"},
		{"Показания: \"октябрь\"?.csv", "unknown", "Показания_ _октябрь__.csv.protocol.csv"},
		{"..", protocols.Text, "file.protocol.csv"},
	} {
		if got := protocols.Name(c.original, c.kind); got != c.want {
			t.Errorf("Name(%q) = %q, want %q", c.original, got, c.want)
		}
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFailingWriterIsReported(t *testing.T) {
	t.Parallel()
	for _, shape := range []protocols.Shape{{Kind: protocols.Text}, workbookShape()} {
		h := head(t, "a")
		p, err := protocols.New(full{}, shape, h)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Close(protocols.Summary{}); !errors.Is(err, errFull) {
			t.Errorf("%s: closing on a full disk gives %v", shape.Kind, err)
		}
		if err := p.Abort(); err != nil {
			t.Errorf("abort after close: %v", err)
		}
		if left, err := os.ReadDir(h.Temp); err != nil || len(left) > 0 {
			t.Errorf("temporary files left behind: %v, %v", left, err)
		}
	}
}

func TestUnknownEncoding(t *testing.T) {
	t.Parallel()
	if _, err := protocols.New(full{}, protocols.Shape{Encoding: "ebcdic"}, head(t, "a")); !errors.Is(err, exporters.ErrEncoding) {
		t.Errorf("error %v, want ErrEncoding", err)
	}
}
