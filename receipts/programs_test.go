package receipts

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

// run runs a program of another maker over our file: a missing one fails the test.
func run(tb testing.TB, name string, args ...string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		tb.Fatalf("%s is missing: apt-get install poppler-utils zbar-tools", name)
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(tb.Context(), path, args...) //nolint:gosec // poppler and zbar
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		const nothingFound = 4 // of zbarimg
		if cmd.ProcessState.ExitCode() == nothingFound && name == "zbarimg" {
			return ""
		}
		tb.Fatalf("%s: %v\n%s", name, err, errs.String())
	}
	return out.String()
}

func single(tb testing.TB, config Config, doc *housing.PaymentDocument) []byte {
	tb.Helper()
	var file bytes.Buffer
	if err := printer(tb, config).Single(&file, doc); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

func save(tb testing.TB, pdf []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "file.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// text is what a reader of the file gets, page by page.
func text(tb testing.TB, pdf []byte) string {
	tb.Helper()
	return run(tb, "pdftotext", "-layout", save(tb, pdf), "-")
}

// codes renders the file as a printer would and reads every payment code of it, sorted.
func codes(tb testing.TB, pdf []byte, options ...string) []string {
	tb.Helper()
	path := save(tb, pdf)
	dir := filepath.Dir(path)
	run(tb, "pdftoppm", append(options, path, filepath.Join(dir, "page"))...)
	pages, err := filepath.Glob(filepath.Join(dir, "page*"))
	if err != nil || len(pages) == 0 {
		tb.Fatalf("no pages rendered: %v", err)
	}
	var found []string
	for _, page := range pages {
		out := run(tb, "zbarimg", "--quiet", "--raw", "--nodbus", page)
		for line := range strings.Lines(out) {
			found = append(found, strings.TrimSuffix(line, "\n"))
		}
	}
	slices.Sort(found)
	return found
}
