package charging_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// filler fills every field there is, so that a field added to a type is tried without a change here.
type filler struct{ *rand.Rand }

func (f filler) fill(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *housing.Decimal:
		*p = must(housing.NewDecimal(f.Int64N(2_000_000)-1_000_000, uint8(f.IntN(8)))) //nolint:gosec // small
		return
	case *housing.Date:
		*p = f.date()
		return
	case *housing.Measurement:
		*p = []housing.Measurement{{}, housing.Measured(housing.Decimal{}), housing.Measured(dec("-1.50"))}[f.IntN(3)]
		return
	case *housing.Moment:
		*p = must(housing.ParseMoment([]string{"2026-10-01T08:50", "2026-10-31T23:59", "1999-01-02T00:00"}[f.IntN(3)]))
		return
	case *housing.Period:
		*p = housing.Period(24_000 + f.IntN(500)) //nolint:gosec // small
		return
	case *housing.Source:
		kinds := []housing.SourceKind{housing.SourceFile, housing.SourceStream, housing.SourceManual, ""}
		*p = housing.Source{Kind: kinds[f.IntN(4)], Name: f.text(), Partition: f.Int32N(9), Position: f.Int64N(1 << 40)}
		return
	}
	switch v.Kind() { //nolint:exhaustive // the rest are whole numbers
	case reflect.Struct:
		for _, field := range v.Fields() {
			f.fill(field)
		}
	case reflect.Slice:
		if n := f.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				f.fill(v.Index(i))
			}
		}
	case reflect.String:
		v.SetString(f.text())
	case reflect.Bool:
		v.SetBool(f.IntN(2) == 0)
	default:
		v.SetInt(f.Int64N(100) - 20)
	}
}

func (f filler) date() housing.Date {
	if f.IntN(6) == 0 {
		return housing.Date{}
	}
	return date("2001-02-28").AddDays(f.IntN(12_000))
}

func (f filler) text() string {
	texts := []string{
		"", "cold_water", `a long text "with" quotes`, `C:\partners\readings of a partner.csv`, "eight and more\tand a tab", "01234567\x1f", "DEL \x7f is plain here",
		"г. Примерск, ул. Садовая, д. 5", `кавычки "ёлочки" и \ косая`, "две\nстроки\tи\x01", "a<b>&c", "\u2028\u2029", "\xff битый",
	}
	return texts[f.IntN(len(texts))]
}

// The bytes are those of encoding/json: digests of stored snapshots hang on them.
func TestSnapshotEncoderWritesAsTheStandardLibrary(t *testing.T) {
	t.Parallel()
	encoder := charging.NewSnapshotEncoder()
	for seed := range uint64(300) {
		var s housing.Snapshot
		filler{rand.New(rand.NewPCG(seed, 1))}.fill(reflect.ValueOf(&s).Elem()) //nolint:gosec // the same every time
		before, err := json.Marshal(&s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := encoder.Append(nil, &s)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(charging.Canonical(&s)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(got)); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
		if after, err := json.Marshal(&s); err != nil || !bytes.Equal(before, after) {
			t.Fatalf("seed %d: writing changed the snapshot, %v", seed, err)
		}
	}
}

func BenchmarkEncodeSnapshot(b *testing.B) {
	s := mixedHouse(b, 200)
	encoder := charging.NewSnapshotEncoder()
	var body []byte
	var err error
	b.ReportAllocs()
	for b.Loop() {
		if body, err = encoder.Append(body[:0], s); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(body)))
}
