package importers

import (
	"strings"
	"unicode"

	"github.com/kvitok-gkh/kvitok/housing"
)

const (
	numberForm = "число без пробелов, например 54,30"
	moneyForm  = "сумма в рублях без пробелов, например 1234,50"
	countForm  = "целое число, например 3"
)

// ReadDecimal takes digits with a comma or a point. Grouping, exponents, signs other than a leading
// minus and units («54 м²») are refused, each with its own reason.
func ReadDecimal(c Cell) (housing.Decimal, error) { return readDecimal(c, numberForm) }

func readDecimal(c Cell, form string) (housing.Decimal, error) {
	switch c.Kind {
	case CellFailed:
		return housing.Decimal{}, failed()
	case CellDate, CellDateTime:
		return housing.Decimal{}, Wrong("bad_number", "дата вместо числа", form)
	case CellText, CellNumber, CellBool:
	}
	if d, ok := plainDecimal(c.Text); ok {
		return d, nil
	}
	text := c.Text
	if i := strings.IndexByte(text, ','); i >= 0 {
		text = text[:i] + "." + text[i+1:]
	}
	d, err := housing.ParseDecimal(text)
	if err != nil {
		return housing.Decimal{}, Wrong("bad_number", notNumber(c.Text), form)
	}
	return d, nil
}

// plainDecimal reads what nearly every number looks like: up to 15 digits, at most one comma or point among them.
func plainDecimal(s string) (housing.Decimal, bool) {
	const most = 15
	if len(s) == 0 || len(s) > most {
		return housing.Decimal{}, false
	}
	var units int64
	mark := -1
	for i := range len(s) {
		switch b := s[i]; {
		case b >= '0' && b <= '9':
			units = units*10 + int64(b-'0')
		case (b == ',' || b == '.') && mark < 0 && i > 0:
			mark = i
		default:
			return housing.Decimal{}, false
		}
	}
	scale := 0
	if mark >= 0 {
		if scale = len(s) - 1 - mark; scale == 0 {
			return housing.Decimal{}, false
		}
	}
	d, err := housing.NewDecimal(units, uint8(scale))
	return d, err == nil
}

func notNumber(s string) string {
	digits := strings.Count(s, "") - 1 - len([]rune(strings.Map(dropDigits, s)))
	switch {
	case digits == 0:
		return "это не число"
	case isExponent(s):
		return "число в экспоненциальной записи, цифры потеряны"
	case strings.ContainsFunc(s, unicode.IsLetter):
		return "в числе буквы (единицу измерения писать не нужно)"
	case strings.ContainsAny(s, " \u00a0\u202f'"):
		return "в числе пробел или другой разделитель разрядов"
	case strings.Count(s, ".")+strings.Count(s, ",") > 1:
		return "в числе несколько запятых или точек"
	case strings.HasSuffix(s, "%"):
		return "проценты вместо числа"
	case strings.Trim(s, "0123456789.,-") == "":
		return "число записано не по форме или в нём больше 18 цифр"
	}
	return "это не число: есть лишние знаки"
}

func dropDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return -1
	}
	return r
}

// ReadPositive takes a number above zero.
func ReadPositive(c Cell) (housing.Decimal, error) {
	d, err := ReadDecimal(c)
	if err == nil && d.Sign() <= 0 {
		return d, Wrong("not_positive", "число должно быть больше нуля", "")
	}
	return d, err
}

// ReadNotNegative takes a number from zero on.
func ReadNotNegative(c Cell) (housing.Decimal, error) {
	d, err := ReadDecimal(c)
	if err == nil && d.Sign() < 0 {
		return d, Wrong("negative", "число не может быть отрицательным", "")
	}
	return d, err
}

// ReadMoney takes roubles; a third digit after the comma is refused, never rounded away.
func ReadMoney(c Cell) (housing.Money, error) {
	d, err := readDecimal(c, moneyForm)
	if err != nil {
		return 0, err
	}
	switch d.Scale() {
	case 2:
		return housing.Money(d.Units()), nil
	case 0, 1:
		m, err := d.Ratio().Money()
		if err != nil {
			return 0, Wrong("bad_money", "сумма слишком велика", moneyForm)
		}
		return m, nil
	}
	if c.Kind == CellNumber && d.Trim().Scale() <= 2 {
		m, err := d.Ratio().Money()
		if err == nil {
			return m, nil
		}
	}
	return 0, Wrong("money_decimals", "в сумме больше двух знаков после запятой", moneyForm)
}

// ReadCount takes a whole number from 0 to limit.
func ReadCount(c Cell, limit int) (int, error) {
	d, err := readDecimal(c, countForm)
	if err != nil {
		return 0, err
	}
	d = d.Trim()
	switch {
	case d.Scale() > 0:
		return 0, Wrong("not_whole", "число должно быть целым", countForm)
	case d.Sign() < 0:
		return 0, Wrong("negative", "число не может быть отрицательным", "")
	case d.Units() > int64(limit):
		return 0, Wrong("too_large", "число слишком велико", "")
	}
	return int(d.Units()), nil
}
