package reports_test

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

// of yields the values of a list.
func of[T any](list ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// keep writes a report into the folder that KVITOK_REPORTS names, for a tester to look at.
func keep(t *testing.T, name string, file []byte) {
	t.Helper()
	folder := os.Getenv("KVITOK_REPORTS")
	if folder == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(folder, name+".xlsx"), file, 0o600); err != nil { //nolint:gosec // the tester names the folder
		t.Fatal(err)
	}
}

func closed(t *testing.T, opening, charged, corrected, penalty, paid housing.Money) housing.Balance {
	t.Helper()
	b := housing.Balance{Opening: opening, Charged: charged, Corrected: corrected, Penalty: penalty, Paid: paid}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

func collectionRows(t *testing.T) iter.Seq2[housing.ServiceMonth, error] {
	t.Helper()
	october := meta(t).Period
	rows := make([]housing.ServiceMonth, 0, 6)
	for s, service := range []housing.Service{housing.Maintenance, housing.ColdWater} {
		for i := range housing.Period(3) {
			month := october - 2 + i
			paid := housing.Money(900_00 - 100_07*int64(i)*int64(s+1))
			rows = append(rows, housing.ServiceMonth{
				Service: service, Payee: "УК «Примерск & Ко»", Month: month, PaidOn: month.First().AddDays(9), Balance: closed(t, 0, 1000_10, -10_05, 1_01, paid),
			})
		}
	}
	return of(rows...)
}

func TestCollection(t *testing.T) {
	t.Parallel()
	var file, again bytes.Buffer
	control, err := reports.WriteCollection(&file, meta(t), collectionRows(t))
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "collection", file.Bytes())
	if _, err := reports.WriteCollection(&again, meta(t), collectionRows(t)); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Errorf("two writings of the same rows differ, %v", err)
	}
	if got := control.Sum("Всего за месяц"); got != 6*(1000_10-10_05+1_01) {
		t.Errorf("charged %s", got)
	}
	sheets := office(t, file.Bytes())
	want := [][]string{
		{"Месяц", "Всего за месяц", "Оплачено"},
		{"август 2026", "1,982.12", "1,800.00"},
		{"сентябрь 2026", "1,982.12", "1,499.79"},
		{"октябрь 2026", "1,982.12", "1,199.58"},
	}
	if diff := cmp.Diff(want, sheets["График"][2:6]); diff != "" {
		t.Errorf("figures of the chart, computed by LibreOffice (-want +got):\n%s", diff)
	}
	first := []string{
		"Содержание жилого помещения", "УК «Примерск & Ко»", "август 2026", "31.08.2026", "1,000.10", "-10.05", "1.01", "991.06", "10.08.2026", "900.00", "90.9",
	}
	if diff := cmp.Diff(first, sheets["Сводная"][7]); diff != "" {
		t.Errorf("first row (-want +got):\n%s", diff)
	}
	if sums := find(t, sheets["Контроль"], "Оплачено, сумма"); sums[1] != "4,499.37" || sums[2] != sums[1] || sums[3] != "0.00" {
		t.Errorf("control sheet %q", sums)
	}
	other := laidOut(t, file.Bytes(), "Сводная", 1)
	if diff := cmp.Diff([]string{"'График'!$B$4:$B$6", "'График'!$C$4:$C$6"}, other["График"].Series); diff != "" {
		t.Errorf("series of the chart (-want +got):\n%s", diff)
	}
}

