package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func (w *world) finish(t *testing.T, p housing.Period) {
	t.Helper()
	run, err := w.LastRun(t.Context(), w.issuer.ID, p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Exec(t.Context(), "UPDATE charge_units SET status = 'unchanged' WHERE run_id = $1 AND status = 'planned'", run.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.FinishRun(t.Context(), run.ID, instant(t, "2026-10-25T11:00:00Z")); err != nil {
		t.Fatal(err)
	}
}

func TestRunFromPlanToEnd(t *testing.T) { //nolint:funlen,gocognit // one story, told in order
	t.Parallel()
	w := newWorld(t)
	first, _ := w.settle(t, "дом 2", "0001")
	second, _ := w.settle(t, "дом 10", "0002")
	want(t, "a house without accounts", apply(t, w, (*store.Tx).ApplyHouses, block(t, "дом 20")), "accepted")
	p, began := period(t, october), instant(t, "2026-10-25T10:00:00Z")
	if _, err := w.LastRun(t.Context(), w.issuer.ID, p); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a month never run: %v", err)
	}
	run, houses, err := w.PlanRun(t.Context(), w.issuer.ID, p, "kvitok 1", began)
	if diff := cmp.Diff([]int64{first, second}, houses); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	save := func(run, house int64, sha string, charges ...housing.Charge) (changed bool) {
		w.tx(t, func(tx *store.Tx) error {
			planned, err := tx.LockUnits(t.Context(), run, house)
			if err != nil || len(planned) != 1 {
				t.Fatalf("the unit of house %d: planned %v, %v", house, planned, err)
			}
			count, err := tx.SaveCharges(t.Context(), w.charged(t, run, house, p, sha, charges...))
			changed = count == 1
			return err
		})
		return changed
	}
	if !save(run, first, "a", line(t, "0001", housing.Maintenance, 100)) {
		t.Error("the first charges changed nothing")
	}
	joined, left, err := w.PlanRun(t.Context(), w.issuer.ID, p, "kvitok 2", began)
	if diff := cmp.Diff([]int64{second}, left); err != nil || joined != run || diff != "" {
		t.Errorf("joining: run %d, %v (-want +got):\n%s", joined, err, diff)
	}
	if err := w.FinishRun(t.Context(), run, began); err != nil {
		t.Fatal(err)
	}
	state, err := w.LastRun(t.Context(), w.issuer.ID, p)
	expected := store.Run{ID: run, Period: p, Engine: "kvitok 1", Started: began, OfHouses: 2, Planned: 1, Changed: 1}
	if diff := cmp.Diff(expected, state); err != nil || diff != "" {
		t.Errorf("half done: %v (-want +got):\n%s", err, diff)
	}
	save(run, second, "b", line(t, "0002", housing.Maintenance, 10), line(t, "0002", housing.Gas, 1))
	ended := began.Add(time.Minute)
	for _, at := range []time.Time{ended, ended.Add(time.Hour)} { // the second time changes nothing
		if err := w.FinishRun(t.Context(), run, at); err != nil {
			t.Fatal(err)
		}
	}
	state, err = w.RunState(t.Context(), run)
	expected.Finished, expected.Planned, expected.Changed = &ended, 0, 2
	if diff := cmp.Diff(expected, state); err != nil || diff != "" {
		t.Errorf("done: %v (-want +got):\n%s", err, diff)
	}
	// The next run finds one house as it was.
	again, _, err := w.PlanRun(t.Context(), w.issuer.ID, p, "kvitok 1", ended)
	if err != nil || again == run {
		t.Fatalf("a run after one that ended: %d, %v", again, err)
	}
	if save(again, first, "a", line(t, "0001", housing.Maintenance, 100)) {
		t.Error("the same snapshot changed something")
	}
	if !save(again, second, "c", line(t, "0002", housing.Maintenance, 11)) {
		t.Error("another snapshot changed nothing")
	}
	if !save2(t, w, again, first) {
		t.Error("a unit that is done was taken again")
	}
	want(t, "charges", w.texts(t, `
SELECT concat_ws(' ', a.number, c.line, c.service, c.volume, c.price, c.coefficient, c.amount) FROM charges c
JOIN accounts a ON a.id = c.account_id ORDER BY a.number, c.line`),
		"0001 1 maintenance 54.30 31.4500 1 100", "0002 1 maintenance 54.30 31.4500 1 11")
	totals, err := w.ChargedTotals(t.Context(), w.issuer.ID, p)
	if diff := cmp.Diff(store.PeriodTotals{Houses: 2, Accounts: 2, Lines: 2, Amount: 111}, totals); err != nil || diff != "" {
		t.Errorf("totals: %v (-want +got):\n%s", err, diff)
	}
	want(t, "snapshots that stand", standing(t, w, p), "a", "c")
	want(t, "snapshots kept", w.texts(t, "SELECT sha256 FROM snapshots ORDER BY sha256"), "a", "b", "c")
}

// save2 reports whether the unit of a house is refused as done.
func save2(t *testing.T, w *world, run, house int64) (done bool) {
	t.Helper()
	w.tx(t, func(tx *store.Tx) error {
		planned, err := tx.LockUnits(t.Context(), run, house)
		done = len(planned) == 0
		return err
	})
	return done
}

func standing(t *testing.T, w *world, p housing.Period) (list []string) {
	t.Helper()
	err := w.SnapshotsOf(t.Context(), w.issuer.ID, p, func(s store.StoredSnapshot) error {
		if string(s.Body) != s.SHA256 || s.House == 0 || s.Run == 0 {
			t.Errorf("snapshot %+v", s)
		}
		list = append(list, s.SHA256)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestSnapshotOfAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	p := period(t, october)
	if _, err := w.SnapshotOfAccount(t.Context(), w.issuer.ID, "0001", p); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("before any charge: %v", err)
	}
	w.charge(t, house, p, "a")
	s, err := w.SnapshotOfAccount(t.Context(), w.issuer.ID, "0001", p)
	if err != nil || s.House != house || string(s.Body) != "a" {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := w.SnapshotOfAccount(t.Context(), w.supplier, "0001", p); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of another organisation: %v", err)
	}
}

// A second worker waits for the first and then finds the unit done; a worker that dies leaves it planned.
func TestLockUnitByTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	p := period(t, october)
	run, _, err := w.PlanRun(t.Context(), w.issuer.ID, p, "test", instant(t, "2026-10-25T10:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	killed := errors.New("killed")
	unit := w.charged(t, run, house, p, "a", line(t, "0001", housing.Gas, 1))
	err = w.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.SaveCharges(ctx, unit); err != nil {
			return err
		}
		return killed
	})
	if !errors.Is(err, killed) {
		t.Fatal(err)
	}
	want(t, "after a death", w.texts(t, "SELECT status FROM charge_units UNION ALL SELECT service FROM charges"), "planned")

	second := make(chan bool, 1)
	w.tx(t, func(tx *store.Tx) error {
		if planned, err := tx.LockUnits(t.Context(), run, house); err != nil || len(planned) != 1 {
			t.Fatalf("first: %v, %v", planned, err)
		}
		go func() { second <- save2(t, w, run, house) }()
		w.awaitBlocked(t)
		_, err := tx.SaveCharges(t.Context(), unit)
		return err
	})
	if !<-second {
		t.Error("the second worker took a unit that was done")
	}
}

// awaitBlocked returns when some session of the test's database waits for a lock.
func (w *world) awaitBlocked(t *testing.T) {
	t.Helper()
	const sql = `
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for {
		var n int
		if err := w.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
}

func TestChargesNeedKnownParties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	p := period(t, october)
	run, _, err := w.PlanRun(t.Context(), w.issuer.ID, p, "test", instant(t, "2026-10-25T10:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	stranger := line(t, "0001", housing.Gas, 1)
	stranger.Payee = "7700000000"
	for _, charge := range []housing.Charge{stranger, line(t, "0009", housing.Gas, 1)} {
		unit := w.charged(t, run, house, p, "a", charge)
		err := w.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SaveCharges(ctx, unit)
			return err
		})
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("account %s, payee %s: %v, want ErrNotFound", charge.Account, charge.Payee, err)
		}
	}
}

func TestFindingsAndDataState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	p := period(t, october)
	state, err := w.DataState(t.Context(), w.issuer.ID, p)
	if err != nil || state.Run != 0 {
		t.Errorf("a month never charged: %+v, %v", state, err)
	}
	run, _, err := w.PlanRun(t.Context(), w.issuer.ID, p, "test", instant(t, "2026-10-25T10:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	c := w.charged(t, run, house, p, "a", line(t, "0001", housing.Gas, 1))
	c.Held, c.Findings = 1, []housing.Finding{
		{Account: "0001", Service: housing.Gas, Code: "no_tariff", Text: "нет тарифа", Held: true},
		{Code: "no_area", Text: "площадь дома не указана"},
	}
	w.tx(t, func(tx *store.Tx) error {
		_, err := tx.SaveCharges(t.Context(), c)
		return err
	})
	w.finish(t, p)
	list, err := w.Findings(t.Context(), w.issuer.ID, p)
	address := "г. Примерск, дом 2"
	if diff := cmp.Diff([]store.HouseFinding{{address, c.Findings[1]}, {address, c.Findings[0]}}, list); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, step := range []struct {
		status housing.FileStatus
		sha    string
		asOf   string
	}{{housing.FileRefused, "a", "2026-10-25T11:00:00Z"}, {housing.FileAccepted, "b", "2026-10-28T09:00:00Z"}} {
		f := received(t, step.sha)
		f.Received, f.Status = instant(t, "2026-10-28T09:00:00Z"), step.status
		if _, err := w.InsertFile(t.Context(), w.issuer.ID, f); err != nil {
			t.Fatal(err)
		}
		state, err := w.DataState(t.Context(), w.issuer.ID, p)
		if diff := cmp.Diff(store.DataState{Run: run, AsOf: instant(t, step.asOf)}, state); err != nil || diff != "" {
			t.Errorf("after a file %s: %v (-want +got):\n%s", step.status, err, diff)
		}
	}
}
