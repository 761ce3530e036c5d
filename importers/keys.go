package importers

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
)

const accountForm = "номер от 1 до 20 знаков без пробелов, в Excel — ячейка с форматом «Текстовый»"

// ReadAccountNumber takes the number of a personal account exactly as it stands: leading zeros kept,
// nothing mended. What Excel has spoiled is told apart from what merely looks odd.
func ReadAccountNumber(c Cell) (string, error) {
	s := c.Text
	switch c.Kind {
	case CellFailed:
		return "", failed()
	case CellDate, CellDateTime:
		return "", Wrong("bad_account", "дата вместо номера лицевого счёта", accountForm)
	case CellNumber:
		return numericAccount(s)
	case CellText, CellBool:
	}
	if err := plainKey(s, 20, accountForm); err != nil {
		return "", err
	}
	if beforeZeros(s) != "" {
		return "", fraction(s)
	}
	if why := mixedScripts(s); why != "" {
		return "", Wrong("mixed_letters", why+probably(s), "номер, в котором все буквы одного алфавита")
	}
	if letter, alone := loneLetters(s); alone && letter != "" {
		return s, Doubtful("letter_for_digit", "буква «"+letter+"» среди цифр"+probably(s), "")
	}
	return s, nil
}

func numericAccount(s string) (string, error) {
	const exact = 15
	if beforeZeros(s) != "" {
		return "", fraction(s)
	}
	if strings.ContainsAny(s, ".,-") {
		return "", Wrong("bad_account", "дробное или отрицательное число вместо номера", accountForm)
	}
	if len(s) >= exact {
		return "", Wrong("lost_digits",
			"номер записан числом: Excel хранит только 15 цифр, последние могли потеряться", accountForm)
	}
	return s, Doubtful("numeric_account",
		"номер записан числом: если он начинался с нулей, Excel их убрал", accountForm)
}

func fraction(s string) *CellError {
	return Wrong("bad_account", "номер записан дробным числом: программа добавила к нему «"+s[len(beforeZeros(s)):]+
		"», а нули в начале могла убрать"+probably(s), accountForm)
}

// plainKey checks a key made of letters, digits and signs, without spaces.
func plainKey(s string, limit int, form string) *CellError {
	if isExponent(s) {
		return Wrong("exponent", lostExponent(s), form)
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= utf8.RuneSelf || c == 0x7f {
			return slowKey(s, limit, form)
		}
	}
	if len(s) > limit {
		return tooLong(s, limit, form)
	}
	return nil
}

func slowKey(s string, limit int, form string) *CellError {
	for i, r := range []rune(s) {
		switch {
		case unicode.IsSpace(r):
			return Wrong("space_in_key", fmt.Sprintf("пробел в номере (знак %d: «%s»)%s", i+1, shownSpaces(s), probably(s)), form)
		case !unicode.IsPrint(r):
			return Wrong("bad_character", fmt.Sprintf("невидимый знак в номере (знак %d, U+%04X)%s", i+1, r, probably(s)), form)
		}
	}
	if utf8.RuneCountInString(s) > limit {
		return tooLong(s, limit, form)
	}
	return nil
}

func tooLong(s string, limit int, form string) *CellError {
	return Wrong("too_long", fmt.Sprintf("%s при пределе %d", Count(utf8.RuneCountInString(s), "знак", "знака", "знаков"), limit), form)
}

// shownSpaces makes spaces visible, so that a person sees where they are.
func shownSpaces(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return '␣'
		}
		return r
	}, s)
}

// isExponent knows what Excel makes of a long number: 1,23E+14.
func isExponent(s string) bool {
	at := strings.IndexByte(s, '+')
	if at < 2 || at == len(s)-1 {
		return false
	}
	head := s[:at]
	for _, mark := range []string{"E", "e", "Е", "е"} {
		if digits, ok := strings.CutSuffix(head, mark); ok {
			return strings.Trim(digits, "0123456789.,") == "" && strings.Trim(s[at+1:], "0123456789") == ""
		}
	}
	return false
}

