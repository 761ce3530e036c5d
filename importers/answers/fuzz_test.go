package answers_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/answers"
)

// asked is one filled row of an operator's workbook: what names it, the answer, and a remark.
type asked struct{ key, answer, comment string }

// bookOf lays rows out under a header, as a person who retypes a workbook might. The book is written by hand: excelize
// takes milliseconds for each of the dozen books of one execution.
func bookOf(t *testing.T, sheet string, header []string, rows ...[]string) importers.Input {
	t.Helper()
	var cells bytes.Buffer
	var errs []error
	for i, row := range append([][]string{header}, rows...) {
		fmt.Fprintf(&cells, `<row r="%d">`, i+1)
		for _, cell := range row {
			cells.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">`)
			errs = append(errs, xml.EscapeText(&cells, []byte(cell)))
			cells.WriteString(`</t></is></c>`)
		}
		cells.WriteString(`</row>`)
	}
	var out bytes.Buffer
	book := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"xl/workbook.xml", `<workbook><sheets><sheet name="` + sheet + `" id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<worksheet><sheetData>` + cells.String() + `</sheetData></worksheet>`},
	} {
		w, err := book.CreateHeader(&zip.FileHeader{Name: part[0], Method: zip.Store})
		if err == nil {
			_, err = w.Write([]byte(part[1]))
		}
		errs = append(errs, err)
	}
	if err := errors.Join(append(errs, book.Close())...); err != nil {
		t.Fatal(err)
	}
	return importers.Input{Name: "answers.xlsx", Size: int64(out.Len()), Content: bytes.NewReader(out.Bytes())}
}

// lawful proves the law of every answered workbook: no row is lost or told twice, and a rejected one that comes back as it stands
// is rejected for the same reason.
func lawful(t *testing.T, read func(rows ...[]string) (taken []int, wrong []housing.Problem), rows [][]string) {
	t.Helper()
	taken, wrong := read(rows...)
	ended := map[int]bool{}
	for _, row := range taken {
		if ended[row] || row < 2 || row > len(rows)+1 {
			t.Errorf("row %d is decided twice or stands in no workbook", row)
		}
		ended[row] = true
	}
	for _, p := range wrong {
		if ended[p.Row] || p.Row < 2 || p.Row > len(rows)+1 || p.Code == "" || p.Text == "" || p.Column == "" {
			t.Errorf("the problem does not say where or why, or of a row that is decided: %+v", p)
		}
		ended[p.Row] = true
		if p.Code == "repeated_claim" || p.Code == "repeated_payment" || p.Code == "repeated_account" {
			continue // alone it repeats nothing
		}
		again, still := read(rows[p.Row-2])
		if len(again) > 0 || len(still) != 1 || still[0].Code != p.Code || still[0].Value != p.Value {
			t.Errorf("row %d was rejected for %s «%s»; sent alone it ends as %v, %v", p.Row, p.Code, p.Value, again, still)
		}
	}
	if slices.ContainsFunc(taken, func(row int) bool { _, still := read(rows[row-2]); return len(still) > 0 }) {
		t.Errorf("a row that was decided is rejected when it comes alone: %q", rows)
	}
}

// FuzzAnswers fills the three workbooks of decisions with whatever people write.
func FuzzAnswers(f *testing.F) {
	key := "0123456789abcdef"
	f.Add("10", "0100001001", "по паспорту", "20", "нет", "", key)
	f.Add("10", "01О0001001", "", "10", "1,23E+11", "", key)
	f.Add("0", "\u00a001 001", "", "", "выпустить", "", "")
	f.Add("000123", "тот же платёж", "-", "000123", "сторно", "", key+"0")
	f.Fuzz(func(t *testing.T, firstKey, firstAnswer, firstComment, secondKey, secondAnswer, secondComment, mark string) {
		rows := []asked{{firstKey, firstAnswer, firstComment}, {secondKey, secondAnswer, secondComment}}
		checkMatches(t, rows)
		checkPayments(t, rows, mark)
		checkHolds(t, rows, mark)
	})
}

func checkMatches(t *testing.T, rows []asked) {
	t.Helper()
	header := []string{housing.MatchColumnClaim, housing.MatchColumnAnswer, housing.MatchColumnComment}
	lawful(t, func(rows ...[]string) (taken []int, wrong []housing.Problem) {
		list, wrong, err := answers.Read(bookOf(t, housing.MatchSheet, header, rows...))
		unread(t, err)
		for _, a := range list {
			taken = append(taken, a.Row)
			if a.None && a.Account != "" || a.Claim < 1 {
				t.Errorf("an answer that contradicts itself: %+v", a)
			}
		}
		return taken, wrong
	}, cellsOf(rows, func(a asked) []string { return []string{a.key, a.answer, a.comment} }))
}

func checkPayments(t *testing.T, rows []asked, sum string) {
	t.Helper()
	header := []string{housing.PaymentColumnKey, housing.PaymentColumnAnswer, housing.PaymentColumnComment, housing.PaymentColumnSum}
	lawful(t, func(rows ...[]string) (taken []int, wrong []housing.Problem) {
		list, wrong, err := answers.ReadPayments(bookOf(t, housing.PaymentSheet, header, rows...))
		unread(t, err)
		for _, a := range list {
			taken = append(taken, a.Row)
			if a.Key == "" || (a.Reverse || a.Same || a.Done) && a.Account != "" {
				t.Errorf("an answer that contradicts itself: %+v", a)
			}
		}
		return taken, wrong
	}, cellsOf(rows, func(a asked) []string { return []string{a.key, a.answer, a.comment, sum} }))
}

func checkHolds(t *testing.T, rows []asked, mark string) {
	t.Helper()
	header := []string{housing.GateColumnAccount, housing.GateColumnAnswer, housing.GateColumnComment, housing.GateColumnKey}
	lawful(t, func(rows ...[]string) (taken []int, wrong []housing.Problem) {
		list, wrong, err := answers.ReadGate(bookOf(t, housing.GateSheet, header, rows...))
		unread(t, err)
		for _, a := range list {
			taken = append(taken, a.Row)
		}
		return taken, wrong
	}, cellsOf(rows, func(a asked) []string { return []string{a.key, a.answer, a.comment, mark} }))
}

func cellsOf(rows []asked, cells func(asked) []string) [][]string {
	list := make([][]string, 0, len(rows))
	for _, row := range rows {
		list = append(list, cells(row))
	}
	return list
}

// unread lets a workbook be refused as a whole; any other error is a fault of the reader.
func unread(t *testing.T, err error) {
	t.Helper()
	if _, refused := errors.AsType[*importers.FileError](err); err != nil && !refused {
		t.Error(err)
	}
}

// FuzzBook gives the readers what is no workbook of theirs: nothing may panic, a file that cannot be read is refused.
func FuzzBook(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("Заявка №;Лицевой счёт\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		in := func() importers.Input {
			return importers.Input{Name: "a.xlsx", Size: int64(len(content)), Content: bytes.NewReader(content)}
		}
		_, _, matches := answers.Read(in())
		_, _, payments := answers.ReadPayments(in())
		_, _, holds := answers.ReadGate(in())
		for _, err := range []error{matches, payments, holds} {
			unread(t, err)
		}
	})
}
