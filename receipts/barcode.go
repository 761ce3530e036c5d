package receipts

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

// ErrBarcode says that the text of a linear barcode cannot be made or printed.
var ErrBarcode = errors.New("linear barcode cannot be made")

// A template of a linear barcode is text with names in braces; a width fills up with zeros on the left:
// "{inn}{account:10}{period}{kopecks:9}".
var fieldOf = regexp.MustCompile(`\{([a-z0-9]+)(?::(\d+))?\}`)

// barcodeFields are what a template may name.
func barcodeFields(doc *housing.PaymentDocument, payee *housing.PayeeTotal) map[string]string {
	const century = 2
	mmyy := doc.Period.MMYY()
	year := doc.Period.String()[:4]
	return map[string]string{
		"inn": payee.Payee.INN, "bic": payee.Payee.Bank.BIC, "settlement": payee.Payee.Bank.Account,
		"account": doc.Account.Number, "number": doc.Number, "unified": doc.Account.Unified, "service": doc.Account.ServiceID,
		"period": mmyy[:2] + year, "mmyy": mmyy, "yymm": year[century:] + mmyy[:2],
		"kopecks": strconv.FormatInt(int64(payee.ToPay), 10), "fnc1": string(paymentcode.FNC1),
	}
}

// barcodeText fills the template in; a value wider than its field is an error, not a shorter value.
func barcodeText(template string, doc *housing.PaymentDocument, payee *housing.PayeeTotal) (string, error) {
	fields := barcodeFields(doc, payee)
	var wrong error
	text := fieldOf.ReplaceAllStringFunc(template, func(match string) string {
		parts := fieldOf.FindStringSubmatch(match)
		value, known := fields[parts[1]]
		if !known {
			wrong = fmt.Errorf("no field %q: %w", parts[1], ErrBarcode)
			return ""
		}
		if parts[2] == "" {
			return value
		}
		width, err := strconv.Atoi(parts[2])
		if err != nil || len(value) > width {
			wrong = fmt.Errorf("field %s of %d characters is longer than %s: %w", parts[1], len(value), parts[2], ErrBarcode)
			return ""
		}
		return strings.Repeat("0", width-len(value)) + value
	})
	if wrong != nil {
		return "", wrong
	}
	return text, nil
}

// barcode makes the code of a payee.
func barcode(template string, doc *housing.PaymentDocument, payee *housing.PayeeTotal) (paymentcode.Bars, error) {
	text, err := barcodeText(template, doc, payee)
	if err != nil {
		return nil, err
	}
	bars, err := paymentcode.Code128(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBarcode, err)
	}
	if n := bars.Modules() + 2*paymentcode.QuietModules; n > mostModules {
		return nil, fmt.Errorf("it is %d modules wide, %d fit: %w", n, mostModules, ErrBarcode)
	}
	return bars, nil
}

// checkTemplate tries a template on a made document.
func checkTemplate(template string) error {
	if template == "" {
		return nil
	}
	period, err := housing.ParsePeriod("2026-10")
	if err != nil {
		return fmt.Errorf("check the template of barcodes: %w", err)
	}
	doc := &housing.PaymentDocument{Number: "1", Period: period, Account: housing.Account{Number: "1", Unified: "1", ServiceID: "1"}}
	text, err := barcodeText(template, doc, &housing.PayeeTotal{Payee: housing.Organisation{INN: "1", Bank: housing.Bank{BIC: "1", Account: "1"}}})
	if err != nil {
		return err
	}
	if _, err := paymentcode.Code128(text); err != nil {
		return fmt.Errorf("%w: %w", ErrBarcode, err)
	}
	return nil
}

// dot is a dot of a printer or a fax of 100 to the inch: codes stand on a grid of them, so that the plainest
// black-and-white picture of a page is still read.
const dot = 0.72

// snapped puts a coordinate on the grid of every second dot, which is also one of printers of 150, 200 and 300.
func snapped(v float64) float64 { return float64(int(v/(2*dot)+0.5)) * 2 * dot }

const (
	barsHeight = 17.0
	barsRoom   = barsHeight + 4

	mostModules = 580 // the width of the page in dots, less the name of the payee
)

// barsRow draws the linear code of a payee with its name over the whole width.
func (l *layout) barsRow(i int) {
	code := l.doc.bars[i]
	if code == nil {
		return
	}
	const label = 120.0
	f := l.c.fonts.regular
	payee := l.doc.Payees[i].Payee.Title()
	l.c.begin(pdf.Text)
	l.c.text(left+boxPad, l.y+barsRoom/2+2, f, sizeSmall, f.cut("Штрихкод: "+payee, sizeSmall, label-boxPad))
	l.c.end()
	l.c.figure("Линейный штрихкод для оплаты: "+payee, func() { l.bars(code, left+label, l.y+2, inner-label) })
	l.c.frame(left, l.y, inner, barsRoom, thin)
	l.y += barsRoom
}

// bars draws a linear code in the middle of the width, as large as goes.
func (l *layout) bars(code paymentcode.Bars, x, y, width float64) {
	modules := code.Modules()
	module := dot * max(1, float64(int(width/dot)/(modules+2*paymentcode.QuietModules)))
	at := snapped(x + (width-module*float64(modules))/2)
	l.c.page.Bars(code, at, snapped(y), module, barsHeight)
}
