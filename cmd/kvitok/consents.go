package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// consentWords are what is said of a consent.
type consentWords struct{ to, since string }

// consentFlags are those of kvitok match that tell whom one may write to, and till when.
type consentFlags struct {
	consent  int64
	consents bool
	proxies  int
}

func (f *consentFlags) add(c *cobra.Command) {
	c.Flags().Int64Var(&f.consent, "consent", 0, "note the consent of this claim to the use of data: --to given|revoked --since DAY")
	c.Flags().BoolVar(&f.consents, "consents", false, "list who consented to the use of data, and who is not written to and why")
	c.Flags().IntVar(&f.proxies, "proxies", -1, "list links whose power of attorney ends within so many days, or has ended")
	c.Flags().Lookup("proxies").NoOptDefVal = "30"
}

func (f *consentFlags) run(ctx context.Context, e *environment, a *app, by string, said consentWords) (bool, error) {
	switch {
	case f.consents:
		return true, e.listConsents(ctx, a)
	case f.proxies >= 0:
		return true, e.listProxies(ctx, a, f.proxies)
	case f.consent != 0:
		return true, e.noteConsent(ctx, a, f.consent, by, said)
	}
	return false, nil
}

func (e *environment) noteConsent(ctx context.Context, a *app, claim int64, by string, words consentWords) error {
	said := housing.DataConsent{Answer: map[string]housing.Consent{"given": housing.ConsentGiven, "revoked": housing.ConsentRefused}[words.to]}
	if said.Answer == "" {
		return &usageError{"--consent needs --to given or --to revoked"}
	}
	var err error
	if said.Since, err = housing.ParseDate(words.since); err != nil {
		return &usageError{"--consent needs the day it stands since: --since 2026-10-01"}
	}
	var news bool
	err = a.store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		news, err = tx.SetConsent(ctx, a.pipeline.Organisation.ID, claim, said, by, e.now())
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no claim %d", claim)
	}
	if err != nil {
		return err
	}
	return e.print(map[string]any{"claim": claim, "consent": words.to, "since": said.Since, "new": news}, func(w io.Writer) {
		if !news {
			say(w, "claim %d: this is known already", claim)
			return
		}
		say(w, "claim %d: consent %s since %s", claim, words.to, said.Since)
	})
}

func (e *environment) listConsents(ctx context.Context, a *app) error {
	list, err := a.store.Consents(ctx, a.pipeline.Organisation.ID, housing.DateOf(e.now()))
	if err != nil {
		return err
	}
	return e.print(list, func(w io.Writer) {
		reached := 0
		for _, c := range list {
			said, since := "-", "-"
			if !c.Since.IsZero() {
				said, since = map[bool]string{true: "given", false: "revoked"}[c.Given], c.Since.String()
			}
			reach := "written to"
			if c.Reach != "" {
				reach = "not written to: " + c.Reach
			} else {
				reached++
			}
			say(w, "%8d  %-20s %-8s %-10s %s", c.Claim, dashed(c.Account), said, since, reach)
		}
		say(w, "claims: %d, written to: %d", len(list), reached)
	})
}

func (e *environment) listProxies(ctx context.Context, a *app, days int) error {
	list, err := a.store.Proxies(ctx, a.pipeline.Organisation.ID, housing.DateOf(e.now()).AddDays(days))
	if err != nil {
		return err
	}
	return e.print(list, func(w io.Writer) {
		for _, p := range list {
			say(w, "%8d  %-20s %s  № %s  %s", p.Claim, p.Account, p.Until, p.Proxy, p.Status)
		}
		say(w, "powers of attorney that end within %d days or have ended: %d", days, len(list))
	})
}
