package catalogue_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

const volumes = "Адрес дома;Ресурс;Номер ОДПУ;Объём;Месяц"

// ends are the rows of a file in short: "3 принято", "4 bad_number".
func (f taken) ends() []string {
	got := make([]string, 0, len(f.records))
	for _, r := range f.records {
		end := strconv.Itoa(r.Row) + " " + housing.Accepted.Russian()
		if r.Rejected() {
			end = strconv.Itoa(r.Row) + " " + r.Problems[0].Code
		}
		got = append(got, end)
	}
	return got
}

func TestCorrectedText(t *testing.T) {
	t.Parallel()
	const (
		header = volumes + ";статус;код;причина\r\n"
		own    = "г. Примерск, ул. Садовая, д. 5;ХВС;ВД-1;10,5;10.2026"
		bad    = "г. Примерск, ул. Садовая, д. 5;ХВС;ВД-1;много;10.2026"
	)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"corrected":             {header + own + ";отклонено;bad_number;старая причина\r\n", []string{"2 принято"}},
		"not corrected":         {header + bad + ";отклонено;bad_number;старая причина\r\n", []string{"2 bad_number"}},
		"accepted before":       {header + own + ";принято;;\r\n" + own + ";без изменений;;\r\n", []string{"2 принято", "3 принято"}},
		"capitals":              {volumes + ";СТАТУС;Код;Причина\r\n" + own + ";Принято;;\r\n", []string{"2 принято"}},
		"put in anew":           {header + own + "\r\n", []string{"2 принято"}},
		"anew with a delimiter": {header + "г. Примерск; ул. Садовая, д. 5;ХВС;ВД-1;10,5;10.2026\r\n", []string{"2 wrong_cell_count"}},
		"too long":              {header + "г. Примерск; ул. Садовая, д. 5;ХВС;ВД-1;10,5;10.2026;отклонено;wrong_cell_count;в строке 6 ячеек вместо 5\r\n", []string{"2 wrong_cell_count"}},
		"own remark":            {header + own + ";исправлено;;\r\n", []string{"2 принято"}},
		"padded by Excel":       {volumes + ";статус;код;причина;\r\n" + own + ";принято;;;\r\n", []string{"2 принято"}},
		"columns moved":         {"Статус;Причина;Код;" + volumes + "\r\n;;;" + own + "\r\n", []string{"2 принято"}},
		"comments":              {"# до шапки\r\n" + header + "#\r\n# между; строками\r\n#и без пробела\r\n" + bad + ";;;\r\n# Итог: файл принят", []string{"6 bad_number"}},
		"Excel errors are rows": {header + "#Н/Д;ХВС;ВД-1;много;10.2026;;;\r\n########;ХВС;ВД-1;много;10.2026;;;\r\n", []string{"2 bad_number", "3 bad_number"}},
		"still cut short":       {header + "г. Примерск;ХВС;ВД-1;10,5;;отклонено;wrong_cell_count;в строке 4 ячейки вместо 5: обрезана\r\n", []string{"2 wrong_cell_count"}},
		"filled up":             {header + own + ";отклонено;wrong_cell_count;в строке 4 ячейки вместо 5: обрезана\r\n", []string{"2 принято"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := take(t.Context(), t, encoded(t, c.text, importers.Windows1251))
			if diff := cmp.Diff(c.want, got.ends()); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if len(got.result.Notes) > 0 {
				t.Errorf("notes %v", got.result.Notes)
			}
		})
	}
}

// Lines without a header: the answer is known by its verdict.
func TestCorrectedLines(t *testing.T) {
	t.Parallel()
	const good = `"ООО" УК;1000000000017;адрес;501;ХВ-000111;25.10.2026;130.000`
	text := good + ";принято;;\r\n" + strings.Replace(good, "130.000", "130,0", 1) + ";отклонено;bad_number;запятая\r\n" +
		good + "\r\n" + `"""ООО"" УК";1000000000017;адрес;501;ХВ-000111;25.10.2026;131.000;без изменений;;` + "\r\n# Итог: файл принят\r\n"
	got := take(t.Context(), t, encoded(t, text, importers.Windows1251))
	want := []string{"1 принято", "2 bad_number", "3 принято", "4 принято"}
	if diff := cmp.Diff(want, got.ends()); diff != "" || got.format.Name() != "rso-readings-csv" {
		t.Errorf("%s rows (-want +got):\n%s", got.format.Name(), diff)
	}
	for _, r := range got.records {
		if len(r.Cells) != 7 || r.Cells[0] != `"ООО" УК` {
			t.Errorf("row %d has the cells %q", r.Row, r.Cells)
		}
	}
}

// The totals of a bank come back as they came, whether they were read or refused.
func TestTrailerComesBack(t *testing.T) {
	t.Parallel()
	const row = "02-10-2026;09-15-00;9999/00138;9999999V;100000000001;0100000017;ТЕСТОВ;адрес;0926;1500,00;1478,40;21,60;2\r\n"
	for trailer, refused := range map[string]string{
		"=1;1500,00;1478,40;21,60;411378;03-10-2026": "",
		"=2;1500,00;1478,40;21,60;411378;03-10-2026": "totals_disagree",
		"=1;1500,00;14": "bad_trailer",
		"=1;1500,00;1478,40;21,60;411378;03-10-2026\r\n" + strings.TrimSpace(row): "after_trailer",
	} {
		file := take(t.Context(), t, encoded(t, row+trailer+"\r\n", importers.Windows1251))
		if file.refused != refused {
			t.Errorf("%s: refused with %q", trailer, file.refused)
		}
		answer := file.answer(t, housing.Accepted)
		if !bytes.Contains(answer, encoded(t, "\r\n"+trailer+"\r\n# ", importers.Windows1251)) {
			t.Errorf("the answer does not hold the trailer %q:\n%q", trailer, answer)
		}
		if again := take(t.Context(), t, answer); again.refused != refused || len(again.records) != 1 {
			t.Errorf("%s: the answer is refused with %q, %d rows", trailer, again.refused, len(again.records))
		}
	}
}

