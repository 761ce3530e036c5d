package protocols_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/exporters/protocols"
	"github.com/kvitok-gkh/kvitok/housing"
)

// FuzzText holds the protocol to the promise that a sender finds his own cells in it, whatever they
// are.
func FuzzText(f *testing.F) {
	f.Add("a", `b"c`, "d;e")
	f.Add(`"`, "", "x\r\ny")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		cells := []string{"№" + a, b, c}
		for _, cell := range cells {
			if strings.ContainsAny(cell, "\r\ufeff\ufffd") || !validUTF8(cell) {
				t.Skip("no cell of a text file")
			}
		}
		var out bytes.Buffer
		p, err := protocols.New(&out, protocols.Shape{Encoding: exporters.UTF8}, protocols.Head{})
		if err != nil {
			t.Fatal(err)
		}
		outcome := rejected(housing.Problem{Value: a, Text: b, Code: "x"})
		if err := errors.Join(p.Row("", 1, cells, outcome), p.Close(protocols.Summary{})); err != nil {
			t.Fatal(err)
		}
		reader := csv.NewReader(&out)
		reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = ';', -1, true
		got, err := reader.Read()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cells, got[:3]); diff != "" || len(got) != 6 {
			t.Errorf("%d cells (-want +got):\n%s", len(got), diff)
		}
	})
}

func validUTF8(s string) bool { return strings.ToValidUTF8(s, "\ufffd") == s }

func BenchmarkWorkbook(b *testing.B) { benchmark(b, workbookShape()) }

func BenchmarkText(b *testing.B) {
	benchmark(b, protocols.Shape{Encoding: exporters.Windows1251, Sheets: header()})
}

func benchmark(b *testing.B, shape protocols.Shape) {
	b.Helper()
	rows, n := readings()[:3], 0
	for b.Loop() {
		p, err := protocols.New(&bytes.Buffer{}, shape, head(b, "a"))
		if err != nil {
			b.Fatal(err)
		}
		for i := range 50_000 {
			if err := p.Row("Показания", i+2, rows[i%3].cells, rows[i%3].outcome); err != nil {
				b.Fatal(err)
			}
		}
		if err := p.Close(protocols.Summary{}); err != nil {
			b.Fatal(err)
		}
		n += 50_000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
