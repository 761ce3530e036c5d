package charging_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// TestDocs computes the example of docs/calc.md and looks for its sheet there.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/calc.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```json\n")
	example, rest, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("no example")
	}
	s, err := charging.ReadSnapshot(strings.NewReader(example))
	if err != nil {
		t.Fatal(err)
	}
	traces, findings, err := charging.ExplainAll(s)
	if err != nil || len(findings) > 0 {
		t.Fatal(findings, err)
	}
	var sheet bytes.Buffer
	if err := charging.WriteText(&sheet, traces); err != nil {
		t.Fatal(err)
	}
	_, rest, _ = strings.Cut(rest, "```text\n")
	printed, _, _ := strings.Cut(rest, "```")
	if strings.TrimSpace(sheet.String()) != strings.TrimSpace(printed) {
		t.Errorf("the page prints another sheet than this:\n%s", sheet.String())
	}
}

// TestDocsExcerpt finds the sheet of the second example in the guide as the engine prints it.
func TestDocsExcerpt(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/calc.md")
	if err != nil {
		t.Fatal(err)
	}
	traces, err := charging.Explain(readCase(t, "testdata/heating/some_metered/snapshot.json"), "003")
	if err != nil {
		t.Fatal(err)
	}
	var sheet bytes.Buffer
	if err := charging.WriteText(&sheet, traces); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), strings.TrimSpace(sheet.String())) {
		t.Errorf("the page prints another sheet than this:\n%s", sheet.String())
	}
}
