package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/kvitok-gkh/kvitok/office"
)

// startOffice serves the page for accountants until ctx ends, where there is one; wait returns when it is over.
func (e *environment) startOffice(ctx context.Context, a *app) (wait func() error, err error) {
	if a.config.Office == nil {
		return func() error { return nil }, nil
	}
	page, err := office.New(office.Input{
		Config: *a.config.Office, Reports: office.Books{Pipeline: a.pipeline}, Issuer: a.pipeline.Organisation.INN, Dir: a.dir,
		Zone: a.config.zone, Now: e.now, Log: a.log,
	})
	if err != nil {
		return nil, err
	}
	listener, err := page.Listen(ctx)
	if err != nil {
		return nil, err
	}
	a.log.InfoContext(ctx, "office page open", slog.String("address", listener.Addr().String()), slog.Bool("tls", a.config.Office.Secure()))
	over := make(chan error, 1)
	go func() {
		err := page.Serve(ctx, listener, a.config.Serve.Drain)
		if err != nil {
			a.log.ErrorContext(ctx, "office page stopped", slog.Any("error", err))
		}
		over <- err
	}()
	return func() error { return <-over }, nil
}

func (e *environment) passwordCommand() *cobra.Command {
	return &cobra.Command{
		Use: "password", Short: "Make the hash of a password for a user of the office page", Args: cobra.NoArgs,
		Long: "Reads a password, from the terminal without showing it or as one line of standard input, and prints its argon2id hash for\n" +
			"office.users of the configuration. The password itself is kept nowhere.",
		RunE: e.do(func(context.Context, []string) error {
			password, err := e.readPassword()
			if err != nil {
				return err
			}
			hash, err := office.HashPassword(password)
			if err != nil {
				return err
			}
			return e.print(map[string]string{"password": hash}, func(w io.Writer) { say(w, "%s", hash) })
		}),
	}
}

var errDifferent = errors.New("the two passwords differ")

func (e *environment) readPassword() (string, error) {
	file, ok := e.in.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(e.in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var twice [2]string
	for i, prompt := range []string{"Password: ", "Once more: "} {
		_, _ = fmt.Fprint(e.err, prompt)
		text, err := term.ReadPassword(int(file.Fd()))
		_, _ = fmt.Fprintln(e.err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		twice[i] = string(text)
	}
	if twice[0] != twice[1] {
		return "", errDifferent
	}
	return twice[0], nil
}
