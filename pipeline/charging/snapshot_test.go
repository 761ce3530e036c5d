package charging_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// TestReadSnapshotRefuses spoils a good snapshot in one place: the error names that place.
func TestReadSnapshotRefuses(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("testdata/sewage/mixed/snapshot.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, with, want string }{
		{"unknown field", `"serial": "A"`, `"serial": "A", "colour": "red"`, "accounts[0].meters[0].colour: unknown field"},
		{"missing field", `"serial": "A",`, ``, "accounts[0].meters[0].serial: is missing"},
		{"doubled field", `"serial": "A"`, `"serial": "A", "serial": "B"`, "accounts[0].meters[0].serial: stands twice"},
		{"number for a decimal", `"value": "109.000"`, `"value": 109.000`, "accounts[0].meters[0].readings[0].value: expected text"},
		{"no decimal", `"value": "109.000"`, `"value": "1e3"`, "accounts[0].meters[0].readings[0].value: "},
		{"no date", `"on": "2026-09-24"`, `"on": "2026-02-31"`, "accounts[0].meters[0].readings[0].on: "},
		{"other version", `"format": 1`, `"format": 2`, "format: is 2, expected 1"},
		{"no whole number", `"digits": 5`, `"digits": 5.5`, "accounts[0].meters[0].digits: expected a whole number"},
		{"unknown service", `"service": "sewage"`, `"service": "sewerage"`, `service: unknown service "sewerage"`},
		{"text for a list", `"norms": [`, `"norms": "", "house_meters": [`, "norms: expected a list"},
		{"null for an object", `"premises": {`, `"premises": null, "x": {`, "accounts[0].premises: expected an object, got null"},
		{"empty number", `"number": "001"`, `"number": ""`, "accounts[0].number: "},
		{"backward interval", `"from": "2025-12-06"`, `"from": "2025-12-06", "to": "2025-01-01"`, "valid: ends on 2025-01-01"},
		{"payee", `"payee": "7700000000"`, `"payee": "77"`, "payee: expected an INN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bad := strings.Replace(string(good), c.old, c.with, 1)
			if bad == string(good) {
				t.Fatal("the snapshot has no", c.old)
			}
			_, err := charging.ReadSnapshot(strings.NewReader(bad))
			if !errors.Is(err, charging.ErrInput) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	for name, text := range map[string]string{
		"empty": "", "cut off": string(good[:len(good)/2]), "followed": string(good) + "{}", "list": "[]",
		"null": "null", "deep": strings.Repeat("[", 100000), "not JSON": "лицевой счёт;001",
	} {
		if s, err := charging.ReadSnapshot(strings.NewReader(text)); !errors.Is(err, charging.ErrInput) {
			t.Errorf("%s: got %v, %v", name, s, err)
		}
	}
}

// TestMissingParameter says which parameter a rule misses.
func TestMissingParameter(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"rounding.volume_scale", "uplift.cold_water", "sewage.volume", "average.full_months", "housing.composition.owner",
	} {
		s := mixedHouse(t, 8)
		s.Parameters = append(s.Parameters[:0:0], s.Parameters...)
		setParameter(s, name, "")
		if _, err := charging.Calculate(s); !errors.Is(err, charging.ErrSnapshot) || !strings.Contains(err.Error(), name) {
			if name != "housing.composition.owner" { // an empty list is a list
				t.Errorf("empty %s: %v", name, err)
			}
		}
		s.Parameters = s.Parameters[:len(s.Parameters)-1]
		if _, err := charging.Calculate(s); !errors.Is(err, charging.ErrSnapshot) || !strings.Contains(err.Error(), name) {
			t.Errorf("no %s: %v", name, err)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	s := mixedHouse(t, 8)
	traces, err := charging.Explain(s, "000003")
	if err != nil || len(traces) == 0 {
		t.Fatal(traces, err)
	}
	var lines []housing.Charge
	for _, ch := range calculate(t, s).Charges {
		if ch.Account == "000003" {
			lines = append(lines, ch)
		}
	}
	if len(lines) != len(traces) {
		t.Fatalf("%d lines, %d traces", len(lines), len(traces))
	}
	for i := range lines {
		if traces[i].Charge != lines[i] {
			t.Errorf("line %d differs from its trace", i)
		}
	}
	if _, err := charging.Explain(s, "nobody"); !errors.Is(err, charging.ErrNoAccount) {
		t.Errorf("nobody: %v", err)
	}
}

// FuzzReadSnapshot: whatever the bytes, nothing panics; what is read is written and read the same,
// and computes to the same lines.
func FuzzReadSnapshot(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*/snapshot.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file) //nolint:gosec // of testdata
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := charging.ReadSnapshot(bytes.NewReader(b))
		if err != nil {
			return
		}
		again := rewritten(t, s)
		result, err := charging.Calculate(s)
		if err != nil {
			return
		}
		same := calculate(t, again)
		if !bytes.Equal(encode(t, golden(result)), encode(t, golden(same))) {
			t.Fatal("written and read, it computes to other lines")
		}
		traces, _, err := charging.ExplainAll(s)
		traces = slices.DeleteFunc(traces, func(tr housing.Trace) bool { return tr.Charge.Kind == housing.CompensationLine })
		if err != nil || len(traces) != len(result.Charges) {
			t.Fatalf("%d traces for %d lines: %v", len(traces), len(result.Charges), err)
		}
		if err := charging.WriteText(io.Discard, traces); err != nil {
			t.Log(err)
		}
	})
}

// rewritten writes a snapshot, reads it, and writes it again: the bytes must be the same.
func rewritten(t *testing.T, s *housing.Snapshot) *housing.Snapshot {
	t.Helper()
	var first, second bytes.Buffer
	if err := charging.WriteSnapshot(&first, s); err != nil {
		t.Fatal(err)
	}
	again, err := charging.ReadSnapshot(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatalf("what was written does not read: %v", err)
	}
	if err := charging.WriteSnapshot(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Fatalf("written twice, it differs: %v", err)
	}
	return again
}
