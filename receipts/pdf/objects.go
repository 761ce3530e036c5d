package pdf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
)

const header = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

// objects are those of a file under way: streams as they will stand in it, all other objects together in a
// few compressed streams, which makes a receipt two kilobytes smaller.
type objects struct {
	body  bytes.Buffer // after the header
	small bytes.Buffer // objects without a stream, one after the other
	index []object     // by number
	held  []int        // numbers of those in small, in its order
	lines lines        // of the structure
}

// object is where an object stands: in the body, or in a stream of objects.
type object struct {
	at    int // in the body, or in small until that is packed
	in    int // number of the stream of objects, 0: in the body
	place int // within that stream
}

func newObjects() objects { return objects{index: make([]object, firstOwn, 2*firstOwn)} }

type objectsPlace struct{ body, small, index, held int }

func (o *objects) here() objectsPlace {
	return objectsPlace{o.body.Len(), o.small.Len(), len(o.index), len(o.held)}
}

func (o *objects) cut(p objectsPlace) {
	o.body.Truncate(p.body)
	o.small.Truncate(p.small)
	o.index, o.held = o.index[:p.index], o.held[:p.held]
}

// number gives the next free number.
func (o *objects) number() int {
	o.index = append(o.index, object{})
	return len(o.index) - 1
}

// stream writes an object with content that is compressed already.
func (o *objects) stream(id int, dictionary string, packed []byte) {
	o.index[id] = object{at: o.body.Len()}
	b := &o.body
	b.WriteString(strconv.Itoa(id))
	b.WriteString(" 0 obj\n<<" + dictionary + "/Filter/FlateDecode/Length ")
	b.WriteString(strconv.Itoa(len(packed)))
	b.WriteString(">>\nstream\n")
	b.Write(packed)
	b.WriteString("\nendstream\nendobj\n")
}

// dictionary begins an object without a stream; it ends where the next begins.
func (o *objects) dictionary(id int) *bytes.Buffer {
	if o.small.Len() > 0 {
		o.small.WriteByte('\n')
	}
	o.index[id] = object{at: o.small.Len()}
	o.held = append(o.held, id)
	return &o.small
}

// face adds the objects of an embedded face, of which the first has the number.
func (o *objects) face(first int, e *embedding) {
	start := o.body.Len()
	o.body.Write(e.streams)
	for i, dictionary := range e.dictionaries {
		switch {
		case dictionary != nil:
			b := o.dictionary(first + i)
			b.Write(dictionary)
		case e.offsets[i] != elsewhere:
			o.index[first+i] = object{at: start + e.offsets[i]}
		}
	}
}

// mostHeld is how many objects share a stream: a reader unpacks all of them for one.
const mostHeld = 1000

// end packs the objects without streams and returns what ends the file: the table of all objects.
func (o *objects) end(d deflater, trailer string) ([]byte, error) {
	if err := o.endLines(d); err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	for first := 0; first < len(o.held); first += mostHeld {
		last := min(first+mostHeld, len(o.held))
		from, to := o.index[o.held[first]].at, o.small.Len()
		if last < len(o.held) {
			to = o.index[o.held[last]].at
		}
		id := o.number()
		var numbers []byte
		for place, number := range o.held[first:last] {
			numbers = fmt.Appendf(numbers, "%d %d ", number, o.index[number].at-from)
			o.index[number].in, o.index[number].place = id, place
		}
		packed.Reset()
		if err := d.pack(&packed, numbers, o.small.Bytes()[from:to]); err != nil {
			return nil, err
		}
		o.stream(id, fmt.Sprintf("/Type/ObjStm/N %d/First %d", last-first, len(numbers)), packed.Bytes())
	}
	id := o.number()
	start := len(header) + o.body.Len()
	o.index[id] = object{at: o.body.Len()}
	packed.Reset()
	if err := d.pack(&packed, o.table()); err != nil {
		return nil, err
	}
	tail := fmt.Appendf(nil, "%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]%s/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns %d>>/Length %d>>\nstream\n", id, len(o.index), trailer, entrySize, packed.Len())
	tail = append(tail, packed.Bytes()...)
	return fmt.Appendf(tail, "\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", start), nil
}

const entrySize = 7

// table is the entries of the cross-reference stream: kind, four bytes of place, two of its index; of each
// byte what it differs from the one above by, which a filter of the format takes back.
func (o *objects) table() []byte {
	const inFile, inStream, up = 1, 2, 2
	rows := make([]byte, 0, entrySize*len(o.index))
	for id, e := range o.index {
		switch {
		case id == 0:
			rows = append(rows, 0, 0, 0, 0, 0, 0xff, 0xff)
		case e.in > 0:
			rows = append(rows, inStream)
			rows = binary.BigEndian.AppendUint32(rows, uint32(e.in))    //nolint:gosec // a number of ours
			rows = binary.BigEndian.AppendUint16(rows, uint16(e.place)) //nolint:gosec // below mostHeld
		default:
			rows = append(rows, inFile)
			rows = binary.BigEndian.AppendUint32(rows, uint32(len(header)+e.at)) //nolint:gosec // a file of ours is below 4 GB
			rows = append(rows, 0, 0)
		}
	}
	table := make([]byte, 0, len(rows)+len(o.index))
	var above [entrySize]byte
	for entry := range slices.Chunk(rows, entrySize) {
		table = append(table, up)
		for i, b := range entry {
			table = append(table, b-above[i])
		}
		copy(above[:], entry)
	}
	return table
}
