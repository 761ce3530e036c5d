package formattest

import (
	"bytes"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
)

// Bench decodes a file of about a hundred thousand rows made by row(n), between head and tail, and
// reports rows per second.
func Bench(b *testing.B, format importers.Format, head string, row func(n int) string, tail func(rows int) string) {
	b.Helper()
	const rows = 100_000
	var text bytes.Buffer
	text.WriteString(head)
	for n := range rows {
		text.WriteString(row(n))
	}
	text.WriteString(tail(rows))
	content, ok := Encode(text.String(), importers.Windows1251)
	if !ok {
		b.Fatal("the rows cannot be written in windows-1251")
	}
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		facts := 0
		_, err := format.Decode(b.Context(), Input("bench", content), func(rec importers.Record) error {
			if rec.Fact != nil {
				facts++
			}
			return nil
		})
		if err != nil || facts != rows {
			b.Fatalf("%d facts of %d rows: %v", facts, rows, err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
