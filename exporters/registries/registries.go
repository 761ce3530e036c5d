// Package registries writes the registries that payment agents take, by the format profiles that say how each
// is laid out.
//
// It owns how a value stands in a registry and says what it had to change in it to fit. It does not own the
// layouts (profiles), who owes what, where the file goes, or the number of the registry.
package registries

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// Control is what was counted while a registry was written.
type Control struct {
	Rows   int
	Amount housing.Money // may be negative: advances count
	SHA256 string        // of the file
	Notes  []Note        // values changed to fit, at most MaxNotes
	Noted  int           // all values changed
}

// MaxNotes bounds Control.Notes: a registry of millions whose every address has a flaw must not fill
// the memory. Control.Noted counts all.
const MaxNotes = 1000

// Note says that a value stands in the file otherwise than it is known.
type Note struct {
	Row     int // 1-based line of the file
	Account string
	Field   string // in Russian
	Text    string // in Russian
}

func (c *Control) note(n Note) {
	c.Noted++
	if len(c.Notes) < MaxNotes {
		c.Notes = append(c.Notes, n)
	}
}

// Options is what a registry says beside its rows.
type Options struct {
	INN    string // of the organisation paid
	Bank   string // its settlement account
	Number int    // of the registry
	Period housing.Period
	Date   housing.Date      // on which it is made
	Values map[string]string // of the contract: they win over those of the profile
	Temp   string            // folder for temporary files, "" for the system's
}

// Errors of a registry that cannot be written.
var (
	ErrProfile   = errors.New("not a profile of a registry that goes out")
	ErrNoAccount = errors.New("a debt without an account number")
	ErrFileName  = errors.New("no file name of a registry")
)

// Write writes the registry of a profile. The rows are read twice where its head states their sum. An amount
// may be negative, an advance. A delimiter or a line break inside a value, and a character that the encoding
// lacks, are replaced and noted; a debt without an account number stops the writing; what was written before an
// error is no registry.
func Write(w io.Writer, p *profiles.Profile, o Options, rows iter.Seq2[housing.Debt, error]) (Control, error) {
	r, err := newRegistry(p, o)
	if err != nil {
		return Control{}, err
	}
	digest := sha256.New()
	r.out = bufio.NewWriterSize(io.MultiWriter(w, digest), 1<<16)
	if p.Kind == profiles.DBF {
		if err := r.table(rows); err != nil {
			return r.control, err
		}
		r.control.SHA256 = hex.EncodeToString(digest.Sum(nil))
		return r.control, nil
	}
	if err := r.heads(rows); err != nil {
		return r.control, err
	}
	for debt, err := range rows {
		if err != nil {
			return r.control, fmt.Errorf("read a debt: %w", err)
		}
		if err := r.row(debt); err != nil {
			return r.control, err
		}
	}
	if err := r.out.Flush(); err != nil {
		return r.control, fmt.Errorf("write a registry: %w", err)
	}
	r.control.SHA256 = hex.EncodeToString(digest.Sum(nil))
	return r.control, nil
}

// NeedsMeters reports whether the rows of a profile name meters.
func NeedsMeters(p *profiles.Profile) bool { return p.Export != nil && p.Export.Meters != nil }

// FileName returns the name of a registry as its profile forms it.
func FileName(p *profiles.Profile, o Options) (string, error) {
	r, err := newRegistry(p, o)
	if err != nil {
		return "", err
	}
	return r.name(p.Export.FileName)
}

