package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// mostAlike is how many known numbers are worth naming: more say nothing.
const mostAlike = 3

// AccountsLike returns for each text the known account numbers that look like it but are not it: zeros
// in front, letters of the other alphabet, spaces, hyphens and a fraction of zeros apart.
func (q Queries) AccountsLike(ctx context.Context, organisation int64, texts []string) (map[string][]string, error) {
	const sql = `
SELECT t.text, a.number FROM (SELECT DISTINCT text FROM unnest($2::text[]) AS u(text)) t, LATERAL (
    SELECT a.number FROM accounts a
    WHERE a.organisation_id = $1 AND likeness(a.number) = likeness(regexp_replace(t.text, '^([0-9]{4,})[.,]0+$', '\1')) AND a.number <> t.text ORDER BY a.number LIMIT $3) a`
	return q.alike(ctx, sql, organisation, texts, mostAlike)
}

// AccountsBeginning returns the known account numbers that begin with the digits that are left of one of
// so many characters.
func (q Queries) AccountsBeginning(ctx context.Context, organisation int64, digits string, length int) ([]string, error) {
	const sql = `
SELECT $2, a.number FROM accounts a
WHERE a.organisation_id = $1 AND likeness(a.number) LIKE likeness($2) || '%' AND a.number LIKE $2 || '%' AND length(a.number) = $3
ORDER BY a.number LIMIT $4`
	found, err := q.alike(ctx, sql, organisation, digits, length, mostAlike+1)
	return found[digits], err
}

func (q Queries) alike(ctx context.Context, sql string, args ...any) (map[string][]string, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("look for numbers alike: %w", err)
	}
	found := map[string][]string{}
	var text, number string
	_, err = pgx.ForEachRow(rows, []any{&text, &number}, func() error {
		if !slices.Contains(found[text], number) { // many rows may hold one wrong number
			found[text] = append(found[text], number)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for numbers alike: %w", err)
	}
	return found, nil
}

// NewAccountsLike returns of numbers that are not known yet those that look like a known one, with it.
func (q Queries) NewAccountsLike(ctx context.Context, organisation int64, numbers []string) (map[string][]string, error) {
	const sql = `
SELECT t.number, a.number FROM (SELECT DISTINCT number FROM unnest($2::text[]) AS u(number)) t, LATERAL (
    SELECT a.number FROM accounts a
    WHERE a.organisation_id = $1 AND likeness(a.number) = likeness(t.number) AND a.number <> t.number OFFSET 0) a
WHERE NOT EXISTS (SELECT FROM accounts k WHERE k.organisation_id = $1 AND k.number = t.number)`
	return q.alike(ctx, sql, organisation, numbers)
}
