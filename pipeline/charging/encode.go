package charging

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
)

// SnapshotEncoder writes snapshots as encoding/json does (without its escapes for HTML), byte for byte,
// in a fraction of the time: what a type looks like in JSON is found out once, and texts are appended
// in place. A charge run writes every house; encoding/json made it wait longer than the calculation did.
type SnapshotEncoder struct{ encode valueEncoder }

// valueEncoder appends the JSON form of a value that can be addressed.
type valueEncoder func(b []byte, v reflect.Value) ([]byte, error)

// NewSnapshotEncoder makes an encoder. Any number of goroutines may use it.
func NewSnapshotEncoder() *SnapshotEncoder {
	return &SnapshotEncoder{encode: encoderOf(reflect.TypeFor[housing.Snapshot]())}
}

// Append adds the canonical JSON form of a snapshot to b, as WriteSnapshot writes it.
func (e *SnapshotEncoder) Append(b []byte, s *housing.Snapshot) ([]byte, error) {
	b, err := e.encode(b, reflect.ValueOf(canonical(s)).Elem())
	if err != nil {
		return nil, fmt.Errorf("write snapshot: %w", err)
	}
	return append(b, '\n'), nil
}

func encoderOf(t reflect.Type) valueEncoder {
	if frequent := frequentEncoder(t); frequent != nil {
		return frequent
	}
	pointer := reflect.PointerTo(t)
	if pointer.Implements(reflect.TypeFor[encoding.TextAppender]()) && pointer.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return encodeText
	}
	if pointer.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || pointer.Implements(reflect.TypeFor[json.Marshaler]()) {
		return encodeAsJSON
	}
	switch t.Kind() { //nolint:exhaustive // the kinds that are quicker here
	case reflect.Struct:
		return structEncoder(t)
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return sliceEncoder(t)
		}
	case reflect.String:
		return encodeString
	case reflect.Int, reflect.Int64, reflect.Int32:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendInt(b, v.Int(), 10), nil }
	case reflect.Bool:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(b, v.Bool()), nil }
	}
	return encodeAsJSON
}

// encodeAsJSON leaves a value to encoding/json.
func encodeAsJSON(b []byte, v reflect.Value) ([]byte, error) {
	var buffer bytes.Buffer
	e := json.NewEncoder(&buffer)
	e.SetEscapeHTML(false)
	if err := e.Encode(v.Addr().Interface()); err != nil {
		return nil, err //nolint:wrapcheck // Append wraps
	}
	return append(b, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...), nil
}

func encodeString(b []byte, v reflect.Value) ([]byte, error) {
	start := len(b)
	b = append(b, '"')
	b = append(b, v.String()...)
	if !plainText(b[start+1:]) {
		return encodeAsJSON(b[:start], v)
	}
	return append(b, '"'), nil
}

func encodeText(b []byte, v reflect.Value) ([]byte, error) {
	text, _ := reflect.TypeAssert[encoding.TextAppender](v.Addr())
	start := len(b)
	b, err := text.AppendText(append(b, '"'))
	if err != nil {
		return nil, err //nolint:wrapcheck // Append wraps
	}
	if !plainText(b[start+1:]) {
		return encodeAsJSON(b[:start], v)
	}
	return append(b, '"'), nil
}

// plainText reports whether a text stands in JSON as it is.
func plainText(s []byte) bool {
	ascii := true
	for len(s) >= 8 && plainEight(binary.LittleEndian.Uint64(s)) {
		s = s[8:]
	}
	for _, c := range s {
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii {
		return true
	}
	const separator = 0xe2 // the first byte of line and paragraph separators, which are escaped, and of few letters
	return utf8.Valid(s) && (bytes.IndexByte(s, separator) < 0 ||
		(!bytes.Contains(s, []byte("\u2028")) && !bytes.Contains(s, []byte("\u2029"))))
}

// plainEight reports whether eight bytes are all ASCII without controls, quote and backslash; it may say
// no where they are.
func plainEight(v uint64) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	has := func(x uint64) uint64 { return (x - each) & ^x } // its high bits: a byte of x is zero
	below := v - each*' '                                   // a high bit: a byte below the space, or one next to it
	return (v|below|has(v^each*'"')|has(v^each*'\\'))&high == 0
}

func sliceEncoder(t reflect.Type) valueEncoder {
	item := encoderOf(t.Elem())
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = item(b, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	}
}

// encodedField is a field of a struct; those of embedded structs are reached by several steps.
type encodedField struct {
	path   []int
	key    string // with its quotes and colon
	omit   func(reflect.Value) bool
	encode valueEncoder
}

func structEncoder(t reflect.Type) valueEncoder {
	fields := encodedFields(t)
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		b = append(b, '{')
		first := true
		for i := range fields {
			f := &fields[i]
			value := v
			for _, at := range f.path {
				value = value.Field(at)
			}
			if f.omit != nil && f.omit(value) {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(b, f.key...)
			if b, err = f.encode(b, value); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	}
}

func encodedFields(t reflect.Type) []encodedField {
	var fields []encodedField
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			for _, inner := range encodedFields(f.Type) {
				inner.path = append([]int{i}, inner.path...)
				fields = append(fields, inner)
			}
			continue
		case name == "-" || !f.IsExported():
			continue
		case name == "":
			name = f.Name
		}
		field := encodedField{path: []int{i}, key: strconv.Quote(name) + ":", encode: encoderOf(f.Type)}
		switch option := strings.Split(options, ","); {
		case slices.Contains(option, "omitzero"):
			field.omit = zeroTest(f.Type)
		case slices.Contains(option, "omitempty"):
			field.omit = func(v reflect.Value) bool { return v.Len() == 0 } // of lists only
		}
		fields = append(fields, field)
	}
	return fields
}

type zeroer interface{ IsZero() bool }

func zeroTest(t reflect.Type) func(reflect.Value) bool {
	switch t {
	case reflect.TypeFor[housing.Source]():
		return isZero[housing.Source]
	case reflect.TypeFor[housing.Date]():
		return isZero[housing.Date]
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[zeroer]()) {
		return func(v reflect.Value) bool {
			z, _ := reflect.TypeAssert[zeroer](v.Addr())
			return z.IsZero()
		}
	}
	return reflect.Value.IsZero
}

func isZero[T comparable](v reflect.Value) bool {
	value, _ := reflect.TypeAssert[*T](v.Addr())
	var none T
	return *value == none
}
