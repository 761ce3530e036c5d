package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/store"
)

// ReadingLimits bounds what a reading may say; the rules are the same for every source.
type ReadingLimits struct {
	// PerMonth is the largest volume of one register in a month of 31 days, by service, in its unit.
	PerMonth map[housing.Service]housing.Decimal
	// Zone is where the day of a telemetry reading is taken: an instant is not yet a date.
	Zone *time.Location
}

// DefaultReadingLimits returns bounds that no dwelling reaches, but a mistyped digit does.
func DefaultReadingLimits() ReadingLimits {
	return ReadingLimits{
		PerMonth: map[housing.Service]housing.Decimal{
			housing.ColdWater:   housing.Whole(200),
			housing.HotWater:    housing.Whole(200),
			housing.Electricity: housing.Whole(20_000),
			housing.Gas:         housing.Whole(5_000),
			housing.Heating:     housing.Whole(100),
		},
		Zone: time.UTC,
	}
}

// takeReadings validates readings against what is known of their meters and stores those that are
// new: one engine for every source. Outcomes stand in the order of rows.
func (p *Pipeline) takeReadings(ctx context.Context, tx *store.Tx, rows []store.SourcedReading) ([]housing.Outcome, error) {
	states, err := tx.RegisterStates(ctx, p.Organisation.ID, rows)
	if err != nil {
		return nil, err
	}
	outcomes := make([]housing.Outcome, len(rows))
	check := readingCheck{limits: p.Limits, today: housing.DateOf(p.Now()), earlier: map[register]*store.RegisterState{}}
	var places []int
	var meters []int64
	var fresh []store.SourcedReading
	for i, row := range rows {
		outcomes[i] = check.one(row.MeterReading, &states[i])
		if outcomes[i].Verdict == housing.Accepted {
			places = append(places, i)
			meters = append(meters, states[i].MeterID)
			fresh = append(fresh, row)
			if err := p.ensureReadings(ctx, row.On); err != nil {
				return nil, err
			}
		}
	}
	if err := p.guardMeters(ctx, tx, outcomes); err != nil {
		return nil, err
	}
	created, err := tx.InsertReadings(ctx, meters, fresh)
	if err != nil {
		return nil, err
	}
	for i, isNew := range created {
		if !isNew { // another source brought it a moment ago
			outcomes[places[i]].Verdict = housing.Unchanged
		}
	}
	return outcomes, nil
}

type register struct {
	meter int64
	zone  housing.Zone
}

// readingCheck holds what earlier rows of the same batch said: the database does not know them yet.
type readingCheck struct {
	limits  ReadingLimits
	today   housing.Date
	earlier map[register]*store.RegisterState
}

func (c *readingCheck) one(r housing.MeterReading, s *store.RegisterState) housing.Outcome {
	problem := c.meterProblem(r, s)
	if problem == nil {
		c.mergeEarlier(r, s)
		if s.Repeated && s.Last.Cmp(r.Value) == 0 {
			return housing.Outcome{Verdict: housing.Unchanged}
		}
		problem = c.valueProblem(r, s)
	}
	if problem != nil {
		problem.Severity = housing.SeverityError
		return housing.Outcome{Verdict: housing.Rejected, Problems: []housing.Problem{*problem}}
	}
	known := *s
	known.LastOn, known.Last = r.On, r.Value
	c.earlier[register{s.MeterID, r.Zone}] = &known
	return housing.Outcome{Verdict: housing.Accepted}
}

// meterProblem says why the reading cannot be any of the meter's.
func (c *readingCheck) meterProblem(r housing.MeterReading, s *store.RegisterState) *housing.Problem {
	switch {
	case s.Found == 0:
		return &housing.Problem{
			Code: "unknown_meter", Column: "Заводской №", Value: r.Serial,
			Text: "прибор с таким номером не найден на этом лицевом счёте",
		}
	case s.Found > 1:
		return &housing.Problem{
			Code: "ambiguous_meter", Column: "Заводской №", Value: r.Serial,
			Text: fmt.Sprintf("номер найден у нескольких приборов (%d); укажите лицевой счёт", s.Found),
		}
	case r.On.After(c.today):
		return &housing.Problem{
			Code: "future_reading", Column: "Дата", Value: r.On.Russian(), Text: "дата показания ещё не наступила",
		}
	case !s.Closed.IsZero() && !r.On.Before(s.Closed):
		return &housing.Problem{
			Code: "closed_meter", Column: "Заводской №", Value: r.Serial,
			Text: "прибор снят с учёта " + s.Closed.Russian(),
		}
	case !hasZone(s.Zones, r.Zone):
		return &housing.Problem{
			Code: "unknown_zone", Column: "Показание", Value: string(r.Zone),
			Text: fmt.Sprintf("у прибора нет такой зоны суток (тарифов: %d)", s.Zones),
		}
	}
	return nil
}

