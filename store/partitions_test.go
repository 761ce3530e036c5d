package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/storetest"
)

func month(t *testing.T, year int, m time.Month) housing.Period {
	t.Helper()
	p, err := housing.NewPeriod(year, m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEnsurePartition(t *testing.T) {
	t.Parallel()
	s := withTable(t, `
CREATE TABLE probe_house (id int PRIMARY KEY);
INSERT INTO probe_house VALUES (1);
CREATE TABLE probe (
  id bigint GENERATED ALWAYS AS IDENTITY,
  period date NOT NULL,
  house int NOT NULL REFERENCES probe_house,
  sum bigint NOT NULL DEFAULT 0 CHECK (sum >= 0),
  PRIMARY KEY (period, id)) PARTITION BY RANGE (period);
CREATE INDEX probe_by_house ON probe (house)`)
	december := month(t, 2026, time.December)

	errs := make([]error, 6)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = s.EnsurePartition(t.Context(), "probe", december) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	insert := func(date string, sum int) error {
		_, err := s.Exec(t.Context(), "INSERT INTO probe (period, house, sum) VALUES ($1::text::date, 1, $2)", date, sum)
		return err
	}
	if err := insert("2026-12-01", 5); err != nil {
		t.Errorf("a row of the month: %v", err)
	}
	if err := insert("2026-12-01", -5); !store.IsCheck(err) {
		t.Errorf("a negative sum: %v, want the table's check", err)
	}
	if err := insert("2027-01-01", 5); !store.IsCheck(err) {
		t.Errorf("a row of the next month: %v, want no partition for it", err)
	}
	if n := number(t, s, "SELECT count(*) FROM probe_2026_12"); n != 1 {
		t.Errorf("%d rows in the partition, want 1", n)
	}
	// The indexes of the table were taken over, not made twice.
	if n := number(t, s, "SELECT count(*) FROM pg_index WHERE indrelid = 'probe_2026_12'::regclass"); n != 2 {
		t.Errorf("%d indexes on the partition, want 2", n)
	}
}

// Readers of the table must not wait for a new month, nor it for them.
func TestEnsurePartitionBesideReaders(t *testing.T) {
	t.Parallel()
	s := withTable(t, "CREATE TABLE probe (period date NOT NULL) PARTITION BY RANGE (period)")
	tx, err := s.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context()) //nolint:errcheck // only reads
	if _, err := tx.Exec(t.Context(), "SELECT FROM probe"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // a deadlock fails, not hangs
	defer cancel()
	if err := s.EnsurePartition(ctx, "probe", month(t, 2026, time.October)); err != nil {
		t.Fatal(err)
	}
}

func TestEnsurePartitionOfNoTable(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	if err := s.EnsurePartition(t.Context(), "nobody", month(t, 2026, time.October)); err == nil {
		t.Fatal("made a partition of nothing")
	}
}
