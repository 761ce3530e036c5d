package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// codeClosed is what the database says to a change of a closed month.
const codeClosed = "KV001"

// IsClosed reports whether the database refused a change because the month is closed.
func IsClosed(err error) bool { return hasCode(err, codeClosed) }

// Closing is a closed month.
type Closing struct {
	Period housing.Period  `json:"period"`
	By     string          `json:"by"`
	At     time.Time       `json:"at"`
	Totals json.RawMessage `json:"totals"`
}

// ClosedMonth returns the closing that stands for a month, or ErrNotFound.
func (q Queries) ClosedMonth(ctx context.Context, organisation int64, period housing.Period) (Closing, error) {
	const sql = `
SELECT period, closed_by, closed_at, totals FROM closings WHERE organisation_id = $1 AND period = $2 AND reopened_at IS NULL`
	var c Closing
	err := q.QueryRow(ctx, sql, organisation, period).Scan(&c.Period, &c.By, &c.At, &c.Totals)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fmt.Errorf("closing of %s: %w", period, ErrNotFound)
	}
	if err != nil {
		return c, fmt.Errorf("read the closing of %s: %w", period, err)
	}
	return c, nil
}

// OpenMonth returns the first month from a given one on that is not closed.
func (q Queries) OpenMonth(ctx context.Context, organisation int64, from housing.Period) (housing.Period, error) {
	const sql = `SELECT period FROM closings WHERE organisation_id = $1 AND period >= $2 AND reopened_at IS NULL ORDER BY period`
	rows, err := q.Query(ctx, sql, organisation, from)
	if err != nil {
		return 0, fmt.Errorf("look for the open month: %w", err)
	}
	closed, err := pgx.CollectRows(rows, pgx.RowTo[housing.Period])
	if err != nil {
		return 0, fmt.Errorf("look for the open month: %w", err)
	}
	for _, period := range closed {
		if period != from {
			break
		}
		from = from.Next()
	}
	return from, nil
}

// frozenTables lists the tables whose partition of a month refuses changes from its closing on.
func frozenTables() []string {
	return []string{"payments", "payment_parts", "snapshots", "charges", "findings", "benefit_shares", "balances", "documents", "debts", "ledger_lines"}
}

// FreezeMonth waits until nobody writes a month and lets nobody write it until the transaction ends; from
// the closing on the database refuses to.
func (t *Tx) FreezeMonth(ctx context.Context, organisation int64, period housing.Period) error {
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return err
	}
	for _, table := range frozenTables() {
		name := pgx.Identifier{PartitionName(table, period)}.Sanitize()
		for _, sql := range []string{
			"CREATE OR REPLACE TRIGGER closed BEFORE INSERT OR UPDATE OR DELETE ON " + name + " FOR EACH ROW EXECUTE FUNCTION refuse_closed()",
			"CREATE OR REPLACE TRIGGER closed_whole BEFORE TRUNCATE ON " + name + " FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed()",
		} {
			if _, err := t.Exec(ctx, sql); err != nil {
				return fmt.Errorf("freeze %s of %s: %w", table, period, err)
			}
		}
	}
	// Readings of a closed month may still arrive: they are noted, to be corrected.
	name := pgx.Identifier{PartitionName("readings", period)}.Sanitize()
	const late = "CREATE OR REPLACE TRIGGER late AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION note_late_reading()"
	if _, err := t.Exec(ctx, fmt.Sprintf(late, name)); err != nil {
		return fmt.Errorf("watch the readings of %s: %w", period, err)
	}
	return nil
}

// CloseMonth notes that a month is closed. FreezeMonth comes before it.
func (t *Tx) CloseMonth(ctx context.Context, organisation int64, c Closing, checks any) error {
	text, err := json.Marshal(checks)
	if err != nil {
		return fmt.Errorf("write the checks of %s: %w", c.Period, err)
	}
	const sql = `INSERT INTO closings (organisation_id, period, totals, checks, closed_by, closed_at) VALUES ($1, $2, $3::jsonb, $4::jsonb, $5, $6)`
	if _, err := t.Exec(ctx, sql, organisation, c.Period, string(c.Totals), string(text), c.By, c.At); err != nil {
		return fmt.Errorf("close %s: %w", c.Period, err)
	}
	return nil
}

// ReopenMonth takes back a closing, or returns ErrNotFound. The row stays.
func (t *Tx) ReopenMonth(ctx context.Context, organisation int64, period housing.Period, by, reason string, now time.Time) error {
	const sql = `
UPDATE closings SET reopened_by = $3, reopened_at = $4, reason = $5
WHERE organisation_id = $1 AND period = $2 AND reopened_at IS NULL`
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return err
	}
	tag, err := t.Exec(ctx, sql, organisation, period, by, now, reason)
	if err != nil {
		return fmt.Errorf("open %s again: %w", period, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("closing of %s: %w", period, ErrNotFound)
	}
	return nil
}

// MonthState is what closing a month is decided on, beside its ledger.
type MonthState struct {
	Houses        int // with charges
	Unfinished    int // houses that the last run has not charged
	HeldAccounts  int // by the calculation
	GateHeld      int // by the check before issue
	Undistributed int // payments of accounts without parts
	Uneven        int // payments whose parts do not add up to them
	Unissued      int // accounts with charges or balances without a document
	Differing     int // documents whose sum to pay is not the balance
	Documents     int
	ToPay         housing.Money // of the documents
	HouseSum      housing.Money // charges by the totals of houses
	WrongAccounts int           // balances whose turnover is not that of charges, lines and parts, by account, service and payee
	WrongHouses   int           // houses whose turnover is not that of their charges, lines and parts
	WrongDebts    int           // older debts of which there is no balance
}

