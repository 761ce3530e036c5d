package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/tariffs"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// Rates are tariffs and norms to try. House is the key of an address (matching.HouseKey), or empty
// for the whole organisation.
type Rates struct {
	Tariffs []housing.Tariff
	Norms   []housing.Norm

	addresses map[string]string // by key, as the file has them
}

// RatesError says which rows of a file of rates cannot be used. Part of a file is never tried: the
// answer would be one to another question.
type RatesError struct {
	File     string
	Problems []housing.Problem
}

// Error names the file and counts the rows.
func (e *RatesError) Error() string {
	return fmt.Sprintf("%s: %d rows cannot be used", e.File, len(e.Problems))
}

// ReadRates reads a workbook of the layout kvitok-tariffs-xlsx. A RatesError or an
// importers.FileError says in Russian what is wrong with it.
func ReadRates(ctx context.Context, path, temp string) (r Rates, err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return r, fmt.Errorf("read the rates: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return r, fmt.Errorf("read the rates: %w", err)
	}
	input := importers.Input{Name: filepath.Base(path), Size: info.Size(), Content: file, Temp: temp}
	format := tariffs.NewWorkbook()
	sample, err := importers.NewSample(input)
	if err == nil && !format.Recognise(sample) {
		err = importers.Refuse("not_rates", "в файле нет ни листа тарифов, ни листа нормативов (формат %s)", format.Name())
	}
	if err != nil {
		return r, fmt.Errorf("read the rates of %s: %w", input.Name, err)
	}
	var wrong []housing.Problem
	_, err = format.Decode(ctx, input, func(rec importers.Record) error {
		if rec.Rejected() {
			wrong = append(wrong, rec.Problems...)
		}
		if _, ok := rec.Fact.(housing.ConsumptionRange); ok {
			wrong = append(wrong, housing.Problem{
				Row: rec.Row, Sheet: rec.Sheet, Code: "ranges_not_tried", Severity: housing.SeverityError,
				Text: "границы диапазонов в этом расчёте не меняются: уберите лист диапазонов",
			})
		}
		r.add(rec.Fact)
		return nil
	})
	if err != nil {
		return r, fmt.Errorf("read the rates of %s: %w", input.Name, err)
	}
	if wrong = slices.Concat(wrong, r.clashes()); len(wrong) > 0 {
		return r, &RatesError{File: input.Name, Problems: wrong}
	}
	return r, nil
}

func (r *Rates) add(fact importers.Fact) {
	switch rate := fact.(type) {
	case housing.Tariff:
		rate.House = r.keyOf(rate.House)
		r.Tariffs = append(r.Tariffs, rate)
	case housing.Norm:
		rate.House = r.keyOf(rate.House)
		r.Norms = append(r.Norms, rate)
	}
}

func (r *Rates) keyOf(address string) string {
	key := matching.HouseKey(address)
	if r.addresses == nil {
		r.addresses = map[string]string{}
	}
	r.addresses[key] = address
	return key
}

// address is how the file calls a house.
func (r Rates) address(key string) string {
	if address := r.addresses[key]; address != "" {
		return address
	}
	return key
}

// tariffKind is all of a tariff but its price and its days: tariffs of one kind replace each other.
func tariffKind(t housing.Tariff) housing.Tariff {
	t.Price, t.Valid, t.Document, t.Source = housing.Decimal{}, housing.Interval{}, "", housing.Source{}
	return t
}

// normKind is all of a norm but its value and its days. A norm by area takes the place of one by
// person.
func normKind(n housing.Norm) housing.Norm {
	n.Value, n.Valid, n.Document, n.Source = housing.Decimal{}, housing.Interval{}, "", housing.Source{}
	if n.Base == housing.PerPerson || n.Base == housing.PerArea {
		n.Base = ""
	}
	return n
}

// displacesTariff reports whether a tariff takes the place of another one on its days. One without
// ranges of consumption is the price of them all.
func displacesTariff(next, old housing.Tariff) bool {
	if next.Range == 0 {
		old.Range = 0
	}
	return tariffKind(next) == tariffKind(old)
}

func displacesNorm(next, old housing.Norm) bool { return normKind(next) == normKind(old) }

func tariffDays(t *housing.Tariff) *housing.Interval { return &t.Valid }
func normDays(n *housing.Norm) *housing.Interval     { return &n.Valid }

// clashes finds rates of one kind that hold on the same days.
func (r Rates) clashes() []housing.Problem {
	return append(
		clash(r.Tariffs, tariffKind, tariffDays, func(t *housing.Tariff) housing.Source { return t.Source }),
		clash(r.Norms, normKind, normDays, func(n *housing.Norm) housing.Source { return n.Source })...,
	)
}

