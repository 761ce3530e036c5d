package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// FactsWanted says for which month facts are added to snapshots, and what that month looks back at.
type FactsWanted struct {
	Organisation int64
	Period       housing.Period
	Correction   bool // the yearly correction is made in this month: what was charged in the year before
	EvenHeating  bool // heating is paid evenly: heat meters count by their readings of the year before
}

// AddFacts completes loaded snapshots of one month by what stands beside areas, people, services,
// meters and readings: facts of the house as a whole, residents who come and go, acts, years, and what
// earlier months of our own came to. It sends all its queries at once, for however many houses: where
// there is nothing of a subject, its query costs a look into an index.
func (q Queries) AddFacts(ctx context.Context, want FactsWanted, snapshots ...*housing.Snapshot) error {
	if len(snapshots) == 0 {
		return nil
	}
	l := newCompleter(want, snapshots)
	if want.Correction {
		if err := q.runSteps(ctx, []completion{l.closedAccounts()}); err != nil {
			return fmt.Errorf("load the accounts closed before %s: %w", want.Period, err)
		}
		l.index()
	}
	steps := []completion{
		l.managers(), l.decisions(), l.equipment(), l.failures(), l.results(), l.months(), l.made(), l.volumes(), l.ranges(),
		l.containers(), l.wasteYears(), l.communalAreas(), l.qualityActs(), l.stays(), l.absences(), l.violations(), l.wasteShares(), l.grants(),
		l.specialMeters(), l.meterEvents(), l.meterVolumes(),
	}
	if registers := l.unreadRegisters(); len(registers) > 0 {
		steps = append(steps, l.unread(registers))
	}
	steps = append(steps, l.correctedVolumes())
	if want.Correction {
		steps = append(steps, l.distributors(), l.pastAreas(), l.pastCharges())
	}
	if want.EvenHeating {
		steps = append(steps, l.heatReadings())
	}
	if err := q.runSteps(ctx, steps); err != nil {
		return fmt.Errorf("load the facts of %s: %w", want.Period, err)
	}
	return l.finish()
}

// completion is a query with what becomes of each of its rows.
type completion struct {
	sql  string
	args []any
	into []any
	row  func() error
}

func (q Queries) runSteps(ctx context.Context, steps []completion) (err error) {
	batch := &pgx.Batch{}
	for _, s := range steps {
		batch.Queue(s.sql, s.args...)
	}
	results := q.SendBatch(ctx, batch)
	defer func() { err = errors.Join(err, results.Close()) }()
	for _, s := range steps {
		rows, err := results.Query()
		if err != nil {
			return err //nolint:wrapcheck // AddFacts wraps
		}
		if _, err := pgx.ForEachRow(rows, s.into, s.row); err != nil {
			return err //nolint:wrapcheck // AddFacts wraps
		}
	}
	return nil
}

// completer knows where facts belong.
type completer struct {
	FactsWanted
	first, next housing.Date // of the month
	houses      []int64
	accounts    []int64
	spans       idSpans // of accounts
	meterSpans  idSpans
	all         []*housing.Snapshot
	byHouse     map[int64]*houseBeingRead
	byAccount   map[int64]accountPlace
	byMeter     map[int64]meterOf // see meter
	common      map[int64]bool    // meters common to a communal flat

	past  map[int64]*pastOfAccount
	heat  map[int64][]housing.Reading // of heat meters, by id
	owner map[int64]int64             // of heat meters: the account
}

// houseBeingRead is a snapshot with the facts of its services before they are put in order.
type houseBeingRead struct {
	snapshot *housing.Snapshot
	facts    map[housing.Service]*housing.HouseFacts
	history  map[houseMonthKey]*housing.HouseMonth
	counted  map[houseMonthKey]bool // months with a volume; true: by a meter
	people   int                    // of the whole house, as a file says
	areas    []communalArea
}

type houseMonthKey struct {
	service housing.Service
	period  housing.Period
}

type accountPlace struct {
	house *houseBeingRead
	at    int
}

// meterOf is the place of a meter among those of its account.
type meterOf struct {
	account int64
	at      int
}

func (p accountPlace) account() *housing.AccountFacts { return &p.house.snapshot.Accounts[p.at] }

