package pipeline_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

const (
	serviceHeader  = "Адрес дома;Лицевой счёт;Услуга;ИНН получателя;Возможность установки ИПУ;Действует с;по"
	meterHeader    = "Лицевой счёт;Услуга;Номер прибора;Разрядность;Дата ввода;Поверен до;Начальные показания;Снят;Взамен прибора"
	meterActHeader = "Лицевой счёт;Услуга;Номер прибора;Событие;Дата события;Учитывает снова с;Документ"
	controlHeader  = "Лицевой счёт;Услуга;Номер прибора;Дата проверки;Показания при проверке"
	qualityHeader  = "Адрес дома;Лицевые счета;Услуга;Вид нарушения;Начало;Окончание;Документ"
)

// Reasons as receipts print them.
const (
	lateMeter   = "сведения о приборе учёта, поступившие после закрытия месяца"
	lateArea    = "изменение площади или права на помещение за закрытый месяц"
	latePeople  = "изменение числа проживающих за закрытый месяц"
	lateAccount = "открытие или закрытие лицевого счёта задним числом"
	lateService = "изменение состава услуг за закрытый месяц"
)

// lateFact is a fact that comes after its month was closed, and what it comes to.
type lateFact struct {
	name   string
	give   func(t *testing.T, m closedOffice)
	want   []string // account, month, cause, amount
	ground string   // how the ground of the first line begins
}

// newFlatOffice is the office of cold water with maintenance at 20 ₽ a m² of every account, and capital repair
// at 10 ₽ a m² of its owners.
func newFlatOffice(t *testing.T) closedOffice {
	t.Helper()
	m := newOpenOffice(t)
	m.services(t, "Содержание жилого помещения", "Взнос на капитальный ремонт")
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Тариф, руб.", "Действует с"},
		{"Содержание жилого помещения", "20", "01.01.2024"},
		{"Взнос на капитальный ремонт", "10", "01.01.2024"},
	}})
	m.closes(t, "2026-07", "2026-08")
	return m
}

// arrive gives late facts one after another, each against the result of those before it. Each is booked in
// September with its reason and document, once only; the closed months stay as they were.
func (m closedOffice) arrive(t *testing.T, facts []lateFact) {
	t.Helper()
	july, august := m.frozen(t, "2026-07"), m.frozen(t, "2026-08")
	for _, fact := range facts {
		before := one[int64](t, m.store, "SELECT COALESCE(max(id), 0)::bigint FROM ledger_lines")
		fact.give(t, m)
		wantLines(t, fact.name, m.correct(t, "2026-09"), fact.want...)
		wantLines(t, fact.name+" again", m.correct(t, "2026-09"))
		booked := all[string](t, m.store, `
SELECT a.number || ' ' || to_char(l.month, 'YYYY-MM') || ' ' || l.cause || ' ' || (l.amount / 100.0)::numeric(15, 2)
FROM ledger_lines l JOIN accounts a ON a.id = l.account_id
WHERE l.id > $1 AND l.kind = 'correction' AND l.period = '2026-09-01' ORDER BY l.month, 1`, before)
		wantLines(t, fact.name+" in the ledger of September", booked, fact.want...)
		if len(booked) == 0 {
			continue
		}
		ground := all[string](t, m.store, "SELECT reason || ': ' || document FROM ledger_lines WHERE id > $1 AND kind = 'correction' ORDER BY id", before)[0]
		if !strings.HasPrefix(ground, fact.ground) || !strings.Contains(ground, "(файл table") {
			t.Errorf("%s: ground %q, want %q… and the file", fact.name, ground, fact.ground)
		}
	}
	if diff := cmp.Diff(july, m.frozen(t, "2026-07")); diff != "" {
		t.Errorf("July changed:\n%s", diff)
	}
	if diff := cmp.Diff(august, m.frozen(t, "2026-08")); diff != "" {
		t.Errorf("August changed:\n%s", diff)
	}
	m.closes(t, "2026-09")
}

func gives(header string, rows ...string) func(t *testing.T, m closedOffice) {
	return func(t *testing.T, m closedOffice) {
		t.Helper()
		m.give(t, header, rows...)
	}
}

// Acts of quality of August, in which every account was charged 8 m³ × 40 = 320. 8 hours a month and 4 at a
// time are allowed; each hour more takes off 0.15 %.
//
//   - the house, 16 hours at a time: 12 too many, 320 × 1.8 % = 5.76
//   - 003 alone, 10 hours more: 26 − 8 = 12 + 6 = 18 too many, 320 × 2.7 % = 8.64, of which 5.76 are booked
func TestLateQualityActs(t *testing.T) {
	t.Parallel()
	newClosedOffice(t).arrive(t, []lateFact{
		{
			"act for the house", gives(qualityHeader, madeHouse+";;ХВС;перерыв;05.08.2026 06:00;05.08.2026 22:00;Акт № 31"),
			[]string{"001 2026-08 quality -5.76", "002 2026-08 quality -5.76", "003 2026-08 quality -5.76"},
			"услуга ненадлежащего качества или с перерывами: нарушение качества, Холодное водоснабжение, с 05.08.2026 06:00 по 05.08.2026 22:00, Акт № 31",
		},
		{
			"act for one account", gives(qualityHeader, madeHouse+";003;ХВС;перерыв;20.08.2026 10:00;20.08.2026 20:00;Акт № 32"),
			[]string{"003 2026-08 quality -2.88"},
			"услуга ненадлежащего качества или с перерывами: нарушение качества, Холодное водоснабжение, с 20.08.2026 10:00 по 20.08.2026 20:00, Акт № 32",
		},
	})
}

