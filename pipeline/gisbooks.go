package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"path/filepath"
	"strconv"

	"github.com/kvitok-gkh/kvitok/exporters/gisbooks"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/store"
)

// PublishGIS writes the workbooks for ГИС ЖКХ of a month: the payment documents that were issued, and the
// readings of the meters that the system knows. A workbook that would pass the system's limit of rows is
// followed by another.
func (p *Pipeline) PublishGIS(ctx context.Context, period housing.Period) (PublishResult, error) {
	var result PublishResult
	meta, err := p.reportMeta(ctx, period)
	if err != nil {
		return result, err
	}
	options := gisbooks.Options{Company: p.Organisation.Title(), Created: meta.AsOf, Temp: p.path("work")}
	next, stop := iter.Pull2(p.issuedDocuments(ctx, period))
	defer stop()
	books := documentBooks{next: next, options: options, period: period}
	for part := 1; !books.done; part++ {
		if err := p.put(gisName(period, "платёжные документы", part), books.write, &result); err != nil {
			return result, err
		}
	}
	if books.skipped > 0 {
		p.Log.LogAttrs(ctx, slog.LevelWarn, "documents without an identifier of ЖКУ are not in the workbooks", slog.Int("documents", books.skipped))
	}
	return result, p.publishGISReadings(ctx, period, options, &result)
}

func gisName(period housing.Period, what string, part int) string {
	name := "ГИС ЖКХ " + what + " " + period.String()
	if part > 1 {
		name += " часть " + strconv.Itoa(part)
	}
	return filepath.Join("reports", period.String(), name+".xlsx")
}

func (p *Pipeline) publishGISReadings(ctx context.Context, period housing.Period, options gisbooks.Options, result *PublishResult) error {
	next, stop := iter.Pull2(p.Store.GISReadings(ctx, p.Organisation.ID, period))
	defer stop()
	ended := false
	rest := func(yield func(housing.MeterOfGIS, error) bool) {
		for {
			m, err, more := next()
			if !more {
				ended = true
				return
			}
			if !yield(m, err) {
				return
			}
		}
	}
	for part := 1; !ended; part++ {
		err := p.put(gisName(period, "показания ИПУ", part), func(w io.Writer) (int, error) {
			c, err := gisbooks.WriteReadings(w, options, period, rest)
			return c.Rows, err
		}, result)
		if err != nil {
			return err
		}
	}
	return nil
}

// documentBooks fills workbook after workbook from one stream of documents.
type documentBooks struct {
	next    func() (*housing.PaymentDocument, error, bool)
	options gisbooks.Options
	period  housing.Period
	waiting *housing.PaymentDocument // did not fit the last workbook
	done    bool
	skipped int
}

func (b *documentBooks) write(w io.Writer) (int, error) {
	book, err := gisbooks.NewDocuments(b.options, b.period)
	if err != nil {
		return 0, err
	}
	for {
		doc, err := b.take()
		if err == nil && doc != nil && !book.Full(len(doc.Lines)) {
			err = book.Add(doc)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return 0, errors.Join(err, book.Abort())
		}
		b.waiting = doc // nil after the last
		b.done = doc == nil
		break
	}
	b.skipped += book.Skipped
	err = book.Close(w)
	return book.Rows, err
}

func (b *documentBooks) take() (*housing.PaymentDocument, error) {
	if doc := b.waiting; doc != nil {
		b.waiting = nil
		return doc, nil
	}
	doc, err, more := b.next()
	if !more {
		return nil, nil //nolint:nilnil // the end of the stream
	}
	return doc, err
}

// issuedDocuments makes the documents of the month anew from what is stored, house after house, and yields
// those that stand in the register.
func (p *Pipeline) issuedDocuments(ctx context.Context, period housing.Period) iter.Seq2[*housing.PaymentDocument, error] {
	return func(yield func(*housing.PaymentDocument, error) bool) {
		payees, err := p.Store.Organisations(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		book := &documentBook{period: period, issuer: p.Organisation, payees: byINN(payees), months: parameters.ForMonth(p.Parameters, period)}
		if book.payBy, err = p.PayBy(period); err != nil {
			yield(nil, err)
			return
		}
		err = p.Store.SnapshotsOf(ctx, p.Organisation.ID, period, func(s store.StoredSnapshot) error {
			documents, err := p.documentsOfHouse(ctx, book, s)
			if err != nil {
				return err
			}
			for _, d := range documents {
				if !yield(d, nil) {
					return errEnough
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, fmt.Errorf("make the documents of %s: %w", period, err))
		}
	}
}

func (p *Pipeline) documentsOfHouse(ctx context.Context, book *documentBook, s store.StoredSnapshot) ([]*housing.PaymentDocument, error) {
	snapshot, err := openSnapshot(s.Body)
	if err != nil {
		return nil, err
	}
	ledger, err := p.Store.LedgerOfHouse(ctx, s.House, book.period)
	if err != nil {
		return nil, err
	}
	numbers, err := p.Store.IssuedNumbers(ctx, s.House, book.period)
	if err != nil {
		return nil, err
	}
	documents, err := book.ofHouse(snapshot, ledger, houseYear{}) // the months before are not in the workbook
	if err != nil {
		return nil, fmt.Errorf("house %s: %w", snapshot.House.Address, err)
	}
	issued := documents[:0]
	for _, d := range documents {
		if numbers[d.Number] {
			issued = append(issued, d)
		}
	}
	return issued, nil
}
