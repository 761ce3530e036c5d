package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// doubledAccounts finds premises of several accounts, of one organisation or of several that keep their
// houses in this database, where two get one service on the same days from different issuers or for
// different payees. An account of a whole flat meets those of its rooms; numbers are compared as people read
// them. A service of an account of its own takes the place of that of its house for the month, as in a snapshot.
const doubledAccounts = `
WITH month AS (SELECT daterange($2::date, ($2::date + interval '1 month')::date) AS span),
places AS (
    SELECT h.key, flat_key(p.flat) AS flat FROM accounts a JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id, month
    WHERE (p.flat <> '' OR h.kind = 'private') AND daterange(a.opened, a.closed) && month.span
    GROUP BY 1, 2 HAVING count(*) > 1),
shared AS (
    SELECT a.id, a.number, a.house_id, h.organisation_id, h.key, h.address, s.flat AS flat_key, flat_key(p.room) AS room_key, p.flat, p.room, p.kind,
        daterange(a.opened, a.closed) * month.span AS span
    FROM places s JOIN houses h ON h.key = s.key JOIN premises p ON p.house_id = h.id AND flat_key(p.flat) = s.flat
    JOIN accounts a ON a.premises_id = p.id, month WHERE daterange(a.opened, a.closed) && month.span),
served AS (
    SELECT a.*, v.service, v.payee_id, v.valid * a.span AS days, v.source_id, v.source_pos,
        (SELECT COALESCE(sum(c.amount), 0) FROM charges c WHERE c.house_id = a.house_id AND c.account_id = a.id AND c.period = $2
            AND c.service = v.service AND c.payee_id = v.payee_id)::bigint AS amount
    FROM month, shared a JOIN house_services v ON v.house_id = a.house_id AND v.valid && a.span
        AND (v.account_id = a.id OR v.account_id IS NULL)
    WHERE v.account_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM house_services o WHERE o.house_id = a.house_id AND o.account_id = a.id AND o.service = v.service AND o.valid && month.span))
SELECT 'accounts', x.house_id, x.address, x.flat, x.room, x.kind, x.service, lower(x.days * y.days), upper(x.days * y.days) - 1,
    x.number, x.organisation_id, x.payee_id, x.amount, x.source_id, x.source_pos,
    y.number, y.organisation_id, y.payee_id, y.amount, y.source_id, y.source_pos
FROM served x JOIN served y ON (y.key, y.flat_key, y.service) = (x.key, x.flat_key, x.service) AND x.days && y.days
    AND (x.room_key = y.room_key OR x.room_key = '' OR y.room_key = '') AND (x.organisation_id <> y.organisation_id OR x.payee_id <> y.payee_id)
    AND (x.organisation_id = $1 AND (y.organisation_id <> $1 OR x.id < y.id))`

// doubledPayees finds accounts charged for one service on the same days for two payees.
const doubledPayees = `
SELECT 'payees', a.house_id, h.address, p.flat, p.room, p.kind, x.service, greatest(x.seg_from, y.seg_from), least(x.seg_to, y.seg_to) - 1,
    a.number, a.organisation_id, x.payee_id, x.amount, a.source_id, a.source_pos,
    a.number, a.organisation_id, y.payee_id, y.amount, a.source_id, a.source_pos
FROM (SELECT house_id, account_id, service FROM charges WHERE period = $2 AND kind = 'base'
      GROUP BY house_id, account_id, service HAVING count(DISTINCT payee_id) > 1) d
JOIN charges x ON (x.house_id, x.account_id, x.service, x.period, x.kind) = (d.house_id, d.account_id, d.service, $2, 'base')
JOIN charges y ON (y.house_id, y.account_id, y.service, y.period, y.kind) = (d.house_id, d.account_id, d.service, $2, 'base')
    AND y.payee_id > x.payee_id AND y.zone = x.zone AND daterange(x.seg_from, x.seg_to) && daterange(y.seg_from, y.seg_to)
JOIN accounts a ON a.id = d.account_id JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id
WHERE a.organisation_id = $1`

// doubledRegistry finds what a supplier says that it has charged for, where we have charged it too. A supplier's number leads to an
// account where we were told so, or where it is ours and the address, if it is one of our houses, does not speak against it; else the address leads to the premises.
const doubledRegistry = `
SELECT 'registry', a.house_id, h.address, p.flat, p.room, p.kind, s.service, $2::date, ($2::date + interval '1 month')::date - 1,
    a.number, a.organisation_id, c.payee_id, c.amount, a.source_id, a.source_pos,
    s.account, 0::bigint, 0::bigint, s.amount, s.source_id, s.source_pos
FROM stated_amounts s
LEFT JOIN account_references r ON (r.organisation_id, r.kind, r.number) = ($1, 'supplier', s.account)
LEFT JOIN LATERAL (
    SELECT a.id FROM accounts a JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id
    WHERE r.account_id IS NULL AND (a.organisation_id, a.number) = ($1, s.account)
        AND (s.flat = '' OR (h.key, flat_key(p.flat)) = (s.house_key, flat_key(s.flat))
            OR NOT EXISTS (SELECT FROM houses n WHERE (n.organisation_id, n.key) = ($1, s.house_key)))) own ON true
LEFT JOIN LATERAL (
    SELECT a.id FROM houses h JOIN premises p ON p.house_id = h.id AND flat_key(p.flat) = flat_key(s.flat)
        AND (s.room = '' OR p.room = '' OR flat_key(p.room) = flat_key(s.room))
    JOIN accounts a ON a.premises_id = p.id AND daterange(a.opened, a.closed) && daterange($2::date, ($2::date + interval '1 month')::date)
    WHERE COALESCE(r.account_id, own.id) IS NULL AND (h.organisation_id, h.key) = ($1, s.house_key) AND (s.flat <> '' OR h.kind = 'private')) there ON true
JOIN accounts a ON a.id = COALESCE(r.account_id, own.id, there.id) JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id
JOIN LATERAL (SELECT min(payee_id) AS payee_id, sum(amount)::bigint AS amount FROM charges c
    WHERE c.house_id = a.house_id AND c.account_id = a.id AND c.period = $2 AND c.service = s.service) c ON c.amount > 0
WHERE s.organisation_id = $1 AND s.kind = 'charge' AND s.period = $2 AND s.amount > 0`

