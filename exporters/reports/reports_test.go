package reports_test

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

func meta(tb testing.TB) reports.Meta {
	tb.Helper()
	period, err := housing.ParsePeriod("2026-10")
	if err != nil {
		tb.Fatal(err)
	}
	return reports.Meta{
		Organisation: housing.Organisation{
			Name: "Общество с ограниченной ответственностью «Управляющая компания «Примерск & Ко»", ShortName: "УК «Примерск & Ко»",
			INN: "9900123450", KPP: "990001001",
		},
		Period: period, AsOf: time.Date(2026, 11, 1, 9, 30, 0, 0, time.UTC), Zone: time.FixedZone("MSK", 3*3600),
		Run: "17", Engine: "kvitok 0.1.0", Parameters: "2026-07-01/3", Temp: tb.TempDir(),
	}
}

// turnovers makes n rows with awkward kopecks: tenths that no binary number has.
func turnovers(n int) iter.Seq2[housing.AccountTurnover, error] {
	return func(yield func(housing.AccountTurnover, error) bool) {
		for i := range n {
			row := housing.AccountTurnover{
				Account: housing.Account{
					Number: fmt.Sprintf("%010d", 100000017+i), Unified: fmt.Sprintf("70АА%06d", i),
					Payer:    "Тестова-Образцова Екатерина Константиновна",
					Premises: housing.Premises{Flat: strconv.Itoa(i + 1), Kind: housing.Flat},
				},
				House: "г. Примерск, ул. Космонавтов Первопроходцев, д. 12/3 корп. 2",
				Balance: housing.Balance{
					Opening: housing.Money(i%7*10_010 - 20_030), Charged: housing.Money(450_010 + i%997),
					Corrected: housing.Money(-(i % 3) * 1_001), Penalty: housing.Money(i % 11), Paid: housing.Money(i % 5 * 120_003),
				},
			}
			if err := row.Close(); err != nil {
				yield(row, err)
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func total(t *testing.T, rows iter.Seq2[housing.AccountTurnover, error], of func(housing.Balance) housing.Money) housing.Money {
	t.Helper()
	var sum housing.Money
	for row, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		sum += of(row.Balance)
	}
	return sum
}

func TestTurnoverInLibreOffice(t *testing.T) {
	t.Parallel()
	const n = 1000
	var file bytes.Buffer
	control, err := reports.WriteTurnover(&file, meta(t), turnovers(n))
	if err != nil {
		t.Fatal(err)
	}
	sheets := office(t, file.Bytes())
	totals := find(t, sheets["ОСВ"], "ИТОГО")
	debit := func(m housing.Money) housing.Money { return max(m, 0) }
	want := []string{
		shown(total(t, turnovers(n), func(b housing.Balance) housing.Money { return debit(b.Opening) })),
		shown(total(t, turnovers(n), func(b housing.Balance) housing.Money { return debit(-b.Opening) })),
		shown(total(t, turnovers(n), func(b housing.Balance) housing.Money { return b.Charged })),
		shown(total(t, turnovers(n), func(b housing.Balance) housing.Money { return b.Corrected })),
		shown(total(t, turnovers(n), func(b housing.Balance) housing.Money { return b.Penalty })),
		shown(total(t, turnovers(n), func(b housing.Balance) housing.Money { return b.Paid })),
		shown(total(t, turnovers(n), func(b housing.Balance) housing.Money { return debit(b.Closing) })),
		shown(total(t, turnovers(n), func(b housing.Balance) housing.Money { return debit(-b.Closing) })),
	}
	if diff := cmp.Diff(want, totals[5:]); diff != "" {
		t.Errorf("totals that LibreOffice shows (-want +got):\n%s", diff)
	}
	first := sheets["ОСВ"][7]
	if first[0] != "0100000017" {
		t.Errorf("first account = %q, want its leading zero kept", first[0])
	}
	sums := find(t, sheets["Контроль"], "Начислено")
	if want := shown(control.Sum("Начислено")); sums[1] != want || sums[2] != want || sums[3] != "0.00" {
		t.Errorf("control sheet %q, want %s twice and no difference", sums, want)
	}
	if got := find(t, sheets["Контроль"], "Строк в отчёте")[1]; got != "1,000" {
		t.Errorf("rows of the control sheet = %q", got)
	}
	if got := find(t, sheets["Контроль"], "SHA-256 строк отчёта")[1]; got != control.SHA256 {
		t.Errorf("hash of the control sheet = %q, want %q", got, control.SHA256)
	}
}

func open(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	})
	return book
}

func TestTurnoverCells(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	if _, err := reports.WriteTurnover(&file, meta(t), turnovers(3)); err != nil {
		t.Fatal(err)
	}
	book := open(t, file.Bytes())
	rows, err := book.GetRows("ОСВ", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Оборотно-сальдовая ведомость по лицевым счетам"},
		{"Общество с ограниченной ответственностью «Управляющая компания «Примерск & Ко», ИНН 9900123450, КПП 990001001"},
		{"Расчётный период: октябрь 2026 · Отбор: без отбора"},
		{"По состоянию на 01.11.2026 12:30:00 (UTC+03:00) · Прогон № 17"},
		nil,
		{
			"Лицевой счёт", "ЕЛС", "Плательщик", "Адрес", "Помещение", "Сальдо на начало", "Сальдо на начало", "Начислено",
			"Перерасчёт", "Пени", "Оплачено", "Сальдо на конец", "Сальдо на конец",
		},
		{"", "", "", "", "", "Дт", "Кт", "", "", "", "", "Дт", "Кт"},
	}
	if diff := cmp.Diff(want, rows[:7]); diff != "" {
		t.Errorf("head (-want +got):\n%s", diff)
	}
	data := [][]string{
		{"0100000017", "70АА000000", "кв. 1", "", "200.3", "4500.1", "0", "0", "0", "4299.8"},
		{"0100000018", "70АА000001", "кв. 2", "", "100.2", "4500.11", "-10.01", "0.01", "1200.03", "3189.88"},
		{"0100000019", "70АА000002", "кв. 3", "", "0.1", "4500.12", "-20.02", "0.02", "2400.06", "2079.96"},
	}
	for i, want := range data {
		row := rows[7+i]
		got := append([]string{row[0], row[1], row[4]}, row[5:12]...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("row %d (-want +got):\n%s", i, diff)
		}
	}
	for cell, want := range map[string]string{"H11": "SUBTOTAL(9,H8:H10)", "H12": "SUBTOTAL(9,H8:H11)"} { // of the house, of all: nested ones do not count
		if formula, err := book.GetCellFormula("ОСВ", cell); err != nil || formula != want {
			t.Errorf("formula of %s %q, %v", cell, formula, err)
		}
	}
	if rows[10][0] != "" || !strings.HasPrefix(rows[10][3], "Итого: г. Примерск") || rows[10][7] != "13500.33" {
		t.Errorf("cached subtotals %q", rows[10])
	}
	if rows[11][0] != "ИТОГО" || rows[11][7] != "13500.33" {
		t.Errorf("cached totals %q", rows[11])
	}
	kind, err := book.GetCellType("ОСВ", "A8")
	if err != nil || kind != excelize.CellTypeInlineString {
		t.Errorf("account number is of type %v, want text (%v)", kind, err)
	}
}

func TestTurnoverPrintSetUp(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	if _, err := reports.WriteTurnover(&file, meta(t), turnovers(3)); err != nil {
		t.Fatal(err)
	}
	book := open(t, file.Bytes())
	layout, err := book.GetPageLayout("ОСВ")
	if err != nil {
		t.Fatal(err)
	}
	if *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
		t.Errorf("page layout: size %d, %s, %d × %d", *layout.Size, *layout.Orientation, *layout.FitToWidth, *layout.FitToHeight)
	}
	names := map[string]string{}
	for _, n := range book.GetDefinedName() {
		names[n.Name] = n.RefersTo
	}
	if names["_xlnm.Print_Titles"] != "'ОСВ'!$6:$7" || names["_xlnm._FilterDatabase"] != "'ОСВ'!$A$7:$M$11" {
		t.Errorf("repeated rows and filter: %v", names)
	}
	panes, err := book.GetPanes("ОСВ")
	if err != nil || !panes.Freeze || panes.YSplit != 7 {
		t.Errorf("frozen panes %+v, %v", panes, err)
	}
	footer, err := book.GetHeaderFooter("ОСВ")
	if err != nil || !strings.Contains(footer.OddFooter, "Примерск && Ко") {
		t.Errorf("footer %+v, %v", footer, err)
	}
	props, err := book.GetDocProps()
	if err != nil || props.Created != "2026-11-01T09:30:00Z" || props.Title == "" {
		t.Errorf("properties %+v, %v", props, err)
	}
}

