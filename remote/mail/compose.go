package mail

import (
	"bytes"
	"fmt"
	"io"
	"net/mail"
	"time"

	message "github.com/emersion/go-message/mail"
)

// draft is a mail that carries one file.
type draft struct {
	from    *mail.Address
	to      []string
	id      string
	date    time.Time
	subject string
	file    string
	content []byte
	sum     []byte
}

// compose writes the mail. People read its text: what has come, and how to tell that it is whole.
func compose(d draft) ([]byte, error) {
	var h message.Header
	h.SetDate(d.date)
	h.SetMessageID(d.id)
	h.SetSubject(d.subject)
	h.SetAddressList("From", []*message.Address{{Name: d.from.Name, Address: d.from.Address}})
	recipients := make([]*message.Address, 0, len(d.to))
	for _, to := range d.to {
		recipients = append(recipients, &message.Address{Address: to})
	}
	h.SetAddressList("To", recipients)
	h.Set("Auto-Submitted", "auto-generated") // no holiday greeting comes back
	var raw bytes.Buffer
	w, err := message.CreateWriter(&raw, h)
	if err != nil {
		return nil, fmt.Errorf("write the mail: %w", err)
	}
	if err := writeParts(w, d); err != nil {
		return nil, fmt.Errorf("write the mail: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write the mail: %w", err)
	}
	return raw.Bytes(), nil
}

func writeParts(w *message.Writer, d draft) error {
	var text message.InlineHeader
	text.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	inline, err := w.CreateSingleInline(text)
	if err != nil {
		return err //nolint:wrapcheck // compose wraps
	}
	_, err = fmt.Fprintf(inline, "Здравствуйте!\r\n\r\nВо вложении файл «%s», %d байт.\r\nSHA-256: %x\r\n\r\n"+
		"Письмо отправлено автоматически, отвечать на него не нужно.\r\n", d.file, len(d.content), d.sum)
	if err != nil {
		return err //nolint:wrapcheck // compose wraps
	}
	if err := inline.Close(); err != nil {
		return err //nolint:wrapcheck // compose wraps
	}
	var attached message.AttachmentHeader
	// Never as text: relays convert the line ends of text.
	attached.SetContentType("application/octet-stream", map[string]string{"name": d.file})
	attached.SetFilename(d.file)
	attached.Set("Content-Transfer-Encoding", "base64")
	file, err := w.CreateAttachment(attached)
	if err != nil {
		return err //nolint:wrapcheck // compose wraps
	}
	if _, err := io.Copy(file, bytes.NewReader(d.content)); err != nil {
		return err //nolint:wrapcheck // compose wraps
	}
	return file.Close() //nolint:wrapcheck // compose wraps
}
