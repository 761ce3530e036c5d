package catalogue_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/accounts"
	"github.com/kvitok-gkh/kvitok/importers/benefits"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

// However the reading of a workbook or of a packed table ends (whole, stopped by whoever takes the rows, called off, refused for its
// size), no temporary file is left.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	row := []any{"0000000017", "г. Примерск, ул. Садовая, д. 1", "5", "квартира", 54.3, 2, "собственник", "01.01.2020"}
	header := []any{"Лицевой счёт", "Адрес дома", "Квартира", "Вид помещения", "Площадь, м²", "Проживает", "Право", "Действует с"}
	table := append([][]any{header}, slices.Repeat([][]any{row}, 600)...)
	book := formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{{Name: "Лицевые счета", Rows: table}}})
	dbf, err := os.ReadFile("../benefits/testdata/social-uslugi-dbf/good/input.dbf")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	member, err := archive.Create("USLUGA1.DBF")
	if err == nil {
		_, err = member.Write(dbf)
	}
	if err := errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		name    string
		format  importers.Format
		content []byte
	}{{"accounts.xlsx", accounts.NewWorkbook(), book}, {"USLUGA1.zip", benefits.NewUslugi(), packed.Bytes()}} {
		for _, end := range []string{"whole", "stopped", "called off", "too large"} {
			t.Run(f.name+" "+end, func(t *testing.T) {
				t.Parallel()
				in := formattest.Input(f.name, f.content)
				in.Temp = t.TempDir()
				readUntil(t, f.format, in, end)
				if left, err := os.ReadDir(in.Temp); err != nil || len(left) > 0 {
					t.Errorf("left: %v, %v", left, err)
				}
			})
		}
	}
}

// readUntil reads a file that ends so.
func readUntil(t *testing.T, format importers.Format, in importers.Input, end string) {
	t.Helper()
	enough := errors.New("enough")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if end == "too large" {
		in.Limits = importers.DefaultLimits()
		in.Limits.TextBytes, in.Limits.WorkbookBytes, in.Limits.Unpacked = 1000, 1<<20, 1000
	}
	rows := 0
	_, err := format.Decode(ctx, in, func(importers.Record) error {
		rows++
		switch end {
		case "stopped":
			return enough
		case "called off":
			cancel()
		}
		return nil
	})
	if (end == "stopped") != errors.Is(err, enough) || end == "whole" && (err != nil || rows == 0) || end == "too large" && err == nil {
		t.Errorf("after %d rows: %v", rows, err)
	}
}
