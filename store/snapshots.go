package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// LoadSnapshot reads everything known about a house in a month. Parameters are not in the database:
// the caller adds them. Slices are sorted by their keys.
func (q Queries) LoadSnapshot(ctx context.Context, organisation housing.Organisation, house int64, period housing.Period) (*housing.Snapshot, error) {
	s := &housing.Snapshot{Format: housing.SnapshotFormat, Period: period, Organisation: organisation.INN}
	l := snapshotLoader{Queries: q, organisation: organisation.ID, house: house, snapshot: s, byID: map[int64]int{}}
	steps := []func(context.Context) error{
		l.loadHouse, l.loadTariffs, l.loadNorms, l.loadVolumes, l.loadAccounts, l.loadOccupancies, l.loadServices,
		l.loadMeters, l.loadReadings, l.loadHistory,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("load the snapshot of house %d for %s: %w", house, period, err)
		}
	}
	return s, nil
}

type snapshotLoader struct {
	Queries
	organisation, house int64
	snapshot            *housing.Snapshot
	byID                map[int64]int        // account id → place in snapshot.Accounts
	meters              map[int64]meterPlace // meter id → its place
}

type meterPlace struct{ account, meter int }

// forEach reads rows of a query on the house and the month, whose first two arguments they are.
func (l *snapshotLoader) forEach(ctx context.Context, sql string, into []any, row func() error, more ...any) error {
	args := append([]any{l.house, l.snapshot.Period.First()}, more...)
	rows, err := l.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, into, row)
	return err //nolint:wrapcheck // LoadSnapshot wraps
}

const sourceColumns = `s.kind, s.name, s.partition, `

func sourceTargets(s *housing.Source) []any {
	return []any{&s.Kind, &s.Name, &s.Partition, &s.Position}
}

func (l *snapshotLoader) loadHouse(ctx context.Context) error {
	const sql = `
SELECT h.id, h.address, h.key, h.fias, h.kind, h.area::text, h.common::text, ` + sourceColumns + `h.source_pos
FROM houses h JOIN sources s ON s.id = h.source_id WHERE h.id = $1 AND $2::date IS NOT NULL AND h.organisation_id = $3`
	h, found := &l.snapshot.House, false
	err := l.forEach(ctx, sql, append([]any{&h.ID, &h.Address, &h.Key, &h.FIAS, &h.Kind, &h.Area, &h.Common},
		sourceTargets(&h.Source)...), func() error { found = true; return nil }, l.organisation)
	if err == nil && !found {
		return ErrNotFound
	}
	return err
}

func (l *snapshotLoader) loadTariffs(ctx context.Context) error {
	const sql = `
SELECT t.service, t.zone, t.range_no, CASE WHEN t.house_id IS NULL THEN '' ELSE h.address END, t.price::text,
    lower(t.valid), upper(t.valid), t.document, ` + sourceColumns + `t.source_pos
FROM tariffs t JOIN sources s ON s.id = t.source_id JOIN houses h ON h.id = $1
WHERE t.organisation_id = $3 AND (t.house_id IS NULL OR t.house_id = $1)
    AND t.valid && daterange($2::date, ($2::date + interval '1 month')::date)
ORDER BY t.service COLLATE "C", t.zone COLLATE "C", t.range_no, t.house_id NULLS FIRST, lower(t.valid)`
	var t housing.Tariff
	into := append([]any{&t.Service, &t.Zone, &t.Range, &t.House, &t.Price, &t.Valid.From, &t.Valid.To, &t.Document}, sourceTargets(&t.Source)...)
	return l.forEach(ctx, sql, into, func() error {
		l.snapshot.Tariffs = append(l.snapshot.Tariffs, t)
		return nil
	}, l.organisation)
}

func (l *snapshotLoader) loadNorms(ctx context.Context) error {
	const sql = `
SELECT n.service, CASE WHEN n.house_id IS NULL THEN '' ELSE h.address END, n.base, n.part, n.value::text,
    lower(n.valid), upper(n.valid), n.document, ` + sourceColumns + `n.source_pos
FROM norms n JOIN sources s ON s.id = n.source_id JOIN houses h ON h.id = $1
WHERE n.organisation_id = $3 AND (n.house_id IS NULL OR n.house_id = $1)
    AND n.valid && daterange($2::date, ($2::date + interval '1 month')::date)
ORDER BY n.service COLLATE "C", n.part COLLATE "C", n.house_id NULLS FIRST, lower(n.valid)`
	var n housing.Norm
	into := append([]any{&n.Service, &n.House, &n.Base, &n.Part, &n.Value, &n.Valid.From, &n.Valid.To, &n.Document}, sourceTargets(&n.Source)...)
	return l.forEach(ctx, sql, into, func() error {
		l.snapshot.Norms = append(l.snapshot.Norms, n)
		return nil
	}, l.organisation)
}