// mergeEarlier takes an earlier row of the batch into account where it is nearer than the database's.
func (c *readingCheck) mergeEarlier(r housing.MeterReading, s *store.RegisterState) {
	known := c.earlier[register{s.MeterID, r.Zone}]
	if known == nil {
		return
	}
	if !known.LastOn.After(r.On) && !known.LastOn.Before(s.LastOn) {
		s.LastOn, s.Last = known.LastOn, known.Last
		s.Repeated = known.LastOn == r.On
	}
	if known.LastOn.After(r.On) && (s.NextOn.IsZero() || known.LastOn.Before(s.NextOn)) {
		s.NextOn, s.Next = known.LastOn, known.Last
	}
}

// valueProblem says why the value cannot stand between its neighbours.
func (c *readingCheck) valueProblem(r housing.MeterReading, s *store.RegisterState) *housing.Problem {
	problem := housing.Problem{Column: "Показание", Value: r.Value.Russian()}
	say := func(code, format string, args ...any) *housing.Problem {
		problem.Code, problem.Text = code, fmt.Sprintf(format, args...)
		return &problem
	}
	switch {
	case s.Repeated:
		return say("reading_known", "показание на эту дату уже есть: %s", s.Last.Russian())
	case r.Value.Sign() < 0:
		return say("negative_reading", "показание отрицательное")
	case r.Value.Ratio().Cmp(housing.Whole(capacity(s.Digits)).Ratio()) >= 0:
		return say("too_many_digits", "у прибора только %d разрядов до запятой", s.Digits)
	case !s.LastOn.IsZero() && r.Value.Cmp(s.Last) < 0:
		return say("reading_decreased", "меньше предыдущего показания %s от %s", s.Last.Russian(), s.LastOn.Russian())
	case !s.NextOn.IsZero() && r.Value.Cmp(s.Next) > 0:
		return say("reading_above_next", "больше последующего показания %s от %s", s.Next.Russian(), s.NextOn.Russian())
	}
	limit, bounded := c.limits.PerMonth[s.Service] // a supplier's file names the meter and not its service
	if !bounded || s.LastOn.IsZero() {
		return nil
	}
	used, err := r.Value.Sub(s.Last)
	months := int64(s.LastOn.DaysUntil(r.On)/31 + 1)
	if err != nil || used.Ratio().Cmp(limit.Ratio().Mul(housing.Whole(months).Ratio())) > 0 {
		return say("reading_spike", "превышен предел расхода по услуге: %s с %s при пределе %s %s в месяц",
			used.Russian(), s.LastOn.Russian(), limit.Russian(), s.Service.Unit())
	}
	return nil
}

func hasZone(count int, zone housing.Zone) bool {
	return slices.Contains(store.Zones(count), zone)
}

func capacity(digits int) int64 {
	most := int64(1)
	for range digits {
		most *= 10
	}
	return most
}

func (p *Pipeline) readingsStep(ctx context.Context, _ housing.Period, s *Summary) (items int, err error) {
	if p.Readings == nil {
		return 0, nil
	}
	s.Stream, err = p.Readings(ctx)
	return int(s.Stream.Messages), err
}

// StreamHandler returns the handler that stores the readings of a topic: one transaction a batch,
// each reading with its topic, partition and offset. Redelivery changes nothing.
func (p *Pipeline) StreamHandler() stream.Handler {
	return stream.HandlerFunc(p.handleBatch)
}

func (p *Pipeline) handleBatch(ctx context.Context, messages []stream.Message) (verdicts []stream.Verdict, err error) {
	batch, err := p.decodeBatch(messages)
	if err != nil {
		return nil, err
	}
	if err := p.ensureUsual(ctx, batch.rows); err != nil {
		return nil, err
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		tx.PlanForRows()
		verdicts, err = p.storeBatch(ctx, tx, batch)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store a batch of readings: %w", err)
	}
	return verdicts, nil
}

// ensureUsual makes the partitions of the months that readings usually are of, before the transaction:
// one that waits for another connection may wait for a transaction that waits like itself. Other
// months are made when a reading of them is accepted: a device without a clock must not make a
// hundred years of them.
func (p *Pipeline) ensureUsual(ctx context.Context, rows []store.SourcedReading) error {
	const usual = 62 // days
	today := housing.DateOf(p.Now())
	for _, row := range rows {
		if age := row.On.DaysUntil(today); age < 0 || age > usual {
			continue
		}
		if err := p.ensureReadings(ctx, row.On); err != nil {
			return err
		}
	}
	return nil
}

