package importers

// Limits are what a file may cost to read. They keep a broken or hostile file from filling memory or
// disk; ordinary files stay far below them.
type Limits struct {
	TextBytes     int64 // size of a text file or a table of dBase; three million payments
	WorkbookBytes int64 // size of a workbook as received
	Unpacked      int64 // size of all parts of a workbook, unpacked
	Ratio         int64 // unpacked to received, where a workbook unpacks to more than a few MB
	Strings       int64 // text shared by the cells of a workbook
	Parts         int   // files inside a workbook
	Sheets        int
	Rows          int // of one sheet
	Cells         int // of one row
	LineBytes     int // of one line of a text file
	CellBytes     int // of one cell of a workbook, mark-up included
}

// DefaultLimits returns the limits used where an Input states none.
func DefaultLimits() Limits {
	return Limits{
		TextBytes:     512 << 20,
		WorkbookBytes: 100 << 20,
		Unpacked:      1 << 30,
		Ratio:         100,
		Strings:       128 << 20,
		Parts:         2000,
		Sheets:        100,
		Rows:          1 << 20,
		Cells:         500,
		LineBytes:     64 << 10,
		CellBytes:     256 << 10,
	}
}

// ratioFrom is the unpacked size below which the ratio of packing says nothing.
const ratioFrom = 16 << 20

func (in Input) limits() Limits {
	if in.Limits == (Limits{}) {
		return DefaultLimits()
	}
	return in.Limits
}
