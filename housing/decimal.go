package housing

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Decimal is an exact decimal of up to 18 digits, for quantities, readings, rates, norms and areas.
// It keeps the digits it was written with: 12.50 stays 12.50. The zero value is 0.
type Decimal struct {
	units int64 // value × 10^scale
	scale uint8 // 0…18
}

const maxScale = 18

// ErrNotDecimal says that a text is not a decimal with a point and at most 18 digits.
var ErrNotDecimal = errors.New("not a decimal number")

// NewDecimal returns units × 10^-scale; scale above 18 is an error.
func NewDecimal(units int64, scale uint8) (Decimal, error) {
	if scale > maxScale {
		return Decimal{}, fmt.Errorf("scale %d: %w", scale, ErrNotDecimal)
	}
	return Decimal{units, scale}, nil
}

// Whole returns n as a decimal without fraction.
func Whole(n int64) Decimal { return Decimal{units: n} }

// ParseDecimal reads "-12.345": an optional sign, digits, at most one point. No spaces, no
// exponent, no comma: whoever reads a format with a comma replaces it first.
func ParseDecimal(s string) (Decimal, error) {
	bad := func() (Decimal, error) { return Decimal{}, fmt.Errorf("%q: %w", s, ErrNotDecimal) }
	body, negative := strings.CutPrefix(s, "-")
	whole, fraction, pointed := strings.Cut(body, ".")
	if whole == "" || (pointed && fraction == "") || len(fraction) > maxScale {
		return bad()
	}
	digits := whole + fraction
	for _, r := range digits {
		if r < '0' || r > '9' {
			return bad()
		}
	}
	units, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return bad()
	}
	if negative {
		units = -units
	}
	return Decimal{units, uint8(len(fraction))}, nil //nolint:gosec // at most maxScale
}

// Units returns the value times 10^Scale.
func (d Decimal) Units() int64 { return d.units }

// Scale returns the number of digits after the point.
func (d Decimal) Scale() uint8 { return d.scale }

// Sign returns −1, 0 or 1.
func (d Decimal) Sign() int { return cmp.Compare(d.units, 0) }

// IsZero reports whether the value is 0, whatever its scale.
func (d Decimal) IsZero() bool { return d.units == 0 }

// Cmp compares values: 1.0 and 1.00 are equal.
func (d Decimal) Cmp(o Decimal) int {
	if d.scale == o.scale {
		return cmp.Compare(d.units, o.units)
	}
	return d.Ratio().Cmp(o.Ratio())
}

// Sub returns d − o exactly, or ErrOverflow.
func (d Decimal) Sub(o Decimal) (Decimal, error) {
	if o.units == math.MinInt64 {
		return Decimal{}, fmt.Errorf("subtract %s from %s: %w", o, d, ErrOverflow)
	}
	return d.Add(Decimal{-o.units, o.scale})
}

// Add returns d + o exactly, or ErrOverflow.
func (d Decimal) Add(o Decimal) (Decimal, error) {
	scale := max(d.scale, o.scale)
	a, okA := rescale(d.units, scale-d.scale)
	b, okB := rescale(o.units, scale-o.scale)
	sum, okSum := addInt64(a, b)
	if !okA || !okB || !okSum {
		return Decimal{}, fmt.Errorf("add %s to %s: %w", o, d, ErrOverflow)
	}
	return Decimal{sum, scale}, nil
}

// Ratio returns the value as an exact fraction to calculate with.
func (d Decimal) Ratio() Ratio { return newRatio(d.units, pow10(d.scale)) }

// String writes the value with its own digits and a point.
func (d Decimal) String() string {
	u := uint64(d.units) //nolint:gosec // two's complement is what is wanted
	sign := ""
	if d.units < 0 {
		sign, u = "-", -u
	}
	digits := strconv.FormatUint(u, 10)
	if d.scale == 0 {
		return sign + digits
	}
	if pad := int(d.scale) + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	cut := len(digits) - int(d.scale)
	return sign + digits[:cut] + "." + digits[cut:]
}

// Russian writes the value with a decimal comma.
func (d Decimal) Russian() string { return strings.Replace(d.String(), ".", ",", 1) }

// Trim drops zeros at the end of the fraction: 12.500 becomes 12.5.
func (d Decimal) Trim() Decimal {
	for d.scale > 0 && d.units%10 == 0 {
		d.units /= 10
		d.scale--
	}
	return d
}

// AppendText writes the value as decimal text.
func (d Decimal) AppendText(b []byte) ([]byte, error) {
	u := uint64(d.units) //nolint:gosec // two's complement is what is wanted
	if d.units < 0 {
		b, u = append(b, '-'), -u
	}
	scale := int(d.scale)
	start := len(b)
	b = strconv.AppendUint(b, u, 10)
	if scale == 0 {
		return b, nil
	}
	for len(b)-start <= scale {
		b = slices.Insert(b, start, '0')
	}
	return slices.Insert(b, len(b)-scale, '.'), nil
}

// MarshalText writes the value as decimal text.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the value as ParseDecimal does.
func (d *Decimal) UnmarshalText(b []byte) error {
	v, err := ParseDecimal(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Value gives any SQL driver the decimal as text.
func (d Decimal) Value() (driver.Value, error) { return d.String(), nil }

// Scan takes a decimal from any SQL driver.
func (d *Decimal) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case int64:
		*d = Whole(v)
		return nil
	case nil:
		*d = Decimal{}
		return nil
	}
	return fmt.Errorf("take a decimal from %T: %w", src, ErrNotDecimal)
}

func pow10(n uint8) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

func rescale(units int64, by uint8) (int64, bool) { return mulInt64(units, pow10(by)) }

func addInt64(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0) || b == 0
}

func mulInt64(a, b int64) (int64, bool) {
	negative := (a < 0) != (b < 0)
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > 1<<63-1 {
		return 0, false
	}
	if negative {
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a) //nolint:gosec // the magnitude of the smallest int64 fits
	}
	return uint64(a)
}
