package sectioned

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// row is one line: its cells by their place after the type.
type row struct {
	importers.Positional
	source housing.Source
}

// cell reads a cell; a missing one is empty.
func cell[V any](r row, place int, read func(importers.Cell) (V, error)) V {
	var none V
	if place >= len(r.Record.Cells) {
		return none
	}
	return importers.At(r.Positional, place, read)
}

// needed reads a cell that must be filled.
func needed[V any](r row, place int, read func(importers.Cell) (V, error)) V {
	if place >= len(r.Record.Cells) || r.Record.Cells[place] == "" {
		var none V
		r.fail(place, importers.Wrong("empty", "ячейка не заполнена", ""))
		return none
	}
	return cell(r, place, read)
}

// fail blames a cell, which may be missing.
func (r row) fail(place int, err error) {
	if place < len(r.Record.Cells) && place < len(r.Names) {
		r.Fail(place, err)
		return
	}
	r.FailRow(err)
}

func (r row) text(place int) string { return cell(r, place, importers.TextUpTo(200)) }

// readNumber takes a number with a comma or a point; programs of the format write small ones with an
// exponent, 1.5E-01, which is read exactly.
func readNumber(c importers.Cell) (housing.Decimal, error) {
	text := strings.ReplaceAll(c.Text, ",", ".")
	at := strings.IndexAny(text, "Ee")
	if at < 0 {
		return importers.ReadDecimal(importers.Cell{Text: text})
	}
	mantissa, exponent := text[:at], text[at+1:]
	down := strings.HasPrefix(exponent, "-")
	steps := 0
	for _, r := range strings.TrimLeft(exponent, "+-") {
		if r < '0' || r > '9' || steps > 18 {
			return housing.Decimal{}, importers.Wrong("bad_number", "это не число: есть лишние знаки", "")
		}
		steps = steps*10 + int(r-'0')
	}
	shifted, ok := shift(mantissa, steps, down)
	if !ok {
		return housing.Decimal{}, importers.Wrong("bad_number", "это не число", "")
	}
	return importers.ReadDecimal(importers.Cell{Text: shifted})
}

// shift moves the point of a plain decimal by some steps, down to the left.
func shift(mantissa string, steps int, down bool) (string, bool) {
	sign := ""
	if strings.HasPrefix(mantissa, "-") {
		sign, mantissa = "-", mantissa[1:]
	}
	whole, part, _ := strings.Cut(mantissa, ".")
	if whole == "" || steps > 18 || strings.Trim(whole+part, "0123456789") != "" {
		return "", false
	}
	if down {
		whole = strings.Repeat("0", steps) + whole
		cut := len(whole) - steps
		part, whole = whole[cut:]+part, whole[:cut]
	} else {
		part += strings.Repeat("0", max(steps-len(part), 0))
		whole, part = whole+part[:steps], part[steps:]
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	part = strings.TrimRight(part, "0")
	if part == "" {
		return sign + whole, true
	}
	return sign + whole + "." + part, true
}

// readSum takes roubles; an exponent and more than two digits after the point are noise of programs only
// where they say nothing.
func readSum(c importers.Cell) (housing.Money, error) {
	d, err := readNumber(c)
	if err != nil {
		return 0, err
	}
	return importers.ReadMoney(importers.Cell{Text: d.Trim().String()})
}

func readPositive(c importers.Cell) (housing.Decimal, error) {
	d, err := readNumber(c)
	if err == nil && d.Sign() <= 0 {
		return d, importers.Wrong("not_positive", "число должно быть больше нуля", "")
	}
	return d, err
}

func readNotNegative(c importers.Cell) (housing.Decimal, error) {
	d, err := readNumber(c)
	if err == nil && d.Sign() < 0 {
		return d, importers.Wrong("negative", "число не может быть отрицательным", "")
	}
	return d, err
}

// readCount takes a whole number, which may be written 2.00.
func readCount(limit int) func(importers.Cell) (int, error) {
	return func(c importers.Cell) (int, error) { return importers.ReadCount(c, limit) }
}

func readMonth(c importers.Cell) (housing.Period, error) {
	d, err := importers.ReadDottedDate(c)
	if err != nil {
		return 0, err
	}
	return d.Period(), nil
}
