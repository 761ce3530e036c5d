package social_test

import (
	"bytes"
	"errors"
	"iter"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/exporters/social"
	"github.com/kvitok-gkh/kvitok/housing"
)

var errRow = errors.New("no row")

func rows(list []housing.BenefitRow, err error) iter.Seq2[housing.BenefitRow, error] {
	return func(yield func(housing.BenefitRow, error) bool) {
		for _, b := range list {
			if !yield(b, nil) {
				return
			}
		}
		if err != nil {
			yield(housing.BenefitRow{}, err)
		}
	}
}

// A value never breaks the columns, every line has as many of them, and the last one has the totals.
func TestRegister(t *testing.T) {
	t.Parallel()
	list := []housing.BenefitRow{
		{Person: housing.Beneficiary{Last: "Образцова"}, Category: "А; Б\nВ", Service: housing.Heating, Discount: 10_05, Compensation: 1},
		{Person: housing.Beneficiary{Last: "Пробный"}, Service: housing.Gas, Compensation: 20_00},
	}
	var out bytes.Buffer
	n, err := social.WriteRegister(&out, rows(list, nil))
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	text, err := charmap.Windows1251.NewDecoder().String(out.String())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
	if len(lines) != 4 {
		t.Fatalf("%q", lines)
	}
	for _, line := range lines {
		if strings.Count(line, ";") != strings.Count(lines[0], ";") {
			t.Errorf("%q has other columns than %q", line, lines[0])
		}
	}
	if !strings.Contains(lines[1], ";А, Б В;") || !strings.Contains(lines[3], "строк: 2;") || !strings.Contains(lines[3], ";10.05;20.01;") {
		t.Errorf("%q", lines)
	}
	if _, err := social.WriteRegister(&out, rows(list, errRow)); !errors.Is(err, errRow) {
		t.Error(err)
	}
}
