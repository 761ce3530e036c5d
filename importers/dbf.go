package importers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/housing"
)

// DBF is a format of one table of dBase, found by the names of its columns.
type DBF struct {
	Title string // name of the format
	Room  string // subject
	Words string // what the format is, in Russian
	Table Layout
	Watch Watcher
}

// Name returns the name of the format.
func (f DBF) Name() string { return f.Title }

// Subject returns the folder of the format.
func (f DBF) Subject() string { return f.Room }

// About says that the format is a table of dBase.
func (f DBF) About() About { return About{Kind: "dbf", Title: f.Words} }

// Recognise looks at the columns.
func (f DBF) Recognise(s *Sample) bool { return s.Kind == KindDBF && f.Table.marked(s.Columns) }

// Decode reads the table.
func (f DBF) Decode(ctx context.Context, in Input, yield func(Record) error) (Result, error) {
	var read rowReader
	var result Result
	cells := []Cell(nil)
	rows := 0
	var asides []Aside
	result, err := EachDBF(ctx, in, func(columns []string) (notes []housing.Problem, err error) {
		if f.Watch != nil {
			f.Watch.Header("", columns)
		}
		read, notes, err = f.Table.bind(columns)
		return withoutUnknown(notes), err
	}, func(rec Record) error {
		if f.Watch != nil {
			taken, err := f.Watch.Aside("", rec.Row, rec.Cells)
			if taken || err != nil {
				asides = append(asides, Aside{Row: rec.Row, Cells: rec.Cells})
				return err
			}
		}
		rows++
		if !rec.Rejected() {
			if cap(cells) < len(rec.Cells) {
				cells = make([]Cell, len(rec.Cells))
			}
			cells = cells[:len(rec.Cells)]
			for i, text := range rec.Cells {
				cells[i].Text = text // all else of a cell is of workbooks
			}
			read(&rec, cells, source(in.Name, rec.Row))
		}
		return yield(rec)
	})
	result.Control.Rows, result.Shape.Aside = rows, asides
	return result, err
}

// withoutUnknown leaves out notes on columns that are not read: a table of an authority has dozens of
// its own.
func withoutUnknown(notes []housing.Problem) []housing.Problem {
	var kept []housing.Problem
	for _, n := range notes {
		if n.Code != "unknown_column" {
			kept = append(kept, n)
		}
	}
	return kept
}

// EachDBF reads a table of dBase: its columns are shown first, then each row that is not deleted, as a
// record without a fact, rejected where a number has overflown its column. The columns of an answer
// that comes back are taken off.
func EachDBF(ctx context.Context, in Input, begin func(columns []string) ([]housing.Problem, error), visit func(Record) error) (result Result, err error) {
	inner, done, err := Unwrap(in)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, done()) }()
	table, enc, err := openDBF(inner)
	if err != nil {
		return Result{}, err
	}
	own := ownColumns(table.Fields)
	columns := names(table.Fields[:own])
	result = Result{Shape: Shape{
		Kind: KindDBF, Encoding: enc, Sheets: []Sheet{{Header: columns}},
		Columns: table.Fields[:own], CodePage: table.CodePage,
	}}
	if result.Notes, err = begin(columns); err != nil {
		return result, err
	}
	walk := dbfWalk{table: table, own: own, visit: visit}
	if err := walk.run(ctx); err != nil {
		return result, err
	}
	if walk.erased > 0 {
		result.Notes = append(result.Notes, housing.Problem{
			Code: "deleted_rows", Severity: housing.SeverityInfo,
			Text: "пропущено строк, помеченных в таблице удалёнными: " + strconv.Itoa(walk.erased),
		})
	}
	if walk.rows == 0 {
		return result, emptyTable()
	}
	return result, nil
}

// dbfWalk visits the rows of a table.
type dbfWalk struct {
	table        *dbase.Reader
	own          int // columns of the sender's
	visit        func(Record) error
	rows, erased int
}

func (w *dbfWalk) run(ctx context.Context) error {
	for {
		row, err := w.table.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return dbfReason(err)
		}
		if row.Number&1023 == 0 && ctx.Err() != nil {
			return fmt.Errorf("read row %d: %w", row.Number, ctx.Err())
		}
		if err := w.row(row); err != nil {
			return err
		}
	}
}

