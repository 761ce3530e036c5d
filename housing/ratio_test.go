package housing_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

func drawRatio(t *rapid.T, name string) (housing.Ratio, *big.Rat) {
	num := rapid.Int64().Draw(t, name+" numerator")
	den := rapid.Int64().Filter(func(n int64) bool { return n != 0 }).Draw(t, name+" denominator")
	r, err := housing.RatioOf(num, den)
	if err != nil {
		t.Fatal(err)
	}
	return r, big.NewRat(num, den)
}

// TestRatioAgainstRat checks every operation against math/big, over the whole range of int64.
func TestRatioAgainstRat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, x := drawRatio(t, "a")
		b, y := drawRatio(t, "b")
		same := func(what string, got housing.Ratio, want *big.Rat) {
			if got.Rat().Cmp(want) != 0 {
				t.Fatalf("%s: got %s, want %s", what, got.Rat(), want)
			}
		}
		same("a", a, x)
		same("a+b", a.Add(b), new(big.Rat).Add(x, y))
		same("a-b", a.Sub(b), new(big.Rat).Sub(x, y))
		same("a*b", a.Mul(b), new(big.Rat).Mul(x, y))
		same("a*b*a", a.Mul(b).Mul(a), new(big.Rat).Mul(x, new(big.Rat).Mul(x, y)))
		if y.Sign() != 0 {
			q, err := a.Quo(b)
			if err != nil {
				t.Fatal(err)
			}
			same("a/b", q, new(big.Rat).Quo(x, y))
		}
		if text := a.String(); !strings.HasSuffix(text, "…") {
			if back, ok := new(big.Rat).SetString(text); !ok || back.Cmp(x) != 0 {
				t.Fatalf("%s is written %s", x, text)
			}
		} else if n, exact := x.FloatPrec(); exact && n <= 12 {
			t.Fatalf("%s ends within 12 digits and is written %s", x, text)
		}
		if a.Cmp(b) != x.Cmp(y) || a.Sign() != x.Sign() {
			t.Fatalf("order of %s and %s", x, y)
		}
	})
}

// TestRatioRound checks half-up by its definition: |rounded − exact| ≤ half a unit, and at a tie the
// magnitude is the larger one.
func TestRatioRound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		num := rapid.OneOf(rapid.Int64Range(-1e15, 1e15), rapid.Int64()).Draw(t, "numerator")
		den := rapid.OneOf(rapid.Int64Range(1, 1e6), rapid.Int64Range(1, math.MaxInt64)).Draw(t, "denominator")
		scale := rapid.Uint8Range(0, 7).Draw(t, "scale")
		r, err := housing.RatioOf(num, den)
		if err != nil {
			t.Fatal(err)
		}
		rounded, err := r.Round(scale)
		if errors.Is(err, housing.ErrOverflow) {
			t.Skip("out of range")
		}
		if err != nil {
			t.Fatal(err)
		}
		exact := big.NewRat(num, den)
		off := new(big.Rat).Sub(rounded.Ratio().Rat(), exact)
		unit := new(big.Rat).SetFrac64(1, int64(math.Pow10(int(scale))))
		doubled := new(big.Rat).Mul(new(big.Rat).Abs(off), big.NewRat(2, 1))
		if doubled.Cmp(unit) > 0 {
			t.Fatalf("%s rounds to %s", exact, rounded)
		}
		if doubled.Cmp(unit) == 0 && off.Sign() != exact.Sign() {
			t.Fatalf("%s is a tie and rounds towards zero, to %s", exact, rounded)
		}
		cut, err := r.Cut(scale)
		if err != nil {
			t.Fatal(err)
		}
		rest := new(big.Rat).Sub(exact, cut.Ratio().Rat())
		if rest.Sign()*exact.Sign() < 0 || new(big.Rat).Abs(rest).Cmp(unit) >= 0 {
			t.Fatalf("%s is cut to %s", exact, cut)
		}
	})
}

func TestRatioMoney(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		num, den int64
		want     string
	}{
		{1, 200, "0.01"},
		{-1, 200, "-0.01"},
		{1, 201, "0.00"},
		{-1, 201, "0.00"},
		{3, 200, "0.02"},
		{5, 2, "2.50"},
		{2005, 1000, "2.01"},
		{-2005, 1000, "-2.01"},
		{2004999, 1000000, "2.00"},
		{2, 3, "0.67"},
		{-2, 3, "-0.67"},
		{12125, 1000, "12.13"},
		{math.MaxInt64, 100, "92233720368547758.07"},
		{0, 7, "0.00"},
		{1, -200, "-0.01"},
	} {
		r, err := housing.RatioOf(c.num, c.den)
		if err != nil {
			t.Fatal(err)
		}
		m, err := r.Money()
		if err != nil || m.String() != c.want {
			t.Errorf("%d/%d: got %s (%v), want %s", c.num, c.den, m, err, c.want)
		}
	}
}

func TestRatioRefuses(t *testing.T) {
	t.Parallel()
	if _, err := housing.RatioOf(1, 0); !errors.Is(err, housing.ErrDivisionByZero) {
		t.Errorf("1/0: %v", err)
	}
	one := housing.Whole(1).Ratio()
	if _, err := one.Quo(housing.Ratio{}); !errors.Is(err, housing.ErrDivisionByZero) {
		t.Errorf("1 ÷ 0: %v", err)
	}
	huge := housing.Whole(math.MaxInt64).Ratio().Mul(housing.Whole(3).Ratio())
	if _, err := huge.Money(); !errors.Is(err, housing.ErrOverflow) {
		t.Errorf("too much money: %v", err)
	}
	if _, err := huge.Cut(0); !errors.Is(err, housing.ErrOverflow) {
		t.Errorf("cut too much: %v", err)
	}
	if _, err := one.Round(19); !errors.Is(err, housing.ErrOverflow) {
		t.Errorf("19 digits: %v", err)
	}
	if _, err := one.Cut(19); !errors.Is(err, housing.ErrOverflow) {
		t.Errorf("19 digits: %v", err)
	}
	third, err := housing.RatioOf(1, 3)
	if err != nil || third.String() != "0.333333333333…" || housing.Whole(2).Ratio().String() != "2" ||
		mustDecimal(t, "-0.0500").Ratio().String() != "-0.05" {
		t.Errorf("texts: %s, %s, %v", third, housing.Whole(2).Ratio(), err)
	}
}
