package mailtest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"strings"
	"testing"

	"github.com/emersion/go-message/mail"
)

// Letter writes a mail as mail programs do.
func Letter(t *testing.T, id, from string, files map[string][]byte) string {
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
