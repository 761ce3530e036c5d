package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Books are the ledger of some accounts in one month while it is drawn up: what it is drawn up from, and what
// stands of it. They are read at once, changed in memory and written once (Save). Adding up a month in Go
// takes a tenth of what PostgreSQL needs to sort and join the same rows.
type Books struct {
	tx        *Tx
	period    housing.Period
	scope     BooksScope
	names     names
	index     map[AccountKey]*AccountBook
	last      *AccountBook           // the one found last
	order     []*AccountBook         // by house and account
	paidOn    map[int64]housing.Date // payments of the month, by id
	read      bool                   // changes from here on are ours
	newLines  []LedgerLine
	goneLines []int64
}

// BooksScope says which accounts are opened: all of some houses, or some of them.
type BooksScope struct {
	Houses   []int64 // rising
	Accounts []int64 // nil: all
}

// AccountBook is one account of Books.
type AccountBook struct {
	AccountKey
	Open   []OpenPayment // not distributed yet, by day and id
	payees []int16       // of them, while they are read
	cells  []cell
	cell   int // the one found last: rows come in order
	totals []total
	total  int
	parts  []bookPart
	fresh  int        // parts from here on are new
	lines  []bookLine // penalties of the month
	late   []bookLine // lines of the month that are no penalties
}

// cellKey is a debt: what is owed to a payee for a service of a month.
type cellKey struct {
	month          housing.Period
	service, payee int16 // in names
	penalty        bool
}

type cell struct {
	cellKey
	before  housing.Money // at the end of the month before, and what was brought in
	amount  housing.Money // now
	charged housing.Money // in the month
	stands  housing.Money // in table debts
	row     tid           // there
}

// stored reports whether table debts holds such a debt: what is left of the month itself is the balance
// less the others.
func (c *cell) stored(period housing.Period) bool { return c.penalty || c.month < period }

type total struct {
	service, payee int16
	sources        int // rows that it comes from: without any there is no such balance
	now, stands    sums
	row            tid
	older          housing.Money // debts of months before the last one, and penalties, at its end
}

type sums struct{ opening, charged, corrected, penalty, paid housing.Money }

type bookPart struct {
	payment, entry int64
	cell           int32
	amount         housing.Money
}

type bookLine struct {
	id          int64
	key, reason string
	cellKey
	amount housing.Money
}

// tid is where a row stands, as PostgreSQL writes it; none for a row that is not there.
type tid struct {
	block  uint32
	offset uint16 // from 1
}

func (t tid) none() bool { return t.offset == 0 }

func (t tid) String() string {
	const decimal = 10
	return "(" + strconv.FormatUint(uint64(t.block), decimal) + "," + strconv.FormatUint(uint64(t.offset), decimal) + ")"
}

// names are the services and payees of Books as small numbers.
type names struct {
	services  []housing.Service
	serviceAt map[string]int16
	payees    []payeeName
	byID      map[int64]int16
	byINN     map[string]int16
}

type payeeName struct {
	id  int64
	inn string
}

func (n *names) service(name []byte) int16 {
	if at, known := n.serviceAt[string(name)]; known {
		return at
	}
	at := int16(len(n.services)) //nolint:gosec // a few services
	n.services = append(n.services, housing.Service(name))
	n.serviceAt[string(name)] = at
	return at
}

func newNames() names {
	return names{serviceAt: map[string]int16{}, byID: map[int64]int16{}, byINN: map[string]int16{}}
}

func (n *names) payee(id int64) int16 {
	if at, known := n.byID[id]; known {
		return at
	}
	at := int16(len(n.payees)) //nolint:gosec // some payees
	n.payees = append(n.payees, payeeName{id: id})
	n.byID[id] = at
	return at
}

// tell gives all payees their INN.
func (n *names) tell(organisations map[string]int64) {
	for inn, id := range organisations {
		at := n.payee(id)
		n.payees[at].inn = inn
		n.byINN[inn] = at
	}
}

