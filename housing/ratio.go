package housing

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// Ratio is an exact fraction: what a formula computes with before its one rounding. It multiplies
// and divides without any loss; values that outgrow int64 go on as big.Rat. The zero value is 0.
type Ratio struct {
	num, den int64    // den > 0, or 0 in the zero value
	large    *big.Rat // set when num/den do not fit
}

// ErrDivisionByZero says that a formula divided by zero: an area or a volume that must not be 0.
var ErrDivisionByZero = errors.New("division by zero")

func newRatio(num, den int64) Ratio { return Ratio{num: num, den: den} }

// RatioOf returns num/den; den must not be 0.
func RatioOf(num, den int64) (Ratio, error) {
	switch {
	case den == 0:
		return Ratio{}, ErrDivisionByZero
	case den < 0:
		return Ratio{large: big.NewRat(num, den)}.shrink(), nil
	}
	return newRatio(num, den), nil
}

// Mul returns r × o.
func (r Ratio) Mul(o Ratio) Ratio {
	if r.large == nil && o.large == nil {
		num, ok1 := mulInt64(r.num, o.num)
		den, ok2 := mulInt64(r.denominator(), o.denominator())
		if ok1 && ok2 {
			return newRatio(num, den)
		}
		if product, ok := mulCrosswise(r, o); ok {
			return product
		}
	}
	return Ratio{large: new(big.Rat).Mul(r.rat(), o.rat())}.shrink()
}

// Quo returns r ÷ o, or ErrDivisionByZero.
func (r Ratio) Quo(o Ratio) (Ratio, error) {
	if o.Sign() == 0 {
		return Ratio{}, ErrDivisionByZero
	}
	if o.large == nil && o.num > 0 {
		return r.Mul(newRatio(o.denominator(), o.num)), nil
	}
	return Ratio{large: new(big.Rat).Quo(r.rat(), o.rat())}.shrink(), nil
}

// Add returns r + o.
func (r Ratio) Add(o Ratio) Ratio {
	if r.large == nil && o.large == nil {
		if sum, ok := addSmall(r, o); ok {
			return sum
		}
	}
	return Ratio{large: new(big.Rat).Add(r.rat(), o.rat())}.shrink()
}

// Sub returns r − o.
func (r Ratio) Sub(o Ratio) Ratio {
	if o.large == nil && o.num != math.MinInt64 {
		return r.Add(Ratio{num: -o.num, den: o.den})
	}
	return r.Add(o.Mul(newRatio(-1, 1)))
}

// Sign returns −1, 0 or 1.
func (r Ratio) Sign() int {
	if r.large != nil {
		return r.large.Sign()
	}
	switch {
	case r.num > 0:
		return 1
	case r.num < 0:
		return -1
	}
	return 0
}

// Cmp compares two fractions.
func (r Ratio) Cmp(o Ratio) int {
	if r.large != nil || o.large != nil {
		return r.rat().Cmp(o.rat())
	}
	if a, b := r.Sign(), o.Sign(); a != b || a == 0 {
		return cmp.Compare(a, b)
	}
	hi1, lo1 := bits.Mul64(magnitude(r.num), magnitude(o.denominator()))
	hi2, lo2 := bits.Mul64(magnitude(o.num), magnitude(r.denominator()))
	return r.Sign() * cmp.Or(cmp.Compare(hi1, hi2), cmp.Compare(lo1, lo2))
}

// Round gives the value at a scale, half away from zero ("half-up" of the rules, mirrored for
// negative amounts), or ErrOverflow.
func (r Ratio) Round(scale uint8) (Decimal, error) {
	if scale > maxScale {
		return Decimal{}, fmt.Errorf("round to %d digits: %w", scale, ErrOverflow)
	}
	if r.large == nil {
		if scaled, ok := mulInt64(r.num, pow10(scale)); ok {
			return Decimal{roundQuotient(scaled, r.denominator()), scale}, nil
		}
		if units, ok := r.roundWide(scale); ok {
			return Decimal{units, scale}, nil
		}
	}
	scaled := new(big.Rat).Mul(r.rat(), new(big.Rat).SetInt64(pow10(scale)))
	twice := new(big.Int).Mul(new(big.Int).Abs(scaled.Num()), big.NewInt(2))
	twice.Add(twice, scaled.Denom())
	units := twice.Quo(twice, new(big.Int).Mul(scaled.Denom(), big.NewInt(2)))
	if !units.IsInt64() {
		return Decimal{}, fmt.Errorf("round %s to %d digits: %w", r, scale, ErrOverflow)
	}
	if scaled.Sign() < 0 {
		units.Neg(units)
	}
	return Decimal{units.Int64(), scale}, nil
}

// roundWide is Round by 128 bits, where the scaled numerator outgrows 64: penalties add up fractions that do.
func (r Ratio) roundWide(scale uint8) (units int64, ok bool) {
	den := uint64(r.denominator())                               //nolint:gosec // positive
	hi, lo := bits.Mul64(magnitude(r.num), uint64(pow10(scale))) //nolint:gosec // positive
	if hi >= den {                                               // the quotient outgrows 64 bits too
		return 0, false
	}
	quotient, rest := bits.Div64(hi, lo, den)
	if quotient >= math.MaxInt64 {
		return 0, false
	}
	units = int64(quotient)
	if rest >= den-rest {
		units++
	}
	if r.num < 0 {
		units = -units
	}
	return units, true
}

