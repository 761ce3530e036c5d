package importers

// Sample is the beginning of a file, decoded as far as recognising needs: the kind by its first
// bytes, the encoding by its characters, the first lines or the first rows of each sheet.
type Sample struct {
	Name     string
	Kind     Kind
	Encoding Encoding
	Lines    []string              // first lines of a text file, UTF-8
	Tables   map[string][][]string // first rows of each sheet of a workbook
	Tail     []string              // last lines of a text file
}
