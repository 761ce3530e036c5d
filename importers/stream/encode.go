package stream

import (
	"encoding/json"
	"fmt"
	"time"
)

// EncodeReadings is the inverse of DecodeReadings, for the demo, the benchmark and tests. The key of
// the message to produce is the serial number of the meter. The idempotency keys are not written:
// the reader makes them.
func EncodeReadings(m ReadingsMessage) (Outgoing, error) {
	wire := wireMessage{
		MessageID: m.MessageID, Source: m.Source, DevEUI: m.DevEUI, Session: m.Session, FCnt: m.FrameCount,
		IMEI: m.IMEI, Num: m.Number, ReceivedAt: m.ReceivedAt.Format(time.RFC3339Nano),
		Meter: wireMeter{Serial: m.Serial, Resource: m.Resource}, Readings: make([]wireReading, 0, len(m.Readings)),
	}
	for _, r := range m.Readings {
		channel, err := json.Marshal(r.Channel)
		if err != nil {
			return Outgoing{}, fmt.Errorf("encode channel: %w", err)
		}
		wire.Readings = append(wire.Readings, wireReading{
			At: r.At.Format(time.RFC3339Nano), Channel: channel, Value: r.Value.String(), Unit: r.Unit,
		})
	}
	value, err := json.Marshal(wire)
	if err != nil {
		return Outgoing{}, fmt.Errorf("encode readings: %w", err)
	}
	return Outgoing{Key: []byte(m.Serial), Value: value}, nil
}
