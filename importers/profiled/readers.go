package profiled

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// readers read the cells of one column; the one of its type is set.
type readers struct {
	text    func(importers.Cell) (string, error)
	date    func(importers.Cell) (housing.Date, error)
	month   func(importers.Cell) (housing.Period, error)
	money   func(importers.Cell) (housing.Money, error)
	decimal func(importers.Cell) (housing.Decimal, error)
	count   func(importers.Cell) (int, error)
	service func(importers.Cell) (housing.Service, error)
	zone    func(importers.Cell) (housing.Zone, error)
}

// check reads a cell that fills no field.
func (r readers) check(c importers.Cell) error {
	var err error
	switch {
	case r.text != nil:
		_, err = r.text(c)
	case r.date != nil:
		_, err = r.date(c)
	case r.month != nil:
		_, err = r.month(c)
	case r.money != nil:
		_, err = r.money(c)
	case r.decimal != nil:
		_, err = r.decimal(c)
	case r.count != nil:
		_, err = r.count(c)
	case r.service != nil:
		_, err = r.service(c)
	case r.zone != nil:
		_, err = r.zone(c)
	}
	return err
}

// readersOf makes the reader of a column.
func readersOf(p *profiles.Profile, c profiles.Column) readers {
	switch c.Type {
	case profiles.DateType:
		return readers{date: dateReader(p, c)}
	case profiles.MonthType:
		return readers{month: monthReader(p, c)}
	case profiles.MoneyType:
		return readers{money: moneyReader(p, c)}
	case profiles.KopecksType:
		return readers{money: signed(readKopecks, c.Sign, signOf, sumFault(p, c))}
	case profiles.DecimalType:
		return readers{decimal: signed(marked(importers.ReadDecimal, p.Decimal, numberForm), c.Sign, housing.Decimal.Sign, numberFault)}
	case profiles.CountType:
		return readers{count: importers.CountUpTo(1 << 30)}
	case profiles.ServiceType:
		return readers{service: serviceReader(c)}
	case profiles.ZoneType:
		return readers{zone: zoneReader(c)}
	case profiles.TextType, profiles.DigitsType, profiles.CodeType, profiles.AccountType, profiles.TimeType,
		profiles.SerialType, profiles.INNType, profiles.UnifiedType, profiles.ServiceIDTyp, profiles.FIASType,
		profiles.PhoneType, profiles.EmailType, profiles.ShareType:
	}
	return readers{text: textReader(p, c)}
}

func textReader(p *profiles.Profile, c profiles.Column) func(importers.Cell) (string, error) {
	switch c.Type {
	case profiles.DigitsType:
		return digitsReader(c)
	case profiles.CodeType:
		return readCode
	case profiles.AccountType:
		if p.Subject == profiles.Payments {
			return readPayersAccount
		}
		return importers.ReadAccountNumber
	case profiles.TimeType:
		return readTime
	case profiles.SerialType:
		return importers.ReadSerial
	case profiles.INNType:
		return importers.ReadINN
	case profiles.UnifiedType:
		return importers.ReadUnified
	case profiles.ServiceIDTyp:
		return importers.ReadServiceID
	case profiles.FIASType:
		return importers.ReadFIAS
	case profiles.PhoneType:
		return importers.ReadPhone
	case profiles.EmailType:
		return importers.ReadEmail
	case profiles.ShareType:
		return importers.ReadShare
	case profiles.TextType, profiles.MoneyType, profiles.KopecksType, profiles.DecimalType, profiles.CountType,
		profiles.DateType, profiles.MonthType, profiles.ServiceType, profiles.ZoneType: // texts, and those with readers of their own
	}
	read := plainReader(c)
	if p.Subject == profiles.Residents {
		limit := c.Length.Max
		if limit == 0 {
			limit = textLimit
		}
		read = importers.TextUpTo(limit) // names and addresses are compared: odd letters are told
	}
	return read
}

const textLimit = 300