func TestHouseMoney(t *testing.T) {
	t.Parallel()
	october := meta(t).Period
	var months []housing.HouseMoneyMonth
	for _, house := range []string{"г. Примерск, ул. Новая, д. 1", "г. Примерск, ул. Новая, д. 2"} {
		debt := housing.Money(50_00)
		for month := october - 1; month <= october; month++ {
			m := housing.HouseMoneyMonth{
				House: house, Month: month, Opening: debt, Charged: 1000_07, ChargedOther: 200_00, Penalty: 1_10, Paid: 900_00, PaidOther: 150_00, Fee: 9_00,
			}
			debt += 1000_07 + 200_00 + 1_10 - 900_00 - 150_00
			m.Closing = debt
			months = append(months, m)
		}
	}
	services := of(housing.HouseServiceMoney{
		House: "г. Примерск, ул. Новая, д. 1", Service: housing.Maintenance, Payee: "УК", Balance: closed(t, 50_00, 2400_14, 0, 2_20, 2100_00),
	})
	var file bytes.Buffer
	expenses := of(
		housing.HouseExpense{OfHouse: housing.OfHouse{House: "г. Примерск, ул. Новая, д. 1"}, Period: october, Article: "Лифты", Amount: 314_05, Document: "Акт № 7"},
		housing.HouseExpense{OfHouse: housing.OfHouse{House: "г. Примерск, ул. Новая, д. 1"}, Period: october - 1, Article: "Уборка", Amount: 100_00},
		housing.HouseExpense{OfHouse: housing.OfHouse{House: "г. Примерск, ул. Новая, д. 2"}, Period: october, Article: "Уборка", Amount: 50_50},
	)
	control, err := reports.WriteHouseMoney(&file, meta(t), reports.HouseMoney{Months: of(months...), Services: services, Expenses: expenses})
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "house-money", file.Bytes())
	if spent := office(t, file.Bytes()); spent["Расходы по статьям"][8][4] != "414.05" || find(t, spent["Контроль"], "Израсходовано")[3] != "0.00" {
		t.Errorf("expenses %q", spent["Расходы по статьям"])
	}
	if control.Rows != 4 || control.Sum("Оплачено, всего") != 4*1050_00 {
		t.Errorf("control %+v", control)
	}
	sheets := office(t, file.Bytes())
	want := [][]string{
		{"Месяц", "Начислено", "Оплачено", "Сальдо на конец"},
		{"сентябрь 2026", "2,400.14", "2,100.00", "402.34"},
		{"октябрь 2026", "2,400.14", "2,100.00", "704.68"},
	}
	if diff := cmp.Diff(want, sheets["График"][2:5]); diff != "" {
		t.Errorf("figures of the chart (-want +got):\n%s", diff)
	}
	if got := find(t, sheets["Контроль"], "Сальдо на начало + начислено + пени − оплачено = сальдо на конец")[1]; got != "сходится" {
		t.Errorf("the equation %q", got)
	}
	if got := find(t, sheets["По услугам"], "ИТОГО"); got[4] != "2,400.14" || got[8] != "352.34" {
		t.Errorf("services %q", got)
	}
	laidOut(t, file.Bytes(), "По месяцам", 1)
}

func TestPaymentRegister(t *testing.T) {
	t.Parallel()
	day := meta(t).Period.First().AddDays(4)
	account := housing.Account{Number: "0100000017", Payer: "Тестова Е. К.", Premises: housing.Premises{Flat: "7", Kind: housing.Flat}}
	rows := of(
		housing.RegisteredPayment{
			Payment: housing.Payment{
				Key: "000123", Account: "100000017", PaidOn: day, Amount: 500_10, Transfer: 495_10, Fee: 5_00, OrderNo: "77", OrderDate: day.AddDays(1),
			},
			Account: account, House: "г. Примерск, ул. Новая, д. 1", Partner: "bank", Registry: "r.txt", Row: 12, Bank: "ПАО Банк", Credited: day.AddDays(1),
			Left: 500_10, Parts: []housing.PaidPart{{Service: housing.Maintenance, Amount: 400_00}, {Service: housing.ColdWater, Amount: 100_10}},
		},
		housing.RegisteredPayment{
			Payment: housing.Payment{Key: "000124", Account: "999", Payer: "Неизвестный", PaidOn: day, Amount: 100_00, Transfer: 100_00}, Registry: "r.txt", Row: 13,
			State: housing.PaymentUnidentified, Left: 100_00,
		},
		housing.RegisteredPayment{
			Payment: housing.Payment{Key: "000125", PaidOn: day, Amount: 70_00, Transfer: 70_00}, Registry: "r.txt", Row: 14, State: housing.PaymentReversed,
		},
	)
	var file bytes.Buffer
	control, err := reports.WritePayments(&file, meta(t), rows)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "payments", file.Bytes())
	if control.Sum("Сумма, ₽") != 670_10 || control.Sum("Возвращено, ₽") != 70_00 {
		t.Errorf("control %+v", control)
	}
	sheets := office(t, file.Bytes())
	want := []string{
		"05.10.2026", "000123", "100000017", "0100000017", "Тестова Е. К.", "г. Примерск, ул. Новая, д. 1", "кв. 7", "bank", "r.txt", "12", "77", "06.10.2026",
		"ПАО Банк", "06.10.2026", "разнесён", "500.10", "5.00", "495.10", "0.00", "Содержание жилого помещения 400,00; Холодное водоснабжение 100,10",
	}
	if diff := cmp.Diff(want, sheets["Поступления"][6]); diff != "" {
		t.Errorf("first row (-want +got):\n%s", diff)
	}
	if second := sheets["Поступления"][7]; second[4] != "Неизвестный" || second[6] != "" || second[14] != "невыясненный" {
		t.Errorf("second row %q", second)
	}
	laidOut(t, file.Bytes(), "Поступления", 0)
}

