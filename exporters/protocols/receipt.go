package protocols

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
)

// receipt answers a message of automatic metering by a receipt of class 60091: version, id and moment as
// the class wants them, then how the message ended and what is wrong with single channels.
type receipt struct {
	out     *bufio.Writer
	encoder *exporters.Encoder
	head    Head
	rows    []receiptRow
}

type receiptMessage struct {
	XMLName  xml.Name     `xml:"message"`
	Class    string       `xml:"class,attr"`
	Version  string       `xml:"version,attr"`
	ID       string       `xml:"id,attr"`
	DateTime string       `xml:"datetime"`
	File     receiptFile  `xml:"file"`
	Result   string       `xml:"result"`
	Reason   string       `xml:"reason,omitempty"`
	Notes    []string     `xml:"note"`
	Counts   receiptCount `xml:"counts"`
	Rows     []receiptRow `xml:"channel"`
}

type receiptFile struct {
	Name   string `xml:"name,attr"`
	SHA256 string `xml:"sha256,attr"`
}

type receiptCount struct {
	Rows      int `xml:"rows,attr"`
	Accepted  int `xml:"accepted,attr"`
	Unchanged int `xml:"unchanged,attr"`
	Rejected  int `xml:"rejected,attr"`
}

type receiptRow struct {
	Number  int    `xml:"number,attr"`
	Point   string `xml:"point,attr"`
	Channel string `xml:"code,attr"`
	Status  string `xml:"status,attr"`
	Code    string `xml:"error,attr,omitempty"`
	Reason  string `xml:",chardata"`
}

// maxReceiptRows bounds how many channels a receipt names.
const maxReceiptRows = 10_000

// receiptName names the receipt of 80020_ИНН_….xml 60091_ИНН_….xml.
func receiptName(original string) string {
	stem := strings.TrimSuffix(original, path.Ext(original))
	for _, class := range []string{"80020_", "80040_"} {
		stem = strings.TrimPrefix(stem, class)
	}
	return "60091_" + stem + ".xml"
}

func newReceipt(w io.Writer, shape Shape, head Head) (*receipt, error) {
	if shape.Encoding == "" || shape.Encoding == exporters.UTF8BOM {
		shape.Encoding = exporters.UTF8
	}
	encoder, err := exporters.NewEncoder(shape.Encoding)
	if err != nil {
		return nil, fmt.Errorf("start a receipt: %w", err)
	}
	if _, err := fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=%q?>\n", string(shape.Encoding)); err != nil {
		return nil, fmt.Errorf("start a receipt: %w", err)
	}
	return &receipt{out: bufio.NewWriter(w), encoder: encoder, head: head}, nil
}

func (r *receipt) row(_ string, row int, cells []string, outcome housing.Outcome) error {
	if len(outcome.Problems) == 0 || len(r.rows) == maxReceiptRows {
		return nil
	}
	status, code, reason := answer(outcome)
	at := receiptRow{Number: row, Status: status, Code: code, Reason: reason}
	if len(cells) > 1 {
		at.Point, at.Channel = cells[0], cells[1]
	}
	r.rows = append(r.rows, at)
	return nil
}

func (r *receipt) close(s Summary) error {
	zone := r.head.Zone
	if zone == nil {
		zone = time.UTC
	}
	id := r.head.SHA256
	if len(id) > 16 {
		id = id[:16]
	}
	notes := make([]string, 0, len(s.Notes))
	for _, note := range s.Notes {
		notes = append(notes, note.Value)
	}
	text, err := xml.MarshalIndent(receiptMessage{
		Class: "60091", Version: "1", ID: id, DateTime: r.head.Received.In(zone).Format("20060102150405"),
		File:   receiptFile{r.head.Name, r.head.SHA256},
		Result: s.Status.Russian(), Reason: s.Reason,
		Notes:  notes,
		Counts: receiptCount{s.Counts.Rows, s.Counts.Accepted, s.Counts.Unchanged, s.Counts.Rejected}, Rows: r.rows,
	}, "", " ")
	if err != nil {
		return fmt.Errorf("write a receipt: %w", err)
	}
	encoded, _ := r.encoder.Append(nil, string(text)+"\n")
	if _, err := r.out.Write(encoded); err != nil {
		return fmt.Errorf("write a receipt: %w", err)
	}
	if err := r.out.Flush(); err != nil {
		return fmt.Errorf("finish a receipt: %w", err)
	}
	return nil
}

func (r *receipt) abort() error { return nil }
