// Package workbook writes Excel workbooks of any length by streaming: rows go through a temporary
// file, never through memory, and equal content gives equal bytes.
//
// It owns what all workbooks of Kvitok have in common: looks of cells, sheets with frozen headers,
// filters and print set-up, and the way into the ZIP archive. It does not own what stands in them.
package workbook

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"
)

// MaxRows is how many rows a sheet of Excel holds.
const MaxRows = 1_048_576

// MaxColumns is how many columns a sheet of Excel holds.
const MaxColumns = 16_384

const timeLayout = "2006-01-02T15:04:05Z"

// Options describes a workbook as a whole.
type Options struct {
	Title   string
	Subject string
	Company string
	Created time.Time // printed into the properties instead of the clock's time
	Temp    string    // folder for temporary files, "" for the system's
}

// Book is a workbook being written. Sheets are made, filled and finished one after another; Write
// gives the file out; Close removes the temporary files and must always be called.
type Book struct {
	file  *excelize.File
	temp  string
	looks map[Look]int
	names map[string]bool
}

// New starts a workbook.
func New(o Options) (*Book, error) {
	file := excelize.NewFile(excelize.Options{TmpDir: o.Temp})
	b := &Book{file: file, temp: o.Temp, looks: map[Look]int{}, names: map[string]bool{}}
	created := o.Created.UTC().Format(timeLayout)
	err := errors.Join(
		file.SetDocProps(&excelize.DocProperties{
			Title: o.Title, Subject: o.Subject, Creator: "Kvitok", LastModifiedBy: "Kvitok",
			Created: created, Modified: created, Language: "ru-RU",
		}),
		file.SetAppProps(&excelize.AppProperties{Application: "Kvitok", Company: o.Company}),
		file.SetDefaultFont(fontFamily),
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a workbook: %w", err), b.Close())
	}
	return b, nil
}

// Write gives the finished workbook out. The writer gets the bytes in one go, after everything is
// known to be sound; nothing but the writer itself can fail half-way.
func (b *Book) Write(w io.Writer) error {
	spool, err := newSpool(w, b.temp)
	if err != nil {
		return err
	}
	b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return spool })
	_, err = b.file.WriteTo(io.Discard)
	if err = errors.Join(err, spool.remove()); err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	return nil
}

// Close removes the temporary files.
func (b *Book) Close() error {
	if err := b.file.Close(); err != nil {
		return fmt.Errorf("close a workbook: %w", err)
	}
	return nil
}

// Look is how a cell looks. Equal looks share one style of the workbook.
type Look struct {
	Format   string // number format of Excel, "@" for text
	Align    string // "left", "center", "right"
	Top      bool   // at the top of a high row instead of its middle
	Fill     string // background, "F2F2F2"
	Colour   string // of the text
	Size     int    // in points, 0: 9
	Bold     bool
	Italic   bool
	Wrap     bool
	Border   bool
	Unlocked bool // may be changed on a protected sheet
}

const fontFamily = "Arial"

// Style returns the number of the style that looks so.
func (b *Book) Style(l Look) (int, error) {
	if id, ok := b.looks[l]; ok {
		return id, nil
	}
	size := l.Size
	if size == 0 {
		size = 9
	}
	vertical := "center"
	if l.Top {
		vertical = "top"
	}
	style := &excelize.Style{
		Font:      &excelize.Font{Family: fontFamily, Size: float64(size), Bold: l.Bold, Italic: l.Italic, Color: l.Colour},
		Alignment: &excelize.Alignment{Horizontal: l.Align, Vertical: vertical, WrapText: l.Wrap},
	}
	if l.Format != "" {
		style.CustomNumFmt = &l.Format
	}
	if l.Fill != "" {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.Fill}}
	}
	if l.Border {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			style.Border = append(style.Border, excelize.Border{Type: side, Color: "A6A6A6", Style: 1})
		}
	}
	if l.Unlocked {
		style.Protection = &excelize.Protection{Locked: false}
	}
	id, err := b.file.NewStyle(style)
	if err != nil {
		return 0, fmt.Errorf("make a cell style: %w", err)
	}
	b.looks[l] = id
	return id, nil
}
