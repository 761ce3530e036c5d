package pipeline_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/accounts"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// A file that was refused and comes again gets further once a format knows it: it is answered anew where the reason
// is another one, and is never told as taken in.
func TestRefusedAgain(t *testing.T) {
	t.Parallel()
	w := settled(t, 40)
	path := outFile(t, "balances_bad.csv", "\ufeffЛицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо\r\n"+
		strings.Repeat("0999999999;Отопление;9900173450;10.2026;1,00\r\n", 2))
	before := w.facts(t)
	for _, step := range []struct {
		formats  importers.Catalogue
		status   housing.FileStatus
		reason   string
		rejected int
	}{
		{importers.Catalogue{accounts.NewMetersCSV()}, housing.FileRefused, "формат не распознан", 0},
		{importers.Catalogue{accounts.NewMetersCSV()}, housing.FileRepeated, "формат не распознан", 0},
		{importers.Catalogue{halfBad{accounts.NewBalancesCSV()}}, housing.FileRefused, "строк с ошибками 2 из 2", 2},
		{importers.Catalogue{halfBad{accounts.NewBalancesCSV()}}, housing.FileRepeated, "строк с ошибками 2 из 2", 2},
	} {
		p := w.with(t, func(c *pipeline.Config) { c.Formats = step.formats })
		files, err := p.ImportFiles(t.Context(), "operator", []string{path}, w.period)
		if err != nil || len(files) != 1 {
			t.Fatalf("%+v, %v", files, err)
		}
		f := files[0]
		if f.Status != step.status || !strings.HasPrefix(f.Reason, step.reason) || f.Counts.Rejected != step.rejected || f.Counts.Unchanged != 0 {
			t.Errorf("ended as %s, %s, %+v; want %s, %s, %d rejected", f.Status, f.Reason, f.Counts, step.status, step.reason, step.rejected)
		}
		if n := one[int](t, w.store, "SELECT count(DISTINCT row)::int FROM file_problems WHERE file_id = $1 AND row > 0", f.ID); n != step.rejected {
			t.Errorf("%d problems of rows are stored, want %d", n, step.rejected)
		}
	}
	if diff := cmp.Diff(before, w.facts(t)); diff != "" {
		t.Errorf("facts changed (-before +after):\n%s", diff)
	}
}
