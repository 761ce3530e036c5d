package pipeline_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/profiles"
	"github.com/kvitok-gkh/kvitok/town"
)

// What is not taken of the services beside a debt is told as such: nobody looks for a reading in a file that has none.
func TestServiceBesideDebtRefused(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	own, err := profiles.Parse([]byte(`
name: debts-by-service
version: 1
title: Долги с услугами
subject: debts
kind: csv
decimal: comma
columns:
  - {head: Счёт, field: account, required: true}
  - {head: Долг, field: amount, required: true}
  - {head: Тепло, service: heating}
  - {head: Тепло за прошлый месяц, service: heating}
`))
	if err != nil {
		t.Fatal(err)
	}
	formats, err := catalogue.Load([]*profiles.Profile{own})
	if err != nil {
		t.Fatal(err)
	}
	w.Pipeline = w.with(t, func(c *pipeline.Config) { c.Formats = formats.Catalogue })
	f := w.take(t, town.Bank, "debts.csv", cp1251(t, "Счёт;Долг;Тепло;Тепло за прошлый месяц", "0100001001;300,00;100,00;200,00"))
	wantFile(t, f, "debts-by-service", housing.FileAccepted, 1)
	if len(f.Problems) != 1 || !strings.HasPrefix(f.Problems[0].Text, "начисление по услуге не принято: ") || f.Problems[0].Severity != housing.SeverityWarning {
		t.Errorf("told: %+v", f.Problems)
	}
}
