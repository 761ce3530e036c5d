package housing

import (
	"cmp"
	"database/sql/driver"
)

// Measurement is a decimal that somebody may not have measured: zero degrees are a temperature like others, none is none.
// Its zero value is not measured.
type Measurement struct {
	value Decimal
	known bool
}

// Measured is a measured value.
func Measured(value Decimal) Measurement { return Measurement{value, true} }

// IsZero reports that nothing was measured: then JSON has no field and a database no value.
func (m Measurement) IsZero() bool { return !m.known }

// Decimal is what was measured.
func (m Measurement) Decimal() Decimal { return m.value }

// Cmp orders measurements, what was not measured first.
func (m Measurement) Cmp(o Measurement) int {
	if m.known != o.known {
		if o.known {
			return -1
		}
		return 1
	}
	return cmp.Or(m.value.Cmp(o.value), cmp.Compare(m.value.scale, o.value.scale))
}

// String is the measured value, "" where there is none.
func (m Measurement) String() string {
	if !m.known {
		return ""
	}
	return m.value.String()
}

// MarshalText writes what String does.
func (m Measurement) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a measured value.
func (m *Measurement) UnmarshalText(b []byte) error {
	m.known = true
	return m.value.UnmarshalText(b)
}

// Value gives a SQL driver the decimal as text, or NULL.
func (m Measurement) Value() (driver.Value, error) {
	if !m.known {
		return nil, nil //nolint:nilnil // that is how a driver is told of NULL
	}
	return m.value.Value()
}

// Scan takes a decimal from a SQL driver; NULL was not measured.
func (m *Measurement) Scan(src any) error {
	m.known = src != nil
	return m.value.Scan(src)
}
