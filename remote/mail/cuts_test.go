package mail_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/mail"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
)

func TestServersGoneAreTemporary(t *testing.T) {
	t.Parallel()
	p, r := servePost(t, mail.TLSStart), serveRelay(t, mail.TLSStart)
	m, s := openMailbox(t, p.Conf), openSender(t, r.Conf)
	if _, err := m.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Stop()
	r.Stop()
	_, listErr := m.List(t.Context())
	for what, err := range map[string]error{"list": listErr, "send": s.Send(t.Context(), "x.csv", strings.NewReader("x"))} {
		if !errors.Is(err, remote.ErrTemporary) {
			t.Errorf("%s: %v, want a temporary error", what, err)
		}
	}
}

// Servers that accept and say nothing are given up after the timeout.
func TestSilentServers(t *testing.T) {
	t.Parallel()
	box, relay := servePost(t, mail.TLSNone).Conf, serveRelay(t, mail.TLSNone).Conf
	box.Address, relay.Address = remotetest.Silence(t), remotetest.Silence(t)
	box.Timeout, relay.Timeout = 50*time.Millisecond, 50*time.Millisecond
	_, listErr := openMailbox(t, box).List(t.Context())
	for what, err := range map[string]error{"list": listErr, "send": openSender(t, relay).Send(t.Context(), "x.csv", strings.NewReader("x"))} {
		if !errors.Is(err, remote.ErrTemporary) {
			t.Errorf("%s: %v, want a temporary error", what, err)
		}
	}
}

// The connection breaks anywhere while a mail is read: no half file is ever called good, and the next attempt gets it.
func TestMailboxCuts(t *testing.T) {
	t.Parallel()
	p := servePost(t, mail.TLSImplicit)
	want := remotetest.Pattern(200_000)
	p.deposit(t, "big.csv", want)
	proxy := remotetest.NewCutProxy(t, "")
	p.Conf.Dial = proxy.Dial
	for _, after := range []int64{0, 700, 1500, 2500, 5000, 90_000, 250_000} {
		for _, reset := range []bool{false, true} {
			m := openMailbox(t, p.Conf)
			before := proxy.Cuts()
			proxy.Arm(remotetest.Cut{Data: true, After: after, Reset: reset})
			if _, err := m.List(t.Context()); err == nil || !errors.Is(err, remote.ErrTemporary) {
				t.Errorf("cut after %d: %v, want a temporary error", after, err)
			}
			if proxy.Cuts() == before {
				t.Errorf("nothing was cut after %d", after)
			}
			if entries, err := m.List(t.Context()); err != nil || len(entries) != 1 || entries[0].Size != int64(len(want)) {
				t.Errorf("again: %v, %v", entries, err)
			}
		}
	}
}

// The connection breaks anywhere while a mail is sent: no half mail ever counts, and the repetition is whole, under the Message-ID of the
// copy that may have arrived.
func TestSenderCuts(t *testing.T) {
	t.Parallel()
	want := remotetest.Pattern(120_000)
	for _, cut := range []remotetest.Cut{
		{Data: true, Up: true, After: 300},
		{Data: true, Up: true, After: 700},
		{Data: true, Up: true, After: 60_000, Reset: true},
		{Data: true, Up: true, After: 150_000},
		{Data: true, After: 0},
		{Data: true, After: 900},
		{Data: true, After: 1500, Reset: true},
	} {
		t.Run(cut.String(), func(t *testing.T) {
			t.Parallel()
			r := serveRelay(t, mail.TLSStart)
			proxy := remotetest.NewCutProxy(t, "")
			r.Conf.Dial = proxy.Dial
			s := openSender(t, r.Conf)
			proxy.Arm(cut)
			if err := s.Send(t.Context(), "x.bin", bytes.NewReader(want)); err != nil && !errors.Is(err, remote.ErrTemporary) {
				t.Errorf("%v, want a temporary error", err)
			}
			proxy.Disarm()
			if err := s.Send(t.Context(), "x.bin", bytes.NewReader(want)); err != nil {
				t.Fatalf("again: %v", err)
			}
			if got := r.received(t); !bytes.Equal(got["x.bin"], want) || len(r.Mails()) > 2 {
				t.Errorf("%d mails, %d bytes of %d", len(r.Mails()), len(got["x.bin"]), len(want))
			}
		})
	}
}
