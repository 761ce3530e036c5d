package charging_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

//nolint:gochecknoglobals // a flag of the test binary
var update = flag.Bool("update", false, "rewrite want.json and sheet.txt")

type golden struct {
	Charges  []housing.Charge  `json:"charges"`
	Findings []housing.Finding `json:"findings"`

	House    []charging.HouseOutcome `json:"house,omitempty"`
	Benefits []housing.BenefitShare  `json:"benefits,omitempty"`
}

// TestGolden computes the houses of testdata; note.md of each derives its amounts by hand.
func TestGolden(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/*/*/snapshot.json")
	if err != nil || len(folders) < 10 {
		t.Fatalf("found %d cases: %v", len(folders), err)
	}
	for _, file := range folders {
		folder := filepath.Dir(file)
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			f, err := os.Open(file) //nolint:gosec // of testdata
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = f.Close() })
			s, err := charging.ReadSnapshot(f)
			if err != nil {
				t.Fatal(err)
			}
			result := calculate(t, s)
			traces, _, err := charging.ExplainAll(s)
			if err != nil {
				t.Fatal(err)
			}
			proveTraces(t, traces)
			var sheet bytes.Buffer
			if err := charging.WriteText(&sheet, traces); err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join(folder, "want.json"), encode(t, golden(result)))
			compare(t, filepath.Join(folder, "sheet.txt"), sheet.Bytes())
			if _, err := os.Stat(filepath.Join(folder, "note.md")); err != nil {
				t.Error("no derivation beside the case:", err)
			}
		})
	}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file) //nolint:gosec // of testdata
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
