package pipeline_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/town"
)

const debtHeader = "Лицевой счёт;Услуга;ИНН получателя;Месяц;Месяц долга;Сальдо"

// rehearsed is a file of one kind, and what it must move at least.
type rehearsed struct {
	name, file, content string
	moves               func(m housing.MoneyEffect) bool // nil: nothing
	codes               string                           // of rows, as they are taken in
	matched             []store.MatchedClaims
}

// newRehearsedOffice is the flat office with old debts: July and August are closed, September is open and drawn up.
func newRehearsedOffice(t *testing.T) closedOffice {
	t.Helper()
	m := newOpenOffice(t)
	m.services(t, "Содержание жилого помещения", "Взнос на капитальный ремонт")
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Тариф, руб.", "Действует с"},
		{"Содержание жилого помещения", "20", "01.01.2024"},
		{"Взнос на капитальный ремонт", "10", "01.01.2024"},
	}})
	m.period = month(t, "2026-07")
	m.give(t, debtHeader, "001;Содержание жилого помещения;"+m.issuer+";07.2026;01.2026;3000,00", "002;ХВС;"+m.issuer+";07.2026;02.2026;500,00")
	m.closes(t, "2026-07", "2026-08")
	m.period = month(t, "2026-09")
	m.drawUp(t)
	return m
}

// drawUp does what a month does to the ledger.
func (m closedOffice) drawUp(t *testing.T) {
	t.Helper()
	if _, err := m.Match(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: m.period}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Charge(t.Context(), m.period); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Ledger(t.Context(), m.period); err != nil {
		t.Fatal(err)
	}
}

// sums is the ledger of every account in the open month, by number.
func (m closedOffice) sums(t *testing.T) map[string]store.AccountSums {
	t.Helper()
	byID, err := m.store.AccountSums(t.Context(), m.period, all[int64](t, m.store, "SELECT id FROM houses"))
	if err != nil {
		t.Fatal(err)
	}
	byNumber := map[string]store.AccountSums{}
	for id, s := range byID {
		byNumber[one[string](t, m.store, "SELECT number FROM accounts WHERE id = $1", id)] = s
	}
	return byNumber
}

// effectSums is how far an account moves, as rehearsed or as it became.
type effectSums struct{ Opening, Charged, Late, Penalty, Paid, Closing housing.Money }

func movedBy(was, now store.AccountSums) effectSums {
	late := housing.SumLate(now.Late) - housing.SumLate(was.Late)
	return effectSums{
		now.Opening - was.Opening, now.Charged + now.Corrected - was.Charged - was.Corrected - late, late,
		now.Penalty - was.Penalty, now.Paid - was.Paid, now.Closing() - was.Closing(),
	}
}

// Each kind of file is rehearsed, taken in and the month drawn up: what was told is what became, to the kopeck, by
// account, whether the file speaks of the open month, of closed ones, or brings money. The rehearsal leaves nothing.
func TestRehearsalOfEveryKind(t *testing.T) {
	t.Parallel()
	m := newRehearsedOffice(t)
	for i, kind := range m.everyKind(t) {
		was := m.sums(t)
		told := m.rehearse(t, kind)
		taken := m.take(t, town.Office, fmt.Sprintf("%02d_%s", i, kind.file), kind.content)
		if diff := cmp.Diff(kind.codes, codesOf(taken)); diff != "" {
			t.Errorf("%s: %s", kind.name, diff)
		}
		m.drawUp(t)
		became := map[string]effectSums{}
		for number, now := range m.sums(t) {
			if d := movedBy(was[number], now); d != (effectSums{}) {
				became[number] = d
			}
		}
		if diff := cmp.Diff(became, told); diff != "" {
			t.Errorf("%s (-became +told):\n%s", kind.name, diff)
		}
	}
}

