package housing_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

func TestMoneyText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m                    housing.Money
		plain, russian, bank string
	}{
		{0, "0.00", "0,00", "0,00"},
		{-1, "-0.01", "-0,01", "-0,01"},
		{123450, "1234.50", "1\u00a0234,50", "1234,50"},
		{-100000000, "-1000000.00", "-1\u00a0000\u00a0000,00", "-1000000,00"},
		{99999, "999.99", "999,99", "999,99"},
		{math.MinInt64, "-92233720368547758.08", "-92\u00a0233\u00a0720\u00a0368\u00a0547\u00a0758,08", "-92233720368547758,08"},
	} {
		if c.m.String() != c.plain || c.m.Russian() != c.russian || c.m.RussianPlain() != c.bank {
			t.Errorf("%d: %s, %s, %s", int64(c.m), c.m, c.m.Russian(), c.m.RussianPlain())
		}
	}
}

func TestParseMoney(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]housing.Money{
		"0": 0, "12": 1200, "12.5": 1250, "12,50": 1250, "-0.01": -1, "0,1": 10, "92233720368547758.07": math.MaxInt64,
	} {
		if m, err := housing.ParseMoney(text); err != nil || m != want {
			t.Errorf("%q: got %d, %v", text, int64(m), err)
		}
	}
	for _, text := range []string{"", "1 234,50", "1.234", "1,2.3", "12.345", "1e3", "12,", ",5", "92233720368547758.08"} {
		if m, err := housing.ParseMoney(text); err == nil {
			t.Errorf("%q: got %s", text, m)
		}
	}
}

func TestMoneyLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := housing.Money(rapid.Int64().Draw(t, "a"))
		b := housing.Money(rapid.Int64().Draw(t, "b"))
		sum, err := a.Add(b)
		exact := new(bigInt).add(a, b)
		if (err == nil) != exact.fits() || (err == nil && int64(sum) != exact.v.Int64()) {
			t.Fatalf("%d + %d = %d, %v", a, b, sum, err)
		}
		if err != nil && !errors.Is(err, housing.ErrOverflow) {
			t.Fatal(err)
		}
		if a == math.MinInt64 {
			return
		}
		if back, err := housing.ParseMoney(a.String()); err != nil || back != a {
			t.Fatalf("%s reads back as %s: %v", a, back, err)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a := housing.Money(rapid.Int64().Draw(t, "a"))
		b := housing.Money(rapid.Int64().Draw(t, "b"))
		if rest, err := a.Sub(b); err == nil {
			if back, err := rest.Add(b); err != nil || back != a {
				t.Fatalf("%d − %d + %d = %d, %v", a, b, b, back, err)
			}
		}
	})
}

func TestSumMoney(t *testing.T) {
	t.Parallel()
	if _, err := housing.SumMoney(math.MaxInt64, 1); !errors.Is(err, housing.ErrOverflow) {
		t.Errorf("sum: %v", err)
	}
	if sum, err := housing.SumMoney(1, 2, -5); err != nil || sum != -2 {
		t.Errorf("sum: %d, %v", sum, err)
	}
}
