package pipeline

import "github.com/kvitok-gkh/kvitok/exporters/reports"

// StageRows is stageRows for tests.
func StageRows(s *Summary) []reports.Stage { return stageRows(s) }

// CompareNatural is compareNatural for tests.
func CompareNatural(a, b string) int { return compareNatural(a, b) }

// InBatches is inBatches for tests.
func InBatches(houses []int64, accounts map[int64]int) [][]int64 { return inBatches(houses, accounts) }

// FewLast is fewLast for tests.
func FewLast(houses []int64, accounts map[int64]int) int { return fewLast(houses, accounts) }
