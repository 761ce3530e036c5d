package gatebook_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/gatebook"
	"github.com/kvitok-gkh/kvitok/housing"
)

func hold(account string, status housing.GateStatus) housing.GateHold {
	change := housing.ServiceChange{
		Service: housing.ColdWater, Was: 10000, Now: 110000, Causes: housing.Causes{Tariff: 1000, Volume: 99000}, Note: "способ: норматив → ИПУ",
	}
	return housing.GateHold{
		Account: account, House: "г. Примерск, ул. Примерная, д. 1", Premises: housing.Premises{Flat: "17", Kind: housing.Flat},
		Code: "volume_jump", Reason: "Холодное водоснабжение: объём 218,4 м³, в прошлом месяце 21,84: больше в 10 раз и более",
		Key: "0123456789abcdef0123456789abcdef", Status: status, Comment: "акт сверки",
		Change: housing.AccountChange{Was: 210000, Now: 310000, Causes: change.Causes, Services: []housing.ServiceChange{change}},
	}
}

func write(t *testing.T, holds ...housing.GateHold) []byte {
	t.Helper()
	period, err := housing.ParsePeriod("2026-11")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	meta := gatebook.Meta{
		Organisation: housing.Organisation{ShortName: "УК «Примерск»"}, Period: period, Temp: t.TempDir(),
		AsOf: time.Date(2026, 12, 1, 6, 7, 8, 0, time.UTC),
	}
	if err := gatebook.WriteHolds(&out, meta, slices.Values(holds)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	data := write(t, hold("0000000017", housing.GateHeld), hold("0000000018", housing.GateReturned))
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	row := func(sheet string, n int) []string {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if n >= len(rows) {
			t.Fatalf("sheet %s has %d rows", sheet, len(rows))
		}
		return rows[n]
	}
	sums := append([]string{"Было", "Стало", "Разница"}, housing.CauseTitles()...)
	heading := append(append([]string{housing.GateColumnAccount, "Адрес", "Причина"}, sums...),
		"Состояние", housing.GateColumnAnswer, housing.GateColumnComment, housing.GateColumnKey)
	account := hold("", "")
	for _, test := range []struct {
		sheet string
		row   int
		want  []string
	}{
		{housing.GateSheet, 0, heading},
		{housing.GateSheet, 1, []string{
			"0000000017", "г. Примерск, ул. Примерная, д. 1, кв. 17", account.Reason, "2,100.00", "3,100.00", "1,000.00",
			"10.00", "990.00", "", "", "", "", "", "", "", "удержан", "", "акт сверки", "0123456789abcdef",
		}},
		{housing.GateSheet, 2, []string{
			"0000000018", "г. Примерск, ул. Примерная, д. 1, кв. 17", account.Reason, "2,100.00", "3,100.00", "1,000.00",
			"10.00", "990.00", "", "", "", "", "", "", "", "возвращён", "вернуть", "акт сверки", "0123456789abcdef",
		}},
		{"По услугам", 1, []string{
			"0000000017", "Холодное водоснабжение", "100.00", "1,100.00", "1,000.00", "10.00", "990.00", "", "", "", "", "", "", "",
			"способ: норматив → ИПУ",
		}},
	} {
		if diff := cmp.Diff(test.want, row(test.sheet, test.row)); diff != "" {
			t.Errorf("%s, row %d (-want +got):\n%s", test.sheet, test.row+1, diff)
		}
	}
	rules, err := f.GetDataValidations(housing.GateSheet)
	if err != nil || len(rules) != 1 || rules[0].Sqref != "Q2:Q3" || rules[0].Formula1 != `"выпустить,вернуть"` {
		t.Errorf("the drop-down list: %+v, %v", rules, err)
	}
	if visible, err := f.GetColVisible(housing.GateSheet, "S"); err != nil || visible {
		t.Errorf("the key is visible: %v, %v", visible, err)
	}
	if !bytes.Equal(data, write(t, hold("0000000017", housing.GateHeld), hold("0000000018", housing.GateReturned))) {
		t.Error("the same holds give other bytes")
	}
}

func TestEmptyWorkbook(t *testing.T) {
	t.Parallel()
	if f, err := excelize.OpenReader(bytes.NewReader(write(t))); err != nil {
		t.Error(err)
	} else if err := f.Close(); err != nil {
		t.Error(err)
	}
}
