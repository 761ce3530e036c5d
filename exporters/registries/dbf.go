package registries

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
)

// table writes a registry that is a table of dBase, alone in an archive where the partner wants one. A text
// too long for its column is cut and noted; a number or an account that its column cannot hold stops the
// writing: a debt must not go out as another one.
func (r *registry) table(rows iter.Seq2[housing.Debt, error]) (err error) {
	file, err := os.CreateTemp(r.options.Temp, "registry-*.dbf")
	if err != nil {
		return fmt.Errorf("write a registry: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	if err := r.fill(file, rows); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("write a registry: %w", err)
	}
	if err := r.pack(file); err != nil {
		return err
	}
	if err := r.out.Flush(); err != nil {
		return fmt.Errorf("write a registry: %w", err)
	}
	return nil
}

func (r *registry) fill(file *os.File, rows iter.Seq2[housing.Debt, error]) error {
	day := r.options.Date
	header := dbase.Header{Year: day.Period().Year(), Month: int(day.Period().Month()), Day: day.Day()}
	switch exporters.Encoding(r.profile.Export.Encoding) {
	case exporters.CP866:
		header.CodePage = dbase.CodePage866
	case exporters.Windows1251, "":
		header.CodePage = dbase.CodePage1251
	case exporters.UTF8, exporters.UTF8BOM, exporters.KOI8R:
	}
	for _, text := range r.profile.Export.Fields {
		header.Fields = append(header.Fields, fieldOf(text))
	}
	table, err := dbase.NewWriter(file, header, nil) // cells are encoded already
	if err != nil {
		return fmt.Errorf("write a registry: %w", err)
	}
	r.delimiter = "\x00" // no character of a value stands for one
	for debt, err := range rows {
		if err != nil {
			return fmt.Errorf("read a debt: %w", err)
		}
		if strings.TrimSpace(debt.Account.Number) == "" {
			return fmt.Errorf("row %d: %w", r.control.Rows+1, ErrNoAccount)
		}
		if err := r.count(debt); err != nil {
			return err
		}
		r.lines++
		if err := r.tableRow(table, header.Fields, &debt); err != nil {
			return fmt.Errorf("row %d, account %s: %w", r.control.Rows, debt.Account.Number, err)
		}
	}
	if err := table.Close(); err != nil {
		return fmt.Errorf("write a registry: %w", err)
	}
	return nil
}

func (r *registry) tableRow(table *dbase.Writer, fields []dbase.Field, d *housing.Debt) error {
	cells := make([]string, len(fields))
	for i, f := range fields {
		r.line = r.line[:0]
		r.cell(r.cells[i], d)
		text := string(r.line)
		switch {
		case f.Kind == dbase.Character && len(text) > f.Length:
			r.control.note(Note{Row: r.lines, Account: d.Account.Number, Field: f.Name, Text: "обрезано до " + strconv.Itoa(f.Length) + " знаков"})
			text = text[:f.Length]
		case f.Kind == dbase.Number && strings.Trim(text, "-0123456789.") != "":
			return fmt.Errorf("%q in column %s: %w", text, f.Name, dbase.ErrValue)
		}
		cells[i] = text
	}
	return table.Write(false, cells)
}

// fieldOf reads a column as a profile names it: "SUMMA N10.2".
func fieldOf(text string) dbase.Field {
	name, kind, _ := strings.Cut(text, " ")
	f := dbase.Field{Name: name, Kind: dbase.Kind(kind[0]), Length: 8}
	if f.Kind == dbase.Date {
		return f
	}
	length, decimals, _ := strings.Cut(kind[1:], ".")
	f.Length, _ = strconv.Atoi(length) // profiles prove the form
	f.Decimals, _ = strconv.Atoi(decimals)
	return f
}

// pack copies the table out, into an archive where the profile names the file within one.
func (r *registry) pack(table io.Reader) error {
	if r.profile.Export.Packed == "" {
		if _, err := io.Copy(r.out, table); err != nil {
			return fmt.Errorf("write a registry: %w", err)
		}
		return nil
	}
	name, err := r.name(r.profile.Export.Packed)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(r.out)
	member, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: r.options.Date.Time()})
	if err == nil {
		_, err = io.Copy(member, table)
	}
	if err = errors.Join(err, archive.Close()); err != nil {
		return fmt.Errorf("pack a registry: %w", err)
	}
	return nil
}
