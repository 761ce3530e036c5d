// Package kvitok_test holds the plan of the house: which folder may import which. docs/architecture.md
// draws it; this test keeps it. The linter (depguard) refuses most breaches earlier, file by file.
package kvitok_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/kvitok-gkh/kvitok/"

// mayImport lists, for each room, the rooms whose packages it may import. A room may always import
// itself. Test helpers (…test packages) are free.
func mayImport() map[string][]string {
	return map[string][]string{
		"housing":             {},
		"pipeline/allocation": {"housing"},
		"pipeline/charging":   {"housing"},
		"pipeline/correcting": {"housing"},
		"pipeline/gating":     {"housing"},
		"pipeline/matching":   {"housing"},
		"pipeline/parameters": {"housing"},
		"pipeline/penalties":  {"housing"},
		"pipeline/subsidies":  {"housing"},
		"remote":              {"housing"},
		"dbase":               {},
		"profiles":            {"housing"},
		"importers":           {"housing", "dbase", "profiles"},
		"exporters":           {"housing", "dbase", "profiles"},
		"receipts":            {"housing"},
		"store":               {"housing"},
		"town":                {"housing", "importers"},
		"pipeline": {
			"housing", "pipeline/allocation", "pipeline/charging", "pipeline/correcting", "pipeline/gating", "pipeline/matching",
			"pipeline/parameters", "pipeline/penalties", "pipeline/subsidies", "profiles", "remote", "importers", "exporters", "receipts", "store",
		},
		"e2e":       {},
		"schedules": {"housing", "pipeline", "remote", "importers", "store"},
		"office":    {"housing", "pipeline", "store"},
		"cmd": {
			"housing", "pipeline", "pipeline/charging", "pipeline/matching", "pipeline/parameters", "pipeline/subsidies", "remote", "importers",
			"exporters", "receipts", "store", "town", "schedules", "office", "profiles", "dbase",
		},
	}
}

func TestWalls(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...").Output()
	if err != nil {
		t.Fatalf("list the packages: %v", err)
	}
	plan := mayImport()
	for line := range strings.Lines(string(out)) {
		names := strings.Fields(line)
		from := strings.TrimPrefix(names[0], module)
		room := roomOf(plan, from)
		if from+"/" == module || strings.HasSuffix(from, "test") {
			continue
		}
		if room == "" {
			t.Errorf("package %s is in no room of the plan: add it to docs/architecture.md and here", from)
			continue
		}
		for _, name := range names[1:] {
			to, own := strings.CutPrefix(name, module)
			if !own {
				continue
			}
			if target := roomOf(plan, to); target != room && !slices.Contains(plan[room], target) {
				t.Errorf("%s imports %s: %s may import only %v", from, to, room, plan[room])
			}
		}
	}
}

// roomOf finds the innermost room of a package.
func roomOf(plan map[string][]string, path string) string {
	for ; path != ""; path = path[:max(strings.LastIndex(path, "/"), 0)] {
		if _, known := plan[path]; known {
			return path
		}
	}
	return ""
}
