package pipeline_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/town"
)

// closedOffice is an office of cold water at 40 ₽ and a norm of 4 m³: account 001 has a meter, 002 and 003 have
// none, two people each. July and August are closed, September is open. The meter shows 6 in July and
// nothing in August, which is charged by norm: 8 m³.
type closedOffice struct{ *madeOffice }

func newClosedOffice(t *testing.T, extra ...housing.Parameter) closedOffice {
	t.Helper()
	m := newOpenOffice(t, extra...)
	m.closes(t, "2026-07", "2026-08")
	return m
}

// newOpenOffice is the same office before its months are closed.
func newOpenOffice(t *testing.T, extra ...housing.Parameter) closedOffice {
	t.Helper()
	m := closedOffice{newMadeOffice(t, extra...)}
	m.config.Now = func() time.Time { return time.Date(2027, 1, 10, 6, 0, 0, 0, time.UTC) }
	m.Pipeline = m.with(t, func(c *pipeline.Config) { c.Parameters = parameters.Override(c.Parameters, extra) })
	m.months = m.Pipeline
	m.period = month(t, "2026-09")
	m.give(t, madeHeader, m.account("001", "1", "50", "01.01.2024", ""), m.account("002", "2", "40", "01.01.2024", ""),
		m.account("003", "3", "60", "01.01.2024", ""))
	m.give(t, "Адрес дома;Лицевой счёт;Услуга;ИНН получателя;Возможность установки ИПУ;Действует с;по",
		madeHouse+";;Холодное водоснабжение;"+m.issuer+";нет;01.01.2024;")
	m.waterRates(t)
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Разрядность;Дата ввода;Начальные показания", "001;ХВС;А;5;30.06.2026;0")
	m.read(t, "6", "2026-07-31")
	return m
}

func month(t *testing.T, text string) housing.Period {
	t.Helper()
	p, err := housing.ParsePeriod(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// read takes in a reading of the meter of account 001.
func (m closedOffice) read(t *testing.T, value, on string) {
	t.Helper()
	m.sent++
	got := m.take(t, town.Office, fmt.Sprintf("readings%02d.xlsx", m.sent), table(t,
		[]any{"Адрес", "Лицевой счет", "Тип счетчика", "Номер счетчика", "Количество тарифов", "Показание 1", "Дата передачи показаний"},
		[]any{madeHouse, "001", "ХВС", "А", 1, value, on}))
	if got.Counts.Accepted != 1 {
		t.Fatalf("reading %s on %s: %+v %v", value, on, got.Counts, got.Problems)
	}
}

// closes charges and closes months.
func (m closedOffice) closes(t *testing.T, months ...string) {
	t.Helper()
	for _, text := range months {
		p := month(t, text)
		if _, err := m.Charge(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Ledger(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if result, err := m.Close(t.Context(), p, everything()); err != nil {
			t.Fatalf("close %s: %v, %v", p, err, failedChecks(result))
		}
	}
}

// correct corrects in a month and returns the lines.
func (m closedOffice) correct(t *testing.T, period string) []string {
	t.Helper()
	result, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: month(t, period)})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Failed) > 0 {
		t.Errorf("not corrected: %+v", result.Failed)
	}
	return linesOf(result.Lines)
}

func linesOf(list []housing.CorrectionLine) []string {
	lines := make([]string, 0, len(list))
	for _, l := range list {
		lines = append(lines, fmt.Sprintf("%s %s %s %s", l.Account.Number, l.Month, l.Cause, l.Amount))
	}
	return lines
}

func wantLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (m closedOffice) people(t *testing.T, account, people, from string) {
	t.Helper()
	flat := map[string]string{"001": "1;;квартира;;50", "002": "2;;квартира;;40", "003": "3;;квартира;;60"}[account]
	m.give(t, madeHeader, fmt.Sprintf("%s;;;%s;%s;%s;1;собственник;%s;", account, madeHouse, flat, people, from))
}

func (m closedOffice) tariff(t *testing.T, price, from string) {
	t.Helper()
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{{"Услуга", "Тариф, руб.", "Действует с", "Документ"}, {"ХВС", price, from, "Приказ № 7"}}})
}

