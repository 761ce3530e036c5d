package importers_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// told shows what a reader made of a cell: the value, or the code of the reason, or both for a
// warning.
func told[V any](read func(importers.Cell) (V, error)) func(importers.Cell) string {
	return func(c importers.Cell) string {
		v, err := read(c)
		if err == nil {
			return fmt.Sprint(v)
		}
		cell, ok := errors.AsType[*importers.CellError](err)
		switch {
		case !ok:
			return "not a CellError: " + err.Error()
		case cell.Severity == housing.SeverityWarning:
			return fmt.Sprintf("%v ~%s", v, cell.Code)
		}
		return "!" + cell.Code
	}
}

type check struct {
	cell importers.Cell
	want string
}

type checks struct {
	read   func(importers.Cell) string
	checks []check
}

func text(s string) importers.Cell   { return importers.Cell{Text: s} }
func number(s string) importers.Cell { return importers.Cell{Text: s, Kind: importers.CellNumber} }
func date(s string) importers.Cell   { return importers.Cell{Text: s, Kind: importers.CellDate} }
func broken() importers.Cell         { return importers.Cell{Text: "#N/A", Kind: importers.CellFailed} }

func prove(t *testing.T, tables map[string]checks) {
	t.Helper()
	for name, table := range tables {
		for _, c := range table.checks {
			if got := table.read(c.cell); got != c.want {
				t.Errorf("%s %q (kind %d): %s, want %s", name, c.cell.Text, c.cell.Kind, got, c.want)
			}
		}
	}
}

//nolint:funlen // a table of cells
func TestReadersOfNumbersAndKeys(t *testing.T) {
	t.Parallel()
	prove(t, map[string]checks{
		"date": {told(importers.ReadDate), []check{
			{text("01.10.2026"), "2026-10-01"},
			{text("2026-10-01"), "2026-10-01"},
			{date("01.10.2026"), "2026-10-01"},
			{text("29.02.2028"), "2028-02-29"},
			{text("31.02.2026"), "!bad_date"},
			{text("29.02.2026"), "!bad_date"},
			{text("01.13.2026"), "!bad_date"},
			{text("2026-13-01"), "!bad_date"},
			{text("01.10.26"), "!bad_date"},
			{text("1.10.2026"), "!bad_date"},
			{text("01/10/2026"), "!bad_date"},
			{text("01 10 2026"), "!bad_date"},
			{text(" 01.10.2026"), "!bad_date"},
			{text("01.10.1026"), "!bad_date"},
			{text("45321.5"), "!bad_date"},
			{text("45321"), "!bad_date"},
			{number("45321"), "!bad_date"},
			{text("0１.10.2026"), "!bad_date"},
			{broken(), "!formula_error"},
		}},
		"decimal": {told(importers.ReadDecimal), []check{
			{text("65,77"), "65.77"},
			{text("65.77"), "65.77"},
			{text("-1"), "-1"},
			{text("0,0245"), "0.0245"},
			{text("1 065,77"), "!bad_number"},
			{text("1\u00a0065,77"), "!bad_number"},
			{text("1,065.77"), "!bad_number"},
			{text("1e5"), "!bad_number"},
			{text("1,2E+05"), "!bad_number"},
			{text("54 м²"), "!bad_number"},
			{text("5%"), "!bad_number"},
			{text(",5"), "!bad_number"},
			{text("5,"), "!bad_number"},
			{text("+5"), "!bad_number"},
			{text("12345678901234567890"), "!bad_number"},
			{date("01.10.2026"), "!bad_number"},
			{broken(), "!formula_error"},
		}},
		"money": {told(importers.ReadMoney), []check{
			{text("1500,00"), "1500.00"},
			{text("-12,5"), "-12.50"},
			{text("7"), "7.00"},
			{text("1,005"), "!money_decimals"},
			{number("1.500"), "1.50"},
			{text("9223372036854775807"), "!bad_money"},
			{text("1 500"), "!bad_number"},
		}},
		"account": {told(importers.ReadAccountNumber), []check{
			{text("0100000017"), "0100000017"},
			{text("А-17"), "А-17"},
			{text("A-17"), "A-17"},
			{text("12E3"), "12E3"},
			{text("1,23E+14"), "!exponent"},
			{text("1.23E+14"), "!exponent"},
			{text("1,23Е+14"), "!exponent"},
			{text("1E+14"), "!exponent"},
			{text("А-17B"), "!mixed_letters"},
			{text("ABC-Д"), "!mixed_letters"},
			{text(" 17"), "!space_in_key"},
			{text("17\u00a0"), "!space_in_key"},
			{text("1\u200b7"), "!bad_character"},
			{text("123456789012345678901"), "!too_long"},
			{number("17"), "17 ~numeric_account"},
			{number("123456789012345"), "!lost_digits"},
			{number("1.5"), "!bad_account"},
			{date("01.10.2026"), "!bad_account"},
		}},
		"INN": {told(importers.ReadINN), []check{
			{text("7707083893"), "7707083893"},
			{number("7707083893"), "7707083893"},
			{text("500100732259"), "500100732259"},
			{text("7707083894"), "!bad_inn"},
			{text("500100732258"), "!bad_inn"},
			{text("77"), "!bad_inn"},
			{text("770708389А"), "!bad_inn"},
		}},
		"unified account": {told(importers.ReadUnified), []check{
			{text("70АА000101"), "70АА000101"}, {text("70AА000101"), "!mixed_letters"}, {text("70аа000101"), "!bad_unified"}, {text("70АА00010"), "!bad_unified"},
		}},
		"service id": {told(importers.ReadServiceID), []check{{text("70АА000101-01"), "70АА000101-01"}, {text("70АА000101"), "!bad_unified"}}},
	})
}

