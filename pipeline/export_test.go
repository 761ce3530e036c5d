package pipeline

import "github.com/kvitok-gkh/kvitok/exporters/reports"

// StageRows is stageRows for tests.
func StageRows(s *Summary) []reports.Stage { return stageRows(s) }

// CompareNatural is compareNatural for tests.
func CompareNatural(a, b string) int { return compareNatural(a, b) }
