package pipeline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/importers"
)

// Rows come back as they were, whatever their cells, sheets and numbers; those of a large file are not kept.
func TestKeptRows(t *testing.T) {
	t.Parallel()
	rows := append(make([]importers.Record, 0, 5005), []importers.Record{
		{Sheet: "Лист1", Row: 2, Cells: []string{"0001", "Тестов; \"И\"\r\n", ""}},
		{Sheet: "Лист1", Row: 3, Cells: []string{}},
		{Sheet: "Лист2", Row: 1_000_000, Cells: []string{strings.Repeat("x", 2*keptBlock), "\xff"}},
		{Sheet: "Лист1", Row: 4, Cells: []string{""}},
		{Sheet: "", Row: 5, Cells: []string{"ы"}},
	}...)
	for n := range 5000 { // more than a block
		rows = append(rows, importers.Record{Row: n, Cells: []string{strings.Repeat("я", n%200), "7"}})
	}
	var kept keptRows
	for _, r := range rows {
		kept.add(r)
	}
	var seen []importers.Record
	err := (&Pipeline{}).eachRow(t.Context(), fetchedFile{}, &kept, func(r importers.Record) error {
		seen = append(seen, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, seen); diff != "" {
		t.Errorf("rows given back (-want +got):\n%s", diff)
	}
	long := strings.Repeat("x", keptBytes/2)
	kept.add(importers.Record{Row: 3, Cells: []string{"0002", long}})
	kept.add(importers.Record{Row: 4, Cells: []string{"0003", long}})
	kept.add(importers.Record{Row: 5, Cells: []string{"0003"}})
	if !kept.over || kept.blocks != nil {
		t.Error("rows of a large file are kept, some of them")
	}
}
