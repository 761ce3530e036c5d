package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// ReportDelivery says which reports go to whom, and what their files are called.
type ReportDelivery struct {
	Name          string   // of the delivery, for the journal
	To            string   // partner with an outbox
	Reports       []string // keys of MonthReports; none: all
	Organisations []string // INN; none: the issuer
	File          string   // template of names, see FileNameOf; "": UsualReportName
	Period        housing.Period
	By            string // who asks, for the journal
}

// QueuedReports is what became of a delivery.
type QueuedReports struct {
	Queued    []string `json:"queued"`    // names of files
	Unchanged int      `json:"unchanged"` // delivered or queued before, with the same content
}

// UsualReportName is how files are called where nothing else is said.
const UsualReportName = "{title} {month}.xlsx"

// errNoOutbox answers a delivery to somebody who has no outbox.
var errNoOutbox = errors.New("there is no such partner, or it has no outbox")

// QueueReports writes the reports of a delivery, each company's from one state of the data, and queues them for the partner; Deliver
// brings them there. What was queued before with the same name and content is not queued again.
func (p *Pipeline) QueueReports(ctx context.Context, d ReportDelivery) (result QueuedReports, err error) {
	partner, known := p.partner(d.To)
	if !known || partner.Outbox == nil {
		return result, fmt.Errorf("deliver reports to %q: %w", d.To, errNoOutbox)
	}
	list, err := chosenReports(d.Reports)
	if err != nil {
		return result, err
	}
	companies, err := p.companiesOf(ctx, d.Organisations)
	if err != nil {
		return result, err
	}
	for _, company := range companies {
		of, err := p.For(company)
		if err != nil {
			return result, err
		}
		if err := of.queueReports(ctx, d, list, &result); err != nil {
			return result, fmt.Errorf("deliver reports of %s to %s: %w", d.Period, d.To, err)
		}
	}
	p.Log.LogAttrs(ctx, slog.LevelInfo, "reports queued", slog.String("delivery", d.Name), slog.String("partner", d.To),
		slog.String("period", d.Period.String()), slog.Int("queued", len(result.Queued)), slog.Int("unchanged", result.Unchanged))
	return result, nil
}

func (p *Pipeline) queueReports(ctx context.Context, d ReportDelivery, list []monthReport, result *QueuedReports) (err error) {
	frozen, err := p.Store.Freeze(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, frozen.Close(ctx)) }()
	now, err := p.reading(frozen.Store)
	if err != nil {
		return err
	}
	meta, err := now.reportMeta(ctx, d.Period)
	if err != nil {
		return err
	}
	for _, report := range list {
		rows := 0
		file, err := p.stageReport(FileNameOf(d.File, report.MonthReport, p.Organisation, d.Period), d.Name, func(w io.Writer) error {
			control, err := report.write(ctx, now, w, meta)
			rows = control.Rows
			return err
		})
		if err != nil {
			return err
		}
		file.Destination = d.To
		queued := false
		err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			queued, err = tx.QueueReport(ctx, store.ReportDelivery{
				Organisation: p.Organisation.ID, Delivery: d.Name, Report: report.Key, Period: d.Period, Rows: rows, Moment: frozen.Moment,
				QueuedAt: p.Now(), QueuedBy: d.By,
			}, file)
			return err
		})
		if err != nil {
			return err
		}
		if queued {
			result.Queued = append(result.Queued, file.Name)
		} else {
			result.Unchanged++
		}
	}
	return nil
}

// stageReport writes a file to be delivered into a folder of its content: a later one of the same name does
// not take its place while it waits.
func (p *Pipeline) stageReport(name, delivery string, write func(io.Writer) error) (store.Outgoing, error) {
	folder := filepath.Join("reports", "deliveries", delivery)
	fresh := filepath.Join(folder, name+".new")
	file, err := p.stage(fresh, write)
	if err != nil {
		return file, err
	}
	file.Name, file.Staged = name, filepath.Join(folder, file.SHA256[:12], name)
	if err := os.MkdirAll(filepath.Dir(p.path(file.Staged)), 0o750); err != nil {
		return file, fmt.Errorf("make a folder for %s: %w", name, err)
	}
	if err := os.Rename(p.path(fresh), p.path(file.Staged)); err != nil {
		return file, fmt.Errorf("put %s in place: %w", name, err)
	}
	return file, syncDir(filepath.Dir(p.path(file.Staged)))
}

func chosenReports(keys []string) ([]monthReport, error) {
	if len(keys) == 0 {
		return monthReports(), nil
	}
	list := make([]monthReport, len(keys))
	for i, key := range keys {
		var err error
		if list[i], err = reportNamed(key); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// companiesOf finds organisations by INN; none named: the issuer.
func (p *Pipeline) companiesOf(ctx context.Context, inns []string) ([]housing.Organisation, error) {
	if len(inns) == 0 {
		return []housing.Organisation{p.Organisation}, nil
	}
	all, err := p.Store.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	byINN := byINN(all)
	list := make([]housing.Organisation, len(inns))
	for i, inn := range inns {
		found, known := byINN[inn]
		if !known {
			return nil, fmt.Errorf("organisation %s: %w", inn, store.ErrNotFound)
		}
		list[i] = found
	}
	return list, nil
}

// FileNameOf fills a template of file names: {title}, {key}, {month}, {inn}, {company}. What no file may be
// called becomes "_".
func FileNameOf(template string, r MonthReport, company housing.Organisation, period housing.Period) string {
	if template == "" {
		template = UsualReportName
	}
	name := strings.NewReplacer("{title}", r.Title, "{key}", r.Key, "{month}", period.String(), "{inn}", company.INN, "{company}", company.Title()).Replace(template)
	return strings.Map(func(c rune) rune {
		if c < ' ' || strings.ContainsRune(`/\:*?"<>|`, c) {
			return '_'
		}
		return c
	}, name)
}

// CheckFileName says what is wrong with a template of names for so many reports and companies.
func CheckFileName(template string, reports, companies int) error {
	if template == "" {
		template = UsualReportName
	}
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(template, word) {
				return true
			}
		}
		return false
	}
	rest := strings.NewReplacer("{title}", "", "{key}", "", "{month}", "", "{inn}", "", "{company}", "").Replace(template)
	switch {
	case strings.ContainsAny(rest, "{}"):
		return errors.New("only {title}, {key}, {month}, {inn} and {company} are known")
	case reports != 1 && !has("{title}", "{key}"):
		return errors.New("several reports would have one name: {title} or {key} is missing")
	case companies > 1 && !has("{inn}", "{company}"):
		return errors.New("the files of several companies would have one name: {inn} or {company} is missing")
	case !has("{month}"):
		return errors.New("the files of all months would have one name: {month} is missing")
	}
	return nil
}