// Meters of which we learn late. 001 was charged 6 m³ × 40 = 240 for July by its meter; by norm a month
// is 8 m³ × 40 = 320.
//
//   - 002 has had a meter since 16 August, on which 2 m³ ran: 15 days of 31 by norm, 8 × 40 × 15 / 31 = 154.84, and
//     2 × 40 = 80 by the meter, 234.84 instead of 320
//   - the meter of 001 had not been verified in time: July by norm, 80 more; then it had been, 80 less
//   - it was out of order since 1 July: 80 more
//   - it was put in order and sealed on 2 July at 0: one day by norm, 320 / 31 = 10.32, and 240, which is 69.68 less
//   - it was taken out before July began: 69.68 more
func TestLateMeters(t *testing.T) {
	t.Parallel()
	newClosedOffice(t).arrive(t, []lateFact{
		{
			"installed", func(t *testing.T, m closedOffice) {
				t.Helper()
				m.give(t, meterHeader, "002;ХВС;Б;5;16.08.2026;;100;;")
				m.give(t, controlHeader, "002;ХВС;Б;31.08.2026;102")
			},
			[]string{"002 2026-08 meter -85.16"},
			lateMeter + ": ИПУ № Б, введён 16.08.2026",
		},
		{
			"verification over", gives(meterHeader, "001;ХВС;А;5;30.06.2026;01.07.2026;0;;"),
			[]string{"001 2026-07 meter 80.00"},
			lateMeter + ": ИПУ № А, введён 30.06.2026, поверка до 01.07.2026",
		},
		{
			"verified", gives(meterHeader, "001;ХВС;А;5;30.06.2026;01.07.2032;0;;"),
			[]string{"001 2026-07 meter -80.00"},
			lateMeter + ": ИПУ № А, введён 30.06.2026, поверка до 01.07.2032",
		},
		{
			"out of order", gives(meterActHeader, "001;ХВС;А;вышел из строя;01.07.2026;;Акт № 3"),
			[]string{"001 2026-07 meter 80.00"},
			lateMeter + ": ИПУ № А: не учитывает с 01.07.2026, Акт № 3",
		},
		{
			"in order", func(t *testing.T, m closedOffice) {
				t.Helper()
				m.give(t, meterActHeader, "001;ХВС;А;вышел из строя;01.07.2026;02.07.2026;Акт № 3")
				m.give(t, controlHeader, "001;ХВС;А;02.07.2026;0")
			},
			[]string{"001 2026-07 reading -69.68"},
			"показания прибора учёта, поступившие после закрытия месяца: показание 0 на 02.07.2026, ИПУ № А",
		},
		{
			"taken out", gives(meterHeader, "001;ХВС;А;5;30.06.2026;01.07.2032;0;01.07.2026;"),
			[]string{"001 2026-07 meter 69.68"},
			lateMeter + ": ИПУ № А, введён 30.06.2026, поверка до 01.07.2032, снят 01.07.2026",
		},
	})
}

// A norm of 5 instead of 4 m³ a person from July, two people each: 2 × 40 = 80 more a month of all who were charged
// by norm; 001 was measured in July. And of 6 from 16 August: 2 × 40 × 16 / 31 = 41.29 more.
func TestLateNorm(t *testing.T) {
	t.Parallel()
	norms := func(value, from string) func(t *testing.T, m closedOffice) {
		return func(t *testing.T, m closedOffice) {
			t.Helper()
			m.rates(t, formattest.Sheet{Name: "Нормативы", Rows: [][]any{
				{"Услуга", "Основа", "Норматив", "Действует с", "Документ"}, {"ХВС", "на человека", value, from, "Приказ № 9"},
			}})
		}
	}
	newClosedOffice(t).arrive(t, []lateFact{
		{
			"from July", norms("5", "01.07.2026"),
			[]string{
				"002 2026-07 norm 80.00", "003 2026-07 norm 80.00",
				"001 2026-08 norm 80.00", "002 2026-08 norm 80.00", "003 2026-08 norm 80.00",
			},
			"изменение норматива за закрытый месяц: норматив Холодное водоснабжение 5 с 01.07.2026, Приказ № 9",
		},
		{
			"from 16 August", norms("6", "16.08.2026"),
			[]string{"001 2026-08 norm 41.29", "002 2026-08 norm 41.29", "003 2026-08 norm 41.29"},
			"изменение норматива за закрытый месяц: норматив Холодное водоснабжение 6 с 16.08.2026, Приказ № 9",
		},
	})
}