// frozen is all that a closed month consists of, as text.
func (m closedOffice) frozen(t *testing.T, period string) string {
	t.Helper()
	var text strings.Builder
	for _, table := range []string{"charges", "balances", "ledger_lines", "debts", "charged_houses", "snapshots", "findings", "payment_parts"} {
		for _, row := range all[string](t, m.store, "SELECT x::text FROM "+table+" x WHERE period = $1 ORDER BY 1", month(t, period).First()) {
			text.WriteString(table + " " + row + "\n")
		}
	}
	return text.String()
}

// booked adds up the corrections of an account.
func (m closedOffice) booked(t *testing.T, account string) int64 {
	t.Helper()
	return one[int64](t, m.store, `
SELECT COALESCE(sum(l.amount), 0)::bigint FROM ledger_lines l JOIN accounts a ON a.id = l.account_id WHERE a.number = $1 AND l.kind = 'correction'`, account)
}

// Every kind of late fact, one after another, each against the result of those before it: by hand, August of
// 001 is 8 × 40 = 320 by norm.
func TestLateFacts(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	july, august := m.frozen(t, "2026-07"), m.frozen(t, "2026-08")
	wantLines(t, "nothing is late", m.correct(t, "2026-09"))

	m.read(t, "10", "2026-08-31") // 4 m³
	rehearsed, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: month(t, "2026-09"), Rehearse: true})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "rehearsal", linesOf(rehearsed.Lines), "001 2026-08 reading -160.00")
	if n := m.booked(t, "001"); n != 0 || rehearsed.Booked {
		t.Errorf("a rehearsal booked %d", n)
	}
	if rows := one[int](t, m.store, "SELECT (SELECT count(*) FROM corrected_months)::int + (SELECT count(*) FROM corrected_volumes)::int"); rows != 0 {
		t.Errorf("a rehearsal left %d rows", rows)
	}
	wantLines(t, "late reading", m.correct(t, "2026-09"), "001 2026-08 reading -160.00")
	wantLines(t, "the same again", m.correct(t, "2026-09"))

	m.people(t, "002", "3", "01.08.2026") // 4 × 40 more
	wantLines(t, "late people", m.correct(t, "2026-09"), "002 2026-08 people 160.00")
	m.tariff(t, "44", "01.08.2026") // 4 × 4, 12 × 4, 8 × 4
	wantLines(t, "late tariff", m.correct(t, "2026-09"), "001 2026-08 tariff 16.00", "002 2026-08 tariff 48.00", "003 2026-08 tariff 32.00")
	m.give(t, "Лицевой счёт;Отсутствует;Выбыл;Вернулся;Дата заявления;Документ", "003;1;31.07.2026;11.08.2026;05.09.2026;Справка № 5")
	// 10 whole days of 31, one of two: 4 × 44 × 10 / 31 = 56.77
	wantLines(t, "late absence", m.correct(t, "2026-09"), "003 2026-08 absence -56.77")
	m.people(t, "002", "2", "01.08.2026") // undone, at the tariff of now
	wantLines(t, "undone", m.correct(t, "2026-09"), "002 2026-08 people -176.00")
	m.people(t, "002", "5", "01.09.2026")
	wantLines(t, "a fact of the open month", m.correct(t, "2026-09"))
	all, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: month(t, "2026-09"), All: true})
	if err != nil || all.Houses != 2 {
		t.Errorf("%d houses of all months compared, want 2: %v", all.Houses, err)
	}
	wantLines(t, "all again", linesOf(all.Lines))

	if diff := cmp.Diff(july, m.frozen(t, "2026-07")); diff != "" {
		t.Errorf("July changed:\n%s", diff)
	}
	if diff := cmp.Diff(august, m.frozen(t, "2026-08")); diff != "" {
		t.Errorf("August changed:\n%s", diff)
	}
	ground := one[string](t, m.store, "SELECT reason || ': ' || document FROM ledger_lines WHERE cause = 'absence'")
	if want := "временное отсутствие: отсутствует 1 с 31.07.2026 по 11.08.2026, Справка № 5 (файл table"; !strings.HasPrefix(ground, want) {
		t.Errorf("ground %q, want %q…", ground, want)
	}
	m.closes(t, "2026-09")
}

