package protocols

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
)

// dbfProtocol answers a table of dBase with the same table and three columns at its right: STATUS, KOD,
// PRICHINA. A reason longer than a column of dBase holds is cut; the whole stands in the database.
type dbfProtocol struct {
	target  io.Writer
	file    *os.File
	table   *dbase.Writer
	encoder *exporters.Encoder
	columns int // of the sender's
}

const (
	dbfStatus = 13 // «без изменений»
	dbfCode   = 60
	dbfReason = 254
)

func newDBF(w io.Writer, shape Shape, head Head) (*dbfProtocol, error) {
	if shape.Encoding == "" {
		shape.Encoding = exporters.CP866
	}
	encoder, err := exporters.NewEncoder(shape.Encoding)
	if err != nil {
		return nil, fmt.Errorf("start a protocol: %w", err)
	}
	file, err := os.CreateTemp(head.Temp, "protocol-*.dbf")
	if err != nil {
		return nil, fmt.Errorf("start a protocol: %w", err)
	}
	columns := append(slices.Clone(shape.Columns),
		dbase.Field{Name: "STATUS", Kind: dbase.Character, Length: dbfStatus},
		dbase.Field{Name: "KOD", Kind: dbase.Character, Length: dbfCode},
		dbase.Field{Name: "PRICHINA", Kind: dbase.Character, Length: dbfReason})
	day := head.Received.UTC()
	table, err := dbase.NewWriter(file, dbase.Header{
		Year: max(day.Year(), 1900), Month: int(day.Month()), Day: day.Day(), CodePage: shape.CodePage, Fields: columns,
	}, func(dst []byte, text string) []byte {
		dst, _ = encoder.Append(dst, text)
		return dst
	})
	p := &dbfProtocol{target: w, file: file, table: table, encoder: encoder, columns: len(shape.Columns)}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a protocol: %w", err), p.abort())
	}
	return p, nil
}

func (p *dbfProtocol) row(_ string, _ int, cells []string, outcome housing.Outcome) error {
	status, code, reason := answer(outcome)
	return p.cells(cells, status, code, reason)
}

func (p *dbfProtocol) cells(cells []string, status, code, reason string) error {
	row := append(slices.Clip(cells), p.clip(status, dbfStatus), p.clip(code, dbfCode), p.clip(reason, dbfReason))
	if err := p.table.Write(false, row); err != nil {
		return fmt.Errorf("write a protocol: %w", err)
	}
	return nil
}

// clip cuts a text so that it takes at most limit bytes in the encoding of the table.
func (p *dbfProtocol) clip(text string, limit int) string {
	if encoded, _ := p.encoder.Append(nil, text); len(encoded) <= limit {
		return text
	}
	const dots = "..."
	size := len(dots)
	for i, r := range text {
		encoded, _ := p.encoder.Append(nil, string(r))
		if size += len(encoded); size > limit {
			return text[:i] + dots
		}
	}
	return text
}

// close adds rows without cells of the sender's: what was noticed of the file, then the totals and why it was refused.
func (p *dbfProtocol) close(s Summary) error {
	total := "файл " + s.Status.Russian() + ": " + counts(s.Counts)
	if s.Reason != "" {
		total = "файл " + s.Status.Russian() + ": " + s.Reason
	}
	var err error
	for _, note := range s.Notes {
		if err == nil {
			err = p.cells(make([]string, p.columns), strings.ToLower(note.Name), "", note.Value)
		}
	}
	if err == nil {
		err = p.cells(make([]string, p.columns), "итог", s.Code, total)
	}
	if err == nil {
		err = p.table.Close()
	}
	if err == nil {
		_, err = p.file.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(p.target, p.file)
	}
	if err != nil {
		err = fmt.Errorf("finish a protocol: %w", err)
	}
	return errors.Join(err, p.abort())
}

func (p *dbfProtocol) abort() error {
	return errors.Join(p.file.Close(), os.Remove(p.file.Name()))
}
