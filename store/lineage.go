package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// FilesNamed returns the files that arrived by a name, the newest first.
func (q Queries) FilesNamed(ctx context.Context, organisation int64, name string) ([]housing.ReceivedFile, error) {
	rows, err := q.Query(ctx, "SELECT "+fileColumns+` FROM files f WHERE organisation_id = $1
    AND (name = $2 OR EXISTS (SELECT FROM file_arrivals a WHERE a.file_id = f.id AND a.name = $2))
ORDER BY received_at DESC, id DESC`, organisation, name)
	if err != nil {
		return nil, fmt.Errorf("look for files named %s: %w", name, err)
	}
	files, err := pgx.CollectRows(rows, scanFile)
	if err != nil {
		return nil, fmt.Errorf("look for files named %s: %w", name, err)
	}
	return files, nil
}

// FilesWithin returns the files that came in an archive, or another cover, of that name, in the order of their names.
func (q Queries) FilesWithin(ctx context.Context, organisation int64, cover string) ([]housing.ReceivedFile, error) {
	rows, err := q.Query(ctx, "SELECT "+fileColumns+` FROM files f WHERE organisation_id = $1
    AND EXISTS (SELECT FROM file_arrivals a WHERE a.file_id = f.id AND starts_with(a.name, $2 || '/')) ORDER BY name, id`, organisation, cover)
	if err != nil {
		return nil, fmt.Errorf("look for files within %s: %w", cover, err)
	}
	files, err := pgx.CollectRows(rows, scanFile)
	if err != nil {
		return nil, fmt.Errorf("look for files within %s: %w", cover, err)
	}
	return files, nil
}

// SourceIDs returns under which ids the facts of a file, or of a partition of a topic, are stored.
func (q Queries) SourceIDs(ctx context.Context, s housing.Source, file int64) ([]int64, error) {
	const sql = `
SELECT id FROM sources WHERE CASE WHEN $4::bigint > 0 THEN file_id = $4 ELSE kind = $1 AND name = $2 AND partition = $3 END`
	rows, err := q.Query(ctx, sql, string(s.Kind), s.Name, s.Partition, file)
	if err != nil {
		return nil, fmt.Errorf("look for source %s: %w", s, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("look for source %s: %w", s, err)
	}
	return ids, nil
}

// FactsOf returns the rows of a table that came from the sources, of one position or (0 or less: all)
// of every one, up to a limit.
func (q Queries) FactsOf(ctx context.Context, table FactTable, sources []int64, position int64, limit int) ([]FactChange, error) {
	if table.Name == "premises" {
		return nil, nil
	}
	sql := "SELECT to_jsonb(f)::text FROM " + pgx.Identifier{table.Name}.Sanitize() +
		" f WHERE f.source_id = ANY($1) AND ($2::bigint < 0 OR f.source_pos = $2) ORDER BY f.source_pos LIMIT $3"
	rows, err := q.Query(ctx, sql, sources, position, limit)
	if err != nil {
		return nil, fmt.Errorf("read the facts of a source in %s: %w", table.Name, err)
	}
	facts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c FactChange, err error) {
		var text string
		if err := row.Scan(&text); err != nil {
			return c, err //nolint:wrapcheck // wrapped below
		}
		c.After, err = parseFactRow(text)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the facts of a source in %s: %w", table.Name, err)
	}
	return facts, nil
}

// ChargedPeriods returns the months that an organisation has charged.
func (q Queries) ChargedPeriods(ctx context.Context, organisation int64) ([]housing.Period, error) {
	const sql = `
SELECT DISTINCT c.period FROM charged_houses c JOIN houses h ON h.id = c.house_id WHERE h.organisation_id = $1 ORDER BY 1`
	rows, err := q.Query(ctx, sql, organisation)
	if err != nil {
		return nil, fmt.Errorf("read the charged months: %w", err)
	}
	months, err := pgx.CollectRows(rows, pgx.RowTo[housing.Period])
	if err != nil {
		return nil, fmt.Errorf("read the charged months: %w", err)
	}
	return months, nil
}

// DeadLetterAt returns why a message gave nothing, or ErrNotFound.
func (q Queries) DeadLetterAt(ctx context.Context, s housing.Source) (d DeadLetter, err error) {
	const sql = `SELECT topic, partition, position, code, reason FROM dead_letters WHERE topic = $1 AND partition = $2 AND position = $3`
	err = q.QueryRow(ctx, sql, s.Name, s.Partition, s.Position).Scan(&d.Topic, &d.Partition, &d.Position, &d.Code, &d.Reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, fmt.Errorf("message %s: %w", s, ErrNotFound)
	}
	if err != nil {
		return d, fmt.Errorf("read message %s: %w", s, err)
	}
	return d, nil
}