// Doubles returns which services are charged twice in a month, in order of address. Somebody else's
// side has the name of its registry in place of an issuer.
func (q Queries) Doubles(ctx context.Context, organisation int64, period housing.Period) ([]housing.Double, error) {
	const sql = `
SELECT d.*, COALESCE(NULLIF(oa.short_name, ''), oa.name, ''), COALESCE(NULLIF(pa.short_name, ''), pa.name, ''), sa.kind, sa.name, sa.partition,
    COALESCE(NULLIF(ob.short_name, ''), ob.name, ''), COALESCE(NULLIF(pb.short_name, ''), pb.name, ''), sb.kind, sb.name, sb.partition,
    COALESCE(fb.partner, ''), w.other, COALESCE(ok.is_right, false), COALESCE(ok.reason, ''), COALESCE(ok.decided_by, ''), ok.until
FROM (` + doubledAccounts + " UNION ALL " + doubledPayees + " UNION ALL " + doubledRegistry + `)
    AS d(how, house, address, flat, room, kind, service, since, through, a_number, a_issuer, a_payee, a_amount, a_source, a_pos,
        b_number, b_issuer, b_payee, b_amount, b_source, b_pos)
LEFT JOIN organisations oa ON oa.id = a_issuer LEFT JOIN organisations pa ON pa.id = a_payee JOIN sources sa ON sa.id = a_source
LEFT JOIN organisations ob ON ob.id = b_issuer LEFT JOIN organisations pb ON pb.id = b_payee JOIN sources sb ON sb.id = b_source
LEFT JOIN files fb ON fb.id = sb.file_id
CROSS JOIN LATERAL (SELECT CASE WHEN how = 'registry' THEN COALESCE(NULLIF(fb.partner, ''), sb.name) WHEN b_issuer <> a_issuer THEN ob.inn ELSE pb.inn END) w(other)
LEFT JOIN LATERAL (
    SELECT * FROM double_decisions e WHERE (e.organisation_id, e.service, e.other) = ($1, d.service, w.other) AND e.account IN ('', a_number)
        AND (e.until IS NULL OR e.until >= $2) ORDER BY e.id DESC LIMIT 1) ok ON true
ORDER BY d.address COLLATE natural_ru, d.flat COLLATE natural_ru, d.room COLLATE natural_ru, d.service COLLATE "C", d.a_number COLLATE "C", d.b_number COLLATE "C"`
	rows, err := q.Query(ctx, sql, organisation, period)
	if err != nil {
		return nil, fmt.Errorf("look for doubles of %s: %w", period, err)
	}
	list, err := pgx.CollectRows(rows, scanDouble)
	if err != nil {
		return nil, fmt.Errorf("look for doubles of %s: %w", period, err)
	}
	return list, nil
}

func scanDouble(row pgx.CollectableRow) (d housing.Double, err error) {
	var p housing.Premises
	var skip int64
	var partner string
	var until *time.Time
	err = row.Scan(&d.Kind, &d.HouseID, &d.House, &p.Flat, &p.Room, &p.Kind, &d.Service, &d.From, &d.Through,
		&d.A.Account, &skip, &skip, &d.A.Amount, &skip, &d.A.Source.Position, &d.B.Account, &skip, &skip, &d.B.Amount, &skip, &d.B.Source.Position,
		&d.A.Issuer, &d.A.Payee, &d.A.Source.Kind, &d.A.Source.Name, &d.A.Source.Partition,
		&d.B.Issuer, &d.B.Payee, &d.B.Source.Kind, &d.B.Source.Name, &d.B.Source.Partition, &partner,
		&d.Other, &d.Right, &d.Reason, &d.By, &until)
	d.Premises = p.Title()
	if until != nil {
		d.Until = housing.DateOf(*until).Period()
	}
	if d.Kind == housing.DoubleRegistry {
		d.B.Issuer = "реестр от «" + partner + "»"
	}
	return d, err //nolint:wrapcheck // the caller wraps
}

// DecideDouble keeps what a person found about doubles, and reports whether that is new. The newest word on one stands.
func (t *Tx) DecideDouble(ctx context.Context, organisation int64, d housing.DoubleDecision, now time.Time) (bool, error) {
	var until *time.Time
	if d.Until != 0 {
		until = new(d.Until.First().Time())
	}
	made, err := t.Exec(ctx, `
INSERT INTO double_decisions (organisation_id, service, account, other, is_right, until, reason, decided_by, decided_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
WHERE NOT EXISTS (SELECT FROM (
    SELECT e.is_right, e.until, e.reason FROM double_decisions e
    WHERE (e.organisation_id, e.service, e.other) = ($1, $2, $4) AND e.account IN ('', $3) ORDER BY e.id DESC LIMIT 1) newest
    WHERE (newest.is_right, newest.reason) = ($5, $7) AND newest.until IS NOT DISTINCT FROM $6::date)`,
		organisation, d.Service, d.Account, d.Other, d.Right, until, d.Reason, d.By, now)
	if err != nil {
		return false, fmt.Errorf("keep the decision on doubles with %s: %w", d.Other, err)
	}
	return made.RowsAffected() > 0, nil
}
