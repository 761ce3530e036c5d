package answers_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/gatebook"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/answers"
)

const key = "0123456789abcdef"

// filledGate writes the workbook of three held accounts and lets the accountant change it.
func filledGate(t *testing.T, change func(book *excelize.File) error) importers.Input {
	t.Helper()
	var out bytes.Buffer
	accounts := []string{"0017", "0018", "0019"}
	holds := make([]housing.GateHold, 0, len(accounts))
	for _, account := range accounts {
		holds = append(holds, housing.GateHold{Account: account, House: "д. 1", Reason: "скачок", Key: key + "0000", Status: housing.GateHeld})
	}
	meta := gatebook.Meta{AsOf: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), Temp: t.TempDir()}
	if err := gatebook.WriteHolds(&out, meta, slices.Values(holds)); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := change(book); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := book.Write(&again); err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	return importers.Input{Name: "gate.xlsx", Size: int64(again.Len()), Content: bytes.NewReader(again.Bytes())}
}

func setGate(values ...string) func(*excelize.File) error {
	return func(book *excelize.File) error {
		var errs []error
		for i := 0; i < len(values); i += 2 {
			errs = append(errs, book.SetCellStr(housing.GateSheet, values[i], values[i+1]))
		}
		return errors.Join(errs...)
	}
}

func TestReadGate(t *testing.T) {
	t.Parallel()
	open := func(row int, account string) housing.GateAnswer {
		return housing.GateAnswer{Row: row, Account: account, Key: key}
	}
	answer := func(row int, account string, status housing.GateStatus, comment string) housing.GateAnswer {
		return housing.GateAnswer{Row: row, Account: account, Key: key, Status: status, Comment: comment}
	}
	tests := map[string]struct {
		change   func(*excelize.File) error
		want     []housing.GateAnswer
		problems []string
	}{
		"nothing filled": {setGate(), []housing.GateAnswer{open(2, "0017"), open(3, "0018"), open(4, "0019")}, nil},
		"released and returned": {
			setGate("Q2", " Выпустить ", "R2", "проверено", "Q4", "вернуть"),
			[]housing.GateAnswer{answer(2, "0017", housing.GateReleased, "проверено"), open(3, "0018"), answer(4, "0019", housing.GateReturned, "")},
			nil,
		},
		"another word":       {setGate("Q2", "может быть"), []housing.GateAnswer{open(3, "0018"), open(4, "0019")}, []string{"bad_decision"}},
		"a key was wiped":    {setGate("S3", ""), []housing.GateAnswer{open(2, "0017"), open(4, "0019")}, []string{"bad_key"}},
		"an account twice":   {setGate("A4", "0018"), []housing.GateAnswer{open(2, "0017"), open(3, "0018")}, []string{"repeated_account"}},
		"a note below":       {setGate("C9", "проверила"), []housing.GateAnswer{open(2, "0017"), open(3, "0018"), open(4, "0019")}, nil},
		"a decision astray":  {setGate("Q9", "выпустить"), []housing.GateAnswer{open(2, "0017"), open(3, "0018"), open(4, "0019")}, []string{"bad_key"}},
		"columns were moved": {func(b *excelize.File) error { return b.InsertCols(housing.GateSheet, "A", 2) }, []housing.GateAnswer{open(2, "0017"), open(3, "0018"), open(4, "0019")}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problems, err := answers.ReadGate(filledGate(t, test.change))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("answers differ (-want +got):\n%s", diff)
			}
			codes := make([]string, 0, len(problems))
			for _, p := range problems {
				codes = append(codes, p.Code)
			}
			if diff := cmp.Diff(test.problems, codes, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadGateRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*excelize.File) error{
		"no sheet":  func(b *excelize.File) error { return b.SetSheetName(housing.GateSheet, "Лист") },
		"no header": setGate("Q1", "Ответ"),
	} {
		_, _, err := answers.ReadGate(filledGate(t, change))
		if _, refused := errors.AsType[*importers.FileError](err); !refused {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}
