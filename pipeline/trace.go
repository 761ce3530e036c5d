package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/klauspost/compress/zstd"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

// TraceInput names what to follow: a file or one row of it, a message of a topic, an operator's entry.
// Position below 0 is all of them.
type TraceInput struct {
	Source housing.Source
	SHA256 string         // of several files of that name, the one whose digest begins so; "": all
	Period housing.Period // look into this month only; zero: all that were charged
	Limit  int            // facts and lines shown; all are counted
}

// SourceTrace is what became of a file, a row or a message.
type SourceTrace struct {
	Source    string                   `json:"source"`
	Files     []housing.ReceivedFile   `json:"files,omitempty"`       // of that name, the newest first
	Came      []SourceFile             `json:"came,omitempty"`        // of these files: how each arrived
	Inside    []housing.ReceivedFile   `json:"inside,omitempty"`      // of an archive: the files that came in it
	Problems  []housing.Problem        `json:"problems,omitempty"`    // of the rows
	Chain     []store.FileCorrection   `json:"corrections,omitempty"` // files that correct each other
	Letter    string                   `json:"dead_letter,omitzero"`
	Fate      string                   `json:"fate"` // in Russian
	Facts     []housing.FactChange     `json:"facts,omitempty"`
	Payments  []store.TracedPayment    `json:"payments,omitempty"`
	Openings  []store.TracedOpening    `json:"openings,omitempty"`
	Receipts  []ReceiptOf              `json:"receipts,omitempty"` // that payments and opening balances stand on
	Claims    []store.TracedClaim      `json:"claims,omitempty"`
	Lines     []TracedLine             `json:"lines,omitempty"`
	Charges   int                      `json:"charge_lines"`            // all that rest on it
	Corrected []store.BookedCorrection `json:"closed_months,omitempty"` // of closed months, that rest on it
	Accounts  int                      `json:"accounts"`
	Amount    housing.Money            `json:"amount"` // of all those lines
	houses    map[int64]bool
}

// TracedLine is a line of a receipt that rests on a source.
type TracedLine struct {
	Period   housing.Period    `json:"period"`
	Account  string            `json:"account"`
	Service  housing.Service   `json:"service"`
	Kind     string            `json:"kind"`
	Amount   housing.Money     `json:"amount"`
	Document string            `json:"document,omitzero"` // number of the issued one
	Operands []housing.Operand `json:"operands"`
}

// Trace follows a source to its facts, to what became of them, and to the lines of receipts that rest
// on them by the stored snapshots. A file is found by its name; where several had it, facts are of all.
func (p *Pipeline) Trace(ctx context.Context, in TraceInput) (SourceTrace, error) {
	t := SourceTrace{Source: in.Source.String(), houses: map[int64]bool{}}
	sources, err := p.traceSource(ctx, in, &t)
	if err != nil {
		return t, err
	}
	if err := p.traceFacts(ctx, in, sources, &t); err != nil {
		return t, err
	}
	if err := p.traceCharges(ctx, in, &t); err != nil {
		return t, err
	}
	if err := p.traceCorrections(ctx, in.Source, &t); err != nil {
		return t, err
	}
	t.Fate = t.fate(in)
	return t, nil
}

// traceSource finds the source, with all the files that had its name, and what was wrong with it.
func (p *Pipeline) traceSource(ctx context.Context, in TraceInput, t *SourceTrace) (ids []int64, err error) {
	if in.Source.Kind != housing.SourceFile {
		return p.traceMessage(ctx, in, t)
	}
	if t.Files, err = p.Store.FilesNamed(ctx, p.Organisation.ID, in.Source.Name); err != nil {
		return nil, err
	}
	t.Files = only(t.Files, in.SHA256)
	if len(t.Files) == 0 {
		return nil, fmt.Errorf("file %s: %w", in.Source.Name, store.ErrNotFound)
	}
	if isEnvelope(t.Files[0].Format) {
		if t.Inside, err = p.Store.FilesWithin(ctx, p.Organisation.ID, in.Source.Name); err != nil {
			return nil, err
		}
	}
	if t.Came, err = p.withArrivals(ctx, t.Files); err != nil {
		return nil, err
	}
	files := make([]int64, 0, len(t.Files))
	for _, file := range t.Files {
		files = append(files, file.ID)
	}
	if t.Chain, err = p.Store.FileCorrections(ctx, files); err != nil {
		return nil, err
	}
	for _, file := range t.Files {
		of, err := p.Store.SourceIDs(ctx, in.Source, file.ID)
		if err != nil {
			return nil, err
		}
		ids = append(ids, of...)
		problems, err := p.Store.Problems(ctx, file.ID)
		if err != nil {
			return nil, err
		}
		t.addProblems(in, problems)
	}
	return ids, nil
}

