package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// checked is one thing that was tried.
type checked struct {
	What  string `json:"what"`
	Error string `json:"error,omitempty"`
}

func (e *environment) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Configuration and connections, every error at once", Args: cobra.NoArgs,
		RunE: e.do(e.check),
	}
}

func (e *environment) check(ctx context.Context, _ []string) error {
	var list []checked
	note := func(what string, err error) {
		for _, one := range flatten(err) {
			list = append(list, checked{What: what, Error: one.Error()})
		}
		if err == nil {
			list = append(list, checked{What: what})
		}
	}
	c, err := e.loadConfig()
	note("configuration", err)
	if err == nil {
		e.checkConnections(ctx, c, note)
	}
	failed := 0
	for _, one := range list {
		if one.Error != "" {
			failed++
		}
	}
	if err := e.print(list, func(w io.Writer) {
		for _, one := range list {
			if one.Error == "" {
				say(w, "ok    %s", one.What)
			} else {
				say(w, "FAIL  %s: %s", one.What, one.Error)
			}
		}
	}); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d things are wrong", failed)
	}
	return nil
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, one := range many.Unwrap() {
			all = append(all, flatten(one)...)
		}
		return all
	}
	return []error{err}
}

// connectLimit bounds the try of one connection.
const connectLimit = 15 * time.Second

// checkConnections tries every connection, whatever came of the others.
func (e *environment) checkConnections(ctx context.Context, c *config, note func(string, error)) {
	a := &app{config: c, log: e.logger()}
	defer func() {
		if err := a.close(ctx); err != nil {
			note("closing", err)
		}
	}()
	try := func(what string, do func(ctx context.Context) error) {
		ctx, cancel := context.WithTimeout(ctx, connectLimit)
		defer cancel()
		note(what, do(ctx))
	}
	var storeError error
	ctx, cancel := context.WithTimeout(ctx, 4*connectLimit) // the first start makes the private database
	defer cancel()
	storeError = e.openStore(ctx, a, false)
	note("database", storeError)
	if c.Organisation.INN == "" {
		note("organisation", errors.New("not set: who issues the receipts?"))
	}
	for _, p := range c.Partners {
		opened, err := e.openPartner(a, p)
		if err != nil {
			note("partner "+p.Name, err)
		}
		checkPartner(opened, note, try)
	}
	a.checkLetters(note, try)
	if c.Stream != nil {
		try("stream "+c.Stream.Topic, func(ctx context.Context) error { return checkStream(ctx, a, e.now) })
	}
}

// checkPartner tries what of a partner could be set up, whatever came of the rest.
func checkPartner(p pipeline.Partner, note func(string, error), try func(string, func(ctx context.Context) error)) {
	if p.Inbox != nil {
		try("partner "+p.Inbox.Name(), p.Inbox.Check)
	}
	if p.Outbox != nil {
		try("partner "+p.Outbox.Name(), p.Outbox.CheckOutbox)
	}
	if p.Keys != nil {
		note("partner "+p.Name+" pgp", p.Keys.Check())
	}
}

func checkStream(ctx context.Context, a *app, now func() time.Time) (err error) {
	nobody := stream.HandlerFunc(func(context.Context, []stream.Message) ([]stream.Verdict, error) {
		return nil, errors.New("nothing is consumed by a check")
	})
	consumer, err := stream.New(stream.Input{Config: *a.config.Stream, Handler: nobody, Log: a.log, Now: now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, consumer.Close()) }()
	return consumer.Check(ctx)
}
