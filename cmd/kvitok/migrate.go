package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"
)

func (e *environment) migrateCommand() *cobra.Command {
	c := &cobra.Command{Use: "migrate", Short: "The schema of the database: up, status, check", Args: cobra.NoArgs}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	sub := func(use, short string, work func(context.Context, *app) error) {
		c.AddCommand(&cobra.Command{
			Use: use, Short: short, Args: cobra.NoArgs,
			RunE: e.do(func(ctx context.Context, _ []string) error { return e.withStore(ctx, work) }),
		})
	}
	status := func(ctx context.Context, a *app) error {
		v, err := a.store.Version(ctx)
		if err != nil {
			return err
		}
		return e.print(v, func(w io.Writer) {
			say(w, "schema: %d of %d, queue: %d of %d", v.Applied, v.Known, v.RiverApplied, v.RiverKnown)
		})
	}
	sub("up", "Bring the schema to this program's version", func(ctx context.Context, a *app) error {
		if err := a.store.Migrate(ctx); err != nil {
			return err
		}
		return status(ctx, a)
	})
	sub("status", "Tell both versions", status)
	sub("check", "Fail unless the schema is this program's", func(ctx context.Context, a *app) error {
		return errors.Join(status(ctx, a), a.store.CheckVersion(ctx))
	})
	return c
}

// withStore opens the database only, whatever its version.
func (e *environment) withStore(ctx context.Context, work func(context.Context, *app) error) (err error) {
	c, err := e.loadConfig()
	if err != nil {
		return err
	}
	a := &app{config: c, log: e.logger()}
	defer func() { err = errors.Join(err, a.close(ctx)) }()
	if err := e.openStore(ctx, a, true); err != nil {
		return err
	}
	return work(ctx, a)
}
