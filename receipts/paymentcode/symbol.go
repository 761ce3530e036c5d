package paymentcode

import (
	"fmt"

	"rsc.io/qr"
)

// Symbol is the QR symbol of a code as a picture of dots. The zero value is no symbol.
type Symbol struct {
	Bits    []byte // rows of whole bytes from the top, 1 is black; with the quiet zone of four modules
	Side    int    // dots a row and rows
	Modules int    // on a side, with the quiet zone
}

// dots a module: at one dot readers fail below 200 dpi, since renderers drop whole rows.
const dots = 2

// quiet is the white border that the standard asks for, in modules.
const quiet = 4

// QR returns the symbol of a text at error correction level M.
func QR(text string) (Symbol, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return Symbol{}, fmt.Errorf("encode QR of %d bytes: %w", len(text), err)
	}
	s := Symbol{Modules: code.Size + 2*quiet}
	s.Side = s.Modules * dots
	stride := (s.Side + 7) / 8
	s.Bits = make([]byte, stride*s.Side)
	for y := range code.Size {
		row := s.Bits[(y+quiet)*dots*stride:][:stride]
		for x := range code.Size {
			if !code.Black(x, y) {
				continue
			}
			for dot := (x + quiet) * dots; dot < (x+quiet+1)*dots; dot++ {
				row[dot/8] |= 0x80 >> (dot % 8)
			}
		}
		for copied := 1; copied < dots; copied++ {
			copy(s.Bits[((y+quiet)*dots+copied)*stride:], row)
		}
	}
	return s, nil
}
