package pipeline_test

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/answers"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
	"github.com/kvitok-gkh/kvitok/store"
)

// link is a claim with where it is linked; "" where it is not.
type link struct {
	id            int64
	row           int
	named, linked string
}

func (w *world) links(t *testing.T) map[int]link {
	t.Helper()
	const sql = `
SELECT c.id, c.source_pos, c.account, COALESCE(a.number, '') FROM claims c
LEFT JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL AND m.status = 'linked' LEFT JOIN accounts a ON a.id = m.account_id`
	rows, err := w.store.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	byRow := map[int]link{}
	for rows.Next() {
		var l link
		if err := rows.Scan(&l.id, &l.row, &l.named, &l.linked); err != nil {
			t.Fatal(err)
		}
		byRow[l.row] = l
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return byRow
}

// truth tells of which account each row of residents is: rows stand in the order of accounts, and a
// second owner follows the first with the same number.
func (w *world) truth(t *testing.T, links map[int]link) map[int]string {
	t.Helper()
	accounts := all[string](t, w.store, "SELECT number FROM accounts ORDER BY id")
	last := w.expected("residents.xlsx").Counts.Rows + 1
	truth := map[int]string{}
	at := -1
	for row := 2; row <= last; row++ { // after the header
		if l, known := links[row]; !known || row == 2 || l.named == "" || l.named != links[row-1].named {
			at++
		}
		truth[row] = accounts[at]
	}
	if at != len(accounts)-1 {
		t.Fatalf("rows speak of %d accounts of %d", at+1, len(accounts))
	}
	return truth
}

// No claim of the town is linked to a wrong account, and most are linked.
func TestMatchPrecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 400)
	w.fill(t)
	w.receive(t)
	first, err := w.Match(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	expected := w.town.Expected().Claims
	if first.Counts.Open != 0 || first.Decided != expected.Total {
		t.Errorf("%+v of %d claims", first, expected.Total)
	}
	links := w.links(t)
	truth := w.truth(t, links)
	for row, l := range links {
		if l.linked != "" && l.linked != truth[row] {
			t.Errorf("row %d is linked to %s, is of %s", row, l.linked, truth[row])
		}
	}
	if sure := expected.ByNumber + expected.ByUnified + expected.ByAddress; first.Counts.Linked < sure*95/100 {
		t.Errorf("%d claims are linked, want most of %d", first.Counts.Linked, sure)
	}
	again, err := w.Match(t.Context())
	if err != nil || again.Decided != 0 || again.Counts != first.Counts {
		t.Errorf("matched again: %+v, %v", again, err)
	}
}

// The operator's workbook goes out, is filled in and comes back; a decision can be undone.
func TestQuestionsAndAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 200)
	w.fill(t)
	w.receive(t)
	before, err := w.Match(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var book bytes.Buffer
	rows, err := w.ExportQuestions(t.Context(), &book, "оператор")
	if err != nil || rows != before.Counts.Questions || rows < 4 {
		t.Fatalf("%d rows for %d questions, %v", rows, before.Counts.Questions, err)
	}
	links := w.links(t)
	truth := w.truth(t, links)
	byClaim := map[string]string{}
	for row, l := range links {
		byClaim[strconv.FormatInt(l.id, 10)] = truth[row]
	}
	filled := fillIn(t, book.Bytes(), func(n int, claim string) string {
		return []string{byClaim[claim], "нет", "0199999999", ""}[min(n, 3)]
	})
	list, problems, err := answers.Read(importers.Input{Name: "filled.xlsx", Size: int64(len(filled)), Content: bytes.NewReader(filled)})
	if err != nil || len(problems) > 0 {
		t.Fatalf("read the filled workbook: %v, %v", problems, err)
	}
	result, err := w.ApplyAnswers(t.Context(), list, "operator")
	if err != nil {
		t.Fatal(err)
	}
	if result.Linked != 1 || result.Refused != 1 || len(result.Problems) != 1 || result.Problems[0].Code != "unknown_account" {
		t.Errorf("applied: %+v", result)
	}
	again, err := w.ApplyAnswers(t.Context(), list, "operator")
	if err != nil {
		t.Fatal(err)
	}
	if again.Linked != 0 || again.Refused != 0 || len(again.Problems) != 3 {
		t.Errorf("applied again: %+v", again)
	}
	after, err := w.Match(t.Context())
	if err != nil || after.Counts.Linked != before.Counts.Linked+1 || after.Counts.Questions != before.Counts.Questions-2 {
		t.Errorf("after: %+v, before: %+v, %v", after.Counts, before.Counts, err)
	}
	for _, l := range w.links(t) {
		if l.linked != "" && links[l.row].linked == "" {
			w.undo(t, l.id)
		}
	}
	undone, err := w.Match(t.Context())
	if err != nil || undone.Decided != 1 || undone.Counts.Linked != before.Counts.Linked {
		t.Errorf("after the undo: %+v, %v", undone, err)
	}
}

