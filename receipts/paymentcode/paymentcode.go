// Package paymentcode writes the two-dimensional payment code of ГОСТ Р 56042-2014: the text
// "ST00012|Name=…|PersonalAcc=…" in one of its three encodings, and the QR symbol of it.
//
// It owns the order, the lengths and the forms of the fields. It does not own where the values come
// from, how long names are shortened, or where on a page the symbol stands.
package paymentcode

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Encoding is the digit that tells how the text is encoded.
type Encoding byte

// The encodings. The zero value stands for UTF8.
const (
	Windows1251 Encoding = '1'
	UTF8        Encoding = '2'
	KOI8R       Encoding = '3'
)

// HousingTechCode is the technical code of payments for housing services (ЖКХ).
const HousingTechCode = "02"

// separators in order of preference: the first that occurs in no value is taken.
const separators = "|#;:^_~"

// The limits of the standard, in characters; the mandatory block is limited in bytes.
const (
	MaxName     = 160
	MaxBankName = 45
	MaxPurpose  = 160 // 210 by some readings; every reader takes 160
	maxOther    = 255
	maxBlock    = 300
)

// ErrInvalid says that a payment cannot be written as a code; FieldError tells which field.
var ErrInvalid = errors.New("payment code is invalid")

// FieldError is what is wrong with one field. It is an ErrInvalid.
type FieldError struct {
	Field  string // name of the field in the code, "" for the code as a whole
	Reason string
}

// Error names the field and the reason.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return "payment code: " + e.Reason
	}
	return "payment code: field " + e.Field + ": " + e.Reason
}

// Is makes every FieldError an ErrInvalid.
func (e *FieldError) Is(target error) bool { return target == ErrInvalid }

// Payment is what a code says. The first five fields and no others are mandatory; empty optional
// fields are left out.
type Payment struct {
	Name        string // payee
	PersonalAcc string // расчётный счёт, 20 digits
	BankName    string
	BIC         string // 9 digits
	CorrespAcc  string // 20 digits, "0" or empty by the rules of the bank

	Sum          housing.Money // zero: left out, the payer enters it
	Purpose      string
	PayeeINN     string
	KPP          string
	LastName     string
	FirstName    string
	MiddleName   string
	PayerAddress string
	PersAcc      string // лицевой счёт
	PaymPeriod   housing.Period
	TechCode     string
}

type field struct{ name, value string }

// Text returns the bytes of the code in the encoding, or all that is wrong, joined.
func (p Payment) Text(enc Encoding) (string, error) {
	if enc == 0 {
		enc = UTF8
	}
	if err := p.validate(); err != nil {
		return "", err
	}
	fields := p.fields()
	sep, err := separator(fields)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("ST0001")
	b.WriteByte(byte(enc))
	var wrong []error
	block := 0
	for i, f := range fields {
		value, err := encode(enc, f)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		b.WriteString(sep + f.name + "=" + value)
		if i == mandatory-1 {
			block = b.Len() - len("ST00012")
		}
	}
	if block > maxBlock {
		wrong = append(wrong, &FieldError{Reason: fmt.Sprintf("mandatory fields take %d bytes, at most %d are allowed", block, maxBlock)})
	}
	if len(wrong) > 0 {
		return "", errors.Join(wrong...)
	}
	return b.String(), nil
}

// BlockSize returns the size in bytes of the mandatory fields, of which MaxBlock are allowed.
func (p Payment) BlockSize(enc Encoding) int {
	size := 0
	for _, f := range p.fields()[:mandatory] {
		value := len(f.value)
		if enc == Windows1251 || enc == KOI8R {
			value = utf8.RuneCountInString(f.value)
		}
		size += len("|=") + len(f.name) + value
	}
	return size
}

// MaxBlock is the largest BlockSize that the standard allows.
const MaxBlock = maxBlock

const mandatory = 5

