package store_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// What was committed without waiting for the disk is on it when the end of its run is told.
func TestRunEndsDurably(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	p, began := period(t, october), instant(t, "2026-10-25T10:00:00Z")
	run, _, err := w.PlanRun(t.Context(), w.issuer.ID, p, "kvitok 1", began)
	if err != nil {
		t.Fatal(err)
	}
	var way, written string
	w.tx(t, func(tx *store.Tx) error { // the servers of tests never wait for the disk by themselves
		if _, err := tx.Exec(t.Context(), "SET LOCAL synchronous_commit = on"); err != nil {
			return err
		}
		if err := tx.CommitLater(t.Context()); err != nil {
			return err
		}
		if err := tx.QueryRow(t.Context(), "SHOW synchronous_commit").Scan(&way); err != nil {
			t.Error(err)
		}
		_, err := tx.SaveCharges(t.Context(), w.charged(t, run, house, p, "a"))
		return err
	})
	if way != "off" {
		t.Errorf("committed with synchronous_commit = %s", way)
	}
	if err := w.QueryRow(t.Context(), "SELECT pg_current_wal_insert_lsn()::text").Scan(&written); err != nil {
		t.Fatal(err)
	}
	w.tx(t, func(tx *store.Tx) error {
		if _, err := tx.Exec(t.Context(), "SET LOCAL synchronous_commit = on"); err != nil {
			return err
		}
		return tx.FinishRun(t.Context(), run, began)
	})
	var safe bool
	if err := w.QueryRow(t.Context(), "SELECT pg_current_wal_flush_lsn() >= $1::text::pg_lsn", written).Scan(&safe); err != nil {
		t.Fatal(err)
	}
	if !safe {
		t.Error("the run ended before its houses were on disk")
	}
}

// A table that came to hold far more than the planner knows of is looked over, once.
func TestAnalyzeGrown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := period(t, october)
	known := func() string {
		return w.texts(t, "SELECT reltuples::text FROM pg_class WHERE relname = 'charges_2026_10'")[0]
	}
	for _, step := range []struct{ house, account, expected string }{{"", "", "0"}, {"дом 2", "0001", "1"}, {"дом 4", "0002", "1"}} {
		if step.house != "" {
			house, _ := w.settle(t, step.house, step.account)
			w.charge(t, house, p, "a", line(t, step.account, housing.Gas, 1))
		}
		if err := w.AnalyzeGrown(t.Context(), "charges", p); err != nil {
			t.Fatal(err)
		}
		if got := known(); got != step.expected {
			t.Errorf("with %s the planner expects %s rows, expected %s", step.house, got, step.expected)
		}
	}
	if err := w.AnalyzeCharged(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got := known(); got != "2" {
		t.Errorf("looked over after a run: %s rows expected", got)
	}
	if err := w.AnalyzeGrown(t.Context(), "charges", period(t, "2031-01")); err != nil {
		t.Errorf("a month without partitions: %v", err)
	}
}
