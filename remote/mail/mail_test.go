package mail_test

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/mail"
	"github.com/kvitok-gkh/kvitok/remote/mail/mailtest"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
)

func openMailbox(t *testing.T, conf mail.MailboxConfig) *mail.Mailbox {
	t.Helper()
	m, err := mail.NewMailbox(conf, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func openSender(t *testing.T, conf mail.SenderConfig) *mail.Sender {
	t.Helper()
	s, err := mail.NewSender(conf, time.Now) //nolint:forbidigo // tests may use the real clock
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func protections() []string { return []string{mail.TLSNone, mail.TLSStart, mail.TLSImplicit} }

func TestMailboxConformance(t *testing.T) {
	t.Parallel()
	for _, protection := range protections() {
		for _, after := range []string{mail.AfterSeen, mail.AfterMove} {
			t.Run(protection+" "+after, func(t *testing.T) {
				t.Parallel()
				remotetest.RunSource(t, func(t *testing.T) (remote.Source, remotetest.Deposit) {
					t.Helper()
					p := servePost(t, protection)
					p.Conf.After = after
					if after == mail.AfterMove {
						p.Conf.MoveTo = "Done"
					}
					return openMailbox(t, p.Conf), p.deposit
				})
			})
		}
	}
}

func TestSenderConformance(t *testing.T) {
	t.Parallel()
	for _, protection := range protections() {
		t.Run(protection, func(t *testing.T) {
			t.Parallel()
			remotetest.RunSender(t, func(t *testing.T) (remote.Sender, remotetest.Received) {
				t.Helper()
				r := serveRelay(t, protection)
				return openSender(t, r.Conf), r.received
			})
		})
	}
}

// The folder into which mails are moved must be there before the first one is moved.
func TestMailboxCheck(t *testing.T) {
	t.Parallel()
	p := servePost(t, mail.TLSNone)
	p.Conf.After, p.Conf.MoveTo = mail.AfterMove, "Nowhere"
	if err := openMailbox(t, p.Conf).Check(t.Context()); err == nil || !strings.Contains(err.Error(), "Nowhere") {
		t.Errorf("without the folder: %v", err)
	}
	p.Conf.MoveTo = "Done"
	if err := openMailbox(t, p.Conf).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// titles lists a mailbox by the names that the senders gave.
func titles(t *testing.T, m *mail.Mailbox) []string {
	t.Helper()
	entries, err := m.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.FileName())
	}
	slices.Sort(names)
	return names
}

func TestWhoseMailIsTaken(t *testing.T) {
	t.Parallel()
	p := servePost(t, mail.TLSNone)
	p.Conf.From = []string{"@bank.example", "Accountant@Office.example"}
	p.Conf.Names = []string{"*.csv"}
	file := func(name string) map[string][]byte { return map[string][]byte{name: []byte("x")} }
	p.Put(t, mailtest.Letter(t, "1@x", "anybody@BANK.example", file("domain.csv")))
	p.Put(t, mailtest.Letter(t, "2@x", "accountant@office.example", file("address.csv")))
	p.Put(t, mailtest.Letter(t, "3@x", "stranger@evilbank.example", file("stranger.csv")))
	p.Put(t, mailtest.Letter(t, "4@x", "bank.example@evil.example", file("tricky.csv")))
	p.Put(t, mailtest.Letter(t, "5@x", "anybody@bank.example", file("unwanted.doc")))
	p.Put(t, "From: anybody@bank.example, evil@evil.example\nMessage-Id: <6@x>\nContent-Disposition: attachment; filename=two.csv\n\nx")
	p.Put(t, "Message-Id: <7@x>\nContent-Disposition: attachment; filename=nobody.csv\n\nx")
	if got := titles(t, openMailbox(t, p.Conf)); !slices.Equal(got, []string{"address.csv", "domain.csv"}) {
		t.Errorf("taken: %q", got)
	}
}

func TestAttachmentNames(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ headers, want string }{
		"RFC 2231":         {"Content-Disposition: attachment;\n filename*0*=utf-8''%D0%A0%D0%B5;\n filename*1*=%D0%B5%D1%81%D1%82%D1%80.csv", "Реестр.csv"},
		"encoded word":     {"Content-Disposition: attachment; filename=\"=?koi8-r?B?8sXF09TSLmNzdg==?=\"", "Реестр.csv"},
		"Windows-1251":     {"Content-Disposition: attachment; filename=\"=?windows-1251?Q?=D0=E5=E5=F1=F2=F0.csv?=\"", "Реестр.csv"},
		"raw Windows-1251": {"Content-Disposition: attachment; filename=\"\xd0\xe5\xe5\xf1\xf2\xf0.csv\"", "Реестр.csv"},
		"name only":        {"Content-Type: application/octet-stream; name=\"a.csv\"", "a.csv"},
		"path":             {"Content-Disposition: attachment; filename=\"C:\\\\reports\\\\..\\\\a.csv\"", "a.csv"},
		"dots":             {"Content-Disposition: attachment; filename=\"../..\"", "attachment"},
		"no name":          {"Content-Disposition: attachment", "attachment"},
		"long":             {"Content-Disposition: attachment; filename=\"" + strings.Repeat("x", 400) + ".csv\"", strings.Repeat("x", 196) + ".csv"},
		"logo":             {"Content-Type: image/png; name=logo.png\nContent-Id: <logo>", ""},
		"text":             {"Content-Type: text/plain; charset=utf-8", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := servePost(t, mail.TLSNone)
			p.Put(t, "From: "+partner+"\nMessage-Id: <1@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"+
				tt.headers+"\n\ncontent\n--b--\n")
			got := strings.Join(titles(t, openMailbox(t, p.Conf)), ",")
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// Two copies of a mail are one; a mail with two files is done when both are; what is done is so for another process too.
func TestMailIsDoneOnce(t *testing.T) {
	t.Parallel()
	p := servePost(t, mail.TLSNone)
	both := mailtest.Letter(t, "1@x", partner, map[string][]byte{"a.csv": []byte("a"), "b.csv": []byte("b")})
	p.Put(t, both)
	p.Put(t, "Received: by another way\n"+both)
	m := openMailbox(t, p.Conf)
	entries, err := m.List(t.Context())
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v, %v, want two files", entries, err)
	}
	if !strings.Contains(entries[0].Origin, "1@x") || !strings.Contains(entries[0].Origin, partner) {
		t.Errorf("origin %q", entries[0].Origin)
	}
	if err := m.Remove(t.Context(), entries[0].Name); err != nil {
		t.Fatal(err)
	}
	if got := titles(t, m); len(got) != 1 {
		t.Errorf("after one: %q", got)
	}
	if got := titles(t, openMailbox(t, p.Conf)); len(got) != 2 {
		t.Errorf("after a crash: %q, want both again", got)
	}
	if err := m.Remove(t.Context(), entries[1].Name); err != nil {
		t.Fatal(err)
	}
	for _, m := range []*mail.Mailbox{m, openMailbox(t, p.Conf)} {
		if got := titles(t, m); len(got) != 0 {
			t.Errorf("after both: %q", got)
		}
	}
}

// A mail that is too big, has too many files or cannot be read is left alone, and never stops the others.
func TestBadMail(t *testing.T) {
	t.Parallel()
	p := servePost(t, mail.TLSNone)
	p.Conf.MaxBytes, p.Conf.MaxFiles = 5000, 2
	p.Put(t, mailtest.Letter(t, "1@x", partner, map[string][]byte{"big.csv": remotetest.Pattern(9000)}))
	p.Put(t, mailtest.Letter(t, "2@x", partner, map[string][]byte{"1": nil, "2": nil, "3": nil}))
	deep := strings.Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 15)
	p.Put(t, "From: "+partner+"\nMessage-Id: <3@x>\n"+deep)
	p.Put(t, "From: "+partner+"\nMessage-Id: <4@x>\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=torn.csv\n\nAA=A!")
	p.deposit(t, "good.csv", []byte("good"))
	if got := titles(t, openMailbox(t, p.Conf)); !slices.Equal(got, []string{"good.csv"}) {
		t.Errorf("taken: %q", got)
	}
}

func TestMailboxRefusals(t *testing.T) {
	t.Parallel()
	plain, start, implicit := servePost(t, mail.TLSNone), servePost(t, mail.TLSStart), servePost(t, mail.TLSImplicit)
	for name, tt := range map[string]struct {
		post  *post
		spoil func(*mail.MailboxConfig)
	}{
		"wrong password":    {plain, func(c *mail.MailboxConfig) { c.Password = "hunter2" }},
		"no such mailbox":   {plain, func(c *mail.MailboxConfig) { c.Mailbox = "Nowhere" }},
		"strange authority": {implicit, func(c *mail.MailboxConfig) { c.CAFile = "" }},
		"another name":      {implicit, func(c *mail.MailboxConfig) { c.ServerName = "imap.bank.example" }},
		"strange, STARTTLS": {start, func(c *mail.MailboxConfig) { c.CAFile = "" }},
		"server speaks TLS": {implicit, func(c *mail.MailboxConfig) { c.TLS = mail.TLSStart; c.Timeout = 100 * time.Millisecond }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf := tt.post.Conf
			tt.spoil(&conf)
			_, err := openMailbox(t, conf).List(t.Context())
			if err == nil || errors.Is(err, remote.ErrTemporary) != (name == "server speaks TLS") || errors.Is(err, remote.ErrNotFound) {
				t.Errorf("List: %v, want a permanent error", err)
			}
			if err != nil && strings.Contains(err.Error(), conf.Password) {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
}

func TestSenderRefusals(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil     func(*mail.SenderConfig, *relay)
		temporary bool
	}{
		"wrong password":    {func(c *mail.SenderConfig, _ *relay) { c.Password = "hunter2" }, false},
		"one bad recipient": {func(c *mail.SenderConfig, _ *relay) { c.To = []string{partner, "x@nowhere.example"} }, false},
		"strange authority": {func(c *mail.SenderConfig, _ *relay) { c.CAFile = "" }, false},
		"refused":           {func(_ *mail.SenderConfig, r *relay) { r.Data = once(&smtp.SMTPError{Code: 554, Message: "spam"}) }, false},
		"greylisted":        {func(_ *mail.SenderConfig, r *relay) { r.Data = once(&smtp.SMTPError{Code: 451, Message: "later"}) }, true},
		"too big for us":    {func(c *mail.SenderConfig, _ *relay) { c.MaxBytes = 3 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := serveRelay(t, mail.TLSStart)
			conf := r.Conf
			tt.spoil(&conf, r)
			err := openSender(t, conf).Send(t.Context(), "x.csv", strings.NewReader("12345"))
			if err == nil || errors.Is(err, remote.ErrTemporary) != tt.temporary {
				t.Errorf("%v, want temporary %t", err, tt.temporary)
			}
			if err != nil && strings.Contains(err.Error(), conf.Password) {
				t.Errorf("the password is in the error: %v", err)
			}
			if got := r.received(t); len(got) != 0 {
				t.Errorf("%d files arrived", len(got))
			}
		})
	}
}

// A repetition can be told from another mail: same bytes, same name, same day.
func TestMessageID(t *testing.T) {
	t.Parallel()
	r := serveRelay(t, mail.TLSNone)
	s := openSender(t, r.Conf)
	for _, content := range []string{"one", "one", "two"} {
		if err := s.Send(t.Context(), "x.csv", strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, raw := range r.Mails() {
		for line := range strings.Lines(string(raw)) {
			if strings.HasPrefix(strings.ToLower(line), "message-id:") {
				ids = append(ids, line)
			}
		}
	}
	if len(ids) != 3 || ids[0] != ids[1] || ids[0] == ids[2] {
		t.Errorf("%q, want the first two alike", ids)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	server := mail.Server{Address: "mail.example.org:993", User: "u", Password: "p", TLS: mail.TLSImplicit}
	inbox := mail.MailboxConfig{Server: server, From: []string{"@bank.example"}}
	outbox := mail.SenderConfig{Server: server, From: "a@b.example", To: []string{"c@d.example"}}
	if err := errors.Join(inbox.Validate(), outbox.Validate()); err != nil {
		t.Errorf("good configurations: %v", err)
	}
	for name, spoil := range map[string]func(*mail.MailboxConfig, *mail.SenderConfig){
		"address":        func(i *mail.MailboxConfig, o *mail.SenderConfig) { i.Address, o.Address = "x", "x" },
		"no tls":         func(i *mail.MailboxConfig, o *mail.SenderConfig) { i.TLS, o.TLS = "", "" },
		"plain password": func(i *mail.MailboxConfig, o *mail.SenderConfig) { i.TLS, o.TLS = mail.TLSNone, mail.TLSNone },
		"half a login":   func(i *mail.MailboxConfig, o *mail.SenderConfig) { i.Password, o.Password = "", "" },
		"from":           func(i *mail.MailboxConfig, o *mail.SenderConfig) { i.From, o.From = []string{"bank"}, "bank" },
		"nobody":         func(i *mail.MailboxConfig, o *mail.SenderConfig) { i.From, o.To = nil, nil },
		"line break":     func(i *mail.MailboxConfig, o *mail.SenderConfig) { i.User, o.Subject = "a\nb", "a\nb" },
		"limits":         func(i *mail.MailboxConfig, o *mail.SenderConfig) { i.MaxFiles, o.MaxBytes = -1, -1 },
		"more": func(i *mail.MailboxConfig, o *mail.SenderConfig) {
			i.After, o.To = mail.AfterMove, []string{"Bank <bank@bank.example>"}
		},
	} {
		i, o := inbox, outbox
		spoil(&i, &o)
		if i.Validate() == nil || o.Validate() == nil {
			t.Errorf("%s: accepted: %v, %v", name, i.Validate(), o.Validate())
		}
	}
}
