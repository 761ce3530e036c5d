package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/exporters/social"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// socialFormat is the format of requests that are answered by their own table.
const socialFormat = "social-uslugi-dbf"

// PublishSocial answers the requests of social protection that came since the first day of a month: the same
// table with the organisation's columns filled in from what the month was billed. It is queued for the sender.
func (p *Pipeline) PublishSocial(ctx context.Context, period housing.Period) (PublishResult, error) {
	var result PublishResult
	if err := p.registerBenefits(ctx, period, &result); err != nil {
		return result, err
	}
	files, err := p.Store.FilesSince(ctx, p.Organisation.ID, period.First().Time())
	if err != nil {
		return result, err
	}
	for _, f := range files {
		if f.Format != socialFormat || f.Status == housing.FileRefused {
			continue
		}
		if err := p.answerSocial(ctx, period, f, &result); err != nil {
			return result, fmt.Errorf("answer %s: %w", f.Name, err)
		}
	}
	return result, nil
}

// registerBenefits writes what benefits came to, where anybody has one: it is handed over by hand.
func (p *Pipeline) registerBenefits(ctx context.Context, period housing.Period, result *PublishResult) error {
	has, err := p.Store.HasBenefits(ctx, p.Organisation.ID, period)
	if err != nil || !has {
		return err
	}
	name := filepath.Join("reports", period.String(), "Соцзащита", "Реестр льгот "+period.String()+".csv")
	return p.put(name, func(w io.Writer) (int, error) {
		return social.WriteRegister(w, p.benefitRows(ctx, period))
	}, result)
}

func (p *Pipeline) answerSocial(ctx context.Context, period housing.Period, f housing.ReceivedFile, result *PublishResult) error {
	name := clipName(f.Name)
	staged := filepath.Join("reports", period.String(), "Соцзащита", f.SHA256[:8], name)
	debts, err := p.courtDebts(ctx, period)
	if err != nil {
		return err
	}
	answer := socialAnswer{pipeline: p, period: period, file: f, debts: debts}
	err = p.put(staged, func(w io.Writer) (int, error) { return answer.rows, answer.write(ctx, w) }, result)
	if err != nil {
		return err
	}
	file := &result.Files[len(result.Files)-1]
	file.Rows = answer.rows
	if answer.tooLong > 0 {
		p.Log.LogAttrs(ctx, slog.LevelWarn, "numbers are too long for their columns and left as they came", slog.String("file", f.Name),
			slog.Int("numbers", answer.tooLong))
	}
	partner, known := p.partner(f.Partner)
	if !known || partner.Outbox == nil {
		return nil
	}
	info, err := os.Stat(p.path(staged))
	if err != nil {
		return fmt.Errorf("look at the answer: %w", err)
	}
	_, err = p.Store.PutOutgoing(ctx, store.Outgoing{
		Destination: partner.Name, Name: name, Staged: staged, SHA256: file.SHA256, Size: info.Size(),
	}, p.Now())
	return err
}

// socialAnswer fills one table in.
type socialAnswer struct {
	pipeline *Pipeline
	period   housing.Period
	file     housing.ReceivedFile
	table    *social.Table
	columns  []string
	pending  []importers.Record
	rows     int
	tooLong  int
	debts    courtDebts
}

// socialRows is how many rows are looked up at once.
const socialRows = 1000

func (a *socialAnswer) write(ctx context.Context, w io.Writer) (err error) {
	content, err := os.Open(a.pipeline.path(a.file.Archive))
	if err != nil {
		return fmt.Errorf("open the archived copy: %w", err)
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	in := importers.Input{Name: a.file.Name, Size: a.file.Size, Content: content, Temp: a.pipeline.path("work")}
	begin := func(columns []string) ([]housing.Problem, error) {
		a.columns = columns
		return nil, nil
	}
	// The shape is known once the first row is.
	read, err := importers.EachDBF(ctx, in, begin, func(importers.Record) error { return errEnough })
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	a.table, err = social.New(social.Shape{
		Columns: read.Shape.Columns, CodePage: read.Shape.CodePage, Encoding: exporters.Encoding(read.Shape.Encoding),
		Day: housing.DateOf(a.file.Received), Temp: in.Temp,
	})
	if err != nil {
		return err
	}
	_, err = importers.EachDBF(ctx, in, begin, func(r importers.Record) error {
		a.rows++
		a.pending = append(a.pending, r)
		if len(a.pending) < socialRows {
			return nil
		}
		return a.flush(ctx)
	})
	if err == nil {
		err = a.flush(ctx)
	}
	if err != nil {
		return errors.Join(err, a.table.Abort())
	}
	return a.table.Close(w)
}

func (a *socialAnswer) cell(r importers.Record, column string) string {
	if at := slices.Index(a.columns, column); at >= 0 {
		return r.Cells[at]
	}
	return ""
}

// flush fills in the rows that wait.
func (a *socialAnswer) flush(ctx context.Context) error {
	numbers := make([]string, len(a.pending))
	for i, r := range a.pending {
		numbers[i] = a.cell(r, "ILCHET")
	}
	facts, err := a.pipeline.Store.SocialFacts(ctx, a.pipeline.Organisation.ID, a.period, numbers)
	if err != nil {
		return err
	}
	byAccount := map[string][]store.SocialFacts{}
	for _, f := range facts {
		byAccount[f.Account] = append(byAccount[f.Account], f)
	}
	for i, r := range a.pending {
		if known := byAccount[numbers[i]]; len(known) > 0 {
			a.fill(r.Cells, a.cell(r, "GKU"), known)
			if err := a.fillDebt(r.Cells, numbers[i], a.cell(r, "GKU")); err != nil {
				return err
			}
		}
		if err := a.table.Row(r.Cells); err != nil {
			return err
		}
	}
	a.pending = a.pending[:0]
	return nil
}

// fill puts what is known of an account and a service into the organisation's columns.
func (a *socialAnswer) fill(cells []string, name string, known []store.SocialFacts) {
	set := func(column string, value housing.Decimal) {
		if !a.table.Set(cells, column, value) {
			a.tooLong++
		}
	}
	set("OPL", known[0].Area)
	set("OTPL", known[0].Area)
	set("KOLZR", housing.Whole(int64(known[0].People)))
	service, err := importers.ReadService(importers.Cell{Text: name})
	if err != nil {
		return // a service that is none of ours: its columns stay as they came
	}
	at := slices.IndexFunc(known, func(f store.SocialFacts) bool { return f.Service == string(service) })
	if at < 0 {
		return
	}
	f := known[at]
	set("TARIF", f.Price)
	set("FAKT", f.Volume)
	set("SUMTAR", roubles(f.Charged))
}

func roubles(m housing.Money) housing.Decimal {
	d, err := housing.NewDecimal(int64(m), 2)
	if err != nil {
		return housing.Decimal{}
	}
	return d
}
