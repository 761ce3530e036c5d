package receipts

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func fonts(tb testing.TB) *fontSet {
	tb.Helper()
	f, err := newFontSet()
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func TestFontsHaveWhatReceiptsNeed(t *testing.T) {
	t.Parallel()
	f := fonts(t)
	for _, r := range "АЯаяЁё09AZaz₽№«»„“–—−²³·…%§□ \u00a0ҒғӘәҢң" {
		if !f.regular.Has(r) || !f.bold.Has(r) {
			t.Errorf("no glyph for %q", r)
		}
	}
	if f.regular.Has('李') {
		t.Error("the font claims a glyph that it cannot have")
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	f := fonts(t).regular
	visible := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == ' ' || r == '\n' {
				return -1
			}
			return r
		}, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("абвЖЖЖ \n李-W\u00a0"))).Draw(t, "text")
		width := rapid.Float64Range(20, 200).Draw(t, "width")
		lines := f.wrap(text, sizeText, width)
		for _, line := range lines {
			if f.width(line, sizeText) > width+1e-9 {
				t.Fatalf("line %q is wider than %v", line, width)
			}
		}
		if got := visible(strings.Join(lines, "")); got != visible(text) {
			t.Fatalf("%q became %q", text, lines)
		}
	})
}

func TestCutAndFit(t *testing.T) {
	t.Parallel()
	f := fonts(t).bold
	const name = "Муниципальное унитарное предприятие"
	cut := f.cut(name, 10, 100)
	if f.width(cut, 10) > 100 || !strings.HasSuffix(cut, "…") || !strings.HasPrefix(name, strings.TrimSuffix(cut, "…")) {
		t.Errorf("cut to %q of width %v", cut, f.width(cut, 10))
	}
	if f.cut("три", 10, 100) != "три" {
		t.Error("what fits is cut")
	}
	if size := f.fit(name, 10, 4, 120); f.width(name, size) > 120+1e-9 || size < 4 {
		t.Errorf("fits at %v", size)
	}
	if f.fit("три", 10, 4, 120) != 10 {
		t.Error("what fits is shrunk")
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   string
		n    int
		want string
	}{
		{"ООО  «Три\n\x00кита\xff»", 40, "ООО «Три кита»"},
		{"ООО «Три кита»", 9, "ООО «Три"},
		{"ООО «Три кита»", 5, "ООО"},
	} {
		if got := shorten(test.in, test.n); got != test.want || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("%q to %d: %q, want %q", test.in, test.n, got, test.want)
		}
	}
}
