package importers

import "strings"

// About says what a format is, for people who choose one: kvitok formats prints it.
type About struct {
	Name      string    `json:"name"`
	Subject   string    `json:"subject"`
	Direction Direction `json:"direction"`
	Kind      string    `json:"kind"`   // text, csv, xlsx, dbf, xml
	Source    string    `json:"source"` // SourceCode, SourceProfile, or the file of a user's profile
	Version   int       `json:"version,omitzero"`
	Digest    string    `json:"digest,omitzero"` // of the text of a profile: which one read a file
	Title     string    `json:"title,omitzero"`  // in Russian
}

// Direction is which way files of a format go.
type Direction string

// The directions.
const (
	In   Direction = "in"
	Out  Direction = "out"
	Both Direction = "both"
)

// Where a format is described, where that is no file of a user's.
const (
	SourceCode    = "code"
	SourceProfile = "built-in profile"
)

// Described is a format that says more of itself than its name and subject. Describe fills in what it
// leaves out.
type Described interface {
	About() About
}

// Describe says what a format is. One that does not say is decoded by code and arrives as text.
func Describe(f Format) About {
	about := About{}
	if d, ok := f.(Described); ok {
		about = d.About()
	}
	about.Name, about.Subject = f.Name(), f.Subject()
	if about.Direction == "" {
		about.Direction = In
	}
	if about.Kind == "" {
		about.Kind = "text"
	}
	if about.Source == "" {
		about.Source = SourceCode
	}
	return about
}

// About says that the format is a csv table, and which.
func (f CSV) About() About {
	return About{Kind: "csv", Title: "Таблица «" + f.Table.SheetName() + "»"}
}

// About says that the format is a workbook, and of which sheets.
func (f XLSX) About() About {
	sheets := make([]string, len(f.Tables))
	for i, t := range f.Tables {
		sheets[i] = "«" + t.SheetName() + "»"
	}
	return About{Kind: "xlsx", Title: "Книга: " + strings.Join(sheets, ", ")}
}
