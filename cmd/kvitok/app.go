package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/receipts"
	"github.com/kvitok-gkh/kvitok/remote/pgp"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/privatepg"
)

// app is the program assembled: commands and serve work with the same one.
type app struct {
	config   *config
	dir      string // absolute
	store    *store.Store
	pipeline *pipeline.Pipeline
	log      *slog.Logger
	closers  []func(context.Context) error // in order of opening
}

// work opens everything, does the work and closes everything, whatever happened in between.
func (e *environment) work(ctx context.Context, do func(ctx context.Context, a *app) error) error {
	c, err := e.loadConfig()
	if err != nil {
		return err
	}
	return e.workWith(ctx, c, e.logger(), do)
}

func (e *environment) workWith(ctx context.Context, c *config, log *slog.Logger, do func(ctx context.Context, a *app) error) (err error) {
	a := &app{config: c, log: log}
	defer func() { err = errors.Join(err, a.close(ctx)) }()
	if c.Organisation.INN == "" {
		return fmt.Errorf("the configuration %s names no organisation: who issues the receipts?", e.configPath())
	}
	if err := e.openStore(ctx, a, false); err != nil {
		return err
	}
	if err := e.openPipeline(ctx, a); err != nil {
		return err
	}
	return do(ctx, a)
}

// closeLimit bounds how long closing may take, most of it PostgreSQL's shutdown.
const closeLimit = time.Minute

func (a *app) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	var errs []error
	for _, closer := range slices.Backward(a.closers) {
		errs = append(errs, closer(ctx))
	}
	a.closers = nil
	return errors.Join(errs...)
}

// openStore opens the configured database, or the private one of the data folder. The schema of the
// private one is always brought up to date; another one is left to kvitok migrate, unless the
// configuration says otherwise.
func (e *environment) openStore(ctx context.Context, a *app, anyVersion bool) error {
	dir, err := filepath.Abs(e.dir)
	if err != nil {
		return fmt.Errorf("find the data folder: %w", err)
	}
	// PostgreSQL runs as another user when root starts it, who must get through.
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // see above
		return fmt.Errorf("make the data folder: %w", err)
	}
	a.dir = dir
	url, private := a.config.Database.URL, false
	if url == "" {
		server, err := privatepg.Start(ctx, privatepg.Config{Dir: dir, Log: a.log})
		if err != nil {
			return fmt.Errorf("start the private database: %w", err)
		}
		a.closers = append(a.closers, server.Stop)
		url, private = server.URL(), true
	}
	a.store, err = store.Open(ctx, store.Config{URL: url, MaxConns: int32(min(a.config.Workers, 60)) + 6, Log: a.log}) //nolint:gosec // bounded
	if err != nil {
		return err
	}
	a.closers = append(a.closers, func(context.Context) error { a.store.Close(); return nil })
	switch {
	case anyVersion:
		return nil
	case private || a.config.Database.Migrate:
		return a.store.Migrate(ctx)
	}
	return a.store.CheckVersion(ctx)
}

func (e *environment) openPipeline(ctx context.Context, a *app) error {
	c := a.config
	organisation := c.Organisation.housing()
	var err error
	if organisation.ID, err = a.store.PutOrganisation(ctx, organisation); err != nil {
		return err
	}
	for _, payee := range c.Organisations {
		if _, err := a.store.PutOrganisation(ctx, payee.housing()); err != nil {
			return err
		}
	}
	settings, err := c.printer()
	if err != nil {
		return err
	}
	settings.OnMissingGlyph = logMissingGlyphs(a.log)
	printer, err := receipts.New(settings)
	if err != nil {
		return err
	}
	partners, err := e.openPartners(a)
	if err != nil {
		return err
	}
	formats, err := loadFormats(ctx, c, a.log)
	if err != nil {
		return err
	}
	debts, err := debtProfile(formats, c.Debts.Profile)
	if err != nil {
		return err
	}
	post, err := a.openLetters()
	if err != nil {
		return err
	}
	limits := pipeline.DefaultReadingLimits()
	limits.Zone = c.zone
	a.pipeline, err = pipeline.New(pipeline.Config{
		Store: a.store, Organisation: organisation, Parameters: c.parameters, Orders: c.orders, Workdays: c.workdays, Formats: formats.Catalogue, Printer: printer,
		Partners: partners, Dir: a.dir, Engine: version, Workers: c.Workers, SingleFiles: c.Receipts.SingleFiles, Print: c.Receipts.Print.pack(),
		DebtPartner: c.Debts.Partner, DebtProfile: debts, DebtNumber: c.Debts.Number, DebtValues: c.Debts.Values,
		Limits: limits, Letters: post, Now: e.now, Log: a.log, Progress: e.progress(a.log),
	})
	if err != nil {
		return err
	}
	now := c.overrides
	for _, p := range formats.Profiles {
		if p.Source != "" {
			now.Profiles = append(now.Profiles, pipeline.OwnProfile{Name: p.Name, Version: p.Version, Digest: p.Digest(), Text: string(p.Text)})
		}
	}
	return a.pipeline.NoteOverrides(ctx, now)
}

func (e *environment) openPartners(a *app) ([]pipeline.Partner, error) {
	partners := make([]pipeline.Partner, 0, len(a.config.Partners))
	for _, p := range a.config.Partners {
		partner, err := e.openPartner(a, p)
		if err != nil {
			return nil, err
		}
		partners = append(partners, partner)
	}
	return partners, nil
}

func (e *environment) openPartner(a *app, p partnerConfig) (pipeline.Partner, error) {
	partner := pipeline.Partner{Name: p.Name, KeepDays: p.KeepDays, EqualRows: p.EqualRows, SilentRepeats: p.SilentRepeats}
	var errs [5]error
	partner.Inbox, errs[0] = e.openPlace(a, p.Name+" inbox", p.Inbox)
	partner.Outbox, errs[1] = e.openPlace(a, p.Name+" outbox", p.Outbox)
	partner.InName, errs[2] = p.Inbox.fileNames()
	partner.OutName, errs[3] = p.Outbox.fileNames()
	if p.PGP != nil {
		if partner.Keys, errs[4] = pgp.New(*p.PGP, e.now); errs[4] != nil {
			errs[4] = prefixed("set up "+p.Name, errs[4])
		}
	}
	return partner, errors.Join(errs[:]...)
}

// makeOwnFolder makes a folder inside the data folder, which is ours. Any other must be there: an
// empty new one in place of a share that is not mounted would look like "no files today".
func makeOwnFolder(data, dir string) error {
	inside, err := filepath.Rel(data, dir)
	if err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator)) {
		return nil //nolint:nilerr // not below the data folder
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	return nil
}
