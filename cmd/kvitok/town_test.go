package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/privatepg"
	"github.com/kvitok-gkh/kvitok/town"
)

func madeTown(t *testing.T, accounts int) *town.Town {
	t.Helper()
	made, err := town.New(town.Config{Accounts: accounts, Seed: townSeed})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// The whole month, by the servers that a demo has: what comes of it is what the town's author counted.
func TestMonthIsAsExpected(t *testing.T) {
	t.Parallel()
	made := madeTown(t, 200)
	e := testEnvironment(nil, nil)
	e.dir = dataDir(t)
	err := e.withSite(t.Context(), made, quietLog(), func(ctx context.Context, s *site) error {
		if err := s.offer(ctx); err != nil {
			return err
		}
		first, err := s.app.pipeline.Run(ctx, made.Period())
		if err != nil {
			return err
		}
		compareMonth(t, made.Expected(), first)
		compareStored(ctx, t, made.Expected(), s.app.store)
		if err := s.offer(ctx); err != nil {
			return err
		}
		second, err := s.app.pipeline.Run(ctx, made.Period())
		if err != nil {
			return err
		}
		if second.Changed() {
			t.Errorf("the second run changed something: %+v", second)
		}
		if diff := cmp.Diff(first.Charge.Totals, second.Charge.Totals); diff != "" {
			t.Errorf("totals of the second run (-first +second):\n%s", diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func compareMonth(t *testing.T, want town.Expected, got pipeline.Summary) {
	t.Helper()
	type file struct {
		Partner, Name, Format string
		Status                housing.FileStatus
		Counts                housing.Counts
	}
	wantFiles, gotFiles := map[string]file{}, map[string]file{}
	for _, f := range want.Files {
		wantFiles[f.Name] = file{f.Partner, f.Name, f.Format, f.Status, f.Counts}
	}
	for _, f := range got.Files {
		gotFiles[f.Name] = file{f.Partner, f.Name, f.Format, f.Status, f.Counts}
	}
	if diff := cmp.Diff(wantFiles, gotFiles); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	type figures struct{ Accounts, Sent, Accepted, Unchanged, Dead, Claims int }
	wantFigures := figures{
		want.Accounts, want.Messages.Sent, want.Messages.Accepted, want.Messages.Unchanged, want.Messages.Dead, want.Claims.Total,
	}
	gotFigures := figures{
		got.Charge.Totals.Accounts, int(got.Stream.Messages), int(got.Stream.Accepted), int(got.Stream.Unchanged),
		int(got.Stream.Dead), got.Match.Decided,
	}
	if diff := cmp.Diff(wantFigures, gotFigures); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	if paid := got.Ledger.Totals.Paid + got.Ledger.Totals.Unknown; paid != want.PaymentsAmount {
		t.Errorf("paid %s, want %s", paid, want.PaymentsAmount)
	}
	counts := got.Match.Counts
	if decided := counts.Linked + counts.Refused + counts.Questions; decided != want.Claims.Total || counts.Open != 0 {
		t.Errorf("%d claims decided, %d open, want all %d decided", decided, counts.Open, want.Claims.Total)
	}
	// A second owner of another name is asked about, although the town counts him among the sure ones.
	if sure := want.Claims.ByNumber + want.Claims.ByUnified + want.Claims.ByAddress; counts.Linked < sure*9/10 {
		t.Errorf("linked %d, want nearly all of the %d sure ones", counts.Linked, sure)
	}
}

func compareStored(ctx context.Context, t *testing.T, want town.Expected, s *store.Store) {
	t.Helper()
	count := func(what string, want int, sql string) {
		t.Helper()
		var got int
		if err := s.Pool().QueryRow(ctx, sql).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: %d stored, want %d", what, got, want)
		}
	}
	count("houses", want.Houses, "SELECT count(*) FROM houses")
	count("accounts", want.Accounts, "SELECT count(*) FROM accounts")
	count("meters", want.Meters, "SELECT count(*) FROM meters")
	count("payments", want.Payments, "SELECT count(*) FROM payments")
}

// A charge that is killed in the middle and run again gives the same lines and the same kopecks.
func TestKilledChargeRunAgain(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("long")
	}
	made := madeTown(t, 2000)
	e := testEnvironment(nil, nil)
	e.dir = dataDir(t)
	if err := e.leaveConfig(made, 2000); err != nil {
		t.Fatal(err)
	}
	want := chargedUndisturbed(t, e, made)
	server, err := privatepg.Start(t.Context(), privatepg.Config{Dir: e.dir, Log: quietLog()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(stopped(t)); err != nil {
			t.Error(err)
		}
	}()
	conn, err := pgx.Connect(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(stopped(t)) }()
	forget(t, conn)
	done := killInTheMiddle(t, conn, e.dir, made.Period())
	t.Logf("killed when %d houses of %d were charged", done, want.Houses)
	code, _, problems := command(t, "charge", "--dir", e.dir, "--period", made.Period().String())
	if code != exitDone {
		t.Fatalf("the charge after the kill: exit code %d: %s", code, problems)
	}
	if diff := cmp.Diff(want, chargedNow(t.Context(), t, conn)); diff != "" {
		t.Errorf("after a kill (-undisturbed +killed):\n%s", diff)
	}
	if code, out, problems := command(t, "replay", "--dir", e.dir, "--period", made.Period().String()); code != exitDone {
		t.Errorf("replay: exit code %d: %s%s", code, out, problems)
	}
}

// chargedState is what a charge run leaves, down to a digest of every line.
type chargedState struct {
	Houses, Lines int
	Amount        int64
	Digest        string
	Doubles       int
}

func chargedNow(ctx context.Context, t *testing.T, conn *pgx.Conn) chargedState {
	t.Helper()
	const sql = `
SELECT (SELECT count(*) FROM charged_houses), count(*), COALESCE(sum(amount), 0),
    md5(COALESCE(string_agg(concat_ws(',', house_id, account_id, line, service, payee_id, kind, zone, seg_from, seg_to, rule,
        method, volume, price, coefficient, amount), ';' ORDER BY house_id, account_id, line), '')),
    (SELECT count(*) FROM (SELECT 1 FROM charges GROUP BY account_id, service, kind, zone, seg_from, rule, volume HAVING count(*) > 1) d)
FROM charges`
	var s chargedState
	if err := conn.QueryRow(ctx, sql).Scan(&s.Houses, &s.Lines, &s.Amount, &s.Digest, &s.Doubles); err != nil {
		t.Fatal(err)
	}
	return s
}

// chargedUndisturbed takes the month in and charges it without any trouble.
func chargedUndisturbed(t *testing.T, e *environment, made *town.Town) (want chargedState) {
	t.Helper()
	err := e.withSite(t.Context(), made, quietLog(), func(ctx context.Context, s *site) error {
		if err := s.offer(ctx); err != nil {
			return err
		}
		if _, err := s.receiveAll(ctx); err != nil {
			return err
		}
		if _, err := s.app.drainStream(ctx); err != nil {
			return err
		}
		if _, err := s.app.pipeline.Charge(ctx, made.Period()); err != nil {
			return err
		}
		conn, err := s.app.store.Pool().Acquire(ctx)
		if err != nil {
			return err //nolint:wrapcheck // fails the test
		}
		defer conn.Release()
		want = chargedNow(ctx, t, conn.Conn())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want.Lines == 0 || want.Houses < 20 || want.Doubles != 0 {
		t.Fatalf("undisturbed: %+v", want)
	}
	return want
}

// forget takes the month back, as if it had never been charged.
func forget(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	for _, sql := range []string{ // tables with a past refuse to be emptied
		"SET session_replication_role = replica",
		"TRUNCATE charges, benefit_shares, findings, snapshots, charged_houses, charge_units, runs, river_job CASCADE",
		"SET session_replication_role = origin",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// killInTheMiddle starts kvitok charge as a process of its own and kills it when some houses are done
// and some are not. Its houses are slowed down by a lock that is taken between them.
func killInTheMiddle(t *testing.T, conn *pgx.Conn, dir string, period housing.Period) (done int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "kvitok")
	if err := os.Symlink(program, bin); err != nil {
		t.Fatal(err)
	}
	slowDown(t, conn, true)
	child := exec.CommandContext(t.Context(), bin, "charge", "--dir", dir, "--period", period.String()) //nolint:gosec // our own test binary
	var problems strings.Builder
	child.Stderr = &problems
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	limit := time.After(time.Minute)
	for done < 3 {
		select {
		case <-limit:
			_ = child.Process.Kill()
			_ = child.Wait()
			t.Fatalf("no house was charged in a minute: %s", problems.String())
		case <-ticker.C:
			if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM charged_houses").Scan(&done); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	slowDown(t, conn, false)
	var left int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM charge_units WHERE status = 'planned'").Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left == 0 {
		t.Fatal("the kill came after the last house: nothing is proven")
	}
	return done
}

// slowDown makes every charged house take a moment longer, so that the kill lands between them.
func slowDown(t *testing.T, conn *pgx.Conn, on bool) {
	t.Helper()
	sql := `CREATE FUNCTION test_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$;
CREATE TRIGGER test_slow BEFORE INSERT ON charged_houses FOR EACH ROW EXECUTE FUNCTION test_slow();`
	if !on {
		sql = "DROP TRIGGER test_slow ON charged_houses; DROP FUNCTION test_slow();"
	}
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}
