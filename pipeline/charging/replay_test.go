package charging_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// TestReplay reads snapshots that were stored, and charged, by the first engine, before it knew of facts
// of a house: they are read, computed, explained and written to the same bytes for ever. These files are
// never rewritten.
func TestReplay(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/replay/*")
	if err != nil || len(folders) < 2 {
		t.Fatalf("found %d stored snapshots: %v", len(folders), err)
	}
	for _, folder := range folders {
		read := func(name string) []byte {
			body, err := os.ReadFile(filepath.Join(folder, name)) //nolint:gosec // of testdata
			if err != nil {
				t.Fatal(err)
			}
			return body
		}
		stored := read("stored.json")
		s, err := charging.ReadSnapshot(bytes.NewReader(stored))
		if err != nil {
			t.Fatal(err)
		}
		traces, _, err := charging.ExplainAll(s)
		if err != nil {
			t.Fatal(err)
		}
		var sheet, written bytes.Buffer
		if err := charging.WriteText(&sheet, traces); err != nil {
			t.Fatal(err)
		}
		if err := charging.WriteSnapshot(&written, s); err != nil {
			t.Fatal(err)
		}
		for what, pair := range map[string][2][]byte{
			"charges and findings": {read("want.json"), encode(t, golden(calculate(t, s)))},
			"sheet":                {read("sheet.txt"), sheet.Bytes()},
			"snapshot":             {stored, written.Bytes()},
		} {
			if diff := cmp.Diff(string(pair[0]), string(pair[1])); diff != "" {
				t.Errorf("%s, %s (-stored +now):\n%s", folder, what, diff)
			}
		}
	}
}