// traceMessage finds a source that is no file, and why it was put aside where it was.
func (p *Pipeline) traceMessage(ctx context.Context, in TraceInput, t *SourceTrace) ([]int64, error) {
	ids, err := p.Store.SourceIDs(ctx, in.Source, 0)
	if err != nil {
		return nil, err
	}
	letter, err := p.Store.DeadLetterAt(ctx, in.Source)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	t.Letter = letter.Reason
	if len(ids) == 0 && t.Letter == "" {
		return nil, fmt.Errorf("source %s: %w", in.Source, store.ErrNotFound)
	}
	return ids, nil
}

// addProblems keeps the problems of the row asked for, or of all rows, up to the limit.
func (t *SourceTrace) addProblems(in TraceInput, problems []housing.Problem) {
	for _, problem := range problems {
		if (in.Source.Position < 0 || int64(problem.Row) == in.Source.Position) && len(t.Problems) < in.Limit {
			t.Problems = append(t.Problems, problem)
		}
	}
}

func (p *Pipeline) traceFacts(ctx context.Context, in TraceInput, sources []int64, t *SourceTrace) error {
	if len(sources) == 0 {
		return nil
	}
	tables, err := p.Store.FactTables(ctx)
	if err != nil {
		return err
	}
	describer := rehearser{Pipeline: p, sources: map[int64]string{}}
	var payments, claims, reversed []int64
	for _, table := range tables {
		if table.Name == "payment_keys" {
			continue // the payments themselves are told
		}
		facts, err := p.Store.FactsOf(ctx, table, sources, in.Source.Position, in.Limit)
		if err != nil {
			return err
		}
		found, err := p.Store.FactNames(ctx, facts)
		if err != nil {
			return err
		}
		n := names{found}
		for _, fact := range facts {
			switch table.Name {
			case "payments":
				payments = append(payments, fact.After.Number("id"))
			case "payment_reversals":
				reversed = append(reversed, fact.After.Number("decision_id"))
			case "claims":
				claims = append(claims, fact.After.Number("id"))
			}
			_, house := n.whose(table.Name, fact.After)
			t.houses[house] = true // 0: all houses
			change := describer.describe(table, n, fact)
			change.Source = in.Source
			change.Source.Position = fact.After.Number("source_pos")
			t.Facts = append(t.Facts, change)
		}
	}
	t.Facts = t.Facts[:min(len(t.Facts), in.Limit)]
	if t.Payments, err = p.tracedPayments(ctx, payments, reversed); err != nil {
		return err
	}
	if t.Openings, err = p.Store.OpeningsTraced(ctx, p.Organisation.ID, "", sources, in.Source.Position); err != nil {
		return err
	}
	if len(claims) > 0 {
		if t.Claims, err = p.Store.ClaimsTraced(ctx, p.Organisation.ID, claims, ""); err != nil {
			return err
		}
	}
	return p.moneyReceipts(ctx, t)
}

// tracedPayments reads the payments of a source, and those that its rows have taken back.
func (p *Pipeline) tracedPayments(ctx context.Context, payments, decisions []int64) ([]store.TracedPayment, error) {
	if len(decisions) > 0 {
		of, err := p.Store.PaymentsOfDecisions(ctx, decisions)
		if err != nil {
			return nil, err
		}
		payments = append(payments, of...)
	}
	if len(payments) == 0 {
		return nil, nil
	}
	return p.Store.PaymentsTraced(ctx, p.Organisation.ID, payments, "", 0)
}

