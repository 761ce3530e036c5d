package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyClaims stores residents as registries name them; the same claim twice is one.
func (t *Tx) ApplyClaims(ctx context.Context, organisation, source int64, rows []housing.Claim) ([]housing.Outcome, error) {
	outcomes := make([]housing.Outcome, len(rows))
	prints := column(rows, fingerprint)
	rejectRepeats(prints, outcomes, func(key string) string { return key }, "")
	if err := t.alone(ctx, "claims", organisation); err != nil {
		return nil, err
	}
	known, err := t.knownClaims(ctx, organisation, prints)
	if err != nil {
		return nil, err
	}
	kept, indexes := standing(rows, outcomes)
	fresh := make([]int, 0, len(kept))
	for _, i := range indexes {
		if known[prints[i]] {
			outcomes[i].Verdict = housing.Unchanged
			continue
		}
		outcomes[i].Verdict = housing.Accepted
		fresh = append(fresh, i)
	}
	if err := t.copyTo(ctx, "claims", claimRows(organisation, source, rows, prints, fresh)); err != nil {
		return nil, fmt.Errorf("store claims: %w", err)
	}
	if !slices.ContainsFunc(kept, func(c housing.Claim) bool { return c.Data.Answer != "" }) {
		return outcomes, nil
	}
	return outcomes, t.applyConsents(ctx, organisation, source, kept, outcomes, indexes)
}

// knownClaims tells which claims are stored.
func (t *Tx) knownClaims(ctx context.Context, organisation int64, prints []string) (map[string]bool, error) {
	const sql = "SELECT fingerprint FROM claims WHERE organisation_id = $1 AND fingerprint = ANY($2)"
	found, err := t.Query(ctx, sql, organisation, prints)
	if err != nil {
		return nil, fmt.Errorf("look for claims: %w", err)
	}
	known := map[string]bool{}
	var key string
	_, err = pgx.ForEachRow(found, []any{&key}, func() error {
		known[key] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for claims: %w", err)
	}
	return known, nil
}

func claimRows(organisation, source int64, rows []housing.Claim, prints []string, fresh []int) *copyBuffer {
	const rowSize = 420 // usual
	b := newCopyBuffer([]string{
		"organisation_id", "fingerprint", "account", "unified", "full_name", "address", "phone", "email", "share", "source_id", "source_pos",
		"ground", "proxy", "proxy_until", "origin", "consent",
	}, len(fresh), rowSize)
	for _, i := range fresh {
		c := &rows[i]
		b.row()
		b.bigint(organisation)
		b.text(prints[i])
		for _, text := range [...]string{c.Account, c.Unified, c.FullName, c.Address, c.Phone, c.Email, c.Share} {
			b.text(text)
		}
		b.bigint(source)
		b.bigint(c.Source.Position)
		b.text(string(c.Right.Ground))
		b.text(c.Right.Proxy)
		b.date(c.Right.ProxyUntil)
		b.text(string(c.Right.Origin))
		b.text(string(c.Right.Consent))
	}
	return b
}

func fingerprint(c housing.Claim) string {
	fields := []string{c.Account, c.Unified, c.FullName, c.Address, c.Phone, c.Email, c.Share}
	if r := c.Right; r != (housing.Right{}) { // a claim that does not tell is the one it was before these columns
		fields = append(fields, string(r.Ground), r.Proxy, r.ProxyUntil.String(), string(r.Origin), string(r.Consent))
	}
	sum := sha256.Sum256([]byte(strings.Join(fields, "\x00")))
	return hex.EncodeToString(sum[:16])
}
