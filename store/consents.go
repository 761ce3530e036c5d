package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// applyConsents notes what registries say of the consent to the use of data, where it differs from what stands on
// that day, and accepts those rows: a consent taken back is no new claim.
func (t *Tx) applyConsents(ctx context.Context, organisation, source int64, rows []housing.Claim, outcomes []housing.Outcome, indexes []int) error {
	const sql = `
WITH incoming AS (
    SELECT c.id, i.given, i.since, i.pos, i.ord
    FROM unnest($3::text[], $4::boolean[], $5::date[], $6::bigint[]) WITH ORDINALITY AS i(fingerprint, given, since, pos, ord)
    JOIN claims c ON c.organisation_id = $1 AND c.fingerprint = i.fingerprint WHERE i.since IS NOT NULL),
made AS (
    INSERT INTO claim_consents (claim_id, given, since, source_id, source_pos, at)
    SELECT id, given, since, $2, pos, now() FROM incoming i WHERE NOT EXISTS (
        SELECT FROM claim_consents k WHERE k.claim_id = i.id AND k.since = i.since AND k.given = i.given)
    RETURNING claim_id)
SELECT ord FROM incoming JOIN made ON made.claim_id = incoming.id`
	err := t.markAccepted(ctx, outcomes, indexes, sql, organisation, source,
		column(rows, fingerprint),
		column(rows, func(c housing.Claim) bool { return c.Data.Answer == housing.ConsentGiven }),
		column(rows, func(c housing.Claim) housing.Date { return c.Data.Since }),
		column(rows, func(c housing.Claim) int64 { return c.Source.Position }))
	if err != nil {
		return fmt.Errorf("store consents: %w", err)
	}
	return nil
}

// SetConsent notes what a person said to the use of his data since a day, as somebody heard it. False: this is known.
func (t *Tx) SetConsent(ctx context.Context, organisation, claim int64, said housing.DataConsent, by string, now time.Time) (bool, error) {
	const sql = `
WITH of AS (SELECT id FROM claims WHERE organisation_id = $1 AND id = $2 FOR UPDATE),
made AS (
    INSERT INTO claim_consents (claim_id, given, since, actor, at)
    SELECT id, $3, $4, $5, $6 FROM of WHERE NOT EXISTS (
        SELECT FROM claim_consents k WHERE k.claim_id = of.id AND k.since = $4 AND k.given = $3
            AND NOT EXISTS (SELECT FROM claim_consents l WHERE l.claim_id = of.id AND l.since = $4 AND l.id > k.id))
    RETURNING id)
SELECT (SELECT count(*) FROM of), (SELECT count(*) FROM made)`
	var found, made int
	err := t.QueryRow(ctx, sql, organisation, claim, said.Answer == housing.ConsentGiven, said.Since, by, now).Scan(&found, &made)
	switch {
	case err != nil:
		return false, fmt.Errorf("store the consent of claim %d: %w", claim, err)
	case found == 0:
		return false, fmt.Errorf("claim %d: %w", claim, ErrNotFound)
	}
	return made > 0, nil
}

// Consent is what stands on a claim about the use of data, on a day. It holds nothing of the person.
type Consent struct {
	Claim   int64        `json:"claim"`
	Account string       `json:"account,omitzero"` // linked
	Given   bool         `json:"given"`
	Since   housing.Date `json:"since,omitzero"` // zero: nothing was ever said, which is no consent
	Actor   string       `json:"actor,omitzero"`
	Reach   string       `json:"reach"` // "", or why this person is not written to
}

// Consents lists the claims of an organisation with the consent that stands on a day, in order of claims.
func (q Queries) Consents(ctx context.Context, organisation int64, on housing.Date) ([]Consent, error) {
	const sql = `
SELECT c.id AS claim, COALESCE(a.number, '') AS account, COALESCE(k.given, false) AS given, k.since, COALESCE(k.actor, '') AS actor,
    ` + reach + ` AS reach
FROM claims c LEFT JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL AND m.status = 'linked' LEFT JOIN accounts a ON a.id = m.account_id
LEFT JOIN LATERAL (SELECT * FROM claim_consents WHERE claim_id = c.id AND since <= $2 ORDER BY since DESC, id DESC LIMIT 1) k ON true
WHERE c.organisation_id = $1 AND ` + notMerged + ` ORDER BY c.id`
	rows, err := q.Query(ctx, sql, organisation, on)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Consent])
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	return list, nil
}

// reach says why nothing of an account is given to the person of claim c linked by m on day $2, ” where it may be.
const reach = `CASE
    WHEN m.id IS NULL THEN 'not_linked'
    WHEN COALESCE((SELECT e.status FROM claim_events e WHERE e.claim_id = c.id ORDER BY e.id DESC LIMIT 1), '') <> 'linked' THEN 'blocked'
    WHEN c.proxy_until < $2 THEN 'proxy_expired'
    WHEN c.consent = 'refused' THEN 'co_owners_refused'
    WHEN NOT consented(c.id, $2) THEN 'no_consent'
    ELSE '' END`

