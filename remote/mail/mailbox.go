package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/line"
)

// Mailbox is a remote.Source: the attachments of the mails that wait in an IMAP mailbox. Removing the last file of a mail marks the
// mail as read, or moves it. Two copies of one mail are one.
type Mailbox struct {
	conf   MailboxConfig
	log    *slog.Logger
	line   *line.Line // nil: not connected
	client *imapclient.Client

	validity uint32 // of the UIDs below
	known    map[imap.UID]*letter
	last     struct { // the mail that was read last: its files are asked for one after the other
		uid imap.UID
		raw []byte
	}
}

var _ remote.Source = (*Mailbox)(nil)

// NewMailbox checks the configuration. It does not connect.
func NewMailbox(c MailboxConfig, log *slog.Logger) (*Mailbox, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("set up mailbox: %w", err)
	}
	c.Server = c.withDefaults()
	if c.Mailbox == "" {
		c.Mailbox = "INBOX"
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultMailBytes
	}
	if c.MaxFiles == 0 {
		c.MaxFiles = defaultMailFiles
	}
	return &Mailbox{conf: c, log: log, known: map[imap.UID]*letter{}}, nil
}

// Close disconnects.
func (m *Mailbox) Close() error {
	m.drop()
	return nil
}

// List implements remote.Source. A mail is downloaded when it is seen for the first time: only then the sizes of its files are known.
func (m *Mailbox) List(ctx context.Context) ([]remote.Entry, error) {
	end, err := m.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	if err := m.refresh(ctx); err != nil {
		return nil, m.finish(ctx, "list mails", err)
	}
	var entries []remote.Entry
	listed := map[string]bool{}
	for _, uid := range m.uids() {
		l := m.known[uid]
		for _, file := range l.files {
			if file.done || listed[file.name] {
				continue
			}
			listed[file.name] = true
			entries = append(entries, remote.Entry{
				Name: file.name, Size: file.size, ModTime: l.arrived.UTC(), Title: file.title,
				Origin: "mail " + l.id + " from " + l.from + ", " + m.place(),
			})
		}
	}
	return entries, nil
}

// find returns the mails with a file of that name: copies of one.
func (m *Mailbox) find(ctx context.Context, name string) ([]*letter, error) {
	if err := m.refresh(ctx); err != nil {
		return nil, err
	}
	var letters []*letter
	for _, uid := range m.uids() {
		if l := m.known[uid]; l.file(name) != nil && !l.file(name).done {
			letters = append(letters, l)
		}
	}
	if len(letters) == 0 {
		return nil, remote.ErrNotFound
	}
	return letters, nil
}

func (l *letter) file(name string) *attachment {
	for i := range l.files {
		if l.files[i].name == name {
			return &l.files[i]
		}
	}
	return nil
}

// Open implements remote.Source.
func (m *Mailbox) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	end, err := m.begin(ctx, name)
	if err != nil {
		return nil, err
	}
	defer end()
	letters, err := m.find(ctx, name)
	if err != nil {
		return nil, m.finish(ctx, "open attachment", err)
	}
	raw, err := m.download(letters[0].uid)
	if err != nil {
		return nil, m.finish(ctx, "open attachment", err)
	}
	data, err := content(raw, letters[0].file(name).ordinal)
	if err != nil {
		return nil, fmt.Errorf("open attachment: %w", err)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// Remove implements remote.Source. The mail stays as it is until all of its wanted files are removed.
func (m *Mailbox) Remove(ctx context.Context, name string) error {
	end, err := m.begin(ctx, name)
	if err != nil {
		return err
	}
	defer end()
	letters, err := m.find(ctx, name)
	if err != nil {
		return m.finish(ctx, "finish attachment", err)
	}
	for _, l := range letters {
		if slices.ContainsFunc(l.files, func(a attachment) bool { return a.name != name && !a.done }) {
			l.file(name).done = true
			continue
		}
		if err := m.put(l.uid); err != nil {
			return m.finish(ctx, "finish mail", err)
		}
		delete(m.known, l.uid)
	}
	return nil
}

// put away: marked as read, or moved.
func (m *Mailbox) put(uid imap.UID) error {
	set := imap.UIDSetNum(uid)
	if m.conf.After == AfterMove {
		_, err := m.client.Move(set, m.conf.MoveTo).Wait()
		return err //nolint:wrapcheck // finish wraps
	}
	return m.client.Store(set, &imap.StoreFlags{ //nolint:wrapcheck // finish wraps
		Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen}, Silent: true,
	}, nil).Close()
}

