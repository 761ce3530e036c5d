package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func (e *environment) workerCommand() *cobra.Command {
	return &cobra.Command{
		Use: "worker", Short: "Only workers, for further hosts on the same database", Args: cobra.NoArgs,
		RunE: e.do(func(ctx context.Context, _ []string) error {
			c, err := e.loadConfig()
			if err != nil {
				return err
			}
			return e.workWith(ctx, c, e.serviceLogger(), e.runWorker)
		}),
	}
}

// runWorker works until the signal, then finishes the houses in hand.
func (e *environment) runWorker(ctx context.Context, a *app) error {
	stop, err := a.startWorkers(ctx)
	if err != nil {
		return err
	}
	<-ctx.Done()
	return stop(a.config.Serve.Drain)
}

// startWorkers begins to work units of charge runs; stop lets those in hand end, within the limit.
func (a *app) startWorkers(ctx context.Context) (stop func(limit time.Duration) error, err error) {
	client, err := a.pipeline.NewWorker()
	if err != nil {
		return nil, err
	}
	lasting := context.WithoutCancel(ctx) // a signal must not cut a house off
	if err := client.Start(lasting); err != nil {
		return nil, fmt.Errorf("start the workers: %w", err)
	}
	return func(limit time.Duration) error {
		ctx, cancel := context.WithTimeout(lasting, limit)
		defer cancel()
		if err := client.Stop(ctx); err == nil {
			return nil
		}
		again, cancel := context.WithTimeout(lasting, limit)
		defer cancel()
		if err := client.StopAndCancel(again); err != nil {
			return fmt.Errorf("stop the workers: %w", err)
		}
		return nil
	}, nil
}
