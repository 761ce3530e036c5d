// Command kvitok is the batch gateway of a utility: files and readings in, charges, receipts and
// reports out. It owns the command line and the assembly of all parts from the configuration; one
// file a command. It does not own a single rule.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // zones exist in an image without files

	"golang.org/x/term"
)

// version is what the linker was told; see the Makefile.
var version = "dev"

func main() {
	// Batch work makes much garbage and keeps little: collecting less often is a third of the speed.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(800 << 20) // from here on it is collected as often as it takes
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the second one kills, as everybody expects.
	context.AfterFunc(ctx, stop)
	code := run(ctx, &environment{
		args: os.Args[1:], in: os.Stdin, out: os.Stdout, err: os.Stderr,
		getenv: os.Getenv, now: time.Now, terminal: term.IsTerminal(int(os.Stderr.Fd())),
	})
	stop()
	os.Exit(code)
}
