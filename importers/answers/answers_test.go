package answers_test

import (
	"bytes"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/matchbook"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/answers"
)

// questions are three claims of the operator's workbook.
func questions(yield func(housing.MatchQuestion, error) bool) {
	for id := int64(1); id <= 3; id++ {
		q := housing.MatchQuestion{Claim: housing.Claim{ID: id * 10, FullName: "Иванов И.И."}, Reason: "несколько счетов"}
		q.Candidates = []housing.MatchCandidate{{Account: housing.Account{Number: "0100001001"}, House: "ул. Садовая, д. 1"}}
		if !yield(q, nil) {
			return
		}
	}
}

// filled writes the workbook as Kvitok gives it out and lets the operator change it.
func filled(t *testing.T, change func(book *excelize.File) error) importers.Input {
	t.Helper()
	var out bytes.Buffer
	meta := matchbook.Meta{AsOf: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), Temp: t.TempDir()}
	if _, err := matchbook.WriteMatches(&out, meta, iter.Seq2[housing.MatchQuestion, error](questions)); err != nil {
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
	return importers.Input{Name: "filled.xlsx", Size: int64(again.Len()), Content: bytes.NewReader(again.Bytes())}
}

// set fills cells: cell, value, cell, value ...
func set(values ...string) func(*excelize.File) error {
	return func(book *excelize.File) error {
		var errs []error
		for i := 0; i < len(values); i += 2 {
			errs = append(errs, book.SetCellStr(housing.MatchSheet, values[i], values[i+1]))
		}
		return errors.Join(errs...)
	}
}

func TestRead(t *testing.T) { //nolint:funlen // a table
	t.Parallel()
	tests := map[string]struct {
		change   func(*excelize.File) error
		want     []housing.MatchAnswer
		problems []string // cell text of the problem's code
	}{
		"nothing filled": {set(), []housing.MatchAnswer{{Claim: 10}, {Claim: 20}, {Claim: 30}}, nil},
		"an account, none, a comment": {
			set("K2", " 0100001001 ", "L2", "по паспорту", "K3", "Нет"),
			[]housing.MatchAnswer{{Claim: 10, Account: "0100001001", Comment: "по паспорту"}, {Claim: 20, None: true}, {Claim: 30}},
			nil,
		},
		"the number of a claim was overwritten": {
			set("A2", "x", "K2", "0100001001"),
			[]housing.MatchAnswer{{Claim: 20}, {Claim: 30}},
			[]string{"bad_claim"},
		},
		"a row was copied": {
			set("A3", "10", "K3", "нет"),
			[]housing.MatchAnswer{{Claim: 10}, {Claim: 30}},
			[]string{"repeated_claim"},
		},
		"a row was deleted": {
			func(book *excelize.File) error { return book.RemoveRow(housing.MatchSheet, 3) },
			[]housing.MatchAnswer{{Claim: 10}, {Claim: 30}},
			nil,
		},
		"a column was inserted": {
			func(book *excelize.File) error {
				return errors.Join(book.SetCellStr(housing.MatchSheet, "K2", "77"), book.InsertCols(housing.MatchSheet, "A", 1))
			},
			[]housing.MatchAnswer{{Claim: 10, Account: "77"}, {Claim: 20}, {Claim: 30}},
			nil,
		},
		"the right, the consent and a double": {
			set("M2", "Представитель", "N2", "77-1", "O2", "31.12.2026", "P3", "1/2", "Q3", "да", "R3", "нет", "S3", "01.10.2026", "T4", "10"),
			[]housing.MatchAnswer{
				{Claim: 10, Right: housing.Right{Ground: housing.ByProxy, Proxy: "77-1", ProxyUntil: dated(t, "2026-12-31")}},
				{
					Claim: 20, Share: "1/2", Right: housing.Right{Consent: housing.ConsentGiven},
					Data: housing.DataConsent{Answer: housing.ConsentRefused, Since: dated(t, "2026-10-01")},
				},
				{Claim: 30, Double: 10},
			},
			nil,
		},
		"a right that does not hold together": {
			set("M2", "представитель", "N2", "77-1", "R3", "да", "T4", "30", "K4", "нет"),
			nil,
			[]string{"no_proxy_term", "no_consent_date", "bad_double"},
		},
		"words that nobody knows": {
			set("M2", "сосед", "O3", "2026/12/31", "P4", "половина"),
			nil,
			[]string{"bad_ground", "bad_date", "bad_share"},
		},
		"a workbook from before the columns of the right": {
			func(book *excelize.File) error {
				errs := make([]error, 0, 8)
				for range 8 {
					errs = append(errs, book.RemoveCol(housing.MatchSheet, "M"))
				}
				return errors.Join(errs...)
			},
			[]housing.MatchAnswer{{Claim: 10}, {Claim: 20}, {Claim: 30}},
			nil,
		},
		"a number that Excel spoiled": {
			func(book *excelize.File) error {
				return book.SetCellFloat(housing.MatchSheet, "K2", 1.23e17, -1, 64)
			},
			[]housing.MatchAnswer{{Claim: 20}, {Claim: 30}},
			[]string{"bad_account"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problems, err := answers.Read(filled(t, test.change))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateComparable(housing.Date{}), cmpopts.IgnoreFields(housing.MatchAnswer{}, "Row", "Told")); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			var codes []string //nolint:prealloc // nil where there are none
			for _, p := range problems {
				codes = append(codes, p.Code)
				if p.Row == 0 || p.Text == "" {
					t.Errorf("the problem says neither where nor what: %+v", p)
				}
			}
			if diff := cmp.Diff(test.problems, codes); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func dated(t *testing.T, s string) housing.Date {
	t.Helper()
	d, err := housing.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   importers.Input
		code string
	}{
		"another workbook": {filled(t, func(book *excelize.File) error {
			return book.SetSheetName(housing.MatchSheet, "Лист1")
		}), "no_sheet"},
		"no header": {filled(t, func(book *excelize.File) error {
			return book.SetCellStr(housing.MatchSheet, "A1", "№")
		}), "no_header"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := answers.Read(test.in)
			refusal, ok := errors.AsType[*importers.FileError](err)
			if !ok || refusal.Problem.Code != test.code {
				t.Errorf("error %v, want a refusal %s", err, test.code)
			}
		})
	}
	text := []byte("Заявка №;Лицевой счёт\n")
	_, _, err := answers.Read(importers.Input{Name: "a.csv", Size: int64(len(text)), Content: bytes.NewReader(text)})
	if _, ok := errors.AsType[*importers.FileError](err); !ok {
		t.Errorf("a text file: %v, want a refusal", err)
	}
}
