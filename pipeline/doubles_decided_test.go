package pipeline_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/answers"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/town"
)

const registryHead = "Дата;АдресАбонента;ЛицевойСчетПоставщика;Услуга;Тариф;Расход;Е;Начисление;ИсходящееСальдо;ПоказанияИПУ"

// pairs are the doubles in short: our account, the other's, and whether that is right.
func pairs(t *testing.T, w *world) []string {
	t.Helper()
	list, err := w.Doubles(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	short := make([]string, len(list))
	for i := range list {
		short[i] = fmt.Sprintf("%s-%s", list[i].A.Account, list[i].B.Account)
		if list[i].Right {
			short[i] += " right"
		}
	}
	return short
}

// TestDoublesByAddress has a supplier whose registry has numbers of his own: the address leads to the premises, however the flat
// is written; a number that happens to be one of ours does not lead elsewhere.
func TestDoublesByAddress(t *testing.T) {
	t.Parallel()
	w := charged(t, 40)
	row := func(address, account, service, amount string) string {
		return "01.10.2026;" + address + ";" + account + ";" + service + ";1.00;1;м3;" + amount + ";0.00;"
	}
	house := one[string](t, w.store, "SELECT h.address FROM accounts a JOIN houses h ON h.id = a.house_id WHERE a.number = '0100001003'")
	file := w.take(t, town.Supplier, "charges.csv", cp1251(t, registryHead,
		row(house+", кв. 03", "РСО-3", "Отопление", "10.00"),
		row(house+", кв. 4", "0100001005", "Отопление", "20.00"),  // ours by number, but of flat 5
		row("куда-то, кв. 6", "0100001006", "Отопление", "30.00"), // an address that says nothing
		row(house+", кв. 7", "0100001007", "Отопление", "0.00"),   // nothing was charged
		row(house+", кв. 999", "РСО-999", "Отопление", "40.00"),   // no flat of ours
		row(house+", кв. 8", "РСО-8", "Водоотведение", "-50.00"))) // taken back
	wantFile(t, file, "rso-charges-csv", housing.FileAccepted, 6)
	unknown := 0
	for _, p := range file.Problems {
		if p.Code == "unknown_account" {
			unknown++
		}
	}
	if unknown != 1 {
		t.Errorf("%d rows belong to nobody, want 1: %+v", unknown, file.Problems)
	}
	want := []string{"0100001003-РСО-3", "0100001004-0100001005", "0100001006-0100001006"}
	if got := pairs(t, w); !slices.Equal(got, want) {
		t.Errorf("doubles: %q, want %q", got, want)
	}
}

// TestDoublesOfRooms has another company with one account for a flat that we keep by rooms, and a flat number written otherwise. A
// service that was an account's own in the year before hides nothing.
func TestDoublesOfRooms(t *testing.T) {
	t.Parallel()
	w := charged(t, 40)
	w.exec(t, `INSERT INTO organisations (inn, name, short_name) VALUES ('7700000017', 'ООО «Новая управляющая»', 'Новая УК')`)
	w.exec(t, `UPDATE premises SET room = '1', kind = 'room' WHERE id = (SELECT premises_id FROM accounts WHERE number = '0100001003')`)
	w.exec(t, `INSERT INTO houses (organisation_id, key, address, kind, source_id, source_pos)
SELECT (SELECT id FROM organisations WHERE inn = '7700000017'), h.key, h.address, h.kind, h.source_id, 900
FROM houses h JOIN accounts a ON a.house_id = h.id WHERE a.number = '0100001003'`)
	w.exec(t, `INSERT INTO premises (house_id, flat, room, kind)
SELECT id, f, r, 'flat' FROM houses, (VALUES ('кв. 03', ''), ('4', '2')) AS p(f, r) WHERE source_pos = 900`)
	w.exec(t, `INSERT INTO accounts (organisation_id, number, house_id, premises_id, source_id, source_pos)
SELECT h.organisation_id, 'Н-' || flat_key(p.flat), h.id, p.id, h.source_id, 901 FROM houses h JOIN premises p ON p.house_id = h.id WHERE h.source_pos = 900`)
	w.exec(t, `INSERT INTO house_services (house_id, service, payee_id, meter_possible, valid, source_id, source_pos)
SELECT h.id, 'maintenance', h.organisation_id, true, '[2020-01-01,)', h.source_id, 902 FROM houses h WHERE h.source_pos = 900`)
	w.exec(t, `INSERT INTO house_services (house_id, account_id, service, payee_id, meter_possible, valid, source_id, source_pos)
SELECT house_id, id, 'maintenance', organisation_id, true, '[2024-01-01,2025-01-01)', source_id, 903 FROM accounts WHERE number = '0100001003'`)
	if got, want := pairs(t, w), []string{"0100001003-Н-3", "0100001004-Н-4"}; !slices.Equal(got, want) {
		t.Errorf("doubles: %q, want %q", got, want)
	}
	w.exec(t, `UPDATE premises SET room = '2' WHERE flat = 'кв. 03'`)
	if got, want := pairs(t, w), []string{"0100001004-Н-4"}; !slices.Equal(got, want) {
		t.Errorf("another room: %q, want %q", got, want)
	}
}

// TestDoublesDecided has doubles found right in the workbook: they are doubles no more, till a month or for good, the same workbook
// again changes nothing, and the word is taken back.
func TestDoublesDecided(t *testing.T) {
	t.Parallel()
	w := charged(t, 40)
	w.take(t, town.Supplier, "charges.csv", cp1251(t, registryHead,
		"01.10.2026;;0100001003;Отопление;1.00;1;м3;10.00;0.00;", "01.10.2026;;0100001004;Отопление;1.00;1;м3;10.00;0.00;"))
	w.decideDoubles(t, 1, [3]string{"правомерно", "печатаем для РСО", "12.2026"}, [3]string{"", "", ""})
	if got, want := pairs(t, w), []string{"0100001003-0100001003 right", "0100001004-0100001004"}; !slices.Equal(got, want) {
		t.Errorf("doubles: %q, want %q", got, want)
	}
	w.decideDoubles(t, 0, [3]string{"правомерно", "печатаем для РСО", "12.2026"}, [3]string{"", "", ""})
	if n := one[int](t, w.store, "SELECT count(*)::int FROM audit WHERE action = 'double.right'"); n != 1 {
		t.Errorf("%d decisions in the audit trail, want 1", n)
	}

	decision := housing.DoubleDecision{Service: housing.Heating, Other: town.Supplier, Right: true, Reason: "агент", By: "ivanova"}
	if made, err := w.DecideDouble(t.Context(), decision); err != nil || !made {
		t.Errorf("of all accounts: %t, %v", made, err)
	}
	w.decideDoubles(t, 1, [3]string{"двойное", "договор расторгнут", ""}, [3]string{"", "", ""})
	if got, want := pairs(t, w), []string{"0100001003-0100001003", "0100001004-0100001004 right"}; !slices.Equal(got, want) {
		t.Errorf("taken back: %q, want %q", got, want)
	}
	decision.Account = "НЕТ"
	if _, err := w.DecideDouble(t.Context(), decision); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of an unknown account: %v", err)
	}
	decision.Account, decision.Reason = "", ""
	if _, err := w.DecideDouble(t.Context(), decision); err == nil {
		t.Error("a decision without a reason was kept")
	}
	w.exec(t, `INSERT INTO double_decisions (organisation_id, service, other, is_right, until, reason, decided_by, decided_at)
SELECT $1, 'heating', $2, true, '2026-09-01', 'до сентября', 'x', now()`, w.Organisation.ID, town.Supplier)
	if got, want := pairs(t, w), []string{"0100001003-0100001003", "0100001004-0100001004 right"}; !slices.Equal(got, want) {
		t.Errorf("a decision that has ended: %q, want %q", got, want)
	}
}

