package receipts

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

// Sheet writes a calculation sheet: what was charged, then each line with its formula, operands,
// exact value and rounding, and a line for the signature. Equal sheets give equal bytes; nothing is
// written where an error is returned.
func (p *Printer) Sheet(w io.Writer, s *housing.CalculationSheet) error {
	if s == nil || s.Period.IsZero() {
		return fmt.Errorf("calculation sheet: period is empty: %w", ErrNotDrawable)
	}
	return p.paper(w, paperHead{
		issuer: &s.Issuer, account: &s.Account, day: s.Period.Last(), title: "РАСЧЁТ ПЛАТЫ", when: "за " + s.Period.Russian(),
		under: "расчётный лист: формула, величины, документ и источник каждой величины, округление",
		what:  "Расчёт платы за " + s.Period.Russian(),
	}, func(l *layout) {
		l.sheetHead(s)
		l.sheetSummary(s)
		if len(s.Lines) > 0 {
			const firstBlock = 90
			l.title("Расчёт каждой строки", firstBlock)
			for i := range s.Lines {
				l.sheetLine(i+1, &s.Lines[i])
			}
		}
		l.sheetFindings(s)
	})
}

func (l *layout) sheetHead(s *housing.CalculationSheet) {
	run := ""
	if s.Run != "" {
		run = "№ " + s.Run
	}
	name := s.Issuer.Name
	if name == "" {
		name = s.Issuer.Title()
	}
	l.columns([]pair{
		{label: "Лицевой счёт:", value: s.Account.Number},
		{label: "Единый лицевой счёт (ЕЛС):", value: s.Account.Unified},
		{label: "Адрес помещения:", value: s.Address()},
		{label: "Начислено всего:", value: minus(s.Total.Russian()) + rouble},
	}, []pair{
		{label: "Исполнитель:", value: name},
		{label: "ИНН/КПП:", value: join("/", s.Issuer.INN, s.Issuer.KPP)},
		{label: "Прогон расчёта:", value: join(", ", run, prefixed("программа ", s.Engine))},
	})
	if s.Snapshot != "" {
		l.y++
		l.text(l.c.fonts.regular, sizeNote, "Снимок данных дома, по которому выполнен расчёт (SHA-256): "+s.Snapshot)
	}
}

func (l *layout) sheetSummary(s *housing.CalculationSheet) {
	t := &table{size: sizeSheet, columns: []column{
		{"№", 20, toCentre},
		{"Услуга", 165, toLeft},
		{"Дни", 62, toCentre},
		{"Способ", 58, toCentre},
		{"Объём", 88, toRight},
		{"Тариф, ₽", 52, toRight},
		{"Коэф.", 30, toRight},
		{"Начислено, ₽", 63.5, toRight},
	}}
	for i := range s.Lines {
		ch := &s.Lines[i].Charge
		coefficient, volume, price := none, none, none // a correction may have no price of its own
		if !ch.Coefficient.IsZero() {
			coefficient = ch.Coefficient.Russian()
		}
		if !ch.Price.IsZero() || ch.Kind == housing.BaseCharge {
			price = ch.Price.Russian()
		}
		if !ch.Volume.IsZero() {
			volume = ch.Volume.Russian() + " " + ch.Unit()
		}
		t.rows = append(t.rows, row{cells: []string{
			strconv.Itoa(i + 1), s.Lines[i].Title, sheetDays(ch.Segment), ch.Method.Russian(), volume,
			price, coefficient, minus(ch.Amount.Russian()),
		}})
	}
	t.rows = append(t.rows, row{bold: true, cells: []string{"", "Итого начислено", "", "", "", "", "", minus(s.Total.Russian())}})
	l.title("Что начислено", 50)
	t.draw(l)
}

// sheetDays returns "01.10–31.10".
func sheetDays(i housing.Interval) string {
	if i.From.IsZero() || i.To.IsZero() {
		return none
	}
	const dayMonth = len("01.10")
	return i.From.Russian()[:dayMonth] + "–" + i.To.AddDays(-1).Russian()[:dayMonth]
}

