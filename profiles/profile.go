// Package profiles owns what a format profile is: the layout of a partner's file described in YAML, without
// code. It owns the model, its strict reading with every fault and its path, and the profiles that are built in
// (builtin/*.yaml). It does not own how a file is read by a profile (importers/profiled) or written by one
// (exporters/registries), nor where a user's profiles lie (cmd/kvitok).
//
// docs/formats.md tells what every key means.
package profiles

import "github.com/kvitok-gkh/kvitok/housing"

// Profile is one layout.
type Profile struct {
	Name      string    `yaml:"name"`
	Version   int       `yaml:"version"`
	Title     string    `yaml:"title"` // in Russian
	Subject   Subject   `yaml:"subject"`
	Direction Direction `yaml:"direction"` // in where left out
	Kind      Kind      `yaml:"kind"`

	Encodings []string          `yaml:"encodings"` // accepted; all where left out
	Delimiter string            `yaml:"delimiter"` // ";" where left out
	Or        []string          `yaml:"or_delimiters"`
	FileNames []FileName        `yaml:"file_names"`
	Decimal   Mark              `yaml:"decimal"` // both where left out
	Dates     []string          `yaml:"dates"`   // masks of dates
	Months    []string          `yaml:"months"`  // masks of months
	Empty     []string          `yaml:"empty"`   // texts that stand for an empty cell
	Unescape  map[string]string `yaml:"unescape"`

	BadRows    *int    `yaml:"bad_rows"`    // percent of rejected rows above which the file is refused; see TooMany
	Control    Control `yaml:"control"`     // whether the file must state its totals
	OnlyTotals bool    `yaml:"only_totals"` // a file of totals and no rows is of this profile: no operations
	Balance    bool    `yaml:"balance"`     // amount = transfer + fee, in each row, over the rows and in the totals
	Key        string  `yaml:"key"`         // of a payment, from the columns of its row; see docs/formats.md

	// Numbering is who gives the numbers of payments where they are not the bank's own; the beginning of the key where left out.
	Numbering string            `yaml:"numbering"`
	EqualRows housing.EqualRows `yaml:"equal_rows"` // what becomes of a payment that equals one of another file; hold where left out

	Reversal *Reversal `yaml:"reversal"` // how a row takes an earlier payment back; none does where left out

	Sheet      string `yaml:"sheet"`       // of a workbook: mask of the sheets that are read; all with such a header where left out
	HeaderRows int    `yaml:"header_rows"` // of a csv or xlsx table whose names stand in several rows; 1 where left out

	Lines   []Line   `yaml:"lines"`   // of a text: the kinds of its lines; of a table: totals and notes above and below its rows
	Columns []Column `yaml:"columns"` // of a table with a header; of a text with rows of one kind only
	Groups  []Group  `yaml:"groups"`  // as Columns
	Cells   Cells    `yaml:"cells"`   // as Columns

	Export *Export `yaml:"export"`

	// Source is the file of a user's profile, "" for one that is built in.
	Source string `yaml:"-"`
	// Text is the profile as it was written.
	Text []byte `yaml:"-"`
}

// TooMany reports whether so many rejected rows refuse the whole file: any number is told row by row unless the profile
// bounds it. What a registry of payments comes to is proved by its totals, over all of its rows.
func (p *Profile) TooMany(rejected, rows int) bool {
	return p.BadRows != nil && rejected*100 > rows**p.BadRows
}

// Reversal is how a row says that it takes an earlier payment back: by an amount below zero, by the value of a column, or
// by either. Its amounts count below zero in the totals, however they are written. Of a debt or a charge the column says
// that the amount is below zero: «Кт».
type Reversal struct {
	Negative bool     `yaml:"negative"`
	Column   string   `yaml:"column"` // its id
	Values   []string `yaml:"values"`
}

// Subject is what the rows of a profile speak of.
type Subject string

// The subjects.
const (
	Payments  Subject = "payments"
	Readings  Subject = "readings"
	Debts     Subject = "debts"
	Charges   Subject = "charges"
	Residents Subject = "residents"
)

// Direction is which way files go.
type Direction string

