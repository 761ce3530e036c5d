package pipeline

import "github.com/kvitok-gkh/kvitok/exporters/reports"

// StageRows is stageRows for tests.
func StageRows(s *Summary) []reports.Stage { return stageRows(s) }

// CompareNatural is compareNatural for tests.
func CompareNatural(a, b string) int { return compareNatural(a, b) }

// InBatches is inBatches for tests.
func InBatches(houses []int64, accounts map[int64]int) [][]int64 { return inBatches(houses, accounts) }

// LastHouses is lastHouses for tests.
func LastHouses(houses []int64, accounts map[int64]int, part int) int {
	return lastHouses(houses, accounts, part)
}
