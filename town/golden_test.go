package town_test

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/importers"
)

//nolint:gochecknoglobals // a flag of the test binary has to be registered before main runs
var update = flag.Bool("update", false, "rewrite golden files")

const goldenLines = 4

// The first lines of every file and the counts are as they were: a change of the town is seen.
func TestGolden(t *testing.T) {
	t.Parallel()
	made := newTown(t, 1000, 1)
	var b strings.Builder
	for _, f := range made.Files() {
		body := content(t, f)
		fmt.Fprintf(&b, "== %s/%s\n", f.Partner, f.Name)
		if strings.HasSuffix(f.Name, ".xlsx") {
			b.WriteString(sheetHead(t, body))
			continue
		}
		b.WriteString(textHead(t, f.Name, body))
	}
	b.WriteString("== messages\n")
	n := 0
	for m, err := range made.Messages() {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n > goldenLines+4 {
			break
		}
		fmt.Fprintf(&b, "%s %s\n", m.Key, m.Value)
	}
	e := made.Expected()
	e.Files = nil
	fmt.Fprintf(&b, "== expected\n%+v\n", e)
	path := filepath.Join("testdata", "town.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // a golden file
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func textHead(t *testing.T, name string, body []byte) string {
	t.Helper()
	sample, err := importers.NewSample(importers.Input{Name: name, Size: int64(len(body)), Content: bytes.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	if sample.Encoding == importers.Windows1251 {
		if body, err = charmap.Windows1251.NewDecoder().Bytes(body); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n")
	return string(sample.Encoding) + "\n" + strings.Join(lines[:goldenLines], "\n") + "\n" + strings.Join(lines[len(lines)-2:], "\n") + "\n"
}

func sheetHead(t *testing.T, body []byte) string {
	t.Helper()
	book, err := importers.OpenWorkbook(importers.Input{Size: int64(len(body)), Content: bytes.NewReader(body)})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, sheet := range book.Sheets() {
		fmt.Fprintf(&b, "[%s]\n", sheet)
		err := book.Rows(sheet, func(row importers.SheetRow) error {
			if row.Number > goldenLines {
				return io.EOF
			}
			cells := make([]string, len(row.Cells))
			for i, c := range row.Cells {
				cells[i] = c.Text
			}
			b.WriteString(strings.Join(cells, " | ") + "\n")
			return nil
		})
		if err != nil && err != io.EOF { //nolint:errorlint // the callback's own
			t.Fatal(err)
		}
	}
	return b.String()
}

// A workbook of the town has the parts that Excel needs and no more.
func TestWorkbookParts(t *testing.T) {
	t.Parallel()
	body := content(t, newTown(t, 300, 1).Files()[0])
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(archive.File))
	for _, f := range archive.File {
		names = append(names, f.Name)
	}
	want := []string{
		"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
		"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// Check digits of the organisations hold, so that a bank's application takes their payment codes.
func TestOrganisations(t *testing.T) {
	t.Parallel()
	o := newTown(t, 300, 1).Organisations()
	if o.Issuer.INN == o.Fund.INN || len(o.Payees()) != 1 {
		t.Errorf("payees %v", o.Payees())
	}
	for _, org := range append(o.Payees(), o.Issuer) {
		if _, err := importers.ReadINN(importers.Cell{Text: org.INN}); err != nil {
			t.Errorf("%s: %v", org.INN, err)
		}
		bank := org.Bank
		if !bank.Complete() || !keyHolds(bank.BIC[6:]+bank.Account) || !keyHolds("0"+bank.BIC[4:6]+bank.CorrAccount) {
			t.Errorf("%s: bank %+v", org.INN, bank)
		}
		if !strings.HasPrefix(bank.BIC, "04") || bank.CorrAccount[17:] != bank.BIC[6:] {
			t.Errorf("%s: BIC %s, correspondent account %s", org.INN, bank.BIC, bank.CorrAccount)
		}
	}
}

func keyHolds(digits string) bool {
	sum := 0
	for i, c := range digits {
		sum += []int{7, 1, 3}[i%3] * int(c-'0')
	}
	return len(digits) == 23 && sum%10 == 0
}

func BenchmarkFiles(b *testing.B) {
	made := newTown(b, 20_000, 1)
	expected := made.Expected()
	for i, f := range made.Files() {
		if expected.Files[i].Counts.Rows < 1000 {
			continue
		}
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				if err := f.Write(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(expected.Files[i].Counts.Rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
	b.Run("messages", func(b *testing.B) {
		for b.Loop() {
			for _, err := range made.Messages() {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(expected.Messages.Sent*b.N)/b.Elapsed().Seconds(), "messages/s")
	})
}
