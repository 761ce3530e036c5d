package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/receipts"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
)

// printer says how receipts look: what is configured of receipts, and of the organisation its logo and colour.
func (c *config) printer() (receipts.Config, error) {
	encodings := map[string]paymentcode.Encoding{
		"": paymentcode.UTF8, "utf-8": paymentcode.UTF8, "windows-1251": paymentcode.Windows1251, "koi8-r": paymentcode.KOI8R,
	}
	r := c.Receipts
	encoding, ok := encodings[r.CodeEncoding]
	var errs []error
	if !ok {
		errs = append(errs, fmt.Errorf("code_encoding is %q, want utf-8, windows-1251 or koi8-r", r.CodeEncoding))
	}
	if order := r.Print.Order; order != "" && order != "street" && order != "index" {
		errs = append(errs, fmt.Errorf("print.order is %q, want street or index", order))
	}
	settings := receipts.Config{
		CodeEncoding: encoding, PayerInCode: r.PayerInCode, Barcode: r.Barcode, Accent: c.Organisation.Colour,
		Print: receipts.Print{Duplex: r.Print.Duplex, Window: receipts.Window(r.Print.Window), Marks: r.Print.Marks},
	}
	if c.Organisation.Logo != "" {
		logo, err := os.ReadFile(c.Organisation.Logo)
		if err != nil {
			errs = append(errs, fmt.Errorf("read the logo: %w", err))
		}
		settings.Logo = logo
	}
	return settings, errors.Join(append(errs, settings.Validate())...)
}

func (p printConfig) pack() pipeline.PrintConfig {
	return pipeline.PrintConfig{Zip: p.Zip, ByIndex: p.Order == "index"}
}

// logMissingGlyphs tells of each character of a document that the fonts lack: it is printed as □.
func logMissingGlyphs(log *slog.Logger) func(document string, r rune) {
	return func(document string, r rune) {
		log.Warn("character is not in the fonts of receipts, a box is printed for it",
			slog.String("document", document), slog.String("character", fmt.Sprintf("U+%04X", r)))
	}
}
