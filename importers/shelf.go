package importers

import (
	"strings"
	"unicode/utf8"
)

// textShelf gives out strings cut from larger pieces: the lines of some hundred rows are one allocation. Whoever keeps
// a part of a line for longer than its row clones it, or he keeps its whole piece.
type textShelf struct{ piece strings.Builder }

// put copies the text.
func (s *textShelf) put(text []byte) string {
	const pieceBytes = 32 << 10
	if s.piece.Cap()-s.piece.Len() < len(text) {
		s.piece.Reset()
		s.piece.Grow(max(pieceBytes, len(text)))
	}
	at := s.piece.Len()
	s.piece.Write(text)
	return s.piece.String()[at:]
}

// Splitter cuts the lines of a file into cells. The lists of cells are cut from larger ones, as the lines are.
type Splitter struct {
	delimiter rune
	cells     []string
}

// NewSplitter cuts at a delimiter.
func NewSplitter(delimiter rune) *Splitter { return &Splitter{delimiter: delimiter} }

// Row cuts a line of a format that knows neither quotes nor a header, and takes the cells of an answer off its end. No
// format has a verdict among its own last cells.
func (s *Splitter) Row(line string) []string { return withoutAnswer(s.plain(line), s.delimiter) }

// quoted is SplitQuoted.
func (s *Splitter) quoted(line string) []string {
	if strings.IndexByte(line, '"') >= 0 {
		return SplitQuoted(line, s.delimiter)
	}
	return s.plain(line)
}

func (s *Splitter) plain(line string) []string {
	const pieceCells, usualCells = 2 << 10, 64
	if s.delimiter >= utf8.RuneSelf {
		return strings.Split(line, string(s.delimiter))
	}
	if cap(s.cells)-len(s.cells) < usualCells {
		s.cells = make([]string, 0, pieceCells)
	}
	from := len(s.cells)
	for {
		at := strings.IndexByte(line, byte(s.delimiter)) //nolint:gosec // ASCII, see above
		if at < 0 {
			break
		}
		s.cells = append(s.cells, line[:at])
		line = line[at+1:]
	}
	s.cells = append(s.cells, line)
	return s.cells[from:len(s.cells):len(s.cells)]
}
