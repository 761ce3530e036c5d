package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/folder"
	"github.com/kvitok-gkh/kvitok/remote/ftp"
	"github.com/kvitok-gkh/kvitok/remote/sftp"
)

// placeConfig is one of the transports, and for an inbox what is taken from it and when.
type placeConfig struct {
	Folder         *folder.Config `yaml:"folder,omitempty"`
	FTP            *ftp.Config    `yaml:"ftp,omitempty"`
	SFTP           *sftp.Config   `yaml:"sftp,omitempty"`
	remote.Arrival `yaml:",inline"`
}

func (p placeConfig) validate() error {
	var given []interface{ Validate() error }
	if p.Folder != nil {
		given = append(given, p.Folder)
	}
	if p.FTP != nil {
		given = append(given, p.FTP)
	}
	if p.SFTP != nil {
		given = append(given, p.SFTP)
	}
	if len(given) != 1 {
		return errors.New("one of folder, ftp and sftp must be given")
	}
	return errors.Join(given[0].Validate(), p.Arrival.Validate())
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
	}
}

// settings makes the driver of a place.
func (p placeConfig) settings() (s remote.Settings, err error) {
	s.Arrival = p.Arrival
	switch {
	case p.Folder != nil:
		s.Driver, err = folder.New(*p.Folder)
	case p.FTP != nil:
		s.Driver, err = ftp.New(*p.FTP)
	default:
		s.Driver, err = sftp.New(*p.SFTP)
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
	settings, err := c.settings()
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
