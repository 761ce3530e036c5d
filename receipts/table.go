package receipts

import "github.com/kvitok-gkh/kvitok/receipts/pdf"

// align says to which side of its column a text goes.
type align int

const (
	toLeft align = iota
	toCentre
	toRight
)

// column is one column of a table. Texts of left columns wrap, figures shrink to fit.
type column struct {
	title string
	width float64
	align align
}

// row is one row; a row without cells but the first spans the table as a heading.
type row struct {
	cells   []string
	bold    bool
	heading bool
	wide    int // number of the cell that goes over the empty ones after it; 0: none
}

// over tells whether the cell goes over the empty ones after it.
func (r *row) over(i int) bool { return r.wide > 0 && i == r.wide }

// table draws rows under a header that is repeated on every page.
type table struct {
	columns []column
	size    float64 // of the text
	most    int     // lines of one cell, 0: mostLines
	atTop   bool    // figures stand beside the first line of a text, not its middle
	rows    []row
	ready   []setRow // rows at the widths of their columns, once they are asked for
}

const (
	cellPad    = 2.5  // left and right of a text
	lineFactor = 1.18 // leading in sizes, where there is room
	ascent     = 0.84 // height above the baseline in sizes, enough for Ё and Й
	rowAscent  = 0.88 // the same between two rules: figures stand in the middle, tails end at the lower rule
	leastSize  = 4.5
	headShade  = 0.92
	groupShade = 0.96
	leastShare = 0.87 // of the size, down to which a text of two lines shrinks to fit one
	mostLines  = 8    // of one cell, where a table does not say otherwise
)

func (t *table) align(r *row, i int) align {
	if r.over(i) {
		return toLeft
	}
	return t.columns[i].align
}

func (t *table) width() float64 {
	sum := 0.0
	for _, c := range t.columns {
		sum += c.width
	}
	return sum
}

// setRow is a row broken into lines at the widths of its columns.
type setRow struct {
	row
	lines  [][]string
	sizes  []float64
	height float64
}

func (r setRow) isTotal() bool { return r.bold && !r.heading }

// set breaks all rows into lines.
func (t *table) set(l *layout) []setRow {
	if t.ready == nil {
		t.ready = make([]setRow, len(t.rows))
		for i, r := range t.rows {
			t.ready[i] = t.setRow(l, r)
		}
	}
	return t.ready
}

func (t *table) setRow(l *layout, r row) setRow {
	f := l.c.fonts
	fc := f.regular
	if r.bold || r.heading {
		fc = f.bold
	}
	result := setRow{row: r, lines: make([][]string, len(r.cells)), sizes: make([]float64, len(r.cells))}
	limit := t.most
	if limit == 0 {
		limit = mostLines
	}
	most := 1
	for i, cell := range r.cells {
		width := t.columns[i].width - 2*cellPad
		if r.heading {
			width = t.width() - 2*cellPad
		}
		if r.over(i) {
			for next := i + 1; next < len(r.cells) && r.cells[next] == ""; next++ {
				width += t.columns[next].width
			}
		}
		result.sizes[i] = t.size
		if t.align(&r, i) == toLeft {
			result.sizes[i] = fc.fit(cell, t.size, t.size*leastShare, width)
			if result.lines[i] = fc.wrap(cell, result.sizes[i], width); len(result.lines[i]) > 1 {
				result.sizes[i] = t.size
				result.lines[i] = fc.wrap(cell, t.size, width)
			}
		} else {
			result.sizes[i] = fc.fit(cell, t.size, leastSize, width)
			result.lines[i] = []string{cell}
		}
		if len(result.lines[i]) > limit {
			result.lines[i] = result.lines[i][:limit]
			result.lines[i][limit-1] = fc.cut(result.lines[i][limit-1]+"…", t.size, width)
		}
		most = max(most, len(result.lines[i]))
	}
	result.height = float64(most)*t.size*l.d.lead + 2*l.d.row
	return result
}

func (t *table) header(l *layout) setRow {
	f := l.c.fonts
	result := setRow{row: row{bold: true}}
	size := t.size - headerSmaller
	most := 1
	for _, c := range t.columns {
		lines := f.bold.wrap(c.title, size, c.width-cellPad)
		result.lines = append(result.lines, lines)
		result.sizes = append(result.sizes, size)
		most = max(most, len(lines))
	}
	result.height = float64(most)*size*l.d.lead + 2*l.d.row
	return result
}

const headerSmaller = 0.8

