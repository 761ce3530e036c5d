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
)

// Layout is the "вид реестра" of the contract with the bank.
type Layout string

// The layouts of Sber's debt registry. Lines end with CRLF, the delimiter is ";", nothing is quoted,
// amounts have a decimal comma.
const (
	// Classic is ФИО;адрес;ЛС;период ММГГ;сумма
	Classic Layout = "classic"
	// ClassicNoPeriod is ФИО;адрес;ЛС;сумма
	ClassicNoPeriod Layout = "classic-no-period"
	// Unified2021 is ФИО;ЕЛС;GUID дома по ФИАС,кв;адрес;ЛС;сумма, in windows-1251 only.
	Unified2021 Layout = "2021"
)

// Options says how a debt registry is written. The zero value is the classic layout in windows-1251.
type Options struct {
	Layout   Layout
	Encoding exporters.Encoding // windows-1251, koi8-r or utf-8
}

// Errors of a registry that cannot be written.
var (
	ErrOptions   = errors.New("options that the bank does not take")
	ErrNoAccount = errors.New("a debt without an account number")
	ErrFileName  = errors.New("no file name of a debt registry")
)

const delimiter = ";"

// WriteDebts writes a debt registry for Sber. An amount may be negative, an advance. A delimiter or a
// line break inside a value, and a character that the encoding lacks, are replaced and noted; a debt
// without an account number stops the writing; what was written before an error is no registry.
func WriteDebts(w io.Writer, o Options, rows iter.Seq2[housing.Debt, error]) (Control, error) {
	if o.Layout == "" {
		o.Layout = Classic
	}
	if o.Encoding == "" {
		o.Encoding = exporters.Windows1251
	}
	if err := o.validate(); err != nil {
		return Control{}, err
	}
	encoder, err := exporters.NewEncoder(o.Encoding)
	if err != nil {
		return Control{}, fmt.Errorf("write a debt registry: %w", err)
	}
	digest := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, digest), 1<<16)
	r := &registry{layout: o.Layout, encoder: encoder}
	for debt, err := range rows {
		if err != nil {
			return r.control, fmt.Errorf("read a debt: %w", err)
		}
		line, err := r.row(debt)
		if err != nil {
			return r.control, err
		}
		if _, err := out.Write(line); err != nil {
			return r.control, fmt.Errorf("write row %d of a debt registry: %w", r.control.Rows, err)
		}
	}
	if err := out.Flush(); err != nil {
		return r.control, fmt.Errorf("write a debt registry: %w", err)
	}
	r.control.SHA256 = hex.EncodeToString(digest.Sum(nil))
	return r.control, nil
}

func (o Options) validate() error {
	switch o.Layout {
	case Classic, ClassicNoPeriod:
	case Unified2021:
		if o.Encoding != exporters.Windows1251 {
			return fmt.Errorf("layout %s in %s: %w", o.Layout, o.Encoding, ErrOptions)
		}
	default:
		return fmt.Errorf("layout %q: %w", o.Layout, ErrOptions)
	}
	switch o.Encoding {
	case exporters.Windows1251, exporters.KOI8R, exporters.UTF8:
		return nil
	case exporters.UTF8BOM, exporters.CP866:
	}
	return fmt.Errorf("encoding %q: %w", o.Encoding, ErrOptions)
}

// FileName returns ИНН_РС_НОМЕР_ММГГ.txt: 10 digits (12 of an entrepreneur), 20 digits, 3 digits
// (1 to 999), 4 digits.
func FileName(inn, account string, number int, period housing.Period) (string, error) {
	bad := func(what string) (string, error) { return "", fmt.Errorf("%s: %w", what, ErrFileName) }
	switch {
	case (len(inn) != 10 && len(inn) != 12) || !digits(inn):
		return bad(fmt.Sprintf("INN %q is not 10 or 12 digits", inn))
	case len(account) != 20 || !digits(account):
		return bad(fmt.Sprintf("bank account %q is not 20 digits", account))
	case number < 1 || number > 999:
		return bad(fmt.Sprintf("number %d is not 1 to 999", number))
	case period.IsZero():
		return bad("no billing month")
	}
	return fmt.Sprintf("%s_%s_%03d_%s.txt", inn, account, number, period.MMYY()), nil
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// registry is a debt registry being written.
type registry struct {
	layout  Layout
	encoder *exporters.Encoder
	control Control
	line    []byte
}

type field struct {
	name  string // in Russian
	value string
}

func (r *registry) row(d housing.Debt) ([]byte, error) {
	r.control.Rows++
	row := r.control.Rows
	if strings.TrimSpace(d.Account.Number) == "" {
		return nil, fmt.Errorf("row %d: %w", row, ErrNoAccount)
	}
	var err error
	if r.control.Amount, err = r.control.Amount.Add(d.Amount); err != nil {
		return nil, fmt.Errorf("row %d: %w", row, err)
	}
	if strings.TrimSpace(d.Account.Payer) == "" {
		r.control.note(Note{Row: row, Account: d.Account.Number, Field: "ФИО", Text: "плательщик не указан"})
	}
	r.line = r.line[:0]
	for i, f := range r.fields(d) {
		if i > 0 {
			r.line = append(r.line, delimiter...)
		}
		r.append(d.Account.Number, f)
	}
	r.line = append(r.line, "\r\n"...)
	return r.line, nil
}

func (r *registry) fields(d housing.Debt) []field {
	address := d.House.Address
	if title := d.Account.Premises.Title(); title != "" {
		address += ", " + title
	}
	payer, number := field{"ФИО", d.Account.Payer}, field{"ЛС", d.Account.Number}
	place, amount := field{"адрес", address}, field{"сумма", d.Amount.RussianPlain()}
	switch r.layout {
	case Unified2021:
		return []field{payer, {"ЕЛС", d.Account.Unified}, {"ФИАС", fias(d)}, place, number, amount}
	case ClassicNoPeriod:
		return []field{payer, place, number, amount}
	case Classic:
	}
	return []field{payer, place, number, {"период", d.Period.MMYY()}, amount}
}

// fias returns the GUID of the house and the flat, as the bank looks the premises up.
func fias(d housing.Debt) string {
	p := d.Account.Premises
	if d.House.FIAS == "" {
		return ""
	}
	text := d.House.FIAS
	if p.Flat != "" {
		text += "," + p.Flat
	}
	if p.Room != "" {
		text += " ком. " + p.Room
	}
	return text
}

// append adds a value that can neither shift the columns nor break the line.
func (r *registry) append(account string, f field) {
	value := f.value
	if strings.ContainsAny(value, ";\r\n\t") {
		value = strings.NewReplacer(";", ",", "\r\n", " ", "\r", " ", "\n", " ", "\t", " ").Replace(value)
		r.control.note(Note{
			Row: r.control.Rows, Account: account, Field: f.name,
			Text: "разделитель или перевод строки внутри значения заменён: «" + value + "»",
		})
	}
	if len(r.line) == 0 && strings.HasPrefix(value, "#") {
		value = " " + value // a line that begins with # would be passed over as a comment
		r.control.note(Note{Row: r.control.Rows, Account: account, Field: f.name, Text: "перед знаком # добавлен пробел"})
	}
	var replaced []rune
	if r.line, replaced = r.encoder.Append(r.line, value); len(replaced) > 0 {
		r.control.note(Note{
			Row: r.control.Rows, Account: account, Field: f.name,
			Text: fmt.Sprintf("символов нет в кодировке файла, заменены: %q", string(replaced)),
		})
	}
}