// What an account is, changed for a closed month.
//
//   - 002 has 45 m², not 40, since 1 August: maintenance 5 × 20 = 100 and capital repair 5 × 10 = 50 more
//   - 003 is let by the municipality since 1 August: no capital repair, 60 × 10 = 600 less
//   - nobody lives in 003 since 1 August, one owner: 4 instead of 8 m³, 160 less
//   - and three owners: 12 m³ instead of 4, 320 more
func TestLateAccountFacts(t *testing.T) {
	t.Parallel()
	newFlatOffice(t).arrive(t, []lateFact{
		{
			"area", gives(madeHeader, "002;;;"+madeHouse+";2;;квартира;;45;2;1;собственник;01.08.2026;"),
			[]string{"002 2026-08 area 100.00", "002 2026-08 area 50.00"},
			lateArea + ": проживает 2, площадь 45 м² с 01.08.2026",
		},
		{
			"tenant", gives(madeHeader, "003;;;"+madeHouse+";3;;квартира;;60;2;1;наниматель;01.08.2026;"),
			[]string{"003 2026-08 area -600.00"},
			lateArea + ": проживает 2, площадь 60 м², наниматель с 01.08.2026",
		},
		{
			"nobody lives there", gives(madeHeader, "003;;;"+madeHouse+";3;;квартира;;60;0;1;наниматель;01.08.2026;"),
			[]string{"003 2026-08 people -160.00"},
			latePeople + ": проживает 0, собственников 1, площадь 60 м², наниматель с 01.08.2026",
		},
		{
			"owners", gives(madeHeader, "003;;;"+madeHouse+";3;;квартира;;60;0;3;наниматель;01.08.2026;"),
			[]string{"003 2026-08 people 320.00"},
			latePeople + ": проживает 0, собственников 3, площадь 60 м², наниматель с 01.08.2026",
		},
	})
}

// Occupancies and accounts that begin or end within a closed month.
//
//   - 002 has three people since 17 August: 4 × 40 × 15 / 31 = 77.42 more
//   - 002 is closed since 25 August: 7 days of three people, 480 × 7 / 31 = 108.39 less
//   - 004 was opened on 22 July: 8 × 40 × 10 / 31 = 103.23 for July and 320 for August
func TestLateOccupancies(t *testing.T) {
	t.Parallel()
	newClosedOffice(t).arrive(t, []lateFact{
		{
			"people within the month", gives(madeHeader, "002;;;"+madeHouse+";2;;квартира;;40;3;1;собственник;17.08.2026;"),
			[]string{"002 2026-08 people 77.42"},
			latePeople + ": проживает 3, площадь 40 м² с 17.08.2026",
		},
		{
			"closed", gives(madeHeader, "002;;;"+madeHouse+";2;;квартира;;40;3;1;собственник;17.08.2026;25.08.2026"),
			[]string{"002 2026-08 account -108.39"},
			lateAccount + ": лицевой счёт открыт с 01.01.2024, закрыт с 25.08.2026",
		},
		{
			"opened", gives(madeHeader, "004;;;"+madeHouse+";4;;квартира;;30;2;1;собственник;22.07.2026;"),
			[]string{"004 2026-07 account 103.23", "004 2026-08 account 320.00"},
			lateAccount + ": лицевой счёт открыт с 22.07.2026",
		},
	})
}

// Services that were cut off or connected late.
//
//   - 003 had no water since 17 August: 320 × 15 / 31 = 154.84 less; it had some again since 27 August: 5 / 31, 51.61
//   - 002 has maintenance since 1 August: 40 m² × 20 = 800
func TestLateServices(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Тариф, руб.", "Действует с"}, {"Содержание жилого помещения", "20", "01.01.2024"},
	}})
	m.arrive(t, []lateFact{
		{
			"cut off", gives(serviceHeader, madeHouse+";003;ХВС;"+m.issuer+";нет;01.01.2024;16.08.2026"),
			[]string{"003 2026-08 service -154.84"},
			lateService + ": услуга «Холодное водоснабжение» с 01.01.2024 по 16.08.2026",
		},
		{
			"connected again", gives(serviceHeader, madeHouse+";003;ХВС;"+m.issuer+";нет;27.08.2026;"),
			[]string{"003 2026-08 service 51.61"},
			lateService + ": услуга «Холодное водоснабжение» с 27.08.2026",
		},
		{
			"connected for one", gives(serviceHeader, madeHouse+";002;Содержание жилого помещения;"+m.issuer+";;01.08.2026;"),
			[]string{"002 2026-08 service 800.00"},
			lateService + ": услуга «Содержание жилого помещения» с 01.08.2026",
		},
	})
}
