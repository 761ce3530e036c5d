package protocols

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

const (
	resultName  = "Итог"
	rejectFill  = "FDECEA"
	badFill     = "F8B4AB"
	doubtFill   = "FFF1B8"
	reasonWidth = 64.0
	codeWidth   = 22.0
	maxNotes    = 500 // excelize searches all notes of a sheet for each new one
	maxWidth    = 26.0
	minWidth    = 11.0
)

// bookProtocol answers a workbook: the sheet «Итог», then the sender's sheets with the colours of
// their rows.
type bookProtocol struct {
	dest   io.Writer
	book   *workbook.Book
	head   Head
	result *workbook.Sheet
	sheets map[string]*answered
	order  []*answered
	looks  looks
	notes  int
}

// answered is one of the sender's sheets.
type answered struct {
	*workbook.Sheet
	full      []string
	header    []string
	headerRow int
	headed    bool
}

// looks are the styles of the cells.
type looks struct {
	title, head, label, value, plain, reason, reject, rejectReason, bad, doubt int
}

func newWorkbook(w io.Writer, shape Shape, head Head) (*bookProtocol, error) {
	book, err := workbook.New(workbook.Options{
		Title: "Протокол загрузки: " + head.Name, Company: head.Partner, Created: head.Received, Temp: head.Temp,
	})
	if err != nil {
		return nil, err
	}
	p := &bookProtocol{dest: w, book: book, head: head, sheets: map[string]*answered{}}
	if err := p.begin(shape); err != nil {
		return nil, errors.Join(err, book.Close())
	}
	return p, nil
}

func (p *bookProtocol) begin(shape Shape) error {
	if err := p.style(); err != nil {
		return err
	}
	name := resultName
	if slices.ContainsFunc(shape.Sheets, func(s Sheet) bool { return strings.EqualFold(s.Name, name) }) {
		name = "Итог протокола" // the sender's sheet keeps its name
	}
	var err error
	p.result, err = p.book.Sheet(workbook.Layout{
		Name: name, Widths: []float64{30, 90}, Portrait: true, Tab: "4472C4", Footer: p.head.Name,
	})
	if err != nil {
		return err
	}
	for _, s := range shape.Sheets {
		if _, err := p.add(s); err != nil {
			return err
		}
	}
	return nil
}

func (p *bookProtocol) style() error {
	text := workbook.TextFormat
	for _, l := range []struct {
		to   *int
		look workbook.Look
	}{
		{&p.looks.title, workbook.Look{Bold: true, Size: 14}},
		{&p.looks.head, workbook.Look{Bold: true, Wrap: true, Align: "center", Fill: workbook.HeadFill, Border: true}},
		{&p.looks.label, workbook.Look{Border: true, Fill: workbook.HeadFill, Top: true}},
		{&p.looks.value, workbook.Look{Border: true, Wrap: true, Top: true, Format: text}},
		{&p.looks.plain, workbook.Look{Border: true, Format: text, Top: true}},
		{&p.looks.reason, workbook.Look{Border: true, Wrap: true, Format: text, Top: true}},
		{&p.looks.reject, workbook.Look{Border: true, Fill: rejectFill, Format: text, Top: true}},
		{&p.looks.rejectReason, workbook.Look{Border: true, Wrap: true, Fill: rejectFill, Format: text, Top: true}},
		{&p.looks.bad, workbook.Look{Border: true, Fill: badFill, Format: text, Bold: true, Top: true}},
		{&p.looks.doubt, workbook.Look{Border: true, Fill: doubtFill, Format: text, Top: true}},
	} {
		var err error
		if *l.to, err = p.book.Style(l.look); err != nil {
			return err
		}
	}
	return nil
}

func (p *bookProtocol) add(s Sheet) (*answered, error) {
	a := &answered{full: s.Header, header: base(s.Header), headerRow: s.HeaderRow}
	widths := make([]float64, 0, len(a.header)+added)
	for _, title := range a.header {
		widths = append(widths, widthOf(title))
	}
	if a.header != nil {
		widths = append(widths, 14, codeWidth, reasonWidth)
	}
	frozen := s.HeaderRow
	if frozen == 0 && a.header != nil {
		frozen = 1
	}
	sheet, err := p.book.Sheet(workbook.Layout{Name: s.Name, Widths: widths, FrozenRow: frozen, Footer: p.head.Name})
	if err != nil {
		return nil, err
	}
	a.Sheet = sheet
	p.sheets[s.Name] = a
	p.order = append(p.order, a)
	return a, nil
}

// widthOf guesses from its title how wide a column of the sender's is: the rows are not known yet.
func widthOf(title string) float64 {
	word := strings.ToLower(title)
	for _, wide := range []struct {
		part  string
		width float64
	}{
		{"адрес", 42}, {"фио", 32}, {"фамилия, имя", 32}, {"плательщик", 32}, {"наименование", 32}, {"e-mail", 26}, {"основание", 24}, {"документ", 24},
	} {
		if strings.Contains(word, wide.part) {
			return wide.width
		}
	}
	return min(max(float64(utf8.RuneCountInString(title))+2, minWidth), maxWidth)
}

