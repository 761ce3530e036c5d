package mail_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
	"testing"

	"github.com/emersion/go-message/mail"
	"go.uber.org/goleak"

	"github.com/kvitok-gkh/kvitok/remote/mail/mailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	user     = mailtest.User
	password = mailtest.Password
	partner  = mailtest.Partner
)

// post is the post office, with a partner who mails files.
type post struct {
	*mailtest.Post
	count int
}

func servePost(t *testing.T, protection string) *post {
	t.Helper()
	return &post{Post: mailtest.ServePost(t, protection)}
}

// deposit is the partner who mails one file.
func (p *post) deposit(t *testing.T, name string, data []byte) {
	t.Helper()
	p.count++
	p.Put(t, letter(t, fmt.Sprintf("<m%d@bank.example>", p.count), partner, map[string][]byte{name: data}))
}

// letter writes a mail as mail programs do.
func letter(t *testing.T, id, from string, files map[string][]byte) string {
	t.Helper()
	var raw bytes.Buffer
	var h mail.Header
	h.SetMessageID(strings.Trim(id, "<>"))
	h.SetAddressList("From", []*mail.Address{{Name: "Банк", Address: from}})
	h.SetSubject("Реестр")
	w, err := mail.CreateWriter(&raw, h)
	if err != nil {
		t.Fatal(err)
	}
	var inline mail.InlineHeader
	inline.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	text, err := w.CreateSingleInline(inline)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(text, "Добрый день!\r\n")
	if err = errors.Join(err, text.Close()); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		var attached mail.AttachmentHeader
		attached.SetContentType("application/octet-stream", nil)
		attached.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		file, err := w.CreateAttachment(attached)
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.Write(data)
		if err = errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return raw.String()
}

// relay is the relay, read as a mail program does.
type relay struct{ *mailtest.Relay }

func serveRelay(t *testing.T, protection string) *relay {
	t.Helper()
	return &relay{mailtest.ServeRelay(t, protection)}
}

// received reads the mails as a mail program does.
func (r *relay) received(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, raw := range r.Mails() {
		reader, err := mail.CreateReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		for {
			part, err := reader.NextPart()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			header, ok := part.Header.(*mail.AttachmentHeader)
			if !ok {
				continue
			}
			name, err := header.Filename()
			data, readErr := io.ReadAll(part.Body)
			if err := errors.Join(err, readErr); err != nil {
				t.Fatal(err)
			}
			files[name] = data
		}
	}
	return files
}

// once gives an error for the first letter and takes the others.
func once(err error) func([]byte) error {
	given := false
	return func([]byte) error {
		if given {
			return nil
		}
		given = true
		return err
	}
}
