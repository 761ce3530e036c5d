package pipeline_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// everyFact gives a table of each kind of fact; the rows are in testdata/facts/tables.txt: a header, its
// rows, an empty line.
func (m *madeOffice) everyFact(t *testing.T) (tables [][]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "facts", "tables.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(string(text), "ПОЛУЧАТЕЛЬ", m.issuer), "\n\n") {
		lines := strings.Split(strings.TrimSpace(part), "\n")
		m.give(t, lines[0], lines[1:]...)
		tables = append(tables, lines)
	}
	return tables
}

func (m *madeOffice) everyRate(t *testing.T) {
	t.Helper()
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Диапазон", "Тариф, руб.", "Действует с"},
		{"Электроснабжение", 1, "5", "01.01.2024"},
		{"Электроснабжение", 2, "8", "01.01.2024"},
		{"ХВС", "", "40", "01.01.2024"},
		{"ГВС", "", "200", "01.01.2024"},
		{"Отопление", "", "2000", "01.01.2024"},
		{"Газ", "", "9", "01.01.2024"},
		{"Наём", "", "12", "01.01.2024"},
		{"ТКО", "", "900", "01.01.2024"},
	}}, formattest.Sheet{Name: "Нормативы", Rows: [][]any{
		{"Услуга", "Часть", "Основа", "Норматив", "Действует с"},
		{"ХВС", "", "на человека", "4", "01.01.2024"},
		{"ГВС", "", "на человека", "3", "01.01.2024"},
		{"Электроснабжение", "", "на человека", "80", "01.01.2024"},
		{"Отопление", "", "на м²", "0,03", "01.01.2024"},
		{"Газ", "приготовление пищи", "на человека", "10", "01.01.2024"},
		{"Газ", "отопление", "на м²", "7", "01.01.2024"},
		{"ТКО", "", "на человека", "2", "01.01.2024"},
		{"Холодная вода на общее имущество", "", "на м²", "0,01", "01.01.2024"},
	}})
}

// Every fact that arrives by file stands in the snapshot of its month, with the file and row that it
// came from.
func TestEveryFactComesBack(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t, parameter("tko.mode", "containers_people"))
	m.everyRate(t)
	tables := m.everyFact(t)
	m.charge(t, "2026-09")
	m.charge(t, "2026-10")
	snapshot := m.snapshot(t, "2026-10")
	if err := charging.Validate(snapshot); err != nil {
		t.Errorf("the snapshot contradicts its own form: %v", err)
	}
	snapshot.Parameters = nil
	got, err := json.MarshalIndent(snapshot, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = regexp.MustCompile(`"id": \d+`).ReplaceAll(append(got, '\n'), []byte(`"id": 1`))
	golden(t, filepath.Join("testdata", "facts", "snapshot.json"), got)

	// The same tables under other bytes change nothing.
	before := m.stored(t)
	for i, lines := range tables {
		again := m.take(t, "office", "again.csv", strings.Join(lines, "\n")+"\n")
		if again.Counts.Unchanged != len(lines)-1 {
			t.Errorf("table %d again: %+v %+v", i, again.Counts, again.Problems)
		}
	}
	if diff := cmp.Diff(before, m.stored(t)); diff != "" {
		t.Errorf("the same facts twice (-once +twice):\n%s", diff)
	}
}

// stored digests the tables of facts, but where they came from.
func (m *madeOffice) stored(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, table := range []string{
		"house_managers", "house_decisions", "house_equipment", "communal_flats", "house_meter_failures", "house_months", "house_made",
		"waste_containers", "waste_years", "waste_shares", "distributor_shares", "stays", "absences", "violations", "meter_events",
		"quality_acts", "ranges", "readings", "meters", "house_services",
	} {
		rows := one[int](t, m.store, "SELECT count(*) FROM "+table)
		if rows == 0 {
			t.Errorf("nothing stands in %s", table)
		}
		b.WriteString(table + " " + one[string](t, m.store, "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM "+table+" t") + "\n")
	}
	return b.String()
}

// snapshot reads what the run stored, strictly.
func (m *madeOffice) snapshot(t *testing.T, month string) *housing.Snapshot {
	t.Helper()
	p, err := housing.ParsePeriod(month)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := m.store.SnapshotOfAccount(t.Context(), m.Organisation.ID, "001", p)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := zstd.NewReader(bytes.NewReader(stored.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer unpacked.Close()
	s, err := charging.ReadSnapshot(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if flag.Lookup("update").Value.String() == "true" { // of formattest
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // a golden file
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s (-want +got):\n%s", path, cmp.Diff(string(want), string(got)))
	}
}
