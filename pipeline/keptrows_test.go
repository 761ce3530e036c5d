package pipeline

import (
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
)

func TestKeptRows(t *testing.T) {
	t.Parallel()
	var kept keptRows
	long := strings.Repeat("x", keptBytes/2)
	kept.add(importers.Record{Sheet: "Лист1", Row: 2, Cells: []string{"0001", long}})
	var seen []importers.Record
	err := (&Pipeline{}).eachRow(t.Context(), fetchedFile{}, &kept, func(r importers.Record) error {
		seen = append(seen, r)
		return nil
	})
	if err != nil || len(seen) != 1 || seen[0].Sheet != "Лист1" || seen[0].Row != 2 || !slices.Equal(seen[0].Cells, []string{"0001", long}) {
		t.Errorf("%d rows, %v", len(seen), err)
	}
	kept.add(importers.Record{Row: 3, Cells: []string{"0002", long}})
	kept.add(importers.Record{Row: 4, Cells: []string{"0003"}})
	if !kept.over || kept.rows != nil {
		t.Error("rows of a large file are kept, some of them")
	}
}
