package pipeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
)

// Files of money wait for the accounts and for each other, and for nothing else; payments with readings beside
// them wait for the meters.
func TestLanes(t *testing.T) {
	t.Parallel()
	formats := catalogue.New()
	file := func(format string, first importers.Fact) fetchedFile {
		f := fetchedFile{first: first, rank: rank(first)}
		if format != "" {
			var err error
			if f.format, err = formats.ByName(format); err != nil {
				t.Fatal(err)
			}
		}
		return f
	}
	first, money, others := lanes([]fetchedFile{
		0:  file("kvitok-houses-csv", housing.House{}),
		1:  file("kvitok-accounts-csv", housing.AccountEntry{}),
		2:  file("kvitok-services-csv", housing.HouseService{}),
		3:  file("kvitok-meters-csv", housing.MeterEntry{}),
		4:  file("kvitok-balances-csv", housing.OpeningBalance{}),
		5:  file("kvitok-residents-xlsx", housing.Claim{}),
		6:  file("rc-payment-packs", housing.PaymentPack{}),
		7:  file("rso-readings-csv", housing.MeterReading{}),
		8:  file("sber-payments-a", housing.Payment{}),
		9:  file("sber-payments-readings", housing.Payment{}),
		10: file("", nil),
	})
	for _, lane := range []struct {
		name      string
		got, want []int
	}{{"first", first, []int{0, 1}}, {"money", money, []int{4, 5, 8}}, {"others", others, []int{2, 3, 6, 7, 9, 10}}} {
		if diff := cmp.Diff(lane.want, lane.got); diff != "" {
			t.Errorf("lane %s (-want +got):\n%s", lane.name, diff)
		}
	}
}
