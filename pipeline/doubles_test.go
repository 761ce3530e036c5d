package pipeline_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
)

// TestDoubles has a new management company that keeps a house of ours in the same database, and a
// supplier who states a charge that we have made too. Each is found from either side with both sums;
// nothing is found where the days or the issuers do not meet.
func TestDoubles(t *testing.T) {
	t.Parallel()
	w := charged(t, 40)
	if list, err := w.Doubles(t.Context(), w.period); err != nil || len(list) != 0 {
		t.Fatalf("a town without doubles: %+v, %v", list, err)
	}
	for _, sql := range []string{
		`INSERT INTO organisations (inn, name, short_name) VALUES ('7700000017', 'ООО «Новая управляющая»', 'Новая УК')`,
		`INSERT INTO houses (organisation_id, key, address, kind, source_id, source_pos)
SELECT (SELECT id FROM organisations WHERE inn = '7700000017'), h.key, h.address, h.kind, h.source_id, 900
FROM houses h JOIN accounts a ON a.house_id = h.id WHERE a.number = '0100001002'`,
		`INSERT INTO premises (house_id, flat, room, kind)
SELECT n.id, p.flat, p.room, p.kind FROM accounts a JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
JOIN houses n ON n.key = h.key AND n.id <> h.id WHERE a.number = '0100001002'`,
		`INSERT INTO accounts (organisation_id, number, house_id, premises_id, source_id, source_pos)
SELECT h.organisation_id, 'Н-2', h.id, p.id, h.source_id, 901 FROM houses h JOIN premises p ON p.house_id = h.id WHERE h.source_pos = 900`,
		`INSERT INTO house_services (house_id, service, payee_id, meter_possible, valid, source_id, source_pos)
SELECT h.id, s.service, h.organisation_id, true, s.valid::daterange, h.source_id, 902 FROM houses h, (VALUES
    ('maintenance', '[2026-10-15,)'), ('heating', '[2026-11-01,)')) AS s(service, valid) WHERE h.source_pos = 900`,
		`INSERT INTO account_references (organisation_id, kind, number, account_id, source_id, source_pos)
SELECT organisation_id, 'supplier', 'РСО-7', id, source_id, 0 FROM accounts WHERE number = '0100001003'`,
		`INSERT INTO stated_amounts (organisation_id, kind, account, service, period, account_id, amount, source_id, source_pos)
SELECT organisation_id, 'charge', 'РСО-7', 'heating', '2026-10-01', id, 123456, source_id, 7 FROM accounts WHERE number = '0100001003'`,
	} {
		if _, err := w.store.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	list, err := w.Doubles(t.Context(), w.period)
	if err != nil || len(list) != 2 {
		t.Fatalf("doubles: %+v, %v", list, err)
	}
	company, registry := list[0], list[1]
	if company.Kind != housing.DoubleAccounts || company.Service != housing.Maintenance || company.From.String() != "2026-10-15" ||
		company.Through.String() != "2026-10-31" || company.A.Account != "0100001002" || company.A.Amount <= 0 || company.B.Issuer != "Новая УК" ||
		company.B.Source.Position != 902 {
		t.Errorf("two companies: %+v", company)
	}
	if registry.Kind != housing.DoubleRegistry || registry.Service != housing.Heating || registry.A.Account != "0100001003" ||
		registry.A.Amount <= 0 || registry.B.Amount != 1234_56 || registry.B.Account != "РСО-7" {
		t.Errorf("a supplier's registry: %+v", registry)
	}
	var out bytes.Buffer
	if err := w.WriteDoubles(t.Context(), &out, w.period, list); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("Двойные начисления")
	if err != nil || !strings.Contains(strings.Join(rows[len(rows)-2], "|"), "1,234.56") && !strings.Contains(strings.Join(rows[len(rows)-2], "|"), "1234.56") {
		t.Errorf("workbook: %q, %v", rows, err)
	}
}
