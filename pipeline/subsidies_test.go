package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

const subsidyHeader = "Лицевой счёт;Фамилия;Имя;СНИЛС;Субсидия в месяц, руб.;Предоставление;Действует с;по;Документ"

// Subsidies go the whole way. By hand, of the office of withBenefits:
//
//   - 001 is to pay 1800 − 315 = 1485 and 320 + 640 − 80 = 880, together 2365; 1000 in the receipt: 1000 × 1485 / 2365 =
//     627.91 and 372.09
//   - 002 is to pay 1200 and 960; 500 in money: 277.78 and 222.22, October being the sixth month; in November it ended
//     by law, whatever the decision says
func TestSubsidiesOfMonth(t *testing.T) {
	t.Parallel()
	m := withBenefits(t)
	got := m.take(t, town.Office, "subsidies.csv", subsidyHeader+"\r\n"+strings.Join([]string{
		"001;Образцова;Анна;112-233-445 95;1000;скидка;01.10.2026;31.03.2027;Решение № 7",
		"002;Примеров;Олег;;500;деньгами;01.05.2026;30.04.2027;Решение № 8",
		"999;Примеров;Олег;;500;деньгами;01.05.2026;31.10.2026;Решение № 9",
	}, "\r\n")+"\r\n")
	if got.Counts != (housing.Counts{Rows: 3, Accepted: 2, Rejected: 1}) {
		t.Fatalf("%+v %+v", got.Counts, got.Problems)
	}
	codes := make([]string, 0, len(got.Problems))
	for _, p := range got.Problems {
		codes = append(codes, fmt.Sprint(p.Code, " ", p.Value))
	}
	slices.Sort(codes)
	if diff := cmp.Diff([]string{"subsidy_too_long 30.04.2027", "unknown_account 999"}, codes); diff != "" {
		t.Error(diff, got.Problems)
	}
	want := []string{
		"001 maintenance R1.1 1800.00", "001 maintenance R3.1 -315.00", "001 maintenance R3.3 -627.91", "001 cold_water R2.2.1 320.00",
		"001 cold_water R2.2.2 640.00", "001 cold_water R3.1 -80.00", "001 cold_water R3.3 -372.09",
		"002 maintenance R1.1 1200.00", "002 cold_water R2.2.1 320.00", "002 cold_water R2.2.2 640.00",
	}
	if diff := cmp.Diff(want, m.charge(t, "2026-10")); diff != "" {
		t.Fatal(diff)
	}
	ledger, err := m.months.Ledger(t.Context(), m.period)
	if err != nil || ledger.Totals.Charged != 4_920_00 || ledger.Totals.Corrected != -1_395_00 || ledger.Totals.Closing != 3_525_00 {
		t.Errorf("%+v, %v", ledger.Totals.Balance, err)
	}
	shares := all[string](t, m.store, "SELECT mode || ' ' || service || ' ' || amount FROM benefit_shares WHERE category = 'Субсидия' ORDER BY account_id, line")
	if diff := cmp.Diff([]string{"discount maintenance 62791", "discount cold_water 37209", "compensation maintenance 27778", "compensation cold_water 22222"}, shares); diff != "" {
		t.Error(diff)
	}
	m.provesSubsidies(t)
	findings := func() []string {
		return all[string](t, m.store, "SELECT a.number || ' ' || f.code FROM findings f JOIN accounts a ON a.id = f.account_id WHERE f.code LIKE 'subsidy%' AND f.period = '2026-11-01'")
	}
	if lines := m.charge(t, "2026-11"); !slices.Contains(lines, "001 maintenance R3.3 -627.91") || !slices.Contains(findings(), "002 subsidy_beyond_term") {
		t.Errorf("November: %v, %v", lines, findings())
	}
}

// provesSubsidies looks at the sheet, the registry, the receipt and the replay of the month.
func (m *madeOffice) provesSubsidies(t *testing.T) {
	t.Helper()
	sheet, err := m.months.Sheet(t.Context(), "002", m.period)
	if err != nil || sheet.Total != 2_160_00 || !strings.Contains(sheet.Lines[len(sheet.Lines)-1].Title, "субсидия деньгами (плату не уменьшает)") {
		t.Errorf("%+v, %v", sheet, err)
	}
	charged, err := m.store.ChargedBeforeSubsidy(t.Context(), m.Organisation.ID, "001", m.period)
	if err != nil || charged != 2_365_00 {
		t.Errorf("charged %s, %v", charged, err)
	}
	granted, err := m.store.GrantedSubsidies(t.Context(), m.Organisation.ID, "001", m.period)
	if err != nil || len(granted) != 1 || granted[0].Amount != 1_000_00 || granted[0].Source.Name != "subsidies.csv" {
		t.Errorf("%+v, %v", granted, err)
	}
	social, err := m.months.PublishSocial(t.Context(), m.period)
	if err != nil || len(social.Files) != 1 {
		t.Fatalf("%+v, %v", social, err)
	}
	register := decoded1251(t, m.file(social.Files[0].Path))
	for _, part := range []string{";Субсидия;Содержание жилого помещения;60;;м2;;30;1800.00;0.00;;627.91;0.00;", ";Субсидия;Холодное водоснабжение;8;;м3;4;40;320.00;0.00;;0.00;222.22;", "1395.00;2020.00"} {
		if !strings.Contains(register, part) {
			t.Errorf("the registry lacks %q:\n%s", part, register)
		}
	}
	replayed, err := m.months.Replay(t.Context(), m.period)
	if err != nil || len(replayed.Differences) > 0 {
		t.Errorf("%+v, %v", replayed, err)
	}
}

// A subsidy that was granted late is booked in the open month: 8 m³ × 40 = 320 a month and flat, 100 of it.
func TestLateSubsidy(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	m.give(t, subsidyHeader, "002;Образцова;Анна;;100;скидка;01.08.2026;31.01.2027;Решение № 7", "003;Примеров;Олег;;400;деньгами;01.08.2026;31.01.2027;Решение № 8")
	result, err := m.Correct(t.Context(), pipeline.CorrectInput{Period: month(t, "2026-09")})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "late subsidy", linesOf(result.Lines), "002 2026-08 benefit -100.00")
	wantLines(t, "in money, not above the charge", benefitsOf(result.Benefits), "002 2026-08 benefit discount 100.00", "003 2026-08 benefit compensation 320.00")
	if text := result.Lines[0].Document(); !strings.HasPrefix(text, "субсидия 100,00 ₽ в месяц с 01.08.2026 по 31.01.2027, Решение № 7") {
		t.Error(text)
	}
}