func (w *world) undo(t *testing.T, claim int64) {
	t.Helper()
	err := w.store.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.UndoMatch(ctx, w.Organisation.ID, claim, "operator", w.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fillIn(t *testing.T, content []byte, answer func(n int, claim string) string) []byte {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(housing.MatchSheet)
	if err != nil {
		t.Fatal(err)
	}
	header := slices.IndexFunc(rows, func(row []string) bool { return slices.Contains(row, housing.MatchColumnClaim) })
	claims, column := slices.Index(rows[header], housing.MatchColumnClaim), slices.Index(rows[header], housing.MatchColumnAnswer)
	for n, row := range rows[header+1:] {
		name, err := excelize.CoordinatesToCellName(column+1, header+2+n)
		if err != nil {
			t.Fatal(err)
		}
		if err := book.SetCellStr(housing.MatchSheet, name, answer(n, row[claims])); err != nil {
			t.Fatal(err)
		}
	}
	var filled bytes.Buffer
	if err := book.Write(&filled); err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	return filled.Bytes()
}

// A link that a person took back is asked for; neither the next run nor the same claim sent again with
// another phone makes it.
func TestUndoStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 50)
	w.fill(t)
	w.receive(t)
	before, err := w.Match(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var claim int64
	for _, l := range w.links(t) {
		if l.linked != "" {
			claim = l.id
			break
		}
	}
	w.undo(t, claim)
	const again = `
INSERT INTO claims (organisation_id, fingerprint, account, unified, full_name, address, phone, source_id, source_pos)
SELECT organisation_id, 'again', account, unified, full_name, address, '+79000000000', source_id, source_pos FROM claims WHERE id = $1`
	if _, err := w.store.Exec(t.Context(), again, claim); err != nil {
		t.Fatal(err)
	}
	after, err := w.Match(t.Context())
	if err != nil || after.Decided != 2 || after.Counts.Linked != before.Counts.Linked-1 || after.Counts.Questions != before.Counts.Questions+2 {
		t.Errorf("after the undo: %+v, before: %+v, %v", after, before.Counts, err)
	}
	if n := len(all[int64](t, w.store, "SELECT claim_id FROM matches WHERE reason = 'link_undone' AND undone_at IS NULL")); n != 2 {
		t.Errorf("%d questions about the link taken back, want 2", n)
	}
	states, err := w.store.ClaimStates(t.Context(), w.Organisation.ID, "review")
	if err != nil || len(states) != after.Counts.Questions {
		t.Errorf("%d claims under review, want %d: %v", len(states), after.Counts.Questions, err)
	}
}

// A number under which a supplier knows an account leads to it; the decision is stored with its score and
// the version of its rules.
func TestMatchElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.fill(t)
	w.receive(t)
	const claim = `
WITH one AS (SELECT a.id, a.organisation_id, h.address || ', кв. ' || p.flat AS address, (SELECT min(id) FROM sources) AS source
    FROM accounts a JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id
    WHERE a.organisation_id = $1 AND p.flat <> '' AND p.room = '' ORDER BY a.id LIMIT 1),
known AS (INSERT INTO account_references (organisation_id, kind, number, account_id, source_id, source_pos)
    SELECT organisation_id, 'supplier', 'ЭС-77', id, source, 1 FROM one)
INSERT INTO claims (organisation_id, fingerprint, account, full_name, address, source_id, source_pos)
SELECT organisation_id, 'elsewhere', 'ЭС-77', '', address, source, 1 FROM one`
	if _, err := w.store.Exec(t.Context(), claim, w.Organisation.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Match(t.Context()); err != nil {
		t.Fatal(err)
	}
	const decision = `
SELECT concat_ws(' ', m.status, m.reason, m.score, m.rules, m.account_id = (SELECT account_id FROM account_references))
FROM matches m JOIN claims c ON c.id = m.claim_id WHERE c.fingerprint = 'elsewhere'`
	want := "linked elsewhere_and_address 100 " + strconv.Itoa(matching.RulesVersion) + " t"
	if got := all[string](t, w.store, decision); !slices.Equal(got, []string{want}) {
		t.Errorf("decided %q, want %q", got, want)
	}
}

// A street renamed by today leads to its house; one that will be renamed does not yet.
func TestMatchRenamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.fill(t)
	w.receive(t)
	const claims = `
WITH one AS (SELECT a.number, h.address, p.flat, (SELECT min(id) FROM sources) AS source
    FROM accounts a JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id
    WHERE a.organisation_id = $1 AND p.flat <> '' AND p.room = '' ORDER BY a.id LIMIT 1),
street AS (SELECT one.*, (regexp_match(address, '((ул|пер|пр-кт|б-р|ш|наб|пл|пр-д)[.]? [^,]+),'))[1] AS now FROM one),
renamed AS (INSERT INTO street_renames (organisation_id, was, now, since, source_id, source_pos)
    SELECT $1, v.was, now, v.since, source, 1 FROM street, (VALUES ('ул. Былая', $2::date), ('ул. Будущая', $2::date + 1)) AS v (was, since))
INSERT INTO claims (organisation_id, fingerprint, account, full_name, address, source_id, source_pos)
SELECT $1, was, number, '', replace(address, now, was) || ', кв. ' || flat, source, 1 FROM street, unnest(ARRAY['ул. Былая', 'ул. Будущая']) AS was`
	if _, err := w.store.Exec(t.Context(), claims, w.Organisation.ID, housing.DateOf(w.Now())); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Match(t.Context()); err != nil {
		t.Fatal(err)
	}
	const decisions = `
SELECT c.fingerprint || ': ' || m.reason FROM matches m JOIN claims c ON c.id = m.claim_id WHERE c.fingerprint LIKE 'ул.%' ORDER BY c.fingerprint DESC`
	want := []string{"ул. Былая: " + matching.ReasonNumberAndAddress, "ул. Будущая: " + matching.ReasonNumberAndAddressDiffer}
	if got := all[string](t, w.store, decisions); !slices.Equal(got, want) {
		t.Errorf("decided %q, want %q", got, want)
	}
}
