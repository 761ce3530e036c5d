package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// noteAccess notes in the audit trail that a workbook of personal data was given out.
func (p *Pipeline) noteAccess(ctx context.Context, by, of string, rows int) error {
	return p.Store.Audit(ctx, p.Organisation.ID, store.AuditEntry{Actor: by, Action: "access." + of, Object: "workbook of " + of}, nil, map[string]int{"rows": rows})
}

// noteWorkbook notes that a filled workbook was applied. Its decisions have lines of their own; this one says
// that they came together, and how many rows were left or refused.
func (p *Pipeline) noteWorkbook(ctx context.Context, by, of string, result any) error {
	return p.Store.Audit(ctx, p.Organisation.ID, store.AuditEntry{Actor: by, Action: of + ".workbook", Object: "filled workbook"}, nil, result)
}

// Overrides are what the configuration puts in place of the built-in numbers of the law, and what else of it decides money:
// days off move due dates and penalties, the time zone says which day it is when a payment arrives, a format profile what a column means.
type Overrides struct {
	Parameters []housing.Parameter    `json:"parameters,omitempty"`
	Orders     []housing.PaymentOrder `json:"payment_orders,omitempty"`
	Workdays   []housing.WorkYear     `json:"workdays,omitempty"`
	TimeZone   string                 `json:"time_zone,omitempty"`
	Profiles   []OwnProfile           `json:"profiles,omitempty"`
}

// OwnProfile is a format profile of the user: it decides what a file says.
type OwnProfile struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Digest  string `json:"digest"` // the files that it reads keep it
	Text    string `json:"text"`
}

// NoteOverrides notes in the audit trail that the overrides of the configuration are not those of the last
// time, with what they were and what they are.
func (p *Pipeline) NoteOverrides(ctx context.Context, now Overrides) error {
	const action = "parameters.change"
	last, err := p.Store.LastAudit(ctx, p.Organisation.ID, action)
	if err != nil {
		return err
	}
	var before Overrides
	if len(last) > 0 {
		if err := json.Unmarshal(last, &before); err != nil {
			return fmt.Errorf("read the parameters in the audit trail: %w", err)
		}
	}
	was, err := json.Marshal(before)
	if err != nil {
		return fmt.Errorf("compare the parameters: %w", err)
	}
	is, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("compare the parameters: %w", err)
	}
	if bytes.Equal(was, is) {
		return nil
	}
	entry := store.AuditEntry{Actor: Actor(), Action: action, Object: "parameters of the configuration"}
	return p.Store.Audit(ctx, p.Organisation.ID, entry, before, now)
}
