package mail

import (
	"context"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/kvitok-gkh/kvitok/remote"
)

// uids returns those of the known mails in order.
func (m *Mailbox) uids() []imap.UID {
	uids := make([]imap.UID, 0, len(m.known))
	for uid := range m.known {
		uids = append(uids, uid)
	}
	slices.Sort(uids)
	return uids
}

// refresh brings known up to what waits in the mailbox.
func (m *Mailbox) refresh(ctx context.Context) error {
	criteria := &imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagDeleted}}
	if m.conf.After != AfterMove {
		criteria.NotFlag = append(criteria.NotFlag, imap.FlagSeen)
	}
	found, err := m.client.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	waiting := map[imap.UID]bool{}
	var fresh []imap.UID
	for _, uid := range found.AllUIDs() {
		waiting[uid] = true
		if m.known[uid] == nil {
			fresh = append(fresh, uid)
		}
	}
	for uid := range m.known {
		if !waiting[uid] {
			delete(m.known, uid)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	heads, err := m.client.Fetch(imap.UIDSetNum(fresh...), &imap.FetchOptions{
		UID: true, Envelope: true, InternalDate: true, RFC822Size: true,
	}).Collect()
	if err != nil {
		return fmt.Errorf("fetch envelopes: %w", err)
	}
	for _, head := range heads {
		if err := m.look(ctx, head); err != nil {
			return err
		}
	}
	return nil
}

// look decides on a mail that was not seen before. One that is not wanted is remembered without files, so that it is left alone.
func (m *Mailbox) look(ctx context.Context, head *imapclient.FetchMessageBuffer) error {
	l := &letter{uid: head.UID, arrived: head.InternalDate}
	if head.Envelope != nil {
		l.id = head.Envelope.MessageID
		l.from = m.allowed(head.Envelope.From)
	}
	if l.id == "" {
		l.id = fmt.Sprintf("%d.%d", m.validity, head.UID) // nothing else tells two of them apart
	}
	skip := func(why string) {
		m.log.WarnContext(ctx, "mail left alone", slog.Uint64("uid", uint64(head.UID)), slog.String("message_id", l.id),
			slog.String("reason", why))
		l.files = nil
		m.known[head.UID] = l
	}
	switch {
	case l.from == "":
		skip("its sender is not on the list")
		return nil
	case head.RFC822Size > m.conf.MaxBytes:
		skip(fmt.Sprintf("%d bytes, at most %d are taken", head.RFC822Size, m.conf.MaxBytes))
		return nil
	}
	raw, err := m.download(head.UID)
	if err != nil {
		return err
	}
	if err := l.read(raw, m.conf.MaxFiles); err != nil {
		skip(err.Error()) // one bad mail never stops the others
		return nil
	}
	l.files = slices.DeleteFunc(l.files, func(a attachment) bool { return !m.wanted(a.title) })
	m.known[head.UID] = l
	return nil
}

// allowed returns the sender when every address of the mail is on the list, "" otherwise.
func (m *Mailbox) allowed(from []imap.Address) string {
	if len(from) == 0 {
		return ""
	}
	for _, address := range from {
		if !slices.ContainsFunc(m.conf.From, func(allowed string) bool {
			if strings.HasPrefix(allowed, "@") {
				return strings.EqualFold(address.Host, allowed[1:])
			}
			return strings.EqualFold(address.Addr(), allowed)
		}) {
			return ""
		}
	}
	return from[0].Addr()
}

func (m *Mailbox) wanted(title string) bool {
	if len(m.conf.Names) == 0 {
		return true
	}
	return slices.ContainsFunc(m.conf.Names, func(mask string) bool {
		ok, err := path.Match(strings.ToLower(mask), strings.ToLower(title))
		return ok && err == nil
	})
}

// download reads a whole mail. Its size was looked at before.
func (m *Mailbox) download(uid imap.UID) ([]byte, error) {
	if m.last.uid == uid && m.last.raw != nil {
		return m.last.raw, nil
	}
	section := &imap.FetchItemBodySection{Peek: true} // reading is no reason to call it read
	got, err := m.client.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{
		UID: true, BodySection: []*imap.FetchItemBodySection{section},
	}).Collect()
	if err != nil {
		return nil, fmt.Errorf("fetch a mail: %w", err)
	}
	if len(got) != 1 {
		return nil, remote.ErrNotFound
	}
	m.last.uid, m.last.raw = uid, got[0].FindBodySection(section)
	return m.last.raw, nil
}

// place names the mailbox, for the record.
func (m *Mailbox) place() string {
	return "imap://" + m.conf.Address + "/" + m.conf.Mailbox
}