// draw puts the table at the left margin from l.y downwards, on as many pages as it takes.
func (t *table) draw(l *layout) {
	const x = left
	head, rows := t.header(l), t.set(l)
	first := head.height
	if len(rows) > 0 {
		first += rows[0].height
	}
	l.room(first)
	l.c.begin(pdf.Table)
	defer l.c.end()
	top := l.y
	l.c.begin(pdf.Row)
	t.drawHeader(l, x, head)
	l.c.end()
	for i, r := range rows {
		need := r.height
		if i+1 < len(rows) && (r.heading || rows[i+1].isTotal()) {
			need += rows[i+1].height // a heading stays with its first row, a total with its last
		}
		if l.y+need > l.end {
			t.rules(l, x, top)
			l.nextPage()
			top = l.y
			l.c.within(0, func() { t.drawHeader(l, x, head) })
		}
		if r.heading || r.wide > 0 { // no rules between its columns
			t.rules(l, x, top)
			top = l.y
			t.drawRow(l, x, r)
			t.rulesOfRow(l, x, top, &r)
			top = l.y
			continue
		}
		t.drawRow(l, x, r)
	}
	t.rules(l, x, top)
}

// height returns what the table takes on a page of its own.
func (t *table) height(l *layout) float64 {
	sum := t.header(l).height
	for _, r := range t.set(l) {
		sum += r.height
	}
	return sum
}

func (t *table) drawHeader(l *layout, x float64, head setRow) {
	l.c.shade(x, l.y, t.width(), head.height, headShade)
	l.c.line(x, l.y, x+t.width(), l.y)
	for i, c := range t.columns {
		size := head.sizes[i]
		block := float64(len(head.lines[i])) * size * l.d.lead
		y := l.y + (head.height-block)/2 + ascent*size
		l.c.begin(pdf.Header)
		for _, line := range head.lines[i] {
			l.c.textCentre(x+c.width/2, y, l.c.fonts.bold, size, line)
			y += size * l.d.lead
		}
		l.c.end()
		x += c.width
	}
	l.y += head.height
}

func (t *table) drawRow(l *layout, x float64, r setRow) {
	f := l.c.fonts.regular
	if r.bold || r.heading {
		f = l.c.fonts.bold
		l.c.shade(x, l.y, t.width(), r.height, groupShade)
	}
	l.c.line(x, l.y, x+t.width(), l.y)
	l.c.begin(pdf.Row)
	defer l.c.end()
	for i := range r.cells {
		c := t.columns[i]
		size := r.sizes[i]
		y := l.y + l.d.row + rowAscent*t.size
		if t.align(&r.row, i) != toLeft && !t.atTop {
			y = l.y + (r.height-t.size*l.d.lead)/2 + rowAscent*t.size
		}
		if i > 0 && r.cells[i] == "" && (r.bold || r.wide > 0 && i > r.wide) { // the cell before spans it
			x += c.width
			continue
		}
		l.c.file.Span(l.c.begin(pdf.Cell), t.span(&r, i))
		if r.cells[i] == none {
			l.c.skip()
		}
		for _, line := range r.lines[i] {
			switch t.align(&r.row, i) {
			case toLeft:
				l.c.text(x+cellPad, y, f, size, line)
			case toCentre:
				l.c.textCentre(x+c.width/2, y, f, size, line)
			case toRight:
				l.c.textRight(x+c.width-cellPad, y, f, size, line)
			}
			y += size * l.d.lead
		}
		l.c.end()
		x += c.width
	}
	l.y += r.height
}

// rulesOfRow draws the vertical lines of a row of which a cell goes over others.
func (t *table) rulesOfRow(l *layout, x, top float64, r *setRow) {
	l.c.line(x, top, x, l.y)
	for i := 0; i < len(t.columns); {
		n := t.span(r, i)
		for range n {
			x += t.columns[i].width
			i++
		}
		l.c.line(x, top, x, l.y)
	}
}

// span returns over how many columns a cell goes: the heading over all, a word in a total over the empty ones beside it.
func (t *table) span(r *setRow, i int) int {
	if r.heading {
		return len(t.columns)
	}
	n := 1
	for (r.bold || r.over(i)) && i+n < len(r.cells) && r.cells[i+n] == "" {
		n++
	}
	return n
}

// rules draws the vertical lines and the last horizontal one, once a page.
func (t *table) rules(l *layout, x, top float64) {
	l.c.line(x, l.y, x+t.width(), l.y)
	l.c.line(x, top, x, l.y)
	for _, c := range t.columns {
		x += c.width
		l.c.line(x, top, x, l.y)
	}
}
