package pipeline_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

const openingHeader = "Лицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо;Дом итога"

// A registry of opening balances is proved by its control rows; one that disagrees leaves nothing behind and names
// house, service and difference.
func TestOpeningTotals(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t)
	m.give(t, madeHeader, m.account("001", "1", "60", "01.01.2024", ""), m.account("002", "2", "40", "01.01.2024", ""))
	rows := []string{
		"001;Отопление;" + m.issuer + ";10.2026;1000,00;", "001;Наём;" + m.issuer + ";10.2026;-50,00;", "002;Отопление;" + m.issuer + ";10.2026;200,50;",
	}
	send := func(name string, more ...string) housing.ReceivedFile {
		t.Helper()
		got := m.take(t, town.Office, name, openingHeader+"\r\n"+strings.Join(append(append([]string{}, rows...), more...), "\r\n")+"\r\n")
		return got.ReceivedFile
	}
	count := func() int { return one[int](t, m.store, "SELECT count(*)::int FROM opening_balances") }
	before := count()
	bad := send("bad.csv", "ИТОГО;Отопление;;10.2026;1300,50;"+madeHouse, "ИТОГО;;;10.2026;1150,50;")
	for _, part := range []string{"реестр не загружен целиком", madeHouse + ", Отопление (строка 5)", "в реестре 1200,50, итог 1300,50, разница -100,00"} {
		if !strings.Contains(bad.Reason, part) {
			t.Errorf("%q lacks %q", bad.Reason, part)
		}
	}
	if strings.Contains(bad.Reason, "все дома") || bad.Status != housing.FileRefused || count() != before {
		t.Errorf("%+v, %d rows", bad, count()-before)
	}
	lost := send("lost.csv", "999;Отопление;"+m.issuer+";10.2026;100,00;", "ИТОГО;Отопление;;10.2026;1300,50;")
	if !strings.Contains(lost.Reason, "отклонено строк: 1") || !strings.Contains(lost.Reason, "все дома, Отопление") || count() != before {
		t.Errorf("%+v", lost)
	}
	good := send("good.csv", "ИТОГО;Отопление;;10.2026;1200,50;"+madeHouse, "ИТОГО;Наём;;10.2026;-50;"+madeHouse, "ИТОГО;;;10.2026;1150,50;"+madeHouse,
		"ИТОГО;;;10.2026;1150,50;")
	if good.Counts != (housing.Counts{Rows: 7, Accepted: 3, Unchanged: 4}) || count() != before+3 {
		t.Errorf("%+v", good)
	}
	again := send("again.csv", "ИТОГО;;;10.2026;1150,50;")
	if again.Counts != (housing.Counts{Rows: 4, Unchanged: 4}) {
		t.Errorf("%+v", again)
	}
	other := send("house.csv", "ИТОГО;;;10.2026;1;г. Примерск, ул. Другая, д. 9")
	if !strings.Contains(other.Reason, "ул. Другая, д. 9, все услуги") || !strings.Contains(other.Reason, "в реестре 0,00, итог 1,00") {
		t.Errorf("%+v", other)
	}
}
