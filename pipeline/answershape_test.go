package pipeline //nolint:testpackage // the shape of a file that no format could read

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/exporters/protocols"
	"github.com/kvitok-gkh/kvitok/importers"
)

// A table of dBase whose columns nobody knows is answered by a text, which must not be named as a table.
func TestAnswerOfUnknownTable(t *testing.T) {
	t.Parallel()
	shape := plainShape(&importers.Sample{Kind: importers.KindDBF})
	if name := protocols.Name("strange.dbf", protocols.Kind(shape.Kind)); name != "strange.dbf.protocol.csv" || shape.Encoding != importers.CP866 {
		t.Errorf("the answer is named %s, in %s", name, shape.Encoding)
	}
}
