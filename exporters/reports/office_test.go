package reports_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

// uncached drops the stored results of formulas, so that whoever opens the workbook has to compute
// them.
func uncached(t *testing.T, data []byte) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	stored := regexp.MustCompile(`(</f>)<v>[^<]*</v>`)
	var out bytes.Buffer
	copied := zip.NewWriter(&out)
	for _, part := range archive.File {
		from, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		to, err := copied.Create(part.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(stored.ReplaceAll(content, []byte("$1"))); err != nil {
			t.Fatal(err)
		}
	}
	if err := copied.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// office opens a workbook in LibreOffice, has it compute all formulas, and returns each sheet as it
// shows it.
func office(t *testing.T, data []byte) map[string][][]string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "report.xlsx")
	if err := os.WriteFile(file, uncached(t, data), 0o600); err != nil {
		t.Fatal(err)
	}
	//nolint:gosec // fixed program, paths of the test
	command := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"),
		"--headless", "--convert-to", `csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,false,true,false,false,-1`,
		"--outdir", dir, file)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice must be installed (soffice) and open the report: %v\n%s", err, out)
	}
	found, err := filepath.Glob(filepath.Join(dir, "report-*.csv"))
	if err != nil || len(found) == 0 {
		t.Fatalf("LibreOffice made no sheets: %v", err)
	}
	sheets := map[string][][]string{}
	for _, name := range found {
		content, err := os.ReadFile(name) //nolint:gosec // path of the test
		if err != nil {
			t.Fatal(err)
		}
		reader := csv.NewReader(bytes.NewReader(content))
		reader.Comma, reader.FieldsPerRecord = ';', -1
		rows, err := reader.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		title := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "report-"), ".csv")
		sheets[title] = rows
	}
	return sheets
}

// find returns the row whose first cell is the label.
func find(t *testing.T, rows [][]string, label string) []string {
	t.Helper()
	for _, row := range rows {
		if row[0] == label {
			return row
		}
	}
	t.Fatalf("no row %q", label)
	return nil
}

// shown is how LibreOffice writes an amount with the format of the cell in an English profile.
func shown(m housing.Money) string {
	return strings.ReplaceAll(strings.Replace(m.Russian(), ",", ".", 1), "\u00a0", ",")
}