// plainReader takes a text as it stands.
func plainReader(c profiles.Column) func(importers.Cell) (string, error) {
	return func(cell importers.Cell) (string, error) {
		s := cell.Text
		if c.Length.Max > 0 && len(s) > c.Length.Max {
			if n := utf8.RuneCountInString(s); n > c.Length.Max {
				return "", importers.Wrong("too_long",
					fmt.Sprintf("%s при пределе %d", importers.Count(n, "знак", "знака", "знаков"), c.Length.Max), "")
			}
		}
		if len(c.OneOf) > 0 && !slices.Contains(c.OneOf, s) {
			return "", importers.Wrong("bad_value", "такое значение не принимается", anyOf(c.OneOf))
		}
		return s, nil
	}
}

func anyOf(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " или " + words[n-1]
	}
	return strings.Join(words, "")
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func digitsReader(c profiles.Column) func(importers.Cell) (string, error) {
	form := "только цифры"
	switch l := c.Length; {
	case l.Min > 0 && l.Min == l.Max:
		form = importers.Count(l.Min, "цифра", "цифры", "цифр")
	case l.Max > 0:
		form = fmt.Sprintf("от %d до %d цифр", max(l.Min, 1), l.Max)
	}
	return func(cell importers.Cell) (string, error) {
		s := cell.Text
		if !allDigits(s) || len(s) < c.Length.Min || c.Length.Max > 0 && len(s) > c.Length.Max {
			return "", importers.Wrong("bad_number", "номер записан не по форме", form)
		}
		return s, nil
	}
}

func readCode(c importers.Cell) (string, error) {
	if (len(c.Text) == 10 || len(c.Text) == 13) && allDigits(c.Text) {
		return c.Text, nil
	}
	text := "это не платёжный код"
	if _, err := importers.ReadAccountNumber(c); err != nil { // what merely looks odd in an account is wrong in a code
		text = err.Error()
	}
	return "", importers.Wrong("bad_code", text, "10 или 13 цифр")
}

// readPayersAccount takes an account number as the payer gave it: money is never refused for it.
func readPayersAccount(c importers.Cell) (string, error) {
	if _, err := importers.ReadAccountNumber(c); err != nil {
		return c.Text, importers.Doubtful("doubtful_account", err.Error(), "")
	}
	return c.Text, nil
}

func readTime(c importers.Cell) (string, error) {
	s := c.Text
	if len(s) == 8 && (s[2] == '-' || s[2] == ':') && s[5] == s[2] && allDigits(s[:2]) && allDigits(s[3:5]) && allDigits(s[6:]) &&
		s[:2] < "24" && s[3:5] < "60" && s[6:] < "60" {
		return s, nil
	}
	return "", importers.Wrong("bad_time", "это не время", "время вида ЧЧ-ММ-СС")
}

const (
	numberForm = "число"
	moneyForm  = "сумма в рублях"
)

// marked demands the decimal mark of the profile.
func marked[V any](read func(importers.Cell) (V, error), mark profiles.Mark, what string) func(importers.Cell) (V, error) {
	wrong, text, form := byte(0), "", ""
	switch mark {
	case profiles.Comma:
		wrong, text, form = '.', "точка вместо запятой", what+" с запятой, например 130,00"
	case profiles.Point:
		wrong, text, form = ',', "запятая вместо точки", what+" с точкой, например 130.00"
	case profiles.AnyMark:
		return read
	}
	return func(c importers.Cell) (V, error) {
		if c.Kind == importers.CellText && strings.IndexByte(c.Text, wrong) >= 0 {
			var none V
			return none, importers.Wrong("bad_number", text, form)
		}
		v, err := read(c)
		if cell, ok := errors.AsType[*importers.CellError](err); ok && mark == profiles.Point {
			pointed := *cell // the example has the mark of the profile
			pointed.Expected = strings.NewReplacer("1234,50", "1234.50", "54,30", "54.30").Replace(cell.Expected)
			return v, &pointed
		}
		return v, err
	}
}

