package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kvitok-gkh/kvitok/importers/stream"
)

// consumer makes a member of the consumer group.
func (a *app) consumer(hooks stream.Hooks) (*stream.Consumer, error) {
	c, err := stream.New(stream.Input{
		Config: *a.config.Stream, Handler: a.pipeline.StreamHandler(), Log: a.log, Now: a.pipeline.Now, Hooks: hooks,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the stream: %w", err)
	}
	return c, nil
}

// drainStream takes what lies in the topic now, so that a run from the command line sees it.
func (a *app) drainStream(ctx context.Context) (stats stream.Stats, err error) {
	consumer, err := a.consumer(stream.Hooks{})
	if err != nil {
		return stats, err
	}
	defer func() { err = errors.Join(err, consumer.Close()) }()
	if stats, err = consumer.Drain(ctx); err != nil {
		return stats, fmt.Errorf("drain the stream: %w", err)
	}
	return stats, nil
}
