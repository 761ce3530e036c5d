package pipeline_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

const courtHeader = "Лицевой счёт;Суд;Номер дела;Вступило в силу;Долг с;Долг по;Сумма, руб.;Погашено, руб."

// debtCells are the columns of debts of the answer to the authority, a row each.
func debtCells(t *testing.T, path string) [][]string {
	t.Helper()
	content, err := os.ReadFile(path) //nolint:gosec // of the test's folder
	if err != nil {
		t.Fatal(err)
	}
	header, err := dbase.ReadHeader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	r, err := dbase.NewReader(bytes.NewReader(content), int64(len(content)), charmap.CodePage866)
	if err != nil {
		t.Fatal(err)
	}
	columns := []string{"ILCHET", "SUMDOLG", "OPLDOLG", "DATDOLG", "KOLDOLG"}
	rows := make([][]string, 0, header.Records)
	for range header.Records {
		row, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		cells := make([]string, 0, len(columns))
		for _, name := range columns {
			at := slices.IndexFunc(header.Fields, func(f dbase.Field) bool { return f.Name == name })
			cells = append(cells, strings.TrimSpace(row.Cells[at]))
		}
		rows = append(rows, cells)
	}
	return rows
}

// What an account owes is nobody's business until a court has confirmed it: the answer says 0, whatever stood there,
// then what was decided less what was paid, in one row of the account.
func TestOnlyConfirmedDebtsAreTold(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	const owing = `
SELECT a.number FROM balances b JOIN accounts a ON a.id = b.account_id
WHERE length(a.number) = 10 GROUP BY a.number HAVING sum(b.closing) > 0 ORDER BY a.number LIMIT 1`
	number := one[string](t, w.store, owing)
	request := goldenInput(t, "benefits/testdata/social-uslugi-dbf/good/input.dbf")
	for _, known := range []string{"0100000017", "0100000025"} {
		request = strings.Replace(request, known, number, 1)
	}
	w.take(t, town.Office, "USLUGA1.DBF", request)
	publish := func() [][]string {
		result, err := w.PublishSocial(t.Context(), w.period)
		if err != nil || len(result.Files) != 2 { // the registry of benefits is the first
			t.Fatalf("%+v, %v", result, err)
		}
		return debtCells(t, w.file(result.Files[1].Path))
	}
	before := publish()
	if len(before) < 2 || before[0][0] != number {
		t.Fatalf("%q, want account %s first", before, number)
	}
	if diff := cmp.Diff([]string{number, "0.00", "0.00", "", "0"}, before[0]); diff != "" {
		t.Error(diff)
	}
	got := w.take(t, town.Office, "court.csv", courtHeader+"\r\n"+strings.Join([]string{
		number + ";Мировой судья участка № 1;2-100/2026;10.09.2026;01.01.2026;30.06.2026;12000;2000",
		number + ";Мировой судья участка № 1;2-200/2026;10.12.2026;01.07.2026;31.08.2026;700;",
		"999;Мировой судья участка № 1;2-300/2026;10.09.2026;01.07.2026;31.08.2026;700;",
	}, "\r\n")+"\r\n")
	if got.Counts != (housing.Counts{Rows: 3, Accepted: 2, Rejected: 1}) {
		t.Fatalf("%+v %+v", got.Counts, got.Problems)
	}
	after := publish()
	if diff := cmp.Diff([]string{number, "10000.00", "2000.00", "20260101", "6"}, after[0]); diff != "" {
		t.Error(diff)
	}
	for _, row := range after[1:] {
		if row[0] == number && row[1] != "0.00" {
			t.Errorf("the debt is told twice: %q", after)
		}
	}
	// Paid in full: the same decision again.
	w.take(t, town.Office, "paid.csv", courtHeader+"\r\n"+number+";Мировой судья участка № 1;2-100/2026;10.09.2026;01.01.2026;30.06.2026;12000;12000\r\n")
	if paid := publish(); paid[0][1] != "0.00" || paid[0][3] != "" {
		t.Errorf("%q", paid)
	}
}
