package pipeline_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// together runs do in two processes at once.
func together(t *testing.T, w *world, do func(p *pipeline.Pipeline) error) {
	t.Helper()
	other := w.another(t)
	var group sync.WaitGroup
	errs := make([]error, 2)
	for i, p := range []*pipeline.Pipeline{w.Pipeline, other} {
		group.Go(func() { errs[i] = do(p) })
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("process %d: %v", i+1, err)
		}
	}
}

// Two processes that charge one month work on one run and charge each house once.
func TestChargeTogether(t *testing.T) {
	t.Parallel()
	w := settled(t, 120)
	together(t, w, func(p *pipeline.Pipeline) error {
		_, err := p.Charge(t.Context(), w.period)
		return err
	})
	got := one[string](t, w.store, `SELECT format('%s runs, %s units, %s left, %s snapshots',
(SELECT count(*) FROM runs), (SELECT count(*) FROM charge_units), (SELECT count(*) FROM charge_units WHERE status = 'planned'),
(SELECT count(*) FROM snapshots))`)
	alone := settled(t, 120)
	if _, err := alone.Charge(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	houses := one[string](t, alone.store, "SELECT count(*)::text FROM charge_units")
	first, two := "1 runs, "+houses+" units, 0 left, "+houses+" snapshots", "2 runs"
	if got != first && !strings.HasPrefix(got, two) { // the second may come when the first has ended
		t.Errorf("%s, want %s", got, first)
	}
	if diff := cmp.Diff(alone.totals(t), w.totals(t)); diff != "" {
		t.Errorf("two processes came to something else than one (-one +two):\n%s", diff)
	}
}

// breakHouse makes the storing of a house's charges fail so many times, whoever tries.
func (w *world) breakHouse(t *testing.T, house int64, times int) {
	t.Helper()
	for _, sql := range []string{
		`CREATE SEQUENCE IF NOT EXISTS trials`,
		`CREATE TABLE broken (house_id bigint PRIMARY KEY, times bigint NOT NULL)`,
		`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM broken b WHERE b.house_id = NEW.house_id AND nextval('trials') <= b.times)
    THEN RAISE EXCEPTION 'this house is broken'; END IF; RETURN NEW; END $$`,
		`CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON charged_houses FOR EACH ROW EXECUTE FUNCTION fail()`,
	} {
		if _, err := w.store.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.store.Exec(t.Context(), "INSERT INTO broken VALUES ($1, $2)", house, times); err != nil {
		t.Fatal(err)
	}
}

// What passes is tried again by itself.
func TestChargeTriesAgain(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	w.breakHouse(t, one[int64](t, w.store, "SELECT min(id) FROM houses"), 2)
	result, err := w.Charge(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if houses := one[int](t, w.store, "SELECT count(*)::int FROM charged_houses"); houses != result.Houses {
		t.Errorf("%d houses charged, want %d", houses, result.Houses)
	}
}

// A house that cannot be charged is named to every process that waits for it; all others are done, and
// the next run needs to do only what is left.
func TestChargeNamesTheBrokenHouse(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	house := one[int64](t, w.store, "SELECT min(id) FROM houses")
	address := one[string](t, w.store, "SELECT address FROM houses WHERE id = $1", house)
	w.breakHouse(t, house, 1000)
	other := w.another(t)
	var group sync.WaitGroup
	for i, p := range []*pipeline.Pipeline{w.Pipeline, other} {
		group.Go(func() {
			_, err := p.Charge(t.Context(), w.period)
			if err == nil || !strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), "this house is broken") {
				t.Errorf("process %d: error %v, want one that names %s", i+1, err, address)
			}
		})
	}
	group.Wait()
	left := all[int64](t, w.store, "SELECT house_id FROM charge_units WHERE status = 'planned'")
	if diff := cmp.Diff([]int64{house}, left); diff != "" {
		t.Errorf("houses left (-want +got):\n%s", diff)
	}
	if _, err := w.store.Exec(t.Context(), "DROP TRIGGER fail ON charged_houses"); err != nil {
		t.Fatal(err)
	}
	result, err := w.Charge(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if runs := one[int](t, w.store, "SELECT count(*)::int FROM runs"); runs != 1 || result.Totals.Houses != result.Houses {
		t.Errorf("%d runs, %d of %d houses", runs, result.Totals.Houses, result.Houses)
	}
}

// After a new reading only its house is charged anew.
func TestChargeAgain(t *testing.T) {
	t.Parallel()
	w := settled(t, 120)
	first, err := w.Charge(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.Charge(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if first.Changed != first.Houses || again.Changed != 0 || again.Totals != first.Totals {
		t.Errorf("first %+v, then %+v", first, again)
	}
	houses := map[int64]string{}
	digest := func(house int64) string {
		return one[string](t, w.store, `SELECT sha256 || ' ' || run_id || ' ' || (SELECT md5(string_agg(c::text, '|' ORDER BY c::text))
FROM charges c WHERE c.house_id = h.house_id) FROM charged_houses h WHERE house_id = $1`, house)
	}
	for _, house := range all[int64](t, w.store, "SELECT house_id FROM charged_houses") {
		houses[house] = digest(house)
	}
	// A meter that has been read is read once more, later and higher.
	const pick = `
SELECT m.serial || '|' || m.service || '|' || (max(r.value) + 3)::text || '|' || a.house_id
FROM meters m JOIN readings r ON r.meter_id = m.id JOIN accounts a ON a.id = m.account_id
WHERE m.zones = 1 AND m.service = 'cold_water' AND m.verify_by > '2026-11-01' AND m.closed IS NULL
GROUP BY m.id, a.house_id HAVING max(r.taken_on) BETWEEN '2026-10-01' AND '2026-10-30' AND count(*) >= 2 ORDER BY m.id LIMIT 1`
	parts := strings.Split(one[string](t, w.store, pick), "|")
	message := telemetry(t, parts[0], parts[1], "2026-10-31", map[string]string{"1": parts[2]})
	message.Offset = 1 << 20
	verdicts, err := w.StreamHandler().Handle(t.Context(), []stream.Message{message})
	if err != nil || verdicts[0].Outcome != stream.Accepted {
		t.Fatalf("the reading ended as %+v, %v", verdicts, err)
	}
	third, err := w.Charge(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if third.Changed != 1 {
		t.Errorf("%d houses changed, want 1", third.Changed)
	}
	for house, before := range houses {
		want := strconv.FormatInt(house, 10) == parts[3]
		if changed := digest(house) != before; changed != want {
			t.Errorf("house %d changed: %t, want %t", house, changed, want)
		}
	}
}

// An account whose facts do not allow a charge is held with a reason, and the others of its house are
// charged.
func TestChargeHolds(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	const spoil = `
DELETE FROM occupancies WHERE account_id = (SELECT min(id) FROM accounts)
RETURNING (SELECT number FROM accounts WHERE id = account_id)`
	number := one[string](t, w.store, spoil)
	result, err := w.Charge(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if result.Totals.Held != 1 {
		t.Errorf("%d accounts are held, want 1", result.Totals.Held)
	}
	held := all[string](t, w.store, "SELECT account FROM findings WHERE held AND reason ~ '[а-я]' GROUP BY account")
	if diff := cmp.Diff([]string{number}, held); diff != "" {
		t.Errorf("held (-want +got):\n%s", diff)
	}
	const charged = "SELECT count(*)::int FROM charges JOIN accounts a ON a.id = account_id WHERE a.number = $1"
	if n := one[int](t, w.store, charged, number); n != 0 {
		t.Errorf("the held account has %d charges", n)
	}
	const others = `SELECT count(DISTINCT a.id)::int FROM accounts a JOIN charges c ON c.account_id = a.id
WHERE a.house_id = (SELECT house_id FROM accounts WHERE number = $1)`
	const whole = "SELECT count(*)::int FROM accounts WHERE house_id = (SELECT house_id FROM accounts WHERE number = $1)"
	if n, all := one[int](t, w.store, others, number), one[int](t, w.store, whole, number); n != all-1 {
		t.Errorf("%d of %d accounts of the house are charged", n, all)
	}
}