// OpenBooks reads the ledger of accounts in a month and all that it is drawn up from. Whoever calls it holds
// the ledger of the month (LockLedger) or of the houses (LockHouses) until the transaction ends.
func (t *Tx) OpenBooks(ctx context.Context, period housing.Period, scope BooksScope) (*Books, error) {
	b := &Books{
		tx: t, period: period, scope: scope, names: newNames(),
		index: map[AccountKey]*AccountBook{}, paidOn: map[int64]housing.Date{},
	}
	// What was written a moment ago has no statistics yet, and a plan made without reads whole months.
	const plan = "SELECT set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)"
	if _, err := t.Exec(ctx, plan); err != nil {
		return nil, fmt.Errorf("set how statements are planned: %w", err)
	}
	err := b.readAll(ctx)
	const usual = "SELECT set_config(name, reset_val, true) FROM pg_settings WHERE name IN ('enable_seqscan', 'plan_cache_mode')"
	if _, failed := t.Exec(ctx, usual); err == nil && failed != nil {
		err = fmt.Errorf("set how statements are planned: %w", failed)
	}
	if err != nil {
		return nil, fmt.Errorf("read the books of %s: %w", period, err)
	}
	organisations, err := t.OrganisationIDs(ctx)
	if err != nil {
		return nil, err
	}
	b.names.tell(organisations)
	b.ready()
	return b, nil
}

// ready brings what was read in order.
func (b *Books) ready() {
	for _, key := range slices.SortedFunc(maps.Keys(b.index), func(a, o AccountKey) int {
		return cmp.Or(cmp.Compare(a.House, o.House), cmp.Compare(a.Account, o.Account))
	}) {
		a := b.index[key]
		for i := range a.totals {
			if t := &a.totals[i]; t.older != 0 {
				a.add(cellKey{month: b.period.Prev(), service: t.service, payee: t.payee}, -t.older)
			}
		}
		for i := range a.Open {
			a.Open[i].Payee = b.names.payees[a.payees[i]].inn
		}
		slices.SortFunc(a.Open, func(p, o OpenPayment) int { return cmp.Or(p.PaidOn.Cmp(o.PaidOn), cmp.Compare(p.ID, o.ID)) })
		a.fresh = len(a.parts)
		b.order = append(b.order, a)
	}
	b.read = true
}

// Accounts are those with anything in the month, in order of house and account.
func (b *Books) Accounts() []*AccountBook { return b.order }

// Account returns one account, also one that has nothing yet.
func (b *Books) Account(key AccountKey) *AccountBook {
	if b.last != nil && b.last.AccountKey == key {
		return b.last
	}
	a := b.index[key]
	if a == nil {
		a = &AccountBook{AccountKey: key}
		b.index[key] = a
		if b.read {
			b.order = append(b.order, a)
		}
	}
	b.last = a
	return a
}

// find returns the cell of a debt, made where there is none.
func (a *AccountBook) find(key cellKey) *cell {
	for range a.cells {
		if a.cells[a.cell].cellKey == key {
			return &a.cells[a.cell]
		}
		if a.cell++; a.cell == len(a.cells) {
			a.cell = 0
		}
	}
	a.cells = append(a.cells, cell{cellKey: key})
	a.cell = len(a.cells) - 1
	return &a.cells[a.cell]
}

func (a *AccountBook) totalOf(service, payee int16) *total {
	for range a.totals {
		if t := &a.totals[a.total]; t.service == service && t.payee == payee {
			return t
		}
		if a.total++; a.total == len(a.totals) {
			a.total = 0
		}
	}
	a.totals = append(a.totals, total{service: service, payee: payee})
	a.total = len(a.totals) - 1
	return &a.totals[a.total]
}

// Mixed reports whether the account has paid too much in one place and owes in another one of the same
// payee. Capital repair stands apart.
func (b *Books) Mixed(a *AccountBook) bool {
	capital := b.names.capital()
	for i := range a.cells {
		over := &a.cells[i]
		if over.amount >= 0 || over.penalty {
			continue
		}
		for j := range a.cells {
			c := &a.cells[j]
			if c.amount > 0 && !c.penalty && c.payee == over.payee && (c.service == capital) == (over.service == capital) {
				return true
			}
		}
	}
	return false
}

// capital is the number of the service that stands apart, -1 where nobody has it.
func (n *names) capital() int16 {
	if at, known := n.serviceAt[string(housing.CapitalRepair)]; known {
		return at
	}
	return -1
}

// Cells lists the debts of an account as they stand now.
func (b *Books) Cells(a *AccountBook) []DueCell {
	list := make([]DueCell, 0, len(a.cells)+1)
	for i := range a.cells {
		if c := &a.cells[i]; c.amount != 0 || c.charged != 0 {
			list = append(list, DueCell{Due: b.due(c.cellKey, c.amount), Charged: c.charged})
		}
	}
	return list
}

func (b *Books) due(key cellKey, amount housing.Money) housing.Due {
	kind := housing.Principal
	if key.penalty {
		kind = housing.PenaltyDue
	}
	return housing.Due{
		Service: b.names.services[key.service], Payee: b.names.payees[key.payee].inn, Month: key.month, Kind: kind, Amount: amount,
	}
}

