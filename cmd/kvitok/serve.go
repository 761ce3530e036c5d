package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/schedules"
)

func (e *environment) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "Scheduler, consumers, workers and HTTP (health, metrics, downloads)", Args: cobra.NoArgs,
		RunE: e.do(func(ctx context.Context, _ []string) error {
			c, err := e.loadConfig()
			if err != nil {
				return err
			}
			e.terminal = false // a service draws no bars
			return e.workWith(ctx, c, e.serviceLogger(), e.serve)
		}),
	}
}

// serviceLogger writes JSON for the collector of logs.
func (e *environment) serviceLogger() *slog.Logger {
	level := slog.LevelInfo
	if e.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(e.err, &slog.HandlerOptions{Level: level}))
}

// serve runs until the signal, then drains: no new job, batch or request; those in hand end, within
// the limit of the configuration.
func (e *environment) serve(ctx context.Context, a *app) (err error) {
	m := newMetrics()
	if dir := a.config.Schedules.Reports.Dir; dir != "" {
		if err := makeOwnFolder(a.dir, dir); err != nil {
			return err
		}
	}
	server, listener, err := e.startHTTP(ctx, a, m)
	if err != nil {
		return err
	}
	waitOffice, err := e.startOffice(ctx, a)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	stopWorkers, err := a.startWorkers(ctx)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	var post func(context.Context) error
	if a.pipeline.Letters != nil {
		post = a.postLetters
	}
	scheduler, err := schedules.New(ctx, schedules.Input{
		Config: a.config.Schedules, Month: a.pipeline, Store: a.store, Partners: a.pipeline.Partners, Dir: a.dir, Letters: post,
		Zone: a.config.zone, Now: e.now, Log: a.log, Hooks: m.schedules(),
	})
	if err != nil {
		return errors.Join(err, server.Close(), stopWorkers(a.config.Serve.Drain))
	}
	waitStream, err := a.startStream(ctx, m)
	if err != nil {
		return errors.Join(err, server.Close(), stopWorkers(a.config.Serve.Drain))
	}
	scheduler.Start()
	m.ready.Store(true)
	a.log.InfoContext(ctx, "serving", slog.String("address", listener.Addr().String()), slog.String("version", version),
		slog.Bool("downloads", a.config.Serve.Token != ""))
	<-ctx.Done()
	m.ready.Store(false)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.config.Serve.Drain)
	defer cancel()
	a.log.InfoContext(drain, "draining", slog.Duration("limit", a.config.Serve.Drain))
	err = errors.Join(scheduler.Stop(drain), waitStream(drain), stopWorkers(a.config.Serve.Drain), waitOffice(), shutdown(drain, server))
	a.log.InfoContext(drain, "stopped")
	return err
}

func (e *environment) startHTTP(ctx context.Context, a *app, m *metrics) (*http.Server, net.Listener, error) {
	if a.config.Serve.Token == "" {
		a.log.WarnContext(ctx, "downloads are closed: no token (serve.token or KVITOK_HTTP_TOKEN)")
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", a.config.Serve.Listen)
	if err != nil {
		return nil, nil, fmt.Errorf("listen for HTTP: %w", err)
	}
	server := &http.Server{
		Handler:           a.handler(m),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, WriteTimeout: 30 * time.Minute,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.log.ErrorContext(ctx, "HTTP stopped", slog.Any("error", err))
		}
	}()
	return server, listener, nil
}

func shutdown(ctx context.Context, server *http.Server) error {
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("stop HTTP: %w", err), server.Close())
	}
	return nil
}

// handler is what serve answers.
func (a *app) handler(m *metrics) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plainText(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		switch err := a.store.CheckVersion(ctx); {
		case !m.ready.Load():
			plainText(w, http.StatusServiceUnavailable, "draining or starting")
		case err != nil:
			a.log.WarnContext(ctx, "not ready", slog.Any("error", err))
			plainText(w, http.StatusServiceUnavailable, "no database")
		default:
			plainText(w, http.StatusOK, "ready")
		}
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.Handle("GET /files/", a.downloads())
	if a.pipeline.Letters != nil {
		mux.HandleFunc("GET /unsubscribe/{token}", a.unsubscribe())
		mux.HandleFunc("POST /unsubscribe/{token}", a.unsubscribe())
	}
	return mux
}

func plainText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) //nolint:gosec // plain text; the client may be gone
}

// startStream consumes until ctx ends; wait returns when the batch in hand is finished.
func (a *app) startStream(ctx context.Context, m *metrics) (wait func(context.Context) error, err error) {
	if a.config.Stream == nil {
		return func(context.Context) error { return nil }, nil
	}
	consumer, err := a.consumer(stream.Hooks{Batch: m.batch, Lag: m.lag})
	if err != nil {
		return nil, err
	}
	var group sync.WaitGroup
	var over error
	group.Go(func() { over = consumer.Run(ctx) })
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	return func(ctx context.Context) error {
		select {
		case <-done:
			return errors.Join(over, consumer.Close())
		case <-ctx.Done():
			return fmt.Errorf("stop the stream: %w", context.Cause(ctx))
		}
	}, nil
}
