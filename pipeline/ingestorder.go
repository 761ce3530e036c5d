package pipeline

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// tablesOf names the tables that a file fills, by what it speaks of first.
func tablesOf(f fetchedFile) []string {
	single, can := f.format.(importers.Single)
	if f.sample.Kind == importers.KindWorkbook && f.rank < rank(nil) && (!can || !single.Single()) {
		return []string{"houses", "premises", "accounts", "occupancies", "house_services", "meters", "opening_balances", "claims"}
	}
	switch f.first.(type) {
	case housing.House:
		return []string{"houses"}
	case housing.AccountEntry:
		return []string{"premises", "accounts", "occupancies"}
	case housing.HouseService:
		return []string{"house_services"}
	case housing.MeterEntry:
		return []string{"meters"}
	case housing.OpeningBalance:
		return []string{"opening_balances"}
	case housing.Claim:
		return []string{"claims"}
	case housing.Payment:
		return []string{"payment_keys"}
	}
	return nil
}

// accountsRank is the rank of the accounts: those of later ranks may refer to them.
const accountsRank = 1

// rank orders files that arrive together by what they speak of first: houses before accounts before
// readings. The order of the kinds is that in which they refer to each other.
func rank(first importers.Fact) int {
	switch first.(type) {
	case housing.House:
		return 0
	case housing.AccountEntry:
		return accountsRank
	case housing.HouseService, housing.Tariff, housing.Norm:
		return 2
	case housing.MeterEntry, housing.HouseMeterEntry:
		return 3
	case housing.OpeningBalance, housing.HouseVolume, housing.Claim, housing.PaymentPack:
		return 4
	}
	if rank, ok := houseFactsRank(first); ok {
		return rank
	}
	return 5
}
