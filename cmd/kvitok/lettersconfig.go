package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/exporters/letters"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote/mail"
)

// lettersConfig says how payment documents go out by e-mail.
type lettersConfig struct {
	SMTP            mail.MailerConfig   `yaml:"smtp"`
	Returns         *mail.ReturnsConfig `yaml:"returns,omitempty"` // by IMAP
	Templates       letters.Config      `yaml:"templates,omitempty"`
	UnsubscribeURL  string              `yaml:"unsubscribe_url,omitempty"` // https://…/{token}
	Paper           string              `yaml:"paper,omitempty"`           // paperWanted (also where empty) or paperAll
	AfterIssue      bool                `yaml:"after_issue,omitempty"`     // a run of the month queues its letters
	PerMinute       int                 `yaml:"per_minute,omitempty"`
	PerMinuteDomain int                 `yaml:"per_minute_domain,omitempty"`
	FirstRetry      time.Duration       `yaml:"first_retry,omitempty"`
	GiveUp          time.Duration       `yaml:"give_up,omitempty"`
}

// Who is in the print files.
const (
	paperWanted = "wanted" // who did not choose letters alone
	paperAll    = "all"
)

func (c *lettersConfig) validate() error {
	errs := []error{prefixed("smtp", c.SMTP.Validate())}
	if c.Returns != nil {
		errs = append(errs, prefixed("returns", c.Returns.Validate()))
	}
	if u := c.UnsubscribeURL; u != "" && (!strings.HasPrefix(u, "https://") || strings.Count(u, "{token}") != 1 || strings.ContainsAny(u, "<> \r\n")) {
		errs = append(errs, errors.New("unsubscribe_url must begin with https:// and have {token} once"))
	}
	if c.Paper != "" && c.Paper != paperWanted && c.Paper != paperAll {
		errs = append(errs, fmt.Errorf("paper is %q, want %s or %s", c.Paper, paperWanted, paperAll))
	}
	if c.PerMinute < 0 || c.PerMinuteDomain < 0 || c.FirstRetry < 0 || c.GiveUp < 0 {
		errs = append(errs, errors.New("limits must not be negative"))
	}
	if c.Returns == nil && c.UnsubscribeURL == "" {
		errs = append(errs, errors.New("neither returns nor unsubscribe_url: people must be able to get no more letters"))
	}
	return errors.Join(errs...)
}

// prefixed puts a name before each of joined errors.
func prefixed(name string, err error) error {
	all := flatten(err)
	errs := make([]error, 0, len(all))
	for _, one := range all {
		errs = append(errs, fmt.Errorf("%s: %w", name, one))
	}
	return errors.Join(errs...)
}

func (c *lettersConfig) limits() pipeline.LetterLimits {
	l := pipeline.DefaultLetterLimits()
	for _, given := range []struct {
		into  *int
		value int
	}{{&l.PerMinute, c.PerMinute}, {&l.PerMinuteDomain, c.PerMinuteDomain}} {
		if given.value > 0 {
			*given.into = given.value
		}
	}
	for _, given := range []struct {
		into  *time.Duration
		value time.Duration
	}{{&l.FirstRetry, c.FirstRetry}, {&l.GiveUp, c.GiveUp}} {
		if given.value > 0 {
			*given.into = given.value
		}
	}
	return l
}

// openLetters sets the letters up; nil where none are configured. Nothing is connected. With an error it returns what could be set up.
func (a *app) openLetters() (*pipeline.Letters, error) {
	c := a.config.Letters
	if c == nil {
		return nil, nil //nolint:nilnil // none are configured
	}
	words, wordsErr := letters.New(c.Templates)
	if wordsErr != nil {
		wordsErr = fmt.Errorf("set up letters: %w", wordsErr)
	}
	l := &pipeline.Letters{
		Words: words, Limits: c.limits(), UnsubscribeURL: c.UnsubscribeURL, PaperForAll: c.Paper == paperAll, AfterIssue: c.AfterIssue,
	}
	var mailerErr, returnsErr error
	if l.Mailer, mailerErr = mail.NewMailer(c.SMTP); mailerErr == nil {
		a.closers = append(a.closers, func(context.Context) error { return l.Mailer.Close() })
	}
	if c.Returns == nil {
		return l, errors.Join(wordsErr, mailerErr)
	}
	if l.Returns, returnsErr = mail.NewReturns(*c.Returns, a.log); returnsErr == nil {
		a.closers = append(a.closers, func(context.Context) error { return l.Returns.Close() })
	}
	if l.Mailer != nil {
		l.UnsubscribeTo = l.Mailer.ReturnTo()
	}
	return l, errors.Join(wordsErr, mailerErr, returnsErr)
}

// checkLetters tries both servers, whatever came of the rest. Nothing is sent.
func (a *app) checkLetters(note func(string, error), try func(string, func(context.Context) error)) {
	l, err := a.openLetters()
	if err != nil {
		note("letters", err)
	}
	if l == nil {
		return
	}
	if l.Mailer != nil {
		try("letters smtp", l.Mailer.Check)
	}
	if l.Returns != nil {
		try("letters returns", l.Returns.Check)
	}
}