// numberFault says what is wrong with the sign of a number.
func numberFault(sign profiles.Sign, _ int) *importers.CellError {
	if sign == profiles.Positive {
		return importers.Wrong("not_positive", "число должно быть больше нуля", "число больше нуля")
	}
	return importers.Wrong("negative", "число не может быть отрицательным", "число не меньше нуля")
}

// sumFault says what is wrong with the sign of an amount: that of a payment has reasons of its own.
func sumFault(p *profiles.Profile, c profiles.Column) func(profiles.Sign, int) *importers.CellError {
	payment := p.Subject == profiles.Payments && c.Field == "amount"
	return func(sign profiles.Sign, of int) *importers.CellError {
		switch {
		case payment && of == 0:
			return zeroAmount()
		case payment:
			return negativePayment()
		case sign == profiles.Positive:
			return importers.Wrong("not_positive", "сумма должна быть больше нуля", "сумма больше нуля")
		}
		return importers.Wrong("negative", "сумма не может быть отрицательной", "сумма не меньше нуля")
	}
}

// signed demands the sign of the column.
func signed[V any](read func(importers.Cell) (V, error), sign profiles.Sign, of func(V) int,
	fault func(profiles.Sign, int) *importers.CellError,
) func(importers.Cell) (V, error) {
	if sign == profiles.AnySign || sign == profiles.AnyNumber {
		return read
	}
	return func(c importers.Cell) (V, error) {
		v, err := read(c)
		var none V
		switch {
		case err != nil:
			return v, err
		case sign == profiles.Positive && of(v) <= 0, of(v) < 0:
			return none, fault(sign, of(v))
		}
		return v, nil
	}
}

func moneyReader(p *profiles.Profile, c profiles.Column) func(importers.Cell) (housing.Money, error) {
	slow := signed(marked(importers.ReadMoney, p.Decimal, moneyForm), c.Sign, signOf, sumFault(p, c))
	mark := byte('.')
	if p.Decimal == profiles.Comma {
		mark = ','
	}
	anyMark := p.Decimal == profiles.AnyMark
	return func(c importers.Cell) (housing.Money, error) {
		if m, ok := plainMoney(c.Text, mark, anyMark); ok && m > 0 && c.Kind == importers.CellText {
			return m, nil
		}
		return slow(c)
	}
}

// plainMoney reads what nearly every amount looks like: digits, the mark, two digits.
func plainMoney(s string, mark byte, anyMark bool) (housing.Money, bool) {
	n := len(s)
	if n < 4 || n > 15 || s[n-3] != mark && (!anyMark || s[n-3] != ',') {
		return 0, false
	}
	var m housing.Money
	for i := range n {
		if i == n-3 {
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		m = m*10 + housing.Money(s[i]-'0')
	}
	return m, true
}

func readKopecks(c importers.Cell) (housing.Money, error) {
	sign := housing.Money(1)
	if digits, below := strings.CutPrefix(c.Text, "-"); below && allDigits(digits) {
		sign, c.Text = -1, digits
	}
	n, err := importers.ReadCount(c, 1<<40)
	if err != nil {
		return 0, importers.Wrong("bad_money", "это не сумма в копейках", "целое число копеек, например 150000")
	}
	return sign * housing.Money(n), nil
}

func serviceReader(c profiles.Column) func(importers.Cell) (housing.Service, error) {
	if len(c.Map) == 0 {
		return importers.ReadService
	}
	return func(cell importers.Cell) (housing.Service, error) {
		code, known := c.Map[cell.Text]
		if known {
			return housing.Service(code), nil
		}
		return "", importers.Wrong("unknown_service", "такой услуги нет", "код услуги из договора")
	}
}

func zoneReader(c profiles.Column) func(importers.Cell) (housing.Zone, error) {
	if len(c.Map) == 0 {
		return importers.ReadZone
	}
	return func(cell importers.Cell) (housing.Zone, error) { return housing.Zone(c.Map[cell.Text]), nil }
}

func signOf(m housing.Money) int { return cmp.Compare(m, 0) }
