package pdf

import (
	"bytes"
	"fmt"
	"strconv"
)

// lines are objects that differ from one another in a few figures only, as the elements of a structure do: each
// begins a line of equal width, its figures stand where those of the one before stood, and a line is stored as its
// difference from the line above. A structure takes a third of what it takes as plain text.
type lines struct {
	body   bytes.Buffer
	held   []int // numbers of the objects, in order
	at     []int // where each begins in body
	digits int   // of a figure
}

// entry is the width of an entry of the head, of which five make a line: a figure, a place of up to five digits, blanks.
func (l *lines) entry() int { return l.digits + len(" 99999 ") }

// width is that of a line, enough for the longest element with one piece of content.
func (l *lines) width() int { return 5 * l.entry() }

// begin begins an object; it ends where the next begins.
func (l *lines) begin(id int) *bytes.Buffer {
	l.fill()
	l.held, l.at = append(l.held, id), append(l.at, l.body.Len())
	return &l.body
}

func (l *lines) fill() { fillLine(&l.body, l.width()) }

func fillLine(b *bytes.Buffer, width int) {
	for b.Len()%width != 0 {
		b.WriteByte(' ')
	}
}

// figure writes a number at the width of all.
func (l *lines) figure(v int) {
	start := l.body.Len()
	l.body.WriteString("        "[:l.digits])
	figure := strconv.Itoa(v)
	copy(l.body.Bytes()[start+l.digits-len(figure):], figure)
}

// reference writes that an object is meant.
func (l *lines) reference(id int) {
	l.figure(id)
	l.body.WriteString(" 0 R")
}

// list writes references below each other.
func (l *lines) list(ids []int) {
	l.fill()
	for _, id := range ids {
		l.reference(id)
		l.body.WriteString("   ")
	}
}

// mostOffset is the last place that the head of a stream of lines can name.
const mostOffset = 99_999

// endLines packs the lines into streams of objects.
func (o *objects) endLines(d deflater) error {
	l := &o.lines
	l.fill()
	width := l.width()
	var plain, packed bytes.Buffer
	for first := 0; first < len(l.held); {
		last := first
		for last < len(l.held) && last-first < mostHeld && l.at[last]-l.at[first] <= mostOffset {
			last++
		}
		from, to := l.at[first], l.body.Len()
		if last < len(l.held) {
			to = l.at[last]
		}
		id := o.number()
		plain.Reset()
		for place, number := range l.held[first:last] {
			fmt.Fprintf(&plain, "%*d %5d ", l.digits, number, l.at[first+place]-from)
			o.index[number] = object{in: id, place: place}
		}
		fillLine(&plain, width)
		head := plain.Len()
		plain.Write(l.body.Bytes()[from:to])
		packed.Reset()
		if err := d.pack(&packed, differences(plain.Bytes(), width)); err != nil {
			return err
		}
		o.stream(id, fmt.Sprintf("/Type/ObjStm/N %d/First %d/DecodeParms<</Predictor 12/Columns %d>>", last-first, head, width), packed.Bytes())
		first = last
	}
	return nil
}

// differences writes lines as a filter of the format reads them: after a byte that says which it is, a line as it
// stands, or what each byte of it differs from the one above by, where most do not.
func differences(plain []byte, width int) []byte {
	const none, up = 0, 2
	result := make([]byte, 0, len(plain)+len(plain)/width)
	above := make([]byte, width)
	for ; len(plain) >= width; plain = plain[width:] {
		equal := 0
		for i, b := range plain[:width] {
			if b == above[i] {
				equal++
			}
		}
		if 2*equal < width {
			result = append(append(result, none), plain[:width]...)
		} else {
			result = append(result, up)
			for i, b := range plain[:width] {
				result = append(result, b-above[i])
			}
		}
		above = plain[:width]
	}
	return result
}
