package charging

import (
	"reflect"

	"github.com/kvitok-gkh/kvitok/housing"
)

// frequentEncoder is the encoder of a type that a snapshot holds thousands of, nil for another: field
// after field by hand, in the order and by the names of its tags.
func frequentEncoder(t reflect.Type) valueEncoder {
	switch t {
	case reflect.TypeFor[housing.Date]():
		return encodePlain[housing.Date]
	case reflect.TypeFor[housing.Decimal]():
		return encodePlain[housing.Decimal]
	case reflect.TypeFor[housing.Reading]():
		return encodeReading
	case reflect.TypeFor[housing.Interval]():
		return encodeInterval
	case reflect.TypeFor[[]housing.AccountFacts]():
		return newAccountEncoder().encode
	}
	return nil
}

type plainAppender interface {
	AppendText(b []byte) ([]byte, error)
}

// encodePlain writes a value whose text never needs an escape.
func encodePlain[T plainAppender](b []byte, v reflect.Value) ([]byte, error) {
	value, _ := reflect.TypeAssert[*T](v.Addr())
	return appendPlain(b, *value)
}

func appendPlain[T plainAppender](b []byte, value T) ([]byte, error) {
	b, err := value.AppendText(append(b, '"'))
	if err != nil {
		return nil, err
	}
	return append(b, '"'), nil
}

func encodeReading(b []byte, v reflect.Value) (_ []byte, err error) {
	r, _ := reflect.TypeAssert[*housing.Reading](v.Addr())
	b = append(b, '{')
	if r.Zone != "" {
		b = append(b, `"zone":`...)
		if b, err = encodeString(b, v.Field(0)); err != nil {
			return nil, err
		}
		b = append(b, ',')
	}
	if b, err = appendPlain(append(b, `"on":`...), r.On); err != nil {
		return nil, err
	}
	if b, err = appendPlain(append(b, `,"value":`...), r.Value); err != nil {
		return nil, err
	}
	if r.Control {
		b = append(b, `,"control":true`...)
	}
	if r.Source != (housing.Source{}) {
		const source = 4
		if b, err = encodeText(append(b, `,"source":`...), v.Field(source)); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func encodeInterval(b []byte, v reflect.Value) (_ []byte, err error) {
	i, _ := reflect.TypeAssert[*housing.Interval](v.Addr())
	if b, err = appendPlain(append(b, `{"from":`...), i.From); err != nil {
		return nil, err
	}
	if !i.To.IsZero() {
		if b, err = appendPlain(append(b, `,"to":`...), i.To); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}
