package store

import (
	"context"
	"fmt"
)

// searchesBefore is how many searches look through new meters one by one before these are listed: listing a meter costs as
// much as looking at it a few times.
const searchesBefore = 4

// MetersLike returns for each serial the known ones that look like it but are not it. Those of meters that are not listed
// by their likeness yet are looked through; nobody waits for somebody else who lists them.
func (t *Tx) MetersLike(ctx context.Context, organisation int64, texts []string) (map[string][]string, error) {
	const sql = `
WITH asked AS MATERIALIZED (SELECT text, likeness(text) AS alike FROM (SELECT DISTINCT text FROM unnest($2::text[]) AS u(text)) u),
met AS MATERIALIZED (SELECT a.text, f.serial FROM asked a JOIN (
    SELECT m.serial, likeness(m.serial) AS alike FROM meters_unlisted u
    JOIN meters m ON m.organisation_id = $1 AND m.id BETWEEN u.first_meter AND u.last_meter WHERE u.organisation_id = $1 OFFSET 0) f ON f.alike = a.alike)
SELECT t.text, a.serial FROM asked t, LATERAL (
    SELECT DISTINCT serial FROM (
        SELECT m.serial FROM meter_likenesses l
        JOIN meters m ON m.id = l.meter_id AND m.organisation_id = $1 AND likeness(m.serial) = t.alike
        WHERE l.organisation_id = $1 AND l.alike = t.alike
        UNION ALL SELECT f.serial FROM met f WHERE f.text = t.text) s
    WHERE serial <> t.text ORDER BY serial LIMIT $3) a`
	if err := t.listMeters(ctx, organisation); err != nil {
		return nil, err
	}
	return t.Queries.alike(ctx, sql, organisation, texts, mostAlike)
}

// listMeters lists meters that were looked through often enough by what their numbers look like, and counts one more search for the
// others. What somebody else is listing is left to him: until he is done the note of it stands, and is searched.
func (t *Tx) listMeters(ctx context.Context, organisation int64) error {
	const list = `
WITH due AS (
    DELETE FROM meters_unlisted WHERE id IN (
        SELECT id FROM meters_unlisted WHERE organisation_id = $1 AND searches >= $2 FOR UPDATE SKIP LOCKED)
    RETURNING first_meter, last_meter)
INSERT INTO meter_likenesses (organisation_id, alike, meter_id)
SELECT DISTINCT m.organisation_id, likeness(m.serial) COLLATE "C", m.id
FROM due d JOIN meters m ON m.organisation_id = $1 AND m.id BETWEEN d.first_meter AND d.last_meter ORDER BY 2, 3
ON CONFLICT DO NOTHING`
	const count = `
UPDATE meters_unlisted SET searches = searches + 1
WHERE id IN (SELECT id FROM meters_unlisted WHERE organisation_id = $1 FOR UPDATE SKIP LOCKED)`
	if _, err := t.Exec(ctx, list, organisation, searchesBefore); err != nil {
		return fmt.Errorf("list meters by what their numbers look like: %w", err)
	}
	if _, err := t.Exec(ctx, count, organisation); err != nil {
		return fmt.Errorf("count a search of meters: %w", err)
	}
	return nil
}