// rehearse tells what a file would move, each account adding up, and leaves nothing.
func (m closedOffice) rehearse(t *testing.T, kind rehearsed) map[string]effectSums {
	t.Helper()
	before, told := m.dump(t), map[string]effectSums{}
	result, err := m.Rehearse(t.Context(), pipeline.RehearsalInput{
		Partner: "operator", Files: []string{outFile(t, kind.file, kind.content)}, Period: m.period,
		Accounts: func(e housing.AccountEffect) error {
			sums := effectSums{e.Opening, e.Charges.Now - e.Charges.Was, housing.SumLate(e.Late), e.Penalty, e.Paid, e.Closing}
			if sum := sums.Opening + sums.Charged + sums.Late + sums.Penalty - sums.Paid; sum != sums.Closing {
				t.Errorf("%s: %s: %+v add up to %s", kind.name, e.Account, sums, sum)
			}
			told[e.Account] = sums
			return nil
		},
	})
	if err != nil {
		t.Fatalf("%s: %v", kind.name, err)
	}
	if diff := cmp.Diff(before, m.dump(t)); diff != "" {
		t.Errorf("%s: the database changed (-before +after):\n%s", kind.name, diff)
	}
	if len(result.Failed) > 0 || result.Files[0].Counts.Accepted == 0 {
		t.Fatalf("%s: %+v %v", kind.name, result.Files, result.Failed)
	}
	if moves := result.Money.Accounts > 0; moves != (kind.moves != nil) || moves && !kind.moves(result.Money) {
		t.Errorf("%s: %+v", kind.name, result.Money)
	}
	if diff := cmp.Diff(kind.matched, result.Matching); diff != "" {
		t.Errorf("%s: %s", kind.name, diff)
	}
	return told
}

// A closed month does not move: nobody is told that it would. Of a month beside the open one it is said that another is open.
func TestRehearsalOfAnotherMonth(t *testing.T) {
	t.Parallel()
	m := newRehearsedOffice(t)
	in := pipeline.RehearsalInput{
		Partner: "operator", Period: month(t, "2026-08"),
		Files: []string{outFile(t, "a.csv", madeHeader+"\r\n002;;;"+madeHouse+";2;;квартира;;45;2;1;собственник;01.08.2026;\r\n")},
	}
	if _, err := m.Rehearse(t.Context(), in); !errors.Is(err, pipeline.ErrClosed) {
		t.Errorf("a closed month: %v, want ErrClosed", err)
	}
	in.Period = month(t, "2026-10")
	result, err := m.Rehearse(t.Context(), in)
	if err != nil || !slices.Equal(result.Earlier, []housing.Period{month(t, "2026-09")}) {
		t.Errorf("the month after: earlier %v, %v", result.Earlier, err)
	}
}