func (p Payment) fields() []field {
	all := []field{
		{"Name", p.Name},
		{"PersonalAcc", p.PersonalAcc},
		{"BankName", p.BankName},
		{"BIC", p.BIC},
		{"CorrespAcc", p.CorrespAcc},
	}
	optional := []field{
		{"Sum", kopecks(p.Sum)},
		{"Purpose", p.Purpose},
		{"PayeeINN", p.PayeeINN},
		{"KPP", p.KPP},
		{"LastName", p.LastName},
		{"FirstName", p.FirstName},
		{"MiddleName", p.MiddleName},
		{"PayerAddress", p.PayerAddress},
		{"PersAcc", p.PersAcc},
		{"PaymPeriod", period(p.PaymPeriod)},
		{"TechCode", p.TechCode},
	}
	for _, f := range optional {
		if f.value != "" {
			all = append(all, f)
		}
	}
	return all
}

func kopecks(m housing.Money) string {
	if m == 0 {
		return ""
	}
	return strconv.FormatInt(int64(m), 10)
}

func period(p housing.Period) string {
	if p.IsZero() {
		return ""
	}
	return p.MMYYYY()
}

func separator(fields []field) (string, error) {
	for _, sep := range separators {
		if !used(fields, sep) {
			return string(sep), nil
		}
	}
	return "", &FieldError{Reason: "every allowed separator occurs in a value"}
}

func used(fields []field, sep rune) bool {
	for _, f := range fields {
		if strings.ContainsRune(f.value, sep) {
			return true
		}
	}
	return false
}

func encode(enc Encoding, f field) (string, error) {
	var encoder *encoding.Encoder
	switch enc {
	case UTF8:
		return f.value, nil
	case Windows1251:
		encoder = charmap.Windows1251.NewEncoder()
	case KOI8R:
		encoder = charmap.KOI8R.NewEncoder()
	default:
		return "", &FieldError{Reason: fmt.Sprintf("encoding digit %q is not 1, 2 or 3", enc)}
	}
	s, err := encoder.String(f.value)
	if err != nil {
		return "", &FieldError{Field: f.name, Reason: "a character does not exist in the encoding"}
	}
	return s, nil
}

func (p Payment) validate() error {
	var wrong []error
	check := func(ok bool, name, reason string) {
		if !ok {
			wrong = append(wrong, &FieldError{Field: name, Reason: reason})
		}
	}
	check(p.Name != "", "Name", "is empty")
	check(digits(p.PersonalAcc, 20), "PersonalAcc", "is not 20 digits")
	check(p.BankName != "", "BankName", "is empty")
	check(digits(p.BIC, 9), "BIC", "is not 9 digits")
	check(p.CorrespAcc == "" || p.CorrespAcc == "0" || digits(p.CorrespAcc, 20), "CorrespAcc", "is not 20 digits")
	check(p.Sum >= 0 && p.Sum < 1e18, "Sum", "is negative or longer than 18 digits")
	check(p.PayeeINN == "" || digits(p.PayeeINN, 10) || digits(p.PayeeINN, 12), "PayeeINN", "is not 10 or 12 digits")
	check(p.KPP == "" || digits(p.KPP, 9), "KPP", "is not 9 digits")
	check(p.TechCode == "" || digits(p.TechCode, 2), "TechCode", "is not 2 digits")
	limits := map[string]int{"Name": MaxName, "BankName": MaxBankName, "Purpose": MaxPurpose}
	for _, f := range p.fields() {
		limit, ok := limits[f.name]
		if !ok {
			limit = maxOther
		}
		check(utf8.RuneCountInString(f.value) <= limit, f.name, "is longer than "+strconv.Itoa(limit)+" characters")
		check(utf8.ValidString(f.value), f.name, "is not valid UTF-8")
		check(!strings.ContainsFunc(f.value, unicode.IsControl), f.name, "holds a control character")
	}
	return errors.Join(wrong...)
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}
