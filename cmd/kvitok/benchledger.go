package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

// ledgerBench is a stage of the bench that draws up a made ledger: its rows are written straight into the
// tables, as the months before would have left them. The town would need hours to live through three years.
type ledgerBench struct {
	name, unit      string
	accounts, items int
	rows            []string // statements that make them
}

// paymentsBench has accounts of nine services, charged in the month and unpaid from the month before, and
// payments on the days of the month.
func paymentsBench(accounts, payments int) ledgerBench {
	return ledgerBench{name: "payments", unit: "payments", accounts: accounts, items: payments, rows: []string{
		benchAccounts, benchServices + `
INSERT INTO balances (period, house_id, account_id, service, payee_id, opening, charged, corrected, penalty, paid, closing)
SELECT (@month::date - interval '1 month')::date, a.house_id, a.id, s.service, s.payee, 0, s.amount + a.id % 977, 0, 0, 0, s.amount + a.id % 977
FROM accounts a, services s ORDER BY a.house_id, a.id`, benchServices + `
INSERT INTO charges (period, house_id, account_id, line, service, payee_id, kind, zone, seg_from, seg_to, rule, method, volume, price,
    coefficient, amount, range_no, resource, reason, document)
SELECT @month, a.house_id, a.id, s.line, s.service, s.payee, 'base', '', @month, (@month::date + interval '1 month')::date, 'r', 'norm', 1, 1,
    1, s.amount + a.id % 991, 0, '', '', '' FROM accounts a, services s ORDER BY a.house_id, a.id`,
		benchPayments,
	}}
}

// penaltiesBench has debtors who owe thirty-six months of two services each; every third of them has paid
// something.
func penaltiesBench(debtors int) ledgerBench {
	const services = `(VALUES ('heating', 210345), ('maintenance', 154321)) AS s(service, amount)`
	return ledgerBench{name: "penalties", unit: "debtors", accounts: debtors, items: (debtors + 2) / 3, rows: []string{
		benchAccounts, `
INSERT INTO balances (period, house_id, account_id, service, payee_id, opening, charged, corrected, penalty, paid, closing)
SELECT (@month::date - interval '1 month')::date, a.house_id, a.id, s.service, @organisation, 0, 36 * (s.amount + a.id % 977), 0, 0, 0,
    36 * (s.amount + a.id % 977) FROM accounts a, ` + services + ` ORDER BY a.house_id, a.id`, `
INSERT INTO debts (period, house_id, account_id, service, payee_id, month, kind, amount)
SELECT (@month::date - interval '1 month')::date, a.house_id, a.id, s.service, @organisation,
    (@month::date - make_interval(months => m))::date, 'principal', s.amount + a.id % 977
FROM accounts a, ` + services + `, generate_series(2, 36) AS m ORDER BY a.house_id, a.id, s.service`,
		benchPayments,
	}}
}

const (
	benchAccounts = `
WITH s AS (INSERT INTO sources (kind, name) VALUES ('manual', 'bench') RETURNING id),
h AS (INSERT INTO houses (organisation_id, key, address, kind, source_id, source_pos)
    SELECT @organisation, 'bench ' || n, 'bench, ' || n, 'block', s.id, n FROM s, generate_series(1, (@accounts::int + 199) / 200) AS n
    RETURNING id, source_id),
p AS (INSERT INTO premises (house_id, flat, room, kind)
    SELECT h.id, f::text, '', 'flat' FROM h, generate_series(1, 200) AS f ORDER BY h.id, f LIMIT @accounts RETURNING id, house_id)
INSERT INTO accounts (organisation_id, number, house_id, premises_id, source_id, source_pos)
SELECT @organisation, 'B' || p.id, p.house_id, p.id, h.source_id, p.id FROM p JOIN h ON h.id = p.house_id ORDER BY p.id`

	// In the order in which operators send them, not in that of houses; every third names the month it pays.
	benchPayments = `
INSERT INTO payments (period, organisation_id, account_id, house_id, key, account, payee_id, paid_on, for_period, amount, transfer, fee,
    source_id, source_pos)
SELECT @month, @organisation, a.id, a.house_id, 'B' || n, a.number, @organisation, @month::date + (n % 30)::int,
    CASE WHEN n % 3 = 0 THEN (@month::date - interval '1 month')::date END,
    20000 + n * 7919 % 90000, 20000 + n * 7919 % 90000, 0, a.source_id, n
FROM generate_series(1, @payments::bigint) AS n
JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM accounts) AS a ON a.place = 1 + n * 7 % @accounts`

	// The last one is another payee's.
	benchServices = `
WITH services(line, service, amount, payee) AS (
    SELECT t.line::smallint, t.service, t.amount, CASE t.line WHEN 9 THEN (SELECT max(id) FROM organisations) ELSE @organisation END
    FROM (VALUES (1, 'maintenance', 154321), (2, 'heating', 210345), (3, 'cold_water', 31212), (4, 'hot_water', 64215), (5, 'sewage', 40123),
        (6, 'electricity', 52210), (7, 'solid_waste', 17655), (8, 'gas', 12010), (9, 'capital_repair', 61234)) AS t(line, service, amount))`
)

// benchLedger makes such a ledger and measures how its month is drawn up, from undistributed payments to
// balances, debts and penalties that agree.
func (e *environment) benchLedger(ctx context.Context, s *site, b ledgerBench, result *benchResult) error {
	p, period := s.app.pipeline, s.town.Period()
	for _, month := range []housing.Period{period.Prev(), period} {
		if err := s.app.store.EnsureMonth(ctx, month); err != nil {
			return err
		}
	}
	args := pgx.NamedArgs{"organisation": p.Organisation.ID, "month": period, "accounts": b.accounts, "payments": b.items}
	for _, sql := range b.rows {
		if _, err := s.app.store.Exec(ctx, sql, args); err != nil {
			return fmt.Errorf("make the ledger of %s: %w", b.name, err)
		}
	}
	err := s.app.store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) { // as closing the month before leaves it
		_, err = tx.Rebuild(ctx, p.Organisation.ID, period)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := s.app.store.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return fmt.Errorf("make the ledger of %s: %w", b.name, err)
	}
	var done pipeline.LedgerResult
	measured, err := e.measure(newCPUMeter(ctx, s.app.store), b.name, b.unit, func() (items int, err error) {
		done, err = p.Ledger(ctx, period)
		return b.accounts, err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", b.name, err)
	}
	if b.name == "payments" {
		measured.Items = done.Distributed
	}
	result.Stages = append(result.Stages, measured)
	result.Seconds += measured.Seconds
	measured.Name, measured.Unit, measured.Items, measured.Limit = "", "balances", int(done.Changed), 0
	if b.name == "penalties" {
		measured.Unit, measured.Items = "unpaid months", done.Penalty.Claims
	}
	result.Stages = append(result.Stages, measured)
	return nil
}
