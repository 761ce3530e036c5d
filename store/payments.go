package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// PaymentBook is where payments of a file are booked.
type PaymentBook struct {
	Organisation, Source int64
	Period               housing.Period
	Equal                housing.EqualRows // what becomes of those that equal payments of other files; hold where nothing is said
}

// ApplyPayments books payments in a month. A payment whose operator's number is known with the same
// amount and account is unchanged, with another one rejected. A payment to an unknown account is
// booked as unidentified, with a warning: money that arrived is never turned away. One that equals a payment
// of another file, where no number tells whether it is the same, is held or booked, and its outcome says so.
func (t *Tx) ApplyPayments(ctx context.Context, book PaymentBook, rows []housing.Payment) ([]housing.Outcome, error) {
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(p housing.Payment) string { return p.Key }, "УНО")
	kept, indexes := standing(rows, outcomes)
	batch := paymentBatch{PaymentBook: book}
	if err := t.lockPayments(ctx, &batch, kept); err != nil {
		return nil, err
	}
	c, err := t.claimPaymentKeys(ctx, batch, kept, outcomes, indexes)
	if err != nil {
		return nil, err
	}
	if batch.accounts, err = t.accountHouses(ctx, book.Organisation, column(rows, func(p housing.Payment) string { return p.Account })); err != nil {
		return nil, err
	}
	if batch.foreign, err = t.foreignAccounts(ctx, book.Organisation, rows, batch.accounts); err != nil {
		return nil, err
	}
	if batch.payees, err = t.OrganisationIDs(ctx); err != nil {
		return nil, err
	}
	rows = slices.Clone(rows) // some get keys of their own
	done, err := t.pair(ctx, &batch, rows, c, outcomes)
	if err != nil {
		return nil, err
	}
	if err := t.storeTwins(ctx, &batch, rows, done); err != nil {
		return nil, err
	}
	if err := t.insertKeys(ctx, batch, rows, c.renamed); err != nil {
		return nil, err
	}
	return outcomes, t.insertPayments(ctx, batch, rows, append(c.fresh, c.renamed...), outcomes)
}

// claimPaymentKeys decides by a unique key which payments are new and returns their places in the batch.
func (t *Tx) claimPaymentKeys(ctx context.Context, batch paymentBatch, rows []housing.Payment,
	outcomes []housing.Outcome, indexes []int,
) (c claimed, err error) {
	old, err := t.takeKeys(ctx, batch, rows)
	if err != nil {
		return c, fmt.Errorf("store keys of payments: %w", err)
	}
	known, err := t.knownPayments(ctx, batch.Organisation, old)
	if err != nil {
		return c, err
	}
	if len(known) != len(old) { // money must not be taken for new because somebody hides it from us
		return c, fmt.Errorf("read keys of payments: %d of %d known keys are found: %w", len(known), len(old), ErrNotFound)
	}
	c.fresh = make([]int, 0, len(rows))
	for i, p := range rows {
		outcome := &outcomes[indexes[i]]
		switch earlier, was := known[p.Key]; {
		case !was:
			outcome.Verdict = housing.Accepted
			c.fresh = append(c.fresh, indexes[i])
		case p.Numbering == housing.NoNumber && earlier.source != batch.Source:
			outcome.Verdict = housing.Accepted
			c.renamed = append(c.renamed, indexes[i])
			if earlier.account == p.Account && earlier.amount == p.Amount {
				c.weak = append(c.weak, indexes[i])
			}
		case earlier.account == p.Account && earlier.amount == p.Amount:
			outcome.Verdict = housing.Unchanged
		default:
			reject(outcome, "payment_key_conflict", "УНО", p.Key, earlier.conflict(p))
		}
	}
	return c, nil
}

// knownPayment is what the key of a payment was taken for.
type knownPayment struct {
	account string
	amount  housing.Money
	source  int64
	file    string
	row     int64
}

