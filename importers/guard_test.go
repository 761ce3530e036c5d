package importers_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/importers"
)

func TestGuardSaysWhatWasMeant(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cell  importers.Cell
		code  string
		meant string // part of the reason
		taken bool
	}{
		{importers.Cell{Text: "0100001074"}, "", "", true},
		{importers.Cell{Text: "01 00001074"}, "space_in_key", "похоже на 0100001074", false},
		{importers.Cell{Text: "0100001074\u00a0"}, "space_in_key", "похоже на 0100001074", false},
		{importers.Cell{Text: "01000\u200b01074"}, "bad_character", "похоже на 0100001074", false},
		{importers.Cell{Text: "АВС-1O"}, "mixed_letters", "похоже на АВС-1О", false},
		{importers.Cell{Text: "О100001074"}, "letter_for_digit", "похоже на 0100001074", true},
		{importers.Cell{Text: "100001074.0"}, "bad_account", "«.0», а нули в начале могла убрать; похоже на 100001074", false},
		{importers.Cell{Text: "100001074,00", Kind: importers.CellNumber}, "bad_account", "похоже на 100001074", false},
		{importers.Cell{Text: "17.10"}, "", "", true},
		{importers.Cell{Text: "1,23E+14"}, "exponent", "было 15 знаков, остались первые 123", false},
		{importers.Cell{Text: "123456789012345000", Kind: importers.CellNumber}, "lost_digits", "15 цифр", false},
		{importers.Cell{Text: "100001074", Kind: importers.CellNumber}, "numeric_account", "начинался с нулей", true},
	} {
		number, err := importers.ReadAccountNumber(test.cell)
		cell, _ := err.(*importers.CellError) //nolint:errorlint // readers return their own error
		code, text := "", ""
		if cell != nil {
			code, text = cell.Code, cell.Text
		}
		if code != test.code || !strings.Contains(text, test.meant) || (number != "") != test.taken {
			t.Errorf("%q: %q, %s: %s; want %s with %q", test.cell.Text, number, code, text, test.code, test.meant)
		}
		if number != "" && number != test.cell.Text {
			t.Errorf("%q was mended to %q", test.cell.Text, number)
		}
	}
}

// What is put into a number by mistake is found and the number itself is named; it is never mended.
func TestGuardFindsWhatWasSpoiled(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[0-9]{3,17}`).Draw(t, "number")
		if taken, err := importers.ReadAccountNumber(importers.Cell{Text: number}); taken != number || err != nil {
			t.Fatalf("%q: %q, %v", number, taken, err)
		}
		odd := rapid.SampledFrom([]string{" ", "\u00a0", "\u202f", "\u2009", "\u200b", "\ufeff", "\t"}).Draw(t, "odd")
		at := rapid.IntRange(0, len(number)).Draw(t, "at")
		spoiled := number[:at] + odd + number[at:]
		taken, err := importers.ReadAccountNumber(importers.Cell{Text: spoiled})
		if taken != "" || err == nil || importers.MeantAccount(spoiled) != number {
			t.Fatalf("%q: taken as %q, %v, meant %q", spoiled, taken, err, importers.MeantAccount(spoiled))
		}
	})
}

func TestGuardFindsLookAlikes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[АВЕКМНРСТ]{3,5}[0-9]{2,8}`).Draw(t, "number")
		letters := []rune(number)
		alike := map[rune]rune{'А': 'A', 'В': 'B', 'Е': 'E', 'К': 'K', 'М': 'M', 'Н': 'H', 'Р': 'P', 'С': 'C', 'Т': 'T'}
		letters[0] = alike[letters[0]]
		spoiled := string(letters)
		taken, err := importers.ReadAccountNumber(importers.Cell{Text: spoiled})
		if taken != "" || err == nil || importers.MeantAccount(spoiled) != number {
			t.Fatalf("%q: taken as %q, %v, meant %q", spoiled, taken, err, importers.MeantAccount(spoiled))
		}
	})
}

// FuzzAccountNumber: whatever comes, a number is taken as it stands or not at all.
func FuzzAccountNumber(f *testing.F) {
	for _, seed := range []string{"0100001074", "1,23E+14", "О1", "01 2", "\xff", "АB1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		number, _ := importers.ReadAccountNumber(importers.Cell{Text: text})
		if number != "" && number != text {
			t.Errorf("%q was mended to %q", text, number)
		}
		if meant := importers.MeantAccount(text); strings.ContainsAny(meant, " \u00a0\t") {
			t.Errorf("%q: meant %q", text, meant)
		}
	})
}