// decodedBatch is a batch of messages with the readings that could be read of them.
type decodedBatch struct {
	messages []stream.Message
	verdicts []stream.Verdict // of messages that could not be read
	rows     []store.SourcedReading
	owners   []int // message of each row
}

func (p *Pipeline) decodeBatch(messages []stream.Message) (decodedBatch, error) {
	batch := decodedBatch{messages: messages, verdicts: make([]stream.Verdict, len(messages))}
	for i, m := range messages {
		readings, err := p.decodeMessage(m)
		if err != nil {
			verdict, isVerdict := stream.VerdictOf(err)
			if !isVerdict {
				return batch, err
			}
			batch.verdicts[i] = verdict
			continue
		}
		for _, r := range readings {
			batch.rows = append(batch.rows, store.SourcedReading{MeterReading: r})
			batch.owners = append(batch.owners, i)
		}
	}
	return batch, nil
}

func (p *Pipeline) storeBatch(ctx context.Context, tx *store.Tx, batch decodedBatch) ([]stream.Verdict, error) {
	type partition struct {
		topic string
		of    int
	}
	sources := map[partition]int64{}
	for row, owner := range batch.owners {
		m := batch.messages[owner]
		key := partition{m.Topic, m.Partition}
		if sources[key] == 0 {
			var err error
			sources[key], err = tx.PutSource(ctx, housing.Source{
				Kind: housing.SourceStream, Name: m.Topic, Partition: int32(m.Partition), //nolint:gosec // Kafka's own type
			}, 0)
			if err != nil {
				return nil, err
			}
		}
		batch.rows[row].SourceID = sources[key]
	}
	outcomes, err := p.takeReadings(ctx, tx, batch.rows)
	if err != nil {
		return nil, err
	}
	verdicts := slices.Clone(batch.verdicts) // the transaction may run again
	judge(verdicts, batch.owners, outcomes)
	return verdicts, p.keepDeadLetters(ctx, tx, batch.messages, verdicts)
}

// judge gives a message the worst that happened to its readings: those that were good are stored.
func judge(verdicts []stream.Verdict, owners []int, outcomes []housing.Outcome) {
	for row, outcome := range outcomes {
		at := &verdicts[owners[row]]
		switch {
		case outcome.Verdict == housing.Rejected:
			*at = stream.Bury(outcome.Problems[0].Code, outcome.Problems[0].Russian())
		case at.Outcome == stream.Dead:
		case outcome.Verdict == housing.Accepted:
			*at = stream.Accept()
		case at.Outcome != stream.Accepted:
			*at = stream.Same()
		}
	}
	for i := range verdicts {
		if verdicts[i].Outcome == 0 { // a message without a reading tells nothing new
			verdicts[i] = stream.Same()
		}
	}
}

func (p *Pipeline) keepDeadLetters(ctx context.Context, tx *store.Tx, batch []stream.Message, verdicts []stream.Verdict) error {
	for i, verdict := range verdicts {
		if verdict.Outcome != stream.Dead {
			continue
		}
		err := tx.AddDeadLetter(ctx, store.DeadLetter{
			Topic: batch[i].Topic, Partition: batch[i].Partition, Position: batch[i].Offset,
			Code: verdict.Code, Reason: verdict.Reason,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// decodeMessage turns a message into readings: the day of an instant is that of the organisation's zone.
func (p *Pipeline) decodeMessage(m stream.Message) ([]housing.MeterReading, error) {
	message, err := stream.DecodeReadings(m.Value)
	if err != nil {
		return nil, err
	}
	readings := make([]housing.MeterReading, 0, len(message.Readings))
	for _, r := range message.Readings {
		reading := housing.MeterReading{Serial: message.Serial, Service: serviceOf(message.Resource)}
		reading.On = housing.DateOf(r.At.In(p.Limits.Zone))
		reading.Value = r.Value
		reading.Zone = zoneOf(r.Channel)
		reading.Source.Position = m.Offset
		readings = append(readings, reading)
	}
	return readings, nil
}

// zoneOf reads the channel of a telemetry message: T1 is the day register, T2 the night one of a
// two-tariff meter; a number is an input of the device and says nothing of a zone.
func zoneOf(channel string) housing.Zone {
	switch channel {
	case "T1":
		return housing.ZoneDay
	case "T2":
		return housing.ZoneNight
	}
	return housing.ZoneSingle
}

// serviceOf reads the resource of a telemetry message: senders say "heat" for what we call heating.
func serviceOf(resource string) housing.Service {
	if resource == "heat" {
		return housing.Heating
	}
	return housing.Service(resource)
}