func (l *snapshotLoader) loadVolumes(ctx context.Context) error {
	const sql = `
SELECT v.serial, v.service, v.volume::text, ` + sourceColumns + `v.source_pos
FROM house_volumes v JOIN sources s ON s.id = v.source_id WHERE v.house_id = $1 AND v.period = $2
ORDER BY v.service COLLATE "C", v.serial COLLATE "C"`
	var m housing.CollectiveMeter
	into := append([]any{&m.Serial, &m.Service, &m.Volume}, sourceTargets(&m.Source)...)
	return l.forEach(ctx, sql, into, func() error {
		l.snapshot.HouseMeters = append(l.snapshot.HouseMeters, m)
		return nil
	})
}

func (l *snapshotLoader) loadAccounts(ctx context.Context) error {
	const sql = `
SELECT a.id, a.number, a.unified, a.service_code, p.id, p.flat, p.room, p.kind, a.payer, a.opened, a.closed, ` + sourceColumns + `a.source_pos
FROM accounts a JOIN premises p ON p.id = a.premises_id JOIN sources s ON s.id = a.source_id
WHERE a.house_id = $1 AND a.organisation_id = $3
    AND (a.opened IS NULL OR a.opened < ($2::date + interval '1 month')) AND (a.closed IS NULL OR a.closed > $2)
ORDER BY a.number COLLATE "C"`
	var a housing.Account
	into := append([]any{
		&a.ID, &a.Number, &a.Unified, &a.ServiceID, &a.Premises.ID, &a.Premises.Flat, &a.Premises.Room, &a.Premises.Kind,
		&a.Payer, &a.Opened, &a.Closed,
	}, sourceTargets(&a.Source)...)
	return l.forEach(ctx, sql, into, func() error {
		l.byID[a.ID] = len(l.snapshot.Accounts)
		l.snapshot.Accounts = append(l.snapshot.Accounts, housing.AccountFacts{Account: a})
		return nil
	}, l.organisation)
}

func (l *snapshotLoader) loadOccupancies(ctx context.Context) error {
	const sql = `
SELECT o.account_id, lower(o.valid), upper(o.valid), o.area::text, o.people, o.owners, o.occupant, ` + sourceColumns + `o.source_pos
FROM occupancies o JOIN sources s ON s.id = o.source_id
WHERE $1::bigint > 0 AND o.account_id = ANY($3) AND lower(o.valid) < ($2::date + interval '1 month')::date AND COALESCE(upper(o.valid) > $2, true)
ORDER BY o.account_id, lower(o.valid)`
	var id int64
	var o housing.Occupancy
	into := append([]any{&id, &o.Valid.From, &o.Valid.To, &o.Area, &o.People, &o.Owners, &o.Occupant}, sourceTargets(&o.Source)...)
	return l.forEach(ctx, sql, into, func() error {
		if i, found := l.byID[id]; found {
			l.snapshot.Accounts[i].Occupancy = append(l.snapshot.Accounts[i].Occupancy, o)
		}
		return nil
	}, l.accountIDs())
}

// accountIDs names the accounts of the house to queries on large tables: a plan made for any house
// takes the index by account then, where a join with accounts made it read the whole table.
func (l *snapshotLoader) accountIDs() []int64 {
	return column(l.snapshot.Accounts, func(a housing.AccountFacts) int64 { return a.ID })
}

