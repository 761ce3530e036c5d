package profiled_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// Equal payments of a table whose sender gives no numbers stay as many as there are: {n} counts them. The same rows
// give the same keys, whatever the file is called.
func TestEqualPaymentsOfTable(t *testing.T) {
	t.Parallel()
	const profile = `
subject: payments
kind: csv
dates: [dd.mm.yyyy]
key: own/{account}/{paid_on}/{amount}/{n}
columns:
  - {head: Счёт, id: account, field: account}
  - {head: Дата, field: paid_on, required: true}
  - {head: Сумма, id: amount, field: amount, required: true}
`
	const text = "Счёт;Дата;Сумма\n0100000017;02.10.2026;10,00\n0100000017;02.10.2026;10,00\n0100000025;02.10.2026;10,00\n0100000017;02.10.2026;10,00\n"
	want := []string{
		"own/0100000017/2026-10-02/10,00//1", "own/0100000017/2026-10-02/10,00//2", "own/0100000025/2026-10-02/10,00//1",
		"own/0100000017/2026-10-02/10,00//3",
	}
	for _, name := range []string{"first.csv", "second.csv"} {
		got := run(t, profile, name, []byte(text), importers.Limits{})
		keys := make([]string, 0, len(got.facts))
		for _, fact := range got.facts {
			pay, _ := fact.(housing.Payment)
			keys = append(keys, pay.Key)
		}
		if diff := cmp.Diff(want, keys); diff != "" {
			t.Errorf("keys of %s (-want +got):\n%s", name, diff)
		}
	}
}