// conflict says what stands under the number of a payment, and who may change it: its sender cannot.
func (k knownPayment) conflict(p housing.Payment) string {
	text := fmt.Sprintf("платёж с этим номером операции уже загружен (файл «%s», строка %d)", k.file, k.row)
	if k.amount != p.Amount {
		return text + fmt.Sprintf(" с другой суммой или другим лицевым счётом: счёт «%s», сумма %s; строка не проведена", k.account, k.amount.RussianPlain())
	}
	return text + fmt.Sprintf(" с другим лицевым счётом: «%s»; деньги второй раз не проведены, счёт платежа меняет бухгалтер "+
		"в книге невыясненных или переносом", k.account)
}

func (t *Tx) knownPayments(ctx context.Context, organisation int64, keys []string) (map[string]knownPayment, error) {
	known := map[string]knownPayment{}
	if len(keys) == 0 {
		return known, nil
	}
	rows, err := t.Query(ctx, `SELECT k.key, k.account, k.amount, k.source_id, s.name, k.source_pos
FROM payment_keys k JOIN sources s ON s.id = k.source_id WHERE k.organisation_id = $1 AND k.key = ANY($2)`, organisation, keys)
	if err != nil {
		return nil, fmt.Errorf("read keys of payments: %w", err)
	}
	var key string
	var p knownPayment
	_, err = pgx.ForEachRow(rows, []any{&key, &p.account, &p.amount, &p.source, &p.file, &p.row}, func() error {
		known[key] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read keys of payments: %w", err)
	}
	return known, nil
}

type paymentBatch struct {
	PaymentBook
	accounts map[string]accountHouse
	foreign  map[string]string // organisations that keep accounts which we do not
	payees   map[string]int64

	since   housing.Period // the first month in which a payment that equals one of the batch may be booked
	compare bool           // there may be such payments
}

// holds reports whether payments that equal those of other files belong to no account at first.
func (b *paymentBatch) holds() bool { return b.Equal == "" || b.Equal == housing.HoldEqual }

// payee finds who is paid: the issuer where nobody is named, or somebody we do not know.
func (b *paymentBatch) payee(inn string) int64 {
	if id := b.payees[inn]; id != 0 {
		return id
	}
	return b.Organisation
}

type accountHouse struct{ account, house int64 }

// accountHouses finds accounts by number; money for an account that was joined to another goes to that one.
func (q Queries) accountHouses(ctx context.Context, organisation int64, numbers []string) (map[string]accountHouse, error) {
	const sql = `
SELECT a.number, COALESCE(k.id, a.id), COALESCE(k.house_id, a.house_id) FROM accounts a
LEFT JOIN merges x ON x.kind = 'account' AND x.doubled = a.id AND x.split_at IS NULL LEFT JOIN accounts k ON k.id = x.kept
WHERE a.organisation_id = $1 AND a.number = ANY($2)`
	rows, err := q.Query(ctx, sql, organisation, numbers)
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	found := map[string]accountHouse{}
	var number string
	var a accountHouse
	_, err = pgx.ForEachRow(rows, []any{&number, &a.account, &a.house}, func() error {
		found[number] = a
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	return found, nil
}

func (t *Tx) insertPayments(ctx context.Context, batch paymentBatch, rows []housing.Payment, fresh []int, outcomes []housing.Outcome) error {
	columns := []string{
		"period", "organisation_id", "account_id", "house_id", "key", "account", "payee_id", "payer", "address", "paid_on",
		"for_period", "amount", "transfer", "fee", "order_no", "order_date", "source_id", "source_pos", "numbering",
	}
	const rowSize = 350 // of most payments
	data := newCopyBuffer(columns, len(fresh), rowSize)
	month := batch.Period.First()
	for _, index := range fresh {
		p := &rows[index]
		if outcomes[index].Verdict != housing.Accepted {
			continue // it is a payment of another file
		}
		data.row()
		data.date(month)
		data.bigint(batch.Organisation)
		a, found := batch.accounts[p.Account]
		if found && (!outcomes[index].Twin || !batch.holds()) {
			data.bigint(a.account)
			data.bigint(a.house)
		} else {
			data.null()
			data.null()
		}
		if !found {
			outcomes[index].Problems = append(outcomes[index].Problems, batch.unidentified(p.Account))
		}
		data.text(p.Key)
		data.text(p.Account)
		data.bigint(batch.payee(p.Payee))
		data.text(p.Payer)
		data.text(p.Address)
		data.date(p.PaidOn)
		data.period(p.Period)
		data.bigint(int64(p.Amount))
		data.bigint(int64(p.Transfer))
		data.bigint(int64(p.Fee))
		data.text(p.OrderNo)
		data.date(p.OrderDate)
		data.bigint(batch.Source)
		data.bigint(p.Source.Position)
		data.text(p.Numbering)
	}
	if err := t.copyTo(ctx, "payments", data); err != nil {
		return fmt.Errorf("store payments: %w", err)
	}
	return nil
}

// unidentified says why a payment belongs to no account.
func (b paymentBatch) unidentified(account string) housing.Problem {
	p := housing.Problem{
		Code: "unidentified_payment", Column: "Лицевой счёт", Value: account, Severity: housing.SeverityWarning,
		Text: "лицевой счёт не найден; платёж учтён в невыясненных",
	}
	if owner := b.foreign[account]; owner != "" {
		p.Code, p.Text = "foreign_account", "лицевой счёт ведёт другая организация ("+owner+"); платёж учтён в невыясненных"
	}
	return p
}

// foreignAccounts finds who keeps the accounts of rows that we do not keep.
func (t *Tx) foreignAccounts(ctx context.Context, organisation int64, rows []housing.Payment, ours map[string]accountHouse) (map[string]string, error) {
	const sql = `
SELECT a.number, max(COALESCE(NULLIF(o.short_name, ''), o.name))
FROM organisations o CROSS JOIN unnest($2::text[]) AS n(number) JOIN accounts a ON a.organisation_id = o.id AND a.number = n.number
WHERE o.id <> $1 GROUP BY a.number`
	var missing []string
	for i := range rows {
		if number := rows[i].Account; number != "" {
			if _, found := ours[number]; !found {
				missing = append(missing, number)
			}
		}
	}
	owners := map[string]string{}
	if len(missing) == 0 {
		return owners, nil
	}
	found, err := t.Query(ctx, sql, organisation, missing)
	if err != nil {
		return nil, fmt.Errorf("look for accounts of others: %w", err)
	}
	var number, owner string
	if _, err = pgx.ForEachRow(found, []any{&number, &owner}, func() error { owners[number] = owner; return nil }); err != nil {
		return nil, fmt.Errorf("look for accounts of others: %w", err)
	}
	return owners, nil
}

// RegistriesOf names the files, other than that of a source, which brought payments with such numbers.
func (t *Tx) RegistriesOf(ctx context.Context, organisation, but int64, keys []string) ([]string, error) {
	const sql = `
SELECT DISTINCT s.name FROM payment_keys k JOIN sources s ON s.id = k.source_id
WHERE k.organisation_id = $1 AND k.key = ANY($3) AND k.source_id <> $2 ORDER BY 1 LIMIT 5`
	rows, err := t.Query(ctx, sql, organisation, but, keys)
	if err != nil {
		return nil, fmt.Errorf("look for the files of payments: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look for the files of payments: %w", err)
	}
	return names, nil
}

// lastClosed is the last closed month, 0 for none.
func (q Queries) lastClosed(ctx context.Context, organisation int64) (housing.Period, error) {
	var last *housing.Period
	const sql = "SELECT max(period) FROM closings WHERE organisation_id = $1 AND reopened_at IS NULL"
	if err := q.QueryRow(ctx, sql, organisation).Scan(&last); err != nil {
		return 0, fmt.Errorf("look for the last closed month: %w", err)
	}
	if last == nil {
		return 0, nil
	}
	return *last, nil
}
