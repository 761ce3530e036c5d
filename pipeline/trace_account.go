package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

// AccountTrace is where everything on a receipt came from.
type AccountTrace struct {
	Account  string                 `json:"account"`
	Period   housing.Period         `json:"period"`
	Document string                 `json:"document,omitzero"`
	Issued   *store.DocumentVersion `json:"issued,omitempty"` // the receipt asked for by its check code
	Lines    []SourcedLine          `json:"lines"`
	Booked   []store.TracedLine     `json:"booked,omitempty"`   // corrections of closed months, penalties
	Openings []store.TracedOpening  `json:"openings,omitempty"` // opening balances that the month begins with or penalties are for
	Payments []store.TracedPayment  `json:"payments,omitempty"`
	Claims   []store.TracedClaim    `json:"claims,omitempty"`
	Files    []SourceFile           `json:"files,omitempty"` // that all this came by
}

// SourcedLine is a line of a receipt with what it rests on.
type SourcedLine struct {
	Title   string            `json:"title"`
	Service housing.Service   `json:"service"`
	Amount  housing.Money     `json:"amount"`
	Rests   []housing.Operand `json:"rests_on"`
}

// ErrNotReceipt says that a check code is that of a certificate or a statement.
var ErrNotReceipt = errors.New("the check code is that of a certificate or statement, which repeats the ledger: trace the account and its months")

// TraceCode goes down from the receipts that bear a check code, as it is typed from paper. A code of ours may stand
// on receipts of different months. store.ErrNotFound says that there is none.
func (p *Pipeline) TraceCode(ctx context.Context, code string) ([]AccountTrace, error) {
	found, err := p.Verify(ctx, code)
	switch {
	case err != nil:
		return nil, err
	case len(found.Versions) == 0 && len(found.Papers) > 0:
		return nil, ErrNotReceipt
	case len(found.Versions) == 0:
		return nil, fmt.Errorf("receipt with the check code %q: %w", code, store.ErrNotFound)
	}
	traces := make([]AccountTrace, 0, len(found.Versions))
	for i := range found.Versions {
		v := &found.Versions[i]
		t, err := p.TraceAccount(ctx, v.Account, v.Period, "")
		if err != nil {
			return nil, err
		}
		t.Issued = v
		traces = append(traces, t)
	}
	return traces, nil
}

// TraceAccount goes from the lines of a receipt down to rows of files and offsets of topics, with the corrections, penalties and
// payments of the month, the opening balances behind them, and the claims matched to the account. An empty service means all.
func (p *Pipeline) TraceAccount(ctx context.Context, account string, period housing.Period, service housing.Service) (AccountTrace, error) {
	t := AccountTrace{Account: account, Period: period}
	rows := rowsOf{}
	if err := p.traceLines(ctx, &t, service, rows); err != nil {
		return t, err
	}
	var err error
	if t.Booked, err = p.Store.LedgerLinesTraced(ctx, p.Organisation.ID, account, period); err != nil {
		return t, err
	}
	if t.Openings, err = p.Store.OpeningsTraced(ctx, p.Organisation.ID, account, nil, -1); err != nil {
		return t, err
	}
	t.keepService(service)
	if t.Payments, err = p.Store.PaymentsTraced(ctx, p.Organisation.ID, nil, account, period); err != nil {
		return t, err
	}
	if t.Claims, err = p.Store.ClaimsTraced(ctx, p.Organisation.ID, nil, account); err != nil {
		return t, err
	}
	documents, err := p.Store.DocumentsOf(ctx, p.Organisation.ID, []string{account}, period)
	if err != nil {
		return t, err
	}
	t.Document = documents[account]
	t.note(rows)
	t.Files, err = p.sourceFiles(ctx, rows)
	return t, err
}

// traceLines finds what the charges rest on. An account that was not charged may still have been paid for.
func (p *Pipeline) traceLines(ctx context.Context, t *AccountTrace, service housing.Service, rows rowsOf) error {
	sheet, err := p.Sheet(ctx, t.Account, t.Period)
	if errors.Is(err, charging.ErrNoAccount) {
		return nil
	}
	if err != nil {
		return err
	}
	for i := range sheet.Lines {
		line := &sheet.Lines[i]
		if service != "" && line.Charge.Service != service {
			continue
		}
		sourced := SourcedLine{Title: line.Title, Service: line.Charge.Service, Amount: line.Charge.Amount}
		for _, operand := range line.Operands {
			if operand.Source != (housing.Source{}) {
				sourced.Rests = append(sourced.Rests, operand)
				rows.note(operand.Source)
			}
		}
		t.Lines = append(t.Lines, sourced)
	}
	return nil
}

// keepService leaves out other services, and opening balances of which nothing of the month speaks.
func (t *AccountTrace) keepService(service housing.Service) {
	other := func(s housing.Service) bool { return service != "" && s != service }
	t.Booked = slices.DeleteFunc(t.Booked, func(l store.TracedLine) bool { return other(l.Service) })
	t.Openings = slices.DeleteFunc(t.Openings, func(o store.TracedOpening) bool {
		borne := slices.ContainsFunc(t.Booked, func(l store.TracedLine) bool { return l.Service == o.Service && l.Kind == store.LinePenalty })
		return other(o.Service) || o.Period > t.Period || o.Period < t.Period && !borne
	})
}

// note notes the rows of everything beside the charges.
func (t *AccountTrace) note(rows rowsOf) {
	for _, l := range t.Booked {
		for _, text := range l.Sources {
			rows.noteText(text)
		}
	}
	for _, o := range t.Openings {
		rows.note(o.Source)
	}
	for _, payment := range t.Payments {
		rows.note(payment.Source)
	}
	for _, claim := range t.Claims {
		rows.note(claim.Source)
	}
}