// The directions.
const (
	In   Direction = "in"
	Out  Direction = "out"
	Both Direction = "both"
)

// Kind is the kind of file.
type Kind string

// The kinds.
const (
	Text Kind = "text" // lines of cells, without a header
	CSV  Kind = "csv"  // a table with a header, as text
	XLSX Kind = "xlsx" // a table with a header, on a sheet
	DBF  Kind = "dbf"  // a dBase III table
)

// Mark is the decimal mark.
type Mark string

// The marks.
const (
	AnyMark Mark = ""
	Comma   Mark = "comma"
	Point   Mark = "point"
)

// Control says whether a file must prove that it is whole.
type Control string

// The controls.
const (
	NoControl       Control = ""
	RequiredControl Control = "required" // without totals the file is refused
	OptionalControl Control = "optional" // totals are compared where they stand
	PackControl     Control = "packs"    // rows are proved by packs that come as a file of their own
)

// FileName is a mask of file names. Its parts are compared with the content: {payee:10}, {period:4}.
type FileName struct {
	Mask     string   `yaml:"mask"`
	Severity Severity `yaml:"severity"` // of a part that contradicts the content; error where left out
}

// Severity is what a fault does to its row or file.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Line is a kind of line of a text.
type Line struct {
	Is      LineKind `yaml:"is"`      // row where left out
	Prefix  string   `yaml:"prefix"`  // how the line begins; without one it takes what no other line does
	First   bool     `yaml:"first"`   // only the first line of the file
	Last    bool     `yaml:"last"`    // the last line of the file: nothing may follow it
	Cells   Cells    `yaml:"cells"`   // how many; as many as there are columns where left out
	Looks   int      `yaml:"looks"`   // how many telling cells must look right; nearly all where left out
	Widths  []int    `yaml:"widths"`  // of a text without delimiters: characters of each cell, from the beginning of the line
	Pattern string   `yaml:"pattern"` // a regular expression with named groups, for totals in free text
	Covers  Covers   `yaml:"covers"`  // of a total: the rows that it counts
	Need    bool     `yaml:"required"`
	Columns []Column `yaml:"columns"`
	Groups  []Group  `yaml:"groups"`
}

// LineKind is what a line holds.
type LineKind string

// The kinds of lines.
const (
	Row   LineKind = "row"
	Total LineKind = "total" // totals, and values that hold for the rows it covers
	Pack  LineKind = "pack"  // the totals of rows that come as a file of their own
	Note  LineKind = "note"  // passed over, given back as it came
)

// Covers says which rows a total counts.
type Covers string

// What a total covers.
const (
	CoversAll  Covers = ""          // the whole file
	CoversNext Covers = "following" // the rows up to the next line of this kind
)

// Cells is how many cells a line has.
type Cells struct {
	Min  int `yaml:"min"`
	Max  int `yaml:"max"`  // Min where left out and Step is 0, no limit otherwise
	Step int `yaml:"step"` // Min, Min+Step, Min+2·Step …
}

// Column is one value of a line. Exactly one of At, Head, Label and Part says where it stands.
type Column struct {
	At    int      `yaml:"at"`    // cell from the left, 1 the first; from the right, -1 the last
	Head  string   `yaml:"head"`  // name in the header of a table
	Also  []string `yaml:"also"`  // other names in use
	Label string   `yaml:"label"` // the cell that begins with it, wherever it stands
	Part  string   `yaml:"part"`  // named group of the line's pattern

	Name     string            `yaml:"name"` // in Russian, for reasons; Head, Label where left out
	ID       string            `yaml:"id"`   // for sums and keys; Field where left out
	Field    string            `yaml:"field"`
	Service  housing.Service   `yaml:"service"` // the cell is the amount of this service: a charge of its own
	Type     Type              `yaml:"type"`    // that of the field where left out
	Mask     []string          `yaml:"mask"`    // of a date or month
	Length   Length            `yaml:"length"`
	Need     bool              `yaml:"required"`
	Unique   bool              `yaml:"unique"`
	OneOf    []string          `yaml:"one_of"`
	Map      map[string]string `yaml:"map"` // texts of the sender to ours
	Sign     Sign              `yaml:"sign"`
	Severity Severity          `yaml:"severity"` // of what is wrong with the cell
	Chars    int               `yaml:"chars"`    // only so many characters from the beginning
	Before   string            `yaml:"before"`   // text taken off the end of the cell
	After    string            `yaml:"after"`    // text taken off the beginning of the cell

	Sums   string `yaml:"sums"`   // of a total: the column of the rows that it sums up
	Counts string `yaml:"counts"` // of a total: rows, readings (rows that hold any), or the prefix of lines
}

