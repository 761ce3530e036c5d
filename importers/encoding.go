package importers

// Encoding is the character encoding of a text file.
type Encoding string

// The encodings that partners use.
const (
	UTF8        Encoding = "utf-8"
	UTF8BOM     Encoding = "utf-8-bom"
	Windows1251 Encoding = "windows-1251"
	CP866       Encoding = "cp866"
	KOI8R       Encoding = "koi8-r"
)
