package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"github.com/kvitok-gkh/kvitok/exporters/registries"
	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/profiles"
	"github.com/kvitok-gkh/kvitok/store"
)

// PublishResult is what giving out reports and registries did.
type PublishResult struct {
	Files   []PublishedFile `json:"files"`
	Changed int             `json:"changed"`
}

// PublishedFile is a report or registry in the data folder.
type PublishedFile struct {
	Path    string `json:"path"` // relative to the data folder
	Rows    int    `json:"rows"`
	SHA256  string `json:"sha256"`
	Changed bool   `json:"changed"`
}

func (p *Pipeline) publishStep(ctx context.Context, period housing.Period, s *Summary) (int, error) {
	result, err := p.Publish(ctx, period)
	if err == nil && (result.Changed > 0 || s.Changed()) {
		err = p.publishRun(ctx, period, s, &result)
	}
	s.Publish = result
	rows := 0
	for _, f := range result.Files {
		rows += f.Rows
	}
	return rows, err
}

// Publish writes the accountant's reports and the debt registry of a month, all of one state of the
// data. A file whose content is as it was is left alone, so that nobody has to look at it again. What is
// given out is noted, so that it can be made again as of that moment.
func (p *Pipeline) Publish(ctx context.Context, period housing.Period) (result PublishResult, err error) {
	frozen, err := p.Store.Freeze(ctx)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, frozen.Close(ctx)) }()
	now, err := p.reading(frozen.Store)
	if err != nil {
		return result, err
	}
	meta, err := now.reportMeta(ctx, period)
	if err != nil {
		return result, err
	}
	jobs, err := now.reportJobs(ctx, meta)
	if err != nil {
		return result, err
	}
	bar := p.Progress.Start("reports", len(jobs))
	defer bar.Done()
	for _, job := range jobs {
		if err := p.put(filepath.Join("reports", period.String(), job.file), job.write, &result); err != nil {
			return result, err
		}
		file := result.Files[len(result.Files)-1]
		run, err := strconv.ParseInt(meta.Run, 10, 64)
		if err != nil {
			return result, fmt.Errorf("read the number of the run: %w", err)
		}
		err = p.Store.AddPublication(ctx, p.Organisation.ID, period, store.Publication{
			Name: job.file, SHA256: file.SHA256, Rows: file.Rows, Moment: frozen.Moment, AsOf: meta.AsOf, Run: run, Engine: meta.Engine,
			Organisation: meta.Organisation,
		})
		if err != nil {
			return result, err
		}
		if job.debts {
			if err := p.queueDebts(ctx, file); err != nil {
				return result, err
			}
		}
		bar.Add(1)
	}
	return result, nil
}

// reading is the pipeline with another state of the database to read from.
func (p *Pipeline) reading(from *store.Store) (*Pipeline, error) {
	config := p.Config
	config.Store = from
	return New(config)
}

// reportJob is one file that a month gives out.
type reportJob struct {
	file  string // its name
	debts bool   // the registry for the bank, which is sent
	write func(io.Writer) (rows int, err error)
}

// reportJobs lists the files of a month. Equal data and an equal head give equal bytes.
func (p *Pipeline) reportJobs(ctx context.Context, meta reports.Meta) ([]reportJob, error) {
	jobs := p.workbookJobs(ctx, meta)
	debts, err := p.debtJob(ctx, meta.Period)
	if debts.file != "" {
		jobs = append(jobs, debts)
	}
	return jobs, err
}

// reportMeta says what a report shows: the run that stands and the moment its data are of, so that
// the same data give the same bytes.
func (p *Pipeline) reportMeta(ctx context.Context, period housing.Period) (reports.Meta, error) {
	state, err := p.Store.DataState(ctx, p.Organisation.ID, period)
	if err != nil {
		return reports.Meta{}, err
	}
	return reports.Meta{
		Organisation: p.Organisation, Period: period, AsOf: state.AsOf, Zone: p.Limits.Zone,
		Run: strconv.FormatInt(state.Run, 10), Engine: p.Engine, Temp: p.path("work"),
	}, nil
}

// debtJob writes the debt registry for the bank; without a file name where there is none to write.
func (p *Pipeline) debtJob(ctx context.Context, period housing.Period) (reportJob, error) {
	if p.Organisation.Bank.Account == "" {
		p.Log.LogAttrs(ctx, slog.LevelWarn, "no debt registry: the organisation has no bank account")
		return reportJob{}, nil
	}
	layout, err := p.debtProfile()
	if err != nil {
		return reportJob{}, err
	}
	options := registries.Options{
		INN: p.Organisation.INN, Bank: p.Organisation.Bank.Account, Number: max(p.DebtNumber, 1), Period: period,
		Date: period.Next().First(), Values: p.DebtValues, Temp: p.path("work"),
	}
	name, err := registries.FileName(layout, options)
	if err != nil {
		return reportJob{}, fmt.Errorf("name the debt registry: %w", err)
	}
	debts := p.Store.Debts
	if registries.NeedsMeters(layout) {
		debts = p.Store.DebtsWithMeters
	}
	return reportJob{file: name, debts: true, write: func(w io.Writer) (int, error) {
		c, err := registries.Write(w, layout, options, debts(ctx, p.Organisation.ID, p.Organisation.INN, period))
		if len(c.Notes) > 0 {
			p.Log.LogAttrs(ctx, slog.LevelWarn, "values were replaced in the debt registry", slog.String("file", name), slog.Int("values", len(c.Notes)))
		}
		return c.Rows, err
	}}, nil
}

