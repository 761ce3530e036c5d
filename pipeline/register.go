package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts"
	"github.com/kvitok-gkh/kvitok/store"
)

// documentBookOf makes the register's rows of the documents of a house and the content that they can be
// drawn from again. It sets the check code of each document: the digest covers all else that is printed.
func (p *Pipeline) documentBookOf(house int64, period housing.Period, documents []*housing.PaymentDocument) (store.DocumentBook, error) {
	b := store.DocumentBook{Organisation: p.Organisation.ID, House: house, Period: period, At: p.Now()}
	var err error
	if b.Form, b.Settings, err = p.Printer.Form(); err != nil {
		return b, err
	}
	var all bytes.Buffer
	for _, d := range documents {
		content, err := json.Marshal(d)
		if err != nil {
			return b, fmt.Errorf("write document %s: %w", d.Number, err)
		}
		digest := sha256.Sum256(content)
		d.CheckCode = checkCode(digest)
		b.Documents = append(b.Documents, store.IssuedDocument{
			Account: d.Account.ID, Number: d.Number, PayBy: d.PayBy, ToPay: d.ToPay, Charged: d.Charged,
			SHA256: hex.EncodeToString(digest[:]), CheckCode: d.CheckCode,
		})
		all.Write(content)
		all.WriteByte('\n')
	}
	digest := sha256.Sum256(all.Bytes())
	b.SHA256 = hex.EncodeToString(digest[:])
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return b, fmt.Errorf("set up compression: %w", err)
	}
	b.Body = encoder.EncodeAll(all.Bytes(), nil)
	return b, nil
}

// Verification is what the register says of a check code or of an account and month.
type Verification struct {
	Found    bool                    `json:"found"`
	Versions []store.DocumentVersion `json:"versions"`
	Papers   []store.Paper           `json:"papers,omitempty"` // certificates and statements
}

// Verify asks the register of issued documents for a check code, as it is typed from paper.
func (p *Pipeline) Verify(ctx context.Context, code string) (Verification, error) {
	clean, ok := CleanCheckCode(code)
	if !ok {
		return Verification{}, nil
	}
	list, err := p.Store.VersionsByCode(ctx, p.Organisation.ID, clean)
	if err != nil {
		return Verification{}, err
	}
	papers, err := p.Store.PapersByCode(ctx, p.Organisation.ID, clean)
	return Verification{Found: len(list)+len(papers) > 0, Versions: list, Papers: papers}, err
}

// NoDocumentError says that a payment document was not issued, or not at that moment.
type NoDocumentError struct {
	Account string
	Period  housing.Period
	At      time.Time // zero: now
}

// Error says which document there is not.
func (e *NoDocumentError) Error() string {
	if e.At.IsZero() {
		return fmt.Sprintf("no payment document of account %s for %s is issued", e.Account, e.Period)
	}
	return fmt.Sprintf("no payment document of account %s for %s was issued at %s", e.Account, e.Period, e.At.Format(time.RFC3339))
}

// Receipt draws an issued payment document again from the register, as it stood at a moment; the zero
// moment is now. It has the logo, colours and codes that it was issued with; the bytes are those of the day
// of issue unless the form itself changed since, see SameForm.
func (p *Pipeline) Receipt(ctx context.Context, w io.Writer, account string, period housing.Period, at time.Time) (store.DocumentVersion, error) {
	versions, err := p.Store.VersionsOfAccount(ctx, p.Organisation.ID, account, period)
	if err != nil {
		return store.DocumentVersion{}, err
	}
	stood := func(v store.DocumentVersion) bool {
		if at.IsZero() {
			return v.EndedAt == nil
		}
		return !v.IssuedAt.After(at) && (v.EndedAt == nil || v.EndedAt.After(at))
	}
	i := slices.IndexFunc(versions, stood)
	if i < 0 {
		return store.DocumentVersion{}, &NoDocumentError{Account: account, Period: period, At: at}
	}
	d, err := p.issuedDocument(ctx, versions[i])
	if err != nil {
		return versions[i], err
	}
	printer, err := p.printerOf(ctx, versions[i])
	if err != nil {
		return versions[i], err
	}
	if err := printer.Single(w, d); err != nil {
		return versions[i], fmt.Errorf("draw the receipt of account %s: %w", account, err)
	}
	return versions[i], nil
}

// printerOf returns a printer with the settings that a version was issued with; where they are not known, of
// the first receipts, the one of today.
func (p *Pipeline) printerOf(ctx context.Context, v store.DocumentVersion) (*receipts.Printer, error) {
	settings, err := p.Store.FormSettings(ctx, v.Form)
	if err != nil || settings == nil {
		return p.Printer, err
	}
	printer, err := p.Printer.As(settings)
	if err != nil {
		return nil, fmt.Errorf("take the form of document %s: %w", v.Number, err)
	}
	return printer, nil
}

// SameForm tells whether a document drawn again is the issued one to the byte: the version of the form that it
// was issued in is the one of this program. Its content is the issued one in any case.
func SameForm(v store.DocumentVersion) bool {
	return strings.HasPrefix(v.Form, strconv.Itoa(receipts.Layout)+"-")
}

// issuedDocument reads the content of a version and proves it by its digest.
func (p *Pipeline) issuedDocument(ctx context.Context, v store.DocumentVersion) (*housing.PaymentDocument, error) {
	body, err := p.Store.DocumentBookBody(ctx, v.House, v.Period, v.Book)
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("open issued documents: %w", err)
	}
	defer decoder.Close()
	all, err := decoder.DecodeAll(body, nil)
	if err != nil {
		return nil, fmt.Errorf("open issued documents: %w", err)
	}
	for content := range bytes.Lines(all) {
		content = bytes.TrimSuffix(content, []byte("\n"))
		if digest := sha256.Sum256(content); hex.EncodeToString(digest[:]) != v.SHA256 {
			continue
		}
		d := &housing.PaymentDocument{}
		if err := json.Unmarshal(content, d); err != nil {
			return nil, fmt.Errorf("read issued document %s: %w", v.Number, err)
		}
		d.CheckCode = v.CheckCode
		return d, nil
	}
	return nil, fmt.Errorf("content of issued document %s: %w", v.Number, store.ErrNotFound)
}
