package mail

import (
	"bytes"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"

	message "github.com/emersion/go-message/mail"
)

// Message is a letter to one person: the same content as plain text and as HTML, and a file.
type Message struct {
	To      string
	ID      string // Message-ID without its brackets; a repetition has the same
	Date    time.Time
	Subject string
	Text    string
	HTML    string
	File    File

	// Unsubscribe are the ways to get no more letters: "mailto:…" and "https://…" (RFC 2369). OneClick says that the https one
	// takes a POST at once (RFC 8058).
	Unsubscribe []string
	OneClick    bool
}

// File goes with a letter.
type File struct {
	Name    string
	Type    string // "application/pdf"
	Content []byte
}

// compose writes the letter as it goes over the line.
func (m Message) compose(from *mail.Address, replyTo string) ([]byte, error) {
	var h message.Header
	h.SetDate(m.Date)
	h.SetMessageID(m.ID)
	h.SetSubject(m.Subject)
	h.SetAddressList("From", []*message.Address{{Name: from.Name, Address: from.Address}})
	h.SetAddressList("To", []*message.Address{{Address: m.To}})
	if replyTo != "" {
		h.SetAddressList("Reply-To", []*message.Address{{Address: replyTo}})
	}
	h.Set("Auto-Submitted", "auto-generated") // no holiday greeting comes back
	if len(m.Unsubscribe) > 0 {
		h.Set("List-Unsubscribe", "<"+strings.Join(m.Unsubscribe, ">, <")+">")
		if m.OneClick {
			h.Set("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		}
	}
	var raw bytes.Buffer
	w, err := message.CreateWriter(&raw, h)
	if err == nil {
		err = m.write(w)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("write the letter: %w", err)
	}
	return raw.Bytes(), nil
}

func (m Message) write(w *message.Writer) error {
	inline, err := w.CreateInline()
	if err != nil {
		return err //nolint:wrapcheck // compose wraps, here and below
	}
	for _, part := range []struct{ kind, text string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		if part.text == "" {
			continue
		}
		var h message.InlineHeader
		h.SetContentType(part.kind, map[string]string{"charset": "utf-8"})
		body, err := inline.CreatePart(h)
		if err != nil {
			return err //nolint:wrapcheck // compose wraps
		}
		text := strings.ReplaceAll(strings.ReplaceAll(part.text, "\r\n", "\n"), "\n", "\r\n")
		if _, err := io.WriteString(body, text); err != nil {
			return err //nolint:wrapcheck // compose wraps
		}
		if err := body.Close(); err != nil {
			return err //nolint:wrapcheck // compose wraps
		}
	}
	if err := inline.Close(); err != nil {
		return err //nolint:wrapcheck // compose wraps
	}
	var attached message.AttachmentHeader
	attached.SetContentType(m.File.Type, map[string]string{"name": m.File.Name})
	attached.SetFilename(m.File.Name)
	attached.Set("Content-Transfer-Encoding", "base64")
	file, err := w.CreateAttachment(attached)
	if err != nil {
		return err //nolint:wrapcheck // compose wraps
	}
	if _, err := file.Write(m.File.Content); err != nil {
		return err //nolint:wrapcheck // compose wraps
	}
	return file.Close() //nolint:wrapcheck // compose wraps
}
