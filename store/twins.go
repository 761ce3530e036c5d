package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// twinMonths is how long before the month of its day a payment may be booked: payments of a month come while an earlier one is open.
const twinMonths = 3

// alike is a payment of another file with the account, day, sum and payee of a row.
type alike struct {
	key, numbering string
	otherOrder     bool
}

// senderNumber is the number by which its sender knows a payment; "" where he gives none.
func senderNumber(key, numbering string) string {
	if numbering == housing.NoNumber {
		return ""
	}
	return strings.TrimPrefix(key, numbering)
}

// judge finds of which payment a row is perhaps the second coming, or surely. Numbers of one numbering that differ tell
// two payments apart; equal ones tell that they are one, whoever sent them. Each payment answers for one row of a file.
func judge(p *housing.Payment, found []alike, used map[string]bool) (twin alike, same, doubt bool) {
	own := senderNumber(p.Key, p.Numbering)
	for _, a := range found {
		theirs := senderNumber(a.key, a.numbering)
		if own != "" && own == theirs {
			return a, true, false
		}
		if doubt || used[a.key] || own != "" && theirs != "" && p.Numbering == a.numbering {
			continue
		}
		twin, doubt = a, true
	}
	return twin, false, doubt
}

// claimed are the places of rows whose keys are new, and of rows without a number whose keys payments of other files have:
// they get keys of their own. The weak among those are equal to that payment.
type claimed struct{ fresh, renamed, weak []int }

// pairing is what is known of a batch of payments before it is booked.
type pairing struct {
	twins map[int]alike // by the place of the row
	keys  []string      // of rows that are payments booked before under another number: they are taken off again
}

// pair looks for payments of other files that rows equal. Those whose key
// tells nothing get one of their own.
func (t *Tx) pair(ctx context.Context, batch *paymentBatch, rows []housing.Payment, c claimed, outcomes []housing.Outcome) (pairing, error) {
	done := pairing{twins: map[int]alike{}}
	found, err := t.alike(ctx, batch, rows, append(slices.Clone(c.fresh), c.renamed...))
	if err != nil {
		return done, err
	}
	used := map[string]bool{}
	for _, at := range c.weak {
		// Its own key is that of a payment whatever became of the account since.
		if first := (alike{key: rows[at].Key, numbering: housing.NoNumber}); !slices.ContainsFunc(found[at], func(a alike) bool { return a.key == first.key }) {
			found[at] = append(found[at], first)
		}
	}
	for at := range rows {
		if len(found[at]) == 0 {
			continue
		}
		twin, same, doubt := judge(&rows[at], found[at], used)
		switch {
		case same:
			outcomes[at].Verdict = housing.Unchanged
			outcomes[at].Problems = append(outcomes[at].Problems, housing.Problem{
				Code: "same_payment", Column: "№ операции", Value: rows[at].Key, Severity: housing.SeverityInfo,
				Text: "платёж уже учтён под номером " + twin.key + "; второй раз он не проводится",
			})
			done.keys = append(done.keys, rows[at].Key)
		case doubt:
			used[twin.key] = true
			done.twins[at] = twin
			outcomes[at].Twin = true
		}
	}
	for _, at := range c.renamed {
		rows[at].Key += "~" + strconv.FormatInt(batch.Source, 10)
	}
	return done, nil
}

