package kvitok_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
			if err == nil && d.IsDir() && slices.Contains([]string{"charging", "gating", "matching"}, d.Name()) {
				return filepath.SkipDir
			}
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			codes, err := reasonCodes(path)
			for _, code := range codes {
				found++
				if !strings.Contains(string(listed), "| `"+code+"` |") {
					t.Errorf("%s: code %s is not in docs/reasons.md", path, code)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 200 {
		t.Errorf("only %d codes found: does the pattern still fit?", found)
	}
}

// reasonCodes lists the codes in a source file, one for each place.
func reasonCodes(path string) ([]string, error) {
	text, err := os.ReadFile(path) //nolint:gosec // our own source
	if err != nil {
		return nil, fmt.Errorf("look for codes of reasons: %w", err)
	}
	matches := reasonCode.FindAllStringSubmatch(string(text), -1)
	codes := make([]string, 0, len(matches))
	for _, m := range matches {
		codes = append(codes, m[1]+m[2]+m[3])
	}
	return codes, nil
}
