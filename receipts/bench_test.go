package receipts

import (
	"bytes"
	"io"
	"iter"
	"syscall"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
)

// report tells pages a second, the processor time of one, and how many bare pages that is: the plain limit,
// measured in the same run.
func report(b *testing.B, perOp, bytes int, before time.Duration) {
	b.Helper()
	spent, elapsed := cpu(b)-before, b.Elapsed()
	b.StopTimer()
	bare := bareTime(b)
	b.ReportMetric(float64(b.N*perOp)/elapsed.Seconds(), "pages/s")
	page := spent / time.Duration(b.N*perOp)
	b.ReportMetric(page.Seconds()*1000, "cpu-ms/page")
	b.ReportMetric(page.Seconds()/bare.Seconds(), "bare-pages")
	b.ReportMetric(float64(bytes)/float64(perOp), "bytes/page")
}

// BenchmarkSingle writes a receipt as a file of its own, one worker a core.
func BenchmarkSingle(b *testing.B) { benchmarkSingle(b, Config{}, document(b)) }

// BenchmarkUsual does the same with all that an office asks for on the paper: two pages.
func BenchmarkUsual(b *testing.B) { benchmarkSingle(b, usualConfig(), usual(b)) }

func benchmarkSingle(b *testing.B, config Config, doc *housing.PaymentDocument) {
	b.Helper()
	p := printer(b, config)
	var size bytes.Buffer
	if err := p.Single(&size, doc); err != nil {
		b.Fatal(err)
	}
	before := cpu(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := p.Single(io.Discard, doc); err != nil {
				b.Error(err)
				return
			}
		}
	})
	report(b, 1, size.Len(), before)
}

// BenchmarkBook writes print files of a hundred receipts, one worker a core.
func BenchmarkBook(b *testing.B) {
	const pages = 100
	p := printer(b, Config{})
	docs := make([]*housing.PaymentDocument, pages)
	for i := range docs {
		docs[i] = document(b)
		docs[i].Account.Number = string([]byte{'1', byte('0' + i/10), byte('0' + i%10)})
	}
	var size bytes.Buffer
	if _, err := p.Book(&size, sequence(docs...)); err != nil {
		b.Fatal(err)
	}
	before := cpu(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := p.Book(io.Discard, sequence(docs...)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	report(b, pages, size.Len(), before)
}

// BenchmarkBarePage is the plain limit to hold the others against: a page with a payment code and
// not one letter.
func BenchmarkBarePage(b *testing.B) {
	p := printer(b, Config{})
	doc, err := printer(b, Config{}).prepare(document(b))
	if err != nil {
		b.Fatal(err)
	}
	var size bytes.Buffer
	before := cpu(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := barePage(io.Discard, p, doc.symbols[0]); err != nil {
				b.Error(err)
				return
			}
		}
	})
	if err := barePage(&size, p, doc.symbols[0]); err != nil {
		b.Fatal(err)
	}
	report(b, 1, size.Len(), before)
}

// bareTime is the processor time of a bare page.
func bareTime(b *testing.B) time.Duration {
	b.Helper()
	p := printer(b, Config{})
	doc, err := p.prepare(document(b))
	if err != nil {
		b.Fatal(err)
	}
	const pages = 500
	before := cpu(b)
	for range pages {
		if err := barePage(io.Discard, p, doc.symbols[0]); err != nil {
			b.Fatal(err)
		}
	}
	return (cpu(b) - before) / pages
}

func barePage(w io.Writer, p *Printer, symbol paymentcode.Symbol) error {
	c := p.canvas(info{})
	c.addPage()
	c.code(symbol, 100, 100, codeMost)
	return c.writeTo(w)
}

// cpu returns the processor time spent so far: on a machine shared with others it tells more than
// the clock.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func sequence(docs ...*housing.PaymentDocument) iter.Seq2[*housing.PaymentDocument, error] {
	return func(yield func(*housing.PaymentDocument, error) bool) {
		for _, doc := range docs {
			if !yield(doc, nil) {
				return
			}
		}
	}
}

func printer(tb testing.TB, config Config) *Printer {
	tb.Helper()
	p, err := New(config)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}
