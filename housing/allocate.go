package housing

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// Allocate splits an amount in proportion to weights so that the parts add up to it exactly: every
// part is cut down to the kopeck and the kopecks left go to the largest cut-off fractions, equal ones
// in the order of the weights. Weights must not be negative; where all are zero, the first takes all.
func Allocate(amount Money, weights []Money) ([]Money, error) {
	parts := make([]Money, len(weights))
	if amount == 0 || len(weights) == 0 {
		return parts, nil
	}
	total, err := SumMoney(weights...)
	if err != nil {
		return nil, fmt.Errorf("add up the weights: %w", err)
	}
	if total == 0 {
		parts[0] = amount
		return parts, nil
	}
	sign, magnitude := Money(1), uint64(amount) //nolint:gosec // two's complement, mended below
	if amount < 0 {
		sign, magnitude = -1, -magnitude
	}
	rests := make([]uint64, len(weights))
	left := magnitude
	for i, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("weight %s is negative: %w", w, ErrOverflow)
		}
		hi, lo := bits.Mul64(magnitude, uint64(w))
		quotient, rest := bits.Div64(hi, lo, uint64(total)) //nolint:gosec // w ≤ total, so the quotient fits
		parts[i], rests[i] = sign*Money(quotient), rest     //nolint:gosec // no larger than the amount
		left -= quotient
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rests[b], rests[a]) })
	for _, i := range order[:left] {
		parts[i] += sign
	}
	return parts, nil
}
