package pipeline_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
)

var errAway = errors.New("no route to host")

// Reports go to whom the configuration names, under the names it gives, once; a partner who is away gets
// them later, and the journal says so.
func TestQueueReports(t *testing.T) { //nolint:funlen // one story, told in order
	t.Parallel()
	w := balanced(t, 30)
	const accountant = "accountant"
	office := remotetest.NewMemory()
	office.Fail(func(op, _ string) error {
		if op == "put" {
			return errAway
		}
		return nil
	})
	p := w.with(t, func(c *pipeline.Config) {
		c.Partners = []pipeline.Partner{{Name: accountant, Outbox: w.place(t, accountant+" out", office)}}
	})
	delivery := pipeline.ReportDelivery{
		Name: "head", To: accountant, Reports: []string{"turnover", "debtors"}, File: "{inn}-{key}-{month}.xlsx", Period: w.period, By: "schedule",
	}
	inn := w.config.Organisation.INN
	queued, err := p.QueueReports(t.Context(), delivery)
	want := []string{inn + "-turnover-2026-10.xlsx", inn + "-debtors-2026-10.xlsx"}
	if diff := cmp.Diff(want, queued.Queued); err != nil || diff != "" {
		t.Fatalf("queued (-want +got):\n%s%v", diff, err)
	}
	if result, err := p.Deliver(t.Context()); err != nil || result.Delivered != 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	journal, err := w.store.DeliveredReports(t.Context(), "head", 0)
	if err != nil || len(journal) != 2 || journal[0].DeliveredAt != nil || journal[1].Failures != 1 || journal[1].LastError == "" || journal[1].RetryAt == nil {
		t.Fatalf("while the partner is away: %+v, %v", journal, err)
	}
	office.Fail(nil)
	if _, err := w.store.Exec(t.Context(), "UPDATE outgoing SET retry_at = NULL"); err != nil {
		t.Fatal(err)
	}
	if result, err := p.Deliver(t.Context()); err != nil || result.Delivered != 2 {
		t.Fatalf("%+v, %v", result, err)
	}
	names := office.Names()
	slices.Sort(names)
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("arrived (-want +got):\n%s", diff)
	}
	again, err := p.QueueReports(t.Context(), delivery)
	if err != nil || len(again.Queued) != 0 || again.Unchanged != 2 {
		t.Errorf("the same once more: %+v, %v", again, err)
	}
	w.pay(t, 3, "10.00")
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	later, err := p.QueueReports(t.Context(), delivery)
	if err != nil || len(later.Queued) == 0 {
		t.Errorf("after a payment: %+v, %v", later, err)
	}
	journal, err = w.store.DeliveredReports(t.Context(), "", 1)
	if err != nil || len(journal) != 1 || journal[0].QueuedBy != "schedule" || journal[0].INN != inn || journal[0].Rows == 0 {
		t.Errorf("journal %+v, %v", journal, err)
	}
	delivery.To = "nobody"
	if _, err := p.QueueReports(t.Context(), delivery); err == nil {
		t.Error("reports are queued for nobody")
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	october, err := housing.ParsePeriod("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	company := housing.Organisation{INN: "9900173450", ShortName: `ТСЖ "Дом/сад"`}
	report := pipeline.MonthReport{Key: "debtors", Title: "Должники"}
	for template, want := range map[string]string{
		"":                                "Должники 2026-10.xlsx",
		"{company}/{title} {month}.xlsx":  "ТСЖ _Дом_сад__Должники 2026-10.xlsx",
		"{inn}_{key}_{month}.xlsx":        "9900173450_debtors_2026-10.xlsx",
		"../../{key}\x00 of {month}.xlsx": ".._.._debtors_ of 2026-10.xlsx",
	} {
		if got := pipeline.FileNameOf(template, report, company, october); got != want {
			t.Errorf("%q gives %q, want %q", template, got, want)
		}
	}
}