// alike returns the payments of other files that rows equal, by the place of the row, oldest first.
func (t *Tx) alike(ctx context.Context, batch *paymentBatch, rows []housing.Payment, places []int) (map[int][]alike, error) {
	const sql = `
SELECT t.at, p.key, p.numbering, COALESCE(p.order_no <> '' AND t.order_no <> '' AND (p.order_no, p.order_date) <> (t.order_no, t.order_date), false)
FROM unnest($4::int[], $5::text[], $6::bigint[], $7::bigint[], $8::date[], $9::bigint[], $10::bigint[], $11::text[], $12::date[])
    AS t(at, account, house, id, day, amount, payee, order_no, order_date)
CROSS JOIN LATERAL (
    (SELECT p.* FROM payments p
     WHERE p.house_id = t.house AND p.account_id = t.id AND p.paid_on = t.day AND p.amount = t.amount AND p.period >= $3 OFFSET 0)
    UNION ALL
    (SELECT p.* FROM payments p
     WHERE p.account_id IS NULL AND p.account = t.account AND p.account <> '' AND p.paid_on = t.day AND p.amount = t.amount AND p.period >= $3 OFFSET 0)) AS p
WHERE p.organisation_id = $1 AND p.source_id <> $2 AND p.payee_id = t.payee
    AND NOT EXISTS (SELECT FROM payment_twins w WHERE w.file_source = $2 AND w.of_key = p.key)
ORDER BY t.at, p.id`
	found := map[int][]alike{}
	if !batch.compare || len(places) == 0 {
		return found, nil
	}
	of := func(at int) *housing.Payment { return &rows[at] }
	told, err := t.Query(ctx, sql, batch.Organisation, batch.Source, batch.since,
		column(places, func(at int) int32 { return int32(at) }), //nolint:gosec // a batch has some thousand rows
		column(places, func(at int) string { return of(at).Account }),
		column(places, func(at int) int64 { return batch.accounts[of(at).Account].house }),
		column(places, func(at int) int64 { return batch.accounts[of(at).Account].account }),
		column(places, func(at int) housing.Date { return of(at).PaidOn }),
		column(places, func(at int) int64 { return int64(of(at).Amount) }),
		column(places, func(at int) int64 { return batch.payee(of(at).Payee) }),
		column(places, func(at int) string { return of(at).OrderNo }),
		column(places, func(at int) *housing.Date {
			if day := of(at).OrderDate; !day.IsZero() {
				return &day
			}
			return nil
		}))
	if err != nil {
		return nil, fmt.Errorf("look for equal payments: %w", err)
	}
	var at int32
	var a alike
	_, err = pgx.ForEachRow(told, []any{&at, &a.key, &a.numbering, &a.otherOrder}, func() error {
		found[int(at)] = append(found[int(at)], a)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for equal payments: %w", err)
	}
	return found, nil
}

// lockPayments lets files of the bank's own numbers come side by side, any other alone: of two files that come at once the
// second then sees the first. It notes the month of the latter and reports whether payments must be compared: not where
// all have numbers of the bank.
func (t *Tx) lockPayments(ctx context.Context, batch *paymentBatch, rows []housing.Payment) error {
	lock, first := "pg_advisory_xact_lock_shared", batch.Period
	for i := range rows {
		if rows[i].Numbering != "" {
			lock = "pg_advisory_xact_lock"
		}
		first = min(first, rows[i].PaidOn.Period())
	}
	if _, err := t.Exec(ctx, "SELECT "+lock+"(hashtextextended('payments ' || $1, 0))", strconv.FormatInt(batch.Organisation, 10)); err != nil {
		return fmt.Errorf("lock the payments: %w", err)
	}
	batch.since = first - twinMonths
	if lock == "pg_advisory_xact_lock" {
		batch.compare = true
		const note = "INSERT INTO payment_numberings (organisation_id, period) VALUES ($1, $2) ON CONFLICT DO NOTHING"
		if _, err := t.Exec(ctx, note, batch.Organisation, batch.Period); err != nil {
			return fmt.Errorf("note whose numbers payments have: %w", err)
		}
		return nil
	}
	const others = "SELECT EXISTS (SELECT FROM payment_numberings WHERE organisation_id = $1 AND period >= $2)"
	if err := t.QueryRow(ctx, others, batch.Organisation, batch.since).Scan(&batch.compare); err != nil {
		return fmt.Errorf("look whose numbers payments have: %w", err)
	}
	return nil
}

// insertKeys stores the keys that rows got beside those they came with.
func (t *Tx) insertKeys(ctx context.Context, batch paymentBatch, rows []housing.Payment, places []int) error {
	const sql = `
INSERT INTO payment_keys (organisation_id, period, source_id, key, amount, account, source_pos)
SELECT $1, $2, $3, * FROM unnest($4::text[], $5::bigint[], $6::text[], $7::bigint[])`
	if len(places) == 0 {
		return nil
	}
	_, err := t.Exec(ctx, sql, batch.Organisation, batch.Period, batch.Source,
		column(places, func(at int) string { return rows[at].Key }),
		column(places, func(at int) int64 { return int64(rows[at].Amount) }),
		column(places, func(at int) string { return rows[at].Account }),
		column(places, func(at int) int64 { return rows[at].Source.Position }))
	if err != nil {
		return fmt.Errorf("store keys of payments: %w", err)
	}
	return nil
}

// storeTwins writes which payments equal which, and takes off the keys of rows that are no payments of their own.
func (t *Tx) storeTwins(ctx context.Context, batch *paymentBatch, rows []housing.Payment, done pairing) error {
	if len(done.keys) > 0 {
		if _, err := t.Exec(ctx, "DELETE FROM payment_keys WHERE organisation_id = $1 AND key = ANY($2)", batch.Organisation, done.keys); err != nil {
			return fmt.Errorf("take off keys of payments: %w", err)
		}
	}
	if len(done.twins) == 0 {
		return nil
	}
	const sql = `
INSERT INTO payment_twins (organisation_id, file_source, key, of_key, of_number, other_order, held)
SELECT $1, $2, t.key, t.of_key, t.of_number, t.other_order, $7
FROM unnest($3::text[], $4::text[], $5::text[], $6::bool[]) WITH ORDINALITY AS t(key, of_key, of_number, other_order, ord)
ORDER BY t.ord`
	var keys, of, numbers []string
	var orders []bool
	for at := range rows {
		if twin, is := done.twins[at]; is {
			keys, of, orders = append(keys, rows[at].Key), append(of, twin.key), append(orders, twin.otherOrder)
			numbers = append(numbers, senderNumber(twin.key, twin.numbering))
		}
	}
	if _, err := t.Exec(ctx, sql, batch.Organisation, batch.Source, keys, of, numbers, orders, batch.holds()); err != nil {
		return fmt.Errorf("store equal payments: %w", err)
	}
	return nil
}

// Twin is the earlier payment that one of a later file equals.
type Twin struct {
	Key      string // of the earlier one
	Number   string // by which its sender knows it; "" where he gave none
	Registry string
	Row      int64
	Source   int64

	OtherOrder bool // the two came by different orders of the bank
	Held       bool
}

const twins = `
SELECT w.key, w.of_key, w.of_number, COALESCE(s.name, ''), COALESCE(k.source_pos, 0), COALESCE(k.source_id, 0), w.other_order, w.held
FROM payment_twins w LEFT JOIN payment_keys k ON k.organisation_id = w.organisation_id AND k.key = w.of_key LEFT JOIN sources s ON s.id = k.source_id
WHERE w.organisation_id = $1 `

// EachTwin visits what the file at hand has brought, in the order of its rows.
func (t *Tx) EachTwin(ctx context.Context, organisation, source int64, visit func(Twin) error) error {
	return t.eachTwin(ctx, func(_ string, w Twin) error { return visit(w) }, twins+"AND w.file_source = $2 AND w.recorded_at = now() ORDER BY w.id",
		organisation, source)
}

func (q Queries) eachTwin(ctx context.Context, visit func(string, Twin) error, sql string, args ...any) error {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("read equal payments: %w", err)
	}
	var key string
	var w Twin
	_, err = pgx.ForEachRow(rows, []any{&key, &w.Key, &w.Number, &w.Registry, &w.Row, &w.Source, &w.OtherOrder, &w.Held}, func() error { return visit(key, w) })
	if err != nil {
		return fmt.Errorf("read equal payments: %w", err)
	}
	return nil
}

