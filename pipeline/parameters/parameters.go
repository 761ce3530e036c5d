// Package parameters keeps the dated parameters of the charging rules as data: one YAML file built
// into the program, and the way a configuration overrides it.
//
// It owns the file, its form and the override. It does not own what a parameter means: the rule
// that reads it does (package charging and the later steps of a month).
package parameters

import (
	"bytes"
	_ "embed" // for parameters.yaml
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kvitok-gkh/kvitok/housing"
)

//go:embed parameters.yaml
var builtin []byte

// ErrParameter says that a row of parameters is not usable.
var ErrParameter = errors.New("bad parameter")

// row is a parameter as the file has it.
type row struct {
	Name   string `yaml:"name"`
	Value  string `yaml:"value"`
	From   string `yaml:"from"`
	To     string `yaml:"to"`
	Basis  string `yaml:"basis"`
	Status string `yaml:"status"`
}

// Builtin returns the parameters built into the program.
func Builtin() ([]housing.Parameter, error) { return Load(bytes.NewReader(builtin)) }

// Load reads a YAML list of {name, value, from, to, basis, status}. Unknown fields, dates that are
// none and two values of one name on one day are errors; every one of them is reported.
func Load(r io.Reader) ([]housing.Parameter, error) {
	d := yaml.NewDecoder(r)
	d.KnownFields(true)
	var rows []row
	if err := d.Decode(&rows); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	all := make([]housing.Parameter, 0, len(rows))
	var errs []error
	for i, r := range rows {
		p, err := r.parameter()
		if err != nil {
			errs = append(errs, fmt.Errorf("row %d: %w", i+1, err))
			continue
		}
		for _, other := range all {
			if other.Name == p.Name && other.Valid.Overlaps(p.Valid) {
				errs = append(errs, fmt.Errorf("row %d: %s has a second value on the same days: %w", i+1, p.Name, ErrParameter))
				break
			}
		}
		all = append(all, p)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	return all, nil
}

func (r row) parameter() (housing.Parameter, error) {
	p := housing.Parameter{Name: r.Name, Value: r.Value, Basis: r.Basis}
	if err := p.Valid.From.UnmarshalText([]byte(r.From)); err != nil {
		return p, fmt.Errorf("%s, from: %w", r.Name, err)
	}
	if err := p.Valid.To.UnmarshalText([]byte(r.To)); err != nil {
		return p, fmt.Errorf("%s, to: %w", r.Name, err)
	}
	switch {
	case r.Name == "" || r.Value == "":
		return p, fmt.Errorf("%q = %q: name and value are needed: %w", r.Name, r.Value, ErrParameter)
	case !p.Valid.To.IsZero() && !p.Valid.From.Before(p.Valid.To):
		return p, fmt.Errorf("%s ends on %s, before it starts on %s: %w", r.Name, r.To, r.From, ErrParameter)
	case r.Status != "" && !slices.Contains([]string{"published", "secondary", "unconfirmed", "product"}, r.Status):
		return p, fmt.Errorf("%s: unknown status %q: %w", r.Name, r.Status, ErrParameter)
	}
	return p, nil
}

// ForMonth returns the parameters that hold on any day of the month, sorted by name and day.
func ForMonth(all []housing.Parameter, period housing.Period) []housing.Parameter {
	month := period.Interval()
	var some []housing.Parameter
	for _, p := range all {
		if p.Valid.Overlaps(month) {
			some = append(some, p)
		}
	}
	slices.SortStableFunc(some, compare)
	return some
}

// ForCharging is ForMonth without what only later steps of a month read, so that a bound of the gate
// or a due day that changes does not make charges look changed.
func ForCharging(all []housing.Parameter, period housing.Period) []housing.Parameter {
	return slices.DeleteFunc(ForMonth(all, period), func(p housing.Parameter) bool {
		group, _, _ := strings.Cut(p.Name, ".")
		switch group {
		case "due", "gate", "payment", "penalty", "qr", "readings", "receipt", "whatif":
			return true
		}
		return slices.Contains([]string{"correction.look_back_months", "correction.scope", "correction.estimated"}, p.Name)
	})
}

// Override puts rows of a configuration over the base: on the days of an extra row the base row of
// the same name gives way, before and after them it stays.
func Override(base, extra []housing.Parameter) []housing.Parameter {
	result := slices.Clone(base)
	for _, e := range extra {
		var kept []housing.Parameter
		for _, p := range result {
			if p.Name != e.Name || !p.Valid.Overlaps(e.Valid) {
				kept = append(kept, p)
				continue
			}
			if p.Valid.From.Before(e.Valid.From) {
				head := p
				head.Valid.To = e.Valid.From
				kept = append(kept, head)
			}
			if to := e.Valid.To; !to.IsZero() && (p.Valid.To.IsZero() || to.Before(p.Valid.To)) {
				tail := p
				tail.Valid.From = to
				kept = append(kept, tail)
			}
		}
		kept = append(kept, e)
		result = kept
	}
	slices.SortStableFunc(result, compare)
	return result
}

func compare(a, b housing.Parameter) int {
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return a.Valid.From.Cmp(b.Valid.From)
}
