package dbase_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/dbase"
)

func fields() []dbase.Field {
	return []dbase.Field{
		{Name: "FAMIL", Kind: dbase.Character, Length: 12},
		{Name: "SUMMA", Kind: dbase.Number, Length: 10, Decimals: 2},
		{Name: "DATA", Kind: dbase.Date, Length: 8},
		{Name: "LG", Kind: dbase.Logical, Length: 1},
	}
}

// write makes a table in code page 866.
func write(tb testing.TB, rows ...dbase.Row) []byte {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "t.dbf")
	f, err := os.Create(path) //nolint:gosec // a file of this test
	if err != nil {
		tb.Fatal(err)
	}
	w, err := dbase.NewWriter(f, dbase.Header{Year: 2026, Month: 10, Day: 5, CodePage: dbase.CodePage866, Fields: fields()}, encode)
	if err != nil {
		tb.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(r.Deleted, r.Cells); err != nil {
			tb.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		tb.Fatal(err)
	}
	content, err := os.ReadFile(path) //nolint:gosec // a file of this test
	if err != nil {
		tb.Fatal(err)
	}
	return content
}

func encode(dst []byte, text string) []byte {
	out, err := charmap.CodePage866.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return append(dst, '?')
	}
	return append(dst, out...)
}

func read(tb testing.TB, content []byte) (rows []dbase.Row, err error) {
	tb.Helper()
	r, err := dbase.NewReader(bytes.NewReader(content), int64(len(content)), charmap.CodePage866)
	if err != nil {
		return nil, err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func made() []dbase.Row {
	return []dbase.Row{
		{Number: 1, Cells: []string{"ТЕСТОВ", "1500.00", "20261002", "T"}},
		{Number: 2, Deleted: true, Cells: []string{" Ёлкина", "-0.01", "", "?"}},
		{Number: 3, Cells: []string{"", "", "", ""}},
		{Number: 4, Cells: []string{"двенадцатьби", "9999999.99", "00000000", "F"}},
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	content := write(t, made()...)
	got, err := read(t, content)
	if diff := cmp.Diff(made(), got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	h, err := dbase.ReadHeader(bytes.NewReader(content))
	if err != nil || h.Records != 4 || h.Year != 2026 || h.CodePage != dbase.CodePage866 || content[len(content)-1] != 0x1a {
		t.Errorf("header %+v, %v", h, err)
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	good := write(t, made()...)
	change := func(at int, b ...byte) []byte {
		out := bytes.Clone(good)
		copy(out[at:], b)
		return out
	}
	cases := map[string]struct {
		content []byte
		want    error
		rows    int
	}{
		"cut in a row":     {good[:len(good)-20], dbase.ErrTruncated, 3},
		"without the end":  {good[:len(good)-1], nil, 4},
		"more than stated": {change(4, 2), dbase.ErrSurplus, 2},
		"less than stated": {change(4, 9), dbase.ErrTruncated, 4},
		"cut in columns":   {good[:60], dbase.ErrHeader, 0},
		"width of a row":   {change(10, 99), dbase.ErrHeader, 0},
		"a memo column":    {change(32+11, 'M'), dbase.ErrKind, 0},
		"no columns":       {change(32, 0x0d), dbase.ErrHeader, 0},
		"a text":           {[]byte("Адрес;Вид дома;Площадь;Общее имущество"), dbase.ErrNotDBase, 0},
		"padded with ends": {append(bytes.Clone(good), 0x1a, 0, 0), nil, 4},
		"a short year":     {change(1, 26), nil, 4},
		"nothing":          {nil, dbase.ErrNotDBase, 0},
	}
	for name, c := range cases {
		rows, err := read(t, c.content)
		if !errors.Is(err, c.want) || len(rows) != c.rows {
			t.Errorf("%s: %d rows, %v; want %d, %v", name, len(rows), err, c.rows, c.want)
		}
	}
}

func TestValuesThatDoNotFit(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "t.dbf"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // a file of this test
	w, err := dbase.NewWriter(f, dbase.Header{Year: 2026, Month: 1, Day: 1, Fields: fields()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for want, cells := range map[error][]string{
		dbase.ErrTooLong: {"", "12345678.99", "", ""},
		dbase.ErrValue:   {"one cell"},
	} {
		if err := w.Write(false, cells); !errors.Is(err, want) {
			t.Errorf("%v: %v, want %v", cells, err, want)
		}
	}
	for _, bad := range [][]dbase.Field{nil, {{Name: "ELEVENCHARS", Kind: 'C', Length: 1}}, {{Name: "A", Kind: 'C', Length: 255}}} {
		if _, err := dbase.NewWriter(f, dbase.Header{Fields: bad}, nil); !errors.Is(err, dbase.ErrHeader) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// FuzzReader: whatever is read is written and read again as the same rows.
func FuzzReader(f *testing.F) {
	good := write(f, made()...)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := dbase.NewReader(bytes.NewReader(content), int64(len(content)), charmap.CodePage866)
		if err != nil {
			return
		}
		for _, field := range r.Fields {
			if len(field.Name) > 10 || field.Length > 254 {
				return // FoxPro's own, which we do not write
			}
		}
		rows, _ := read(t, content)
		got, err := read(t, rewrite(t, r.Header, rows))
		if diff := cmp.Diff(rows, got); diff != "" || err != nil {
			t.Errorf("%v (-read +written and read):\n%s", err, diff)
		}
	})
}

func rewrite(t *testing.T, header dbase.Header, rows []dbase.Row) []byte {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "t.dbf"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close() //nolint:errcheck // a file of this test
	w, err := dbase.NewWriter(out, header, encode)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row.Deleted, row.Cells); err != nil {
			t.Fatalf("write %q: %v", row.Cells, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func BenchmarkReader(b *testing.B) {
	const rows = 50_000
	list := make([]dbase.Row, rows)
	for i := range list {
		list[i] = dbase.Row{Cells: []string{"ТЕСТОВ " + strconv.Itoa(i%1000), strconv.Itoa(i) + ".50", "20261002", "T"}}
	}
	content := write(b, list...)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		if got, err := read(b, content); err != nil || len(got) != rows {
			b.Fatal(len(got), err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