// ReadSerial takes the number of a meter.
func ReadSerial(c Cell) (string, error) {
	const form = "номер прибора, как на его корпусе, без пробелов"
	if c.Kind == CellFailed {
		return "", failed()
	}
	if c.Kind == CellDate || c.Kind == CellDateTime {
		return "", Wrong("bad_serial", "Excel превратил номер прибора в дату", form)
	}
	if c.Kind == CellNumber && len(c.Text) >= 15 {
		return "", Wrong("lost_digits", "номер записан числом: Excel хранит только 15 цифр, последние могли потеряться", form)
	}
	s := strings.TrimSpace(c.Text)
	if isExponent(s) {
		return "", Wrong("exponent", "Excel превратил номер в число с потерей цифр", form)
	}
	if utf8.RuneCountInString(s) > 50 {
		return "", tooLong(s, 50, form)
	}
	if why := mixedScripts(s); why != "" {
		return s, Doubtful("mixed_letters", why, "")
	}
	return s, nil
}

// ReadINN takes a taxpayer number of 10 or 12 digits and proves its check digits.
func ReadINN(c Cell) (string, error) {
	const form = "ИНН из 10 или 12 цифр"
	s := c.Text
	if c.Kind == CellFailed {
		return "", failed()
	}
	if strings.Trim(s, "0123456789") != "" || (len(s) != 10 && len(s) != 12) {
		return "", Wrong("bad_inn", "это не ИНН", form)
	}
	if !innHolds(s) {
		return "", Wrong("bad_inn", "контрольная цифра ИНН не сходится: в номере опечатка", form)
	}
	return s, nil
}

func innHolds(s string) bool {
	check := func(weights ...int) int {
		sum := 0
		for i, w := range weights {
			sum += w * int(s[i]-'0')
		}
		return sum % 11 % 10
	}
	if len(s) == 10 {
		return check(2, 4, 10, 3, 5, 9, 4, 6, 8) == int(s[9]-'0')
	}
	return check(7, 2, 4, 10, 3, 5, 9, 4, 6, 8) == int(s[10]-'0') &&
		check(3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) == int(s[11]-'0')
}

// ReadDocumentID takes the identifier of a payment document in ГИС ЖКХ: that of ЖКУ, a hyphen and four digits. The
// system makes it; nobody else does.
func ReadDocumentID(c Cell) (string, error) {
	const suffix = 5
	form := "идентификатор платёжного документа из 18 знаков, например 70АА000101-01-6101"
	runes := []rune(c.Text)
	if len(runes) <= suffix {
		return "", Wrong("bad_document_id", "номер записан не по форме", form)
	}
	at := len(runes) - suffix
	if tail := string(runes[at+1:]); runes[at] != '-' || strings.Trim(tail, "0123456789") != "" {
		return "", Wrong("bad_document_id", "номер записан не по форме", form)
	}
	if _, err := unified(Cell{Text: string(runes[:at]), Kind: c.Kind}, true); err != nil {
		return "", Wrong("bad_document_id", err.Error(), form)
	}
	return c.Text, nil
}

// ReadUnified takes the unified account number of ГИС ЖКХ: NNАANNNNNN, two Cyrillic letters.
func ReadUnified(c Cell) (string, error) {
	return unified(c, false)
}

// ReadServiceID takes the identifier of ЖКУ: a unified account number, a hyphen and two digits.
func ReadServiceID(c Cell) (string, error) {
	return unified(c, true)
}

func unified(c Cell, service bool) (string, error) {
	form := "ЕЛС из 10 знаков: две цифры, две русские буквы, шесть цифр, например 70АА000101"
	mask := "00АА000000"
	if service {
		form = "идентификатор ЖКУ из 13 знаков: ЕЛС, дефис и две цифры, например 70АА000101-01"
		mask += "-00"
	}
	if c.Kind == CellFailed {
		return "", failed()
	}
	runes := []rune(c.Text)
	if why := latinLetter(runes); why != "" {
		return "", Wrong("mixed_letters", why, form)
	}
	fits := len(runes) == len([]rune(mask))
	for i, m := range []rune(mask) {
		if !fits {
			break
		}
		switch r := runes[i]; m {
		case '0':
			fits = r >= '0' && r <= '9'
		case 'А':
			fits = r >= 'А' && r <= 'Я'
		default:
			fits = r == m
		}
	}
	if !fits {
		return "", Wrong("bad_unified", "номер записан не по форме", form)
	}
	return c.Text, nil
}

