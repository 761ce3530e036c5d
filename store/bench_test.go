package store_test

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

const (
	benchHouses   = 40
	benchAccounts = 150 // of a house
	benchLines    = 10  // of an account
)

// town is a database of benchHouses × benchAccounts accounts with two meters each and readings of the
// months before October, made by SQL.
func town(tb testing.TB) *world {
	tb.Helper()
	w := newWorld(tb)
	for p := period(tb, "2025-10"); p <= period(tb, october); p = p.Next() {
		if err := w.EnsureMonth(tb.Context(), p); err != nil {
			tb.Fatal(err)
		}
	}
	statements := []string{
		`INSERT INTO houses (organisation_id, key, address, kind, area, source_id, source_pos)
SELECT $1, 'дом ' || i, 'г. Примерск, д. ' || i, 'block', 9000, $2, i FROM generate_series(1, $3::int) i WHERE $4 > 0`,
		`INSERT INTO premises (house_id, flat, kind)
SELECT h.id, i::text, 'flat' FROM houses h, generate_series(1, $4::int) i WHERE h.organisation_id = $1 AND $2::bigint > 0 AND $3::int > 0`,
		`INSERT INTO accounts (organisation_id, number, house_id, premises_id, source_id, source_pos)
SELECT $1, lpad(p.id::text, 8, '0'), p.house_id, p.id, $2, p.id FROM premises p WHERE $3::int > 0 AND $4::int > 0`,
		`INSERT INTO occupancies (account_id, valid, area, people, owners, occupant, source_id, source_pos)
SELECT a.id, '[2020-01-01,)', 54.3, 2, 1, 'owner', $2, 1 FROM accounts a WHERE a.organisation_id = $1 AND $3::int > 0 AND $4::int > 0`,
		`INSERT INTO meters (organisation_id, account_id, service, serial, zones, digits, source_id, source_pos)
SELECT $1, a.id, s, 'S' || a.id, 1, 5, $2, 1 FROM accounts a, unnest(ARRAY['cold_water', 'hot_water']) s WHERE $3::int > 0 AND $4::int > 0`,
		`INSERT INTO readings (period, meter_id, zone, taken_on, value, source_id, source_pos)
SELECT m.day::date, meters.id, '', m.day::date + 19, 10 + extract(month FROM m.day), $2, 1
FROM meters, generate_series('2025-10-01'::date, '2026-09-01', '1 month') AS m(day)
WHERE meters.organisation_id = $1 AND $3::int > 0 AND $4::int > 0`,
		`INSERT INTO house_services (house_id, service, payee_id, meter_possible, valid, source_id, source_pos)
SELECT h.id, s, $1, true, '[2020-01-01,)', $2, 1 FROM houses h, unnest(ARRAY['cold_water', 'hot_water', 'maintenance']) s
WHERE $3::int > 0 AND $4::int > 0`,
	}
	for _, sql := range statements {
		if _, err := w.Exec(tb.Context(), sql, w.issuer.ID, w.source, benchHouses, benchAccounts); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := w.Exec(tb.Context(), "ANALYZE"); err != nil {
		tb.Fatal(err)
	}
	return w
}

// units are what workers save for a month, one a house.
func (w *world) units(tb testing.TB, p housing.Period) []store.ChargedHouse {
	tb.Helper()
	run, houses, err := w.PlanRun(tb.Context(), w.issuer.ID, p, "bench", instant(tb, "2026-10-25T10:00:00Z"))
	if err != nil {
		tb.Fatal(err)
	}
	accounts := map[int64]map[string]int64{}
	order := map[int64][]string{}
	err = w.AllAccounts(tb.Context(), w.issuer.ID, func(a store.HouseAccounts) error {
		if accounts[a.House.ID] == nil {
			accounts[a.House.ID] = map[string]int64{}
		}
		accounts[a.House.ID][a.Number] = a.ID
		order[a.House.ID] = append(order[a.House.ID], a.Number)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	units := make([]store.ChargedHouse, len(houses))
	services := housing.Services()
	for i, house := range houses {
		c := w.charged(tb, run, house, p, fmt.Sprint(run, house))
		c.AccountIDs = accounts[house]
		c.Body = make([]byte, 30_000)
		for _, number := range order[house] {
			for j := range benchLines {
				charge := line(tb, number, services[j%len(services)], 1000+housing.Money(j))
				charge.Volume, charge.Method = dec(tb, "3.1234567"), housing.ByMeter
				c.Charges = append(c.Charges, charge)
			}
		}
		units[i] = c
	}
	return units
}

func (w *world) saveAll(tb testing.TB, units []store.ChargedHouse, workers int) {
	tb.Helper()
	group, ctx := errgroup.WithContext(tb.Context())
	var next atomic.Int64
	for range workers {
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(units) {
					return nil
				}
				err := w.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
					if _, err := tx.LockUnits(ctx, units[i].Run, units[i].House); err != nil {
						return err
					}
					_, err := tx.SaveCharges(ctx, units[i])
					return err
				})
				if err != nil {
					return err
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkSaveCharges stores a month of 150-account houses, ten lines an account.
func BenchmarkSaveCharges(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(strconv.Itoa(workers), func(b *testing.B) {
			w := town(b)
			p := period(b, october)
			for b.Loop() {
				b.StopTimer()
				if _, err := w.Exec(b.Context(), "TRUNCATE charges, snapshots, charged_houses, charge_units"); err != nil {
					b.Fatal(err)
				}
				units := w.units(b, p)
				b.StartTimer()
				w.saveAll(b, units, workers)
			}
			b.ReportMetric(float64(b.N*benchHouses*benchAccounts)/b.Elapsed().Seconds(), "accounts/s")
		})
	}
}

// BenchmarkReadings validates and stores readings in batches, as the consumer of the stream does.
func BenchmarkReadings(b *testing.B) {
	const batch = 1000
	w := town(b)
	rows := make([]store.SourcedReading, batch)
	total, last := 0, 0
	if err := w.QueryRow(b.Context(), "SELECT max(id) FROM accounts").Scan(&last); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for i := range rows {
			account := total%(benchHouses*benchAccounts) + last - benchHouses*benchAccounts + 1
			turn := total / (benchHouses * benchAccounts)
			service := []housing.Service{housing.ColdWater, housing.HotWater}[turn%2]
			rows[i] = store.SourcedReading{SourceID: w.source, MeterReading: housing.MeterReading{
				Serial: fmt.Sprint("S", account), Service: service,
				Reading: housing.Reading{On: day(b, "2026-10-01").AddDays(turn / 2 % 31), Value: housing.Whole(30)},
			}}
			total++
		}
		w.tx(b, func(tx *store.Tx) error {
			states, err := tx.RegisterStates(b.Context(), w.issuer.ID, rows)
			if err != nil {
				return err
			}
			meters := make([]int64, batch)
			for i, s := range states {
				if meters[i] = s.MeterID; s.Found != 1 || s.LastOn.IsZero() {
					b.Fatalf("register %+v", s)
				}
			}
			_, err = tx.InsertReadings(b.Context(), meters, rows)
			return err
		})
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "readings/s")
}

// BenchmarkLoadSnapshots reads houses of 150 accounts with a year of readings, some at a time.
func BenchmarkLoadSnapshots(b *testing.B) {
	for _, at := range []int{1, 10} {
		b.Run(strconv.Itoa(at), func(b *testing.B) {
			w := town(b)
			w.saveAll(b, w.units(b, period(b, "2026-09")), 2)
			refs, err := w.HouseRefs(b.Context(), w.issuer.ID)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			houses, i := make([]int64, at), 0
			for b.Loop() {
				for j := range houses {
					houses[j] = refs[i%len(refs)].ID
					i++
				}
				if _, err := w.LoadSnapshots(b.Context(), w.issuer, houses, period(b, october)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*at*benchAccounts)/b.Elapsed().Seconds(), "accounts/s")
		})
	}
}

// BenchmarkAddFacts completes the same snapshots where there is nothing of any further fact: what an office
// without them pays.
func BenchmarkAddFacts(b *testing.B) {
	for _, at := range []int{1, 10} {
		b.Run(strconv.Itoa(at), func(b *testing.B) {
			w := town(b)
			refs, err := w.HouseRefs(b.Context(), w.issuer.ID)
			if err != nil {
				b.Fatal(err)
			}
			houses := make([]int64, at)
			for j := range houses {
				houses[j] = refs[j%len(refs)].ID
			}
			snapshots, err := w.LoadSnapshots(b.Context(), w.issuer, houses, period(b, october))
			if err != nil {
				b.Fatal(err)
			}
			want := store.FactsWanted{Organisation: w.issuer.ID, Period: period(b, october)}
			b.ReportAllocs()
			for b.Loop() {
				if err := w.AddFacts(b.Context(), want, snapshots...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*at*benchAccounts)/b.Elapsed().Seconds(), "accounts/s")
		})
	}
}

// BenchmarkRebuild draws up the ledger of a month from nothing, then again without a change.
func BenchmarkRebuild(b *testing.B) {
	for _, again := range []bool{false, true} {
		b.Run(map[bool]string{false: "first", true: "again"}[again], func(b *testing.B) {
			w := town(b)
			p := period(b, october)
			w.saveAll(b, w.units(b, p), 2)
			rebuild := func() (n int64) {
				w.tx(b, func(tx *store.Tx) error {
					saved, err := tx.Rebuild(b.Context(), w.issuer.ID, p)
					n = saved.Balances
					return err
				})
				return n
			}
			rows := rebuild()
			for b.Loop() {
				if !again {
					b.StopTimer()
					if _, err := w.Exec(b.Context(), "DELETE FROM balances"); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				rebuild()
			}
			b.ReportMetric(float64(int64(b.N)*rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
