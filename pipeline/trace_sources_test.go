package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/town"
)

func (w *world) traceRow(t *testing.T, name string, row int64) pipeline.SourceTrace {
	t.Helper()
	trace, err := w.Trace(t.Context(), pipeline.TraceInput{
		Source: housing.Source{Kind: housing.SourceFile, Name: name, Position: row}, Limit: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// What came in an archive is traced to where the archive lay, to its bytes in our archive, and to each time that it came.
func TestTraceNamesTheOuterFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	packed := zipped(t, "дома/houses.csv", housesHead+"г. Примерск, ул. Новая, д. 1;;МКД;100;10\n")
	w.inbox[town.Office].Write("pack.zip", packed)
	w.takeAll(t)
	w.inbox[town.Office].Write("again.zip", packed)
	w.takeAll(t)
	trace := w.traceRow(t, "pack.zip/дома/houses.csv", 2)
	if len(trace.Came) != 1 || len(trace.Came[0].Arrivals) != 2 || len(trace.Facts) == 0 {
		t.Fatalf("%+v", trace)
	}
	outer := one[string](t, w.store, "SELECT archive FROM files WHERE name = 'pack.zip'")
	for i, name := range []string{"pack.zip", "again.zip"} {
		a := trace.Came[0].Arrivals[i]
		if a.Origin != "memory "+name || a.Partner != town.Office || a.Cover == nil || a.Cover.Name != name || a.Cover.Archive != outer {
			t.Errorf("arrival %d: %+v %+v", i, a, a.Cover)
		}
	}
	if trace = w.traceRow(t, "again.zip/дома/houses.csv", 2); len(trace.Facts) == 0 {
		t.Errorf("by the name under which it came again: %+v", trace)
	}
}

// A name that is used every day leads to the file that brought the row; --sha256 tells files of one name apart.
func TestTraceOfOneNameTwice(t *testing.T) {
	t.Parallel()
	m := newRehearsedOffice(t)
	first := m.take(t, town.Office, "p.csv", tochkaHead+"\r\n10.09.2026;t1;100,00;0,00;;PAYMENT;001\r\n")
	second := m.take(t, town.Office, "p.csv", tochkaHead+"\r\n11.09.2026;t2;200,00;0,00;;PAYMENT;002\r\n")
	m.drawUp(t)
	for account, file := range map[string]pipeline.FileResult{"001": first, "002": second} {
		down, err := m.TraceAccount(t.Context(), account, m.period, "")
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(down.Files, func(f pipeline.SourceFile) bool { return f.Name == "p.csv" })
		if at < 0 || down.Files[at].SHA256 != first.SHA256 && down.Files[at].SHA256 != second.SHA256 {
			t.Fatalf("%s: %+v", account, down.Files)
		}
		up, err := m.Trace(t.Context(), pipeline.TraceInput{
			Source: housing.Source{Kind: housing.SourceFile, Name: "p.csv", Position: 2}, SHA256: file.SHA256[:10], Limit: 10,
		})
		if err != nil || len(up.Payments) != 1 || up.Payments[0].Account != account || len(up.Receipts) != 1 || up.Receipts[0].Account != account {
			t.Errorf("%s: %+v, %v", account, up.Payments, err)
		}
	}
}

// A receipt is traced by its check code to everything on it: charges, a correction of a closed month, a penalty with the opening
// balance that it is for, a payment, a claim whose link was taken back.
func TestTraceByCheckCode(t *testing.T) {
	t.Parallel()
	m := newRehearsedOffice(t)
	m.give(t, qualityHeader, madeHouse+";001;ХВС;перерыв;05.08.2026 06:00;05.08.2026 22:00;Акт № 31")
	m.take(t, town.Office, "pay.csv", tochkaHead+"\r\n10.09.2026;t1;100,00;0,00;;PAYMENT;001\r\n")
	m.take(t, town.Office, "claims.xlsx", table(t, []any{"Лицевой счёт", "ФИО", "Телефон", "E-mail", "Адрес"},
		[]any{"001", "Образцова Анна Петровна", "+79000000001", "a@example.test", madeHouse + ", кв. 1"}))
	m.drawUp(t)
	m.undoFirst(t)
	if _, err := m.Issue(t.Context(), m.period); err != nil {
		t.Fatal(err)
	}
	code := one[string](t, m.store, "SELECT d.check_code FROM issued_documents d JOIN accounts a ON a.id = d.account_id WHERE a.number = '001'")
	traces, err := m.TraceCode(t.Context(), strings.ReplaceAll(code, "-", " "))
	if err != nil || len(traces) != 1 {
		t.Fatalf("%+v, %v", traces, err)
	}
	got := traces[0]
	if got.Account != "001" || got.Issued == nil || got.Issued.EndedAt != nil || len(got.Lines) < 3 || len(got.Payments) != 1 {
		t.Errorf("%+v", got)
	}
	booked := func(kind, about string) store.TracedLine {
		at := slices.IndexFunc(got.Booked, func(l store.TracedLine) bool { return l.Kind == kind && l.Month == month(t, about) })
		if at < 0 {
			t.Fatalf("no %s among %+v", kind, got.Booked)
		}
		return got.Booked[at]
	}
	if l := booked("correction", "2026-08"); l.Amount >= 0 || len(l.Sources) != 1 {
		t.Errorf("%+v", l)
	}
	if l := booked("penalty", "2026-09"); l.Amount <= 0 || len(got.Openings) != 1 || got.Openings[0].Month != month(t, "2026-01") {
		t.Errorf("%+v for %+v", l, got.Openings)
	}
	if len(got.Claims) != 1 || got.Claims[0].Account != "001" || got.Claims[0].UndoneBy != "ivanova" {
		t.Errorf("claims %+v", got.Claims)
	}
	for _, name := range []string{"pay.csv", "claims.xlsx"} {
		if !slices.ContainsFunc(got.Files, func(f pipeline.SourceFile) bool { return f.Name == name && len(f.Arrivals) == 1 }) {
			t.Errorf("no %s among %+v", name, got.Files)
		}
	}
	if _, err := m.TraceCode(t.Context(), "0000-0000-0000"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a code that was not issued: %v", err)
	}
}

// undoFirst takes the only link back.
func (m closedOffice) undoFirst(t *testing.T) {
	t.Helper()
	claim := one[int64](t, m.store, "SELECT claim_id FROM matches WHERE undone_at IS NULL AND status = 'linked'")
	err := m.store.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.UndoMatch(ctx, m.Organisation.ID, claim, "ivanova", m.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
