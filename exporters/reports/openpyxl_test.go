package reports_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// otherSheet is a sheet as openpyxl, a reader that shares nothing with our writer, finds it.
type otherSheet struct {
	Rows   [][]any  `json:"rows"` // values that are stored, of formulas too
	Charts int      `json:"charts"`
	Series []string `json:"series"` // references of the numbers of the charts
	Freeze string   `json:"freeze"`
	Filter string   `json:"filter"`
	Titles string   `json:"titles"` // rows printed on every page
}

const otherReader = `
import io, json, sys, openpyxl
data = sys.stdin.buffer.read()
values, laid = (openpyxl.load_workbook(io.BytesIO(data), data_only=v) for v in (True, False))
out = {}
for s in laid:
    out[s.title] = {
        "rows": [[c if isinstance(c, (int, float, str)) else None for c in row] for row in values[s.title].iter_rows(values_only=True)],
        "charts": len(s._charts), "freeze": s.freeze_panes or "", "filter": s.auto_filter.ref or "", "titles": s.print_title_rows or "",
        "series": [x.val.numRef.f for c in s._charts for p in [c] + list(getattr(c, "_charts", []))[1:] for x in p.series],
    }
json.dump(out, sys.stdout)
`

// debianPython has what Debian's packages bring; another Python may come first on PATH.
const debianPython = "/usr/bin/python3"

func openpyxl(t *testing.T, file []byte) map[string]otherSheet {
	t.Helper()
	python := "python3"
	if _, err := os.Stat(debianPython); err == nil {
		python = debianPython
	}
	command := exec.CommandContext(t.Context(), python, "-c", otherReader)
	var out, problems bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(file), &out, &problems
	if err := command.Run(); err != nil {
		t.Fatalf("openpyxl must be installed (python3-openpyxl) and open the report: %v\n%s", err, problems.String())
	}
	var sheets map[string]otherSheet
	if err := json.Unmarshal(out.Bytes(), &sheets); err != nil {
		t.Fatal(err)
	}
	return sheets
}

// laidOut checks what every report has, by the eyes of the other reader: a table with a filter, frozen and
// repeated titles, and a control sheet. It returns the sheets.
func laidOut(t *testing.T, file []byte, sheet string, charts int) map[string]otherSheet {
	t.Helper()
	sheets := openpyxl(t, file)
	table := sheets[sheet]
	if table.Freeze == "" || table.Filter == "" || table.Titles == "" {
		t.Errorf("sheet %q: freeze %q, filter %q, titles %q", sheet, table.Freeze, table.Filter, table.Titles)
	}
	if _, there := sheets["Контроль"]; !there {
		t.Error("no control sheet")
	}
	if got := sheets["График"].Charts; got != charts {
		t.Errorf("%d charts, want %d", got, charts)
	}
	return sheets
}
