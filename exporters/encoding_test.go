package exporters_test

import (
	"errors"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/exporters"
)

func TestEncoder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		encoding exporters.Encoding
		page     *charmap.Charmap
		text     string
		want     string
		replaced string
	}{
		{exporters.Windows1251, charmap.Windows1251, "«Ёж» № 5 — ab", "«Ёж» № 5 — ab", ""},
		{exporters.Windows1251, charmap.Windows1251, "Әлия 2²", "?лия 22", "Ә²"},
		{exporters.CP866, charmap.CodePage866, "«Ёж» №5 — ·", "'Ёж' №5 - ·", "«»—"},
		{exporters.Windows1251, charmap.Windows1251, "01␣02", "01_02", "␣"},
		{exporters.KOI8R, charmap.KOI8R, "Ёж №5 “…”", "Ёж N5 '...'", "№“…”"},
		{exporters.UTF8, nil, "Әлия «№»", "Әлия «№»", ""},
		{exporters.UTF8, nil, "a\xffb", "a?b", "\ufffd"},
		{"", nil, "ж", "ж", ""},
	} {
		encoder, err := exporters.NewEncoder(c.encoding)
		if err != nil {
			t.Fatal(err)
		}
		data, replaced := encoder.Append([]byte("x"), c.text)
		got := string(data[1:])
		if c.page != nil {
			if got, err = c.page.NewDecoder().String(got); err != nil {
				t.Fatal(err)
			}
		}
		if got != c.want || string(replaced) != c.replaced {
			t.Errorf("%s: %q became %q, replaced %q; want %q, %q", c.encoding, c.text, got, string(replaced), c.want, c.replaced)
		}
	}
}

func TestMarkAndUnknownEncoding(t *testing.T) {
	t.Parallel()
	encoder, err := exporters.NewEncoder(exporters.UTF8BOM)
	if err != nil || encoder.Mark() != "\ufeff" {
		t.Errorf("mark %q, %v", encoder.Mark(), err)
	}
	if _, err := exporters.NewEncoder("utf-7"); !errors.Is(err, exporters.ErrEncoding) {
		t.Errorf("error %v, want ErrEncoding", err)
	}
}
