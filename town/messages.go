package town

import (
	"bytes"
	"fmt"
	"iter"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/stream"
)

// repeatEvery is how often a message is sent twice, as networks do.
const repeatEvery = 200

// Messages are the readings that meters send by the stream, ready to produce: every meter once, every
// two-hundredth twice, and among the first some that can never be used. An error says that a message
// could not be encoded; it ends the sequence.
func (t *Town) Messages() iter.Seq2[stream.Outgoing, error] {
	return func(yield func(stream.Outgoing, error) bool) {
		for n, m := range t.streamed() {
			list, err := t.sent(m, n)
			if err != nil {
				yield(stream.Outgoing{}, err)
				return
			}
			for _, message := range list {
				if !yield(message, nil) {
					return
				}
			}
		}
	}
}

// streamed goes over the meters that are read by the stream, counting from one.
func (t *Town) streamed() iter.Seq2[int, *meter] {
	return func(yield func(int, *meter) bool) {
		n := 0
		for a := range t.equipped() {
			for i := range a.meters {
				if a.meters[i].way != byStream {
					continue
				}
				n++
				if !yield(n, &a.meters[i]) {
					return
				}
			}
		}
	}
}

// beside says what comes with the n-th good message: the same once more, or one that is broken.
func beside(n int) []string {
	var codes []string
	if n%repeatEvery == 0 || n == 10 {
		codes = append(codes, unchanged)
	}
	switch n {
	case 4, 24:
		codes = append(codes, stream.CodeNotJSON)
	case 8, 28:
		codes = append(codes, stream.CodeWrongUnit)
	case 12, 16, 32:
		codes = append(codes, "unknown_meter")
	case 20, 36:
		codes = append(codes, "reading_decreased")
	}
	return codes
}

// sent gives the n-th good message and what comes with it.
func (t *Town) sent(m *meter, n int) ([]stream.Outgoing, error) {
	good := t.message(m, n)
	encoded, err := stream.EncodeReadings(good)
	if err != nil {
		return nil, fmt.Errorf("encode a reading of %s: %w", m.serial, err)
	}
	list := []stream.Outgoing{encoded}
	for _, code := range beside(n) {
		broken := good
		broken.MessageID += "-x"
		switch code {
		case unchanged:
			list = append(list, encoded)
			continue
		case stream.CodeNotJSON:
			list = append(list, stream.Outgoing{Key: encoded.Key, Value: bytes.Clone(encoded.Value[:len(encoded.Value)/2])})
			continue
		case stream.CodeWrongUnit:
			broken.Readings = changed(good.Readings, func(r *stream.ChannelReading) { r.Unit = "l" })
		case "unknown_meter":
			broken.Serial = "НЕТ-" + m.serial
		case "reading_decreased": // an earlier day with less than the meter showed before the month
			broken.Readings = changed(good.Readings, func(r *stream.ChannelReading) {
				r.At, r.Value = r.At.AddDate(0, 0, -1), housing.Whole(0)
			})
		}
		encoded, err := stream.EncodeReadings(broken)
		if err != nil {
			return nil, fmt.Errorf("encode a broken reading: %w", err)
		}
		list = append(list, encoded)
	}
	return list, nil
}

func changed(list []stream.ChannelReading, change func(*stream.ChannelReading)) []stream.ChannelReading {
	copied := append([]stream.ChannelReading(nil), list...)
	for i := range copied {
		change(&copied[i])
	}
	return copied
}

// message is what the device of a meter says about noon of the day of reading, so that the day is the
// same in every zone of the country.
func (t *Town) message(m *meter, n int) stream.ReadingsMessage {
	at := m.readOn.Time().Add(9*time.Hour + time.Duration(n%3600)*time.Second).In(time.FixedZone("", 3*60*60))
	frame := int64(n)
	out := stream.ReadingsMessage{
		MessageID: "m-" + t.period.String() + "-" + m.serial, Source: "lora-primersk", DevEUI: fmt.Sprintf("70B3D5%010X", n), FrameCount: &frame,
		ReceivedAt: at.Add(5 * time.Second), Serial: m.serial, Resource: string(m.service),
	}
	channels := []string{"1"}
	if m.zones == 2 {
		channels = []string{"T1", "T2"}
	}
	for i, channel := range channels {
		out.Readings = append(out.Readings, stream.ChannelReading{
			At: at, Channel: channel, Value: m.value(i, m.used[i]), Unit: stream.UnitOf(string(m.service)),
		})
	}
	return out
}
