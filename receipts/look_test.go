package receipts_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts"
)

func TestLook(t *testing.T) {
	dir := "/tmp/look"
	os.MkdirAll(dir, 0o755)
	p, err := receipts.New(receipts.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for name, doc := range map[string]*housing.PaymentDocument{
		"one": document(t), "two": twoPayees(t), "advance": advance(t), "zero": zero(t), "many": many(t), "long": long(t),
	} {
		f, _ := os.Create(filepath.Join(dir, name+".pdf"))
		if err := p.Single(f, doc); err != nil {
			t.Error(name, err)
		}
		f.Close()
	}
}
