package pipeline_test

import (
	"bytes"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/receipts"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/storetest"
	"github.com/kvitok-gkh/kvitok/town"
)

// world is a town, a database of its own and the partners' places in memory.
type world struct {
	*pipeline.Pipeline
	town   *town.Town
	url    string
	store  *store.Store
	config pipeline.Config
	period housing.Period
	inbox  map[string]*remotetest.Memory
	outbox map[string]*remotetest.Memory
	mu     sync.Mutex
}

// newWorld makes a town of which nothing has been taken in.
func newWorld(tb testing.TB, accounts int) *world {
	tb.Helper()
	made, err := town.New(town.Config{Accounts: accounts, Seed: 7})
	if err != nil {
		tb.Fatal(err)
	}
	w := &world{
		town: made, url: storetest.URL(tb), period: made.Period(), inbox: map[string]*remotetest.Memory{},
		outbox: map[string]*remotetest.Memory{},
	}
	w.store = w.open(tb, w.url)
	issuer := made.Organisations().Issuer
	if issuer.ID, err = w.store.PutOrganisation(tb.Context(), issuer); err != nil {
		tb.Fatal(err)
	}
	for _, payee := range made.Organisations().Payees() {
		if _, err := w.store.PutOrganisation(tb.Context(), payee); err != nil {
			tb.Fatal(err)
		}
	}
	rules, err := parameters.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	orders, err := parameters.BuiltinOrders()
	if err != nil {
		tb.Fatal(err)
	}
	printer, err := receipts.New(receipts.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	w.config = pipeline.Config{
		Store: w.store, Organisation: issuer, Parameters: rules, Orders: orders, Formats: catalogue.New(), Printer: printer,
		Dir: tb.TempDir(), Engine: "test", Workers: 2, Log: slog.New(slog.DiscardHandler), DebtPartner: town.Bank,
		Now: func() time.Time { return w.period.Next().First().Time().Add(6 * time.Hour) },
	}
	for _, name := range []string{town.Office, town.Supplier, town.Bank} {
		w.inbox[name], w.outbox[name] = remotetest.NewMemory(), remotetest.NewMemory()
		w.config.Partners = append(w.config.Partners, pipeline.Partner{
			Name: name, Inbox: w.place(tb, name+" in", w.inbox[name]), Outbox: w.place(tb, name+" out", w.outbox[name]),
		})
	}
	w.Pipeline = w.with(tb, func(*pipeline.Config) {})
	return w
}

func (w *world) open(tb testing.TB, url string) *store.Store {
	tb.Helper()
	s, err := store.OpenForWork(tb.Context(), store.Config{URL: url, MaxConns: 5, Log: storetest.Logger(tb)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// place gives up at the first failure: nobody waits in a test.
func (w *world) place(tb testing.TB, name string, driver remote.Driver) *remote.Place {
	tb.Helper()
	p, err := remote.New(remote.Settings{
		Name: name, Driver: driver, Backoff: remote.Backoff{Attempts: 1}, Log: slog.New(slog.DiscardHandler), Now: w.config.Now,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// with makes another pipeline of the same town: another process, or one set up differently.
func (w *world) with(tb testing.TB, change func(*pipeline.Config)) *pipeline.Pipeline {
	tb.Helper()
	config := w.config
	change(&config)
	p, err := pipeline.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// another is a second process on the same database, with connections of its own.
func (w *world) another(tb testing.TB) *pipeline.Pipeline {
	tb.Helper()
	return w.with(tb, func(c *pipeline.Config) { c.Store = w.open(tb, w.url) })
}

// files returns the contents of the town's files by name.
func (w *world) files(tb testing.TB) map[string]string {
	tb.Helper()
	contents := map[string]string{}
	for _, f := range w.town.Files() {
		var content bytes.Buffer
		if err := f.Write(&content); err != nil {
			tb.Fatal(err)
		}
		contents[f.Name] = content.String()
	}
	return contents
}

// fill puts the town's files into the inboxes.
func (w *world) fill(tb testing.TB) {
	tb.Helper()
	contents := w.files(tb)
	for _, f := range w.town.Files() {
		w.inbox[f.Partner].Write(f.Name, contents[f.Name])
	}
}

// receive takes in what lies in the inbox of each partner, one after the other.
func (w *world) receive(tb testing.TB) []pipeline.FileResult {
	tb.Helper()
	var all []pipeline.FileResult
	for _, partner := range w.Partners {
		files, err := w.Receive(tb.Context(), partner, w.period)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, files...)
	}
	return all
}

// take puts one file into an inbox and takes it in.
func (w *world) take(tb testing.TB, partner, name, content string) pipeline.FileResult {
	tb.Helper()
	w.inbox[partner].Write(name, content)
	p := w.partner(partner)
	files, err := w.Receive(tb.Context(), p, w.period)
	if err != nil {
		tb.Fatal(err)
	}
	if len(files) != 1 {
		tb.Fatalf("%d files taken in, want %s alone", len(files), name)
	}
	return files[0]
}

func (w *world) partner(name string) pipeline.Partner {
	at := slices.IndexFunc(w.Partners, func(p pipeline.Partner) bool { return p.Name == name })
	return w.Partners[at]
}

// messages are the town's messages as the consumer would give them.
func (w *world) messages(tb testing.TB) []stream.Message {
	tb.Helper()
	var list []stream.Message
	for m, err := range w.town.Messages() {
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, stream.Message{Topic: "readings", Partition: 0, Offset: int64(len(list)), Key: m.Key, Value: m.Value})
	}
	return list
}

// settled is a town with its files and messages taken in and residents matched.
func settled(tb testing.TB, accounts int) *world {
	tb.Helper()
	w := newWorld(tb, accounts)
	w.fill(tb)
	w.receive(tb)
	if _, err := w.StreamHandler().Handle(tb.Context(), w.messages(tb)); err != nil {
		tb.Fatal(err)
	}
	return w
}

// one asks the database for a single value.
func one[T any](tb testing.TB, s *store.Store, sql string, args ...any) T {
	tb.Helper()
	rows, err := s.Query(tb.Context(), sql, args...)
	if err != nil {
		tb.Fatal(err)
	}
	value, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	return value
}

// all asks the database for a column.
func all[T any](tb testing.TB, s *store.Store, sql string, args ...any) []T {
	tb.Helper()
	rows, err := s.Query(tb.Context(), sql, args...)
	if err != nil {
		tb.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	return values
}

// facts digests everything that files and messages can change, lineage apart.
func (w *world) facts(tb testing.TB) string {
	tb.Helper()
	tables := []string{
		"houses", "premises", "accounts", "occupancies", "house_services", "tariffs", "norms", "meters", "readings", "house_volumes",
		"opening_balances", "claims", "payments", "payment_keys",
	}
	parts := make([]string, 0, len(tables))
	for _, table := range tables {
		sql := "SELECT md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), '')) FROM " + table + " t"
		parts = append(parts, table+" "+one[string](tb, w.store, sql))
	}
	return strings.Join(parts, "\n")
}

func (w *world) file(name ...string) string {
	return filepath.Join(append([]string{w.Dir}, name...)...)
}

// telemetry is a message of one meter: values by channel, at noon of a day.
func telemetry(tb testing.TB, serial, resource, on string, values map[string]string) stream.Message {
	tb.Helper()
	at, err := time.Parse(time.DateOnly, on)
	if err != nil {
		tb.Fatal(err)
	}
	at = at.Add(12 * time.Hour)
	m := stream.ReadingsMessage{Serial: serial, Resource: resource, MessageID: serial + on, ReceivedAt: at, Source: "test"}
	for _, channel := range slices.Sorted(maps.Keys(values)) {
		value, err := housing.ParseDecimal(values[channel])
		if err != nil {
			tb.Fatal(err)
		}
		m.Readings = append(m.Readings, stream.ChannelReading{At: at, Channel: channel, Value: value, Unit: stream.UnitOf(resource)})
	}
	out, err := stream.EncodeReadings(m)
	if err != nil {
		tb.Fatal(err)
	}
	return stream.Message{Topic: "readings", Value: out.Value}
}
