package pipeline

import (
	"context"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// AccountTrace is where everything on a receipt came from.
type AccountTrace struct {
	Account  string                `json:"account"`
	Period   housing.Period        `json:"period"`
	Document string                `json:"document,omitzero"`
	Lines    []SourcedLine         `json:"lines"`
	Payments []store.TracedPayment `json:"payments,omitempty"`
	Claims   []store.TracedClaim   `json:"claims,omitempty"`
	Files    []SourceFile          `json:"files,omitempty"` // that all this came by
}

// SourcedLine is a line of a receipt with what it rests on.
type SourcedLine struct {
	Title   string            `json:"title"`
	Service housing.Service   `json:"service"`
	Amount  housing.Money     `json:"amount"`
	Rests   []housing.Operand `json:"rests_on"`
}

// SourceFile is a file by a name that a source has; several may have had it.
type SourceFile struct {
	Name     string   `json:"name"`
	Received []string `json:"received"`
	Archive  []string `json:"archive"`
}

// TraceAccount goes from the lines of a receipt down to rows of files and offsets of topics, with the
// payments of the month and the claims matched to the account. An empty service means all.
func (p *Pipeline) TraceAccount(ctx context.Context, account string, period housing.Period, service housing.Service) (AccountTrace, error) {
	t := AccountTrace{Account: account, Period: period}
	sheet, err := p.Sheet(ctx, account, period)
	if err != nil {
		return t, err
	}
	files := map[string]bool{}
	note := func(s housing.Source) {
		if s.Kind == housing.SourceFile {
			files[s.Name] = true
		}
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
				note(operand.Source)
			}
		}
		t.Lines = append(t.Lines, sourced)
	}
	if t.Payments, err = p.Store.PaymentsTraced(ctx, p.Organisation.ID, nil, account, period); err != nil {
		return t, err
	}
	if t.Claims, err = p.Store.ClaimsTraced(ctx, p.Organisation.ID, nil, account); err != nil {
		return t, err
	}
	for _, payment := range t.Payments {
		note(payment.Source)
	}
	for _, claim := range t.Claims {
		note(claim.Source)
	}
	documents, err := p.Store.DocumentsOf(ctx, p.Organisation.ID, []string{account}, period)
	if err != nil {
		return t, err
	}
	t.Document = documents[account]
	return t, p.traceFiles(ctx, files, &t)
}

func (p *Pipeline) traceFiles(ctx context.Context, names map[string]bool, t *AccountTrace) error {
	for name := range names {
		received, err := p.Store.FilesNamed(ctx, p.Organisation.ID, name)
		if err != nil {
			return err
		}
		file := SourceFile{Name: name}
		for _, f := range received {
			file.Received = append(file.Received, f.Received.In(p.Limits.Zone).Format("02.01.2006 15:04"))
			file.Archive = append(file.Archive, f.Archive)
		}
		t.Files = append(t.Files, file)
	}
	slices.SortFunc(t.Files, func(a, b SourceFile) int { return strings.Compare(a.Name, b.Name) })
	return nil
}
