package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/storetest"
)

// Values read by hand are those that PostgreSQL itself prints.
func TestFactRowReadsWhatIsStored(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	const decimals = `
SELECT v, v::text FROM unnest(ARRAY[0, 0.00, 1, -1, 9999, 10000, 10001, 100000000, 12.50, -12.5, 0.1, 0.01, 0.0001, 0.00001,
    0.000000000000000001, -0.000000000000000001, 9223372036854775807, -9223372036854775807, 9.223372036854775807,
    123456789.987654321, 10000.0001, 20000.0000, 0.00010000, 3.1234567, 1e15, 50.000000000000]::numeric[]) AS v`
	got, err := s.ReadFacts(t.Context(), decimals, "decimal", "text")
	if err != nil || len(got) != 52 {
		t.Fatalf("%d values, %v", len(got), err)
	}
	for i := 0; i < len(got); i += 2 {
		if got[i] != got[i+1] {
			t.Errorf("decimal %s, want %s", got[i], got[i+1])
		}
	}
	const others = `
SELECT 7::bigint, -7::int, 7::smallint, NULL::bigint, true, NULL::bool, 'слово', NULL::text, '1999-12-31'::date, NULL::date,
    NULL::numeric, 'file', 'a.csv', 0, 3::bigint`
	want := []any{int64(7), int64(-7), int64(7), int64(0), true, false, "слово", "", "1999-12-31", "", "0", "file:a.csv#3"}
	got, err = s.ReadFacts(t.Context(), others, "number", "number", "number", "number", "flag", "flag", "word", "text", "date",
		"date", "decimal", "source")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// A query and its reader that do not fit together end in an error, not in wrong facts.
func TestFactRowRefuses(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for _, c := range [][2]string{
		{"SELECT 1, 2", "number"},
		{"SELECT 1", "number number"},
		{"SELECT 'text7'", "number"},
		{"SELECT 'text'", "decimal"},
		{"SELECT 1::bigint", "date"},
		{"SELECT 9223372036854775808::numeric", "decimal"},
		{"SELECT 0.1234567890123456789::numeric", "decimal"},
		{"SELECT 'NaN'::numeric", "decimal"},
		{"SELECT 1000000000000000000.00::numeric", "decimal"},
	} {
		if _, err := s.ReadFacts(t.Context(), c[0], strings.Fields(c[1])...); !errors.Is(err, store.ErrFactRow) {
			t.Errorf("%s as %s: %v, want ErrFactRow", c[0], c[1], err)
		}
	}
}
