package housing

import "time"

// Severity says what a problem does to its row.
type Severity string

// The severities: an error keeps the row out, a warning lets it in with a note.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

// Problem is what is wrong with one row of a file, in the words its sender understands.
type Problem struct {
	Row      int // 1-based; 0: the file as a whole
	Sheet    string
	Column   string   // name of the column as the sender has it, "" where none is to blame
	Value    string   // as it came
	Expected string   // form that would have been right, in Russian
	Code     string   // stable, for instance "bad_date"
	Text     string   // reason in Russian
	Severity Severity // the zero value counts as an error
	Settled  bool     `json:"settled,omitzero"` // a later file corrected the row
}

// Russian writes the problem as one sentence: «столбец «Дата»: «31.02.2026» — такой даты нет;
// ожидается ДД.ММ.ГГГГ».
func (p Problem) Russian() string {
	text := p.Text
	if p.Value != "" {
		text = "«" + p.Value + "» — " + text
	}
	if p.Column != "" {
		text = "столбец «" + p.Column + "»: " + text
	}
	if p.Expected != "" {
		text += "; ожидается " + p.Expected
	}
	return text
}

// IsError reports whether the problem keeps its row out.
func (p Problem) IsError() bool { return p.Severity == SeverityError || p.Severity == "" }

// Verdict is how a row ended.
type Verdict string

// The ends of a row: nothing is dropped without one of them.
const (
	Accepted  Verdict = "accepted"  // something new is known
	Unchanged Verdict = "unchanged" // the same was known already
	Rejected  Verdict = "rejected"  // see the problem
)

// Russian returns the verdict as a protocol prints it.
func (v Verdict) Russian() string {
	switch v {
	case Accepted:
		return "принято"
	case Unchanged:
		return "без изменений"
	case Rejected:
		return "отклонено"
	}
	return ""
}

// Outcome is the verdict on one row with what led to it.
type Outcome struct {
	Verdict  Verdict
	Problems []Problem
	Twin     bool // a payment that equals one of another file: perhaps it is the same
}

// FileStatus is how a received file ended.
type FileStatus string

// The ends of a file.
const (
	FileAccepted FileStatus = "accepted"
	FilePartly   FileStatus = "partly"  // some rows rejected
	FileRefused  FileStatus = "refused" // nothing taken
	FileRepeated FileStatus = "repeated"
)

// Russian returns the status as a protocol prints it.
func (s FileStatus) Russian() string {
	switch s {
	case FileAccepted:
		return "принят"
	case FilePartly:
		return "принят с отклонёнными строками"
	case FileRefused:
		return "отклонён"
	case FileRepeated:
		return "уже загружен ранее"
	}
	return ""
}

// Counts is how many rows ended in which way.
type Counts struct {
	Rows      int `json:"rows"`
	Accepted  int `json:"accepted"`
	Unchanged int `json:"unchanged"`
	Rejected  int `json:"rejected"`
}

// Add counts one more row.
func (c *Counts) Add(v Verdict) {
	c.Rows++
	switch v {
	case Accepted:
		c.Accepted++
	case Unchanged:
		c.Unchanged++
	case Rejected:
		c.Rejected++
	}
}

// Merge adds the counts of another part.
func (c *Counts) Merge(o Counts) {
	c.Rows += o.Rows
	c.Accepted += o.Accepted
	c.Unchanged += o.Unchanged
	c.Rejected += o.Rejected
}

// ReceivedFile is a file as it was received and how it ended.
type ReceivedFile struct {
	ID       int64
	Name     string
	SHA256   string // hex
	Size     int64
	Partner  string // inbox it came by
	Format   string // "" where none was recognised
	Profile  string // digest of the format profile that read it; "": read by code
	Subject  string
	Archive  string // path in the archive, relative to the data folder
	Received time.Time
	InInbox  bool   // its original may still lie there
	Origin   string // where it came from at the place: sender and Message-ID of a mail
	Status   FileStatus
	Counts   Counts
	Reason   string // in Russian, where refused
}