func TestUnclearPayments(t *testing.T) {
	t.Parallel()
	day := meta(t).Period.First()
	question := housing.PaymentQuestion{
		Payment:  housing.Payment{Key: "000124", Account: "999", Payer: "Тестова Е.К.", PaidOn: day, Amount: 100_00},
		Registry: "r.txt", Row: 13, Reason: "лицевой счёт 999 не найден или платёж снят с него", Left: 100_00,
		Candidates: []housing.MatchCandidate{{Account: housing.Account{Number: "0100000017"}, House: "г. Примерск, ул. Новая, д. 1", Evidence: "совпала фамилия"}},
	}
	taken := question
	taken.Payment.Key, taken.Candidates = "000125", nil
	rows := of(housing.UnclearPayment{PaymentQuestion: question}, housing.UnclearPayment{
		PaymentQuestion: taken, Decision: &housing.PaymentDecision{Kind: "assign", Number: "0100000017", By: "petrova", Reason: "заявление"},
	})
	var file bytes.Buffer
	control, err := reports.WriteUnclear(&file, meta(t), rows)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "unclear", file.Bytes())
	if control.Sum("Сумма, ₽") != 200_00 || control.Sum("Не разнесено, ₽") != 100_00 {
		t.Errorf("control %+v", control)
	}
	sheets := laidOut(t, file.Bytes(), "Невыясненные", 0)
	table := sheets["Невыясненные"].Rows
	if first := table[6]; first[2] != "000124" || first[11] != "не принято" || first[10] == nil {
		t.Errorf("first row %v", first)
	}
	if second := table[7]; second[8] != nil || second[11] != "зачислен на ЛС 0100000017" || second[12] != "petrova" || second[13] != "заявление" {
		t.Errorf("second row %v", second)
	}
}

func TestGISComparison(t *testing.T) {
	t.Parallel()
	rows := of(
		housing.GISComparison{Kind: housing.GISHouse, Key: "ул. Новая, д. 1", GIS: "8d5c0d7b", State: housing.GISAgrees},
		housing.GISComparison{Kind: housing.GISAccount, Key: "0100000017", State: housing.GISNotThere, Error: "нет ЕЛС"},
		housing.GISComparison{Kind: housing.GISAccount, Theirs: "0100000999", State: housing.GISNotHere, Error: "счёт не найден (els.xlsx, строка 4)", Tries: 2},
	)
	var file bytes.Buffer
	control, err := reports.WriteGISComparison(&file, meta(t), rows)
	if err != nil || control.Rows != 3 {
		t.Fatalf("%+v, %v", control, err)
	}
	sheets := laidOut(t, file.Bytes(), "Сверка", 0)
	states := make([]any, 0, 6)
	for _, row := range sheets["Сверка"].Rows[6:9] {
		states = append(states, row[0], row[6])
	}
	if diff := cmp.Diff([]any{"дом", "совпадает", "лицевой счёт", "нет в ГИС", "лицевой счёт", "нет у нас"}, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

// The ageing of debt and the balance of resources are drawn; their figures follow from the rows.
func TestChartsOfDebtAndResources(t *testing.T) {
	t.Parallel()
	debtor := func(n string, amounts ...housing.Money) housing.Debtor {
		d := housing.Debtor{Account: housing.Account{Number: n}, House: "ул. Новая, д. 1"}
		for i, amount := range amounts {
			d.Ages[i] = amount
			d.Total += amount
		}
		return d
	}
	var debts, resources bytes.Buffer
	if _, err := reports.WriteDebtors(&debts, meta(t), of(debtor("1", 10_00, 20_00), debtor("2", 0, 5_50, 7_00))); err != nil {
		t.Fatal(err)
	}
	keep(t, "debtors", debts.Bytes())
	sheets := office(t, debts.Bytes())
	want := [][]string{{"срок не наступил", "10.00"}, {"до 30 дней", "25.50"}, {"31–60", "7.00"}, {"61–90", "0.00"}}
	if diff := cmp.Diff(want, sheets["График"][3:7]); diff != "" {
		t.Errorf("ages (-want +got):\n%s", diff)
	}
	laidOut(t, debts.Bytes(), "Должники", 1)
	list := make([]housing.ResourceBalance, 0, 70)
	for i := range 70 {
		list = append(list, housing.ResourceBalance{
			House: fmt.Sprintf("ул. Новая, д. %d", i+1), Service: housing.ColdWater, Whole: decimal(t, "200"), Metered: decimal(t, "100"), Norm: decimal(t, "50"),
			Common: housing.Whole(int64(50 - i)),
		})
	}
	m := meta(t)
	m.SheetRows = 40 // the figures lead to the sheet that has the row
	if _, err := reports.WriteResourceBalance(&resources, m, of(list...)); err != nil {
		t.Fatal(err)
	}
	keep(t, "resources", resources.Bytes())
	sheets = office(t, resources.Bytes())
	if first := sheets["График"][3]; !slices.Equal(first, []string{"ул. Новая, д. 70, холодное водоснабжение", "50.0", "25.0", "0.0", "0.0", "-9.5", "34.5"}) {
		t.Errorf("the largest imbalance %q", first)
	}
	if rows := len(sheets["График"]); rows != 3+20 {
		t.Errorf("%d rows, want the 20 largest", rows)
	}
	laidOut(t, resources.Bytes(), "Баланс", 1)
}
