package pdf

import (
	"fmt"
	"strconv"
)

// Role is what an element of a tagged file is, by the names of the standard.
type Role string

// The roles that documents here have.
const (
	Document Role = "Document"
	Section  Role = "Sect"
	Heading1 Role = "H1"
	Heading2 Role = "H2"
	Text     Role = "P"
	Table    Role = "Table"
	Row      Role = "TR"
	Header   Role = "TH"
	Cell     Role = "TD"
	Figure   Role = "Figure"
)

// Element is a node of the structure of a tagged file, in the order in which it is to be read. The zero
// value is none: what is drawn for it is decoration, which a screen reader leaves out.
type Element int

// tags is the structure of a file; elements[0] is its root.
type tags struct {
	elements []element
	marks    [][]Element // by page: whose each piece of marked content is
	shared   map[int]int // numbers of attributes: by columns of a cell, 0 for a header
}

type element struct {
	role   Role
	parent Element
	alt    string // of a figure
	span   int    // columns of a cell, 0: one
	page   int    // of its first content, -1: none
	kids   []kid
}

// kid is an element, or a piece of content where that is zero.
type kid struct {
	element    Element
	page, mark int
}

// Tag adds an element below a parent; the zero parent is the root. A file without tags has none.
func (f *File) Tag(parent Element, role Role) Element {
	if f.tags == nil {
		return 0
	}
	t := f.tags
	e := Element(len(t.elements))
	t.elements = append(t.elements, element{role: role, parent: parent, page: -1})
	t.elements[parent].kids = append(t.elements[parent].kids, kid{element: e})
	return e
}

// Describe says in words what a figure shows.
func (f *File) Describe(e Element, alt string) {
	if f.tags != nil {
		f.tags.elements[e].alt = alt
	}
}

// Span says over how many columns a cell goes.
func (f *File) Span(e Element, columns int) {
	if f.tags != nil {
		f.tags.elements[e].span = columns
	}
}

// mark is whose the content of a stream is from here on.
type mark struct {
	now    Element // asked for
	open   Element // begun in the stream
	isOpen bool
}

// Tag says whose the texts from here on are.
func (p *Page) Tag(e Element) { p.textMark.now = e }

// TagDrawing says whose the areas, lines and pictures from here on are.
func (p *Page) TagDrawing(e Element) { p.drawMark.now = e }

// begin writes the beginning of marked content where it changes hands.
func (p *Page) begin(b []byte, m *mark) []byte {
	if p.file.tags == nil || m.isOpen && m.now == m.open {
		return b
	}
	b = m.end(b)
	m.open, m.isOpen = m.now, true
	if m.now == 0 {
		return append(b, "/Artifact BMC\n"...)
	}
	role, number := p.file.tags.add(m.now)
	b = append(append(b, '/'), role...)
	b = append(b, "<</MCID "...)
	return append(strconv.AppendInt(b, int64(number), 10), ">>BDC\n"...)
}

func (m *mark) end(b []byte) []byte {
	if !m.isOpen {
		return b
	}
	m.isOpen = false
	return append(b, "EMC\n"...)
}

// add gives the element a piece of content on the last page.
func (t *tags) add(e Element) (Role, int) {
	page := len(t.marks) - 1
	number := len(t.marks[page])
	t.marks[page] = append(t.marks[page], e)
	x := &t.elements[e]
	if x.page < 0 {
		x.page = page
	}
	x.kids = append(x.kids, kid{page: page, mark: number})
	return x.role, number
}

