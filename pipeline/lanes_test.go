package pipeline

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
)

// Claims wait for nothing, files of money for the accounts and for each other; payments with readings beside them wait for
// the meters, and the other payments with them.
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
	files := []fetchedFile{
		0:  file("kvitok-houses-csv", housing.House{}),
		1:  file("kvitok-accounts-csv", housing.AccountEntry{}),
		2:  file("kvitok-services-csv", housing.HouseService{}),
		3:  file("kvitok-meters-csv", housing.MeterEntry{}),
		4:  file("kvitok-balances-csv", housing.OpeningBalance{}),
		5:  file("kvitok-residents-xlsx", housing.Claim{}),
		6:  file("rc-payment-packs", housing.PaymentPack{}),
		7:  file("rso-readings-csv", housing.MeterReading{}),
		8:  file("sber-payments-a", housing.Payment{}),
		9:  file("", nil),
		10: file("sber-payments-readings", housing.Payment{}),
	}
	for _, c := range []struct {
		name  string
		files []fetchedFile
		want  lanes
	}{
		{"payments alone", files[:10], lanes{first: []int{0, 1}, claims: []int{5}, money: []int{4, 8}, others: []int{2, 3, 6, 7, 9}}},
		{"payments with readings", files, lanes{first: []int{0, 1}, claims: []int{5}, money: []int{4}, others: []int{2, 3, 6, 7, 8, 9, 10}}},
	} {
		if diff := cmp.Diff(c.want, lanesOf(c.files), cmp.AllowUnexported(lanes{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A file of claims that came with accounts looks for numbers alike once these are in, and not before.
func TestClaimsAwaitAccounts(t *testing.T) {
	t.Parallel()
	accountsIn := make(chan struct{})
	a := applier{accountsIn: accountsIn}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.awaitAccounts(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("before the accounts: %v", err)
	}
	close(accountsIn)
	if err := a.awaitAccounts(t.Context()); err != nil {
		t.Errorf("after the accounts: %v", err)
	}
	if err := (&applier{}).awaitAccounts(t.Context()); err != nil {
		t.Errorf("alone: %v", err)
	}
}
