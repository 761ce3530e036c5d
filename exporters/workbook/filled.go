package workbook

import "github.com/xuri/excelize/v2"

// Colours of the heads of tables, and of the cells that somebody fills in.
const (
	HeadFill   = "E4EAF2"
	AnswerFill = "FFF9DB"
)

// Cells are the looks that the workbooks have in common which somebody fills in and sends back.
type Cells struct {
	Head, Text, Wrap, Money int
	Answer                  int // where the decision goes
	Told                    int // what came with the question and may be corrected
}

// Cells returns the looks of a workbook that is filled in.
func (b *Book) Cells() (Cells, error) {
	var c Cells
	for _, l := range []struct {
		to   *int
		look Look
	}{
		{&c.Head, Look{Bold: true, Wrap: true, Align: "center", Fill: HeadFill, Border: true}},
		{&c.Text, Look{Border: true, Format: TextFormat, Top: true}},
		{&c.Wrap, Look{Border: true, Format: TextFormat, Top: true, Wrap: true}},
		{&c.Money, Look{Border: true, Format: MoneyFormat, Top: true, Align: "right"}},
		{&c.Answer, Look{Border: true, Format: TextFormat, Top: true, Wrap: true, Fill: AnswerFill, Bold: true, Unlocked: true}},
		{&c.Told, Look{Border: true, Format: TextFormat, Top: true, Wrap: true, Fill: AnswerFill, Unlocked: true}},
	} {
		var err error
		if *l.to, err = b.Style(l.look); err != nil {
			return Cells{}, err
		}
	}
	return c, nil
}

// Heads writes the names of the columns as the first row.
func (s *Sheet) Heads(look int, height float64, titles []string) error {
	cells := make([]any, len(titles))
	for i, title := range titles {
		cells[i] = excelize.Cell{StyleID: look, Value: title}
	}
	return s.Row(1, height, cells)
}
