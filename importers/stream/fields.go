package stream

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
)

// checkText refuses what a database column or a protocol line could not hold.
func checkText(field, value string, needed bool) error {
	if needed && strings.TrimSpace(value) == "" {
		return missing(field)
	}
	if utf8.RuneCountInString(value) > maxTextRunes {
		return &RejectError{Code: CodeBadText, Field: field, Reason: fmt.Sprintf("Поле «%s» длиннее %d знаков.", field, maxTextRunes)}
	}
	if strings.IndexFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
		return &RejectError{Code: CodeBadText, Field: field, Reason: fmt.Sprintf("Поле «%s» содержит непечатаемые знаки.", field)}
	}
	return nil
}

func instant(field, text string) (time.Time, error) {
	if strings.TrimSpace(text) == "" {
		return time.Time{}, missing(field)
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.UTC().Year() < minYear || t.UTC().Year() > maxYear {
		return time.Time{}, &RejectError{
			Code: CodeBadTime, Field: field,
			Reason: fmt.Sprintf("Поле «%s»: «%s» не время, ожидается вид 2026-10-25T21:00:00+03:00.", field, shorten(text)),
		}
	}
	return t.UTC(), nil
}

// parseChannel takes 1 to 99 as a number or a text, and T1 to T9.
func parseChannel(field string, raw json.RawMessage) (string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", missing(field)
	}
	text := string(raw)
	if raw[0] == '"' {
		if err := json.Unmarshal(raw, &text); err != nil {
			return "", jsonError(err)
		}
	}
	if len(text) == 2 && text[0] == 'T' && text[1] >= '1' && text[1] <= '9' {
		return text, nil
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= 99 {
		return strconv.Itoa(n), nil
	}
	return "", &RejectError{
		Code: CodeBadChannel, Field: field,
		Reason: fmt.Sprintf("Канал «%s» непонятен, ожидается число от 1 до 99 или зона от T1 до T9.", shorten(text)),
	}
}

// parseValue takes what the dial of a meter can show: digits, a point, digits.
func parseValue(field, text string) (housing.Decimal, error) {
	if text == "" {
		return housing.Decimal{}, missing(field)
	}
	whole, fraction, point := strings.Cut(text, ".")
	ok := len(text) <= maxValueText && digits(whole, maxWholeDigits) && (!point || digits(fraction, maxFractionDigits))
	value, err := housing.Decimal{}, error(nil)
	if ok {
		value, err = housing.ParseDecimal(text)
	}
	if !ok || err != nil {
		return housing.Decimal{}, &RejectError{
			Code: CodeBadValue, Field: field,
			Reason: fmt.Sprintf("Показание «%s» не число, ожидается до %d цифр, точка и до %d цифр, например 123.456.", shorten(text), maxWholeDigits, maxFractionDigits),
		}
	}
	return value, nil
}

func digits(s string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == ""
}

// shorten keeps a refused text printable in a reason.
func shorten(s string) string {
	const most = 40
	clean := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, s)
	if utf8.RuneCountInString(clean) > most {
		return string([]rune(clean)[:most]) + "…"
	}
	return clean
}
