package receipts

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
)

// ErrNoBankDetails says that a payee who is to get money has no complete bank details; the receipt
// is held. NoBankDetailsError names the payee.
var ErrNoBankDetails = errors.New("payee has no complete bank details")

// ErrNotDrawable says that a document lacks what no receipt can do without.
var ErrNotDrawable = errors.New("payment document cannot be drawn")

// NoBankDetailsError names the payee whose bank details are missing. It is an ErrNoBankDetails.
type NoBankDetailsError struct {
	Document string // number
	INN      string
	Payee    string
}

// Error names the payee by INN and title.
func (e *NoBankDetailsError) Error() string {
	return fmt.Sprintf("document %s: payee %s (%s): %v", e.Document, e.INN, e.Payee, ErrNoBankDetails)
}

// Is makes every NoBankDetailsError an ErrNoBankDetails.
func (e *NoBankDetailsError) Is(target error) bool { return target == ErrNoBankDetails }

// Russian tells an accountant why the receipt is held.
func (e *NoBankDetailsError) Russian() string {
	return "не заполнены банковские реквизиты получателя «" + e.Payee + "» (ИНН " + e.INN +
		"): нужны расчётный счёт, банк, БИК и корреспондентский счёт"
}

// Config says how receipts are made. The zero value is ready to use.
type Config struct {
	// CodeEncoding is the encoding of payment codes; the zero value is UTF-8.
	CodeEncoding paymentcode.Encoding
	// PayerInCode adds the payer's name and address to payment codes. They grow by some 150 bytes,
	// and every reader of the code sees them.
	PayerInCode bool
	// Logo is a PNG or JPEG file; none where it is empty. It stands once in every file.
	Logo []byte
	// Accent is the colour of titles and frames: "#1f5fa8", black where it is empty.
	Accent string
	// Barcode is the template of a linear code (Code 128) beside the payment code: text with names in
	// braces such as "{inn}{account:10}{period}{kopecks:9}". None where it is empty.
	Barcode string
	// Print is how print files differ from files of one document.
	Print Print
	// OnMissingGlyph is told once a document of every character that the fonts lack and □ is printed for,
	// with the number of the document. It is called from the goroutine that draws. May be nil.
	OnMissingGlyph func(document string, r rune)
}

// Validate reports every setting that cannot be used.
func (c Config) Validate() error {
	var encoding error
	switch c.CodeEncoding {
	case 0, paymentcode.Windows1251, paymentcode.UTF8, paymentcode.KOI8R:
	default:
		encoding = fmt.Errorf("payment code encoding %q is not 1, 2 or 3", c.CodeEncoding)
	}
	_, brand := newBrand(c.Logo, c.Accent)
	return errors.Join(encoding, checkTemplate(c.Barcode), brand, c.Print.validate())
}

// Printer draws payment documents. Any number of goroutines may use one at a time.
type Printer struct {
	config Config
	fonts  *fontSet
	brand  brand
}

// New parses the fonts and returns a printer.
func New(config Config) (*Printer, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	fonts, err := newFontSet()
	if err != nil {
		return nil, err
	}
	return newPrinter(config, fonts)
}

func newPrinter(config Config, fonts *fontSet) (*Printer, error) {
	brand, err := newBrand(config.Logo, config.Accent)
	if err != nil {
		return nil, err
	}
	return &Printer{config: config, fonts: fonts, brand: brand}, nil
}

// Check returns the error that Single and Book would return for the document, without drawing it:
// ErrNoBankDetails, ErrNotDrawable or paymentcode.ErrInvalid.
func (p *Printer) Check(doc *housing.PaymentDocument) error {
	_, err := p.prepare(doc)
	return err
}

// Single writes one document as a file of its own, nothing where an error is returned.
func (p *Printer) Single(w io.Writer, doc *housing.PaymentDocument) error {
	ready, err := p.prepare(doc)
	if err != nil {
		return err
	}
	c := p.canvas(info{
		title:   "Платёжный документ № " + doc.Number + " за " + doc.Period.Russian(),
		author:  doc.Issuer.Title(),
		created: doc.Period.Last().Time(),
		tagged:  true,
	})
	if err := p.draw(c, ready); err != nil {
		return err
	}
	if err := c.writeTo(w); err != nil {
		return fmt.Errorf("document %s: %w", doc.Number, err)
	}
	return nil
}

