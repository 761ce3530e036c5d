package importers

import (
	"context"
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/housing"
)

// Input is a received file as a decoder reads it: its archived copy, never the partner's original.
type Input struct {
	Name    string      // base name as received
	Size    int64       // bytes
	Content io.ReaderAt // whole content, safe to read several times
	Temp    string      // folder for temporary files of a decoder
	Limits  Limits      // the zero value means DefaultLimits

	// Corrects says that these are rows of an earlier file, put right: its totals were proved over all of its rows, and
	// what this file states of itself need not be what its rows come to.
	Corrects bool
}

// Record is one row of a file.
type Record struct {
	Row      int      // 1-based line of a text file or row of a sheet
	Sheet    string   // name of the sheet, "" for text files
	Cells    []string // as received, decoded to UTF-8; what the protocol gives back
	Fact     Fact     // nil where the row is rejected by its form
	Also     []Fact   // further facts of the row: the readings beside a payment; they never reject it
	Problems []housing.Problem
}

// Rejected reports whether the row is kept out by its form alone.
func (r Record) Rejected() bool {
	for _, p := range r.Problems {
		if p.IsError() {
			return true
		}
	}
	return false
}

// Fact is what a row says, one of: housing.Tariff, housing.Norm, housing.House,
// housing.HouseService, housing.AccountEntry, housing.MeterEntry, housing.HouseVolume,
// housing.OpeningBalance, housing.Claim, housing.MeterReading, housing.Payment, housing.PaymentPack,
// housing.StatedDebt, housing.StatedCharge, housing.BankStatement, housing.BankDocument,
// housing.BenefitEntry, housing.HouseMeterEntry, housing.HouseMeterReading, housing.PointDay,
// housing.AccountReference, an entry of housing.OfHouse or housing.OfAccount. Its Source names the file
// and row.
type Fact any

// Sheet describes one table of a file, so that a protocol can give it back in the same shape.
type Sheet struct {
	Name   string
	Header []string // nil where the format has no header line
	Row    int      // of the header, its last one; 0: just above the first row
}

// Control is what a file says about itself and what was counted while reading it.
type Control struct {
	Rows    int // records yielded
	Stated  ControlTotals
	Counted ControlTotals
	// Packs are the payments of each payment order, of a file whose totals come as a file of their own.
	Packs []housing.PaymentPack `json:",omitempty"`
}

// ControlTotals are the sums by which a payment registry proves to be whole.
type ControlTotals struct {
	Present  bool
	Rows     int
	Amount   housing.Money
	Transfer housing.Money
	Fee      housing.Money
	OrderNo  string
	Order    housing.Date
}

// Shape is how a file was written; a protocol is written in the same shape.
type Shape struct {
	Kind      Kind
	Encoding  Encoding // text files
	Delimiter rune     // text files
	Sheets    []Sheet

	Columns  []dbase.Field // tables of dBase
	CodePage byte          // their code-page byte
	// Aside are the lines that are no rows: heads, packs, totals. They hold no fact; a protocol gives them back
	// as they came, at their places among the rows, known also where they are why the file is refused.
	Aside []Aside
}

// Aside is a line of a file that is no row.
type Aside struct {
	Sheet string
	Row   int
	Cells []string
}

// Kind is the kind of a file by its bytes.
type Kind string

// The kinds of files.
const (
	KindText     Kind = "text"
	KindWorkbook Kind = "workbook"
	KindDBF      Kind = "dbf" // a table of dBase
	KindXML      Kind = "xml"
	KindUnknown  Kind = "unknown"

	// KindOneC is the text of an exchange with a bank; only shapes have it: its answer is a list of errors.
	KindOneC Kind = "1c"
	// KindReceipt is a message of an automatic metering system; its answer is a receipt.
	KindReceipt Kind = "80020"
	// KindSectioned is a sectioned load; its answer is a log by account.
	KindSectioned Kind = "kvar"
)

// Reported reports whether the answer to such a file is a report of its own and not the file itself with
// its rows, which a sender may correct and send in again.
func (k Kind) Reported() bool { return k == KindOneC || k == KindReceipt || k == KindSectioned }

// Format is one inbound format.
type Format interface {
	// Name is unique in the catalogue, for instance "sber-payments-a".
	Name() string
	// Subject is the folder of the format: "tariffs", "accounts", "residents", "readings", "payments".
	Subject() string
	// Recognise says whether the sample is of this format. It must not be fooled by a file name.
	// A format may say more of itself by Described.
	Recognise(s *Sample) bool
	// Decode yields every row in order, those with problems too, and stops at the first error of
	// yield. A FileError says that the file as a whole cannot be read; other errors are failures of
	// reading. Decode keeps no more than a few rows in memory.
	Decode(ctx context.Context, in Input, yield func(Record) error) (Result, error)
}

// Bounded is a format that refuses a file too many rows of which were rejected, for whatever reason.
type Bounded interface {
	TooMany(rejected, rows int) bool
}

// Equal is a format that says what becomes of payments that equal those of another file; "" leaves it open.
type Equal interface {
	EqualRows() housing.EqualRows
}

// Single is a format that can tell whether all its rows speak of one thing, with nothing beside it and no other
// file to prove them. Where they do, the first row says what the file refers to, and what it does not.
type Single interface {
	Single() bool
}

// Result is what is known once a file has been read to its end.
type Result struct {
	Shape   Shape
	Control Control
	// Notes are about the file as a whole: unknown columns, unread sheets, each with its sheet and
	// column where it has them; never errors.
	Notes []housing.Problem
}

// Refuse returns a FileError with a stable code and a reason in Russian.
func Refuse(code, format string, args ...any) *FileError {
	return &FileError{Problem: housing.Problem{
		Code: code, Text: fmt.Sprintf(format, args...), Severity: housing.SeverityError,
	}}
}

// FileError says why a file as a whole is refused, in Russian.
type FileError struct {
	Problem housing.Problem
}

// Error returns the reason.
func (e *FileError) Error() string { return e.Problem.Russian() }