func (w *dbfWalk) row(row dbase.Row) error {
	if row.Deleted {
		w.erased++
		return nil
	}
	if w.own < len(row.Cells) && blank(row.Cells[:w.own]) {
		return ofBroken(row.Cells) // the totals of our answer
	}
	w.rows++
	rec := Record{Row: row.Number, Cells: row.Cells[:w.own]}
	overflown(&rec, w.table.Fields[:w.own])
	return w.visit(rec)
}

// overflown rejects a row with a number that did not fit its column: "***" is not zero.
func overflown(rec *Record, fields []dbase.Field) {
	for i, f := range fields {
		if (f.Kind == dbase.Number || f.Kind == dbase.Float) && strings.HasPrefix(rec.Cells[i], "*") {
			rec.Problems = append(rec.Problems, rec.problem(f.Name, rec.Cells[i],
				Wrong("overflow", "число не поместилось в столбец, вместо него звёздочки", "столбец пошире")))
		}
	}
}

func names(fields []dbase.Field) []string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.Name
	}
	return list
}

// AnswerColumns are those that an answer adds to a table of dBase.
func AnswerColumns() [answerColumns]string { return [answerColumns]string{"STATUS", "KOD", "PRICHINA"} }

// ownColumns is how many columns are the sender's.
func ownColumns(fields []dbase.Field) int {
	own := len(fields) - answerColumns
	if own <= 0 {
		return len(fields)
	}
	for i, name := range AnswerColumns() {
		if fields[own+i].Name != name {
			return len(fields)
		}
	}
	return own
}

// openDBF opens a table in the encoding that its texts are in. The code-page byte is believed only where
// the texts do not say: it is often absent and sometimes wrong.
func openDBF(in Input) (*dbase.Reader, Encoding, error) {
	if limit := in.limits().TextBytes; in.Size > limit {
		return nil, "", tooLarge(in.Size, limit)
	}
	header, err := dbase.ReadHeader(in.Content)
	if err != nil {
		return nil, "", dbfReason(err)
	}
	text, err := dbase.Sample(in.Content, header, sampleBytes)
	if err != nil {
		return nil, "", fmt.Errorf("look at the texts: %w", err)
	}
	enc := CP866
	if header.CodePage == dbase.CodePage1251 {
		enc = Windows1251
	}
	if pairs, stray := countUTF8(text); pairs+stray > 0 {
		if scored, ok := DetectEncoding(text); ok {
			enc = scored
		}
	}
	table, err := dbase.NewReader(in.Content, in.Size, enc.Charmap())
	if err != nil {
		return nil, "", dbfReason(err)
	}
	return table, enc, nil
}

// dbfReason says in Russian why a table cannot be read.
func dbfReason(err error) error {
	switch {
	case errors.Is(err, dbase.ErrNotDBase):
		return Refuse("wrong_kind", "ожидается таблица DBF, а содержимое файла другое")
	case errors.Is(err, dbase.ErrKind):
		return Refuse("memo_column", "в таблице DBF есть столбец, который не читается (примечание, картинка); сохраните её в формате dBase III")
	case errors.Is(err, dbase.ErrHeader):
		return Refuse("damaged_header", "заголовок таблицы DBF повреждён или файл передан не полностью")
	case errors.Is(err, dbase.ErrTruncated):
		return Refuse(truncated, "файл передан не полностью: строк меньше, чем указано в заголовке; пришлите его снова")
	case errors.Is(err, dbase.ErrSurplus):
		return Refuse(contradicts, "строк в файле больше, чем указано в заголовке: файл повреждён; пришлите его снова")
	}
	return err
}

// The codes of a table that is not whole. Its answer holds only the rows that could be read, and must not
// pass for the table when it comes back.
const (
	truncated   = "truncated"
	contradicts = "header_contradicts"
)

// ofBroken refuses the answer to a table that was not whole; cells are those of its totals.
func ofBroken(cells []string) error {
	if code := cells[len(cells)-2]; code == truncated || code == contradicts {
		return Refuse(code, "это ответ на таблицу, которая пришла не целиком; пришлите саму таблицу снова")
	}
	return nil
}

// ReadCompactDate takes yyyymmdd, the form of tables of dBase and of machines.
func ReadCompactDate(c Cell) (housing.Date, error) {
	const form = "дата вида ГГГГММДД"
	if strings.Trim(c.Text, "0") == "" {
		return housing.Date{}, nil
	}
	d, ok, err := DateByMask(c.Text, "yyyymmdd")
	switch {
	case !ok:
		return d, Wrong("bad_date", "дата записана не по форме", form)
	case err != nil:
		return d, Wrong("bad_date", "такой даты нет в календаре", form)
	}
	return d, nil
}
