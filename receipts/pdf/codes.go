package pdf

import "fmt"

// Codes of glyphs in strings: one byte below firstLong, and above it two of which the first tells so. Pages have half
// the bytes of two for every character.
const (
	firstLong = 0xE0
	mostGlyph = (0x100-firstLong)<<8 - 1
)

func code(glyph uint) string {
	if glyph < firstLong {
		return escape(byte(glyph))
	}
	return escape(byte(firstLong+glyph>>8)) + escape(byte(glyph&0xff)) //nolint:gosec // below mostGlyph
}

// codeRanges are the codes of glyphs as a map of characters spells them.
const codeRanges = "2 begincodespacerange<00><DF><E000><FFFF>endcodespacerange\n"

// encoding is the map from codes to glyphs that both faces have.
func encoding() (dictionary string, stream []byte) {
	const system = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
	return "/Type/CMap/CMapName/Kvitok" + system,
		[]byte("/CIDInit/ProcSet findresource begin 12 dict begin begincmap" + system + "def/CMapName/Kvitok def/CMapType 1 def " + codeRanges +
			"2 begincidrange<00><DF>0<E000><FFFF>0 endcidrange\nendcmap CMapName currentdict/CMap defineresource pop end end")
}

// escape writes a byte as it stands between the brackets of a string.
func escape(b byte) string {
	switch b {
	case '(', ')', '\\':
		return `\` + string(rune(b))
	case '\r':
		return `\r`
	case '\n':
		return `\n`
	}
	return string([]byte{b})
}

func hexCode(glyph rune) string {
	if glyph < firstLong {
		return fmt.Sprintf("%02X", glyph)
	}
	return fmt.Sprintf("%04X", firstLong<<8+glyph)
}