// decideDoubles writes the workbook, fills decision, reason and month in and applies it.
func (w *world) decideDoubles(t *testing.T, decided int, decisions ...[3]string) {
	t.Helper()
	list, err := w.Doubles(t.Context(), w.period)
	if err != nil || len(list) != len(decisions) {
		t.Fatalf("doubles: %+v, %v", list, err)
	}
	var out bytes.Buffer
	if err := w.WriteDoubles(t.Context(), &out, w.period, list); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(housing.DoubleSheet)
	if err != nil {
		t.Fatal(err)
	}
	head := slices.IndexFunc(rows, func(row []string) bool { return slices.Contains(row, housing.DoubleColumnAnswer) })
	for i, words := range decisions {
		for j, title := range []string{housing.DoubleColumnAnswer, housing.DoubleColumnReason, housing.DoubleColumnUntil} {
			cell, _ := excelize.CoordinatesToCellName(slices.Index(rows[head], title)+1, head+2+i)
			if err := book.SetCellStr(housing.DoubleSheet, cell, words[j]); err != nil {
				t.Fatal(err)
			}
		}
	}
	filled, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	read, problems, err := answers.ReadDoubles(importers.Input{Name: "a.xlsx", Size: int64(filled.Len()), Content: strings.NewReader(filled.String())})
	if err != nil || len(problems) > 0 {
		t.Fatalf("read: %+v, %v", problems, err)
	}
	result, err := w.ApplyDoubleAnswers(t.Context(), read, "ivanova")
	if err != nil || result.Decided != decided || len(result.Problems) > 0 {
		t.Errorf("applied: %+v, %v; want %d decided", result, err, decided)
	}
}