// Length is how many characters a cell has. Zero means any.
type Length struct {
	Min int `yaml:"min"`
	Max int `yaml:"max"`
}

// Type is how a cell is read.
type Type string

// The types.
const (
	TextType     Type = "text"
	DigitsType   Type = "digits"
	CodeType     Type = "code" // 10 or 13 digits: a payment code
	AccountType  Type = "account"
	MoneyType    Type = "money"   // roubles
	KopecksType  Type = "kopecks" // a whole number
	DecimalType  Type = "decimal"
	CountType    Type = "count"
	DateType     Type = "date"
	MonthType    Type = "month"
	TimeType     Type = "time"
	ServiceType  Type = "service"
	ZoneType     Type = "zone"
	SerialType   Type = "serial"
	INNType      Type = "inn"
	UnifiedType  Type = "unified"
	ServiceIDTyp Type = "service_id"
	FIASType     Type = "fias"
	PhoneType    Type = "phone"
	EmailType    Type = "email"
	ShareType    Type = "share"
)

// Sign is which numbers are taken.
type Sign string

// The signs.
const (
	AnySign     Sign = ""
	Positive    Sign = "positive"
	NotNegative Sign = "not_negative"
	AnyNumber   Sign = "any"
)

// Group is a block of cells that comes several times in a row, each a reading of a meter.
type Group struct {
	// Blocks of cells: from the first to the last cell, from the right where negative.
	From int `yaml:"from"`
	To   int `yaml:"to"`
	Size int `yaml:"size"` // cells of a block
	// Or all in one cell, cut by Split into blocks and each by Parts into values. Without Split a block has
	// Size values.
	At    int    `yaml:"at"`
	Head  string `yaml:"head"`
	Split string `yaml:"split"`
	Parts string `yaml:"parts"`
	// Times bounds how many blocks there may be; any number where left out.
	Times    int      `yaml:"times"`
	Severity Severity `yaml:"severity"` // of what is wrong with a block; error where left out
	Name     string   `yaml:"name"`
	ID       string   `yaml:"id"`       // blocks without readings: their number and sums are counted by it
	CountIn  string   `yaml:"count_in"` // column of the row that states how many blocks there are
	SumIn    string   `yaml:"sum_in"`   // column of the row that states the sum of their amounts
	Columns  []Column `yaml:"columns"`
}

// Export is how a registry of this layout is written.
type Export struct {
	FileName string            `yaml:"file_name"`
	Encoding string            `yaml:"encoding"`
	Heads    []string          `yaml:"heads"`
	Row      []string          `yaml:"row"`
	Meters   *Meters           `yaml:"meters"`
	Decimal  Mark              `yaml:"decimal"`
	Dates    string            `yaml:"dates"`
	Empty    string            `yaml:"empty"` // stands where a value is empty
	Values   map[string]string `yaml:"values"`
	Fields   []string          `yaml:"fields"` // of a dBase table, one for each cell: "LS N13", "SUMMA N10.2"
	Packed   string            `yaml:"packed"` // name of the file within a zip archive; no archive where left out
}

// Meters is the repeated part of an exported row.
type Meters struct {
	Times    int               `yaml:"times"`
	Fill     bool              `yaml:"fill"` // empty blocks stand where there are fewer meters
	Join     string            `yaml:"join"` // of the cells of a block; the delimiter where left out
	Cells    []string          `yaml:"cells"`
	Services map[string]string `yaml:"services"` // our code of a service, with /zone, to the partner's
}
