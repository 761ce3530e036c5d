package workbook

import (
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// The number formats of workbooks. Excel shows "," of a format as the reader's own separator of
// thousands, a no-break space in Russian, and "." as his decimal comma.
const (
	TextFormat     = "@"
	MoneyFormat    = "#,##0.00"
	QuantityFormat = "#,##0.000####"
	PriceFormat    = "#,##0.00####"
	CountFormat    = "#,##0"
)

// Money returns the amount as a number of Excel. The nearest binary number prints back as the same
// decimal up to 15 digits, which is all that Excel keeps: ten trillion roubles.
func Money(m housing.Money) float64 { return float64(m) / 100 }

// Number returns the decimal as the nearest number of Excel.
func Number(d housing.Decimal) float64 {
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil { // a decimal always parses
		return 0
	}
	return f
}
