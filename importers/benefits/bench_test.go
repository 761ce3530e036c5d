package benefits_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/benefits"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

// many repeats the first row of the good case, of 29 columns and 759 bytes.
func many(b *testing.B, rows int) []byte {
	b.Helper()
	good, err := os.ReadFile("testdata/social-uslugi-dbf/good/input.dbf")
	if err != nil {
		b.Fatal(err)
	}
	h, err := dbase.ReadHeader(bytes.NewReader(good))
	if err != nil {
		b.Fatal(err)
	}
	content := bytes.Clone(good[:h.Size])
	content[4], content[5], content[6] = byte(rows), byte(rows>>8), byte(rows>>16) //nolint:gosec // the low bytes of the count
	for range rows {
		content = append(content, good[h.Size:h.Size+h.Row]...)
	}
	return append(content, 0x1a)
}

func BenchmarkUslugi(b *testing.B) {
	const rows = 50_000
	content := many(b, rows)
	formattest.Rows(b, benefits.NewUslugi(), content, rows)
}

// BenchmarkUslugiTable reads the same table without making facts of it.
func BenchmarkUslugiTable(b *testing.B) {
	const rows = 50_000
	content := many(b, rows)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		got := 0
		_, err := importers.EachDBF(b.Context(), formattest.Input("bench", content), func([]string) ([]housing.Problem, error) { return nil, nil }, func(importers.Record) error {
			got++
			return nil
		})
		if err != nil || got != rows {
			b.Fatalf("%d rows: %v", got, err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
