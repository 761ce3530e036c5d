package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// doubledAccounts finds premises of several accounts, of one organisation or of several that keep their
// houses in this database, where two get one service on the same days from different issuers or for
// different payees. Only premises that have several accounts are looked at. A service of an account of
// its own takes the place of that of its house.
const doubledAccounts = `
WITH month AS (SELECT daterange($2::date, ($2::date + interval '1 month')::date) AS span),
places AS (
    SELECT h.key, p.flat, p.room FROM accounts a JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id, month
    WHERE (p.flat <> '' OR h.kind = 'private') AND daterange(a.opened, a.closed) && month.span
    GROUP BY h.key, p.flat, p.room HAVING count(*) > 1),
shared AS (
    SELECT a.id, a.number, a.house_id, h.organisation_id, h.key, h.address, p.flat, p.room, p.kind, daterange(a.opened, a.closed) * month.span AS span
    FROM places s JOIN houses h ON h.key = s.key JOIN premises p ON p.house_id = h.id AND p.flat = s.flat AND p.room = s.room
    JOIN accounts a ON a.premises_id = p.id, month WHERE daterange(a.opened, a.closed) && month.span),
served AS (
    SELECT a.*, v.service, v.payee_id, v.valid * a.span AS days, v.source_id, v.source_pos,
        (SELECT COALESCE(sum(c.amount), 0) FROM charges c
         WHERE c.house_id = a.house_id AND c.account_id = a.id AND c.period = $2 AND c.service = v.service)::bigint AS amount
    FROM shared a JOIN house_services v ON v.house_id = a.house_id AND v.valid && a.span
        AND (v.account_id = a.id OR v.account_id IS NULL AND NOT EXISTS (
            SELECT FROM house_services o WHERE o.house_id = a.house_id AND o.account_id = a.id AND o.service = v.service)))
SELECT 'accounts', x.house_id, x.address, x.flat, x.room, x.kind, x.service, lower(x.days * y.days), upper(x.days * y.days) - 1,
    x.number, x.organisation_id, x.payee_id, x.amount, x.source_id, x.source_pos,
    y.number, y.organisation_id, y.payee_id, y.amount, y.source_id, y.source_pos
FROM served x JOIN served y ON (y.key, y.flat, y.room, y.service) = (x.key, x.flat, x.room, x.service) AND x.days && y.days
    AND (x.organisation_id <> y.organisation_id OR x.payee_id <> y.payee_id)
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

// doubledRegistry finds what a supplier says that it has charged for, where we have charged it too.
const doubledRegistry = `
SELECT 'registry', a.house_id, h.address, p.flat, p.room, p.kind, s.service, $2::date, ($2::date + interval '1 month')::date - 1,
    a.number, a.organisation_id, c.payee_id, c.amount, a.source_id, a.source_pos,
    s.account, 0::bigint, 0::bigint, s.amount, s.source_id, s.source_pos
FROM stated_amounts s JOIN accounts a ON a.id = s.account_id JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id
JOIN LATERAL (SELECT min(payee_id) AS payee_id, sum(amount)::bigint AS amount FROM charges c
    WHERE c.house_id = a.house_id AND c.account_id = a.id AND c.period = $2 AND c.service = s.service) c ON c.amount > 0
WHERE s.organisation_id = $1 AND s.kind = 'charge' AND s.period = $2 AND s.amount > 0`

// Doubles returns which services are charged twice in a month, in order of address. Somebody else's
// side has the name of its registry in place of an issuer.
func (q Queries) Doubles(ctx context.Context, organisation int64, period housing.Period) ([]housing.Double, error) {
	const sql = `
SELECT d.*, COALESCE(NULLIF(oa.short_name, ''), oa.name, ''), COALESCE(NULLIF(pa.short_name, ''), pa.name, ''), sa.kind, sa.name, sa.partition,
    COALESCE(NULLIF(ob.short_name, ''), ob.name, ''), COALESCE(NULLIF(pb.short_name, ''), pb.name, ''), sb.kind, sb.name, sb.partition,
    COALESCE(fb.partner, '')
FROM (` + doubledAccounts + " UNION ALL " + doubledPayees + " UNION ALL " + doubledRegistry + `)
    AS d(how, house, address, flat, room, kind, service, since, through, a_number, a_issuer, a_payee, a_amount, a_source, a_pos,
        b_number, b_issuer, b_payee, b_amount, b_source, b_pos)
LEFT JOIN organisations oa ON oa.id = a_issuer LEFT JOIN organisations pa ON pa.id = a_payee JOIN sources sa ON sa.id = a_source
LEFT JOIN organisations ob ON ob.id = b_issuer LEFT JOIN organisations pb ON pb.id = b_payee JOIN sources sb ON sb.id = b_source
LEFT JOIN files fb ON fb.id = sb.file_id
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
	err = row.Scan(&d.Kind, &d.HouseID, &d.House, &p.Flat, &p.Room, &p.Kind, &d.Service, &d.From, &d.Through,
		&d.A.Account, &skip, &skip, &d.A.Amount, &skip, &d.A.Source.Position, &d.B.Account, &skip, &skip, &d.B.Amount, &skip, &d.B.Source.Position,
		&d.A.Issuer, &d.A.Payee, &d.A.Source.Kind, &d.A.Source.Name, &d.A.Source.Partition,
		&d.B.Issuer, &d.B.Payee, &d.B.Source.Kind, &d.B.Source.Name, &d.B.Source.Partition, &partner)
	d.Premises = p.Title()
	if d.Kind == housing.DoubleRegistry {
		d.B.Issuer = "реестр от «" + partner + "»"
	}
	return d, err //nolint:wrapcheck // the caller wraps
}
