package profiles

import (
	"regexp"
	"slices"
	"strings"
)

// The values of an exported registry, as its templates name them: {account}.
const (
	ValuePayer    = "payer"
	ValueAddress  = "address"
	ValueAccount  = "account"
	ValueUnified  = "unified"
	ValueFIAS     = "fias" // of the house, with the flat
	ValueAmount   = "amount"
	ValuePeriod   = "period"
	ValueIndex    = "index" // number of the row
	ValueCount    = "count" // of rows: heads only
	ValueSum      = "sum"   // of amounts: heads only
	ValueINN      = "inn"   // of the organisation paid: file name, heads
	ValueBank     = "bank"  // its settlement account: file name, heads
	ValueNumber   = "number"
	ValueDate     = "date" // on which the registry is made
	ValueMeter    = "meter"
	ValueCode     = "code"
	ValueService  = "service"
	ValueVerifyBy = "verify_by"
	ValueReading  = "value"
	ValueOn       = "on"
	ValueTitle    = "title" // of the service of the meter, in Russian
)

var templateValue = regexp.MustCompile(`\{([a-z_]+)(?::([^{}]*))?\}`)

// Template is a text with values in it: {name} or {name:form}.
type Template []Piece

// Piece is a text, or a value in a form.
type Piece struct {
	Text  string
	Value string
	Form  string
}

// ParseTemplate takes a template apart.
func ParseTemplate(text string) Template {
	var t Template
	last := 0
	for _, at := range templateValue.FindAllStringSubmatchIndex(text, -1) {
		if at[0] > last {
			t = append(t, Piece{Text: text[last:at[0]]})
		}
		piece := Piece{Value: text[at[2]:at[3]]}
		if at[4] >= 0 {
			piece.Form = text[at[4]:at[5]]
		}
		t = append(t, piece)
		last = at[1]
	}
	if last < len(text) {
		t = append(t, Piece{Text: text[last:]})
	}
	return t
}

func (p *Profile) validateExport(f *faults) {
	e := p.Export
	if e == nil {
		f.add("export", "is missing: a profile that goes out says how it is written")
		return
	}
	if p.Subject != Debts && p.Subject != Readings {
		f.add("export", "registries of %s are not written by profiles, only debts and readings", p.Subject)
	}
	oneOf(f, "export.encoding", e.Encoding, "windows-1251", "cp866", "koi8-r", "utf-8", "utf-8-bom")
	oneOf(f, "export.decimal", e.Decimal, Comma, Point)
	if e.FileName == "" {
		f.add("export.file_name", "is missing")
	}
	if len(e.Row) == 0 {
		f.add("export.row", "is missing: the cells of a row")
	}
	named := []string{ValueINN, ValueBank, ValueNumber, ValuePeriod, ValueDate}
	for name := range e.Values {
		named = append(named, name)
	}
	p.validateTemplate(f, "export.file_name", e.FileName, named)
	p.validateTemplate(f, "export.packed", e.Packed, named)
	p.validateFields(f)
	for _, head := range e.Heads {
		p.validateTemplate(f, "export.heads", head, append([]string{ValueCount, ValueSum}, named...))
	}
	row := append([]string{
		ValuePayer, ValueAddress, ValueAccount, ValueUnified, ValueFIAS, ValueAmount, ValueIndex,
	}, named...)
	for _, cell := range e.Row {
		p.validateTemplate(f, "export.row", cell, row)
	}
	if e.Meters == nil {
		return
	}
	if e.Meters.Times < 1 {
		f.add("export.meters.times", "is missing: how many meters a row may have")
	}
	meter := []string{ValueMeter, ValueCode, ValueService, ValueVerifyBy, ValueReading, ValueOn, ValueTitle}
	for _, cell := range e.Meters.Cells {
		p.validateTemplate(f, "export.meters.cells", cell, meter)
	}
}

var dbaseField = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,9} (C[0-9]{1,3}|N[0-9]{1,2}(\.[0-9])?|D)$`)

func (p *Profile) validateFields(f *faults) {
	e := p.Export
	switch {
	case p.Kind == DBF && len(e.Fields) != len(e.Row):
		f.add("export.fields", "has %d columns for %d cells of a row", len(e.Fields), len(e.Row))
	case p.Kind != DBF && len(e.Fields) > 0:
		f.add("export.fields", "are of kind dbf only")
	}
	for _, field := range e.Fields {
		if !dbaseField.MatchString(field) {
			f.add("export.fields", "%q: want a name of up to 10 letters and its kind, as in \"LS N13\", \"ADDR C70\", \"SUMMA N10.2\", \"DATA D\"", field)
		}
	}
}

func (p *Profile) validateTemplate(f *faults, path, text string, names []string) {
	for _, piece := range ParseTemplate(text) {
		if piece.Value != "" && !slices.Contains(names, piece.Value) {
			f.add(path, "%q: unknown value {%s}, want one of %s", text, piece.Value, strings.Join(names, ", "))
		}
	}
}
