package stream

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Limits of one message; the size is also limited by Config.MaxMessageBytes.
const (
	maxReadingsBytes  = 256 << 10
	maxNesting        = 8
	maxReadings       = 1000
	maxTextRunes      = 128
	maxValueText      = 20
	maxWholeDigits    = 12
	maxFractionDigits = 6
	minYear           = 2000
	maxYear           = 2100
)

// ReadingsMessage is one message of meter readings: what one device said at one time.
type ReadingsMessage struct {
	// Key tells a repeated message from a new one: the message id of the source; else device and
	// frame counter; else modem and number; else the meter and a hash of what was read.
	Key        string
	MessageID  string
	Source     string
	DevEUI     string
	Session    string
	FrameCount *int64
	IMEI       string
	Number     *int64
	ReceivedAt time.Time
	Serial     string
	Resource   string
	Readings   []ChannelReading
}

// ChannelReading is the value of one channel (register) of the meter at one instant.
type ChannelReading struct {
	// Key is unique for the reading: the message's key with channel and time. A frame counter that
	// starts anew after a reset of the device therefore does not hide new readings.
	Key string
	At  time.Time
	// Channel is the number of the input, "1", or of the tariff zone, "T1".
	Channel string
	Value   housing.Decimal
	Unit    string
}

// wireMessage is the JSON form. Fields that are not here (port, rssi ...) are passed over.
type wireMessage struct {
	MessageID  string        `json:"messageId,omitempty"`
	Source     string        `json:"source,omitempty"`
	DevEUI     string        `json:"devEui,omitempty"`
	Session    string        `json:"session,omitempty"`
	FCnt       *int64        `json:"fCnt,omitempty"`
	IMEI       string        `json:"imei,omitempty"`
	Num        *int64        `json:"num,omitempty"`
	ReceivedAt string        `json:"receivedAt"`
	Meter      wireMeter     `json:"meter"`
	Readings   []wireReading `json:"readings"`
}

type wireMeter struct {
	Serial   string `json:"serial"`
	Resource string `json:"resource"`
}

type wireReading struct {
	At      string          `json:"at"`
	Channel json.RawMessage `json:"channel"`
	Value   string          `json:"value"`
	Unit    string          `json:"unit"`
}

// UnitOf returns the unit in which meters of a resource are read; empty for a resource that Kvitok
// does not read.
func UnitOf(resource string) string {
	switch resource {
	case "cold_water", "hot_water", "gas":
		return "m3"
	case "electricity":
		return "kWh"
	case "heat", "heating":
		return "Gcal"
	default:
		return ""
	}
}

// DecodeReadings reads one message:
//
//	{"messageId": "m-0001", "source": "lora-ns-1", "devEui": "00000000000000A1", "fCnt": 120,
//	 "receivedAt": "2025-10-02T21:00:05+03:00", "meter": {"serial": "ХВ-000111", "resource": "cold_water"},
//	 "readings": [{"at": "2025-10-02T21:00:00+03:00", "channel": 1, "value": "123.456", "unit": "m3"}]}
//
// A message is used whole or not at all: one wrong reading refuses it. The error is a *RejectError.
// Whether the meter is known and the value plausible is not judged here.
func DecodeReadings(value []byte) (ReadingsMessage, error) {
	if err := checkRaw(value); err != nil {
		return ReadingsMessage{}, err
	}
	var wire wireMessage
	if err := json.Unmarshal(value, &wire); err != nil {
		return ReadingsMessage{}, jsonError(err)
	}
	if err := wire.check(); err != nil {
		return ReadingsMessage{}, err
	}
	m := ReadingsMessage{
		MessageID: wire.MessageID, Source: wire.Source, DevEUI: wire.DevEUI, Session: wire.Session, FrameCount: wire.FCnt,
		IMEI: wire.IMEI, Number: wire.Num, Serial: wire.Meter.Serial, Resource: wire.Meter.Resource,
		Readings: make([]ChannelReading, 0, len(wire.Readings)),
	}
	var err error
	if m.ReceivedAt, err = instant("receivedAt", wire.ReceivedAt); err != nil {
		return ReadingsMessage{}, err
	}
	for i, w := range wire.Readings {
		r, err := w.decode(fmt.Sprintf("readings[%d]", i), m.Resource)
		if err != nil {
			return ReadingsMessage{}, err
		}
		m.Readings = append(m.Readings, r)
	}
	if err := m.setKeys(); err != nil {
		return ReadingsMessage{}, err
	}
	return m, nil
}

// checkRaw looks at the bytes before the JSON reader does.
func checkRaw(value []byte) error {
	switch {
	case len(value) > maxReadingsBytes:
		return &RejectError{Code: CodeTooBig, Reason: fmt.Sprintf("Сообщение больше допустимого: %d байт при пределе %d.", len(value), maxReadingsBytes)}
	case len(bytes.TrimSpace(value)) == 0:
		return &RejectError{Code: CodeNotJSON, Reason: "Сообщение пустое, ожидается JSON с показаниями."}
	case !utf8.Valid(value):
		return &RejectError{Code: CodeNotJSON, Reason: "Сообщение не в кодировке UTF-8, ожидается JSON в UTF-8."}
	case nesting(value) > maxNesting:
		return &RejectError{Code: CodeNotJSON, Reason: fmt.Sprintf("Вложенность JSON больше %d уровней.", maxNesting)}
	}
	return nil
}

