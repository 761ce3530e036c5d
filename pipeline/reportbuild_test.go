package pipeline_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

// A report made alone is the one that the month gives out, to the byte; the version of the data is the same
// until they change.
func TestBuildReport(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	published, err := w.Publish(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]pipeline.PublishedFile{}
	for _, f := range published.Files {
		given[filepath.Base(f.Path)] = f
	}
	versions := map[int64]bool{}
	for _, report := range pipeline.MonthReports() {
		var file bytes.Buffer
		built, err := w.BuildReport(t.Context(), &file, pipeline.ReportOrder{Key: report.Key, Period: w.period})
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(file.Bytes())
		if f, known := given[built.Name]; (!known && report.Key != "deliveries") || // nothing goes by letter here
			known && (f.SHA256 != hex.EncodeToString(sum[:]) || f.Rows != built.Rows) {
			t.Errorf("%s: %d rows, other bytes than were given out (%+v)", built.Name, built.Rows, f)
		}
		versions[built.Version] = true
	}
	if len(versions) != 1 || versions[0] {
		t.Errorf("versions of unchanged data: %v", versions)
	}
	w.pay(t, 3, "10.00")
	if built, err := w.BuildReport(t.Context(), &bytes.Buffer{}, pipeline.ReportOrder{Key: "turnover", Period: w.period}); err != nil || versions[built.Version] {
		t.Errorf("after a payment: version %d, %v", built.Version, err)
	}
	if _, err := w.BuildReport(t.Context(), &bytes.Buffer{}, pipeline.ReportOrder{Key: "nothing", Period: w.period}); err == nil {
		t.Error("a report that there is not is made")
	}
}
