package schedules

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// Config says when things happen. The zero value of each section means "never", of the polls "every minute".
type Config struct {
	Poll    PollConfig  `yaml:"poll"`
	Run     RunConfig   `yaml:"run"`
	Reports DailyConfig `yaml:"reports"`
	// Deliveries bring reports to partners: a folder, FTP, SFTP or mail.
	Deliveries []DeliveryConfig `yaml:"deliveries"`
}

// PollConfig says how often inboxes are looked into and deliveries tried.
type PollConfig struct {
	Every time.Duration `yaml:"every"`
}

// The months that a run may work on.
const (
	MonthPrevious = "previous" // on 1 November: October
	MonthCurrent  = "current"  // on 25 October: October
)

// RunConfig says on which day of the month the month is run.
type RunConfig struct {
	Day   int    `yaml:"day"` // 0: never; past the end of a short month: its last day
	Time  Clock  `yaml:"time"`
	Month string `yaml:"month"` // MonthPrevious (also where empty) or MonthCurrent
}

// DailyConfig says when the reports of the open month are written into a folder.
type DailyConfig struct {
	Time Clock  `yaml:"time"`
	Dir  string `yaml:"dir"` // empty: never
}

// DeliveryConfig says which reports go to whom, and when.
type DeliveryConfig struct {
	Name          string   `yaml:"name"`
	To            string   `yaml:"to"`            // partner with an outbox
	Reports       []string `yaml:"reports"`       // keys that kvitok report list prints; none: all
	Organisations []string `yaml:"organisations"` // INN; none: the issuer
	Month         string   `yaml:"month"`         // MonthPrevious (also where empty) or MonthCurrent
	Day           int      `yaml:"day"`           // of the month; 0: every day
	Time          Clock    `yaml:"time"`
	File          string   `yaml:"file"` // template of names, pipeline.UsualReportName where empty
}

// Due returns the windows after last and up to now: each month's, or of the days only the newest.
func (d DeliveryConfig) Due(last, now time.Time, zone *time.Location) []Window {
	if d.Day > 0 {
		return RunConfig{d.Day, d.Time, d.Month}.Due(last, now, zone)
	}
	due := DailyConfig{Time: d.Time}.Due(last, now, zone)
	for i := range due {
		due[i].Period = d.period(due[i].At, zone)
	}
	return due
}

// period is the month whose reports go out at a moment.
func (d DeliveryConfig) period(at time.Time, zone *time.Location) housing.Period {
	month := housing.DateOf(at.In(zone)).Period()
	if d.Month == MonthCurrent {
		return month
	}
	return month.Prev()
}

// Of is what the pipeline is asked for: the delivery of a month, by the schedule or by whose hand.
func (d DeliveryConfig) Of(period housing.Period, by string) pipeline.ReportDelivery {
	return pipeline.ReportDelivery{
		Name: d.Name, To: d.To, Reports: d.Reports, Organisations: d.Organisations, File: d.File, Period: period, By: by,
	}
}

func (d DeliveryConfig) faults(doubled bool) (errs []error) {
	if d.Name == "" || d.Name != filepath.Base(d.Name) || strings.HasPrefix(d.Name, ".") {
		errs = append(errs, errors.New("name must be a plain word: it names a folder"))
	}
	if doubled {
		errs = append(errs, fmt.Errorf("there is another delivery %q", d.Name))
	}
	if d.Day < 0 || d.Day > 31 {
		errs = append(errs, errors.New("day must be from 0 (every day) to 31"))
	}
	if d.Month != "" && d.Month != MonthPrevious && d.Month != MonthCurrent {
		errs = append(errs, errors.New("month must be previous or current"))
	}
	known := pipeline.MonthReports()
	for _, key := range d.Reports {
		if !slices.ContainsFunc(known, func(r pipeline.MonthReport) bool { return r.Key == key }) {
			errs = append(errs, fmt.Errorf("there is no report %q; kvitok report list names them", key))
		}
	}
	reports := len(d.Reports)
	if reports == 0 {
		reports = len(known)
	}
	if err := pipeline.CheckFileName(d.File, reports, len(d.Organisations)); err != nil {
		errs = append(errs, fmt.Errorf("file: %w", err))
	}
	return errs
}

// Validate reports everything that makes no sense.
func (c Config) Validate() error {
	var errs []error
	names := map[string]bool{}
	for i, d := range c.Deliveries {
		for _, err := range d.faults(names[d.Name]) {
			errs = append(errs, fmt.Errorf("deliveries[%d]: %w", i, err))
		}
		names[d.Name] = true
	}
	if c.Poll.Every < 0 || (c.Poll.Every > 0 && c.Poll.Every < time.Second) {
		errs = append(errs, errors.New("poll.every must be at least 1s"))
	}
	if c.Run.Day < 0 || c.Run.Day > 31 {
		errs = append(errs, errors.New("run.day must be from 1 to 31"))
	}
	if c.Run.Month != "" && c.Run.Month != MonthPrevious && c.Run.Month != MonthCurrent {
		errs = append(errs, errors.New("run.month must be previous or current"))
	}
	return errors.Join(errs...)
}

// OpenPeriod is the month that the next run works on: what arrives now belongs to it. Without a day of
// the run it is the calendar month.
func (c Config) OpenPeriod(now time.Time, zone *time.Location) housing.Period {
	if c.Run.Day == 0 {
		return housing.DateOf(now.In(zone)).Period()
	}
	return c.Run.Next(now, zone).Period
}

func (c Config) every() time.Duration {
	if c.Poll.Every == 0 {
		return time.Minute
	}
	return c.Poll.Every
}
