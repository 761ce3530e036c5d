package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/town"
)

// townConfig is the configuration of the made town, without the addresses of the servers.
func townConfig(t *town.Town) (*config, error) {
	base, err := parameters.Builtin()
	if err != nil {
		return nil, err
	}
	workdays, err := parameters.BuiltinWorkdays()
	if err != nil {
		return nil, err
	}
	orders, err := parameters.BuiltinOrders()
	if err != nil {
		return nil, err
	}
	organisations := t.Organisations()
	c := &config{
		Organisation: organisationOf(organisations.Issuer), Debts: debtsConfig{Partner: town.Bank}, parameters: base,
		workdays: workdays, orders: orders,
	}
	for _, payee := range organisations.Payees() {
		c.Organisations = append(c.Organisations, organisationOf(payee))
	}
	c.defaults("")
	if c.zone, err = time.LoadLocation(c.TimeZone); err != nil {
		return nil, fmt.Errorf("find the zone of the demo: %w", err)
	}
	return c, nil
}

func organisationOf(o housing.Organisation) organisationConfig {
	return organisationConfig{
		INN: o.INN, KPP: o.KPP, Name: o.Name, ShortName: o.ShortName, Address: o.Address, Phone: o.Phone, Email: o.Email,
		Site: o.Site, Bank: bankConfig(o.Bank),
	}
}

// writtenConfig is the part of the configuration that the demo leaves behind.
type writtenConfig struct {
	Organisation  organisationConfig   `yaml:"organisation"`
	Organisations []organisationConfig `yaml:"organisations"`
	Partners      []partnerConfig      `yaml:"partners"`
	Receipts      receiptsConfig       `yaml:"receipts"`
	Debts         debtsConfig          `yaml:"debts"`
	TimeZone      string               `yaml:"time_zone"`
}

// leaveConfig writes DIR/kvitok.yaml, so that every other command works on the data of the demo. The
// first line tells which town lives here; a configuration that is not the demo's is never replaced.
func (e *environment) leaveConfig(t *town.Town, accounts int) error {
	c, err := townConfig(t)
	if err != nil {
		return err
	}
	written := writtenConfig{Organisation: c.Organisation, Organisations: c.Organisations, Debts: c.Debts, TimeZone: c.TimeZone}
	written.Receipts = c.Receipts
	written.Receipts.SingleFiles, written.Receipts.Print.Zip = singleFiles(accounts), true
	written.Partners = []partnerConfig{{Name: town.Office, Inbox: folderPlace(officeInbox), Outbox: folderPlace(officeOutbox)}}
	for _, name := range []string{town.Supplier, town.Bank} {
		written.Partners = append(written.Partners, partnerConfig{
			Name:  name,
			Inbox: folderPlace(filepath.Join(ftpFolder, name, "in")), Outbox: folderPlace(filepath.Join(ftpFolder, name, "out")),
		})
	}
	var text bytes.Buffer
	first := fmt.Sprintf("# kvitok demo: the town of Примерск, %d accounts, %s\n", accounts, t.Period())
	text.WriteString(first)
	text.WriteString("# While the demo runs, rso and bank are reached by FTP and readings come by Kafka, both within its process.\n")
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(written), encoder.Close()); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	path := filepath.Join(e.dir, "kvitok.yaml")
	there, err := os.ReadFile(path) //nolint:gosec // of the data folder
	if err == nil && !bytes.HasPrefix(there, []byte(first)) {
		line, _, _ := bytes.Cut(there, []byte("\n"))
		return fmt.Errorf("%s belongs to something else (%q): give the demo a --dir of its own", path, line)
	}
	if err == nil && bytes.Equal(there, text.Bytes()) {
		return nil
	}
	if err := os.MkdirAll(e.dir, 0o755); err != nil { //nolint:gosec // see openStore
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil { //nolint:gosec // it holds no secret
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}
