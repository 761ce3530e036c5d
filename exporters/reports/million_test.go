package reports_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// heap is the largest heap in use while rows go by.
type heap struct {
	rows int
	peak uint64
}

func (h *heap) look() {
	if h.rows++; h.rows%20_000 == 0 {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		h.peak = max(h.peak, stats.HeapInuse)
	}
}

// writeLong writes n accounts into a file and returns the control and the largest heap.
func writeLong(tb testing.TB, path string, n int) (reports.Control, uint64) {
	tb.Helper()
	file, err := os.Create(path) //nolint:gosec // path of the test
	if err != nil {
		tb.Fatal(err)
	}
	var watched heap
	control, err := reports.WriteTurnover(file, meta(tb), func(yield func(housing.AccountTurnover, error) bool) {
		for row, err := range turnovers(n) {
			watched.look()
			if !yield(row, err) {
				return
			}
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := file.Close(); err != nil {
		tb.Fatal(err)
	}
	return control, watched.peak
}

// rowsOf counts the rows of the sheets of a workbook by their tags, without a reader of workbooks: none
// would hold so many.
func rowsOf(tb testing.TB, path string) map[string]int {
	tb.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer archive.Close() //nolint:errcheck // only read
	counts := map[string]int{}
	for _, part := range archive.File {
		if filepath.Dir(part.Name) != "xl/worksheets" {
			continue
		}
		content, err := part.Open()
		if err != nil {
			tb.Fatal(err)
		}
		counts[filepath.Base(part.Name)] = countTags(tb, content)
		if err := content.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	return counts
}

func countTags(tb testing.TB, from io.Reader) (count int) {
	tb.Helper()
	tag := []byte("row ")
	scanner := bufio.NewScanner(from)
	scanner.Buffer(make([]byte, 1<<16), 1<<24)
	scanner.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if at := bytes.IndexByte(data, '<'); at >= 0 {
			return at + 1, data[:at], nil
		}
		if atEOF && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	})
	for scanner.Scan() {
		if bytes.HasPrefix(scanner.Bytes(), tag) {
			count++
		}
	}
	if err := scanner.Err(); err != nil {
		tb.Fatal(err)
	}
	return count
}

// BenchmarkMillion writes a report that does not fit one sheet of Excel, reads how many rows its sheets have,
// and compares the heap with that of a report of a quarter, on one sheet.
func BenchmarkMillion(b *testing.B) {
	const n = workbook.MaxRows + 60_000
	path := filepath.Join(b.TempDir(), "report.xlsx")
	_, small := writeLong(b, path, n/4)
	var control reports.Control
	var large uint64
	for b.Loop() {
		runtime.GC()
		control, large = writeLong(b, path, n)
	}
	b.StopTimer()
	counts := rowsOf(b, path)
	rows := 0
	for sheet, count := range counts {
		if count > workbook.MaxRows {
			b.Errorf("%s has %d rows, more than Excel opens", sheet, count)
		}
		rows += count
	}
	if control.Rows != n || len(counts) != 3 || rows < n {
		b.Errorf("%d rows written, %v in the sheets, want %d on two of them", control.Rows, counts, n)
	}
	if info, err := os.Stat(path); err == nil {
		b.ReportMetric(float64(info.Size())/(1<<20), "MiB-file")
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(large)/(1<<20), "MiB-heap")
	b.ReportMetric(float64(small)/(1<<20), "MiB-heap-of-a-quarter")
}