func clash[T comparable](list []T, kind func(T) T, days func(*T) *housing.Interval, source func(*T) housing.Source) []housing.Problem {
	var problems []housing.Problem
	known := map[T][]*T{}
	for i := range list {
		rate := &list[i]
		of := kind(*rate)
		for _, other := range known[of] {
			if days(other).Overlaps(*days(rate)) {
				problems = append(problems, housing.Problem{
					Row: int(source(rate).Position), Code: "rates_overlap", Severity: housing.SeverityError,
					Text: fmt.Sprintf("на одни и те же дни уже есть такая ставка в строке %d", source(other).Position),
				})
				break
			}
		}
		known[of] = append(known[of], rate)
	}
	return problems
}

// On returns the rates that hold on a day, made to hold for the whole month: what a decree of next
// year would do to this month.
func (r Rates) On(day housing.Date, period housing.Period) Rates {
	return Rates{
		Tariffs: onDay(r.Tariffs, day, period, tariffDays), Norms: onDay(r.Norms, day, period, normDays),
		addresses: r.addresses,
	}
}

func onDay[T any](list []T, day housing.Date, period housing.Period, days func(*T) *housing.Interval) []T {
	var some []T
	for _, rate := range list {
		if days(&rate).Contains(day) {
			*days(&rate) = period.Interval()
			some = append(some, rate)
		}
	}
	return some
}

// In returns the rates that hold on any day of the month.
func (r Rates) In(period housing.Period) Rates {
	return Rates{
		Tariffs: inMonth(r.Tariffs, period, tariffDays), Norms: inMonth(r.Norms, period, normDays),
		addresses: r.addresses,
	}
}

func inMonth[T any](list []T, period housing.Period, days func(*T) *housing.Interval) []T {
	var some []T
	for i := range list {
		if days(&list[i]).Overlaps(period.Interval()) {
			some = append(some, list[i])
		}
	}
	return some
}

// Of returns the rates of one house, by the key of its address: those of the organisation and its own.
func (r Rates) Of(key string) Rates {
	var some Rates
	for _, t := range r.Tariffs {
		if t.House == "" || t.House == key {
			some.Tariffs = append(some.Tariffs, t)
		}
	}
	for _, n := range r.Norms {
		if n.House == "" || n.House == key {
			some.Norms = append(some.Norms, n)
		}
	}
	return some
}

// Replace returns a copy of the snapshot in which the rates stand on their days and those of the same
// kind give way, before and after them they stay. A rate of the organisation never displaces one of
// the house itself, which goes on winning over it. The snapshot is not changed.
func (r Rates) Replace(s *housing.Snapshot) *housing.Snapshot {
	changed := *s
	own := r.Of(matching.HouseKey(s.House.Address))
	for i := range own.Tariffs {
		own.Tariffs[i].House = addressOf(s, own.Tariffs[i].House)
	}
	for i := range own.Norms {
		own.Norms[i].House = addressOf(s, own.Norms[i].House)
	}
	changed.Tariffs = overlay(s.Tariffs, own.Tariffs, displacesTariff, tariffDays)
	changed.Norms = overlay(s.Norms, own.Norms, displacesNorm, normDays)
	return &changed
}

// addressOf writes the house of a rate as the snapshots have it.
func addressOf(s *housing.Snapshot, key string) string {
	if strings.TrimSpace(key) == "" {
		return ""
	}
	for i := range s.Tariffs { // whatever the snapshot calls its house, a rate of it must be of one kind
		if s.Tariffs[i].House != "" {
			return s.Tariffs[i].House
		}
	}
	for i := range s.Norms {
		if s.Norms[i].House != "" {
			return s.Norms[i].House
		}
	}
	return s.House.Address
}

// overlay puts the extra facts over the base: on their days those that they displace give way.
func overlay[T any](base, extra []T, displaces func(next, old T) bool, days func(*T) *housing.Interval) []T {
	result := append(make([]T, 0, len(base)+len(extra)), base...)
	for _, e := range extra {
		on := *days(&e)
		var kept []T
		for _, b := range result {
			valid := *days(&b)
			if !displaces(e, b) || !valid.Overlaps(on) {
				kept = append(kept, b)
				continue
			}
			if valid.From.Before(on.From) {
				head := b
				days(&head).To = on.From
				kept = append(kept, head)
			}
			if !on.To.IsZero() && (valid.To.IsZero() || on.To.Before(valid.To)) {
				tail := b
				days(&tail).From = on.To
				kept = append(kept, tail)
			}
		}
		kept = append(kept, e)
		result = kept
	}
	return result
}