// queueDebts queues the debt registry for the partner who gets it.
func (p *Pipeline) queueDebts(ctx context.Context, file PublishedFile) error {
	partner, known := p.partner(p.DebtPartner)
	if !known || partner.Outbox == nil {
		return nil
	}
	info, err := os.Stat(p.path(file.Path))
	if err != nil {
		return fmt.Errorf("look at the debt registry: %w", err)
	}
	_, err = p.Store.PutOutgoing(ctx, store.Outgoing{
		Destination: partner.Name, Name: filepath.Base(file.Path), Staged: file.Path, SHA256: file.SHA256, Size: info.Size(),
	}, p.Now())
	return err
}

// usualDebts is the profile of the debt registry where the configuration names none.
const usualDebts = "sber-debts-classic"

func (p *Pipeline) debtProfile() (*profiles.Profile, error) {
	if p.DebtProfile != nil {
		return p.DebtProfile, nil
	}
	builtin, err := profiles.Builtin()
	if err != nil {
		return nil, fmt.Errorf("find the profile of the debt registry: %w", err)
	}
	for _, profile := range builtin {
		if profile.Name == usualDebts {
			return profile, nil
		}
	}
	return nil, fmt.Errorf("find the profile of the debt registry: there is no %s", usualDebts)
}

// put writes a file under a temporary name and lets it take the place of the old one only if they differ.
func (p *Pipeline) put(name string, write func(io.Writer) (int, error), result *PublishResult) error {
	var rows int
	fresh := name + ".new"
	out, err := p.stage(fresh, func(w io.Writer) (err error) {
		rows, err = write(w)
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	old, err := hashFile(p.path(name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("compare %s: %w", name, err)
	}
	file := PublishedFile{Path: name, Rows: rows, SHA256: out.SHA256, Changed: old != out.SHA256}
	if file.Changed {
		result.Changed++
		err = os.Rename(p.path(fresh), p.path(name))
	} else {
		err = os.Remove(p.path(fresh))
	}
	if err != nil {
		return fmt.Errorf("put %s in place: %w", name, err)
	}
	result.Files = append(result.Files, file)
	return nil
}

// publishRun writes the protocol of the run: stages, files, rejected rows, findings.
func (p *Pipeline) publishRun(ctx context.Context, period housing.Period, s *Summary, result *PublishResult) error {
	meta, err := p.reportMeta(ctx, period)
	if err != nil {
		return err
	}
	findings, err := p.Store.Findings(ctx, p.Organisation.ID, period)
	if err != nil {
		return err
	}
	doubles := p.doubleFindings(ctx, period)
	run := reports.RunProtocol{
		Stages: stageRows(s), Files: fileRows(s), Rejected: p.rejectedRows(ctx, s),
		Findings: func(yield func(reports.HouseFinding, error) bool) {
			for _, f := range findings {
				if !yield(reports.HouseFinding{House: f.House, Finding: f.Finding}, nil) {
					return
				}
			}
			for _, f := range doubles {
				if !yield(f, nil) {
					return
				}
			}
		},
		Totals: []reports.Total{
			{Name: "Начислено, руб.", Value: s.Charge.Totals.Amount.Russian()},
			{Name: "Лицевых счетов", Value: strconv.Itoa(s.Charge.Totals.Accounts)},
			{Name: "Удержано лицевых счетов", Value: strconv.Itoa(s.Charge.Totals.Held)},
		},
	}
	name := fmt.Sprintf("Протокол прогона %s № %d.xlsx", period, s.Charge.Run)
	return p.put(filepath.Join("reports", period.String(), name), func(w io.Writer) (int, error) {
		c, err := reports.WriteRunProtocol(w, meta, run)
		return c.Rows, err
	}, result)
}

func stageRows(s *Summary) []reports.Stage {
	titles := map[string]string{
		"ingest": "Приём файлов", "readings": "Показания из потока", "match": "Сопоставление жителей",
		"correct": "Перерасчёты закрытых месяцев", "charge": "Начисление", "ledger": "Сальдо и оплаты", "gate": "Проверка перед выпуском",
		"issue": "Платёжные документы", "publish": "Отчёты", "deliver": "Отправка", "letters": "Письма с квитанциями",
	}
	rows := make([]reports.Stage, 0, len(s.Stages))
	for _, stage := range s.Stages {
		rows = append(rows, reports.Stage{Title: titles[stage.Name], Items: stage.Items, Took: stage.Took, Result: "выполнен"})
	}
	return rows
}

func fileRows(s *Summary) iter.Seq2[housing.ReceivedFile, error] {
	return func(yield func(housing.ReceivedFile, error) bool) {
		for _, f := range s.Files {
			if !yield(f.ReceivedFile, nil) {
				return
			}
		}
	}
}

func (p *Pipeline) rejectedRows(ctx context.Context, s *Summary) iter.Seq2[reports.RejectedRow, error] {
	return func(yield func(reports.RejectedRow, error) bool) {
		for _, f := range s.Files {
			problems, err := p.Store.Problems(ctx, f.ID)
			if err != nil {
				yield(reports.RejectedRow{}, err)
				return
			}
			for _, problem := range problems {
				if !yield(reports.RejectedRow{File: f.Name, Problem: problem}, nil) {
					return
				}
			}
		}
	}
}