func (p *bookProtocol) row(sheet string, row int, cells []string, outcome housing.Outcome) error {
	a, ok := p.sheets[sheet]
	if !ok {
		var err error
		if a, err = p.add(Sheet{Name: sheet}); err != nil {
			return err
		}
	}
	if row > a.headerRow { // what stood above the header stays there
		if err := a.writeHeader(row, p.looks.head); err != nil {
			return err
		}
	}
	row = max(row, a.Last()+1)
	if outcome.Verdict == "" {
		return a.Row(row, 0, styled(cells, p.looks.plain))
	}
	cells = fit(cells, a.header, a.full)
	status, code, reason := answer(outcome)
	plain, wide := p.looks.plain, p.looks.reason
	if outcome.Verdict == housing.Rejected {
		plain, wide = p.looks.reject, p.looks.rejectReason
	}
	values := styled(append(slices.Clip(cells), status), plain)
	values = append(values, styledCell(code, wide), styledCell(reason, wide))
	for _, problem := range outcome.Problems {
		if err := p.blame(a, row, cells, values, problem); err != nil {
			return err
		}
	}
	height := workbook.Height(max(workbook.Lines(reason, reasonWidth), workbook.Lines(code, codeWidth)))
	return a.Row(row, height, values)
}

// blame colours the cell that a problem is about and notes the reason on it.
func (p *bookProtocol) blame(a *answered, row int, cells []string, values []any, problem housing.Problem) error {
	i := guilty(a.header, cells, problem)
	if i < 0 {
		return nil
	}
	style := p.looks.bad
	if !problem.IsError() {
		style = p.looks.doubt
	}
	cell, ok := values[i].(excelize.Cell)
	if !ok || cell.StyleID == p.looks.bad {
		return nil // an earlier problem has the cell; the reason beside the row names both
	}
	noted := cell.StyleID == p.looks.doubt
	cell.StyleID = style
	values[i] = cell
	if noted || p.notes >= maxNotes {
		return nil
	}
	p.notes++
	return a.Comment(workbook.Cell(i+1, row), problem.Russian())
}

// guilty returns the index of the cell that a problem is about, −1 where it is about none.
func guilty(header, cells []string, problem housing.Problem) int {
	if problem.Column != "" {
		for i, title := range header {
			if i < len(cells) && strings.EqualFold(strings.TrimSpace(title), strings.TrimSpace(problem.Column)) {
				return i
			}
		}
	}
	if problem.Value == "" {
		return -1
	}
	i := slices.Index(cells, problem.Value)
	if i >= 0 && slices.Contains(cells[i+1:], problem.Value) {
		return -1 // the value stands twice: no telling which
	}
	return i
}

func (a *answered) writeHeader(before, style int) error {
	if a.headed || a.header == nil {
		return nil
	}
	a.headed = true
	row := a.headerRow
	if row == 0 {
		row = max(before-1, 1)
	}
	titles := append(slices.Clone(a.header), statusTitle, codeTitle, reasonTitle)
	return a.Row(row, 30, styled(titles, style))
}

func (p *bookProtocol) close(s Summary) error {
	err := p.finish(s)
	return errors.Join(err, p.abort())
}

func (p *bookProtocol) finish(s Summary) error {
	if err := p.writeResult(s); err != nil {
		return err
	}
	for _, a := range p.order {
		if err := errors.Join(a.writeHeader(0, p.looks.head), a.Finish()); err != nil {
			return err
		}
	}
	return p.book.Write(p.dest)
}

func (p *bookProtocol) writeResult(s Summary) error {
	title := []any{excelize.Cell{StyleID: p.looks.title, Value: "Протокол загрузки файла"}}
	if err := p.result.Row(1, 24, title); err != nil {
		return err
	}
	lines := []Line{
		{"Файл", p.head.Name},
		{"SHA-256", p.head.SHA256},
		{"Размер, байт", strconv.FormatInt(p.head.Size, 10)},
		{"Отправитель", p.head.Partner},
		{"Получен", p.head.moment()},
		{"Итог", s.Status.Russian()},
		{"Причина", s.Reason},
		{"Строк всего", strconv.Itoa(s.Counts.Rows)},
		{"Принято", strconv.Itoa(s.Counts.Accepted)},
		{"Без изменений", strconv.Itoa(s.Counts.Unchanged)},
		{"Отклонено", strconv.Itoa(s.Counts.Rejected)},
	}
	lines = slices.DeleteFunc(slices.Concat(lines, s.Lines, s.Notes), func(l Line) bool { return l.Value == "" })
	if s.Counts.Rejected > 0 {
		lines = append(lines, Line{
			"Что делать", "Исправьте выделенные строки в этом же файле и отправьте его снова: принятые строки второй раз " +
				"не загрузятся, столбцы «Статус», «Код», «Причина» и этот лист можно не удалять.",
		})
	}
	for i, l := range lines {
		value := p.looks.value
		if l.Name == "Итог" && s.Status == housing.FileRefused {
			value = p.looks.bad
		}
		cells := []any{excelize.Cell{StyleID: p.looks.label, Value: l.Name}, excelize.Cell{StyleID: value, Value: l.Value}}
		if err := p.result.Row(i+3, workbook.Height(workbook.Lines(l.Value, 90))+2, cells); err != nil {
			return err
		}
	}
	return p.result.Finish()
}

func (p *bookProtocol) abort() error {
	return p.book.Close()
}

func styled(cells []string, style int) []any {
	values := make([]any, len(cells), len(cells)+added)
	for i, text := range cells {
		values[i] = styledCell(text, style)
	}
	return values
}

// styledCell is a cell of text; an empty one costs excelize less as nothing than as an empty text.
func styledCell(text string, style int) excelize.Cell {
	if text == "" {
		return excelize.Cell{StyleID: style}
	}
	return excelize.Cell{StyleID: style, Value: text}
}
