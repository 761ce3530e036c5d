package charging

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// decoder reads JSON into the snapshot's types and refuses whatever they do not name: an unknown or
// doubled field, a missing one that is not optional, a wrong type. Every error names its path.
type decoder struct {
	*json.Decoder
	maxItems int // of one list
}

// ErrInput says that a snapshot's JSON is not what docs/calc.md describes.
var ErrInput = errors.New("not a snapshot")

func (d *decoder) wrong(path, format string, args ...any) error {
	if path == "" {
		path = "snapshot"
	}
	return fmt.Errorf("%s: %s: %w", strings.TrimPrefix(path, "."), fmt.Sprintf(format, args...), ErrInput)
}

func (d *decoder) next(path string) (json.Token, error) {
	token, err := d.Token()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, d.wrong(path, "the text ends too early")
	}
	if err != nil {
		return nil, d.wrong(path, "%s", err)
	}
	return token, nil
}

func (d *decoder) value(path string, into reflect.Value) error {
	token, err := d.next(path)
	if err != nil {
		return err
	}
	if text, ok := reflect.TypeAssert[encoding.TextUnmarshaler](into.Addr()); ok {
		return d.text(path, token, text)
	}
	switch into.Kind() { //nolint:exhaustive // the kinds that snapshots have
	case reflect.Struct:
		return d.object(path, token, into)
	case reflect.Slice:
		return d.list(path, token, into)
	case reflect.String:
		s, ok := token.(string)
		if !ok {
			return d.wrong(path, "expected text, got %s", kindOf(token))
		}
		into.SetString(s)
	case reflect.Bool:
		b, ok := token.(bool)
		if !ok {
			return d.wrong(path, "expected true or false, got %s", kindOf(token))
		}
		into.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, ok := token.(json.Number)
		if !ok {
			return d.wrong(path, "expected a whole number, got %s", kindOf(token))
		}
		v, err := strconv.ParseInt(n.String(), 10, 64)
		if err != nil || into.OverflowInt(v) {
			return d.wrong(path, "expected a whole number, got %s", n)
		}
		into.SetInt(v)
	default:
		return d.wrong(path, "has no JSON form")
	}
	return nil
}

func (d *decoder) text(path string, token json.Token, into encoding.TextUnmarshaler) error {
	s, ok := token.(string)
	if !ok {
		return d.wrong(path, "expected text in quotes, got %s", kindOf(token))
	}
	if err := into.UnmarshalText([]byte(s)); err != nil {
		return d.wrong(path, "%s", err)
	}
	return nil
}

func (d *decoder) object(path string, open json.Token, into reflect.Value) error {
	if open != json.Delim('{') {
		return d.wrong(path, "expected an object, got %s", kindOf(open))
	}
	fields := fieldsOf(into)
	seen := make([]bool, len(fields))
	for d.More() {
		token, err := d.next(path)
		if err != nil {
			return err
		}
		name, _ := token.(string)
		i := indexOf(fields, name)
		switch {
		case i < 0:
			return d.wrong(path+"."+name, "unknown field")
		case seen[i]:
			return d.wrong(path+"."+name, "stands twice")
		}
		seen[i] = true
		if err := d.value(path+"."+name, fields[i].value); err != nil {
			return err
		}
	}
	if _, err := d.next(path); err != nil {
		return err
	}
	for i, f := range fields {
		if !seen[i] && !f.optional {
			return d.wrong(path+"."+f.name, "is missing")
		}
	}
	return nil
}

func (d *decoder) list(path string, open json.Token, into reflect.Value) error {
	list := reflect.MakeSlice(into.Type(), 0, 0) // not nil: that is a list that is absent
	if open == nil {
		into.Set(list) // null is what an empty list of Go becomes
		return nil
	}
	if open != json.Delim('[') {
		return d.wrong(path, "expected a list, got %s", kindOf(open))
	}
	for i := 0; d.More(); i++ {
		if i >= d.maxItems {
			return d.wrong(path, "more than %d entries", d.maxItems)
		}
		item := reflect.New(into.Type().Elem()).Elem()
		if err := d.value(path+"["+strconv.Itoa(i)+"]", item); err != nil {
			return err
		}
		list = reflect.Append(list, item)
	}
	if _, err := d.next(path); err != nil {
		return err
	}
	into.Set(list)
	return nil
}

type field struct {
	name     string
	optional bool
	value    reflect.Value
}

// fieldsOf lists the fields of a struct by their JSON names, those of embedded structs among them.
func fieldsOf(v reflect.Value) []field {
	var fields []field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			fields = append(fields, fieldsOf(v.Field(i))...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		optional := strings.Contains(options, "omitzero") || strings.Contains(options, "omitempty")
		fields = append(fields, field{name, optional, v.Field(i)})
	}
	return fields
}

func indexOf(fields []field, name string) int {
	for i := range fields {
		if fields[i].name == name {
			return i
		}
	}
	return -1
}

func kindOf(token json.Token) string {
	switch t := token.(type) {
	case nil:
		return "null"
	case json.Delim:
		return "“" + t.String() + "”"
	case string:
		return "text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	}
	return "something else"
}