// A reading in the open month measures August too: by norm it was 8 m³; 30 m³ in 61 days are 15.246 for August
// and the rest for September, however they were charged before.
func TestEstimatesSettle(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	m.read(t, "36", "2026-09-30")
	wantLines(t, "spread", m.correct(t, "2026-09"), "001 2026-08 estimate 289.84") // (15.246 − 8) × 40
	want := []string{"001 cold_water R2.1.1 590.16", "002 cold_water R2.2.1 320.00", "003 cold_water R2.2.1 320.00"}
	if diff := cmp.Diff(want, m.charge(t, "2026-09")); diff != "" {
		t.Errorf("September (-want +got):\n%s", diff)
	}
	m.closes(t, "2026-09")
	m.read(t, "10", "2026-08-31") // the real one comes at last: 4 m³ in August, 26 in September
	wantLines(t, "real reading", m.correct(t, "2026-10"), "001 2026-08 reading -449.84", "001 2026-09 reading 449.84")
	wantLines(t, "the same again", m.correct(t, "2026-10"))
}

// Left to the month of the reading (п. 61), the estimate is settled by its charge.
func TestEstimatesInTheMonthOfTheReading(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t, parameter("correction.estimated", "period_of_reading"))
	m.read(t, "36", "2026-09-30")
	wantLines(t, "nothing", m.correct(t, "2026-09"))
	if got := m.charge(t, "2026-09")[0]; got != "001 cold_water R2.1.1 880.00" { // (30 − 8) × 40
		t.Errorf("September: %s", got)
	}
}

// A month is corrected only so far back; what lies beyond is shown with its reason.
func TestBeyondTheLookBack(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t, parameter("correction.look_back_months", "1"))
	m.people(t, "002", "3", "01.07.2026")
	result, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: month(t, "2026-09")})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "booked", linesOf(result.Lines), "002 2026-08 people 160.00")
	wantLines(t, "beyond", linesOf(result.Beyond), "002 2026-07 people 160.00")
	if result.Beyond[0].NotBooked != "beyond_look_back" || m.booked(t, "002") != 16000 {
		t.Errorf("reason %q, booked %d", result.Beyond[0].NotBooked, m.booked(t, "002"))
	}
}

// Facts that contradict each other hold their account only, until they are mended.
func TestLateFactsThatHold(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	m.people(t, "003", "3", "01.08.2026")
	m.give(t, "Адрес дома;Лицевой счёт;Услуга;ИНН получателя;Возможность установки ИПУ;Действует с;по",
		madeHouse+";002;Водоотведение;"+m.issuer+";;01.08.2026;") // no tariff
	result, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: month(t, "2026-09")})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "booked", linesOf(result.Lines), "003 2026-08 people 160.00")
	if len(result.Failed) != 1 || result.Failed[0].Account != "002" {
		t.Errorf("failed: %+v", result.Failed)
	}
	m.people(t, "002", "3", "01.08.2026")
	if result, err = m.Correct(t.Context(), pipeline.CorrectInput{Period: month(t, "2026-09")}); err != nil || len(result.Lines) > 0 {
		t.Errorf("a held account was corrected: %v, %v", linesOf(result.Lines), err)
	}
}

// A month that is opened again is charged anew: its corrections are taken back.
func TestReopenTakesCorrectionsBack(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	m.people(t, "002", "3", "01.08.2026")
	wantLines(t, "late", m.correct(t, "2026-09"), "002 2026-08 people 160.00")
	if err := m.Reopen(t.Context(), month(t, "2026-08"), "Бухгалтер", "ошибка"); err != nil {
		t.Fatal(err)
	}
	if n := m.booked(t, "002"); n != 0 {
		t.Errorf("%d is still booked", n)
	}
	m.closes(t, "2026-08")
	wantLines(t, "charged by then", m.correct(t, "2026-09"))
	closing := one[int64](t, m.store, "SELECT sum(b.closing)::bigint FROM balances b JOIN accounts a ON a.id = b.account_id WHERE a.number = '002' AND b.period = '2026-08-01'")
	if closing != 80000 { // 320 + 480
		t.Errorf("002 owes %d after August, want 80000", closing)
	}
	if _, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: month(t, "2026-08")}); !errors.Is(err, pipeline.ErrClosed) {
		t.Errorf("corrections in a closed month: %v", err)
	}
}
