package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// compareFacts goes over all tables of facts, a bounded number of rows at a time.
func (r *rehearser) compareFacts(ctx context.Context, began string) error {
	tables, err := r.tx.FactTables(ctx)
	if err != nil {
		return err
	}
	ids := slices.Sorted(maps.Keys(r.sources))
	for _, table := range tables {
		if table.Name == "payment_keys" {
			continue // the payments themselves are told
		}
		err := r.tx.Changes(ctx, r.Store.Queries, table, began, ids, func(changes []store.FactChange) error {
			return r.tell(ctx, table, changes)
		})
		if err != nil {
			return err
		}
	}
	for _, title := range slices.Sorted(maps.Keys(r.subjects)) {
		r.result.Subjects = append(r.result.Subjects, *r.subjects[title])
	}
	return nil
}

// match decides the claims of the files as matching would, each by its reason.
func (r *rehearser) match(ctx context.Context) error {
	if r.subjects[subjectTitle("claims")] == nil {
		return nil
	}
	counts, err := r.tx.CountMatches(ctx, r.Organisation.ID)
	if err != nil || counts.Open == 0 {
		return err
	}
	if _, err := r.quietly().decide(ctx, counts.Open); err != nil {
		return fmt.Errorf("match the claims: %w", err)
	}
	r.result.Matching, err = r.tx.MatchedFrom(ctx, slices.Sorted(maps.Keys(r.sources)))
	return err
}

