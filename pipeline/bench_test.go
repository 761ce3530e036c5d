package pipeline_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/receipts"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/storetest"
	"github.com/kvitok-gkh/kvitok/town"
)

// made is a town whose files have been taken in, ready to be charged.
type made struct {
	*pipeline.Pipeline
	store  *store.Store
	period housing.Period
	files  []pipeline.FileResult
}

func madeTown(tb testing.TB, accounts int) made {
	tb.Helper()
	period, err := housing.NewPeriod(2026, time.October)
	if err != nil {
		tb.Fatal(err)
	}
	t, err := town.New(town.Config{Accounts: accounts, Seed: 7, Period: period})
	if err != nil {
		tb.Fatal(err)
	}
	m := made{store: storetest.New(tb), period: period}
	issuer := t.Organisations().Issuer
	if issuer.ID, err = m.store.PutOrganisation(tb.Context(), issuer); err != nil {
		tb.Fatal(err)
	}
	for _, payee := range t.Organisations().Payees() {
		if _, err := m.store.PutOrganisation(tb.Context(), payee); err != nil {
			tb.Fatal(err)
		}
	}
	rules, err := parameters.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	orders, err := parameters.BuiltinOrders()
	if err != nil {
		tb.Fatal(err)
	}
	printer, err := receipts.New(receipts.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	m.Pipeline, err = pipeline.New(pipeline.Config{
		Store: m.store, Organisation: issuer, Parameters: rules, Orders: orders, Formats: catalogue.New(), Printer: printer,
		Dir: tb.TempDir(), Engine: "test", Workers: 2, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return period.Next().First().Time().Add(6 * time.Hour) },
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := m.store.EnsureMonth(tb.Context(), period); err != nil {
		tb.Fatal(err)
	}
	m.files = m.takeIn(tb, t)
	return m
}

func (m made) takeIn(tb testing.TB, t *town.Town) []pipeline.FileResult {
	tb.Helper()
	dir := tb.TempDir()
	paths := make([]string, 0, len(t.Files()))
	for _, f := range t.Files() {
		path := filepath.Join(dir, f.Name)
		file, err := os.Create(path) //nolint:gosec // in a folder of the test
		if err != nil {
			tb.Fatal(err)
		}
		if err := f.Write(file); err != nil {
			tb.Fatal(err)
		}
		if err := file.Close(); err != nil {
			tb.Fatal(err)
		}
		paths = append(paths, path)
	}
	files, err := m.ImportFiles(tb.Context(), "office", paths, m.period)
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// asBefore empties what a charge run wrote, past the triggers that refuse it to anybody else.
const asBefore = `
SET session_replication_role = replica;
TRUNCATE charged_houses, charges, benefit_shares, findings, snapshots;
SET session_replication_role = DEFAULT`

// takeReadings gives the town its readings, as a consumer would.
func (m made) takeReadings(tb testing.TB, accounts int) {
	tb.Helper()
	t, err := town.New(town.Config{Accounts: accounts, Seed: 7, Period: m.period})
	if err != nil {
		tb.Fatal(err)
	}
	var batch []stream.Message
	for sent, err := range t.Messages() {
		if err != nil {
			tb.Fatal(err)
		}
		batch = append(batch, stream.Message{
			Topic: "readings", Offset: int64(len(batch)), Key: sent.Key, Value: sent.Value, Time: m.Now(),
		})
	}
	for some := range slices.Chunk(batch, 5000) {
		if _, err := m.StreamHandler().Handle(tb.Context(), some); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkCharge measures the charge run of a month as stored: plan, snapshots, charges, findings.
func BenchmarkCharge(b *testing.B) {
	const size = 15_000
	m := madeTown(b, size)
	m.takeReadings(b, size)
	accounts, lines := 0, 0
	for b.Loop() {
		b.StopTimer()
		if _, err := m.store.Exec(b.Context(), asBefore); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		result, err := m.Charge(b.Context(), m.period)
		if err != nil {
			b.Fatal(err)
		}
		accounts += result.Totals.Accounts
		lines += result.Totals.Lines
	}
	b.ReportMetric(float64(accounts)/b.Elapsed().Seconds(), "accounts/s")
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkImport measures taking in the office's files: archive, decode, store, answer.
func BenchmarkImport(b *testing.B) {
	rows := 0
	for b.Loop() {
		for _, f := range madeTown(b, 5000).files {
			rows += f.Counts.Rows
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
