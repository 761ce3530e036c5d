package mail_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
	p.Put(t, mailtest.Letter(t, fmt.Sprintf("<m%d@bank.example>", p.count), partner, map[string][]byte{name: data}))
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
