package charging

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Limits of a snapshot file: a house of ten thousand accounts takes about 30 MB.
const (
	maxSnapshotBytes = 256 << 20
	maxSnapshotItems = 20_000 // of one list
)

// ReadSnapshot reads the JSON form of a snapshot (docs/calc.md) strictly: an unknown, doubled or
// missing field, a wrong type or an impossible value is an error that names its path.
func ReadSnapshot(r io.Reader) (*housing.Snapshot, error) {
	limited := &io.LimitedReader{R: r, N: maxSnapshotBytes + 1}
	d := &decoder{Decoder: json.NewDecoder(limited), maxItems: maxSnapshotItems}
	d.UseNumber()
	s := &housing.Snapshot{}
	err := d.value("", reflect.ValueOf(s).Elem())
	if err == nil {
		if _, end := d.Token(); !errors.Is(end, io.EOF) {
			err = d.wrong("", "something follows after its end")
		}
	}
	if limited.N <= 0 {
		err = d.wrong("", "larger than %d bytes", maxSnapshotBytes)
	}
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	if err := SpreadServices(s); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	if err := Validate(s); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	return s, nil
}

// WriteSnapshot writes the canonical JSON form: lists in the order of their keys, one line, so that
// equal facts give equal bytes.
func WriteSnapshot(w io.Writer, s *housing.Snapshot) error {
	body, err := NewSnapshotEncoder().Append(nil, s)
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return nil
}

// canonical is a copy with every list sorted but most of those of accounts, which are sorted as they are written
// (accountEncoder). Readings keep their order: an order that is wrong is a fact that the calculation reports.
func canonical(s *housing.Snapshot) *housing.Snapshot {
	c := *s
	c.Parameters = inKeys(s.Parameters, func(a, b housing.Parameter) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmpInterval(a.Valid, b.Valid), cmp.Compare(a.Value, b.Value))
	})
	c.Tariffs = inKeys(s.Tariffs, func(a, b housing.Tariff) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Zone, b.Zone),
			cmp.Compare(a.House, b.House), cmp.Compare(a.Range, b.Range), cmpInterval(a.Valid, b.Valid), a.Price.Cmp(b.Price))
	})
	c.Norms = inKeys(s.Norms, func(a, b housing.Norm) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.House, b.House),
			cmp.Compare(a.Base, b.Base), cmp.Compare(a.Part, b.Part), cmpInterval(a.Valid, b.Valid), a.Value.Cmp(b.Value))
	})
	if len(s.HouseFacts) > 0 {
		c.HouseFacts = canonicalFacts(s.HouseFacts)
	}
	c.HouseMeters = inKeys(s.HouseMeters, func(a, b housing.CollectiveMeter) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Serial, b.Serial), a.Volume.Cmp(b.Volume))
	})
	sortFacts(&c)
	c.Accounts = inKeys(s.Accounts, func(a, b housing.AccountFacts) int { return cmp.Compare(a.Number, b.Number) })
	leaveToHouse(&c)
	return &c
}

// sorted is a sorted copy, an empty list rather than none.
func sorted[T any](list []T, by func(a, b T) int) []T {
	list = append(make([]T, 0, len(list)), list...)
	slices.SortStableFunc(list, by)
	return list
}

// inKeys is sorted without a copy where the list is in order already, as loaded ones are. It is for
// lists whose items nobody writes into afterwards.
func inKeys[T any](list []T, by func(a, b T) int) []T {
	if list != nil && slices.IsSortedFunc(list, by) {
		return list
	}
	return sorted(list, by)
}

func cmpInterval(a, b housing.Interval) int { return cmp.Or(a.From.Cmp(b.From), a.To.Cmp(b.To)) }
