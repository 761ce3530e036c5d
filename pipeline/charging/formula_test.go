package charging_test

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// formula evaluates what a trace prints: "P = n × N × d / D × T" over its operands, with math/big.
type formula struct {
	tokens []string
	values map[string]*big.Rat
}

var errFormula = errors.New("formula cannot be evaluated")

func evaluate(tr *housing.Trace) (*big.Rat, error) {
	text, _, _ := strings.Cut(tr.Formula, ",")
	text, found := strings.CutPrefix(text, "P = ")
	if !found {
		return nil, fmt.Errorf("%q: %w", tr.Formula, errFormula)
	}
	for _, sign := range []string{"(", ")", "×", "/", "+", "−"} {
		text = strings.ReplaceAll(text, sign, " "+sign+" ")
	}
	f := &formula{tokens: strings.Fields(text), values: map[string]*big.Rat{}}
	for _, o := range tr.Operands {
		v, ok := new(big.Rat).SetString(strings.TrimSuffix(o.Value, "…"))
		if !ok {
			return nil, fmt.Errorf("operand %+v: %w", o, errFormula)
		}
		f.values[o.Symbol] = v
	}
	value, err := f.sum()
	if err == nil && len(f.tokens) > 0 {
		err = fmt.Errorf("%v is left: %w", f.tokens, errFormula)
	}
	return value, err
}

func (f *formula) next(wanted ...string) string {
	for _, w := range wanted {
		if len(f.tokens) > 0 && f.tokens[0] == w {
			f.tokens = f.tokens[1:]
			return w
		}
	}
	return ""
}

func (f *formula) sum() (*big.Rat, error) {
	total, err := f.product()
	for err == nil {
		sign := f.next("+", "−")
		if sign == "" {
			return total, nil
		}
		var v *big.Rat
		if v, err = f.product(); err == nil {
			if sign == "−" {
				v = new(big.Rat).Neg(v)
			}
			total = new(big.Rat).Add(total, v)
		}
	}
	return nil, err
}

func (f *formula) product() (*big.Rat, error) {
	total, err := f.factor()
	for err == nil {
		sign := f.next("×", "/")
		if sign == "" {
			return total, nil
		}
		var v *big.Rat
		if v, err = f.factor(); err != nil {
			break
		}
		if sign == "/" {
			if v.Sign() == 0 {
				return nil, fmt.Errorf("division by zero: %w", errFormula)
			}
			v = new(big.Rat).Inv(v)
		}
		total = new(big.Rat).Mul(total, v)
	}
	return nil, err
}

func (f *formula) factor() (*big.Rat, error) {
	switch {
	case f.next("−") != "":
		v, err := f.factor()
		if err != nil {
			return nil, err
		}
		return new(big.Rat).Neg(v), nil
	case f.next("(") != "":
		v, err := f.sum()
		if err == nil && f.next(")") == "" {
			err = fmt.Errorf("no closing bracket: %w", errFormula)
		}
		return v, err
	case len(f.tokens) == 0:
		return nil, fmt.Errorf("ends too early: %w", errFormula)
	}
	name := f.tokens[0]
	f.tokens = f.tokens[1:]
	if v, known := f.values[name]; known {
		return v, nil
	}
	if v, ok := new(big.Rat).SetString(name); ok {
		return v, nil
	}
	return nil, fmt.Errorf("no operand %q: %w", name, errFormula)
}
