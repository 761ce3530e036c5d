package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// ReturnsConfig describes the mailbox that letters come back to, and that people who want none write to.
type ReturnsConfig struct {
	Server  `yaml:",inline"`
	Mailbox string `yaml:"mailbox,omitempty"` // empty: INBOX

	// After says what becomes of a mail that was understood, as of MailboxConfig. All other mail is left for people.
	After  string `yaml:"after,omitempty"`
	MoveTo string `yaml:"move_to,omitempty"`
}

// Validate reports every setting that is missing or makes no sense. It does not look at files or the network.
func (c ReturnsConfig) Validate() error { return c.mailbox().Validate() }

// mailbox is the same with what a mailbox of files needs besides.
func (c ReturnsConfig) mailbox() MailboxConfig {
	// Anybody may write here; Returns never looks at the list.
	return MailboxConfig{Server: c.Server, Mailbox: c.Mailbox, After: c.After, MoveTo: c.MoveTo, From: []string{"nobody@localhost"}}
}

// Returns reads the mailbox that letters come back to.
type Returns struct {
	box  *Mailbox
	left map[imap.UID]bool // mail that is left for people: it is not read twice
}

// NewReturns checks the configuration. It does not connect.
func NewReturns(c ReturnsConfig, log *slog.Logger) (*Returns, error) {
	box, err := NewMailbox(c.mailbox(), log)
	if err != nil {
		return nil, err
	}
	return &Returns{box: box, left: map[imap.UID]bool{}}, nil
}

// Close disconnects.
func (r *Returns) Close() error { return r.box.Close() }

// Check connects, opens the mailbox, and looks whether mails can be put away.
func (r *Returns) Check(ctx context.Context) error { return r.box.Check(ctx) }

// mostReturns are read in one visit; the rest is read in the next one.
const mostReturns = 500

// Each gives every mail that waits and is understood to take, and puts it away once take has returned nil: take must stand being
// given one twice. take returns false for a mail that it does not know: it is left for people, like mail that is not understood.
func (r *Returns) Each(ctx context.Context, take func(context.Context, Returned) (bool, error)) error {
	end, err := r.box.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	validity := r.box.validity
	heads, err := r.waiting()
	if err != nil {
		return r.box.finish(ctx, "list mails", err)
	}
	for _, head := range heads {
		if head.RFC822Size > defaultSendBytes+headerSize {
			r.left[head.UID] = true // no report is that long
			continue
		}
		raw, err := r.box.download(head.UID)
		if err != nil {
			return r.box.finish(ctx, "read a mail", err)
		}
		returned, understood := ReadReturned(raw)
		if understood {
			if understood, err = take(ctx, returned); err != nil {
				return err
			}
		}
		if !understood {
			r.left[head.UID] = true
			continue
		}
		if r.box.validity != validity {
			return nil // the mailbox was made anew meanwhile: its numbers are others
		}
		if err := r.box.put(head.UID); err != nil {
			return r.box.finish(ctx, "put a mail away", err)
		}
	}
	return nil
}

// waiting lists the mails that were not looked at yet.
func (r *Returns) waiting() ([]*imapclient.FetchMessageBuffer, error) {
	criteria := &imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}
	if r.box.conf.After != AfterMove {
		criteria.NotFlag = append(criteria.NotFlag, imap.FlagSeen)
	}
	found, err := r.box.client.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	var fresh []imap.UID
	for _, uid := range found.AllUIDs() {
		if !r.left[uid] && len(fresh) < mostReturns {
			fresh = append(fresh, uid)
		}
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	heads, err := r.box.client.Fetch(imap.UIDSetNum(fresh...), &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err != nil {
		return nil, errors.Join(errors.New("fetch sizes"), err)
	}
	return heads, nil
}
