package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/folder"
	"github.com/kvitok-gkh/kvitok/remote/ftp"
	"github.com/kvitok-gkh/kvitok/remote/mail"
	"github.com/kvitok-gkh/kvitok/remote/sftp"
)

// placeConfig is one of the transports, and for an inbox what is taken from it and when.
type placeConfig struct {
	Folder *folder.Config      `yaml:"folder,omitempty"`
	FTP    *ftp.Config         `yaml:"ftp,omitempty"`
	SFTP   *sftp.Config        `yaml:"sftp,omitempty"`
	IMAP   *mail.MailboxConfig `yaml:"imap,omitempty"` // inboxes only
	SMTP   *mail.SenderConfig  `yaml:"smtp,omitempty"` // outboxes only
	// Verify says how a delivered file is verified: by its size (verifySize, also where empty), or by reading it back (verifyBytes).
	Verify string `yaml:"verify,omitempty"` // outboxes only
	// Name is how files are named there, such as "{inn}_{account}_{date:ddmmyy}*.txt"; at an outbox with {name} and {ext}.
	Name           string `yaml:"name,omitempty"`
	remote.Arrival `yaml:",inline"`
}

// How deliveries are verified.
const (
	verifySize  = "size"
	verifyBytes = "bytes"
)

// transport is what every section of a place can do.
type transport interface{ Validate() error }

func (p placeConfig) transports() []transport {
	var given []transport
	if p.Folder != nil {
		given = append(given, p.Folder)
	}
	if p.FTP != nil {
		given = append(given, p.FTP)
	}
	if p.SFTP != nil {
		given = append(given, p.SFTP)
	}
	if p.IMAP != nil {
		given = append(given, p.IMAP)
	}
	if p.SMTP != nil {
		given = append(given, p.SMTP)
	}
	return given
}

func (p placeConfig) validate(isInbox bool) error {
	given := p.transports()
	if len(given) != 1 {
		return errors.New("exactly one transport must be given: folder, ftp, sftp, imap (inbox) or smtp (outbox)")
	}
	errs := []error{given[0].Validate(), p.Validate()}
	switch {
	case isInbox && p.SMTP != nil:
		errs = append(errs, errors.New("smtp takes mail, it gives none: an inbox needs imap"))
	case !isInbox && p.IMAP != nil:
		errs = append(errs, errors.New("imap gives mail, it takes none: an outbox needs smtp"))
	case p.IMAP != nil && len(p.ReadyFlags)+len(p.Checksums) > 0:
		errs = append(errs, errors.New("ready_flags and checksums are for places of files: a mail arrives whole"))
	}
	if p.Name != "" {
		errs = append(errs, p.checkName(isInbox))
	}
	switch {
	case p.Verify == "":
	case p.Verify != verifySize && p.Verify != verifyBytes:
		errs = append(errs, fmt.Errorf("verify is %q, want %s or %s", p.Verify, verifySize, verifyBytes))
	case isInbox:
		errs = append(errs, errors.New("verify is for outboxes: what is fetched is always verified"))
	case p.Verify == verifyBytes && p.SMTP != nil:
		errs = append(errs, errors.New("verify: a mail cannot be read back"))
	}
	return errors.Join(errs...)
}

func (p placeConfig) checkName(isInbox bool) error {
	names, err := pipeline.ParseFileNames(p.Name)
	switch {
	case err != nil:
		return err
	case isInbox:
		return names.Arriving()
	}
	return names.Outgoing()
}

// fileNames is the template of a place, nil where it has none. It was checked with the configuration.
func (p *placeConfig) fileNames() (*pipeline.FileNames, error) {
	if p == nil || p.Name == "" {
		return nil, nil //nolint:nilnil // files are named anyhow
	}
	return pipeline.ParseFileNames(p.Name)
}

// inside makes the files and folders that the configuration names those of the data folder.
func (p placeConfig) inside(inside func(*string)) {
	switch {
	case p.Folder != nil:
		inside(&p.Folder.Dir)
	case p.FTP != nil:
		inside(&p.FTP.CAFile)
	case p.SFTP != nil:
		inside(&p.SFTP.KeyFile)
		inside(&p.SFTP.KnownHosts)
	case p.IMAP != nil:
		inside(&p.IMAP.CAFile)
	case p.SMTP != nil:
		inside(&p.SMTP.CAFile)
	}
}

// settings makes the driver of a place.
func (e *environment) settings(a *app, p placeConfig) (s remote.Settings, err error) {
	s.Arrival, s.ReadBack = p.Arrival, p.Verify == verifyBytes
	switch {
	case p.Folder != nil:
		s.Driver, err = folder.New(*p.Folder)
	case p.FTP != nil:
		s.Driver, err = ftp.New(*p.FTP)
	case p.SFTP != nil:
		s.Driver, err = sftp.New(*p.SFTP)
	case p.IMAP != nil:
		mailbox := *p.IMAP
		mailbox.Names = p.Names
		s.Source, err = mail.NewMailbox(mailbox, a.log)
	case p.SMTP != nil:
		s.Sender, err = mail.NewSender(*p.SMTP, e.now)
	}
	return s, err
}

func (e *environment) openPlace(a *app, name string, c *placeConfig) (*remote.Place, error) {
	if c == nil {
		return nil, nil //nolint:nilnil // a partner may have one place only
	}
	if c.Folder != nil {
		if err := makeOwnFolder(a.dir, c.Folder.Dir); err != nil {
			return nil, err
		}
	}
	settings, err := e.settings(a, *c)
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", name, err)
	}
	settings.Name, settings.Now, settings.Log = name, e.now, a.log
	place, err := remote.New(settings)
	if err != nil {
		return nil, fmt.Errorf("set up %s: %w", name, err)
	}
	a.closers = append(a.closers, func(context.Context) error { return place.Close() })
	return place, nil
}
