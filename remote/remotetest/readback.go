package remotetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/kvitok-gkh/kvitok/remote"
)

// outboxReadBack: an upload of which a byte was changed on its way is seen before the partner sees it, and sent again.
func outboxReadBack(t *testing.T, d remote.Driver) {
	t.Helper()
	spoiled := &spoiler{Driver: d, times: 2}
	p := newPlace(t, remote.Settings{Driver: spoiled, ReadBack: true, Backoff: remote.Backoff{Attempts: 3}})
	want := Pattern(100_000)
	if _, err := p.Deliver(t.Context(), "r.csv", int64(len(want)), Source(want)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(get(t, d, "r.csv"), want) || spoiled.times != 0 {
		t.Errorf("the place holds other bytes; %d uploads were still to be spoiled", spoiled.times)
	}
	spoiled.times = 3
	if got, err := p.Deliver(t.Context(), "s.csv", int64(len(want)), Source(want)); !errors.Is(err, remote.ErrTemporary) {
		t.Errorf("spoiled each time: %+v, %v", got, err)
	}
	for _, name := range list(t, d) {
		if name == "s.csv" {
			t.Error("the partner sees a spoiled file")
		}
	}
}

// spoiler changes one byte of the next uploads and keeps their size.
type spoiler struct {
	remote.Driver
	times int
}

// Put implements remote.Driver.
func (s *spoiler) Put(ctx context.Context, name string, r io.Reader) error {
	if s.times == 0 {
		return s.Driver.Put(ctx, name, r)
	}
	s.times--
	data, err := io.ReadAll(r)
	if err != nil {
		return err //nolint:wrapcheck // the source's own
	}
	data[len(data)/2] ^= 1
	return s.Driver.Put(ctx, name, bytes.NewReader(data))
}