// traceCharges looks into the stored snapshots. Those that do not name the source are not opened.
func (p *Pipeline) traceCharges(ctx context.Context, in TraceInput, t *SourceTrace) error {
	periods := []housing.Period{in.Period}
	if in.Period.IsZero() {
		var err error
		if periods, err = p.Store.ChargedPeriods(ctx, p.Organisation.ID); err != nil {
			return err
		}
	}
	accounts := map[string]bool{}
	for _, period := range periods {
		err := p.Store.SnapshotsOf(ctx, p.Organisation.ID, period, func(s store.StoredSnapshot) error {
			lines, err := linesOf(s.Body, in.Source)
			if err != nil {
				return fmt.Errorf("look into house %d for %s: %w", s.House, period, err)
			}
			for _, line := range lines {
				t.Charges++
				t.Amount += line.Amount
				accounts[line.Account] = true
				if len(t.Lines) < in.Limit {
					line.Period = period
					t.Lines = append(t.Lines, line)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	t.Accounts = len(accounts)
	return p.nameDocuments(ctx, t.Lines)
}

func (p *Pipeline) nameDocuments(ctx context.Context, lines []TracedLine) error {
	byPeriod := map[housing.Period][]string{}
	for _, line := range lines {
		byPeriod[line.Period] = append(byPeriod[line.Period], line.Account)
	}
	for period, accounts := range byPeriod {
		documents, err := p.Store.DocumentsOf(ctx, p.Organisation.ID, accounts, period)
		if err != nil {
			return err
		}
		for i := range lines {
			if lines[i].Period == period {
				lines[i].Document = documents[lines[i].Account]
			}
		}
	}
	return nil
}

// linesOf computes a stored house again where it names the source, and gives the lines that rest on it.
func linesOf(body []byte, source housing.Source) ([]TracedLine, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("open a stored snapshot: %w", err)
	}
	defer decoder.Close()
	text, err := decoder.DecodeAll(body, nil)
	if err != nil {
		return nil, fmt.Errorf("open a stored snapshot: %w", err)
	}
	if !bytes.Contains(text, []byte(sourcePrefix(source))) {
		return nil, nil
	}
	snapshot, err := charging.ReadSnapshot(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read a stored snapshot: %w", err)
	}
	traces, _, err := charging.ExplainAll(snapshot)
	if err != nil {
		return nil, fmt.Errorf("compute a stored snapshot: %w", err)
	}
	var lines []TracedLine
	for i := range traces {
		trace := &traces[i]
		line := TracedLine{
			Account: trace.Charge.Account, Service: trace.Charge.Service, Kind: string(trace.Charge.Kind), Amount: trace.Charge.Amount,
		}
		for _, operand := range trace.Operands {
			if sameSource(operand.Source, source) {
				line.Operands = append(line.Operands, operand)
			}
		}
		if len(line.Operands) > 0 {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// sourcePrefix is how the source is written in a snapshot, up to the position where it has none.
func sourcePrefix(s housing.Source) string {
	if s.Position >= 0 {
		return `"` + s.String() + `"`
	}
	s.Position = 0
	text := s.String()
	return `"` + text[:len(text)-1]
}

func sameSource(a, wanted housing.Source) bool {
	if wanted.Position < 0 {
		wanted.Position = a.Position
	}
	return a == wanted
}

// fate says what became of a row in one sentence.
func (t *SourceTrace) fate(in TraceInput) string {
	rejected := slices.ContainsFunc(t.Problems, housing.Problem.IsError)
	refused := len(t.Files) > 0 && t.Files[0].Status == housing.FileRefused
	switch {
	case len(t.Inside) > 0:
		return fmt.Sprintf("это архив, файлов из него: %d; судьбу каждого показывает kvitok trace с его именем", len(t.Inside))
	case refused:
		return "файл отклонён целиком: " + t.Files[0].Reason
	case t.Letter != "":
		return "сообщение отклонено: " + t.Letter
	case rejected && in.Source.Position >= 0:
		return "строка отклонена"
	case len(t.Facts) > 0 && rejected:
		return "принято частично: сведения действуют, часть строк отклонена"
	case len(t.Facts) > 0:
		return "принято, сведения действуют"
	case t.Charges > 0:
		return "было принято и вошло в начисления, позже заменено более новыми сведениями"
	}
	return "новых сведений не дало: то же было известно раньше или заменено более новыми"
}
