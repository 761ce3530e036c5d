package kvitok_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reasonCode finds where a reason gets its code.
var reasonCode = regexp.MustCompile(
	`(?:Wrong|Doubtful|Refuse)\("([a-z][a-z_0-9]+)"|reject\(&?[\w\[\].]+, "([a-z][a-z_0-9]+)"|\bCode: +"([a-z][a-z_0-9]+)"`)

// TestReasonsAreListed holds docs/reasons.md to the code: a partner's program reads these codes.
func TestReasonsAreListed(t *testing.T) {
	t.Parallel()
	listed, err := os.ReadFile("docs/reasons.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, room := range []string{"importers", "store", "pipeline"} {
		err := filepath.WalkDir(room, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && (d.Name() == "charging" || d.Name() == "gating" || d.Name() == "matching") {
				return filepath.SkipDir
			}
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path) //nolint:gosec // our own source
			if err != nil {
				return err
			}
			for _, m := range reasonCode.FindAllStringSubmatch(string(text), -1) {
				code := m[1] + m[2] + m[3]
				found++
				if !strings.Contains(string(listed), "| `"+code+"` |") {
					t.Errorf("%s: code %s is not in docs/reasons.md", path, code)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 200 {
		t.Errorf("only %d codes found: does the pattern still fit?", found)
	}
}