// nesting is the depth of braces and brackets outside of strings.
func nesting(value []byte) int {
	depth, deepest := 0, 0
	inString, escaped := false, false
	for _, b := range value {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped = b == '\\'
			inString = b != '"'
		case b == '"':
			inString = true
		case b == '{' || b == '[':
			depth++
			deepest = max(deepest, depth)
		case b == '}' || b == ']':
			depth--
		}
	}
	return deepest
}

func jsonError(err error) error {
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := wrongType.Field
		return &RejectError{
			Code: CodeWrongShape, Field: field,
			Reason: fmt.Sprintf("Поле «%s»: значение не того вида (получено: %s).", field, russianKind(wrongType.Value)),
		}
	}
	return &RejectError{Code: CodeNotJSON, Reason: "Сообщение не является правильным JSON."}
}

func russianKind(kind string) string {
	kind, _, _ = strings.Cut(kind, " ") // "number 1.5"
	switch kind {
	case "string":
		return "строка"
	case "number":
		return "число"
	case "bool":
		return "да/нет"
	case "array":
		return "список"
	case "object":
		return "объект"
	default:
		return kind
	}
}

func (w wireMessage) check() error {
	texts := []struct {
		field, value string
		needed       bool
	}{
		{"messageId", w.MessageID, false},
		{"source", w.Source, false},
		{"devEui", w.DevEUI, false},
		{"session", w.Session, false},
		{"imei", w.IMEI, false},
		{"receivedAt", w.ReceivedAt, true},
		{"meter.serial", w.Meter.Serial, true},
		{"meter.resource", w.Meter.Resource, true},
	}
	for _, t := range texts {
		if err := checkText(t.field, t.value, t.needed); err != nil {
			return err
		}
	}
	switch {
	case UnitOf(w.Meter.Resource) == "":
		return &RejectError{
			Code: CodeUnknownResource, Field: "meter.resource",
			Reason: fmt.Sprintf("Неизвестный ресурс «%s», ожидается cold_water, hot_water, electricity, heat или gas.", w.Meter.Resource),
		}
	case len(w.Readings) == 0:
		return missing("readings")
	case len(w.Readings) > maxReadings:
		return &RejectError{
			Code: CodeTooMany, Field: "readings",
			Reason: fmt.Sprintf("В сообщении %d показаний при пределе %d.", len(w.Readings), maxReadings),
		}
	}
	return nil
}

func missing(field string) error {
	return &RejectError{Code: CodeMissingField, Field: field, Reason: fmt.Sprintf("Не заполнено поле «%s».", field)}
}

func (w wireReading) decode(field, resource string) (ChannelReading, error) {
	at, err := instant(field+".at", w.At)
	if err != nil {
		return ChannelReading{}, err
	}
	channel, err := parseChannel(field+".channel", w.Channel)
	if err != nil {
		return ChannelReading{}, err
	}
	value, err := parseValue(field+".value", w.Value)
	if err != nil {
		return ChannelReading{}, err
	}
	if want := UnitOf(resource); w.Unit != want {
		return ChannelReading{}, &RejectError{
			Code: CodeWrongUnit, Field: field + ".unit",
			Reason: fmt.Sprintf("Единица измерения «%s» не подходит ресурсу %s, ожидается «%s».", shorten(w.Unit), resource, want),
		}
	}
	return ChannelReading{At: at, Channel: channel, Value: value, Unit: w.Unit}, nil
}

// setKeys gives the message and each reading their idempotency keys.
func (m *ReadingsMessage) setKeys() error {
	switch {
	case m.MessageID != "":
		m.Key = join("id", m.Source, m.MessageID)
	case m.DevEUI != "" && m.FrameCount != nil:
		m.Key = join("lora", m.DevEUI, m.Session, strconv.FormatInt(*m.FrameCount, 10))
	case m.IMEI != "" && m.Number != nil:
		m.Key = join("imei", m.IMEI, strconv.FormatInt(*m.Number, 10))
	}
	keyed := m.Key != ""
	all := sha256.New()
	seen := make(map[string]bool, len(m.Readings))
	for i := range m.Readings {
		r := &m.Readings[i]
		place := r.Channel + "@" + r.At.Format(time.RFC3339Nano)
		if seen[place] {
			return &RejectError{
				Code: CodeRepeated, Field: fmt.Sprintf("readings[%d]", i),
				Reason: fmt.Sprintf("В сообщении два показания канала %s на одно время.", r.Channel),
			}
		}
		seen[place] = true
		if keyed {
			r.Key = m.Key + "/" + place
			continue
		}
		value := sha256.Sum256([]byte(r.Value.String()))
		r.Key = join("value", m.Serial, place, hex.EncodeToString(value[:8]))
		all.Write([]byte(place + "=" + r.Value.String() + ";"))
	}
	if !keyed {
		m.Key = join("value", m.Serial, hex.EncodeToString(all.Sum(nil)[:16]))
	}
	return nil
}

// join makes one text of several, different for different parts.
func join(parts ...string) string {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('/')
		}
		if strings.ContainsAny(p, `/\`) {
			p = strings.ReplaceAll(strings.ReplaceAll(p, `\`, `\\`), "/", `\/`)
		}
		b.WriteString(p)
	}
	return b.String()
}
