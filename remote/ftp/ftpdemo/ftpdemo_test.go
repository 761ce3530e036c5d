package ftpdemo_test

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"go.uber.org/goleak"

	"github.com/kvitok-gkh/kvitok/remote/ftp/ftpdemo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCloseHangsUp(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	if _, err := ftpdemo.Start(t.Context(), ftpdemo.Options{}); err == nil {
		t.Error("started without a folder")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server, err := ftpdemo.Start(ctx, ftpdemo.Options{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the test is over
	greeting := make([]byte, 3)
	if _, err := conn.Read(greeting); err != nil || string(greeting) != "220" {
		t.Fatalf("greeting %q, %v", greeting, err)
	}
	server.Close()
	server.Close()
	for {
		if _, err := conn.Read(make([]byte, 100)); err != nil {
			break // hung up, as it should be
		}
	}
	if late, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Addr); err == nil {
		_ = late.Close()
		t.Error("still listening after Close")
	}
}