// name fills in the template of a file name.
func (r *registry) name(template string) (string, error) {
	var name strings.Builder
	for _, piece := range profiles.ParseTemplate(template) {
		text := piece.Text
		if piece.Value != "" {
			var err error
			if text, err = r.named(piece); err != nil {
				return "", err
			}
		}
		name.WriteString(text)
	}
	if name.String() == "" || strings.ContainsAny(name.String(), `/\`) {
		return "", fmt.Errorf("%q: %w", name.String(), ErrFileName)
	}
	return name.String(), nil
}

// named is a value of a file name, which must be there and have its form.
func (r *registry) named(piece profiles.Piece) (string, error) {
	bad := func(what string) (string, error) { return "", fmt.Errorf("%s: %w", what, ErrFileName) }
	switch o := r.options; piece.Value {
	case profiles.ValueINN:
		if (len(o.INN) != 10 && len(o.INN) != 12) || !digits(o.INN) {
			return bad(fmt.Sprintf("INN %q is not 10 or 12 digits", o.INN))
		}
	case profiles.ValueBank:
		if len(o.Bank) != 20 || !digits(o.Bank) {
			return bad(fmt.Sprintf("bank account %q is not 20 digits", o.Bank))
		}
	case profiles.ValueNumber:
		if o.Number < 1 || len(r.value(piece, nil)) > max(1, len(piece.Form)*3) {
			return bad(fmt.Sprintf("number %d is not 1 to 999", o.Number))
		}
	case profiles.ValuePeriod:
		if o.Period.IsZero() {
			return bad("no billing month")
		}
	}
	return r.value(piece, nil), nil
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// registry is a registry being written.
type registry struct {
	profile   *profiles.Profile
	options   Options
	encoder   *exporters.Encoder
	delimiter string
	cells     []profiles.Template
	meters    []profiles.Template
	out       *bufio.Writer
	control   Control
	line      []byte
	lines     int
}

func newRegistry(p *profiles.Profile, o Options) (*registry, error) {
	if p == nil || p.Export == nil {
		return nil, fmt.Errorf("write a registry: %w", ErrProfile)
	}
	encoding := exporters.Encoding(p.Export.Encoding)
	if encoding == "" {
		encoding = exporters.Windows1251
	}
	encoder, err := exporters.NewEncoder(encoding)
	if err != nil {
		return nil, fmt.Errorf("write a registry: %w", err)
	}
	r := &registry{profile: p, options: o, encoder: encoder, delimiter: p.Delimiter}
	for _, cell := range p.Export.Row {
		r.cells = append(r.cells, profiles.ParseTemplate(cell))
	}
	if p.Export.Meters != nil {
		for _, cell := range p.Export.Meters.Cells {
			r.meters = append(r.meters, profiles.ParseTemplate(cell))
		}
	}
	return r, nil
}

// heads writes the lines above the rows. Where they state the sum the rows are read for it first.
func (r *registry) heads(rows iter.Seq2[housing.Debt, error]) error {
	if _, err := r.out.WriteString(r.encoder.Mark()); err != nil {
		return fmt.Errorf("write a registry: %w", err)
	}
	stated := false
	for _, head := range r.profile.Export.Heads {
		stated = stated || strings.Contains(head, "{"+profiles.ValueSum) || strings.Contains(head, "{"+profiles.ValueCount)
	}
	if stated {
		for debt, err := range rows {
			if err != nil {
				return fmt.Errorf("read a debt: %w", err)
			}
			if err := r.count(debt); err != nil {
				return err
			}
		}
	}
	for _, head := range r.profile.Export.Heads {
		r.line = r.line[:0]
		for _, piece := range profiles.ParseTemplate(head) {
			text := piece.Text
			if piece.Value != "" {
				text = r.value(piece, nil)
			}
			r.line, _ = r.encoder.Append(r.line, text)
		}
		if err := r.end(); err != nil {
			return err
		}
	}
	r.control = Control{}
	return nil
}

func (r *registry) count(d housing.Debt) (err error) {
	r.control.Rows++
	if r.control.Amount, err = r.control.Amount.Add(d.Amount); err != nil {
		return fmt.Errorf("row %d: %w", r.control.Rows, err)
	}
	return nil
}

func (r *registry) end() error {
	r.lines++
	r.line = append(r.line, "\r\n"...)
	if _, err := r.out.Write(r.line); err != nil {
		return fmt.Errorf("write line %d of a registry: %w", r.lines, err)
	}
	return nil
}

func (r *registry) row(d housing.Debt) error {
	if strings.TrimSpace(d.Account.Number) == "" {
		return fmt.Errorf("row %d: %w", r.control.Rows+1, ErrNoAccount)
	}
	if err := r.count(d); err != nil {
		return err
	}
	if strings.TrimSpace(d.Account.Payer) == "" {
		r.control.note(Note{Row: r.lines + 1, Account: d.Account.Number, Field: "ФИО", Text: "плательщик не указан"})
	}
	r.line = r.line[:0]
	for i, cell := range r.cells {
		if i > 0 {
			r.line = append(r.line, r.delimiter...)
		}
		r.cell(cell, &d)
	}
	r.blocks(&d)
	return r.end()
}

// cell adds a cell. One that is empty stands as the profile wants.
func (r *registry) cell(cell profiles.Template, d *housing.Debt) {
	from := len(r.line)
	for _, piece := range cell {
		if piece.Value == "" {
			r.line, _ = r.encoder.Append(r.line, piece.Text)
			continue
		}
		r.append(d.Account.Number, fieldNamed(piece.Value), r.value(piece, d))
	}
	if len(r.line) == from {
		r.line, _ = r.encoder.Append(r.line, r.profile.Export.Empty)
	}
}
