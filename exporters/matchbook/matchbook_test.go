package matchbook_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/matchbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

func question(id int64, candidates int) housing.MatchQuestion {
	q := housing.MatchQuestion{
		Claim:  housing.Claim{ID: id, Account: "0017", FullName: "Тестова Анна", Address: "ул. Примерная, 1-1", Share: "1/2"},
		Reason: "несколько подходящих счетов",
	}
	until, _ := housing.ParseDate("2026-12-31")
	since, _ := housing.ParseDate("2026-10-01")
	q.Claim.Right = housing.Right{Ground: housing.ByProxy, Proxy: "77-1", ProxyUntil: until, Consent: housing.ConsentGiven}
	q.Claim.Data = housing.DataConsent{Answer: housing.ConsentRefused, Since: since}
	for i := range candidates {
		q.Candidates = append(q.Candidates, housing.MatchCandidate{
			Account: housing.Account{
				Number: fmt.Sprintf("%010d", 100000017+i), Payer: "Тестова А. П.",
				Premises: housing.Premises{Flat: strconv.Itoa(i + 1), Kind: housing.Flat},
			},
			House: "г. Примерск, ул. Примерная, д. 1", Evidence: "совпали адрес и фамилия",
		})
	}
	return q
}

func write(t *testing.T, questions ...housing.MatchQuestion) []byte {
	t.Helper()
	var out bytes.Buffer
	n, err := matchbook.WriteMatches(&out, meta(t), func(yield func(housing.MatchQuestion, error) bool) {
		for _, q := range questions {
			if !yield(q, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if n != len(questions) {
		t.Errorf("%d claims written, want %d", n, len(questions))
	}
	return out.Bytes()
}

func meta(t *testing.T) matchbook.Meta {
	t.Helper()
	return matchbook.Meta{
		Organisation: housing.Organisation{ShortName: "УК «Примерск»"}, Run: "17", Temp: t.TempDir(),
		AsOf: time.Date(2026, 10, 5, 6, 7, 8, 0, time.UTC),
	}
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	data := write(t, question(41, 2), question(42, 0), question(43, 7))
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	rows, err := f.GetRows(housing.MatchSheet)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		housing.MatchColumnClaim, "ФИО", "Адрес", "ЛС как пришёл", "Причина", "Кандидат 1", "Кандидат 2", "Кандидат 3",
		"Кандидат 4", "Кандидат 5", housing.MatchColumnAnswer, housing.MatchColumnComment,
		housing.MatchColumnGround, housing.MatchColumnProxy, housing.MatchColumnProxyUntil, housing.MatchColumnShare,
		housing.MatchColumnConsent, housing.MatchColumnData, housing.MatchColumnDataSince, housing.MatchColumnDouble,
	}
	if diff := cmp.Diff(want, rows[0]); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	want = []string{
		"41", "Тестова Анна", "ул. Примерная, 1-1", "0017", "несколько подходящих счетов",
		"0100000017 — г. Примерск, ул. Примерная, д. 1, кв. 1 — Тестова А. П. — совпали адрес и фамилия",
		"0100000018 — г. Примерск, ул. Примерная, д. 1, кв. 2 — Тестова А. П. — совпали адрес и фамилия",
		"", "", "", "", "",
		"представитель", "77-1", "31.12.2026", "1/2", "да", "нет", "01.10.2026", "", "0100000017", "0100000018", housing.MatchAnswerNone,
	}
	if diff := cmp.Diff(want, rows[1]); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
	if got := rows[2][20]; got != housing.MatchAnswerNone {
		t.Errorf("a claim without candidates offers %q, want only %q", got, housing.MatchAnswerNone)
	}
	if got := rows[3][25]; got != housing.MatchAnswerNone {
		t.Errorf("a claim with many candidates offers %q at last, want %q", got, housing.MatchAnswerNone)
	}
	choices, err := f.GetDataValidations(housing.MatchSheet)
	if err != nil || len(choices) != 4 {
		t.Fatalf("data validations %+v, %v; want four", choices, err)
	}
	if c := choices[0]; c.Sqref != "K2:K4" || c.Formula1 != "$U2:$Z2" || c.Type != "list" || *c.ErrorStyle != "warning" {
		t.Errorf("choice %+v", c)
	}
	for column, want := range map[string]bool{"L": true, "T": true, "U": false, "Z": false} {
		if visible, err := f.GetColVisible(housing.MatchSheet, column); visible != want || err != nil {
			t.Errorf("column %s visible %v, %v; want %v", column, visible, err, want)
		}
	}
	if lock, err := f.GetSheetProtection("Инструкция"); err != nil || !lock.SelectLockedCells {
		t.Errorf("the instruction is not locked: %+v, %v", lock, err)
	}
	if !bytes.Equal(data, write(t, question(41, 2), question(42, 0), question(43, 7))) {
		t.Error("two writings of the same claims differ")
	}
}

func TestNoClaims(t *testing.T) {
	t.Parallel()
	if len(write(t)) == 0 {
		t.Error("no workbook")
	}
}

var errBroken = errors.New("connection lost")

func TestFailureOfTheClaims(t *testing.T) {
	t.Parallel()
	m := meta(t)
	var out bytes.Buffer
	_, err := matchbook.WriteMatches(&out, m, func(yield func(housing.MatchQuestion, error) bool) {
		if yield(question(1, 1), nil) {
			yield(housing.MatchQuestion{}, errBroken)
		}
	})
	if !errors.Is(err, errBroken) || out.Len() > 0 {
		t.Errorf("error %v with %d bytes written", err, out.Len())
	}
	if left, err := os.ReadDir(m.Temp); err != nil || len(left) > 0 {
		t.Errorf("temporary files left behind: %v, %v", left, err)
	}
}
