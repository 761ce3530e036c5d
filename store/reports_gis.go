package store

import (
	"context"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// GISComparisons streams our objects beside what ГИС ЖКХ calls them, then the rows of its workbooks that came
// to nothing and still do. Of the documents of the month those are there that ГИС ЖКХ cannot take; once it has placed
// some, all of them, with the identifiers that it gave them.
func (q Queries) GISComparisons(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.GISComparison, error] {
	const sql = `
WITH numbered AS (SELECT m.id, min(g.number) AS number, count(g.number) AS numbers FROM meters m JOIN gis_meters g ON g.meter_id = m.id
    WHERE m.organisation_id = $1 GROUP BY m.id),
numbered_house AS (SELECT house_meter_id AS id, min(number) AS number, count(*) AS numbers FROM gis_meters
    WHERE organisation_id = $1 AND house_meter_id IS NOT NULL GROUP BY 1),
doubled AS (SELECT unified FROM accounts WHERE organisation_id = $1 AND unified <> '' GROUP BY unified HAVING count(*) > 1),
ours AS (SELECT 1 AS place, 'house' AS kind, h.address AS key, h.address AS house, h.fias AS gis, '' AS second, '' AS theirs,
        CASE WHEN h.fias = '' THEN 'not there' ELSE 'agrees' END AS state, '' AS error, 0 AS tries
    FROM houses h WHERE h.organisation_id = $1
    UNION ALL
    SELECT 2, 'account', a.number, h.address, a.unified, a.service_code, '',
        CASE WHEN a.closed < $2 AND a.unified <> '' THEN 'withdrawn' WHEN d.unified IS NOT NULL THEN 'differs'
            WHEN a.unified = '' OR a.service_code = '' THEN 'not there' ELSE 'agrees' END,
        CASE WHEN d.unified IS NOT NULL THEN 'один ЕЛС у нескольких лицевых счетов'
            WHEN a.unified = '' AND a.service_code = '' THEN 'нет ЕЛС и идентификатора ЖКУ' WHEN a.unified = '' THEN 'нет ЕЛС'
            WHEN a.service_code = '' THEN 'нет идентификатора ЖКУ' ELSE '' END, 0
    FROM accounts a JOIN houses h ON h.id = a.house_id LEFT JOIN doubled d ON d.unified = a.unified
    WHERE a.organisation_id = $1 AND (a.closed IS NULL OR a.closed >= $2 OR a.unified <> '')
    UNION ALL
    SELECT 3, 'meter', m.serial, h.address || ', ЛС ' || a.number, COALESCE(n.number, ''), '', '',
        CASE WHEN m.closed < $2 THEN 'withdrawn' WHEN n.numbers > 1 THEN 'differs' WHEN n.number IS NULL THEN 'not there' ELSE 'agrees' END,
        CASE WHEN n.numbers > 1 THEN 'несколько номеров ГИС у одного прибора' ELSE '' END, 0
    FROM meters m JOIN accounts a ON a.id = m.account_id JOIN houses h ON h.id = a.house_id LEFT JOIN numbered n ON n.id = m.id
    WHERE m.organisation_id = $1 AND (m.closed IS NULL OR m.closed >= $2 OR n.number IS NOT NULL)
    UNION ALL
    SELECT 3, 'meter', m.serial, h.address || ', ОДПУ', COALESCE(n.number, ''), '', '',
        CASE WHEN n.numbers > 1 THEN 'differs' WHEN n.number IS NULL THEN 'not there' ELSE 'agrees' END,
        CASE WHEN n.numbers > 1 THEN 'несколько номеров ГИС у одного прибора' ELSE '' END, 0
    FROM house_meters m JOIN houses h ON h.id = m.house_id LEFT JOIN numbered_house n ON n.id = m.id WHERE h.organisation_id = $1
    UNION ALL
    SELECT 4, 'document', COALESCE(d.number, g.number), h.address || ', ЛС ' || a.number, COALESCE(g.gis_number, ''), a.service_code, '',
        CASE WHEN d.number IS NULL THEN 'withdrawn' WHEN g.number IS NULL THEN 'not there' ELSE 'agrees' END,
        CASE WHEN d.number IS NULL THEN 'документа больше нет: отзовите его в ГИС ЖКХ'
            WHEN a.service_code = '' THEN 'документ не выгрузить: у лицевого счёта нет идентификатора ЖКУ'
            WHEN g.number IS NULL THEN 'документ не размещён: в книгах с ответом системы его нет' ELSE '' END, 0
    FROM (SELECT number, account_id FROM documents WHERE organisation_id = $1 AND period = $2) d
    FULL JOIN (SELECT number, account_id, gis_number FROM gis_documents WHERE organisation_id = $1 AND period = $2) g ON g.number = d.number
    JOIN accounts a ON a.id = COALESCE(d.account_id, g.account_id) JOIN houses h ON h.id = a.house_id
    WHERE a.service_code = '' OR EXISTS (SELECT FROM gis_documents WHERE organisation_id = $1 AND period = $2)),
problems AS (
    SELECT f.format, p.code, p.col, p.value, (array_agg(p.reason ORDER BY f.received_at DESC))[1] AS reason, count(DISTINCT f.id)::int AS tries,
        (array_agg(f.name || ', строка ' || p.row ORDER BY f.received_at DESC))[1] AS place
    FROM file_problems p JOIN files f ON f.id = p.file_id
    WHERE f.organisation_id = $1 AND f.format LIKE 'gis-%' AND f.status <> 'refused' AND p.severity <> 'info' GROUP BY 1, 2, 3, 4),
theirs AS (
    SELECT CASE WHEN format = 'gis-documents-xlsx' THEN 4 WHEN code = 'unknown_account' OR col IN ('Номер ЛС', 'ЕЛС') THEN 2 ELSE 3 END AS place,
        CASE WHEN format = 'gis-documents-xlsx' THEN 'document' WHEN code = 'unknown_account' OR col IN ('Номер ЛС', 'ЕЛС') THEN 'account' ELSE 'meter' END AS kind,
        '' AS key, '' AS house, '' AS gis, '' AS second, value AS theirs,
        CASE WHEN code LIKE 'unknown%' THEN 'not here' WHEN code IN ('unified_replaced', 'document_id_replaced') THEN 'differs' ELSE 'refused' END AS state,
        reason || ' (' || problems.place || ')' AS error, tries
    FROM problems
    WHERE NOT (code = 'unknown_account' AND EXISTS (SELECT FROM accounts a WHERE a.organisation_id = $1 AND a.number = value))
        AND NOT (code = 'unknown_meter' AND EXISTS (SELECT FROM meters m WHERE m.organisation_id = $1 AND m.serial = value))),
whole AS MATERIALIZED (SELECT * FROM ours UNION ALL SELECT * FROM theirs),
named AS (SELECT house, row_number() OVER (ORDER BY house COLLATE natural_ru) AS number FROM (SELECT DISTINCT house FROM whole) AS h)
SELECT kind, key, house, gis, second, theirs, state, error, tries FROM whole JOIN named USING (house)
ORDER BY place, named.number, key COLLATE natural_ru, theirs COLLATE "C", error COLLATE "C"`
	return stream(ctx, q, sql, []any{organisation, period}, func(c *housing.GISComparison) []any {
		return []any{&c.Kind, &c.Key, &c.House, &c.GIS, &c.Second, &c.Theirs, &c.State, &c.Error, &c.Tries}
	})
}
