package mail

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-message/textproto"
)

// Returned is a mail about a letter of ours: a report that it could not be delivered, or the wish to get no more.
type Returned struct {
	// About is the Message-ID of the letter, without its brackets; "" of a wish.
	About   string
	Reports []Report
	// Unsubscribe is the token of the address that letters named for it; "" of a report.
	Unsubscribe string
}

// Report is what became of a letter for one recipient (RFC 3464, 2.3).
type Report struct {
	Action     string // "failed", "delayed", "delivered", "relayed", "expanded"
	Status     string // "5.1.1"
	Diagnostic string // of the server that refused; may hold the address
}

// UnsubscribeSubject is the subject of a mail that unsubscribes.
func UnsubscribeSubject(token string) string { return unsubscribeWord + token }

const unsubscribeWord = "unsubscribe-"

// unsubscribing finds the token in a subject, which mail programs and people put words before.
var unsubscribing = regexp.MustCompile(`(?i)\bunsubscribe-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b`)

// ReadReturned reads a mail; ok is false for one that is neither.
func ReadReturned(raw []byte) (r Returned, ok bool) {
	entity, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: headerSize})
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return r, false
	}
	kind, params, _ := entity.Header.ContentType()
	if kind == "multipart/report" && strings.EqualFold(params["report-type"], "delivery-status") {
		return readReport(raw, entity.Header)
	}
	header := mail.Header{Header: entity.Header}
	subject, err := header.Subject()
	if err != nil && subject == "" {
		return r, false
	}
	found := unsubscribing.FindStringSubmatch(subject)
	if found == nil {
		return r, false
	}
	return Returned{Unsubscribe: strings.ToLower(found[1])}, true
}

// readReport reads what a mail server says of a letter. The letter is known by its Message-ID, in the part that comes back; servers
// that send none back name it in the head.
func readReport(raw []byte, head message.Header) (r Returned, ok bool) {
	err := leaves(raw, func(_ int, header message.Header, body io.Reader) error {
		kind, _, _ := header.ContentType()
		switch kind {
		case "message/delivery-status", "message/global-delivery-status":
			r.Reports = append(r.Reports, readReports(body)...)
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
			original, err := textproto.ReadHeader(bufio.NewReader(io.LimitReader(body, headerSize)))
			if id := messageID(original.Get("Message-Id")); id != "" && (err == nil || errors.Is(err, io.EOF)) {
				r.About = id
			}
		}
		return nil
	})
	if err != nil {
		return r, false
	}
	for _, field := range []string{"In-Reply-To", "References"} {
		if r.About == "" {
			r.About = messageID(head.Get(field))
		}
	}
	return r, r.About != "" && len(r.Reports) > 0
}

// readReports reads the fields of each recipient. The first group is of the letter as a whole.
func readReports(body io.Reader) []Report {
	const most = 100
	var list []Report
	buffered := bufio.NewReader(io.LimitReader(body, headerSize))
	for range most {
		fields, err := textproto.ReadHeader(buffered)
		if action := strings.ToLower(strings.TrimSpace(fields.Get("Action"))); action != "" {
			status, _, _ := strings.Cut(strings.TrimSpace(fields.Get("Status")), " ")
			list = append(list, Report{Action: action, Status: status, Diagnostic: strings.Join(strings.Fields(fields.Get("Diagnostic-Code")), " ")})
		}
		if err != nil {
			break
		}
		if _, err := buffered.Peek(1); err != nil {
			break
		}
	}
	return list
}

// messageID takes the last id of a field out of its brackets.
func messageID(field string) string {
	from, to := strings.LastIndexByte(field, '<'), strings.LastIndexByte(field, '>')
	if from < 0 || to < from {
		return ""
	}
	return strings.TrimSpace(field[from+1 : to])
}