func newCompleter(want FactsWanted, snapshots []*housing.Snapshot) *completer {
	l := &completer{
		FactsWanted: want, first: want.Period.First(), next: want.Period.Next().First(), all: snapshots,
		byHouse: make(map[int64]*houseBeingRead, len(snapshots)), common: map[int64]bool{},
		past: map[int64]*pastOfAccount{}, heat: map[int64][]housing.Reading{}, owner: map[int64]int64{},
	}
	for _, s := range snapshots {
		l.houses = append(l.houses, s.House.ID)
		l.byHouse[s.House.ID] = &houseBeingRead{
			snapshot: s, facts: map[housing.Service]*housing.HouseFacts{}, history: map[houseMonthKey]*housing.HouseMonth{},
			counted: map[houseMonthKey]bool{},
		}
	}
	l.index()
	return l
}

// index finds accounts and meters by their ids.
func (l *completer) index() {
	l.accounts = nil
	var meters []int64
	l.byAccount, l.byMeter = map[int64]accountPlace{}, nil
	for _, s := range l.all {
		h := l.byHouse[s.House.ID]
		for i := range s.Accounts {
			a := &s.Accounts[i]
			l.accounts = append(l.accounts, a.ID)
			l.byAccount[a.ID] = accountPlace{h, i}
			for j := range a.Meters {
				meters = append(meters, a.Meters[j].ID)
			}
		}
	}
	l.spans, l.meterSpans = spansOf(l.accounts), spansOf(meters)
}

// meter returns a meter of the snapshots by its id.
func (l *completer) meter(id int64) *housing.MeterFacts {
	if l.byMeter == nil { // few months have facts of meters, beside what stands with them
		l.byMeter = map[int64]meterOf{}
		for account := range l.byAccount {
			meters := l.account(account).Meters
			for j := range meters {
				l.byMeter[meters[j].ID] = meterOf{account, j}
			}
		}
	}
	place, found := l.byMeter[id]
	if !found {
		return nil
	}
	return &l.byAccount[place.account].account().Meters[place.at]
}

// factsOf returns the facts of a house about a service, to be filled in.
func (h *houseBeingRead) factsOf(service housing.Service) *housing.HouseFacts {
	f := h.facts[service]
	if f == nil {
		f = &housing.HouseFacts{Service: service}
		h.facts[service] = f
	}
	return f
}

// monthOf returns an earlier month of a service of the house, to be filled in.
func (h *houseBeingRead) monthOf(service housing.Service, period housing.Period) *housing.HouseMonth {
	key := houseMonthKey{service, period}
	m := h.history[key]
	if m == nil {
		m = &housing.HouseMonth{Period: period}
		h.history[key] = m
	}
	return m
}

// finish puts together what several queries brought.
func (l *completer) finish() error {
	if err := l.addHeatHistory(); err != nil {
		return err
	}
	if err := l.addPast(); err != nil {
		return err
	}
	for _, id := range l.houses {
		h := l.byHouse[id]
		h.addHouseFacts()
		h.addPeople()
		l.communalFlats(h)
	}
	return nil
}

// addHouseFacts sorts the facts of the house. A house with heat meters in its premises has facts about
// heating, be it none but these: its heat divides between all.
func (h *houseBeingRead) addHouseFacts() {
	if h.heatsApart() {
		h.factsOf(housing.Heating)
	}
	for key, month := range h.history {
		metered, known := h.counted[key]
		if !known {
			continue // the weather of a month without a volume
		}
		month.Metered = metered
		f := h.factsOf(key.service)
		f.History = append(f.History, *month)
	}
	for _, service := range housing.Services() {
		if f := h.facts[service]; f != nil {
			slices.SortFunc(f.History, func(a, b housing.HouseMonth) int { return int(a.Period) - int(b.Period) })
			h.snapshot.HouseFacts = append(h.snapshot.HouseFacts, *f)
		}
	}
}

func (h *houseBeingRead) heatsApart() bool {
	for i := range h.snapshot.Accounts {
		a := &h.snapshot.Accounts[i]
		for j := range a.Meters {
			if a.Meters[j].Service == housing.Heating {
				return true
			}
		}
		for j := range a.Services {
			if a.Services[j].OwnSource {
				return true
			}
		}
	}
	return false
}

// addPeople counts the people of a house whose waste goes by containers: those of its accounts, unless
// a file tells of the whole house.
func (h *houseBeingRead) addPeople() {
	s := h.snapshot
	if s.House.People = h.people; h.people > 0 || len(s.Containers) == 0 {
		return
	}
	for i := range s.Accounts {
		for _, o := range s.Accounts[i].Occupancy {
			if o.Valid.Contains(s.Period.First()) {
				s.House.People += charged(&o)
			}
		}
	}
}

// charged is how many people norms count: those who live there, the owners where nobody does.
func charged(o *housing.Occupancy) int {
	if o.People == 0 {
		return o.Owners
	}
	return o.People
}
