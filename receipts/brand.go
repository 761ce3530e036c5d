package receipts

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // logos
	_ "image/png"  // logos
	"math"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

// ErrBrand says that a logo or a colour cannot be printed.
var ErrBrand = errors.New("logo or colour cannot be printed")

const (
	logoHeight = 25.0 // points
	logoWidth  = 96.0 // at most

	logoDots    = 320     // across, at most: 240 to the inch
	mostLogo    = 4 << 20 // bytes of the file
	mostPixels  = 4000    // on a side of it
	mostInPDF   = 40_000  // bytes in every file
	leastShades = 4.5     // contrast to paper, as WCAG 2 wants it of text
)

// brand is how the papers of an organisation differ from others.
type brand struct {
	logo          *pdf.Picture // nil: none
	width, height float64      // of the logo in points
	accent        pdf.Colour   // of titles and frames
}

func newBrand(logo []byte, accent string) (b brand, err error) {
	if b.accent, err = parseColour(accent); err != nil {
		return b, err
	}
	if len(logo) == 0 {
		return b, nil
	}
	if len(logo) > mostLogo {
		return b, fmt.Errorf("the logo has %d bytes, at most %d are taken: %w", len(logo), mostLogo, ErrBrand)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(logo))
	if err != nil {
		return b, fmt.Errorf("the logo is no PNG or JPEG: %w: %w", ErrBrand, err)
	}
	if config.Width > mostPixels || config.Height > mostPixels || config.Width == 0 || config.Height == 0 {
		return b, fmt.Errorf("the logo has %d × %d dots, at most %d a side are taken: %w", config.Width, config.Height, mostPixels, ErrBrand)
	}
	picture, _, err := image.Decode(bytes.NewReader(logo))
	if err != nil {
		return b, fmt.Errorf("read the logo: %w: %w", ErrBrand, err)
	}
	scale := math.Min(logoHeight/float64(config.Height), logoWidth/float64(config.Width))
	b.width, b.height = float64(config.Width)*scale, float64(config.Height)*scale
	across := min(config.Width, logoDots)
	down := max(1, config.Height*across/config.Width)
	b.logo, err = pdf.NewPicture(across, down, onWhite(picture, across, down))
	if err != nil {
		return b, fmt.Errorf("pack the logo: %w", err)
	}
	if n := b.logo.Size(); n > mostInPDF {
		return b, fmt.Errorf("the logo takes %d bytes of every receipt, at most %d are allowed; use a plainer picture: %w", n, mostInPDF, ErrBrand)
	}
	return b, nil
}

// onWhite shrinks a picture to the given dots, each the mean of those that it stands for, on white paper.
func onWhite(picture image.Image, across, down int) []byte {
	bounds := picture.Bounds()
	rgb := make([]byte, 0, 3*across*down)
	for y := range down {
		for x := range across {
			x0, x1 := bounds.Min.X+x*bounds.Dx()/across, bounds.Min.X+(x+1)*bounds.Dx()/across
			y0, y1 := bounds.Min.Y+y*bounds.Dy()/down, bounds.Min.Y+(y+1)*bounds.Dy()/down
			var sum [3]uint64
			for sy := y0; sy < y1; sy++ {
				for sx := x0; sx < x1; sx++ {
					c := color.NRGBA64Model.Convert(picture.At(sx, sy)).(color.NRGBA64) //nolint:errcheck,forcetypeassert // what the model makes
					for i, v := range []uint16{c.R, c.G, c.B} {
						sum[i] += (uint64(v)*uint64(c.A) + 0xffff*uint64(0xffff-c.A)) / 0xffff
					}
				}
			}
			for _, v := range sum {
				rgb = append(rgb, byte(v/uint64((x1-x0)*(y1-y0))>>8)) //nolint:gosec // a mean of 16 bits
			}
		}
	}
	return rgb
}

// parseColour reads "#1f5fa8"; "" is black. A colour too pale to be read on paper, or in black and white, is refused.
func parseColour(s string) (pdf.Colour, error) {
	if s == "" {
		return pdf.Colour{}, nil
	}
	const digits = 6
	hex, marked := strings.CutPrefix(s, "#")
	v, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || !marked || len(hex) != digits {
		return pdf.Colour{}, fmt.Errorf("colour %q is not of the form #1f5fa8: %w", s, ErrBrand)
	}
	c := pdf.Colour{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v)} //nolint:gosec // bytes of six digits
	if contrast := contrastToPaper(c); contrast < leastShades {
		return pdf.Colour{}, fmt.Errorf("colour %s is too pale: its contrast to paper is %.1f, at least %.1f is readable in black and white: %w",
			s, contrast, leastShades, ErrBrand)
	}
	return c, nil
}

// contrastToPaper is the contrast ratio of WCAG 2 between an ink and white.
func contrastToPaper(c pdf.Colour) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 1.05 / (0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B) + 0.05)
}