// ReadFIAS takes the GUID of a house in ГАР (ФИАС), in small letters.
func ReadFIAS(c Cell) (string, error) {
	s := strings.ToLower(strings.TrimSpace(c.Text))
	fits := len(s) == 36
	for i := 0; fits && i < len(s); i++ {
		switch i {
		case 8, 13, 18, 23:
			fits = s[i] == '-'
		default:
			fits = strings.IndexByte("0123456789abcdef", s[i]) >= 0
		}
	}
	if !fits {
		return "", Wrong("bad_fias", "это не код дома ФИАС (ГАР)",
			"36 знаков вида 00000000-0000-4000-8000-000000000001")
	}
	return s, nil
}

// ReadPhone takes a telephone number of Russia in any usual spelling, others with their "+", and
// returns E.164.
func ReadPhone(c Cell) (string, error) {
	const form = "номер вида +7 900 123-45-67"
	if c.Kind == CellFailed {
		return "", failed()
	}
	const most = 15
	plus := strings.HasPrefix(strings.TrimSpace(c.Text), "+")
	digits, usual := make([]byte, 0, most+1), true
	for i := range len(c.Text) {
		switch b := c.Text[i]; {
		case b >= '0' && b <= '9':
			if len(digits) <= most {
				digits = append(digits, b)
			}
		case b != ' ' && b != '-' && b != '(' && b != ')' && b != '+':
			usual = false
		}
	}
	if !usual && strings.Trim(c.Text, "0123456789+-() \u00a0.–") != "" {
		return "", Wrong("bad_phone", "в номере телефона лишние знаки (нужен один номер)", form)
	}
	switch {
	case len(digits) == 11 && (digits[0] == '7' || digits[0] == '8' && !plus):
		return "+7" + string(digits[1:]), nil
	case len(digits) == 10 && !plus:
		return "+7" + string(digits), nil
	case plus && len(digits) >= 11 && len(digits) <= most:
		return "+" + string(digits), nil
	}
	return "", Wrong("bad_phone", "в номере телефона не 11 цифр", form)
}

// ReadEmail takes one address, in small letters.
func ReadEmail(c Cell) (string, error) {
	s := strings.ToLower(strings.TrimSpace(c.Text))
	parsed, err := mail.ParseAddress(s)
	_, domain, _ := strings.Cut(s, "@")
	if err != nil || parsed.Address != s || !strings.Contains(strings.Trim(domain, "."), ".") {
		return "", Wrong("bad_email", "это не адрес электронной почты", "один адрес вида ivanov@example.ru")
	}
	return s, nil
}

// ReadShare takes a share of ownership: "1/2", or "1" for the whole.
func ReadShare(c Cell) (string, error) {
	const form = "доля вида 1/2 или 1"
	switch c.Kind {
	case CellDate, CellDateTime:
		return "", Wrong("bad_share", "Excel превратил долю в дату", form+", в Excel — ячейка с форматом «Текстовый»")
	case CellFailed:
		return "", failed()
	case CellText, CellNumber, CellBool:
	}
	if c.Text == "1" {
		return "1", nil
	}
	a, b, ok := strings.Cut(c.Text, "/")
	part, errPart := housing.ParseDecimal(a)
	whole, errWhole := housing.ParseDecimal(b)
	if !ok || errPart != nil || errWhole != nil || part.Scale()+whole.Scale() > 0 ||
		part.Sign() <= 0 || part.Cmp(whole) > 0 {
		return "", Wrong("bad_share", "это не доля", form)
	}
	return c.Text, nil
}
