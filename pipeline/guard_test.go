package pipeline_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/accounts"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// TestGuardNamesTheKnownAccount brings numbers that Excel or a keyboard has spoilt: each is found and the
// account that was meant is named; none is mended, and no account is created beside another.
func TestGuardNamesTheKnownAccount(t *testing.T) {
	t.Parallel()
	w := settled(t, 40)
	before := one[int](t, w.store, "SELECT count(*)::int FROM accounts")
	if _, err := w.store.Exec(t.Context(), "UPDATE accounts SET number = 'АК-17' WHERE number = '0100001010'"); err != nil {
		t.Fatal(err)
	}
	const head = "Лицевой счёт;Адрес дома;Квартира;Комната;Вид помещения;Площадь, м²;Проживает;Собственников;Право;Действует с\r\n"
	const tail = ";г. Примерск, ул. Садовая, д. 1;1;;квартира;55,5;2;1;собственник;01.10.2026\r\n"
	result := w.take(t, town.Office, "spoilt.csv", "\ufeff"+head+"01 00001002"+tail+"AK-17"+tail+"1,00E+08"+tail+"100001004"+tail)
	want := map[int][2]string{
		2: {"space_in_key", "похоже на 0100001002"},
		3: {"account_lookalike", "похоже на АК-17"},
		4: {"exponent", "остались первые 1"},
		5: {"account_lookalike", "похоже на 0100001004"},
	}
	if len(result.Problems) != len(want) {
		t.Fatalf("problems: %+v", result.Problems)
	}
	for _, p := range result.Problems {
		if w := want[p.Row]; p.Code != w[0] || !strings.Contains(p.Text, w[1]) {
			t.Errorf("row %d: %s: %s; want %s: %s", p.Row, p.Code, p.Text, w[0], w[1])
		}
	}
	if result.Counts.Rejected != 3 { // zeros that were typed may be another account: a warning
		t.Errorf("counts: %+v", result.Counts)
	}
	if now := one[int](t, w.store, "SELECT count(*)::int FROM accounts"); now != before+1 {
		t.Errorf("%d accounts, want %d", now, before+1)
	}
	balances := w.take(t, town.Office, "balances_spoilt.csv",
		"\ufeffЛицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо\r\n100001005;Отопление;9900173450;10.2026;1,00\r\n")
	if p := balances.Problems; len(p) != 1 || p[0].Code != "unknown_account" || !strings.HasSuffix(p[0].Text, "похоже на 0100001005") {
		t.Errorf("balances: %+v", balances)
	}
	fractions := w.take(t, town.Office, "balances_fraction.csv",
		"\ufeffЛицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо\r\n100001005.0;Отопление;9900173450;10.2026;1,00\r\n")
	if p := fractions.Problems; len(p) != 1 || p[0].Code != "bad_account" || !strings.HasSuffix(p[0].Text, "похоже на 0100001005") {
		t.Errorf("fractions: %+v", fractions)
	}
}

// One wrong number in many rows is answered as one: the account that was meant is named once in each.
func TestGuardNamesOnceInEveryRow(t *testing.T) {
	t.Parallel()
	w := settled(t, 40)
	lines := make([]string, 1, 7)
	lines[0] = "\ufeffЛицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо"
	services := []string{"Отопление", "Электроснабжение", "Газоснабжение", "Водоотведение", "Обращение с ТКО"}
	for _, service := range services {
		lines = append(lines, "100001005;"+service+";9900173450;10.2026;1,00")
	}
	rows := len(services)
	result := w.take(t, town.Office, "often.csv", strings.Join(append(lines, ""), "\r\n"))
	for _, p := range result.Problems {
		if !strings.HasSuffix(p.Text, "список лицевых счетов; похоже на 0100001005") {
			t.Errorf("row %d: %s: %s", p.Row, p.Code, p.Text)
		}
	}
	if result.Counts.Rejected != rows || len(result.Problems) != rows {
		t.Errorf("counts: %+v", result.Counts)
	}
}

// A code of payment that Excel has shortened fails by its length already; the account is named all the same.
func TestGuardNamesTheShortenedCode(t *testing.T) {
	t.Parallel()
	w := settled(t, 40)
	result := w.take(t, town.Supplier, "short.csv", "УК;100001002;г. Примерск, ул. Садовая, д. 1, кв. 2;;ХВ-015838;26.10.2026;579.952\r\n"+
		"УК;0199999999;г. Примерск, ул. Садовая, д. 1, кв. 2;;ХВ-015838;26.10.2026;579.952\r\n")
	if p := result.Problems; len(p) == 0 || p[0].Code != "bad_code" || !strings.HasSuffix(p[0].Text, "похоже на 0100001002") {
		t.Errorf("problems: %+v", p)
	}
}

// halfBad is a format that is refused where more than half of its rows are rejected.
type halfBad struct{ importers.Format }

func (halfBad) TooMany(rejected, rows int) bool { return rejected*2 > rows }

// TestTooManyRejectedRows counts rows that were rejected by what they refer to, not by form alone.
func TestTooManyRejectedRows(t *testing.T) {
	t.Parallel()
	w := settled(t, 40)
	p := w.with(t, func(c *pipeline.Config) { c.Formats = importers.Catalogue{halfBad{accounts.NewBalancesCSV()}} })
	const head = "\ufeffЛицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо\r\n"
	unknown := strings.Repeat("0999999999;Отопление;9900173450;10.2026;1,00\r\n", 2)
	for name, test := range map[string]struct {
		content string
		status  housing.FileStatus
	}{
		"all.csv":  {head + unknown, housing.FileRefused},
		"none.csv": {head + "0100001001;Наём;9900173450;10.2026;1,00\r\n", housing.FileAccepted},
	} {
		files, err := p.ImportFiles(t.Context(), "operator", []string{outFile(t, name, test.content)}, w.period)
		if err != nil || len(files) != 1 || files[0].Status != test.status {
			t.Errorf("%s: %+v, %v; want %s", name, files, err, test.status)
		}
	}
}
