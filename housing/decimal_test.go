package housing_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "12.50": "12.50", "-12.345": "-12.345", "007.10": "7.10", "0.000001": "0.000001",
		"999999999999999999": "999999999999999999", "-0.01": "-0.01", "9.123456789012345678": "9.123456789012345678",
	} {
		d, err := housing.ParseDecimal(text)
		if err != nil || d.String() != want {
			t.Errorf("%q: got %s (%v), want %s", text, d, err, want)
		}
	}
	for _, text := range []string{
		"", "-", ".", "1.", ".5", "+1", "1e5", "1,5", " 1", "1 ", "1.2.3", "--1", "0x1", "NaN", "Inf", "１", "1_000",
		"99999999999999999999", "0.1234567890123456789", "1,23E+14", "-.5",
	} {
		if d, err := housing.ParseDecimal(text); !errors.Is(err, housing.ErrNotDecimal) {
			t.Errorf("%q: got %s, %v", text, d, err)
		}
	}
	if _, err := housing.NewDecimal(1, 19); !errors.Is(err, housing.ErrNotDecimal) {
		t.Errorf("scale 19: %v", err)
	}
}

func drawDecimal(t *rapid.T, name string) (housing.Decimal, *big.Rat) {
	units := rapid.Int64().Draw(t, name)
	scale := rapid.Uint8Range(0, 18).Draw(t, name+" scale")
	d, err := housing.NewDecimal(units, scale)
	if err != nil {
		t.Fatal(err)
	}
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	return d, new(big.Rat).SetFrac(big.NewInt(units), ten)
}

// TestDecimalAgainstRat checks arithmetic, order and text against math/big.
func TestDecimalAgainstRat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, x := drawDecimal(t, "a")
		b, y := drawDecimal(t, "b")
		if a.Ratio().Rat().Cmp(x) != 0 || a.Cmp(b) != x.Cmp(y) || a.Sign() != x.Sign() || a.IsZero() != (x.Sign() == 0) {
			t.Fatalf("%s and %s differ from %s and %s", a, b, x, y)
		}
		if sum, err := a.Add(b); err == nil && sum.Ratio().Rat().Cmp(new(big.Rat).Add(x, y)) != 0 {
			t.Fatalf("%s + %s = %s", a, b, sum)
		}
		if rest, err := a.Sub(b); err == nil && rest.Ratio().Rat().Cmp(new(big.Rat).Sub(x, y)) != 0 {
			t.Fatalf("%s − %s = %s", a, b, rest)
		}
		if trimmed := a.Trim(); trimmed.Cmp(a) != 0 {
			t.Fatalf("%s trimmed is %s", a, trimmed)
		}
		if back, ok := new(big.Rat).SetString(a.String()); !ok || back.Cmp(x) != 0 {
			t.Fatalf("%s is written %s", x, a)
		}
		if a.Units() == math.MinInt64 {
			return // its digits do not parse: one more than the largest
		}
		if back, err := housing.ParseDecimal(a.String()); err != nil || back != a {
			t.Fatalf("%s reads back as %s: %v", a, back, err)
		}
	})
}

func TestDecimalOverflow(t *testing.T) {
	t.Parallel()
	big1 := housing.Whole(math.MaxInt64)
	for name, do := range map[string]func() (housing.Decimal, error){
		"add":     func() (housing.Decimal, error) { return big1.Add(housing.Whole(1)) },
		"sub":     func() (housing.Decimal, error) { return housing.Whole(-2).Sub(big1) },
		"sub min": func() (housing.Decimal, error) { return housing.Whole(1).Sub(housing.Whole(math.MinInt64)) },
		"rescale": func() (housing.Decimal, error) {
			small, err := housing.NewDecimal(1, 18)
			if err != nil {
				return small, err
			}
			return big1.Add(small)
		},
	} {
		if d, err := do(); !errors.Is(err, housing.ErrOverflow) {
			t.Errorf("%s: got %s, %v", name, d, err)
		}
	}
}

func TestDecimalScan(t *testing.T) {
	t.Parallel()
	for _, src := range []any{"12.50", []byte("12.50")} {
		var d housing.Decimal
		if err := d.Scan(src); err != nil || d.String() != "12.50" {
			t.Errorf("%v: got %s, %v", src, d, err)
		}
	}
	var d housing.Decimal
	if err := d.Scan(int64(7)); err != nil || d != housing.Whole(7) {
		t.Errorf("7: got %s, %v", d, err)
	}
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("nil: got %s, %v", d, err)
	}
	if err := d.Scan(true); !errors.Is(err, housing.ErrNotDecimal) {
		t.Errorf("bool: %v", err)
	}
	if d := mustDecimal(t, "-1234.50"); d.Russian() != "-1234,50" {
		t.Errorf("Russian: %s", d.Russian())
	}
}

func mustDecimal(t *testing.T, s string) housing.Decimal {
	t.Helper()
	d, err := housing.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
