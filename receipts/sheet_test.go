package receipts

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

// calculation is a sheet with a metered line, a line of part of the month by norm with its excess, a
// correction downwards and a finding.
func calculation(tb testing.TB) *housing.CalculationSheet {
	tb.Helper()
	doc := document(tb)
	act := "Постановление ГУ РЭК Примерской области от 18.12.2025 № 412"
	file := func(name string, row int64) housing.Source {
		return housing.Source{Kind: housing.SourceFile, Name: name, Position: row}
	}
	charge := func(s housing.Service, m housing.Method, volume, price string, amount housing.Money) housing.Charge {
		return housing.Charge{
			Account: doc.Account.Number, Service: s, Kind: housing.BaseCharge, Segment: doc.Period.Interval(), Rule: "R2.1.1",
			Method: m, Volume: decimal(tb, volume), Price: decimal(tb, price), Amount: amount,
		}
	}
	water := housing.Trace{
		Charge: charge(housing.ColdWater, housing.ByMeter, "3.345", "48.12", 160_96), Formula: "P = V × T",
		Clause: "Правила 354, п. 42, приложение № 2, формула 1", Exact: "160.9614", Rounding: "один раз, до копейки, половина копейки — вверх",
		Operands: []housing.Operand{
			{
				Symbol: "П₁", Meaning: "предыдущее показание", Value: "109.000", Unit: "м³", Basis: "ИПУ № A-17 на 24.09.2026",
				Source: housing.Source{Kind: housing.SourceStream, Name: "readings", Position: 100},
			},
			{
				Symbol: "П₂", Meaning: "текущее показание", Value: "112.345", Unit: "м³", Basis: "ИПУ № A-17 на 24.10.2026",
				Source: housing.Source{Kind: housing.SourceStream, Name: "readings", Position: 731},
			},
			{Symbol: "V", Meaning: "объём за месяц", Value: "3.345", Unit: "м³"},
			{Symbol: "T", Meaning: "тариф", Value: "48.12", Unit: "₽/м³", Basis: act, Source: file("tariffs_2026.xlsx", 5)},
		},
	}
	hot := water
	hot.Charge = charge(housing.HotWater, housing.ByNorm, "0", "341.88", 264_96)
	hot.Charge.Kind, hot.Charge.Coefficient, hot.Charge.Rule = housing.Uplift, decimal(tb, "1.5"), "R2.2.2"
	hot.Charge.Segment.To = doc.Period.First().AddDays(15)
	hot.Formula, hot.Exact = "P = n × N × (K − 1) × d / D × T", "264.956999999999…"
	hot.Operands = []housing.Operand{
		{Symbol: "n", Meaning: "собственники (никто не зарегистрирован)", Value: "1", Unit: "чел.", Basis: "Правила 354, п. 56(2)"},
		{Symbol: "N", Meaning: "норматив потребления", Value: "3.19", Unit: "м³/чел. в мес.", Basis: act, Source: file("tariffs_2026.xlsx", 24)},
		{Symbol: "d", Meaning: "дней в отрезке", Value: "15", Unit: "дн.", Basis: "с 01.10.2026 по 15.10.2026"},
		{Symbol: "K", Meaning: "повышающий коэффициент", Value: "1.5", Basis: strings.Repeat("Правила 354, п. 42, с 01.01.2017; ", 14)},
	}
	less := water
	less.Charge = charge(housing.Heating, housing.ByHouseMeter, "0", "4123.42", -6_00)
	less.Formula, less.Exact, less.Operands = "P = −Pм × r / 100, r = Σ h × Δ × p, Vср ≤ S₀", "-6", nil
	return &housing.CalculationSheet{
		Issuer: doc.Issuer, House: doc.House.Address, Account: doc.Account, Period: doc.Period, Run: "17", Engine: "0.1.0",
		Snapshot: strings.Repeat("0af1", 16), Total: 419_92,
		Lines: []housing.SheetLine{
			{Title: "Холодное водоснабжение", Trace: water},
			{Title: "Горячее водоснабжение, превышение из-за повышающего коэффициента", Trace: hot},
			{Title: "Отопление, перерасчёт", Trace: less},
		},
		Findings: []housing.Finding{{Service: housing.HotWater, Code: "no_reading", Text: "нет показаний за октябрь 2026"}},
	}
}

