package pipeline

// CompareNatural is compareNatural for tests.
func CompareNatural(a, b string) int { return compareNatural(a, b) }