// structure writes the elements and returns what the catalog says of them.
func (f *File) structure() string {
	t := f.tags
	if t == nil {
		return ""
	}
	leaves, others := t.kinds()
	ids := make([]int, len(t.elements))
	for _, e := range leaves {
		ids[e] = f.objects.number()
	}
	for _, e := range others {
		ids[e] = f.objects.number()
	}
	parents := f.objects.number()
	l := &f.objects.lines
	l.digits = len(strconv.Itoa(len(f.objects.index) + moreObjects))
	for _, e := range leaves {
		f.writeLeaf(ids, e)
	}
	b := l.begin(parents)
	b.WriteString("<</Nums[")
	for page, owners := range t.marks {
		b.WriteString(strconv.Itoa(page) + "[")
		of := make([]int, len(owners))
		for i, e := range owners {
			of[i] = ids[e]
		}
		l.list(of)
		b.WriteString("]")
	}
	b.WriteString("]>>")
	for _, e := range others {
		f.writeElement(ids, parents, e)
	}
	return fmt.Sprintf("/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R", ids[0])
}

// moreObjects is how many objects can follow the elements: attributes, streams of objects.
const moreObjects = 64

// kinds tells the elements that are written alike, with one piece of content in the order of the pieces, then empty
// ones, from those that have others below them or words.
func (t *tags) kinds() (leaves, others []Element) {
	var empty []Element
	for i := range t.elements {
		x := &t.elements[i]
		switch {
		case i == 0 || x.role == Figure:
			others = append(others, Element(i))
		case len(x.kids) == 0:
			empty = append(empty, Element(i))
		case len(x.kids) == 1 && x.kids[0].element == 0:
			leaves = append(leaves, Element(i))
		default:
			others = append(others, Element(i))
		}
	}
	return append(leaves, empty...), others
}

// writeLeaf writes an element that has no other below it.
func (f *File) writeLeaf(ids []int, e Element) {
	x := &f.tags.elements[e]
	l := &f.objects.lines
	attribute := f.attribute(x)
	b := l.begin(ids[e])
	b.WriteString("<</S/" + string(x.role) + "/P ")
	l.reference(ids[x.parent])
	if attribute > 0 {
		b.WriteString("/A ")
		l.reference(attribute)
	}
	if len(x.kids) > 0 {
		b.WriteString("/Pg ")
		l.reference(f.kids[x.page])
		b.WriteString("/K ")
		l.figure(x.kids[0].mark)
	}
	b.WriteString(">>")
}

func (f *File) writeElement(ids []int, parents int, e Element) {
	x := &f.tags.elements[e]
	attribute := f.attribute(x)
	b := f.objects.dictionary(ids[e])
	if e == 0 {
		fmt.Fprintf(b, "<</Type/StructTreeRoot/ParentTree %d 0 R", parents)
	} else {
		b.WriteString("<</S/" + string(x.role) + "/P " + strconv.Itoa(ids[x.parent]) + " 0 R")
	}
	if x.page >= 0 {
		b.WriteString("/Pg " + strconv.Itoa(f.kids[x.page]) + " 0 R")
	}
	if attribute > 0 {
		b.WriteString("/A " + strconv.Itoa(attribute) + " 0 R")
	}
	if x.alt != "" {
		b.WriteString("/Alt" + text(x.alt))
	}
	b.WriteString("/K[")
	for _, k := range x.kids {
		switch {
		case k.element > 0:
			b.WriteString(strconv.Itoa(ids[k.element]) + " 0 R ")
		case k.page == x.page:
			b.WriteString(strconv.Itoa(k.mark) + " ")
		default:
			fmt.Fprintf(b, "<</Type/MCR/Pg %d 0 R/MCID %d>>", f.kids[k.page], k.mark)
		}
	}
	b.WriteString("]>>")
}

// attribute returns the number of the object that says what an element is beside its role, 0 where nothing is to be
// said. Equal ones are written once.
func (f *File) attribute(x *element) int {
	switch {
	case x.role == Header:
		return f.shared(0, "<</O/Table/Scope/Column>>")
	case x.span > 1:
		return f.shared(x.span, "<</O/Table/ColSpan "+strconv.Itoa(x.span)+">>")
	}
	return 0
}

func (f *File) shared(key int, dictionary string) int {
	id := f.tags.shared[key]
	if id == 0 {
		id = f.objects.number()
		f.tags.shared[key] = id
		b := f.objects.dictionary(id)
		b.WriteString(dictionary)
	}
	return id
}
