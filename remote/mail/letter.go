package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // names in Windows-1251 and KOI8-R
	"github.com/emersion/go-message/mail"
	"golang.org/x/text/encoding/charmap"
)

// letter is a mail whose files are wanted.
type letter struct {
	uid     imap.UID
	id      string // Message-ID
	from    string
	arrived time.Time
	files   []attachment
}

// attachment is one file of a mail.
type attachment struct {
	ordinal int    // among the leaves of the mail
	title   string // as the sender named it
	name    string // unique at the place
	size    int64
	done    bool
}

const (
	maxDepth   = 10
	maxTitle   = 200
	headerSize = 1 << 20
)

// errTooMany says that a mail holds more files than the mailbox takes.
var errTooMany = errors.New("too many attachments")

// read finds the files of a mail. raw is the whole of it.
func (l *letter) read(raw []byte, most int) error {
	err := leaves(raw, func(ordinal int, header message.Header, body io.Reader) error {
		title := titleOf(header)
		if title == "" {
			return nil
		}
		if len(l.files) == most {
			return errTooMany
		}
		size, err := io.Copy(io.Discard, body)
		if err != nil {
			return fmt.Errorf("read %s: %w", title, err)
		}
		l.files = append(l.files, attachment{ordinal: ordinal, title: title, size: size})
		return nil
	})
	if err != nil {
		return err
	}
	for i := range l.files {
		l.files[i].name = l.nameOf(l.files[i])
	}
	return nil
}

// nameOf makes a name that two copies of one mail share and two mails never do.
func (l *letter) nameOf(a attachment) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d\n%s", l.id, a.ordinal, a.size, a.title))
	return hex.EncodeToString(sum[:8]) + "-" + a.title
}

// content returns the bytes of one file of a mail.
func content(raw []byte, wanted int) ([]byte, error) {
	var data []byte
	err := leaves(raw, func(ordinal int, _ message.Header, body io.Reader) (err error) {
		if ordinal != wanted {
			return nil
		}
		if data, err = io.ReadAll(body); err != nil {
			return fmt.Errorf("decode the attachment: %w", err)
		}
		return nil
	})
	return data, err
}

// leaves visits the parts of a mail that are no containers. A mail inside a mail is one of them.
func leaves(raw []byte, visit func(ordinal int, header message.Header, body io.Reader) error) error {
	entity, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: headerSize})
	if err != nil && !message.IsUnknownCharset(err) {
		return fmt.Errorf("read the mail: %w", err)
	}
	ordinal := 0
	var walk func(e *message.Entity, depth int) error
	walk = func(e *message.Entity, depth int) error {
		parts := e.MultipartReader()
		if parts == nil {
			ordinal++
			return visit(ordinal, e.Header, e.Body)
		}
		if depth == maxDepth {
			return fmt.Errorf("read the mail: parts inside parts, deeper than %d", maxDepth)
		}
		for {
			part, err := parts.NextPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
				return fmt.Errorf("read the mail: %w", err)
			}
			if err := walk(part, depth+1); err != nil {
				return err
			}
		}
	}
	return walk(entity, 0)
}

// titleOf is the name of a file, "" for what is text or the picture of a signature.
func titleOf(header message.Header) string {
	kind, _, _ := header.ContentType()
	disposition, _, _ := header.ContentDisposition()
	attached := mail.AttachmentHeader{Header: header}
	name, err := attached.Filename()
	if err != nil && name == "" {
		name = "attachment"
	}
	inline := disposition == "inline" || header.Get("Content-Id") != "" && disposition != "attachment"
	if name == "" && disposition == "attachment" {
		name = "attachment"
	}
	if name == "" || inline && strings.HasPrefix(kind, "image/") {
		return ""
	}
	return plainName(name)
}

// plainName makes a sender's name one that stands in one folder of any system.
func plainName(name string) string {
	if !utf8.ValidString(name) {
		// Old programs send names as they are on a Russian Windows.
		name, _ = charmap.Windows1251.NewDecoder().String(name)
	}
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name))
	if extension := path.Ext(name); len(name) > maxTitle && len(extension) < maxTitle/2 {
		name = strings.TrimSpace(strings.ToValidUTF8(name[:maxTitle-len(extension)], "")) + extension
	} else if len(name) > maxTitle {
		name = strings.TrimSpace(strings.ToValidUTF8(name[:maxTitle], ""))
	}
	if name == "" || strings.Trim(name, ".") == "" {
		return "attachment"
	}
	return name
}