func (m closedOffice) everyKind(t *testing.T) []rehearsed {
	t.Helper()
	lines := func(rows ...string) string { return strings.Join(append(rows, ""), "\r\n") }
	rates := func(price, from string) string {
		return string(formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{{Name: "Тарифы", Rows: [][]any{
			{"Услуга", "Тариф, руб.", "Действует с", "Документ"}, {"ХВС", price, from, "Приказ № 7"},
		}}}}))
	}
	reading := func(value, on string) string {
		return table(t, []any{"Адрес", "Лицевой счет", "Тип счетчика", "Номер счетчика", "Количество тарифов", "Показание 1", "Дата передачи показаний"},
			[]any{madeHouse, "001", "ХВС", "А", 1, value, on})
	}
	const tochkaDay = "%s.09.2026;%s;%s;0,00;%s;%s;%s"
	pay := func(day, number, sum, parent, kind, account string) string {
		return fmt.Sprintf(tochkaDay, day, number, sum, parent, kind, account)
	}
	now := func(m housing.MoneyEffect) bool { return m.Now != m.Was && len(m.Late) == 0 }
	late := func(m housing.MoneyEffect) bool { return len(m.Late) > 0 }
	both := func(m housing.MoneyEffect) bool { return m.Now != m.Was && len(m.Late) > 0 }
	return []rehearsed{
		{name: "tariff of closed months", file: "t.xlsx", content: rates("41", "01.08.2026"), moves: both},
		{name: "tariff of the open month", file: "t.xlsx", content: rates("42,50", "01.09.2026"), moves: now},
		{name: "norm", file: "n.xlsx", content: string(formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{{Name: "Нормативы", Rows: [][]any{
			{"Услуга", "Основа", "Норматив", "Действует с"}, {"ХВС", "на человека", "4,5", "01.08.2026"},
		}}}})), moves: both},
		{name: "area", file: "a.csv", content: lines(madeHeader, "002;;;"+madeHouse+";2;;квартира;;45;2;1;собственник;01.08.2026;"), moves: both},
		{name: "people", file: "a.csv", content: lines(madeHeader, "003;;;"+madeHouse+";3;;квартира;;60;4;1;собственник;17.08.2026;"), moves: both},
		{name: "a new account", file: "a.csv", content: lines(madeHeader, m.account("004", "4", "30", "22.07.2026", "")), moves: both},
		{name: "a closed account", file: "a.csv", content: lines(madeHeader, "004;;;"+madeHouse+";4;;квартира;;30;2;1;собственник;22.07.2026;20.09.2026"), moves: now},
		{name: "meter", file: "m.csv", content: lines(meterHeader, "002;ХВС;Б;5;16.08.2026;;0;;")},
		{name: "act of a meter", file: "e.csv", content: lines(meterActHeader, "001;ХВС;А;вышел из строя;05.09.2026;;Акт № 4")},
		{name: "reading of the open month", file: "r.xlsx", content: reading("12", "2026-09-25"), moves: late},
		{name: "reading of a closed month", file: "r.xlsx", content: reading("9", "2026-08-31"), moves: late},
		{name: "absence", file: "x.csv", content: lines("Лицевой счёт;Отсутствует;Выбыл;Вернулся;Дата заявления;Аварийное расселение;Документ",
			"003;1;01.08.2026;20.09.2026;21.09.2026;;Справка № 8"), moves: both},
		{name: "quality", file: "q.csv", content: lines(qualityHeader, madeHouse+";;ХВС;перерыв;05.08.2026 06:00;05.08.2026 22:00;Акт № 31"), moves: late},
		{name: "benefit", file: "b.csv", content: lines(grantHeader, "001;Образцова;Анна;112-233-445 95;Ветеран труда;;50;льготнику;да;скидка;01.08.2026;31.12.2026;Решение № 1"), moves: both},
		{name: "subsidy", file: "s.csv", content: lines(subsidyHeader, "002;Примеров;Олег;;500;скидка;01.09.2026;28.02.2027;Решение № 8"), moves: now},
		{name: "payments", file: "p.csv", content: lines(tochkaHead, pay("10", "t1", "3500,00", "", "PAYMENT", "001"), pay("20", "t2", "9000,00", "", "PAYMENT", "002"),
			pay("21", "t3", "70,00", "", "PAYMENT", "099")), codes: "4 unidentified_payment", moves: func(m housing.MoneyEffect) bool {
			return m.Paid == 12_570_00 && m.Unidentified == 70_00 && m.Penalty < 0
		}},
		{name: "reversals", file: "v.csv", content: lines(tochkaHead, pay("12", "t4", "3500,00", "t1", "REFUND", "001")), moves: func(m housing.MoneyEffect) bool {
			return m.Paid == -3_500_00 && m.Penalty > 0
		}},
		{name: "balances", file: "o.csv", content: lines(debtHeader, "003;ХВС;"+m.issuer+";09.2026;03.2026;800,00",
			"003;ХВС;"+m.issuer+";08.2026;04.2026;800,00"), moves: func(m housing.MoneyEffect) bool {
			return m.Opening == 800_00 && m.Penalty > 0
		}, codes: "3 balance_of_closed_month"},
		{
			name: "claims", file: "c.xlsx", content: table(t, []any{"Лицевой счёт", "ФИО", "Телефон", "E-mail", "Адрес"},
				[]any{"001", "Образцова Анна Петровна", "+79000000001", "a@example.test", madeHouse + ", кв. 1"}),
			matched: []store.MatchedClaims{{Status: "linked", Reason: "number_and_address", Claims: 1}},
		},
	}
}
