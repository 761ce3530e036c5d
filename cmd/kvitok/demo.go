package main

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

func (e *environment) demoCommand() *cobra.Command {
	var accounts int
	c := &cobra.Command{
		Use: "demo", Short: "A whole month on made data, no set-up",
		Long: "The made town of Примерск goes through October 2026: files by folder and FTP, readings by the Kafka protocol,\n" +
			"matching, charges, ledger, receipts, reports. Run again, nothing changes. Other commands work on the same --dir.",
		Args: cobra.NoArgs,
	}
	c.Flags().IntVar(&accounts, "accounts", 1000, "size of the town")
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		t, err := town.New(town.Config{Accounts: accounts, Seed: townSeed})
		if err != nil {
			return &usageError{err.Error()}
		}
		if err := e.leaveConfig(t, accounts); err != nil {
			return err
		}
		began := e.now()
		return e.withSite(ctx, t, e.logger(), func(ctx context.Context, s *site) error {
			s.app.pipeline.SingleFiles, s.app.pipeline.Print.Zip = singleFiles(accounts), true
			return e.demo(ctx, s, began)
		})
	})
	return c
}

// singleFiles says whether the demo draws a file an account beside the print files: of a small town,
// whose receipts somebody may want to open one by one.
func singleFiles(accounts int) bool { return accounts <= 2000 }

func (e *environment) demo(ctx context.Context, s *site, began time.Time) error {
	again, err := s.lastRun(ctx)
	if err != nil {
		return err
	}
	if err := s.offer(ctx); err != nil {
		return err
	}
	summary, err := s.app.pipeline.Run(ctx, s.town.Period())
	if err != nil {
		return err
	}
	example, err := s.firstAccount(ctx)
	if err != nil {
		return err
	}
	return e.print(summary, func(w io.Writer) {
		say(w, "Примерск, %s: a made town, run %s\n", s.town.Period(), map[bool]string{false: "for the first time", true: "again"}[again])
		writeSummary(w, summary)
		writeGuide(w, e.dir, summary.Period, example)
		say(w, "whole demo: %.1f s", e.now().Sub(began).Seconds())
	})
}

// writeGuide tells where to look and what to try next.
func writeGuide(w io.Writer, dir string, period housing.Period, account string) {
	say(w, "where to look:")
	for _, folder := range []struct{ name, what string }{
		{"inbox", "files of the office arrive here and leave when they are taken"},
		{"archive", "every file as it was received"},
		{"outbox", "answers to the office; those of rso and bank are in " + ftpFolder},
		{"receipts", "payment documents, a print file a house"},
		{"reports", "workbooks of the accountant, the debt registry"},
		{"protocols", "what became of each row of each file"},
	} {
		path := filepath.Join(dir, folder.name)
		say(w, "  %-24s %4d files: %s", path, countFiles(path), folder.what)
	}
	program := os.Args[0] // as it was called: it need not be in the path
	say(w, "try next:")
	say(w, "  %s explain --dir %s --period %s --account %s", program, dir, period, account)
	say(w, "  %s replay  --dir %s --period %s", program, dir, period)
	say(w, "  %s match   --dir %s --export questions.xlsx", program, dir)
	say(w, "  %s report  --dir %s --period %s --social", program, dir, period)
}

func countFiles(root string) (count int) {
	err := filepath.WalkDir(root, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			count++
		}
		return nil // a folder that is not there has no files
	})
	if err != nil {
		return 0
	}
	return count
}
