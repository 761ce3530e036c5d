package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// mergeFlags are those of kvitok match that join doubles and take them apart.
type mergeFlags struct {
	merge, into, split, since string
	accounts, merges, doubles bool
}

func (f *mergeFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.merge, "merge", "", "join this claim, a double, to --into; with --accounts an account number")
	c.Flags().StringVar(&f.into, "into", "", "the claim or account that is kept, for --merge")
	c.Flags().StringVar(&f.split, "split", "", "take this joined claim (with --accounts: account) apart again")
	c.Flags().BoolVar(&f.accounts, "accounts", false, "--merge and --split speak of accounts, not of claims")
	c.Flags().StringVar(&f.since, "since", "", "day from which a joined account is closed, or a --consent stands: 2026-10-01")
	c.Flags().BoolVar(&f.merges, "merges", false, "list what was joined")
	c.Flags().BoolVar(&f.doubles, "doubles", false, "list claims and accounts that look like doubles")
}

// run answers the flags; false says that none of them was given.
func (f *mergeFlags) run(ctx context.Context, e *environment, a *app, by, reason string) (bool, error) {
	switch {
	case f.merges:
		return true, e.listMerges(ctx, a)
	case f.doubles:
		return true, e.listDoubles(ctx, a)
	case f.merge != "" && (f.into == "" || reason == ""):
		return true, &usageError{"--merge needs --into and --reason TEXT"}
	case f.split != "" && reason == "":
		return true, &usageError{"--split needs --reason TEXT"}
	case f.merge != "":
		return true, f.join(ctx, e, a, by, reason)
	case f.split != "":
		return true, f.takeApart(ctx, e, a, by, reason)
	}
	return false, nil
}

// id reads the number of a claim, or looks an account up.
func (f *mergeFlags) id(ctx context.Context, a *app, word string) (int64, error) {
	if f.accounts {
		id, err := a.store.AccountID(ctx, a.pipeline.Organisation.ID, word)
		if errors.Is(err, store.ErrNotFound) {
			return 0, fmt.Errorf("there is no account %s", word)
		}
		return id, err
	}
	id, err := strconv.ParseInt(word, 10, 64)
	if err != nil || id < 1 {
		return 0, &usageError{word + " is no number of a claim; accounts are joined with --accounts"}
	}
	return id, nil
}

func (f *mergeFlags) kind() string {
	if f.accounts {
		return store.MergeAccount
	}
	return store.MergeClaim
}

func (f *mergeFlags) join(ctx context.Context, e *environment, a *app, by, reason string) (err error) {
	j := store.Join{Reason: reason, By: by, Since: housing.DateOf(e.now())}
	if f.since != "" {
		if j.Since, err = housing.ParseDate(f.since); err != nil {
			return &usageError{"--since: " + err.Error()}
		}
	}
	if j.Doubled, err = f.id(ctx, a, f.merge); err != nil {
		return err
	}
	if j.Kept, err = f.id(ctx, a, f.into); err != nil {
		return err
	}
	err = a.store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if f.accounts {
			return tx.MergeAccounts(ctx, a.pipeline.Organisation.ID, j, e.now())
		}
		return tx.MergeClaims(ctx, a.pipeline.Organisation.ID, j, e.now())
	})
	if err != nil {
		return err
	}
	return e.print(map[string]any{"kind": f.kind(), "doubled": f.merge, "kept": f.into}, func(w io.Writer) {
		say(w, "%s %s is joined to %s; kvitok match --split takes them apart", f.kind(), f.merge, f.into)
	})
}

func (f *mergeFlags) takeApart(ctx context.Context, e *environment, a *app, by, reason string) error {
	id, err := f.id(ctx, a, f.split)
	if err != nil {
		return err
	}
	err = a.store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if f.accounts {
			return tx.SplitAccount(ctx, a.pipeline.Organisation.ID, id, by, reason, e.now())
		}
		return tx.SplitClaim(ctx, a.pipeline.Organisation.ID, id, by, reason, e.now())
	})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%s %s is joined to nothing", f.kind(), f.split)
	}
	if err != nil {
		return err
	}
	return e.print(map[string]any{"kind": f.kind(), "split": f.split}, func(w io.Writer) {
		say(w, "%s %s stands for itself again", f.kind(), f.split)
	})
}

func (e *environment) listMerges(ctx context.Context, a *app) error {
	list, err := a.store.Merges(ctx, a.pipeline.Organisation.ID)
	if err != nil {
		return err
	}
	return e.print(list, func(w io.Writer) {
		for _, m := range list {
			apart := ""
			if m.SplitAt != nil {
				apart = "  taken apart by " + m.SplitBy + ": " + m.SplitWhy
			}
			say(w, "%-7s %-20s -> %-20s %s  %s%s", m.Kind, m.Doubled, m.Kept, m.By, m.Reason, apart)
		}
		say(w, "joined: %d", len(list))
	})
}

func (e *environment) listDoubles(ctx context.Context, a *app) error {
	list, err := a.store.LikelyDoubles(ctx, a.pipeline.Organisation.ID)
	if err != nil {
		return err
	}
	return e.print(list, func(w io.Writer) {
		for _, d := range list {
			say(w, "%-7s %-20s looks like %-20s same %s", d.Kind, d.Other, d.Kept, strings.Join(d.Same, " and "))
		}
		say(w, "likely doubles: %d", len(list))
	})
}