// Check finds out whether mails can be put away.
func (m *Mailbox) Check(ctx context.Context) error {
	end, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	if m.conf.MoveTo == "" {
		return nil
	}
	_, err = m.client.Status(m.conf.MoveTo, &imap.StatusOptions{NumMessages: true}).Wait()
	return m.finish(ctx, "look for the folder "+m.conf.MoveTo+" of move_to", err)
}

// begin checks the names and has the mailbox open for a call under ctx. The caller calls end.
func (m *Mailbox) begin(ctx context.Context, names ...string) (end func(), err error) {
	if err := remote.CheckCall(ctx, "mailbox at "+m.conf.Address, names...); err != nil {
		return nil, err
	}
	if m.line != nil {
		end = m.line.Begin(ctx)
		// Servers hang up idle clients between two polls: find out before the call, not in its middle.
		if err := m.client.Noop().Wait(); err == nil {
			return end, nil
		}
		end()
		m.drop()
	}
	return m.connect(ctx)
}

func (m *Mailbox) connect(ctx context.Context) (end func(), err error) {
	what := "connect to IMAP server " + m.conf.Address
	session, err := m.conf.dial(ctx)
	if err != nil {
		return nil, classify(ctx, what, err)
	}
	m.line = session.line
	end = m.line.Begin(ctx)
	if err = m.open(session); err == nil {
		return end, nil
	}
	err = m.line.Reason(err)
	m.drop()
	end()
	return nil, classify(ctx, what, session.refused(err))
}

// open logs in and opens the mailbox.
func (m *Mailbox) open(s *session) (err error) {
	if s.start {
		m.client, err = imapclient.NewStartTLS(s.conn, &imapclient.Options{TLSConfig: s.tls})
		if err != nil {
			return fmt.Errorf("start TLS: %w", err)
		}
	} else {
		m.client = imapclient.New(s.conn, nil)
	}
	if err := m.client.WaitGreeting(); err != nil {
		return fmt.Errorf("wait for the greeting: %w", err)
	}
	if err := m.client.Login(m.conf.User, m.conf.Password).Wait(); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	selected, err := m.client.Select(m.conf.Mailbox, nil).Wait()
	if err != nil {
		return fmt.Errorf("open mailbox %s: %w", m.conf.Mailbox, err)
	}
	if selected.UIDValidity != m.validity {
		m.validity, m.known = selected.UIDValidity, map[imap.UID]*letter{}
		m.last.uid, m.last.raw = 0, nil
	}
	return nil
}

// finish gives the error of a call its kind, and drops a session that is not in order.
func (m *Mailbox) finish(ctx context.Context, what string, err error) error {
	if errors.Is(err, remote.ErrNotFound) {
		return fmt.Errorf("%s: %w", what, err)
	}
	err = m.line.Reason(err)
	if _, answered := errors.AsType[*imap.Error](err); !answered {
		m.drop()
	}
	return classify(ctx, what, err)
}

func (m *Mailbox) drop() {
	if m.line != nil {
		_ = m.line.Close() // nothing is asked of it any more
	}
	if m.client != nil {
		_ = m.client.Close() // waits for its goroutine, which ends with the line
	}
	m.line, m.client = nil, nil
}
