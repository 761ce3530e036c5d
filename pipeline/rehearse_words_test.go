package pipeline_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

// Whoever rehearses or traces sees no table and no column under the name that it has in the database.
func TestFactsAreNamedInRussian(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	tables, err := w.store.FactTables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) < 30 {
		t.Fatalf("%d tables", len(tables))
	}
	latin := func(text string) bool { return strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz_") }
	for _, table := range tables {
		if latin(pipeline.SubjectTitle(table.Name)) {
			t.Errorf("table %s has no name", table.Name)
		}
		for _, column := range all[string](t, w.store, "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped", table.Name) {
			if latin(pipeline.FieldTitle(column)) {
				t.Errorf("%s: column %s has no name", table.Name, column)
			}
		}
	}
}
