package formattest

import (
	"bytes"
	"syscall"
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
	Rows(b, format, content, rows)
}

// Rows decodes a file of so many good rows and reports rows per second of the clock and of the processor: what
// else the machine does changes the first much, the second little.
func Rows(b *testing.B, format importers.Format, content []byte, rows int) {
	b.Helper()
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	began := processorSeconds()
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
	used := processorSeconds() - began
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(rows)*float64(b.N)/used, "rows/cpu-s")
}

// processorSeconds are those that this process has used, in user and system.
func processorSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	const micro = 1e6
	return float64(usage.Utime.Sec+usage.Stime.Sec) + float64(usage.Utime.Usec+usage.Stime.Usec)/micro
}