//nolint:funlen // a table of cells
func TestReadersOfWords(t *testing.T) {
	t.Parallel()
	prove(t, map[string]checks{
		"phone": {told(importers.ReadPhone), []check{
			{text("8 (900) 123-45-67"), "+79001234567"},
			{text("+7 900 123 45 67"), "+79001234567"},
			{text("9001234567"), "+79001234567"},
			{number("79001234567"), "+79001234567"},
			{text("+375 29 123-45-67"), "+375291234567"},
			{text("123"), "!bad_phone"},
			{text("9001234567 доб. 5"), "!bad_phone"},
			{text("+8 900 123 45 6"), "!bad_phone"},
		}},
		"e-mail": {told(importers.ReadEmail), []check{
			{text(" Ivanov@Example.RU "), "ivanov@example.ru"},
			{text("a@b"), "!bad_email"},
			{text("a b@c.ru"), "!bad_email"},
			{text("Иван <a@b.ru>"), "!bad_email"},
			{text("a@b.ru, c@d.ru"), "!bad_email"},
		}},
		"share": {told(importers.ReadShare), []check{
			{text("1/2"), "1/2"}, {number("1"), "1"}, {text("3/2"), "!bad_share"}, {text("0/2"), "!bad_share"}, {text("50%"), "!bad_share"}, {date("01.02.2026"), "!bad_share"},
		}},
		"month": {told(importers.ReadPeriod), []check{
			{text("10.2026"), "2026-10"},
			{text("2026-10"), "2026-10"},
			{text("01.10.2026"), "2026-10"},
			{date("01.10.2026"), "2026-10"},
			{text("02.10.2026"), "!bad_period"},
			{text("13.2026"), "!bad_period"},
			{number("10.2026"), "!bad_period"},
			{text("октябрь"), "!bad_period"},
		}},
		"service": {told(importers.ReadService), []check{
			{text("Холодное водоснабжение"), "cold_water"},
			{text(" хвс "), "cold_water"},
			{text("ГВС"), "hot_water"},
			{text("Наем"), "rent"},
			{text("обращение с ТКО"), "solid_waste"},
			{text("капремонт"), "capital_repair"},
			{text("содержание"), "maintenance"},
			{text("электроэнергия"), "electricity"},
			{text("водоотведение"), "sewage"},
			{text("XBC"), "!unknown_service"},
			{text("радио"), "!unknown_service"},
		}},
		"text": {told(importers.TextUpTo(12)), []check{
			{text("  ул.\u00a0 Садовая "), "ул. Садовая"},
			{text("ИП Smith"), "ИП Smith"},
			{text("Иванoв"), "!mixed_letters"},
			{text("очень длинный"), "!too_long"},
			{text("a\ufffdb"), "!bad_character"},
		}},
		"serial": {told(importers.ReadSerial), []check{
			{text(" ХВ-000111 "), "ХВ-000111"},
			{text("ХB-1"), "ХB-1 ~mixed_letters"},
			{text("1,23E+14"), "!exponent"},
			{number("123456789012345"), "!lost_digits"},
			{number("17"), "17"},
			{date("01.10.2026"), "!bad_serial"},
		}},
		"count": {told(importers.CountUpTo(200)), []check{
			{text("2"), "2"}, {number("2.0"), "2"}, {text("1,5"), "!not_whole"}, {text("-1"), "!negative"}, {text("201"), "!too_large"}, {text("две"), "!bad_number"},
		}},
		"zone": {told(importers.ReadZone), []check{{text("День"), "day"}, {text("полупик"), "half_peak"}, {text("единая"), ""}, {text("утро"), "!bad_zone"}}},
		"yes":  {told(importers.ReadYesNo), []check{{text("Да"), "true"}, {text("нет"), "false"}, {text("может"), "!bad_yes_no"}}},
		"FIAS": {told(importers.ReadFIAS), []check{
			{text("00000000-0000-4000-8000-00000000000A"), "00000000-0000-4000-8000-00000000000a"}, {text("x"), "!bad_fias"},
		}},
	})
}

func TestReasonsOfDates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"31.02.2026":   "такой даты нет в календаре",
		"01/10/2026":   "дата записана через «/»",
		"01 10 2026":   "дата записана с пробелами",
		"01.10.26":     "год из двух цифр",
		"45321.5":      "число вместо даты (так выглядит дата, у которой в Excel снят формат даты)",
		"вчера":        "это не дата",
		"01.10.2026 ":  "лишний пробел в начале или в конце даты",
		"1.10.2026":    "дата записана не по форме",
		"01.10.2026г.": "дата записана не по форме",
	} {
		_, err := importers.ReadDate(importers.Cell{Text: text})
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzReaders(f *testing.F) {
	for _, s := range []string{"01.10.2026", "1,23E+14", "70АА000101-01", "+7 900", "a@b.ru", "1/2", "-1.5", "Иванoв", "10.2026"} {
		f.Add(s, uint8(0))
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		c := importers.Cell{Text: text, Kind: importers.CellKind(kind % 6)}
		for _, read := range []func(importers.Cell) string{
			told(importers.ReadDate), told(importers.ReadDecimal), told(importers.ReadMoney), told(importers.ReadPeriod),
			told(importers.ReadAccountNumber), told(importers.ReadINN), told(importers.ReadUnified), told(importers.ReadServiceID),
			told(importers.ReadPhone), told(importers.ReadEmail), told(importers.ReadShare), told(importers.ReadService),
			told(importers.TextUpTo(100)), told(importers.ReadSerial), told(importers.CountUpTo(9)), told(importers.ReadFIAS),
		} {
			if got := read(c); len(got) > 4 && got[:4] == "not " {
				t.Errorf("%q: %s", text, got)
			}
		}
	})
}
