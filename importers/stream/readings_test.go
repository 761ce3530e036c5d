package stream_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/stream"
)

const goodWater = `{"messageId": "m-0001", "source": "lora-ns-1", "devEui": "00000000000000A1", "fCnt": 120, "port": 2,
	"receivedAt": "2025-10-02T21:00:05+03:00", "meter": {"serial": "ХВ-000111", "resource": "cold_water"},
	"readings": [{"at": "2025-10-02T21:00:00+03:00", "channel": 1, "value": "123.456", "unit": "m3"}]}`

const goodPower = `{"source": "nbiot-vega", "imei": "000000000000001", "num": 7, "receivedAt": "2025-10-02T21:10:00+03:00",
	"meter": {"serial": "ЭЛ-000333", "resource": "electricity"}, "readings": [
	{"at": "2025-10-02T21:00:00+03:00", "channel": "T1", "value": "7000.1", "unit": "kWh"},
	{"at": "2025-10-02T21:00:00+03:00", "channel": "T2", "value": "3000.2", "unit": "kWh"}]}`

func decimal(t *testing.T, s string) housing.Decimal {
	t.Helper()
	d, err := housing.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDecodeReadings(t *testing.T) {
	t.Parallel()
	fCnt, num := int64(120), int64(7)
	at := time.Date(2025, 10, 2, 18, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		in   string
		want stream.ReadingsMessage
	}{
		"LoRa with a message id": {goodWater, stream.ReadingsMessage{
			Key: "id/lora-ns-1/m-0001", MessageID: "m-0001", Source: "lora-ns-1", DevEUI: "00000000000000A1", FrameCount: &fCnt,
			ReceivedAt: at.Add(5 * time.Second), Serial: "ХВ-000111", Resource: "cold_water", Readings: []stream.ChannelReading{
				{Key: "id/lora-ns-1/m-0001/1@2025-10-02T18:00:00Z", At: at, Channel: "1", Value: decimal(t, "123.456"), Unit: "m3"},
			},
		}},
		"NB-IoT with number and two zones": {goodPower, stream.ReadingsMessage{
			Key: "imei/000000000000001/7", Source: "nbiot-vega", IMEI: "000000000000001", Number: &num,
			ReceivedAt: at.Add(10 * time.Minute), Serial: "ЭЛ-000333", Resource: "electricity", Readings: []stream.ChannelReading{
				{Key: "imei/000000000000001/7/T1@2025-10-02T18:00:00Z", At: at, Channel: "T1", Value: decimal(t, "7000.1"), Unit: "kWh"},
				{Key: "imei/000000000000001/7/T2@2025-10-02T18:00:00Z", At: at, Channel: "T2", Value: decimal(t, "3000.2"), Unit: "kWh"},
			},
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := stream.DecodeReadings([]byte(tt.in))
			if err != nil {
				t.Fatalf("DecodeReadings: %v", err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.Comparer(func(a, b housing.Decimal) bool { return a.String() == b.String() })); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeReadingsRefusals(t *testing.T) {
	t.Parallel()
	with := func(old, repl string) string {
		if !strings.Contains(goodWater, old) {
			t.Fatalf("the good message has no %s", old)
		}
		return strings.Replace(goodWater, old, repl, 1)
	}
	reading := `{"at": "2025-10-02T21:00:00+03:00", "channel": 1, "value": "123.456", "unit": "m3"}`
	tests := map[string]struct{ in, code, reason string }{
		"empty":            {" \n", stream.CodeNotJSON, "Сообщение пустое, ожидается JSON с показаниями."},
		"truncated":        {goodWater[:100], stream.CodeNotJSON, "Сообщение не является правильным JSON."},
		"text behind":      {goodWater + "{}", stream.CodeNotJSON, "Сообщение не является правильным JSON."},
		"cp1251":           {with("ХВ", "\xd5\xc2"), stream.CodeNotJSON, "Сообщение не в кодировке UTF-8, ожидается JSON в UTF-8."},
		"nested":           {strings.Repeat("[", 100_000), stream.CodeNotJSON, "Вложенность JSON больше 8 уровней."},
		"huge":             {strings.Repeat(" ", 300<<10), stream.CodeTooBig, "Сообщение больше допустимого: 307200 байт при пределе 262144."},
		"list":             {"[1]", stream.CodeWrongShape, "Поле «»: значение не того вида (получено: список)."},
		"fCnt as text":     {with("120", `"120"`), stream.CodeWrongShape, "Поле «fCnt»: значение не того вида (получено: строка)."},
		"value as number":  {with(`"123.456"`, "123.456"), stream.CodeWrongShape, "Поле «readings.value»: значение не того вида (получено: число)."},
		"no serial":        {with("ХВ-000111", " "), stream.CodeMissingField, "Не заполнено поле «meter.serial»."},
		"no readings":      {with(reading, ""), stream.CodeMissingField, "Не заполнено поле «readings»."},
		"no value":         {with("123.456", ""), stream.CodeMissingField, "Не заполнено поле «readings[0].value»."},
		"no channel":       {with(`"channel": 1, `, ""), stream.CodeMissingField, "Не заполнено поле «readings[0].channel»."},
		"NUL in serial":    {with("ХВ-000111", `a\u0000b`), stream.CodeBadText, "Поле «meter.serial» содержит непечатаемые знаки."},
		"long serial":      {with("ХВ-000111", strings.Repeat("Х", 129)), stream.CodeBadText, "Поле «meter.serial» длиннее 128 знаков."},
		"resource":         {with("cold_water", "steam"), stream.CodeUnknownResource, "Неизвестный ресурс «steam», ожидается cold_water, hot_water, electricity, heat или gas."},
		"no zone":          {with("21:00:00+03:00", "21:00:00"), stream.CodeBadTime, "Поле «readings[0].at»: «2025-10-02T21:00:00» не время, ожидается вид 2026-10-25T21:00:00+03:00."},
		"31 February":      {with("2025-10-02T21:00:05", "2026-02-31T21:00:05"), stream.CodeBadTime, "Поле «receivedAt»: «2026-02-31T21:00:05+03:00» не время, ожидается вид 2026-10-25T21:00:00+03:00."},
		"clock of 1970":    {with("2025-10-02T21:00:00", "1970-01-01T00:00:00"), stream.CodeBadTime, "Поле «readings[0].at»: «1970-01-01T00:00:00+03:00» не время, ожидается вид 2026-10-25T21:00:00+03:00."},
		"channel 0":        {with(`"channel": 1`, `"channel": 0`), stream.CodeBadChannel, "Канал «0» непонятен, ожидается число от 1 до 99 или зона от T1 до T9."},
		"channel Т1 (Cyr)": {with(`"channel": 1`, `"channel": "Т1"`), stream.CodeBadChannel, "Канал «Т1» непонятен, ожидается число от 1 до 99 или зона от T1 до T9."},
		"channel object":   {with(`"channel": 1`, `"channel": {}`), stream.CodeBadChannel, "Канал «{}» непонятен, ожидается число от 1 до 99 или зона от T1 до T9."},
		"comma":            {with("123.456", "123,456"), stream.CodeBadValue, "Показание «123,456» не число, ожидается до 12 цифр, точка и до 6 цифр, например 123.456."},
		"negative":         {with("123.456", "-1"), stream.CodeBadValue, "Показание «-1» не число, ожидается до 12 цифр, точка и до 6 цифр, например 123.456."},
		"exponent":         {with("123.456", "1e9"), stream.CodeBadValue, "Показание «1e9» не число, ожидается до 12 цифр, точка и до 6 цифр, например 123.456."},
		"point only":       {with("123.456", "."), stream.CodeBadValue, "Показание «.» не число, ожидается до 12 цифр, точка и до 6 цифр, например 123.456."},
		"unit":             {with(`"m3"`, `"kWh"`), stream.CodeWrongUnit, "Единица измерения «kWh» не подходит ресурсу cold_water, ожидается «m3»."},
		"twice":            {with(reading, reading+","+reading), stream.CodeRepeated, "В сообщении два показания канала 1 на одно время."},
		"too many":         {with(reading, strings.Repeat(reading+",", 1000)+reading), stream.CodeTooMany, "В сообщении 1001 показаний при пределе 1000."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := stream.DecodeReadings([]byte(tt.in))
			var reject *stream.RejectError
			if !errors.As(err, &reject) {
				t.Fatalf("error = %v; want a RejectError", err)
			}
			if reject.Code != tt.code || reject.Reason != tt.reason {
				t.Errorf("refused with %s, %q;\nwant %s, %q", reject.Code, reject.Reason, tt.code, tt.reason)
			}
			if v, ok := stream.VerdictOf(err); !ok || v != stream.Bury(tt.code, tt.reason) {
				t.Errorf("VerdictOf = %+v, %v", v, ok)
			}
		})
	}
	if _, ok := stream.VerdictOf(errors.New("database away")); ok {
		t.Error("VerdictOf takes an error that is not about the message")
	}
}

func TestReadingKeys(t *testing.T) {
	t.Parallel()
	key := func(in string) (message, reading string) {
		m, err := stream.DecodeReadings([]byte(in))
		if err != nil {
			t.Fatalf("DecodeReadings: %v", err)
		}
		return m.Key, m.Readings[0].Key
	}
	lora := strings.Replace(goodWater, `"messageId": "m-0001", `, "", 1)
	bare := strings.Replace(lora, `"fCnt": 120, `, "", 1)
	if got, _ := key(lora); got != "lora/00000000000000A1//120" {
		t.Errorf("key by frame counter = %s", got)
	}
	tests := map[string]struct {
		a, b string
		same bool
	}{
		"received twice, by id":                    {goodWater, strings.Replace(goodWater, "21:00:05", "21:00:09", 1), true},
		"received twice, by meter and value":       {bare, strings.Replace(bare, "21:00:05", "21:00:09", 1), true},
		"zone of the clock does not matter":        {bare, strings.Replace(bare, "2025-10-02T21:00:00+03:00", "2025-10-02T18:00:00Z", 1), true},
		"another value of a meter without counter": {bare, strings.Replace(bare, "123.456", "123.457", 1), false},
		"counter started anew, another time":       {lora, strings.Replace(lora, "T21:00:00", "T22:00:00", 1), false},
		"another source with the same id":          {goodWater, strings.Replace(goodWater, "lora-ns-1", "lora-ns-2", 1), false},
		"parts do not run together":                {strings.Replace(goodWater, "lora-ns-1", "a/b", 1), strings.Replace(strings.Replace(goodWater, "lora-ns-1", "a", 1), "m-0001", "b/m-0001", 1), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, a := key(tt.a)
			_, b := key(tt.b)
			if (a == b) != tt.same {
				t.Errorf("reading keys %q and %q; same should be %v", a, b, tt.same)
			}
		})
	}
}

func TestSharedSampleIsRead(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "samples", "synthetic", "telemetry", "readings.jsonl"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("skipped: no ../shared")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	keys := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		m, err := stream.DecodeReadings(lines.Bytes())
		if err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		keys[m.Key]++
	}
	if diff := cmp.Diff(map[string]int{"id/lora-ns-1/m-0001": 2, "id/nbiot-vega/m-0002": 1}, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// FuzzDecodeReadings: no input may panic; what is accepted survives the round trip and can be
// stored; what is refused has a printable Russian reason.
func FuzzDecodeReadings(f *testing.F) {
	for _, seed := range []string{goodWater, goodPower, "", "{}", "null", `{"meter":{}}`, `{"readings":[{"channel":"\u0022"}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		m, err := stream.DecodeReadings(value)
		if err != nil {
			v, ok := stream.VerdictOf(err)
			if !ok || v.Code == "" || v.Reason == "" || !utf8.ValidString(v.Reason) || len(v.Reason) > 1000 {
				t.Fatalf("refusal %#v", err)
			}
			if strings.IndexFunc(v.Reason, unicode.IsControl) >= 0 {
				t.Fatalf("reason with control characters: %q", v.Reason)
			}
			return
		}
		out, err := stream.EncodeReadings(m)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		again, err := stream.DecodeReadings(out.Value)
		if err != nil {
			t.Fatalf("decode again: %v\n%s", err, out.Value)
		}
		a, _ := json.Marshal(m)     //nolint:errchkjson // compared below
		b, _ := json.Marshal(again) //nolint:errchkjson // compared below
		if string(a) != string(b) {
			t.Fatalf("round trip:\n%s\n%s", a, b)
		}
	})
}

func BenchmarkDecodeReadings(b *testing.B) {
	value := []byte(goodWater)
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := stream.DecodeReadings(value); err != nil {
			b.Fatal(err)
		}
	}
}
