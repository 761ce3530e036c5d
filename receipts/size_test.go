package receipts

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

// usual is a receipt with all that an office asks for on the same paper: two payees with a QR and a linear code each,
// the common property, charts, grounds of a recalculation.
func usual(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	doc := twoPayees(tb)
	for _, line := range common(tb).Lines {
		if line.Service.Resource() != "" {
			doc.Lines = slices.Insert(doc.Lines, 1, line)
			doc.Charged += line.Total
			doc.ToPay += line.Total
			doc.Payees[0].Charged += line.Total
			doc.Payees[0].ToPay += line.Total
		}
	}
	doc.Recalculations = recalculated(tb).Recalculations
	return doc
}

func usualConfig() Config { return Config{Barcode: "{inn}{account:10}{period}{kopecks:9}"} }

// The limits of a receipt in bytes: as a file that is sent, and a page of a print file of a hundred.
const (
	mostSingle = 29_500
	mostPage   = 8_000
)

func TestSize(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]*housing.PaymentDocument{
		"one payee": document(t), "two payees": twoPayees(t), "common property": common(t), "instalments": agreed(t), "usual": usual(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := single(t, usualConfig(), doc)
			if len(file) > mostSingle {
				t.Errorf("%d bytes, want at most %d", len(file), mostSingle)
			}
			if out := run(t, "qpdf", "--check", save(t, file)); !strings.Contains(out, "No syntax or stream encoding errors") {
				t.Errorf("qpdf: %s", out)
			}
			const copies = 100
			var book bytes.Buffer
			printed, err := printer(t, usualConfig()).Book(&book, sequence(slices.Repeat([]*housing.PaymentDocument{doc}, copies)...))
			if err != nil {
				t.Fatal(err)
			}
			if page := book.Len() / printed.Pages; page > mostPage {
				t.Errorf("%d bytes a page of a print file, want at most %d", page, mostPage)
			}
		})
	}
}