// sheetLine draws one charge so that it can be checked by hand.
func (l *layout) sheetLine(number int, line *housing.SheetLine) {
	ch := &line.Charge
	t := operandTable(line.Operands)
	above := []pair{
		{label: "Период:", value: "с " + ch.Segment.From.Russian() + " по " + ch.Segment.To.AddDays(-1).Russian() + ", способ: " + ch.Method.Russian() +
			", правило " + ch.Rule},
		{label: "Основание:", value: line.Clause},
		{label: "Формула:", value: line.Formula},
	}
	below := []pair{
		{label: "Точное значение:", value: decimalComma(line.Exact) + rouble},
		{label: "Округление:", value: line.Rounding},
		{label: "Результат:", value: minus(ch.Amount.Russian()) + rouble},
	}
	const bar, pad = 14, 3
	start := bar + 2*pad + l.pairsHeight(inner, sizeText, above)
	whole := start + t.height(l) + 2*pad + l.pairsHeight(inner, sizeText, below)
	const half = (bottom - top) / 2
	if whole > half && len(t.rows) > 0 { // only a long line is broken between two pages
		whole = start + t.header(l).height + t.set(l)[0].height
	}
	l.y += 5
	l.room(whole)
	f := l.c.fonts
	l.c.shade(left, l.y, inner, bar, headShade)
	amount := minus(ch.Amount.Russian()) + rouble
	l.c.begin(pdf.Text)
	l.c.textRight(right-cellPad, l.y+bar-4, f.bold, sizeTitle, amount)
	title := strconv.Itoa(number) + ". " + line.Title
	l.c.text(left+cellPad, l.y+bar-4, f.bold, f.bold.fit(title, sizeTitle, leastSize, inner-f.bold.width(amount, sizeTitle)-4*cellPad), title)
	l.c.end()
	l.y = l.pairs(left, l.y+bar+pad, inner, sizeText, above) + pad
	if len(t.rows) > 0 {
		t.draw(l)
	}
	height := l.pairsHeight(inner, sizeText, below) + pad
	l.room(height)
	l.y = l.pairs(left, l.y+pad, inner, sizeText, below)
}

// anything is how many lines of a cell are printed: acts are printed whole, an inspector looks them up.
const anything = 60

func operandTable(operands []housing.Operand) *table {
	t := &table{size: sizeSheet, most: anything, atTop: true, columns: []column{
		{"Обозначение", 58, toLeft},
		{"Что означает", 132, toLeft},
		{"Значение", 66, toRight},
		{"Единица", 62, toLeft},
		{"Основание", 120, toLeft},
		{"Источник", 100.5, toLeft},
	}}
	for i := range operands {
		o := &operands[i]
		source := none
		if o.Source != (housing.Source{}) {
			source = o.Source.Russian()
		}
		t.rows = append(t.rows, row{cells: []string{
			o.Symbol, o.Meaning, decimalComma(o.Value), dash(o.Unit), dash(o.Basis), source,
		}})
	}
	return t
}

// sheetFindings tells what the calculation noticed, and why nothing is charged where nothing is.
func (l *layout) sheetFindings(s *housing.CalculationSheet) {
	if len(s.Findings) == 0 {
		return
	}
	t := &table{size: sizeSheet, most: anything, atTop: true, columns: []column{
		{"Услуга", 150, toLeft},
		{"Замечание", 318.5, toLeft},
		{"Начисление", 70, toCentre},
	}}
	for i := range s.Findings {
		f := &s.Findings[i]
		result := "начислено"
		if f.Held {
			result = "удержано"
		}
		t.rows = append(t.rows, row{cells: []string{dash(f.Service.Russian()), f.Text, result}})
	}
	l.title("Замечания расчёта", 40)
	t.draw(l)
}

func dash(s string) string {
	if s == "" {
		return none
	}
	return s
}

// decimalComma writes a number of a trace in Russian; texts stay as they are.
func decimalComma(s string) string {
	if strings.Trim(s, "-0123456789.…") != "" {
		return s
	}
	return minus(strings.Replace(s, ".", ",", 1))
}