// TwinsOf returns the earlier payments that some equal, by the keys of the later ones.
func (q Queries) TwinsOf(ctx context.Context, organisation int64, keys []string) (map[string]Twin, error) {
	found := map[string]Twin{}
	if len(keys) == 0 {
		return found, nil
	}
	err := q.eachTwin(ctx, func(key string, w Twin) error {
		found[key] = w
		return nil
	}, twins+"AND w.key = ANY($2)", organisation, keys)
	return found, err
}

// wholeRows is how many different payments must come again before files are taken for one: a family or two may well pay
// the same again on the same day.
const wholeRows = 3

// Repeated returns the files of which the file at hand brings every payment again, or whose payments are all that it
// brings; payments by other orders of the bank are other money. Rows is how many payments the file has brought.
func (t *Tx) Repeated(ctx context.Context, organisation, source int64, rows int) ([]int64, error) {
	const sql = `
SELECT x.source_id FROM (
    SELECT k.source_id, count(*) AS twins FROM payment_twins w JOIN payment_keys k ON k.organisation_id = w.organisation_id AND k.key = w.of_key
    WHERE w.organisation_id = $1 AND w.file_source = $2 AND w.recorded_at = now()
    GROUP BY k.source_id HAVING NOT bool_or(w.other_order) AND count(DISTINCT (k.account, k.amount)) >= $4) AS x
WHERE x.twins = $3 OR x.twins = (SELECT count(*) FROM payments p WHERE p.source_id = x.source_id AND p.organisation_id = $1)`
	found, err := t.Query(ctx, sql, organisation, source, rows, wholeRows)
	if err != nil {
		return nil, fmt.Errorf("look for files that come again: %w", err)
	}
	sources, err := pgx.CollectRows(found, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("look for files that come again: %w", err)
	}
	return sources, nil
}

// WithdrawTwins takes off what the file at hand has brought of payments of other files: they are the same.
func (t *Tx) WithdrawTwins(ctx context.Context, book PaymentBook, of []int64) error {
	const sql = `
WITH gone AS (
    DELETE FROM payment_twins w USING payment_keys k
    WHERE w.organisation_id = $1 AND w.file_source = $2 AND w.recorded_at = now()
        AND k.organisation_id = w.organisation_id AND k.key = w.of_key AND k.source_id = ANY($4) RETURNING w.key),
paid AS (DELETE FROM payments p USING gone g WHERE p.period = $3 AND p.source_id = $2 AND p.organisation_id = $1 AND p.key = g.key)
DELETE FROM payment_keys k USING gone g WHERE k.organisation_id = $1 AND k.key = g.key`
	if _, err := t.Exec(ctx, sql, book.Organisation, book.Source, book.Period, of); err != nil {
		return fmt.Errorf("take off payments that come again: %w", err)
	}
	return nil
}

// SettleTwin notes that a payment is the one of another file that it equals.
func (t *Tx) SettleTwin(ctx context.Context, organisation int64, key string) error {
	if _, err := t.Exec(ctx, "UPDATE payment_twins SET same = true WHERE organisation_id = $1 AND key = $2", organisation, key); err != nil {
		return fmt.Errorf("decide on payment %s: %w", key, err)
	}
	return nil
}
