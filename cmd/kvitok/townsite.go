package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/importers/stream/broker"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote/folder"
	"github.com/kvitok-gkh/kvitok/remote/ftp"
	"github.com/kvitok-gkh/kvitok/remote/ftp/ftpdemo"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/town"
)

// townSeed makes the demo the same every time.
const townSeed = 2026

// site is a data folder in which a made town lives through its month, with the servers that stand for
// its partners: an FTP server and a broker, both within the process.
type site struct {
	town *town.Town
	app  *app
}

// The places of the made partners below the data folder.
const (
	officeInbox  = "inbox"
	officeOutbox = "outbox"
	ftpFolder    = "ftp"
)

// townClock makes the month end, whatever the real date is: it starts on the morning after the last
// day of the month and runs as fast as the real one.
func townClock(period housing.Period, clock func() time.Time) func() time.Time {
	const morning = 6 * time.Hour
	began, start := clock(), period.Next().First().Time().Add(morning)
	return func() time.Time { return start.Add(clock().Sub(began)) }
}

// withSite starts the servers, opens the program on the data folder, and closes everything after.
func (e *environment) withSite(ctx context.Context, t *town.Town, log *slog.Logger, do func(ctx context.Context, s *site) error) (err error) {
	dir, err := filepath.Abs(e.dir)
	if err != nil {
		return fmt.Errorf("find the data folder: %w", err)
	}
	c, err := townConfig(t)
	if err != nil {
		return err
	}
	for _, partner := range []string{town.Supplier, town.Bank} {
		for _, box := range []string{"in", "out"} {
			if err := os.MkdirAll(filepath.Join(dir, ftpFolder, partner, box), 0o755); err != nil { //nolint:gosec // see openStore
				return fmt.Errorf("make the folder of the FTP server: %w", err)
			}
		}
	}
	server, err := ftpdemo.Start(ctx, ftpdemo.Options{Dir: filepath.Join(dir, ftpFolder), Log: log})
	if err != nil {
		return fmt.Errorf("start the FTP server of the demo: %w", err)
	}
	defer server.Close()
	kafka, err := broker.Start(broker.Config{Topics: map[string]int{readingsTopic: 4, deadTopic: 1}, Log: log})
	if err != nil {
		return fmt.Errorf("start the broker of the demo: %w", err)
	}
	defer func() { err = errors.Join(err, kafka.Close()) }()
	c.Partners = livePartners(dir, server)
	live := stream.Config{Brokers: kafka.Addrs(), Topic: readingsTopic, Group: "kvitok", DeadLetterTopic: deadTopic}.WithDefaults()
	c.Stream = &live
	inTown := *e
	inTown.now = townClock(t.Period(), e.now)
	return inTown.workWith(ctx, c, log, func(ctx context.Context, a *app) error {
		a.pipeline.Readings = a.drainStream
		return do(ctx, &site{town: t, app: a})
	})
}

const (
	readingsTopic = "readings"
	deadTopic     = "readings.dead"
)

// livePartners are those of the written configuration, with the two distant ones behind FTP.
func livePartners(dir string, server *ftpdemo.Server) []partnerConfig {
	place := func(path string) *placeConfig {
		return &placeConfig{FTP: &ftp.Config{
			Address: server.Addr, User: server.User, Password: server.Password, Dir: path, TLS: ftp.TLSNone,
		}}
	}
	partners := append(make([]partnerConfig, 0, 3), partnerConfig{
		Name:  town.Office,
		Inbox: folderPlace(filepath.Join(dir, officeInbox)), Outbox: folderPlace(filepath.Join(dir, officeOutbox)),
	})
	for _, name := range []string{town.Supplier, town.Bank} {
		partners = append(partners, partnerConfig{Name: name, Inbox: place("/" + name + "/in"), Outbox: place("/" + name + "/out")})
	}
	return partners
}

func folderPlace(dir string) *placeConfig {
	return &placeConfig{Folder: &folder.Config{Dir: dir}}
}

// offer puts the town's files where their senders would put them, and produces its messages.
func (s *site) offer(ctx context.Context) error {
	bar := s.app.pipeline.Progress.Start("offer", 0)
	defer bar.Done()
	for _, file := range s.town.Files() {
		folder := filepath.Join(s.app.dir, ftpFolder, file.Partner, "in")
		if file.Partner == town.Office {
			folder = filepath.Join(s.app.dir, officeInbox)
		}
		if err := offerFile(folder, file); err != nil {
			return err
		}
		bar.Add(1)
	}
	return s.produce(ctx, bar)
}

func offerFile(folder string, file town.File) (err error) {
	temporary, err := os.CreateTemp(folder, ".offer-*.tmp")
	if err != nil {
		return fmt.Errorf("offer %s: %w", file.Name, err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // renamed away on success
	if err := errors.Join(file.Write(io.Writer(temporary)), temporary.Close()); err != nil {
		return fmt.Errorf("offer %s: %w", file.Name, err)
	}
	if err := os.Rename(temporary.Name(), filepath.Join(folder, file.Name)); err != nil {
		return fmt.Errorf("offer %s: %w", file.Name, err)
	}
	return nil
}

func (s *site) produce(ctx context.Context, bar pipeline.Bar) (err error) {
	producer, err := stream.NewProducer(stream.ProducerConfig{Brokers: s.app.config.Stream.Brokers, Topic: readingsTopic})
	if err != nil {
		return fmt.Errorf("produce the readings: %w", err)
	}
	defer func() { err = errors.Join(err, producer.Close()) }()
	const atOnce = 5000
	batch := make([]stream.Outgoing, 0, atOnce)
	send := func() error {
		if err := producer.Send(ctx, batch...); err != nil {
			return fmt.Errorf("produce the readings: %w", err)
		}
		bar.Add(len(batch))
		batch = batch[:0]
		return nil
	}
	for message, err := range s.town.Messages() {
		if err != nil {
			return fmt.Errorf("produce the readings: %w", err)
		}
		if batch = append(batch, message); len(batch) == atOnce {
			if err := send(); err != nil {
				return err
			}
		}
	}
	if len(batch) == 0 {
		return nil
	}
	return send()
}

// lastRun tells whether a month was charged here before.
func (s *site) lastRun(ctx context.Context) (bool, error) {
	_, err := s.app.store.LastRun(ctx, s.app.pipeline.Organisation.ID, s.town.Period())
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

var errEnough = errors.New("enough accounts read")

// firstAccount is an example for the commands that the demo proposes.
func (s *site) firstAccount(ctx context.Context) (number string, err error) {
	err = s.app.store.AllAccounts(ctx, s.app.pipeline.Organisation.ID, func(a store.HouseAccounts) error {
		number = a.Number
		return errEnough
	})
	if err != nil && !errors.Is(err, errEnough) {
		return "", err
	}
	return number, nil
}
