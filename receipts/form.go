package receipts

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
)

// Layout is the version of the form: it is raised whenever the same document with the same settings gives
// other bytes than before. The first receipts had 1 and named no form.
const Layout = 3

// Look is what the bytes of a receipt depend on beside its document.
type Look struct {
	Layout       int                  `json:"layout"`
	CodeEncoding paymentcode.Encoding `json:"code_encoding,omitzero"`
	PayerInCode  bool                 `json:"payer_in_code,omitzero"`
	Logo         []byte               `json:"logo,omitempty"`
	Accent       string               `json:"accent,omitzero"`
	Barcode      string               `json:"barcode,omitzero"`
}

// Form names how this printer's receipts look and returns the settings to make them again by, see As.
func (p *Printer) Form() (name string, settings []byte, err error) {
	c := p.config
	settings, err = json.Marshal(Look{
		Layout: Layout, CodeEncoding: c.CodeEncoding, PayerInCode: c.PayerInCode, Logo: c.Logo, Accent: c.Accent, Barcode: c.Barcode,
	})
	if err != nil {
		return "", nil, fmt.Errorf("write the settings of receipts: %w", err)
	}
	const mark = 4
	digest := sha256.Sum256(settings)
	return fmt.Sprintf("%d-%s", Layout, hex.EncodeToString(digest[:mark])), settings, nil
}

// PrintForm names how print files differ from files of one document.
func (p *Printer) PrintForm() string { return fmt.Sprintf("%+v", p.config.Print) }

// As returns a printer with the settings of a form.
func (p *Printer) As(settings []byte) (*Printer, error) {
	var look Look
	if err := json.Unmarshal(settings, &look); err != nil {
		return nil, fmt.Errorf("read the settings of receipts: %w", err)
	}
	c := p.config
	c.CodeEncoding, c.PayerInCode = look.CodeEncoding, look.PayerInCode
	c.Logo, c.Accent, c.Barcode = look.Logo, look.Accent, look.Barcode
	return newPrinter(c, p.fonts)
}
