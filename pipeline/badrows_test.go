package pipeline_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/profiles"
	"github.com/kvitok-gkh/kvitok/town"
)

// paidRow is a row of a registry of any family.
type paidRow struct {
	account, day, month string // day of the month, month MM.YYYY
	sum                 string // as it stands in the file, with a point
}

// A registry with one row of each kind that goes wrong, in every family of registries: each row has a reason of its own, with
// file, row, column, value and the form expected; the good row is booked, and the totals were compared with all rows before.
func TestBadRowsOfEveryFamily(t *testing.T) { //nolint:funlen,gocognit,tparallel // a table on one database
	t.Parallel()
	w := settled(t, 30)
	w.alsoReads(t, workbookOfPayments)
	good := one[string](t, w.store, "SELECT min(number) FROM accounts")
	foreign := w.foreignAccount(t)
	rows := []paidRow{
		{good, "02", "10.2026", "100.00"},
		{good, "02", "10.2026", "-50.00"},
		{good, "02", "10.2026", "0.00"},
		{good, "31", "12.2027", "10.00"},
		{"0199999998", "02", "10.2026", "20.00"},
		{foreign, "02", "10.2026", "30.00"},
		{good, "02", "10.2026", "40.005"},
	}
	texts := map[string]string{
		"negative_payment": "сумма платежа отрицательная", "zero_amount": "сумма платежа равна нулю", "future_payment": "дата платежа ещё не наступила",
		"unidentified_payment": "лицевой счёт не найден; платёж учтён в невыясненных", "money_decimals": "в сумме больше двух знаков после запятой",
		"foreign_account": "лицевой счёт ведёт другая организация (Соседи); платёж учтён в невыясненных",
	}
	for i, family := range []struct {
		format, partner, name string
		first                 int // row of the first payment
		write                 func(*testing.T, []paidRow) string
	}{
		{"sber-payments-b", town.Bank, "9900173450_40702810800000000777_801.txt", 1, sberRows},
		{"tochka-payments", town.Bank, "tochka-bad.csv", 2, tochkaRows},
		{"sber-pipe-payments", town.Bank, "pipe.txt", 2, pipeRows},
		{"rc-payment-packs", town.Bank, "packs.txt", 3, rcRows},
		{"obninsk-payments-dbf", town.Bank, "9900173450_40702810800000000777_77_5_D02102026.dbf", 1, dbfRows},
		{"office-payments", town.Office, "платежи.xlsx", 2, xlsxRows},
		{"sectioned-load", town.Office, "load-bad.txt", 4, sectionedRows},
	} {
		t.Run(family.format, func(t *testing.T) { //nolint:paralleltest // one database, one after the other
			paid := func() int64 { return one[int64](t, w.store, "SELECT COALESCE(sum(amount), 0)::bigint FROM payments") }
			rows := slices.Clone(rows)
			for at := range rows { // no payments of another family
				if rows[at].month == "10.2026" {
					rows[at].day = fmt.Sprintf("%02d", 2+i)
				}
			}
			before := paid()
			f := w.take(t, family.partner, family.name, family.write(t, rows))
			accepted := 3
			if family.format == "sber-pipe-payments" {
				accepted++ // the pack is a row of its own
			}
			wantFile(t, f, family.format, housing.FilePartly, accepted)
			want := []string{
				"1 negative_payment error -50.00", "2 zero_amount error 0.00", "3 future_payment error 31.12.2027", "4 unidentified_payment warning 0199999998",
				"5 foreign_account warning " + foreign, "6 money_decimals error 40.005",
			}
			got := []string{}
			for _, p := range f.Problems {
				if p.Severity == housing.SeverityInfo || p.Row == 0 || p.Code == "doubtful_account" || strings.HasSuffix(p.Column, "перевода") {
					continue // the transfer beside the amount is wrong in the same way
				}
				got = append(got, fmt.Sprintf("%d %s %s %s", p.Row-family.first, p.Code, p.Severity, strings.ReplaceAll(p.Value, ",", ".")))
				if !strings.HasPrefix(p.Text, texts[p.Code]) || p.Column == "" || p.IsError() && p.Expected == "" {
					t.Errorf("the row is told %+v", p)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what the rows are told (-want +got):\n%s", diff)
			}
			if n := paid() - before; n != 15000 {
				t.Errorf("booked are %d kopecks, want 100.00 and the 50.00 that belong to no account of ours", n)
			}
			stored := one[int](t, w.store, "SELECT count(*)::int FROM file_problems p JOIN files f ON f.id = p.file_id WHERE f.name = $1 AND p.row > 0 AND p.severity <> 'info' AND p.code <> 'doubtful_account' AND p.col NOT LIKE '%перевода'", family.name)
			if stored != len(want) {
				t.Errorf("%d problems are kept for the protocol, want %d", stored, len(want))
			}
		})
	}
	if got := w.openSum(t); got != 7*5000 {
		t.Errorf("among the unidentified are %s of unknown and foreign accounts, want 350.00", got)
	}
}

// Totals that do not agree refuse the registry whole, with the rows that are wrong beside: nothing of it is booked.
func TestTotalsBeforeRows(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	rows := []paidRow{{account, "02", "10.2026", "100.00"}, {account, "02", "10.2026", "-50.00"}}
	for name, text := range map[string]string{
		"9900173450_40702810800000000777_802.txt": strings.Replace(sberRows(t, rows), "=2;50,00;", "=2;100,00;", 1),
		"pipe-2.txt":   strings.Replace(pipeRows(t, rows), "|50.00|", "|100.00|", 1),
		"packs-2.txt":  strings.ReplaceAll(rcRows(t, rows), "|50.00|0|0|0|!1.00", "|100.00|0|0|0|!1.00"),
		"load-two.txt": strings.Replace(sectionedRows(t, rows), "|50.00|2|", "|100.00|2|", 1),
	} {
		f := w.take(t, town.Bank, name, text)
		if f.Status != housing.FileRefused || !strings.Contains(f.Reason, "100,00") {
			t.Errorf("%s ended as %s: %s", name, f.Status, f.Reason)
		}
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM payments p JOIN sources s ON s.id = p.source_id WHERE s.name LIKE '%-2.txt' OR s.name LIKE '%802%'"); n != 0 {
		t.Errorf("%d payments of refused registries are booked", n)
	}
}

const workbookOfPayments = `
name: office-payments
version: 1
title: Касса конторы
subject: payments
kind: xlsx
columns:
  - {head: Квитанция, field: key, required: true}
  - {head: Счёт, field: account}
  - {head: Оплачен, field: paid_on, required: true}
  - {head: Внесено, field: amount, required: true}
`

func (w *world) alsoReads(t *testing.T, profile string) {
	t.Helper()
	own, err := profiles.Parse([]byte(profile))
	if err != nil {
		t.Fatal(err)
	}
	formats, err := catalogue.Load([]*profiles.Profile{own})
	if err != nil {
		t.Fatal(err)
	}
	w.Pipeline = w.with(t, func(c *pipeline.Config) { c.Formats = formats.Catalogue })
}

// foreignAccount makes an account of another organisation and returns its number.
func (w *world) foreignAccount(t *testing.T) string {
	t.Helper()
	id, err := w.store.PutOrganisation(t.Context(), housing.Organisation{INN: "7707083893", Name: "Общество «Соседи»", ShortName: "Соседи"})
	if err != nil {
		t.Fatal(err)
	}
	w.exec(t, `INSERT INTO accounts (organisation_id, house_id, premises_id, number, payer, opened, source_id, source_pos)
SELECT $1, house_id, premises_id, '0177000001', 'Соседов', opened, source_id, source_pos FROM accounts ORDER BY id LIMIT 1`, id)
	return "0177000001"
}

func (w *world) openSum(t *testing.T) (sum housing.Money) {
	t.Helper()
	list, err := w.Unidentified(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range list {
		if q.Payment.Account == "0199999998" || q.Payment.Account == "0177000001" {
			sum += q.Left
		}
	}
	return sum
}

// total adds the sums of rows up as a bank would, its third digits cut off.
func total(t *testing.T, rows []paidRow) housing.Money {
	t.Helper()
	var sum housing.Money
	for _, r := range rows {
		m, err := housing.ParseMoney(r.sum[:strings.Index(r.sum, ".")+3])
		if err != nil {
			t.Fatal(err)
		}
		sum += m
	}
	return sum
}

func sberRows(t *testing.T, rows []paidRow) string {
	t.Helper()
	var lines []string
	for i, r := range rows {
		sum := strings.Replace(r.sum, ".", ",", 1)
		lines = append(lines, fmt.Sprintf("%s-%s;09-15-00;9999/00138;1;%012d;%s;ТЕСТОВ;ул. Садовая;%s;%s;0,00;2", r.day, strings.Replace(r.month, ".", "-", 1),
			810000000000+i, r.account, sum, sum))
	}
	sum := total(t, rows).RussianPlain()
	return cp1251(t, append(lines, fmt.Sprintf("=%d;%s;%s;0,00;77;31-12-2027", len(rows), sum, sum))...)
}

func tochkaRows(t *testing.T, rows []paidRow) string {
	t.Helper()
	lines := append(make([]string, 0, len(rows)+1), tochkaHead)
	for i, r := range rows {
		lines = append(lines, fmt.Sprintf("%s.%s;tb%d;%s;0,00;;PAYMENT;%s", r.day, r.month, i, strings.Replace(r.sum, ".", ",", 1), r.account))
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

func pipeRows(t *testing.T, rows []paidRow) string {
	t.Helper()
	lines := append(make([]string, 0, len(rows)+1), fmt.Sprintf("31.12.2027|000055|%s|%06d", total(t, rows), len(rows)))
	for i, r := range rows {
		lines = append(lines, fmt.Sprintf("31.12.2027|000055|%s.%s|00138|00001|%06d|%s|%s", r.day, r.month, i+1, r.sum, r.account))
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

func rcRows(t *testing.T, rows []paidRow) string {
	t.Helper()
	sum := total(t, rows)
	lines := append(make([]string, 0, len(rows)+2),
		fmt.Sprintf("***|КАССА-1|99|1|31.12.2027|10:15:00|31.12.2027|1|0|%s|0|0|!1.00", sum),
		fmt.Sprintf("###|КАССА-1|55|9|31.12.2027|31.12.2027|%d|0|%s|0|0|0|!1.00", len(rows), sum))
	for i, r := range rows {
		lines = append(lines, fmt.Sprintf("@@@|%d|55|%d|1|%s|%s.%s|01.09.2026|1|0|%s|0|0|0|0.00|||", 200000001+i, 4300000001+i, r.account, r.day, r.month, r.sum))
	}
	return cp1251(t, lines...)
}

func sectionedRows(t *testing.T, rows []paidRow) string {
	t.Helper()
	lines := append(make([]string, 0, len(rows)+3),
		fmt.Sprintf("1|1.3.8|Загрузка|ООО УК ПРОБА||7701234567|770101001|15|01.10.2026|+70000000000|Отправитель О.О.|01.10.2026|%d|", len(rows)+3),
		"2|77|ООО УК ПРОБА|УК ПРОБА|г. Примерск|г. Примерск|7701234567|770101001|",
		fmt.Sprintf("26|91|03.10.2026|411378|%s|%d|1|0|", total(t, rows), len(rows)))
	for i, r := range rows {
		lines = append(lines, fmt.Sprintf("22|%s|1|%d|%s.%s|03.10.2026||%s|Касса|01.09.2026|91|%d|", r.account, 300001+i, r.day, r.month, r.sum, 990001+i))
	}
	return cp1251(t, lines...)
}

func xlsxRows(t *testing.T, rows []paidRow) string {
	t.Helper()
	book := excelize.NewFile()
	lines := append(make([][]any, 0, len(rows)+1), []any{"Квитанция", "Счёт", "Оплачен", "Внесено"})
	for i, r := range rows {
		lines = append(lines, []any{fmt.Sprintf("касса-%d", i), r.account, r.day + "." + r.month, r.sum})
	}
	for i, line := range lines {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &line); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func dbfRows(t *testing.T, rows []paidRow) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.dbf")
	f, err := os.Create(path) //nolint:gosec // a file of this test
	if err != nil {
		t.Fatal(err)
	}
	encode := func(dst []byte, text string) []byte {
		out, err := charmap.CodePage866.NewEncoder().Bytes([]byte(text))
		if err != nil {
			return append(dst, '?')
		}
		return append(dst, out...)
	}
	w, err := dbase.NewWriter(f, dbase.Header{Year: 2026, Month: 10, Day: 5, CodePage: dbase.CodePage866, Fields: []dbase.Field{
		{Name: "L_SH", Kind: dbase.Character, Length: 12},
		{Name: "DATE_PAY", Kind: dbase.Date, Length: 8},
		{Name: "SUM", Kind: dbase.Character, Length: 12},
		{Name: "R_SH", Kind: dbase.Character, Length: 20},
	}}, encode)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(false, []string{r.account, r.month[3:] + r.month[:2] + r.day, r.sum, "40702810800000000777"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path) //nolint:gosec // a file of this test
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