// MonthState reads it.
func (q Queries) MonthState(ctx context.Context, organisation int64, period housing.Period) (MonthState, error) {
	const sql = `
WITH org AS (SELECT id FROM houses WHERE organisation_id = $1),
charged AS (SELECT c.* FROM charged_houses c JOIN org ON org.id = c.house_id WHERE c.period = $2),
bal AS (SELECT b.* FROM balances b JOIN org ON org.id = b.house_id WHERE b.period = $2),
line AS (SELECT c.house_id, c.account_id, c.service, c.payee_id, c.amount FROM charges c JOIN org ON org.id = c.house_id WHERE c.period = $2
    UNION ALL SELECT l.house_id, l.account_id, l.service, l.payee_id, l.amount FROM ledger_lines l JOIN org ON org.id = l.house_id WHERE l.period = $2),
part AS (SELECT x.* FROM payment_parts x JOIN org ON org.id = x.house_id WHERE x.period = $2),
doc AS (SELECT d.* FROM documents d JOIN org ON org.id = d.house_id WHERE d.period = $2),
due AS (SELECT account_id, sum(closing)::bigint AS closing FROM bal GROUP BY account_id),
wrong AS (
    SELECT COALESCE(s.house_id, b.house_id) AS house_id FROM (
        SELECT house_id, account_id, service, payee_id, sum(line)::bigint AS line, sum(paid)::bigint AS paid FROM (
            SELECT house_id, account_id, service, payee_id, amount AS line, 0 AS paid FROM line
            UNION ALL SELECT house_id, account_id, service, payee_id, 0, amount FROM part) AS x GROUP BY 1, 2, 3, 4) AS s
    FULL JOIN bal b USING (house_id, account_id, service, payee_id)
    WHERE COALESCE(s.line, 0) <> COALESCE(b.charged + b.corrected + b.penalty, 0) OR COALESCE(s.paid, 0) <> COALESCE(b.paid, 0))
SELECT (SELECT count(*) FROM charged), (SELECT count(*) FROM charge_units u JOIN org ON org.id = u.house_id
        WHERE u.status = 'planned' AND u.run_id = (SELECT max(id) FROM runs WHERE organisation_id = $1 AND period = $2)),
    (SELECT COALESCE(sum(held), 0) FROM charged),
    (SELECT count(*) FROM gate_holds g JOIN org ON org.id = g.house_id WHERE g.period = $2 AND g.stands AND g.status <> 'released'),
    (SELECT count(*) FROM payments p WHERE p.organisation_id = $1 AND p.period = $2 AND p.account_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM part x WHERE x.house_id = p.house_id AND x.account_id = p.account_id AND x.payment_id = p.id AND x.entry = 0)),
    (SELECT count(*) FROM payments p JOIN (SELECT payment_id, sum(amount) AS amount FROM part WHERE entry = 0 GROUP BY 1) x ON x.payment_id = p.id
        WHERE p.organisation_id = $1 AND p.period = $2 AND p.amount <> x.amount),
    (SELECT count(*) FROM due WHERE NOT EXISTS (SELECT FROM doc WHERE doc.account_id = due.account_id)
        AND EXISTS (SELECT FROM line WHERE line.account_id = due.account_id)),
    (SELECT count(*) FROM doc JOIN due USING (account_id) WHERE doc.to_pay <> due.closing),
    (SELECT count(*) FROM doc), (SELECT COALESCE(sum(to_pay), 0)::bigint FROM doc), (SELECT COALESCE(sum(amount), 0)::bigint FROM charged),
    (SELECT count(*) FROM wrong),
    (SELECT count(*) FROM (SELECT house_id, sum(closing - opening) AS moved FROM bal GROUP BY 1) AS b
        FULL JOIN (SELECT house_id, sum(amount) AS moved FROM (SELECT house_id, amount FROM line UNION ALL SELECT house_id, -amount FROM part) AS x
            GROUP BY 1) AS l USING (house_id) WHERE COALESCE(b.moved, 0) <> COALESCE(l.moved, 0)),
    (SELECT count(*) FROM debts d JOIN org ON org.id = d.house_id WHERE d.period = $2 AND NOT EXISTS (
        SELECT FROM bal b WHERE (b.house_id, b.account_id, b.service, b.payee_id) = (d.house_id, d.account_id, d.service, d.payee_id)))`
	var s MonthState
	err := q.QueryRow(ctx, sql, organisation, period).Scan(&s.Houses, &s.Unfinished, &s.HeldAccounts, &s.GateHeld, &s.Undistributed, &s.Uneven,
		&s.Unissued, &s.Differing, &s.Documents, &s.ToPay, &s.HouseSum, &s.WrongAccounts, &s.WrongHouses, &s.WrongDebts)
	if err != nil {
		return s, fmt.Errorf("look over %s: %w", period, err)
	}
	return s, nil
}

// IssuedDocuments counts the payment documents of a month.
func (q Queries) IssuedDocuments(ctx context.Context, organisation int64, period housing.Period) (n int, err error) {
	const sql = `SELECT count(*) FROM documents d JOIN houses h ON h.id = d.house_id WHERE h.organisation_id = $1 AND d.period = $2`
	if err := q.QueryRow(ctx, sql, organisation, period).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the documents of %s: %w", period, err)
	}
	return n, nil
}