// AddPart books a part of a payment.
func (b *Books) AddPart(p PaymentPart) error {
	payee, known := b.names.byINN[p.Payee]
	if !known {
		return fmt.Errorf("payee %s of payment %d: %w", p.Payee, p.Payment, ErrNotFound)
	}
	key := cellKey{month: p.Month, service: b.names.service([]byte(p.Service)), payee: payee, penalty: p.Kind == housing.PenaltyDue}
	b.Account(AccountKey{p.House, p.Account}).addPart(key, p.Payment, p.Entry, p.Amount)
	return nil
}

func (a *AccountBook) addPart(key cellKey, payment, entry int64, amount housing.Money) {
	a.find(key).amount -= amount
	a.parts = append(a.parts, bookPart{payment: payment, entry: entry, cell: int32(a.cell), amount: amount}) //nolint:gosec // some hundreds
	t := a.totalOf(key.service, key.payee)
	t.sources++
	t.now.paid += amount
}

// PutPenalties makes the penalties of an account in the month those given, and returns how many lines had to
// change.
func (b *Books) PutPenalties(a *AccountBook, lines []LedgerLine) (changed int64, err error) {
	kept := a.lines[:0]
	for _, l := range a.lines {
		if slices.ContainsFunc(lines, func(n LedgerLine) bool { return n.Key == l.key && n.Amount == l.amount && n.Reason == l.reason }) {
			kept = append(kept, l)
			continue
		}
		b.goneLines = append(b.goneLines, l.id)
		a.addLine(l.cellKey, -l.amount, -1)
		changed++
	}
	a.lines = kept
	for _, n := range lines {
		if slices.ContainsFunc(a.lines, func(l bookLine) bool { return l.key == n.Key }) {
			continue
		}
		payee, known := b.names.byINN[n.Payee]
		if !known {
			return changed, fmt.Errorf("payee %s of a penalty: %w", n.Payee, ErrNotFound)
		}
		key := cellKey{month: n.Month, service: b.names.service([]byte(n.Service)), payee: payee, penalty: true}
		a.addLine(key, n.Amount, 1)
		a.lines = append(a.lines, bookLine{key: n.Key, reason: n.Reason, cellKey: key, amount: n.Amount})
		b.newLines = append(b.newLines, n)
		changed++
	}
	return changed, nil
}

func (a *AccountBook) addLine(key cellKey, amount housing.Money, sources int) {
	a.find(key).amount += amount
	t := a.totalOf(key.service, key.payee)
	t.sources += sources
	if key.penalty {
		t.now.penalty += amount
	} else {
		t.now.corrected += amount
	}
}

// LockHouses lets one transaction at a time draw up the ledger of houses, others that of other houses, none
// that of the whole month (lockLedger). It must come before the statements that read what is to be done.
func (t *Tx) LockHouses(ctx context.Context, organisation int64, period housing.Period, houses []int64) error {
	const sql = `
SELECT pg_advisory_xact_lock_shared(hashtextextended('ledger ' || $1 || ' ' || $2, 0))
UNION ALL
SELECT pg_advisory_xact_lock(hashtextextended('ledger ' || $2 || ' house ' || id, 0)) FROM (SELECT id FROM unnest($3::bigint[]) AS id ORDER BY id) AS h`
	if _, err := t.Exec(ctx, sql, strconv.FormatInt(organisation, 10), period.String(), houses); err != nil {
		return fmt.Errorf("lock the ledger of %d houses in %s: %w", len(houses), period, err)
	}
	return nil
}

// LedgerHouses lists the houses of an organisation, so many accounts at a time as far as houses are whole.
func (q Queries) LedgerHouses(ctx context.Context, organisation int64, accounts int) ([][]int64, error) {
	const sql = `
SELECT array_agg(id ORDER BY id) FROM (
    SELECT h.id, (sum(count(a.id) + 1) OVER (ORDER BY h.id) - 1) / $2 AS place
    FROM houses h LEFT JOIN accounts a ON a.house_id = h.id WHERE h.organisation_id = $1 GROUP BY h.id) AS sized
GROUP BY trunc(place) ORDER BY trunc(place)`
	rows, err := q.Query(ctx, sql, organisation, accounts)
	if err != nil {
		return nil, fmt.Errorf("list the houses: %w", err)
	}
	lists, err := pgx.CollectRows(rows, pgx.RowTo[[]int64])
	if err != nil {
		return nil, fmt.Errorf("list the houses: %w", err)
	}
	return lists, nil
}
