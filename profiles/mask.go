package profiles

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Mask is a compiled mask of file names.
type Mask struct {
	pattern *regexp.Regexp
	parts   []string
}

// The parts of a file name that are compared with the content.
const (
	PartPayee    = "payee"         // INN of the organisation paid, 10 or 12 digits
	PartAccount  = "payee_account" // settlement account
	PartOrderNo  = "order_no"      // number of the payment order
	PartOrderDay = "order_day"     // day of the month of the payment order
	PartPeriod   = "period"        // ММГГ
	PartDate     = "date"          // ddmmyyyy: day of the payments
	PartCount    = "count"         // of rows: a control total
	PartAmount   = "amount"        // in kopecks: a control total
)

var maskPart = regexp.MustCompile(`\{([a-z_]+)(?::(\d+))?\}`)

// CompileMask reads a mask: letters as they are, * for anything, {name} for a part of any characters but «_»
// and «.», {name:N} for a part of N digits. Case does not matter.
func CompileMask(mask string) (*Mask, error) {
	if mask == "" {
		return nil, errors.New("the mask is empty")
	}
	m := &Mask{}
	var pattern strings.Builder
	pattern.WriteString("(?i)^")
	plain := func(text string) {
		pattern.WriteString(strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, ".*"))
	}
	last := 0
	for _, at := range maskPart.FindAllStringSubmatchIndex(mask, -1) {
		plain(mask[last:at[0]])
		last = at[1]
		m.parts = append(m.parts, mask[at[2]:at[3]])
		if at[4] < 0 {
			pattern.WriteString(`([^_.]+)`)
			continue
		}
		digits, err := strconv.Atoi(mask[at[4]:at[5]])
		if err != nil || digits > 100 {
			return nil, fmt.Errorf("mask %q: %s digits", mask, mask[at[4]:at[5]])
		}
		fmt.Fprintf(&pattern, `(\d{%d})`, digits)
	}
	plain(mask[last:])
	pattern.WriteString("$")
	if strings.ContainsAny(maskPart.ReplaceAllString(mask, ""), "{}") {
		return nil, fmt.Errorf("mask %q: a part is {name} or {name:digits}", mask)
	}
	var err error
	if m.pattern, err = regexp.Compile(pattern.String()); err != nil {
		return nil, fmt.Errorf("mask %q: %w", mask, err)
	}
	return m, nil
}

// Match returns the parts of a file name, and whether it has this form.
func (m *Mask) Match(name string) (parts map[string]string, ok bool) {
	found := m.pattern.FindStringSubmatch(name)
	if found == nil {
		return nil, false
	}
	parts = make(map[string]string, len(m.parts))
	for i, part := range m.parts {
		parts[part] = found[i+1]
	}
	return parts, true
}
