package main

import (
	"errors"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/office"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote/pgp"
	"github.com/kvitok-gkh/kvitok/schedules"
)

// defaultZone is where an office stands that says nothing of it.
const defaultZone = "Europe/Moscow"

// config is the whole kvitok.yaml. A section's struct sits in the package that uses it, where one does.
type config struct {
	Organisation  organisationConfig   `yaml:"organisation"`  // the issuer
	Organisations []organisationConfig `yaml:"organisations"` // payees
	Database      databaseConfig       `yaml:"database"`
	Partners      []partnerConfig      `yaml:"partners"`
	Stream        *stream.Config       `yaml:"stream"`
	Parameters    yaml.Node            `yaml:"parameters"`     // as in parameters.yaml; these win
	Workdays      yaml.Node            `yaml:"workdays"`       // as in workdays.yaml; its years win
	Orders        yaml.Node            `yaml:"payment_orders"` // as in orders.yaml; these win
	Receipts      receiptsConfig       `yaml:"receipts"`
	Debts         debtsConfig          `yaml:"debts"`
	Letters       *lettersConfig       `yaml:"letters"`
	Formats       string               `yaml:"formats"` // folder of your own format profiles
	TimeZone      string               `yaml:"time_zone"`
	Workers       int                  `yaml:"workers"`
	Schedules     schedules.Config     `yaml:"schedules"`
	Serve         serveConfig          `yaml:"serve"`
	Office        *office.Config       `yaml:"office"` // the page for accountants; none: no page

	parameters []housing.Parameter
	overrides  pipeline.Overrides // of the built-in parameters and orders
	workdays   housing.Workdays
	orders     []housing.PaymentOrder
	zone       *time.Location
}

type organisationConfig struct {
	INN       string     `yaml:"inn"`
	KPP       string     `yaml:"kpp,omitempty"`
	Name      string     `yaml:"name"`
	ShortName string     `yaml:"short_name,omitempty"`
	Address   string     `yaml:"address,omitempty"`
	Phone     string     `yaml:"phone,omitempty"`
	Email     string     `yaml:"email,omitempty"`
	Site      string     `yaml:"site,omitempty"`
	Logo      string     `yaml:"logo,omitempty"`   // of its receipts: a PNG or JPEG file, relative to the data folder
	Colour    string     `yaml:"colour,omitempty"` // of titles on them: "#1f5fa8"
	Bank      bankConfig `yaml:"bank"`
}

type bankConfig struct {
	Account     string `yaml:"account"`
	Name        string `yaml:"name"`
	BIC         string `yaml:"bic"`
	CorrAccount string `yaml:"corr_account"`
}

type databaseConfig struct {
	URL string `yaml:"url"`
	// Migrate brings the schema up to date at every start; without it kvitok migrate up does. The
	// private database always does.
	Migrate bool `yaml:"migrate"`
}

type partnerConfig struct {
	Name   string       `yaml:"name"`
	Inbox  *placeConfig `yaml:"inbox,omitempty"`
	Outbox *placeConfig `yaml:"outbox,omitempty"`
	PGP    *pgp.Config  `yaml:"pgp,omitempty"` // files are encrypted and signed
	// EqualRows is what becomes of payments that equal those of other files: hold, warn or book.
	EqualRows housing.EqualRows `yaml:"equal_rows,omitempty"`
	// KeepDays is how long the archive keeps what was exchanged, for kvitok tidy. Zero: for ever.
	KeepDays int `yaml:"keep_days,omitempty"`
	// SilentRepeats leaves a file that comes again with the same bytes without an answer.
	SilentRepeats bool `yaml:"silent_repeats,omitempty"`
}

type receiptsConfig struct {
	SingleFiles  bool   `yaml:"single_files"`
	CodeEncoding string `yaml:"code_encoding"` // of payment codes: utf-8, windows-1251, koi8-r
	PayerInCode  bool   `yaml:"payer_in_code"`
	Barcode      string `yaml:"barcode,omitempty"` // template of a linear code: "{inn}{account:10}{period}{kopecks:9}"

	Print printConfig `yaml:"print,omitempty"`
}