// loadServices gives every account the services of its house, but for those it has of its own.
func (l *snapshotLoader) loadServices(ctx context.Context) error {
	const sql = `
SELECT COALESCE(v.account_id, 0), v.service, o.inn, v.meter_possible, lower(v.valid), upper(v.valid),
    v.category, v.equipment, v.own_source, v.quality::text, v.correspondence::text, ` + sourceColumns + `v.source_pos
FROM house_services v JOIN organisations o ON o.id = v.payee_id JOIN sources s ON s.id = v.source_id
WHERE v.house_id = $1 AND v.valid && daterange($2::date, ($2::date + interval '1 month')::date)
ORDER BY v.service COLLATE "C", lower(v.valid)`
	var id int64
	var v housing.AccountService
	var ofHouse []housing.AccountService
	into := append([]any{
		&id, &v.Service, &v.Payee, &v.MeterPossible, &v.Valid.From, &v.Valid.To,
		&v.Category, &v.Equipment, &v.OwnSource, &v.Quality, &v.Correspondence,
	}, sourceTargets(&v.Source)...)
	err := l.forEach(ctx, sql, into, func() error {
		if id == 0 {
			ofHouse = append(ofHouse, v)
		} else if i, found := l.byID[id]; found {
			l.snapshot.Accounts[i].Services = append(l.snapshot.Accounts[i].Services, v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range l.snapshot.Accounts {
		l.snapshot.Accounts[i].Services = mergeServices(l.snapshot.Accounts[i].Services, ofHouse)
	}
	return nil
}

func mergeServices(own, ofHouse []housing.AccountService) []housing.AccountService {
	if len(own) == 0 {
		return ofHouse
	}
	var merged []housing.AccountService
	for _, service := range housing.Services() {
		before := len(merged)
		for _, v := range own {
			if v.Service == service {
				merged = append(merged, v)
			}
		}
		if len(merged) > before {
			continue
		}
		for _, v := range ofHouse {
			if v.Service == service {
				merged = append(merged, v)
			}
		}
	}
	return merged
}

func (l *snapshotLoader) loadMeters(ctx context.Context) error {
	const sql = `
SELECT m.account_id, m.id, m.serial, m.service, m.zones, m.digits, m.commissioned, m.verify_by, m.closed, ` + sourceColumns + `m.source_pos
FROM meters m JOIN sources s ON s.id = m.source_id
WHERE $1::bigint > 0 AND m.account_id = ANY($3) AND (m.closed IS NULL OR m.closed >= $2)
    AND (m.commissioned IS NULL OR m.commissioned < ($2::date + interval '1 month'))
ORDER BY m.account_id, m.service COLLATE "C", m.serial COLLATE "C"`
	l.meters = map[int64]meterPlace{}
	var account int64
	var zones int
	var m housing.Meter
	into := append([]any{
		&account, &m.ID, &m.Serial, &m.Service, &zones, &m.Digits, &m.Commissioned, &m.VerifyBy, &m.Closed,
	}, sourceTargets(&m.Source)...)
	return l.forEach(ctx, sql, into, func() error {
		i, found := l.byID[account]
		if !found {
			return nil
		}
		facts := &l.snapshot.Accounts[i]
		m.Zones = Zones(zones)
		l.meters[m.ID] = meterPlace{i, len(facts.Meters)}
		facts.Meters = append(facts.Meters, housing.MeterFacts{Meter: m})
		return nil
	}, l.accountIDs())
}

// loadReadings takes all readings of the month and, of each register, the last one before it.
func (l *snapshotLoader) loadReadings(ctx context.Context) error {
	const sql = `
WITH registers AS (SELECT * FROM unnest($3::bigint[], $4::text[]) AS t(meter_id, zone)),
picked AS (
    SELECT r.meter_id, r.zone, r.taken_on, r.value, r.control, r.source_id, r.source_pos
    FROM registers g JOIN readings r ON r.meter_id = g.meter_id AND r.zone = g.zone AND r.period = $2::date
    UNION ALL
    SELECT r.* FROM registers g,
    LATERAL (SELECT r.meter_id, r.zone, r.taken_on, r.value, r.control, r.source_id, r.source_pos FROM readings r
        WHERE r.meter_id = g.meter_id AND r.zone = g.zone AND r.period < $2::date
        ORDER BY r.period DESC, r.taken_on DESC LIMIT 1) r)
SELECT p.meter_id, p.zone, p.taken_on, p.value::text, p.control, ` + sourceColumns + `p.source_pos
FROM picked p JOIN sources s ON s.id = p.source_id WHERE $1::bigint > 0
ORDER BY p.meter_id, p.taken_on, p.zone COLLATE "C"`
	if len(l.meters) == 0 {
		return nil
	}
	var ids []int64
	var zones []string
	for id, place := range l.meters {
		for _, zone := range l.snapshot.Accounts[place.account].Meters[place.meter].Zones {
			ids, zones = append(ids, id), append(zones, string(zone))
		}
	}
	var id int64
	var r housing.Reading
	into := append([]any{&id, &r.Zone, &r.On, &r.Value, &r.Control}, sourceTargets(&r.Source)...)
	return l.forEach(ctx, sql, into, func() error {
		place := l.meters[id]
		m := &l.snapshot.Accounts[place.account].Meters[place.meter]
		m.Readings = append(m.Readings, r)
		return nil
	}, ids, zones)
}

// loadHistory takes the volumes charged in the twelve months before, for averages. Charges do not
// say which meter they came from: an account with several meters of a service gets no history.
func (l *snapshotLoader) loadHistory(ctx context.Context) error {
	const sql = `
SELECT c.account_id, c.service, c.zone, c.period, sum(c.volume)::text, bool_and(c.method = 'meter')
FROM charges c WHERE c.house_id = $1 AND c.period >= ($2::date - interval '12 months')::date AND c.period < $2 AND c.kind = 'base'
    AND c.method IN ('meter', 'average', 'norm') AND c.service IN ('cold_water', 'hot_water', 'electricity', 'gas')
GROUP BY c.account_id, c.service, c.zone, c.period ORDER BY c.account_id, c.service COLLATE "C", c.period, c.zone COLLATE "C"`
	var account int64
	var service housing.Service
	var v housing.MonthVolume
	return l.forEach(ctx, sql, []any{&account, &service, &v.Zone, &v.Period, &v.Volume, &v.Metered}, func() error {
		i, found := l.byID[account]
		if !found {
			return nil
		}
		if m := onlyMeter(l.snapshot.Accounts[i].Meters, service); m != nil {
			m.History = append(m.History, v)
		}
		return nil
	})
}

func onlyMeter(meters []housing.MeterFacts, service housing.Service) *housing.MeterFacts {
	var only *housing.MeterFacts
	for i := range meters {
		if meters[i].Service == service {
			if only != nil {
				return nil
			}
			only = &meters[i]
		}
	}
	return only
}

// StoredSnapshot is a snapshot as a run kept it.
type StoredSnapshot struct {
	House  int64
	Run    int64
	SHA256 string
	Body   []byte // canonical JSON, zstd
}

// SnapshotsOf reads the snapshots that stand for a month, one house at a time in order of address.
func (q Queries) SnapshotsOf(ctx context.Context, organisation int64, period housing.Period, each func(StoredSnapshot) error) error {
	const sql = `
SELECT s.house_id, s.run_id, s.sha256, s.body
FROM charged_houses c JOIN houses h ON h.id = c.house_id
JOIN snapshots s ON s.house_id = c.house_id AND s.run_id = c.run_id AND s.period = c.period
WHERE h.organisation_id = $1 AND c.period = $2 ORDER BY h.address COLLATE natural_ru, h.id`
	rows, err := q.Query(ctx, sql, organisation, period)
	if err != nil {
		return fmt.Errorf("read the snapshots of %s: %w", period, err)
	}
	var s StoredSnapshot
	_, err = pgx.ForEachRow(rows, []any{&s.House, &s.Run, &s.SHA256, &s.Body}, func() error { return each(s) })
	if err != nil {
		return fmt.Errorf("read the snapshots of %s: %w", period, err)
	}
	return nil
}

// SnapshotOfAccount reads the snapshot that stands for the house of an account, or ErrNotFound.
func (q Queries) SnapshotOfAccount(ctx context.Context, organisation int64, number string, period housing.Period) (StoredSnapshot, error) {
	const sql = `
SELECT s.house_id, s.run_id, s.sha256, s.body
FROM accounts a JOIN charged_houses c ON c.house_id = a.house_id
JOIN snapshots s ON s.house_id = c.house_id AND s.run_id = c.run_id AND s.period = c.period
WHERE a.organisation_id = $1 AND a.number = $2 AND c.period = $3`
	var s StoredSnapshot
	err := q.QueryRow(ctx, sql, organisation, number, period).Scan(&s.House, &s.Run, &s.SHA256, &s.Body)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, fmt.Errorf("charges of account %s for %s: %w", number, period, ErrNotFound)
	}
	if err != nil {
		return s, fmt.Errorf("read the snapshot of account %s: %w", number, err)
	}
	return s, nil
}
