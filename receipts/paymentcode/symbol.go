package paymentcode

import (
	"fmt"

	"rsc.io/qr"
)

// pixels a module in the image: at one pixel a module readers fail below 200 dpi, since renderers
// drop whole rows; at four every module keeps its place.
const pixels = 4

// Symbol is the QR symbol of a code.
type Symbol struct {
	PNG     []byte // 1-bit image with the quiet zone of four modules
	Modules int    // on a side, with the quiet zone
}

// QR returns the symbol of a text at error correction level M.
func QR(text string) (Symbol, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return Symbol{}, fmt.Errorf("encode QR of %d bytes: %w", len(text), err)
	}
	code.Scale = pixels
	const quiet = 8
	return Symbol{PNG: code.PNG(), Modules: code.Size + quiet}, nil
}
