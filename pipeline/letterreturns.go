package pipeline

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/remote/mail"
	"github.com/kvitok-gkh/kvitok/store"
)

// unsubscribing lists the ways to get no more letters, the one that people like best last.
func (p *Pipeline) unsubscribing(token string) (ways []string, oneClick bool) {
	if p.Letters.UnsubscribeTo != "" {
		ways = append(ways, "mailto:"+p.Letters.UnsubscribeTo+"?subject="+url.QueryEscape(mail.UnsubscribeSubject(token)))
	}
	if p.Letters.UnsubscribeURL != "" {
		ways = append(ways, strings.ReplaceAll(p.Letters.UnsubscribeURL, "{token}", token))
	}
	return ways, p.Letters.UnsubscribeURL != ""
}

// ReturnsResult is what came back.
type ReturnsResult struct {
	Bounced      int `json:"bounced"`
	Delayed      int `json:"delayed"` // still on their way; nothing changes
	Stopped      int `json:"stopped"` // addresses that get no more letters because of it
	Unsubscribed int `json:"unsubscribed"`
	Foreign      int `json:"foreign"` // about no letter of ours; left for people
}

// ReadReturns reads the mailbox that letters come back to. Where nobody reads it, there is nothing to do.
func (p *Pipeline) ReadReturns(ctx context.Context) (ReturnsResult, error) {
	var result ReturnsResult
	if p.Letters == nil || p.Letters.Returns == nil {
		return result, nil
	}
	err := p.Letters.Returns.Each(ctx, func(ctx context.Context, r mail.Returned) (known bool, err error) {
		if r.Unsubscribe != "" {
			known, err = p.Unsubscribe(ctx, r.Unsubscribe)
			if known {
				result.Unsubscribed++
			}
		} else {
			known, err = p.bounced(ctx, r, &result)
		}
		if !known {
			result.Foreign++
		}
		return known, err
	})
	return result, err
}

// Unsubscribe ends the letters to the address that a letter went to. known is false where there is no such letter.
func (p *Pipeline) Unsubscribe(ctx context.Context, token string) (known bool, err error) {
	token = strings.ToLower(token)
	if !letterToken.MatchString(token) {
		return false, nil
	}
	known, err = p.Store.Unsubscribe(ctx, p.Organisation.ID, token, p.today())
	if known && err == nil {
		p.Log.LogAttrs(ctx, slog.LevelInfo, "an address gets no more letters", slog.String("reason", "unsubscribed"))
	}
	return known, err
}

var letterToken = regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// bounced takes a report in. A letter has one recipient, so that any part of the report is about it.
func (p *Pipeline) bounced(ctx context.Context, r mail.Returned, result *ReturnsResult) (known bool, err error) {
	token, domain, _ := strings.Cut(r.About, "@")
	if !strings.EqualFold(domain, p.Letters.Mailer.Domain()) || !letterToken.MatchString(token) {
		return false, nil
	}
	for _, report := range r.Reports {
		if report.Action != "failed" {
			result.Delayed++ // or arrived: who asks to be told of that is told by the state "sent"
			known = true
			continue
		}
		bounce := store.Bounce{
			Token: token, Status: report.Status, Answer: report.Diagnostic, Final: noSuchAddress(report), On: p.today(), At: p.Now(),
			Most: p.Letters.Limits.Bounces,
		}
		var stopped bool
		err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			known, stopped, err = tx.BounceLetter(ctx, p.Organisation.ID, bounce)
			return err
		})
		if err != nil || !known {
			return known, err
		}
		result.Bounced++
		if stopped {
			result.Stopped++
		}
		p.Log.LogAttrs(ctx, slog.LevelWarn, "letter came back", slog.String("status", report.Status), slog.Bool("address_stopped", stopped))
		return known, nil
	}
	return known, nil
}

// diagnosed finds the status that the server which refused gave; some report it only there.
var diagnosed = regexp.MustCompile(`\b5\.\d{1,3}\.\d{1,3}\b`)

func noSuchAddress(r mail.Report) bool {
	return mail.NoSuchAddress(r.Status) || r.Status == "5.0.0" && mail.NoSuchAddress(diagnosed.FindString(r.Diagnostic))
}

// DeliveriesText writes the register of issued and delivered documents as text.
func (p *Pipeline) DeliveriesText(ctx context.Context, w io.Writer, period housing.Period) error {
	return reports.WriteDeliveriesText(w, p.Limits.Zone, p.Store.Deliveries(ctx, p.Organisation.ID, period))
}

// UndeliveredResult is what was printed of what letters could not bring.
type UndeliveredResult struct {
	Path      string `json:"path,omitempty"` // relative to the data folder; "" where there is nothing to print
	Documents int    `json:"documents"`
}

// PrintUndelivered draws the documents of a month that no letter has brought and no print file has: refused, come back, unsubscribed.
func (p *Pipeline) PrintUndelivered(ctx context.Context, period housing.Period) (UndeliveredResult, error) {
	var due []store.DocumentVersion
	for d, err := range p.Store.Undelivered(ctx, p.Organisation.ID, period) {
		if err != nil {
			return UndeliveredResult{}, err
		}
		due = append(due, d)
	}
	result := UndeliveredResult{Documents: len(due)}
	if len(due) == 0 {
		return result, nil
	}
	result.Path = filepath.Join("receipts", period.String(), "Не доставлено по e-mail.pdf")
	_, err := p.stage(result.Path, func(w io.Writer) error {
		_, err := p.Printer.Book(w, func(yield func(*housing.PaymentDocument, error) bool) {
			for _, v := range due {
				d, err := p.issuedDocument(ctx, v)
				if !yield(d, err) || err != nil {
					return
				}
			}
		})
		return err
	})
	if err != nil {
		return result, fmt.Errorf("draw the documents that no letter has brought: %w", err)
	}
	return result, nil
}

// onPaper leaves out the documents of those who chose letters alone. It tells whether the print file must be drawn again because
// they are others than before.
func (p *Pipeline) onPaper(ctx context.Context, tx *store.Tx, house int64, f printFile) (kept []*housing.PaymentDocument, redraw bool, err error) {
	var without []int64
	if p.Letters != nil && !p.Letters.PaperForAll {
		if without, err = tx.Paperless(ctx, house); err != nil {
			return nil, false, err
		}
	}
	skip := make(map[int64]bool, len(without))
	for _, account := range without {
		skip[account] = true
	}
	var skipped []int64
	for _, d := range f.documents {
		if skip[d.Account.ID] {
			skipped = append(skipped, d.Account.ID)
			continue
		}
		kept = append(kept, d)
	}
	redraw, err = tx.NotePrintSkips(ctx, house, f.period, skipped)
	return kept, redraw, err
}