// printConfig is how print files are made for a printing house.
type printConfig struct {
	Order  string `yaml:"order,omitempty"`  // of print files: street, or index for the postal index
	Zip    bool   `yaml:"zip,omitempty"`    // all of a month in one file, with register and control totals
	Duplex bool   `yaml:"duplex,omitempty"` // every document begins on the front of a sheet
	Window string `yaml:"window,omitempty"` // of the envelope: dl, dl-left, c5, c5-left
	Marks  bool   `yaml:"marks,omitempty"`  // for folding and enveloping machines
}

type debtsConfig struct {
	Partner string            `yaml:"partner"`
	Profile string            `yaml:"profile,omitempty"` // format profile of the registry, sber-debts-classic where left out
	Number  int               `yaml:"number,omitempty"`  // of the registry within the month
	Values  map[string]string `yaml:"values,omitempty"`  // of the contract, such as service_code
}

type serveConfig struct {
	Listen string        `yaml:"listen"`
	Token  string        `yaml:"token"`
	Drain  time.Duration `yaml:"drain"` // how long a stop may take
}

func (o organisationConfig) housing() housing.Organisation {
	return housing.Organisation{
		INN: o.INN, KPP: o.KPP, Name: o.Name, ShortName: o.ShortName, Address: o.Address, Phone: o.Phone,
		Email: o.Email, Site: o.Site, Bank: housing.Bank(o.Bank),
	}
}

func (o organisationConfig) validate() error {
	var errs []error
	if len(o.INN) != 10 && len(o.INN) != 12 {
		errs = append(errs, errors.New("inn must have 10 or 12 digits"))
	}
	if o.Name == "" {
		errs = append(errs, errors.New("name is missing"))
	}
	if o.Bank != (bankConfig{}) && !housing.Bank(o.Bank).Complete() {
		errs = append(errs, errors.New("bank needs account (20 digits), name, bic (9 digits) and corr_account (20 digits)"))
	}
	return errors.Join(errs...)
}

func (s serveConfig) validate() error {
	if s.Drain < 0 {
		return errors.New("drain is negative")
	}
	return nil
}

// defaults fills in what was left out. Relative folders are of the data folder, whatever folder the
// command was started in.
func (c *config) defaults(dir string) {
	if c.TimeZone == "" {
		c.TimeZone = defaultZone
	}
	if c.Formats == "" {
		c.Formats = "formats"
	}
	if c.Workers == 0 {
		c.Workers = 2
	}
	if c.Serve.Listen == "" {
		c.Serve.Listen = "127.0.0.1:8080"
	}
	if c.Serve.Drain == 0 {
		c.Serve.Drain = 30 * time.Second
	}
	if c.Stream != nil {
		s := c.Stream.WithDefaults()
		c.Stream = &s
	}
	if c.Office != nil {
		o := c.Office.WithDefaults()
		c.Office = &o
	}
	c.place(func(path *string) {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	})
}

// place gives every path of the configuration to inside.
func (c *config) place(inside func(path *string)) {
	inside(&c.Organisation.Logo)
	for _, p := range c.Partners {
		for _, place := range []*placeConfig{p.Inbox, p.Outbox} {
			if place != nil {
				place.inside(inside)
			}
		}
		if k := p.PGP; k != nil {
			for _, file := range []*string{&k.KeyFile, &k.PassphraseFile, &k.PartnerKeyFile} {
				inside(file)
			}
		}
	}
	if c.Office != nil {
		inside(&c.Office.CertFile)
		inside(&c.Office.KeyFile)
	}
	inside(&c.Schedules.Reports.Dir)
	inside(&c.Formats)
	if l := c.Letters; l != nil {
		for _, file := range []*string{&l.SMTP.CAFile, &l.Templates.Text, &l.Templates.HTML} {
			inside(file)
		}
		if l.Returns != nil {
			inside(&l.Returns.CAFile)
		}
	}
	if c.Stream != nil {
		inside(&c.Stream.Security.CAFile)
		inside(&c.Stream.Security.CertFile)
		inside(&c.Stream.Security.KeyFile)
	}
}
