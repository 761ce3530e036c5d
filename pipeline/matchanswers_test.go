package pipeline_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// Owners never get more than the whole of an account: neither by the rules nor by the operator's word. Nor does a
// power of attorney that has ended link anybody. What he corrects beside the answer is kept with his name.
func TestAnswersAreChecked(t *testing.T) { //nolint:funlen // one story, told in order
	t.Parallel()
	w := newWorld(t, 20)
	w.fill(t)
	w.receive(t)
	if _, err := w.Match(t.Context()); err != nil {
		t.Fatal(err)
	}
	// an account that nobody has claimed a share of, and three owners of a half each
	const claims = `
WITH one AS (SELECT a.id, a.number, a.payer, h.address || ', кв. ' || p.flat AS address, (SELECT min(id) FROM sources) AS source
    FROM accounts a JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id
    WHERE a.organisation_id = $1 AND p.flat <> '' AND p.room = '' AND NOT EXISTS (
        SELECT FROM matches m JOIN claims c ON c.id = m.claim_id WHERE m.account_id = a.id AND m.undone_at IS NULL AND c.share <> '') ORDER BY a.id LIMIT 1)
INSERT INTO claims (organisation_id, fingerprint, account, full_name, address, share, source_id, source_pos)
SELECT $1, 'half ' || n, number, split_part(payer, ' ', 1) || ' ' || CASE n WHEN 1 THEN 'А' WHEN 2 THEN 'Б' ELSE 'В' END, address, '1/2', source, n
FROM one, generate_series(1, 3) n RETURNING account`
	number := all[string](t, w.store, claims, w.Organisation.ID)[0]
	if _, err := w.Match(t.Context()); err != nil {
		t.Fatal(err)
	}
	const reasons = `SELECT m.reason FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL WHERE c.fingerprint LIKE 'half%' ORDER BY c.id`
	if got := all[string](t, w.store, reasons); len(got) != 3 || got[0] == matching.ReasonSharesExceed || got[1] == matching.ReasonSharesExceed || got[2] != matching.ReasonSharesExceed {
		t.Fatalf("decided %q, want the third half a question", got)
	}
	claim := all[int64](t, w.store, "SELECT id FROM claims WHERE fingerprint = 'half 3'")[0]
	apply := func(a housing.MatchAnswer) pipeline.AnswerResult {
		t.Helper()
		a.Claim, a.Told = claim, true
		result, err := w.ApplyAnswers(t.Context(), []housing.MatchAnswer{a}, "ivanova")
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	refused := func(name, code string, a housing.MatchAnswer) {
		t.Helper()
		if r := apply(a); r.Linked != 0 || len(r.Problems) != 1 || r.Problems[0].Code != code {
			t.Errorf("%s: %+v, want a problem %s", name, r, code)
		}
	}
	today := housing.DateOf(w.Now())
	ended := housing.Right{Ground: housing.ByProxy, Proxy: "77-1", ProxyUntil: today.AddDays(-1)}
	refused("a third half", "shares_exceed", housing.MatchAnswer{Account: number, Share: "1/2"})
	refused("an ended power of attorney", "proxy_expired", housing.MatchAnswer{Account: number, Right: ended})
	refused("both", "double_and_account", housing.MatchAnswer{Account: number, Double: claim - 1})
	refused("a double of nobody", "unknown_claim", housing.MatchAnswer{Double: 1 << 40})
	standing := ended
	standing.ProxyUntil = today
	r := apply(housing.MatchAnswer{Account: number, Right: standing, Data: housing.DataConsent{Answer: housing.ConsentGiven, Since: today}})
	if r.Linked != 1 || r.Corrected != 1 || len(r.Problems) > 0 {
		t.Fatalf("a standing power of attorney: %+v", r)
	}
	contacts, err := w.Store.Contacts(t.Context(), w.Organisation.ID, today)
	if err != nil || len(contacts) != 1 || contacts[0].Claim != claim {
		t.Errorf("written to: %+v, %v; want only who consented", contacts, err)
	}
	told := all[string](t, w.store, "SELECT actor FROM audit WHERE object = 'claim ' || $1::bigint AND action IN ('claim.right', 'consent.given')", claim)
	if len(told) == 0 || slices.ContainsFunc(told, func(by string) bool { return by != "ivanova" }) {
		t.Errorf("who corrected: %v", told)
	}
}

// A claim that the operator calls a double takes no part any more.
func TestAnswerJoins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 50)
	w.fill(t)
	w.receive(t)
	before, err := w.Match(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const pair = `
SELECT c.id FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL WHERE m.status = 'question' ORDER BY c.id LIMIT 2`
	ids := all[int64](t, w.store, pair)
	result, err := w.ApplyAnswers(t.Context(), []housing.MatchAnswer{{Claim: ids[1], Double: ids[0]}}, "ivanova")
	if err != nil || result.Merged != 1 {
		t.Fatalf("joined: %+v, %v", result, err)
	}
	after, err := w.Match(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before.Counts.Questions--
	if diff := cmp.Diff(before.Counts, after.Counts); diff != "" || after.Decided != 0 {
		t.Errorf("%d decided, counts (-want +got):\n%s", after.Decided, diff)
	}
}