// Cut gives the value at a scale with all further digits dropped towards zero, or ErrOverflow.
func (r Ratio) Cut(scale uint8) (Decimal, error) {
	if scale > maxScale {
		return Decimal{}, fmt.Errorf("cut to %d digits: %w", scale, ErrOverflow)
	}
	if r.large == nil {
		if scaled, ok := mulInt64(r.num, pow10(scale)); ok {
			return Decimal{scaled / r.denominator(), scale}, nil
		}
	}
	scaled := new(big.Rat).Mul(r.rat(), new(big.Rat).SetInt64(pow10(scale)))
	units := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	if !units.IsInt64() {
		return Decimal{}, fmt.Errorf("cut %s to %d digits: %w", r, scale, ErrOverflow)
	}
	return Decimal{units.Int64(), scale}, nil
}

// Money rounds a value in roubles to the kopeck, half away from zero: the one rounding of a line.
func (r Ratio) Money() (Money, error) {
	d, err := r.Round(2)
	if err != nil {
		return 0, err
	}
	return Money(d.units), nil
}

// String writes the exact decimal where it ends within 12 digits, else 12 digits and "…".
func (r Ratio) String() string {
	const digits = 12
	if text, ok := r.smallString(digits); ok {
		return text
	}
	rat := r.rat()
	if n, exact := rat.FloatPrec(); exact && n <= digits {
		return rat.FloatString(n)
	}
	return rat.FloatString(digits) + "…"
}

// smallString divides by hand where the decimal ends: traces print many of these.
func (r Ratio) smallString(digits int) (string, bool) {
	if r.large != nil {
		return "", false
	}
	den := uint64(r.denominator()) //nolint:gosec // positive
	whole, rest := magnitude(r.num)/den, magnitude(r.num)%den
	text := make([]byte, 0, 24+digits)
	if r.num < 0 {
		text = append(text, '-')
	}
	text = strconv.AppendUint(text, whole, 10)
	if rest != 0 {
		text = append(text, '.')
	}
	for range digits {
		if rest == 0 {
			break
		}
		var digit uint64
		hi, lo := bits.Mul64(rest, 10)
		digit, rest = bits.Div64(hi, lo, den)
		text = append(text, '0'+byte(digit)) //nolint:gosec // 0 to 9
	}
	return string(text), rest == 0
}

// Rat returns a copy for independent checks.
func (r Ratio) Rat() *big.Rat { return new(big.Rat).Set(r.rat()) }

func (r Ratio) denominator() int64 {
	if r.den == 0 {
		return 1
	}
	return r.den
}

func (r Ratio) rat() *big.Rat {
	if r.large != nil {
		return r.large
	}
	return big.NewRat(r.num, r.denominator())
}

// shrink goes back to int64 where the reduced fraction fits, so that one large step in the middle
// of a formula does not slow down the rest.
func (r Ratio) shrink() Ratio {
	if r.large.Num().IsInt64() && r.large.Denom().IsInt64() {
		return newRatio(r.large.Num().Int64(), r.large.Denom().Int64())
	}
	return r
}

// mulCrosswise takes out of each numerator what it shares with the other denominator first.
func mulCrosswise(r, o Ratio) (Ratio, bool) {
	a, b := newRatio(r.num, o.denominator()).reduced(), newRatio(o.num, r.denominator()).reduced()
	num, ok1 := mulInt64(a.num, b.num)
	den, ok2 := mulInt64(a.den, b.den)
	return newRatio(num, den), ok1 && ok2
}

func addSmall(r, o Ratio) (Ratio, bool) {
	if r.denominator() == o.denominator() {
		sum, ok := addInt64(r.num, o.num)
		return newRatio(sum, r.denominator()), ok
	}
	if sum, ok := addOver(r.num, r.denominator(), o.num, o.denominator(), 1); ok {
		return sum, true
	}
	r, o = r.reduced(), o.reduced()
	return addOver(r.num, r.denominator(), o.num, o.denominator(), gcd(r.denominator(), o.denominator()))
}

// addOver adds two fractions whose denominators share a divisor.
func addOver(num1, den1, num2, den2, divisor int64) (Ratio, bool) {
	a, ok1 := mulInt64(num1, den2/divisor)
	b, ok2 := mulInt64(num2, den1/divisor)
	den, ok3 := mulInt64(den1/divisor, den2)
	sum, ok4 := addInt64(a, b)
	return newRatio(sum, den), ok1 && ok2 && ok3 && ok4
}

// reduced is the same small fraction in its lowest terms. Fractions are not reduced as long as they
// fit: most are rounded before they grow.
func (r Ratio) reduced() Ratio {
	divisor := gcd(r.num, r.denominator())
	return newRatio(r.num/divisor, r.denominator()/divisor)
}

// gcd of a number and a positive one.
func gcd(a, b int64) int64 {
	for a != 0 {
		a, b = b%a, a
	}
	if b < 0 {
		return -b
	}
	return b
}

func roundQuotient(num, den int64) int64 {
	quotient, rest := num/den, num%den
	if magnitude(rest) >= magnitude(den)-magnitude(rest) {
		if num < 0 {
			return quotient - 1
		}
		return quotient + 1
	}
	return quotient
}
