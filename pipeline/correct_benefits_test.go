package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func benefitsOf(list []housing.BenefitCorrection) []string {
	lines := make([]string, 0, len(list))
	for _, b := range list {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s", b.Account.Number, b.Month, b.Cause, b.Mode, b.Amount))
	}
	return lines
}

// Benefits that come for closed months, by hand, of 8 m³ × 40 = 320 a month and flat:
//
//   - 002, 50 % for the holder from 1 July, in the receipt: his 4 m³ × 40 × 50 % = 80 a month, taken off twice
//   - 003, 100 % for the family from 17 August, in money: 320 × 15 / 31 = 154.84, nothing in the ledger
//   - the benefit of 002 ended on 31 July: August gets its 80 back
//   - a third person in 003 since 1 August: 160 more to pay, 160 × 15 / 31 = 77.42 more in money
func TestLateBenefits(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	august := m.frozen(t, "2026-08")
	m.give(t, grantHeader,
		"002;Образцова;Анна;112-233-445 95;Ветеран труда;;50;льготнику;да;скидка;01.07.2026;;Решение № 1",
		"003;Примеров;Олег;;Герой;;100;семье;нет;деньгами;17.08.2026;;Решение № 2")
	september := month(t, "2026-09")
	rehearsed, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: september, Rehearse: true})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "rehearsed", linesOf(rehearsed.Lines), "002 2026-07 benefit -80.00", "002 2026-08 benefit -80.00")
	wantGiven := []string{"002 2026-07 benefit discount 80.00", "002 2026-08 benefit discount 80.00", "003 2026-08 benefit compensation 154.84"}
	wantLines(t, "benefits rehearsed", benefitsOf(rehearsed.Benefits), wantGiven...)
	if n := one[int](t, m.store, "SELECT count(*)::int FROM benefit_corrections"); n != 0 {
		t.Errorf("a rehearsal booked %d benefits", n)
	}
	booked, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: september})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "benefits", benefitsOf(booked.Benefits), wantGiven...)
	if m.booked(t, "002") != -160_00 || m.booked(t, "003") != 0 {
		t.Errorf("booked %d of 002, %d of 003", m.booked(t, "002"), m.booked(t, "003"))
	}
	wantLines(t, "the same again", m.correct(t, "2026-09"))

	m.give(t, grantHeader, "002;Образцова;Анна;112-233-445 95;Ветеран труда;;50;льготнику;да;скидка;01.07.2026;31.07.2026;Решение № 1")
	wantLines(t, "ended earlier", m.correct(t, "2026-09"), "002 2026-08 benefit 80.00")
	m.people(t, "003", "3", "01.08.2026")
	more, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: september})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "people", linesOf(more.Lines), "003 2026-08 people 160.00")
	wantLines(t, "what is paid for them", benefitsOf(more.Benefits), "003 2026-08 people compensation 77.42")
	if diff := cmp.Diff(august, m.frozen(t, "2026-08")); diff != "" {
		t.Errorf("August changed:\n%s", diff)
	}
	ground := one[string](t, m.store, "SELECT reason || ': ' || document FROM ledger_lines WHERE cause = 'benefit' AND month = '2026-07-01'")
	want := "льгота или субсидия за закрытый месяц: льгота «Ветеран труда» 50 % с 01.07.2026, Решение № 1 (файл table"
	if !strings.HasPrefix(ground, want) {
		t.Errorf("ground %q, want %q…", ground, want)
	}

	m.registryOfLateBenefits(t, september)
	m.closes(t, "2026-09")
	if _, err := m.store.Exec(t.Context(), "DELETE FROM benefit_corrections"); err == nil {
		t.Error("corrections of a closed month were deleted")
	}
}

// registryOfLateBenefits wants all of it month by month: 80 of July, nothing left of August's 80, 232.26 in money.
func (m closedOffice) registryOfLateBenefits(t *testing.T, period housing.Period) {
	t.Helper()
	social, err := m.PublishSocial(t.Context(), period)
	if err != nil || len(social.Files) != 1 {
		t.Fatalf("%+v, %v", social, err)
	}
	register := decoded1251(t, m.file(social.Files[0].Path))
	for _, part := range []string{
		";Ветеран труда;Холодное водоснабжение;0;;м3;;0;0.00;0.00;;80.00;0.00;", ";0.00;160.00;;0.00;232.26;", ";2026-07;", ";2026-08;",
		"ИТОГО;строк: 2;;;;;;;;;;;;;;;;;;;80.00;232.26;;;;",
	} {
		if !strings.Contains(register, part) {
			t.Errorf("the registry lacks %q:\n%s", part, register)
		}
	}
}
