package storetest_test

import (
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/store/storetest"
)

func TestNewGivesEveryTestItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			if _, err := s.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
				t.Fatalf("another test's table is here: %v", err)
			}
			if err := s.CheckVersion(t.Context()); err != nil {
				t.Errorf("the database is not migrated: %v", err)
			}
		})
	}
}

func TestDatabaseIsDroppedWhenTheTestEnds(t *testing.T) { //nolint:tparallel // looks when the inner one has ended
	t.Parallel()
	var url string
	t.Run("owner", func(t *testing.T) {
		url = storetest.URL(t)
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		// Left open on purpose: the drop must cut it.
		if err := conn.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	conn, err := pgx.Connect(t.Context(), url)
	if err == nil {
		_ = conn.Close(t.Context())
		t.Fatal("the database outlived its test")
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		_ = storetest.URL(b)
	}
}
