package housing

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Money is an amount in kopecks. Debts and charges are positive, refunds and advances negative.
type Money int64

// ErrOverflow says that an amount does not fit into int64 kopecks (about 92 quadrillion roubles).
var ErrOverflow = errors.New("amount out of range")

// Add returns m + o, or ErrOverflow.
func (m Money) Add(o Money) (Money, error) {
	s := m + o
	if (s > m) != (o > 0) && o != 0 {
		return 0, fmt.Errorf("add %s to %s: %w", o, m, ErrOverflow)
	}
	return s, nil
}

// Sub returns m − o, or ErrOverflow.
func (m Money) Sub(o Money) (Money, error) {
	if o == math.MinInt64 {
		return 0, fmt.Errorf("subtract %s from %s: %w", o, m, ErrOverflow)
	}
	return m.Add(-o)
}

// Neg returns −m.
func (m Money) Neg() Money { return -m }

// Abs returns the amount without its sign.
func (m Money) Abs() Money { return max(m, -m) }

// SumMoney adds up amounts, or returns ErrOverflow.
func SumMoney(amounts ...Money) (Money, error) {
	var total Money
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// String gives roubles with a decimal point and two digits: "1234.50", "-0.01".
func (m Money) String() string { return m.format('.', "") }

// Russian gives roubles as an accountant writes them: "1 234,50" with no-break spaces.
func (m Money) Russian() string { return m.format(',', "\u00a0") }

// RussianPlain gives roubles with a decimal comma and no grouping: "1234,50", as bank registries have it.
func (m Money) RussianPlain() string { return m.format(',', "") }

func (m Money) format(point byte, group string) string {
	u := uint64(m) //nolint:gosec // two's complement is what is wanted
	sign := ""
	if m < 0 {
		sign, u = "-", -u
	}
	roubles := strconv.FormatUint(u/100, 10)
	if group != "" {
		roubles = groupThousands(roubles, group)
	}
	return fmt.Sprintf("%s%s%c%02d", sign, roubles, point, u%100)
}

func groupThousands(digits, sep string) string {
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ParseMoney reads roubles written with a point or a comma and at most two digits after it.
// It refuses spaces, grouping and more than two decimals: a third digit is never rounded away.
func ParseMoney(s string) (Money, error) {
	d, err := ParseDecimal(strings.Replace(s, ",", ".", 1))
	if err != nil {
		return 0, fmt.Errorf("read amount %q: %w", s, err)
	}
	if d.Scale() > 2 {
		return 0, fmt.Errorf("read amount %q: more than two decimals", s)
	}
	return d.Ratio().Money()
}

// MarshalText writes roubles as decimal text, so that JSON never holds money as a float.
func (m Money) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads roubles as ParseMoney does.
func (m *Money) UnmarshalText(b []byte) error {
	v, err := ParseMoney(string(b))
	if err != nil {
		return err
	}
	*m = v
	return nil
}
