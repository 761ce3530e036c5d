package reports_test

import (
	"bytes"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

func decimal(tb testing.TB, s string) housing.Decimal {
	tb.Helper()
	d, err := housing.ParseDecimal(s)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// charges makes the lines of n accounts: maintenance, cold water by meter, hot water by norm with
// its excess, electricity by zones, heating of half a month.
func charges(tb testing.TB, n int) iter.Seq2[housing.AccountCharge, error] {
	tb.Helper()
	month := meta(tb).Period
	whole := month.Interval()
	half := housing.Interval{From: month.First(), To: month.First().AddDays(14)}
	line := func(s housing.Service, m housing.Method, volume, price string, amount housing.Money) housing.Charge {
		return housing.Charge{
			Service: s, Kind: housing.BaseCharge, Segment: whole, Rule: "R2.1.1", Method: m,
			Volume: decimal(tb, volume), Price: decimal(tb, price), Amount: amount,
		}
	}
	uplift := line(housing.HotWater, housing.ByNorm, "4.745", "243.16", 57690)
	uplift.Kind, uplift.Coefficient, uplift.Rule = housing.Uplift, decimal(tb, "1.5"), "R2.3"
	day := line(housing.Electricity, housing.ByMeter, "123", "7.12", 87576)
	day.Zone = housing.ZoneDay
	heating := line(housing.Heating, housing.ByHouseMeter, "0.4523871", "2645.78", 119692)
	heating.Segment = half
	lines := []housing.AccountCharge{
		{Charge: line(housing.Maintenance, housing.ByArea, "54.3", "31.27", 169796)},
		{Charge: line(housing.ColdWater, housing.ByMeter, "7.456", "52.80", 39368), Previous: decimal(tb, "123.000"), Current: decimal(tb, "130.456")},
		{Charge: line(housing.HotWater, housing.ByNorm, "4.745", "243.16", 115379)},
		{Charge: uplift},
		{Charge: day, Previous: decimal(tb, "15000"), Current: decimal(tb, "15123")},
		{Charge: heating},
	}
	return func(yield func(housing.AccountCharge, error) bool) {
		for i := range n {
			for _, row := range lines {
				row.House = "г. Примерск, ул. Садовая, д. 5"
				row.Account = housing.Account{
					Number: fmt.Sprintf("%010d", 100000017+i), Premises: housing.Premises{Flat: strconv.Itoa(i + 1), Kind: housing.Flat},
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

const perAccount = 169796 + 39368 + 115379 + 57690 + 87576 + 119692

func TestChargesInLibreOffice(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	control, err := reports.WriteCharges(&file, meta(t), charges(t, 200))
	if err != nil {
		t.Fatal(err)
	}
	if want := housing.Money(200 * perAccount); control.Sum("Начислено, ₽") != want || control.Rows != 1200 {
		t.Errorf("control %+v, want %s in 1200 rows", control, want)
	}
	sheets := office(t, file.Bytes())
	if got := find(t, sheets["Начисления"], "ИТОГО")[14]; got != shown(200*perAccount) {
		t.Errorf("total that LibreOffice shows %q, want %q", got, shown(200*perAccount))
	}
	want := [][]string{
		{
			"0100000017", "г. Примерск, ул. Садовая, д. 5", "кв. 1", "Содержание жилого помещения", "начисление", "", "", "площадь",
			"", "", "54.300", "м²", "31.27", "", "1,697.96", "R2.1.1",
		},
		{
			"0100000017", "г. Примерск, ул. Садовая, д. 5", "кв. 1", "Холодное водоснабжение", "начисление", "", "", "ИПУ",
			"123.000", "130.456", "7.456", "м³", "52.80", "", "393.68", "R2.1.1",
		},
		{
			"0100000017", "г. Примерск, ул. Садовая, д. 5", "кв. 1", "Горячее водоснабжение", "начисление", "", "", "норматив",
			"", "", "4.745", "м³", "243.16", "", "1,153.79", "R2.1.1",
		},
		{
			"0100000017", "г. Примерск, ул. Садовая, д. 5", "кв. 1", "Горячее водоснабжение", "превышение", "", "", "норматив",
			"", "", "4.745", "м³", "243.16", "1.50", "576.90", "R2.3",
		},
		{
			"0100000017", "г. Примерск, ул. Садовая, д. 5", "кв. 1", "Электроснабжение", "начисление", "день", "", "ИПУ",
			"15,000.000", "15,123.000", "123.000", "кВт·ч", "7.12", "", "875.76", "R2.1.1",
		},
		{
			"0100000017", "г. Примерск, ул. Садовая, д. 5", "кв. 1", "Отопление", "начисление", "", "01–14", "ОДПУ",
			"", "", "0.4523871", "Гкал", "2,645.78", "", "1,196.92", "R2.1.1",
		},
	}
	if diff := cmp.Diff(want, sheets["Начисления"][7:13]); diff != "" {
		t.Errorf("rows that LibreOffice shows (-want +got):\n%s", diff)
	}
	excess := housing.Money(200*57690).Russian() + " ₽"
	if got := find(t, sheets["Контроль"], "в том числе превышение из-за повышающего коэффициента")[1]; got != excess {
		t.Errorf("excess on the control sheet %q, want %q", got, excess)
	}
}

func TestExcessIsMarked(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	if _, err := reports.WriteCharges(&file, meta(t), charges(t, 1)); err != nil {
		t.Fatal(err)
	}
	book := open(t, file.Bytes())
	for cell, want := range map[string]string{"A10": "", "A11": "FFF4D6"} {
		id, err := book.GetCellStyle("Начисления", cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := book.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(style.Fill.Color, ""); got != want {
			t.Errorf("cell %s is filled %q, want %q", cell, got, want)
		}
	}
}

func run() reports.RunProtocol {
	files := []housing.ReceivedFile{
		{
			Name: "tariffs.xlsx", Partner: "inbox", Format: "tariffs-xlsx", Received: time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC),
			Status: housing.FilePartly, Counts: housing.Counts{Rows: 12, Accepted: 10, Unchanged: 1, Rejected: 1},
		},
		{
			Name: "9900123450_424.y03", Partner: "sber", Format: "sber-payments-a", Received: time.Date(2026, 10, 3, 6, 0, 0, 0, time.UTC),
			Status: housing.FileRefused, Counts: housing.Counts{Rows: 4, Rejected: 4},
			Reason: "контрольная сумма не сходится: в строке итога 14 845,67, по строкам 14 845,66; файл отклонён целиком",
		},
	}
	rejected := []reports.RejectedRow{{File: "tariffs.xlsx", Problem: housing.Problem{
		Row: 7, Sheet: "Тарифы", Column: "Действует с", Value: "31.02.2026", Expected: "ДД.ММ.ГГГГ",
		Code: "bad_date", Text: "такой даты нет",
	}}}
	findings := []reports.HouseFinding{
		{House: "г. Примерск, ул. Садовая, д. 5", Finding: housing.Finding{
			Account: "0100000017", Service: housing.Heating, Code: "no_tariff", Text: "на октябрь 2026 нет тарифа на отопление", Held: true,
		}},
		{House: "г. Примерск, ул. Садовая, д. 5", Finding: housing.Finding{
			Service: housing.ColdWater, Code: "no_house_meter", Text: "нет объёма ОДПУ",
		}},
	}
	return reports.RunProtocol{
		Stages: []reports.Stage{
			{Title: "Приём файлов", Items: 16, Took: 1250 * time.Millisecond, Result: "принято 11, отклонено 5"},
			{Title: "Начисления", Items: 1000, Took: 90 * time.Millisecond, Result: "удержан 1 счёт", Failed: true},
		},
		Files: seq(files), Rejected: seq(rejected), Findings: seq(findings),
		Totals: []reports.Total{{Name: "Начислено всего", Value: "5 892 001,17 ₽"}},
	}
}

func seq[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func TestRunProtocol(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	control, err := reports.WriteRunProtocol(&file, meta(t), run())
	if err != nil {
		t.Fatal(err)
	}
	if control.Rows != 7 {
		t.Errorf("%d rows on all sheets, want 7", control.Rows)
	}
	names := open(t, file.Bytes()).GetSheetList()
	if diff := cmp.Diff([]string{"Этапы", "Файлы", "Отклонённые строки", "Замечания расчёта", "Контроль"}, names); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
	sheets := office(t, file.Bytes())
	if diff := cmp.Diff([]string{"16", "10", "1", "5"}, find(t, sheets["Файлы"], "ИТОГО")[4:8]); diff != "" {
		t.Errorf("totals of the files (-want +got):\n%s", diff)
	}
	if got := find(t, sheets["Этапы"], "Приём файлов"); got[2] != "1.250" || got[3] != "12" {
		t.Errorf("stage %q, want 1.250 s and 12 a second", got)
	}
	row := find(t, sheets["Отклонённые строки"], "tariffs.xlsx")
	if diff := cmp.Diff([]string{
		"tariffs.xlsx", "Тарифы", "7", "Действует с", "31.02.2026", "ДД.ММ.ГГГГ", "bad_date", "такой даты нет",
	}, row); diff != "" {
		t.Errorf("rejected row (-want +got):\n%s", diff)
	}
	if got := find(t, sheets["Контроль"], "Начислено всего")[1]; got != "5 892 001,17 ₽" {
		t.Errorf("total of the run %q", got)
	}
}

func TestRunProtocolOfNothing(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	control, err := reports.WriteRunProtocol(&file, meta(t), reports.RunProtocol{})
	if err != nil || control.Rows != 0 {
		t.Errorf("control %+v, %v", control, err)
	}
	if _, err := excelize.OpenReader(&file); err != nil {
		t.Errorf("the workbook does not open: %v", err)
	}
}

func BenchmarkCharges(b *testing.B) {
	m, rows := meta(b), charges(b, 20_000)
	n := 0
	for b.Loop() {
		control, err := reports.WriteCharges(discard{}, m, rows)
		if err != nil {
			b.Fatal(err)
		}
		n += control.Rows
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
