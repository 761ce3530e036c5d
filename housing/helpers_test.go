package housing_test

import (
	"math/big"

	"github.com/kvitok-gkh/kvitok/housing"
)

// bigInt is an independent sum of amounts.
type bigInt struct{ v big.Int }

func (b *bigInt) add(x, y housing.Money) *bigInt {
	b.v.Add(big.NewInt(int64(x)), big.NewInt(int64(y)))
	return b
}

func (b *bigInt) fits() bool { return b.v.IsInt64() }