// workbookWith is an answer in which a sender has changed some cells.
func workbookWith(t *testing.T, answer []byte, sheet string, change map[string]string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(answer))
	if err != nil {
		t.Fatal(err)
	}
	for cell, value := range change {
		if err := f.SetCellStr(sheet, cell, value); err != nil {
			t.Fatal(err)
		}
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCorrectedWorkbook(t *testing.T) {
	t.Parallel()
	const name = "Лицевые счета"
	file := take(t.Context(), t, formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{{Name: name, Rows: [][]any{
		{"Лицевой счёт", "Адрес дома", "Квартира", "Вид помещения", "Площадь, м²", "Проживает", "Право", "Действует с"},
		{1.23e15, "ул. Садовая", "1", "квартира", 54.3, 2, "собственник", "01.01.2020"},
		{"0100000025", "ул. Садовая", "2", "квартира", 54.3, 2, "собственник", map[string]any{"date": "2020-01-01"}},
		{"0100000033", "ул. Садовая", "3", "квартира", 54.3, 2, "собственник", "31.02.2020"},
		{"0100000041", "ул. Садовая", "4", "квартира", 54.3, 2, "собственник", "01.01.2020", "лишнее"},
	}}}}))
	answer := file.answer(t, housing.Unchanged)
	for what, c := range map[string]struct {
		change map[string]string
		want   []string
	}{
		"nothing":              {nil, []string{"2 lost_digits", "3 принято", "4 bad_date", "5 cell_beyond"}},
		"a date":               {map[string]string{"H4": "28.02.2020"}, []string{"2 lost_digits", "3 принято", "4 принято", "5 cell_beyond"}},
		"the number":           {map[string]string{"A2": "1230000000000017"}, []string{"2 принято", "3 принято", "4 bad_date", "5 cell_beyond"}},
		"the number was right": {map[string]string{"I2": "", "J2": "", "K2": ""}, []string{"2 принято", "3 принято", "4 bad_date", "5 cell_beyond"}},
		"the stray cell":       {map[string]string{"I5": ""}, []string{"2 lost_digits", "3 принято", "4 bad_date", "5 принято"}},
		"a row emptied": {map[string]string{
			"A4": "", "B4": "", "C4": "", "D4": "", "E4": "", "F4": "", "G4": "", "H4": "",
		}, []string{"2 lost_digits", "3 принято", "5 cell_beyond"}},
	} {
		got := take(t.Context(), t, workbookWith(t, answer, name, c.change))
		if diff := cmp.Diff(c.want, got.ends()); diff != "" {
			t.Errorf("%s changed: rows (-want +got):\n%s", what, diff)
		}
		if len(got.result.Notes) > 0 || len(got.result.Shape.Sheets) != 1 {
			t.Errorf("%s changed: notes %v, sheets %v", what, got.result.Notes, got.result.Shape.Sheets)
		}
	}
	own := take(t.Context(), t, workbookWith(t, answer, "Итог", map[string]string{"A1": "Итог за октябрь"}))
	if len(own.result.Notes) != 1 || own.result.Notes[0].Sheet != "Итог" {
		t.Errorf("a sheet «Итог» of the sender's own: notes %v", own.result.Notes)
	}
}

// Notes say their sheet and column in their own fields, so that they can be stored and counted.
func TestNotesHavePlaces(t *testing.T) {
	t.Parallel()
	book := formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{
		{Name: "Дома", Rows: [][]any{{"Адрес", "Вид дома", "Управляющий", "Код", "Статус"}, {"ул. Садовая", "МКД", "Тестов", "7", "жив"}}},
		{Name: "Заметки", Rows: [][]any{{"купить бумагу"}}},
	}})
	want := []housing.Problem{
		{
			Sheet: "Дома", Column: "Управляющий", Code: "unknown_column", Text: "столбец не известен и не читается",
			Severity: housing.SeverityInfo,
		},
		{
			Sheet: "Заметки", Code: "unknown_sheet", Text: "лист «Заметки» не читается: на нём нет шапки известной таблицы",
			Severity: housing.SeverityInfo,
		},
	}
	got := take(t.Context(), t, book)
	if diff := cmp.Diff(want, got.result.Notes); diff != "" {
		t.Errorf("notes of a workbook (-want +got):\n%s", diff)
	}
	if n := len(got.result.Shape.Sheets[0].Header); n != 5 {
		t.Errorf("the header has %d columns: single columns of the sender's must stay", n)
	}
	got = take(t.Context(), t, encoded(t, volumes+";Управляющий\r\nул. Садовая;ХВС;ВД-1;10,5;10.2026;Тестов\r\n", importers.UTF8))
	want = want[:1]
	want[0].Sheet = ""
	if diff := cmp.Diff(want, got.result.Notes); diff != "" {
		t.Errorf("notes of a text (-want +got):\n%s", diff)
	}
}
