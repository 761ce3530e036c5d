package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// Settings are what a Place needs.
type Settings struct {
	Name    string  // for logs and errors: the partner and the direction
	Driver  Driver  // a directory: an inbox, an outbox or both
	Source  Source  // or a place that is only an inbox
	Sender  Sender  // or one that is only an outbox; whichever is given is the Place's from New on, closed by its Close
	Arrival Arrival // which files of an inbox are taken, and when
	Backoff Backoff // zero: the defaults
	// ReadBack has every byte of an upload read back and compared before the partner sees it under its name. Without it the size counts.
	ReadBack bool
	Quiet    time.Duration // the two polls which must agree are at least this far apart; zero: any two polls
	Now      func() time.Time
	Log      *slog.Logger
}

// Validate reports every setting that is missing or makes no sense.
func (s Settings) Validate() error {
	var errs []error
	if s.Name == "" {
		errs = append(errs, errors.New("name is empty"))
	}
	given := 0
	for _, one := range []bool{s.Driver != nil, s.Source != nil, s.Sender != nil} {
		if one {
			given++
		}
	}
	if given != 1 {
		errs = append(errs, errors.New("exactly one of driver, source and sender must be given"))
	}
	if err := s.Arrival.Validate(); err != nil {
		errs = append(errs, err)
	}
	if s.ReadBack && s.Driver == nil {
		errs = append(errs, errors.New("only a place of files can be read back"))
	}
	if s.Quiet < 0 {
		errs = append(errs, fmt.Errorf("quiet: %v is negative", s.Quiet))
	}
	if s.Now == nil {
		errs = append(errs, errors.New("clock is missing"))
	}
	if s.Log == nil {
		errs = append(errs, errors.New("logger is missing"))
	}
	if err := s.Backoff.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("back-off: %w", err))
	}
	return errors.Join(errs...)
}

// Place is a partner's directory made safe to use: an inbox (Ready, Fetch, Done), an outbox (Deliver), or
// both. Its methods may be called from many goroutines; they take turns, because a driver has one connection.
// Every method retries temporary failures as its Backoff says and then returns the last one, still
// wrapping ErrTemporary, so that the caller may come back at the next tick.
type Place struct {
	name    string
	source  Source // nil: no inbox
	driver  Driver // nil: nothing can be written
	sender  Sender // nil: no mail
	arrival Arrival
	backoff Backoff
	quiet   time.Duration
	read    bool // uploads are read back
	now     func() time.Time
	log     *slog.Logger
	turn    chan struct{} // holds one token; a channel and not a mutex, so that waiting ends with ctx
}

// New makes a Place. It touches nothing: see Check.
func New(s Settings) (*Place, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("set up place %q: %w", s.Name, err)
	}
	source := s.Source
	if s.Driver != nil {
		source = s.Driver
	}
	return &Place{
		name: s.Name, source: source, driver: s.Driver, sender: s.Sender, arrival: s.Arrival, backoff: s.Backoff.withDefaults(), quiet: s.Quiet, read: s.ReadBack,
		now: s.Now, log: s.Log.With(slog.String("place", s.Name)), turn: make(chan struct{}, 1),
	}, nil
}

// Name returns the name the place was given.
func (p *Place) Name() string { return p.name }

// Check connects and lists once, without retries: for the command that checks a configuration.
func (p *Place) Check(ctx context.Context) error {
	release, err := p.enter(ctx)
	if err != nil {
		return err
	}
	defer release()
	if p.source == nil {
		err = p.sender.Check(ctx)
	} else {
		_, err = p.source.List(ctx)
	}
	if further, can := p.source.(Checker); can && err == nil {
		err = further.Check(ctx)
	}
	if err != nil {
		return fmt.Errorf("check place %s: %w", p.name, err)
	}
	return nil
}

// probeName is what CheckOutbox writes; every reader takes it for an unfinished upload.
const probeName = ".kvitok-check" + partSuffix

// CheckOutbox is Check, and the proof that files can be written, renamed and removed: one small file comes and goes.
func (p *Place) CheckOutbox(ctx context.Context) error {
	if err := p.Check(ctx); err != nil || p.driver == nil {
		return err
	}
	release, err := p.enter(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := p.driver.Put(ctx, probeName, strings.NewReader("kvitok check\n")); err != nil {
		return fmt.Errorf("check place %s: no file can be written: %w", p.name, err)
	}
	renamed := strings.TrimSuffix(probeName, partSuffix)
	if err := p.driver.Rename(ctx, probeName, renamed); err != nil {
		return fmt.Errorf("check place %s: no file can be renamed: %w", p.name, errors.Join(err, p.driver.Remove(ctx, probeName)))
	}
	if err := p.driver.Remove(ctx, renamed); err != nil {
		return fmt.Errorf("check place %s: no file can be removed: %w", p.name, err)
	}
	return nil
}

// Close releases the connection. No other call may be under way.
func (p *Place) Close() error {
	var closer io.Closer = p.sender
	if p.source != nil {
		closer = p.source
	}
	if err := closer.Close(); err != nil {
		return fmt.Errorf("close place %s: %w", p.name, err)
	}
	return nil
}

func (p *Place) enter(ctx context.Context) (func(), error) {
	select {
	case p.turn <- struct{}{}:
		return func() { <-p.turn }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for place %s: %w", p.name, context.Cause(ctx))
	}
}

// attempts runs try until it succeeds, fails for good, or the back-off is used up. The error that counts
// is the last one; an error of an unknown kind is never retried and never swallowed.
func (p *Place) attempts(ctx context.Context, what string, try func() error) error {
	release, err := p.enter(ctx)
	if err != nil {
		return err
	}
	defer release()
	for attempt := 1; ; attempt++ {
		err := try()
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, ErrTemporary), ctx.Err() != nil, attempt >= p.backoff.Attempts:
			return fmt.Errorf("%s at %s, attempt %d: %w", what, p.name, attempt, err)
		}
		p.log.WarnContext(ctx, "will try again", slog.String("action", what),
			slog.Int("attempt", attempt), slog.Any("error", err))
		if waitErr := p.backoff.wait(ctx, attempt); waitErr != nil {
			return fmt.Errorf("%s at %s: %w", what, p.name, errors.Join(waitErr, err))
		}
	}
}

// stat asks for one file the best way the driver has.
func (p *Place) stat(ctx context.Context, name string) (Entry, error) {
	if s, ok := p.source.(Stater); ok {
		return s.Stat(ctx, name)
	}
	entries, err := p.source.List(ctx)
	if err != nil {
		return Entry{}, err
	}
	for _, e := range entries {
		if e.Name == name {
			return e, nil
		}
	}
	return Entry{}, ErrNotFound
}