// Book writes the documents in the order given as one print file, every document on a new page or, in
// duplex, on a new sheet, and returns where each begins. An error of the sequence or of a document ends it and
// nothing is written: leave out with Check what is to be held. No documents give no bytes and no error. A print
// file has no structure for screen readers: it goes to paper, and tags would bring a page above 8 kB, for a third more time.
func (p *Printer) Book(w io.Writer, docs iter.Seq2[*housing.PaymentDocument, error]) (Printed, error) {
	var c *canvas
	var printed Printed
	for doc, err := range docs {
		if err != nil {
			return Printed{}, fmt.Errorf("take the next document: %w", err)
		}
		ready, err := p.prepare(doc)
		if err != nil {
			return Printed{}, err
		}
		if c == nil {
			c = p.canvas(info{
				title:   "Платёжные документы за " + doc.Period.Russian() + ": " + doc.House.Address,
				author:  doc.Issuer.Title(),
				created: doc.Period.Last().Time(),
			})
		}
		c.print = &p.config.Print
		c.number = len(printed.First) + 1
		printed.First = append(printed.First, c.pages()+1)
		if err := p.draw(c, ready); err != nil {
			return Printed{}, err
		}
		if p.config.Print.Duplex && c.pages()%2 == 1 {
			c.addPage() // the back of the last sheet
		}
	}
	if c == nil {
		return Printed{}, nil
	}
	if err := c.writeTo(w); err != nil {
		return Printed{}, fmt.Errorf("print file: %w", err)
	}
	printed.Pages = c.pages()
	return printed, nil
}

// readyDocument is a checked document with a payment code for each payee who is to get money.
type readyDocument struct {
	*housing.PaymentDocument
	symbols []paymentcode.Symbol // by payee; empty where there is nothing to pay
	bars    []paymentcode.Bars   // the same, nil where there are none
}

func (p *Printer) prepare(doc *housing.PaymentDocument) (*readyDocument, error) {
	if doc == nil {
		return nil, fmt.Errorf("no document: %w", ErrNotDrawable)
	}
	if doc.Period.IsZero() || doc.Number == "" || doc.Account.Number == "" {
		return nil, fmt.Errorf("document %q of account %q: period, number or account is empty: %w",
			doc.Number, doc.Account.Number, ErrNotDrawable)
	}
	ready := &readyDocument{PaymentDocument: doc, symbols: make([]paymentcode.Symbol, len(doc.Payees)), bars: make([]paymentcode.Bars, len(doc.Payees))}
	for i := range doc.Payees {
		if doc.Payees[i].ToPay <= 0 {
			continue
		}
		symbol, err := p.symbol(doc, &doc.Payees[i])
		if err != nil {
			return nil, err
		}
		ready.symbols[i] = symbol
		if p.config.Barcode == "" {
			continue
		}
		if ready.bars[i], err = barcode(p.config.Barcode, doc, &doc.Payees[i]); err != nil {
			return nil, fmt.Errorf("document %s: %w", doc.Number, err)
		}
	}
	return ready, nil
}

func (p *Printer) symbol(doc *housing.PaymentDocument, payee *housing.PayeeTotal) (paymentcode.Symbol, error) {
	if !payee.Payee.Bank.Complete() {
		return paymentcode.Symbol{}, &NoBankDetailsError{
			Document: doc.Number, INN: payee.Payee.INN, Payee: payee.Payee.Title(),
		}
	}
	text, err := p.payment(doc, payee).Text(p.config.CodeEncoding)
	if err != nil {
		return paymentcode.Symbol{}, fmt.Errorf("document %s: payee %s: %w", doc.Number, payee.Payee.INN, err)
	}
	symbol, err := paymentcode.QR(text)
	if err != nil {
		return paymentcode.Symbol{}, fmt.Errorf("document %s: %w", doc.Number, err)
	}
	return symbol, nil
}

func (p *Printer) draw(c *canvas, doc *readyDocument) error {
	c.missing = p.reporter(doc.Number)
	if err := drawDocument(c, doc); err != nil {
		return fmt.Errorf("document %s: %w", doc.Number, err)
	}
	return nil
}

// reporter tells once of each character that the fonts lack: a document may be drawn several times.
func (p *Printer) reporter(document string) func(rune) {
	report := p.config.OnMissingGlyph
	if report == nil {
		return nil
	}
	var told []rune
	return func(r rune) {
		if !slices.Contains(told, r) {
			told = append(told, r)
			report(document, r)
		}
	}
}
