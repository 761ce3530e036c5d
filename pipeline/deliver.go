package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/store"
)

// DeliverResult is what was brought to the partners.
type DeliverResult struct {
	Delivered int `json:"delivered"`
	Waiting   int `json:"waiting"` // tried again later
}

func (p *Pipeline) deliverStep(ctx context.Context, _ housing.Period, s *Summary) (int, error) {
	result, err := p.Deliver(ctx)
	s.Deliver = result
	return result.Delivered, err
}

// Deliver brings what is queued to the partners' outboxes. A partner that cannot be reached keeps its
// files waiting and never stops the others: failures are noted with the file and logged. While it is
// away no more than one file is tried: each would wait as long for nothing.
func (p *Pipeline) Deliver(ctx context.Context) (DeliverResult, error) {
	var result DeliverResult
	for _, partner := range p.Partners {
		if partner.Outbox == nil {
			continue
		}
		for {
			end, err := p.deliverOne(ctx, partner)
			if errors.Is(err, store.ErrNotFound) {
				break
			}
			if err != nil {
				return result, err
			}
			if end == delivered {
				result.Delivered++
			}
			if end == partnerAway {
				break
			}
		}
	}
	var err error
	result.Waiting, err = p.Store.PendingOutgoing(ctx)
	return result, err
}

// delivery is how one delivery ended.
type delivery int

const (
	delivered   delivery = iota + 1
	refusedFile          // this file cannot be delivered as things are, others may
	partnerAway          // trouble that passes, and is the same for every file
)

// deliverOne delivers one file while it holds the lock on its row: no other process sends it too.
func (p *Pipeline) deliverOne(ctx context.Context, partner Partner) (end delivery, err error) {
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		out, err := tx.TakeOutgoing(ctx, partner.Name)
		if err != nil {
			return err
		}
		leaves, sent, err := p.bring(ctx, partner, out)
		if err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("deliver %s to %s: %w", out.Name, partner.Name, err)
			}
			p.Log.LogAttrs(ctx, slog.LevelWarn, "delivery failed", slog.String("partner", partner.Name), slog.String("file", out.Name),
				slog.Int("attempt", out.Attempts+1), slog.Any("error", err))
			end = refusedFile
			if errors.Is(err, remote.ErrTemporary) {
				end = partnerAway
			}
			return tx.MarkFailed(ctx, out.ID, err.Error())
		}
		end = delivered
		p.Log.LogAttrs(ctx, slog.LevelInfo, "delivered", slog.String("partner", partner.Name), slog.String("file", sent.Name),
			slog.Bool("already", sent.Already))
		kept, err := p.keepDelivered(out)
		if err != nil {
			return err
		}
		return tx.MarkDelivered(ctx, out.ID, p.Now(), store.Kept{Archived: kept, Sealed: leaves.sealed})
	})
	return end, err
}

// bring delivers a file as its partner gets his: as it is, or sealed.
func (p *Pipeline) bring(ctx context.Context, partner Partner, out store.Outgoing) (parcel, remote.Delivered, error) {
	leaves, err := p.parcelOf(partner, out)
	if err != nil {
		return leaves, remote.Delivered{}, err
	}
	sent, err := partner.Outbox.Deliver(ctx, leaves.name, leaves.size, func() (io.ReadCloser, error) {
		return os.Open(p.path(leaves.path))
	})
	return leaves, sent, err
}

// hashFile returns the SHA-256 of a file in hex.
func hashFile(path string) (sum string, err error) {
	file, err := os.Open(path) //nolint:gosec // a file of the data folder
	if err != nil {
		return "", fmt.Errorf("open a file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("read a file: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
