package housing_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

func TestSourceText(t *testing.T) {
	t.Parallel()
	for text, russian := range map[string]string{
		"file:tariffs.xlsx#12":  "файл tariffs.xlsx, строка 12",
		"stream:readings/3@105": "поток readings, раздел 3, смещение 105",
		"manual:ivanova#7":      "введено вручную: ivanova, запись 7",
		"":                      "источник не указан",
	} {
		var s housing.Source
		if err := s.UnmarshalText([]byte(text)); err != nil || s.String() != text || s.Russian() != russian {
			t.Errorf("%q: got %q, %q, %v", text, s, s.Russian(), err)
		}
	}
	for _, text := range []string{"file:x", "file:x#", "x#1", "mail:x#1", "stream:t@1", "stream:t/x@1", "stream:t/1#1", "file"} {
		var s housing.Source
		if err := s.UnmarshalText([]byte(text)); !errors.Is(err, housing.ErrNotSource) {
			t.Errorf("%q: got %q, %v", text, s, err)
		}
	}
}

func TestSourceRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := housing.Source{
			Kind:     rapid.SampledFrom([]housing.SourceKind{housing.SourceFile, housing.SourceStream, housing.SourceManual}).Draw(t, "kind"),
			Name:     rapid.String().Draw(t, "name"),
			Position: rapid.Int64().Draw(t, "position"),
		}
		if s.Kind == housing.SourceStream {
			s.Partition = rapid.Int32().Draw(t, "partition")
		}
		var back housing.Source
		if err := back.UnmarshalText([]byte(s.String())); err != nil || back != s {
			t.Fatalf("%q reads back as %q: %v", s, back, err)
		}
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range housing.Services() {
		if !s.Valid() || s.Unit() == "" || seen[s.Russian()] {
			t.Errorf("%s: name %q, unit %q", s, s.Russian(), s.Unit())
		}
		seen[s.Russian()] = true
	}
	if housing.Service("").Valid() || housing.Service("water").Valid() || housing.Zone("x").Valid() {
		t.Error("an unknown code must not be valid")
	}
	for _, z := range []housing.Zone{
		housing.ZoneSingle, housing.ZoneDay, housing.ZoneNight, housing.ZonePeak, housing.ZoneHalfPeak,
	} {
		if !z.Valid() {
			t.Errorf("%q is a zone", z)
		}
	}
	for p, want := range map[housing.Premises]string{
		{Flat: "45а", Room: "2", Kind: housing.Room}: "кв. 45а, ком. 2",
		{Flat: "3", Kind: housing.NonResidential}:    "пом. 3",
		{Kind: housing.WholeHouse}:                   "",
	} {
		if p.Title() != want {
			t.Errorf("%+v: %q, want %q", p, p.Title(), want)
		}
	}
}
