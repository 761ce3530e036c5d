// Package letters writes the letters that carry payment documents to their payers: subject, plain text and HTML of one content, in
// Russian, from templates of the organisation or the ones built in.
//
// It owns the words. It does not own who gets a letter, the document in it, or how it travels.
package letters

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	html "html/template"
	"io"
	"os"
	"strings"
	text "text/template"

	"github.com/kvitok-gkh/kvitok/housing"
)

//go:embed subject.txt letter.txt letter.html
var builtin embed.FS

// Config names the organisation's own templates; what is left out is built in. Every field of Letter may be used in them.
type Config struct {
	Subject string `yaml:"subject,omitempty"` // the template itself, one line
	Text    string `yaml:"text,omitempty"`    // a file
	HTML    string `yaml:"html,omitempty"`    // a file
}

// Letter is what templates speak of. Neither names nor addresses of people are in it.
type Letter struct {
	Organisation housing.Organisation
	Period       string // "октябрь 2026 года"
	Account      string // its last digits: "…0017"
	Number       string // of the document
	CheckCode    string // by which the office verifies the document
	ToPay        string // "1 234,56"
	Advance      bool   // nothing is to be paid
	PayBy        string // "10.11.2026"
	Corrected    bool   // an earlier version of the document was sent
	Attachment   string // the name of the file
	Unsubscribe  string // where one asks for no more letters
}

// Written is a letter in words.
type Written struct{ Subject, Text, HTML string }

// Letters writes letters.
type Letters struct {
	subject, text *text.Template
	html          *html.Template
}

// New reads the templates and tries them: a mistake shows here and not with the first letter.
func New(c Config) (*Letters, error) {
	var l Letters
	subject, err := source(c.Subject, "", "subject.txt")
	if err == nil {
		l.subject, err = text.New("subject").Option("missingkey=error").Parse(strings.TrimSpace(subject))
	}
	if err != nil {
		return nil, fmt.Errorf("read the template of the subject: %w", err)
	}
	body, err := source("", c.Text, "letter.txt")
	if err == nil {
		l.text, err = text.New("text").Parse(body)
	}
	if err != nil {
		return nil, fmt.Errorf("read the template of the text: %w", err)
	}
	if body, err = source("", c.HTML, "letter.html"); err == nil {
		l.html, err = html.New("html").Parse(body)
	}
	if err != nil {
		return nil, fmt.Errorf("read the template of the HTML: %w", err)
	}
	for _, try := range []Letter{{}, {Advance: true, Corrected: true, Organisation: housing.Organisation{Phone: "x", Email: "x", Site: "x"}}} {
		if _, err := l.Write(try); err != nil {
			return nil, err
		}
	}
	return &l, nil
}

func source(given, file, name string) (string, error) {
	if given != "" {
		return given, nil
	}
	if file == "" {
		content, err := builtin.ReadFile(name)
		return string(content), err
	}
	content, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	return string(content), err
}

const longestSubject = 200

// Write fills the templates in.
func (l *Letters) Write(letter Letter) (Written, error) {
	var w Written
	for _, part := range []struct {
		into *string
		from interface {
			Execute(w io.Writer, data any) error
		}
	}{{&w.Subject, l.subject}, {&w.Text, l.text}, {&w.HTML, l.html}} {
		var out bytes.Buffer
		if err := part.from.Execute(&out, letter); err != nil {
			return w, fmt.Errorf("write a letter: %w", err)
		}
		*part.into = out.String()
	}
	w.Subject = strings.Join(strings.Fields(w.Subject), " ")
	if w.Subject == "" || len([]rune(w.Subject)) > longestSubject {
		return w, errors.New("write a letter: the subject is empty or longer than 200 characters")
	}
	return w, nil
}

// Of makes what templates speak of from a document.
func Of(d *housing.PaymentDocument) Letter {
	return Letter{
		Organisation: d.Issuer, Period: d.Period.Russian() + " года", Account: "…" + lastOf(d.Account.Number), Number: d.Number, CheckCode: d.CheckCode,
		ToPay: max(d.ToPay, 0).Russian(), Advance: d.ToPay <= 0, PayBy: d.PayBy.Russian(), Attachment: FileName(d.Period),
	}
}

// FileName is the name of the document in a letter: nothing in it is of a person.
func FileName(period housing.Period) string { return "kvitanciya-" + period.String() + ".pdf" }

func lastOf(number string) string {
	const shown = 4
	runes := []rune(number)
	return string(runes[max(0, len(runes)-shown):])
}