// tell counts and describes changes, and notes which houses and accounts they concern.
func (r *rehearser) tell(ctx context.Context, table store.FactTable, changes []store.FactChange) error {
	found, err := r.tx.FactNames(ctx, changes)
	if err != nil {
		return err
	}
	n := names{found}
	if err := r.concernReversals(ctx, table, changes); err != nil {
		return err
	}
	begun := beginnings(table, changes)
	for _, c := range changes {
		r.concern(table.Name, n, c)
		if ended(table, c, begun) {
			continue // told by the fact that begins on that day
		}
		change := r.describe(table, n, c)
		if len(change.Fields) == 0 {
			continue
		}
		r.count(change)
		if len(r.result.Changes) < shownEffects {
			r.result.Changes = append(r.result.Changes, change)
		}
		if r.in.Changes != nil {
			if err := r.in.Changes(change); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *rehearser) count(change housing.FactChange) {
	counts := r.subjects[change.Subject]
	if counts == nil {
		counts = &housing.SubjectChanges{Subject: change.Subject}
		r.subjects[change.Subject] = counts
	}
	switch change.Kind {
	case housing.FactCreated:
		counts.Created++
	case housing.FactChanged:
		counts.Changed++
	case housing.FactMoved:
		counts.Moved++
	}
}

// beginnings are the keys and first days of the dated facts among the changes.
func beginnings(table store.FactTable, changes []store.FactChange) map[string]bool {
	begun := map[string]bool{}
	if !table.Dated {
		return begun
	}
	for _, c := range changes {
		from, _ := span(c.After.Text("valid"))
		begun[table.KeyOf(c.After)+from.String()] = true
	}
	return begun
}

// ended reports whether all that happened to a dated fact is that the next one took its place.
func ended(table store.FactTable, c store.FactChange, begun map[string]bool) bool {
	if !table.Dated || c.Before == nil || !slices.Equal(c.Columns(), []string{"valid"}) {
		return false
	}
	_, to := span(c.After.Text("valid"))
	return !to.IsZero() && begun[table.KeyOf(c.After)+to.String()]
}

func (r *rehearser) describe(table store.FactTable, n names, c store.FactChange) housing.FactChange {
	account, house := n.whose(table.Name, c.After)
	change := housing.FactChange{Subject: subjectTitle(table.Name), Kind: housing.FactCreated, House: n.Houses[house]}
	change.Account = n.Accounts[account].Number
	if table.Name == "accounts" {
		change.Account = c.After.Text("number")
	}
	if name, ours := r.sources[c.After.Number("source_id")]; ours {
		change.Source = housing.Source{Kind: housing.SourceFile, Name: name, Position: c.After.Number("source_pos")}
	}
	change.What = n.what(c.After)
	columns := slices.Sorted(maps.Keys(c.After))
	if c.Before != nil {
		change.Kind, columns = housing.FactChanged, c.Columns()
		for _, name := range []string{"account_id", "house_id", "premises_id"} {
			if slices.Contains(columns, name) {
				change.Kind = housing.FactMoved
			}
		}
	}
	for _, name := range columns {
		if field, shown := n.fieldChange(c, name); shown {
			change.Fields = append(change.Fields, field)
		}
	}
	return change
}

// fieldChange tells what happened to a column of a row, not shown where that says nothing to a person.
func (n names) fieldChange(c store.FactChange, name string) (field housing.FieldChange, shown bool) {
	title, before, after := fieldTitle(name), "", n.field(c.After, name)
	if c.Before != nil {
		before = n.field(c.Before, name)
	}
	switch name {
	case "account_id": // of a meter that moves
		title, after = "лицевой счёт", n.Accounts[c.After.Number(name)].Number
		before = n.Accounts[c.Before.Number(name)].Number
	case "valid":
		if c.Before != nil && c.After.Text("valid") != "" {
			title = "действует"
		}
	}
	plain := after == "" || after == "0" || after == "[]"
	if title == "" || before == after || c.Before == nil && plain || name == "account_id" && c.Before == nil {
		return field, false
	}
	return housing.FieldChange{Name: title, Before: before, After: after}, true
}

// whose returns the ids of the account and the house that a row speaks of, 0 where it speaks of none.
func (n names) whose(table string, row store.FactRow) (account, house int64) {
	account, house = row.Number("account_id"), row.Number("house_id")
	switch table {
	case "accounts":
		account = row.Number("id")
	case "houses":
		house = row.Number("id")
	case "premises":
		house = row.Number("house_id")
	}
	if meter := row.Number("meter_id"); meter != 0 {
		account = n.Meters[meter].Account
	}
	if a, known := n.Accounts[account]; known && house == 0 {
		house = a.House
	}
	return account, house
}

// what names the thing that a row speaks of.
func (n names) what(row store.FactRow) string {
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	if m, known := n.Meters[row.Number("meter_id")]; known {
		add(housing.Service(m.Service).Russian())
		add("прибор " + m.Serial)
	}
	add(housing.Service(row.Text("service")).Russian())
	if serial := row.Text("serial"); serial != "" {
		add("прибор " + serial)
	}
	add(housing.Zone(row.Text("zone")).Russian())
	return strings.Join(parts, ", ")
}

// concern notes which accounts and houses a change speaks of, before and after.
func (r *rehearser) concern(table string, n names, c store.FactChange) {
	row := place64{c.After.Number("source_id"), c.After.Number("source_pos")}
	if _, ours := r.sources[row.source]; !ours {
		row.source = 0
	}
	for _, at := range []store.FactRow{c.Before, c.After} {
		if at == nil {
			continue
		}
		account, house := n.whose(table, at)
		if account != 0 {
			of(r.accounts, account).by(row)
		}
		if house != 0 {
			r.books[house] = true
		}
		if !moneyAlone(table) {
			r.concernHouse(account, house, row)
		}
	}
	r.pay(table, n, c)
}

// concernHouse notes whose charges a row may change.
func (r *rehearser) concernHouse(account, house int64, row place64) {
	if house != 0 {
		h := of(r.houses, house)
		if account == 0 {
			h.by(row)
		}
	}
	if account == 0 && house == 0 {
		if r.everyone == nil {
			r.everyone = &touched{}
		}
		r.everyone.by(row)
	}
}

// concernReversals notes whose payments are taken back.
func (r *rehearser) concernReversals(ctx context.Context, table store.FactTable, changes []store.FactChange) error {
	if table.Name != "payment_reversals" {
		return nil
	}
	rows := map[int64]place64{}
	for _, c := range changes {
		if decision := c.After.Number("decision_id"); decision != 0 {
			rows[decision] = place64{c.After.Number("source_id"), c.After.Number("source_pos")}
		}
	}
	paid, err := r.tx.PaidByDecisions(ctx, slices.Sorted(maps.Keys(rows)))
	if err != nil {
		return err
	}
	for _, p := range paid {
		r.books[p.House] = true
		row := rows[p.Decision]
		if _, ours := r.sources[row.source]; ours {
			of(r.accounts, p.Account).by(row)
		}
	}
	return nil
}

// moneyAlone says of which tables charges do not depend.
func moneyAlone(table string) bool {
	switch table {
	case "payments", "payment_reversals", "payment_packs", "opening_balances", "claims", "bank_statements", "bank_documents", "stated_amounts",
		"account_references", "gis_meters", "gis_documents":
		return true
	}
	return false
}

// pay notes the money that a row brings to no account that is known.
func (r *rehearser) pay(table string, n names, c store.FactChange) {
	amount := housing.Money(c.After.Number("amount") - c.Before.Number("amount"))
	switch table {
	case "payments":
		if account, _ := n.whose(table, c.After); account == 0 {
			r.result.Money.Unidentified += amount
		}
	case "payment_reversals":
		if c.After.Number("decision_id") == 0 {
			r.result.Money.Unidentified -= amount
		}
	}
}

func of(list map[int64]*touched, id int64) *touched {
	t := list[id]
	if t == nil {
		t = &touched{}
		list[id] = t
	}
	return t
}
