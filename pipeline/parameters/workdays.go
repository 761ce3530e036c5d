package parameters

import (
	"bytes"
	_ "embed" // for workdays.yaml
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/kvitok-gkh/kvitok/housing"
)

//go:embed workdays.yaml
var builtinWorkdays []byte

type workYear struct {
	Year      int      `yaml:"year"`
	Confirmed bool     `yaml:"confirmed"`
	Basis     string   `yaml:"basis"`
	Off       []string `yaml:"off"`
	Working   []string `yaml:"working"`
}

// BuiltinWorkdays returns the calendar of working days built into the program.
func BuiltinWorkdays() (housing.Workdays, error) {
	return LoadWorkdays(bytes.NewReader(builtinWorkdays))
}

// LoadWorkdays reads a YAML list of {year, confirmed, basis, off, working} with days as MM-DD. A day
// off that is a weekend anyway, a working day that is none, a year twice: all are errors, every one
// of them is reported.
func LoadWorkdays(r io.Reader) (housing.Workdays, error) {
	d := yaml.NewDecoder(r)
	d.KnownFields(true)
	var rows []workYear
	if err := d.Decode(&rows); err != nil && !errors.Is(err, io.EOF) {
		return housing.Workdays{}, fmt.Errorf("read the calendar of working days: %w", err)
	}
	var all housing.Workdays
	var errs []error
	seen := map[int]bool{}
	for _, row := range rows {
		if seen[row.Year] {
			errs = append(errs, fmt.Errorf("year %d stands twice: %w", row.Year, ErrParameter))
		}
		seen[row.Year] = true
		year := housing.WorkYear{Year: row.Year, Confirmed: row.Confirmed, Basis: row.Basis}
		var err1, err2 error
		year.Off, err1 = row.days(row.Off, false)
		year.Working, err2 = row.days(row.Working, true)
		errs = append(errs, err1, err2)
		all.Years = append(all.Years, year)
	}
	if err := errors.Join(errs...); err != nil {
		return housing.Workdays{}, fmt.Errorf("read the calendar of working days: %w", err)
	}
	return all, nil
}

// OverrideWorkdays puts the years of a configuration over the base.
func OverrideWorkdays(base, extra housing.Workdays) housing.Workdays {
	result := housing.Workdays{Years: slices.Clone(extra.Years)}
	for _, year := range base.Years {
		if !slices.ContainsFunc(extra.Years, func(e housing.WorkYear) bool { return e.Year == year.Year }) {
			result.Years = append(result.Years, year)
		}
	}
	return result
}

func (y workYear) days(list []string, weekend bool) ([]housing.Date, error) {
	days := make([]housing.Date, 0, len(list))
	var errs []error
	for _, text := range list {
		day, err := housing.ParseDate(fmt.Sprintf("%04d-%s", y.Year, text))
		if err != nil {
			errs = append(errs, fmt.Errorf("year %d: %w", y.Year, err))
			continue
		}
		if weekday := day.Time().Weekday(); (weekday == 0 || weekday == 6) != weekend {
			errs = append(errs, fmt.Errorf("year %d: %s is a %s: %w", y.Year, text, weekday, ErrParameter))
		}
		days = append(days, day)
	}
	return days, errors.Join(errs...)
}
