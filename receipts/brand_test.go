package receipts

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
)

// logo draws a disk and a bar, transparent around.
func logo(tb testing.TB) []byte {
	tb.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 480, 120))
	for y := range 120 {
		for x := range 480 {
			switch {
			case (x-60)*(x-60)+(y-60)*(y-60) < 3000:
				m.Set(x, y, color.NRGBA{0x1f, 0x5f, 0xa8, 255})
			case x > 140 && y > 50 && y < 70:
				m.Set(x, y, color.NRGBA{0xd0, 0x60, 0x20, 255})
			}
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

// noise is a picture that no compression makes small.
func noise(tb testing.TB) []byte {
	tb.Helper()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // not a secret
	m := image.NewNRGBA(image.Rect(0, 0, 320, 320))
	for i := range m.Pix {
		m.Pix[i] = byte(random.Uint32()) //nolint:gosec // any byte
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

func TestBrandRefuses(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]Config{
		"pale colour":       {Accent: "#ffcc00"},
		"no colour":         {Accent: "blue"},
		"a short colour":    {Accent: "#fff"},
		"no picture":        {Logo: []byte("GIF89a")},
		"too many bytes":    {Logo: make([]byte, mostLogo+1)},
		"too much detail":   {Logo: noise(t)},
		"half of a picture": {Logo: logo(t)[:200]},
	} {
		if _, err := New(config); !errors.Is(err, ErrBrand) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A logo stands once in a file, whatever the number of pages, and the colour leaves no text unreadable in grey.
func TestBrand(t *testing.T) {
	t.Parallel()
	var jpg bytes.Buffer
	if err := jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 40, 40)), nil); err != nil {
		t.Fatal(err)
	}
	single(t, Config{Logo: jpg.Bytes()}, document(t))
	config := Config{Logo: logo(t), Accent: "#1f5fa8"}
	plain, branded := book(t, Config{}, 20), book(t, config, 20)
	if extra, one := len(branded)-len(plain), len(single(t, config, document(t)))-len(single(t, Config{}, document(t))); extra > 2*one {
		t.Errorf("20 receipts with a logo are %d bytes larger, one is %d", extra, one)
	}
	if got := text(t, branded); strings.Count(got, "ПЛАТЁЖНЫЙ ДОКУМЕНТ") != 20 {
		t.Error("titles are missing")
	}
	if found := codes(t, single(t, config, twoPayees(t)), "-r", "100", "-mono"); len(found) != 2 {
		t.Errorf("%d codes decode beside a logo", len(found))
	}
}

func book(tb testing.TB, config Config, n int) []byte {
	tb.Helper()
	var file bytes.Buffer
	docs := slices.Repeat([]*housing.PaymentDocument{document(tb)}, n)
	if _, err := printer(tb, config).Book(&file, sequence(docs...)); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

// The codes of a page of the plainest black-and-white picture are read by a program of another maker.
func TestBarcodesDecode(t *testing.T) {
	t.Parallel()
	for template, want := range map[string][]string{
		"{inn}{account:10}{period}{kopecks:9}": {"62000987650001234567102026000906387", "62341234560001234567102026000062445"},
		"A-{account}/{mmyy}":                   {"A-0001234567/1026"}, // of both payees,
	} {
		config := Config{Barcode: template}
		for _, options := range [][]string{{"-r", "100", "-mono"}, {"-r", "300", "-gray"}} {
			found := codes(t, single(t, config, twoPayees(t)), options...)
			bars := slices.DeleteFunc(slices.Clone(found), func(s string) bool { return strings.HasPrefix(s, "ST0001") })
			if !slices.Equal(bars, want) || len(found)-len(bars) != 2 {
				t.Errorf("%s rendered by %q: %q", template, options, found)
			}
		}
	}
}

func TestBarcodeGS1(t *testing.T) {
	t.Parallel()
	found := codes(t, single(t, Config{Barcode: "{fnc1}8020{account}{fnc1}3900{kopecks}"}, document(t)), "-r", "200", "-mono")
	if !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, "80200001234567") && strings.Contains(s, "3900906387") }) {
		t.Errorf("decodes as %q", found)
	}
}

func TestBarcodeRefuses(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"{payee}", "счёт {account}", strings.Repeat("x", 90)} {
		if _, err := New(Config{Barcode: template}); !errors.Is(err, ErrBarcode) {
			t.Errorf("template %q: %v", template, err)
		}
	}
	doc := document(t)
	for _, template := range []string{"{kopecks:3}", "{account}" + strings.Repeat("x", 45)} {
		if err := printer(t, Config{Barcode: template}).Check(doc); !errors.Is(err, ErrBarcode) {
			t.Errorf("template %q on a document: %v", template, err)
		}
	}
	if _, err := paymentcode.Code128("\n"); err == nil {
		t.Error("a line break is taken")
	}
}
