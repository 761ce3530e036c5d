package charging

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// jsonText is JSON being written, with the first error met.
type jsonText struct {
	b   []byte
	err error
}

func (w *jsonText) open()  { w.b = append(w.b, '{') }
func (w *jsonText) close() { w.b = append(w.b, '}') }

// key writes the name of a field, which needs no escape.
func (w *jsonText) key(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), name...), '"', ':')
}

func (w *jsonText) string(v string) {
	start := len(w.b)
	w.b = append(append(w.b, '"'), v...)
	if plainText(w.b[start+1:]) {
		w.b = append(w.b, '"')
		return
	}
	w.b = w.b[:start]
	w.asJSON(v)
}

// asJSON leaves a text to encoding/json.
func (w *jsonText) asJSON(v string) {
	var buffer bytes.Buffer
	e := json.NewEncoder(&buffer)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		w.fail(err)
		return
	}
	w.b = append(w.b, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...)
}

func (w *jsonText) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *jsonText) text(name, v string) {
	w.key(name)
	w.string(v)
}

func (w *jsonText) textIfAny(name, v string) {
	if v != "" {
		w.text(name, v)
	}
}

func (w *jsonText) number(name string, v int64) {
	w.key(name)
	w.b = strconv.AppendInt(w.b, v, 10)
}

func (w *jsonText) flagIfSet(name string, v bool) {
	if v {
		w.key(name)
		w.b = append(w.b, "true"...)
	}
}

func (w *jsonText) date(name string, v housing.Date) {
	w.key(name)
	quote(w, v)
}

func (w *jsonText) dateIfAny(name string, v housing.Date) {
	if !v.IsZero() {
		w.date(name, v)
	}
}

func (w *jsonText) period(name string, v housing.Period) {
	w.key(name)
	quote(w, v)
}

func (w *jsonText) decimal(name string, v housing.Decimal) {
	w.key(name)
	quote(w, v)
}

// decimalIfAny leaves out what is nothing.
func (w *jsonText) decimalIfAny(name string, v housing.Decimal) {
	if !v.IsZero() {
		w.decimal(name, v)
	}
}

// quote writes a value whose text never needs an escape.
func quote[T plainAppender](w *jsonText, v T) {
	w.b = append(w.b, '"')
	b, err := v.AppendText(w.b)
	if err != nil {
		w.fail(err)
		return
	}
	w.b = b
	w.b = append(w.b, '"')
}

func (w *jsonText) interval(name string, v housing.Interval) {
	w.key(name)
	w.open()
	w.date("from", v.From)
	w.dateIfAny("to", v.To)
	w.close()
}

func (w *jsonText) source(v housing.Source) {
	if v == (housing.Source{}) {
		return
	}
	w.key("source")
	start := len(w.b)
	quote(w, v)
	if text := w.b[start+1 : len(w.b)-1]; !plainText(text) {
		escaped := string(text)
		w.b = w.b[:start]
		w.asJSON(escaped)
	}
}