func TestReportGoesOnInFurtherSheets(t *testing.T) {
	t.Parallel()
	m := meta(t)
	m.SheetRows = 22 // 7 of the head, 8 of data, 7 of the tail
	var file bytes.Buffer
	control, err := reports.WriteTurnover(&file, m, turnovers(20))
	if err != nil {
		t.Fatal(err)
	}
	sheets := office(t, file.Bytes())
	accounts := 0
	for _, name := range []string{"ОСВ", "ОСВ (2)", "ОСВ (3)"} {
		if sheets[name] == nil {
			t.Fatalf("no sheet %q", name)
		}
		if len(sheets[name]) > m.SheetRows {
			t.Errorf("sheet %q has %d rows, more than it holds", name, len(sheets[name]))
		}
		for _, row := range sheets[name] {
			if strings.HasPrefix(row[0], "0100000") {
				accounts++
			}
		}
		find(t, sheets[name], "Итого по листу")
	}
	if accounts != 20 {
		t.Errorf("%d accounts on all sheets, want 20", accounts)
	}
	if got, want := find(t, sheets["ОСВ (3)"], "ВСЕГО")[7], shown(control.Sum("Начислено")); got != want {
		t.Errorf("grand total %q, want %q", got, want)
	}
	if got := find(t, sheets["Контроль"], "Начислено"); got[1] != got[2] || got[3] != "0.00" {
		t.Errorf("control sheet %q", got)
	}
}

