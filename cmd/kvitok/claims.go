package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/store"
)

// claimFlags are those of kvitok match that ask or change how claims stand.
type claimFlags struct {
	status     string
	history    int64
	move       int64
	to, reason string
	shares     bool
}

func (f *claimFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.status, "status", "", "list claims that stand so: "+strings.Join(claimStatuses(), ", ")+", or all")
	c.Flags().Int64Var(&f.history, "history", 0, "tell how this claim came to stand as it does")
	c.Flags().Int64Var(&f.move, "move", 0, "change how this claim stands, with --to and --reason")
	c.Flags().BoolVar(&f.shares, "shares", false, "list accounts whose owners' shares do not sum to one")
	c.Flags().StringVar(&f.to, "to", "", "the new status for --move; given or revoked for --consent")
	c.Flags().StringVar(&f.reason, "reason", "", "why, for --move, --merge and --split")
}

func claimStatuses() []string {
	return []string{"submitted", "contact_confirmed", "review", "linked", "refused", "blocked", "merged"}
}

// run answers the flags; false says that none of them was given.
func (f *claimFlags) run(ctx context.Context, e *environment, a *app, by string) (bool, error) {
	switch {
	case f.status != "":
		return true, e.listClaims(ctx, a, f.status)
	case f.history != 0:
		return true, e.tellClaim(ctx, a, f.history)
	case f.shares:
		return true, e.listShares(ctx, a)
	case f.move != 0 && (f.to == "" || f.reason == ""):
		return true, &usageError{"--move needs --to STATUS and --reason TEXT"}
	case f.move != 0:
		return true, e.moveClaim(ctx, a, store.ClaimMove{Claim: f.move, Status: f.to, Reason: f.reason, Actor: by})
	}
	return false, nil
}

func (e *environment) listClaims(ctx context.Context, a *app, status string) error {
	switch {
	case status == "all":
		status = ""
	case !slices.Contains(claimStatuses(), status):
		return &usageError{"no such status " + status + "; there are all, " + strings.Join(claimStatuses(), ", ")}
	}
	list, err := a.store.ClaimStates(ctx, a.pipeline.Organisation.ID, status)
	if err != nil {
		return err
	}
	return e.print(list, func(w io.Writer) {
		for _, c := range list {
			at := "-"
			if c.At != nil {
				at = c.At.UTC().Format(time.RFC3339)
			}
			say(w, "%8d  %-17s %-20s %s  %s  %s%s", c.Claim, c.Status, dashed(c.Account), at, dashed(c.Actor), c.Reason, rightOf(c))
		}
		say(w, "claims: %d", len(list))
	})
}

func dashed(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (e *environment) tellClaim(ctx context.Context, a *app, claim int64) error {
	history, err := a.store.ClaimHistory(ctx, a.pipeline.Organisation.ID, claim)
	if err != nil {
		return err
	}
	return e.print(history, func(w io.Writer) {
		for _, h := range history {
			say(w, "%s  %s -> %s  %s  %s", h.At.UTC().Format(time.RFC3339), h.Was, h.Status, h.Actor, h.Reason)
		}
		say(w, "claim %d: %d changes", claim, len(history))
	})
}

func (e *environment) moveClaim(ctx context.Context, a *app, m store.ClaimMove) error {
	var was string
	err := a.store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		was, err = tx.MoveClaim(ctx, a.pipeline.Organisation.ID, m, e.now())
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("there is no claim %d", m.Claim)
	case errors.Is(err, store.ErrNotAllowed):
		return fmt.Errorf("claim %d is %s and cannot become %s by hand; docs/matching.md tells what can", m.Claim, was, m.Status)
	case err != nil:
		return err
	}
	return e.print(map[string]any{"claim": m.Claim, "was": was, "status": m.Status}, func(w io.Writer) {
		say(w, "claim %d: %s -> %s", m.Claim, was, m.Status)
	})
}

// rightOf is what a claim rests on, as it is listed.
func rightOf(c store.ClaimState) string {
	var b strings.Builder
	for _, part := range [][2]string{
		{"ground", c.Ground}, {"share", c.Share}, {"proxy until", c.ProxyUntil.String()}, {"origin", c.Origin}, {"consent", c.Consent},
	} {
		if part[1] != "" && (part[0] != "proxy until" || !c.ProxyUntil.IsZero()) {
			b.WriteString("  " + part[0] + " " + part[1])
		}
	}
	return b.String()
}

func (e *environment) listShares(ctx context.Context, a *app) error {
	list, err := a.store.WrongShares(ctx, a.pipeline.Organisation.ID)
	if err != nil {
		return err
	}
	err = e.print(list, func(w io.Writer) {
		for _, s := range list {
			say(w, "%-20s owners linked: %d, their shares sum to %s, not to 1", s.Account, s.Owners, s.Sum)
		}
		say(w, "accounts with wrong shares: %d", len(list))
	})
	if err == nil && len(list) > 0 {
		return errAttention
	}
	return err
}