// TracedPayment is a payment with where it came from and where it went.
type TracedPayment struct {
	ID      int64          `json:"id"`
	Account string         `json:"account"`
	PaidOn  housing.Date   `json:"paid_on"`
	Period  housing.Period `json:"booked_in"`
	Amount  housing.Money  `json:"amount"`
	Source  housing.Source `json:"source"`
	Parts   []TracedPart   `json:"parts,omitempty"`

	Decisions []TracedDecision `json:"decisions,omitempty"`
}

// TracedDecision is what was decided on a payment after it came.
type TracedDecision struct {
	Kind   string         `json:"kind"` // assign, move, release, reverse
	Number string         `json:"account,omitzero"`
	Amount housing.Money  `json:"amount"`
	Period housing.Period `json:"booked_in"`
	Reason string         `json:"reason"`
	By     string         `json:"decided_by"`
}

// TracedPart is where a part of a payment went.
type TracedPart struct {
	Account string          `json:"account"`
	Service housing.Service `json:"service"`
	Month   housing.Period  `json:"month"` // of the debt
	Period  housing.Period  `json:"booked_in"`
	Amount  housing.Money   `json:"amount"`
}

// PaymentsTraced reads payments by id, or all that an account is paid by in a month, with their parts.
func (q Queries) PaymentsTraced(ctx context.Context, organisation int64, ids []int64, account string, period housing.Period) ([]TracedPayment, error) {
	const sql = `
SELECT p.id, COALESCE(a.number, p.account), p.paid_on, p.period, p.amount, s.kind, s.name, s.partition, p.source_pos
FROM payments p JOIN sources s ON s.id = p.source_id LEFT JOIN accounts a ON a.id = p.account_id
WHERE p.organisation_id = $1 AND (p.id = ANY($2) OR a.number = $3 AND p.period = $4) ORDER BY p.paid_on, p.id`
	const parts = `
SELECT t.payment_id, a.number, t.service, t.month, t.period, t.amount
FROM payment_parts t JOIN accounts a ON a.id = t.account_id WHERE t.payment_id = ANY($1) ORDER BY t.payment_id, t.period, t.month, t.service`
	rows, err := q.Query(ctx, sql, organisation, ids, account, period)
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	places := map[int64]int{}
	var list []TracedPayment
	var p TracedPayment
	_, err = pgx.ForEachRow(rows, append([]any{&p.ID, &p.Account, &p.PaidOn, &p.Period, &p.Amount}, sourceTargets(&p.Source)...), func() error {
		places[p.ID] = len(list)
		list = append(list, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	split, err := q.Query(ctx, parts, column(list, func(p TracedPayment) int64 { return p.ID }))
	if err != nil {
		return nil, fmt.Errorf("read where payments went: %w", err)
	}
	var id int64
	var t TracedPart
	_, err = pgx.ForEachRow(split, []any{&id, &t.Account, &t.Service, &t.Month, &t.Period, &t.Amount}, func() error {
		at := &list[places[id]]
		at.Parts = append(at.Parts, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read where payments went: %w", err)
	}
	return list, q.decisionsTraced(ctx, list, places)
}

func (q Queries) decisionsTraced(ctx context.Context, list []TracedPayment, places map[int64]int) error {
	const sql = `
SELECT d.payment_id, d.kind, COALESCE(a.number, ''), d.amount, d.period, d.reason, d.decided_by
FROM payment_decisions d LEFT JOIN accounts a ON a.id = d.to_account WHERE d.payment_id = ANY($1) ORDER BY d.id`
	rows, err := q.Query(ctx, sql, column(list, func(p TracedPayment) int64 { return p.ID }))
	if err != nil {
		return fmt.Errorf("read what was decided on payments: %w", err)
	}
	var id int64
	var d TracedDecision
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Kind, &d.Number, &d.Amount, &d.Period, &d.Reason, &d.By}, func() error {
		at := &list[places[id]]
		at.Decisions = append(at.Decisions, d)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what was decided on payments: %w", err)
	}
	return nil
}

// PaymentsOfDecisions returns the payments that were decided on.
func (q Queries) PaymentsOfDecisions(ctx context.Context, decisions []int64) ([]int64, error) {
	rows, err := q.Query(ctx, "SELECT DISTINCT payment_id FROM payment_decisions WHERE id = ANY($1) ORDER BY 1", decisions)
	if err != nil {
		return nil, fmt.Errorf("read what was decided on payments: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("read what was decided on payments: %w", err)
	}
	return ids, nil
}

// DocumentsOf returns the numbers of the documents issued to accounts in a month, by account.
func (q Queries) DocumentsOf(ctx context.Context, organisation int64, accounts []string, period housing.Period) (map[string]string, error) {
	const sql = `
SELECT a.number, d.number FROM documents d JOIN accounts a ON a.id = d.account_id
WHERE a.organisation_id = $1 AND a.number = ANY($2) AND d.period = $3`
	rows, err := q.Query(ctx, sql, organisation, accounts, period)
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	found := map[string]string{}
	var account, number string
	_, err = pgx.ForEachRow(rows, []any{&account, &number}, func() error { found[account] = number; return nil })
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	return found, nil
}
