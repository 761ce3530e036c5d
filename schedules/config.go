package schedules

import (
	"errors"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Config says when things happen. The zero value of each section means "never", of the polls "every minute".
type Config struct {
	Poll    PollConfig  `yaml:"poll"`
	Run     RunConfig   `yaml:"run"`
	Reports DailyConfig `yaml:"reports"`
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

// Validate reports everything that makes no sense.
func (c Config) Validate() error {
	var errs []error
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
