package reports

import (
	"cmp"
	"io"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// LateFacts is what facts that arrived late come to in closed months.
type LateFacts struct {
	Booked bool // false: a rehearsal
	Lines  []housing.CorrectionLine
	Beyond []housing.CorrectionLine // of months that are not corrected any more
	// Benefits are what the facts change of benefits, those paid to citizens among them.
	Benefits []housing.BenefitCorrection
	Failed   []LateFailure
	Periods  []housing.Period // the closed months compared
}

// LateFailure is a house or an account that could not be computed with the late facts.
type LateFailure struct {
	House, Account string
	Month          housing.Period
	Why            string
}

const lateTitle = "Перерасчёты закрытых месяцев"

// WriteLateFacts writes the corrections line by line, by month and cause, by service, what lies beyond the
// look-back limit, and what could not be computed.
func WriteLateFacts(w io.Writer, meta Meta, what LateFacts) (Control, error) {
	if !what.Booked {
		meta.Filters = append(meta.Filters, "репетиция: не проведено")
	}
	sections := []section{
		{lateLines("Перерасчёты"), func(t *table) error { return addLateLines(t, what.Lines) }},
		{lateSums("Итоги", "Причина"), func(t *table) error {
			return addLateSums(t, what.Lines, func(l *housing.CorrectionLine) string { return l.Cause.Russian() })
		}},
		{lateSums("По услугам", "Услуга"), func(t *table) error {
			return addLateSums(t, what.Lines, func(l *housing.CorrectionLine) string { return l.Service.Russian() })
		}},
		{lateBenefits(), func(t *table) error { return addLateBenefits(t, what.Benefits) }},
		{lateLines("За пределом срока"), func(t *table) error { return addLateLines(t, what.Beyond) }},
		{lateFailures(), func(t *table) error { return addLateFailures(t, what.Failed) }},
	}
	return writeSections(w, meta, lateTitle, sections, nil)
}

func lateLines(name string) table {
	return table{
		title: lateTitle, name: name, signed: true,
		columns: []column{
			textColumn("Лицевой счёт", 14), textColumn("Адрес", 29), textColumn("Помещение", 11), textColumn("За месяц", 14), textColumn("Услуга", 22),
			textColumn("Причина", 34), quantityColumn("Объём был"), quantityColumn("Объём стал"), lateMoney("Начислено было"), lateMoney("Стало"),
			moneyColumn("", "Перерасчёт, ₽"), textColumn("Основание", 46),
		},
	}
}

// lateMoney is an amount that is not added up: a line stands under each of its causes.
func lateMoney(title string) column {
	c := moneyColumn("", title)
	c.sum = noSum
	return c
}

func addLateLines(t *table, lines []housing.CorrectionLine) error {
	for i := range lines {
		l := &lines[i]
		t.text(l.Account.Number)
		t.text(l.House)
		t.text(l.Account.Premises.Title())
		t.text(l.Month.Russian())
		t.text(l.Service.Russian())
		t.text(l.Cause.Russian())
		t.number(l.VolumeWas)
		t.number(l.VolumeNow)
		t.money(l.Was)
		t.money(l.Now)
		t.money(l.Amount)
		t.text(l.Document())
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

func lateSums(name, by string) table {
	return table{title: lateTitle, name: name, columns: []column{
		textColumn("За месяц", 16), textColumn(by, 52), countedColumn("Строк", 10), countColumn("Лицевых счетов", 16),
		moneyColumn("", "Доначислено"), moneyColumn("", "Снято"), moneyColumn("", "Перерасчёт, ₽"),
	}}
}

// countedColumn has a total. One of accounts has none: they may stand in several rows.
func countedColumn(title string, width float64) column {
	c := countColumn(title, width)
	c.sum = ofCounts
	return c
}

// lateSum is what one month and cause, or service, comes to.
type lateSum struct {
	month    housing.Period
	name     string
	lines    int
	accounts map[string]bool
	up, down housing.Money
}

func addLateSums(t *table, lines []housing.CorrectionLine, name func(*housing.CorrectionLine) string) error {
	var sums []*lateSum
	at := map[lateKey]*lateSum{}
	for i := range lines {
		l := &lines[i]
		key := lateKey{l.Month, name(l)}
		s := at[key]
		if s == nil {
			s = &lateSum{month: key.month, name: key.name, accounts: map[string]bool{}}
			at[key] = s
			sums = append(sums, s)
		}
		s.lines++
		s.accounts[l.Account.Number] = true
		part := &s.up
		if l.Amount < 0 {
			part = &s.down
		}
		total, err := part.Add(l.Amount)
		if err != nil {
			return err
		}
		*part = total
	}
	slices.SortFunc(sums, func(a, b *lateSum) int { return cmp.Or(cmp.Compare(a.month, b.month), cmp.Compare(a.name, b.name)) })
	for _, s := range sums {
		t.text(s.month.Russian())
		t.text(s.name)
		t.count(s.lines)
		t.count(len(s.accounts))
		t.money(s.up)
		t.money(s.down)
		t.money(s.up + s.down)
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

type lateKey struct {
	month housing.Period
	name  string
}

func lateFailures() table {
	return table{title: lateTitle, name: "Не пересчитано", columns: []column{
		textColumn("Лицевой счёт", 16), textColumn("Адрес", 40), textColumn("За месяц", 16), textColumn("Почему", 80),
	}}
}

func addLateFailures(t *table, list []LateFailure) error {
	for _, f := range list {
		t.text(f.Account)
		t.text(f.House)
		t.text(f.Month.Russian())
		t.text(f.Why)
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}