// Contact is where something about an account may be sent to.
type Contact struct {
	Claim   int64
	Account int64
	Number  string // of the account
	Email   string
	Phone   string
}

// Contacts returns where people may be written to on a day, in order of accounts: their claim is linked, the power
// of attorney stands, and they consented (152-ФЗ, ст. 9). Nobody else is to be found by this. Whatever sends a
// receipt, opens a cabinet or gives contacts out asks here.
func (q Queries) Contacts(ctx context.Context, organisation int64, on housing.Date) ([]Contact, error) {
	const sql = `
SELECT c.id AS claim, a.id AS account, a.number, c.email, c.phone
FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL AND m.status = 'linked' JOIN accounts a ON a.id = m.account_id
WHERE c.organisation_id = $1 AND ` + notMerged + ` AND ` + reach + ` = '' ORDER BY a.number COLLATE "C", c.id`
	rows, err := q.Query(ctx, sql, organisation, on)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Contact])
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	return list, nil
}

// SetRight corrects by what right a claim is made, as somebody read it in the papers. False: it stands so already.
func (t *Tx) SetRight(ctx context.Context, organisation, claim int64, r housing.Right, share, by string) (bool, error) {
	const sql = `
UPDATE claims SET ground = $3, proxy = $4, proxy_until = $5, consent = $6, share = $7, told_by = $8
WHERE organisation_id = $1 AND id = $2 AND (ground, proxy, proxy_until, consent, share) IS DISTINCT FROM ($3, $4, $5, $6, $7)`
	tag, err := t.Exec(ctx, sql, organisation, claim, string(r.Ground), r.Proxy, dateOrNull(r.ProxyUntil), string(r.Consent), share, by)
	if err != nil {
		return false, fmt.Errorf("correct the right of claim %d: %w", claim, err)
	}
	return tag.RowsAffected() == 1, nil
}

func dateOrNull(d housing.Date) *housing.Date {
	if d.IsZero() {
		return nil
	}
	return &d
}

// ProxyEnd is a link that rests on a power of attorney.
type ProxyEnd struct {
	Claim   int64        `json:"claim"`
	Account string       `json:"account"`
	Proxy   string       `json:"proxy"`
	Until   housing.Date `json:"until"` // its last day
	Status  string       `json:"status"`
}

// Proxies lists the links that rest on a power of attorney which ends by a day, the earliest first.
func (q Queries) Proxies(ctx context.Context, organisation int64, by housing.Date) ([]ProxyEnd, error) {
	const sql = `
SELECT c.id AS claim, a.number AS account, c.proxy, c.proxy_until AS until,
    COALESCE((SELECT e.status FROM claim_events e WHERE e.claim_id = c.id ORDER BY e.id DESC LIMIT 1), 'linked') AS status
FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL AND m.status = 'linked' JOIN accounts a ON a.id = m.account_id
WHERE c.organisation_id = $1 AND c.proxy_until <= $2 AND ` + notMerged + ` ORDER BY c.proxy_until, c.id`
	rows, err := q.Query(ctx, sql, organisation, by)
	if err != nil {
		return nil, fmt.Errorf("read powers of attorney: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[ProxyEnd])
	if err != nil {
		return nil, fmt.Errorf("read powers of attorney: %w", err)
	}
	return list, nil
}

// EndProxies blocks the links whose power of attorney ended before a day and returns how many it blocked.
func (t *Tx) EndProxies(ctx context.Context, organisation int64, today housing.Date, by string, now time.Time) (int, error) {
	const sql = `
INSERT INTO claim_events (claim_id, was, status, reason, actor, at)
SELECT c.id, 'linked', 'blocked', 'proxy_expired', $3, $4 FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL AND m.status = 'linked'
WHERE c.organisation_id = $1 AND c.proxy_until < $2
    AND (SELECT e.status FROM claim_events e WHERE e.claim_id = c.id ORDER BY e.id DESC LIMIT 1) = 'linked'`
	tag, err := t.Exec(ctx, sql, organisation, today, by, now)
	if err != nil {
		return 0, fmt.Errorf("end links by power of attorney: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// Claim reads one claim of an organisation; ErrNotFound: there is none.
func (q Queries) Claim(ctx context.Context, organisation, id int64) (housing.Claim, error) {
	list, err := q.claims(ctx, claimQuery+"\nWHERE c.organisation_id = $1 AND c.id = $2", organisation, id)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("claim %d: %w", id, ErrNotFound)
	}
	if err != nil {
		return housing.Claim{}, err
	}
	return list[0], nil
}