func sheet(tb testing.TB, config Config, s *housing.CalculationSheet) []byte {
	tb.Helper()
	var file bytes.Buffer
	if err := printer(tb, config).Sheet(&file, s); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

func TestSheetText(t *testing.T) {
	t.Parallel()
	held := calculation(t)
	held.Lines, held.Total, held.Account.Unified = nil, 0, ""
	held.Findings = []housing.Finding{{Text: "нет сведений о площади и проживающих на 01.10.2026", Held: true}}
	many := calculation(t)
	for range 4 {
		many.Lines = append(many.Lines, many.Lines...)
	}
	for name, test := range map[string]struct {
		sheet *housing.CalculationSheet
		pages int
	}{
		"sheet": {calculation(t), 1}, "sheet_held": {held, 1}, "sheet_many": {many, 12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pdf := sheet(t, Config{OnMissingGlyph: func(_ string, r rune) { t.Errorf("the font lacks %q", r) }}, test.sheet)
			got := squeeze(text(t, pdf))
			if pages := strings.Count(got, "\f"); pages != test.pages {
				t.Errorf("%d pages, want %d", pages, test.pages)
			}
			if !strings.Contains(got, "Расчёт выполнил") {
				t.Error("no line for the signature")
			}
			if test.pages > 2 {
				return // a golden text of many equal lines says nothing more
			}
			golden(t, name, got)
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // one of our golden files
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func TestSheetIsDeterministic(t *testing.T) {
	t.Parallel()
	first, second := sheet(t, Config{}, calculation(t)), sheet(t, Config{}, calculation(t))
	if !bytes.Equal(first, second) {
		t.Error("equal sheets gave different bytes")
	}
	if out := run(t, "pdfinfo", save(t, first)); !strings.Contains(out, "A4") {
		t.Errorf("not on A4:\n%s", out)
	}
}

// An act is printed whole, however long: an inspector looks it up.
func TestSheetKeepsDocumentsWhole(t *testing.T) {
	t.Parallel()
	s := calculation(t)
	got := strings.Join(strings.Fields(text(t, sheet(t, Config{}, s))), " ")
	if n := strings.Count(got, "01.01.2017;"); n != 14 {
		t.Errorf("%d of 14 parts of the basis are printed", n)
	}
}

func TestSheetRefuses(t *testing.T) {
	t.Parallel()
	p := printer(t, Config{})
	noPeriod, noAccount := calculation(t), calculation(t)
	noPeriod.Period, noAccount.Account.Number = 0, ""
	for _, s := range []*housing.CalculationSheet{nil, noPeriod, noAccount} {
		var file bytes.Buffer
		if err := p.Sheet(&file, s); !errors.Is(err, ErrNotDrawable) || file.Len() > 0 {
			t.Errorf("error %v, %d bytes", err, file.Len())
		}
	}
	if err := p.Sheet(failingWriter{}, calculation(t)); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a failing writer: %v", err)
	}
}

// Whatever stands in a trace, a file comes out; nothing panics and no page runs over.
func TestAnySheetIsDrawn(t *testing.T) {
	t.Parallel()
	p := printer(t, Config{OnMissingGlyph: func(string, rune) {}})
	rapid.Check(t, func(r *rapid.T) {
		s := calculation(t)
		draw := func(name string) string {
			return rapid.OneOf(rapid.String(), rapid.StringN(200, 500, -1)).Draw(r, name)
		}
		s.House, s.Lines[0].Title, s.Lines[0].Formula, s.Lines[0].Clause = draw("house"), draw("title"), draw("formula"), draw("clause")
		for i := range s.Lines[0].Operands {
			o := &s.Lines[0].Operands[i]
			o.Symbol, o.Meaning, o.Value, o.Unit, o.Basis = draw("symbol"), draw("meaning"), draw("value"), draw("unit"), draw("basis")
			o.Source.Name = draw("source")
		}
		s.Findings[0].Text = draw("finding")
		var file bytes.Buffer
		if err := p.Sheet(&file, s); err != nil {
			r.Fatal(err)
		}
	})
}