func TestEqualRowsGiveEqualBytes(t *testing.T) {
	t.Parallel()
	m := meta(t)
	m.SheetRows = 20
	var first, second bytes.Buffer
	a, err := reports.WriteTurnover(&first, m, turnovers(40))
	if err != nil {
		t.Fatal(err)
	}
	b, err := reports.WriteTurnover(&second, m, turnovers(40))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Errorf("two writings of the same rows differ: %s", diff)
	}
	c, err := reports.WriteTurnover(&second, m, turnovers(39))
	if err != nil {
		t.Fatal(err)
	}
	if c.SHA256 == a.SHA256 {
		t.Error("other rows have the same hash")
	}
}

func TestEmptyReport(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	control, err := reports.WriteTurnover(&file, meta(t), turnovers(0))
	if err != nil {
		t.Fatal(err)
	}
	if control.Rows != 0 || control.Sum("Начислено") != 0 {
		t.Errorf("control of an empty report: %+v", control)
	}
	if got := find(t, office(t, file.Bytes())["ОСВ"], "ИТОГО")[7]; got != "0.00" {
		t.Errorf("total of an empty report %q", got)
	}
}

var errBroken = errors.New("connection lost")

func TestFailureOfTheRowsLeavesNothing(t *testing.T) {
	t.Parallel()
	m := meta(t)
	var file bytes.Buffer
	_, err := reports.WriteTurnover(&file, m, func(yield func(housing.AccountTurnover, error) bool) {
		for row, err := range turnovers(50_000) {
			if !yield(row, err) {
				return
			}
		}
		yield(housing.AccountTurnover{}, errBroken)
	})
	if !errors.Is(err, errBroken) {
		t.Errorf("error %v, want the one of the rows", err)
	}
	if file.Len() > 0 {
		t.Errorf("%d bytes were written of a report that failed", file.Len())
	}
	left, err := os.ReadDir(m.Temp)
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files left behind: %v, %v", left, err)
	}
}

func BenchmarkTurnover(b *testing.B) {
	const n = 100_000
	m := meta(b)
	var peak uint64
	for b.Loop() {
		rows := 0
		_, err := reports.WriteTurnover(discard{}, m, func(yield func(housing.AccountTurnover, error) bool) {
			for row, err := range turnovers(n) {
				if rows++; rows%20_000 == 0 {
					var stats runtime.MemStats
					runtime.ReadMemStats(&stats)
					peak = max(peak, stats.HeapInuse)
				}
				if !yield(row, err) {
					return
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(peak)/(1<<20), "MiB-heap")
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
