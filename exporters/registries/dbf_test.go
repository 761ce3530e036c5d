package registries_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/exporters/registries"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/profiles"
)

func tagil(t *testing.T) *profiles.Profile {
	t.Helper()
	all, err := profiles.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(p *profiles.Profile) bool { return p.Name == "tagil-debts-dbf" })
	return all[at]
}

func sequence(rows []housing.Debt) func(func(housing.Debt, error) bool) {
	return func(yield func(housing.Debt, error) bool) {
		for _, d := range rows {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// What Tagil gets is read back by the same profile: the zip, the table in it, each debt.
func TestTagil(t *testing.T) {
	t.Parallel()
	rows := debts(t)
	rows[1].House.Address = "г. Примерск, " + strings.Repeat("очень ", 12) + "длинная улица"
	o := registries.Options{INN: "9900123450", Bank: "40702810800000000777", Number: 1, Period: october(t), Date: october(t).Next().First(), Temp: t.TempDir()}
	name, err := registries.FileName(tagil(t), o)
	if err != nil || name != "BEZP251101.zip" {
		t.Errorf("named %s, %v", name, err)
	}
	var out bytes.Buffer
	control, err := registries.Write(&out, tagil(t), o, sequence(rows))
	if err != nil || control.Rows != len(rows) || control.Noted != 1 {
		t.Fatalf("written %+v, %v", control, err)
	}
	in := importers.Input{Name: name, Size: int64(out.Len()), Content: bytes.NewReader(out.Bytes()), Temp: t.TempDir()}
	sample, err := importers.NewSample(in)
	if err != nil {
		t.Fatal(err)
	}
	format, err := catalogue.New().Recognise(sample)
	if err != nil || format.Name() != "tagil-debts-dbf" {
		t.Fatalf("read back as %v, %v", format, err)
	}
	var got []string
	if _, err := format.Decode(t.Context(), in, func(r importers.Record) error {
		d, ok := r.Fact.(housing.StatedDebt)
		if !ok {
			t.Errorf("row %d: %v", r.Row, r.Problems)
		}
		got = append(got, d.Account+" "+d.Amount.String())
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := make([]string, len(rows))
	for i, d := range rows {
		want[i] = d.Account.Number + " " + d.Amount.String()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("debts (-written +read):\n%s", diff)
	}
}

// A debt that the table cannot hold stops the registry: it must not go out as another one.
func TestTagilRefuses(t *testing.T) {
	t.Parallel()
	o := registries.Options{Period: october(t), Date: october(t).First(), Temp: t.TempDir()}
	for number, c := range map[string]struct {
		amount housing.Money
		want   error
	}{
		"А-17":           {1, dbase.ErrValue},
		"12345678901234": {1, dbase.ErrTooLong},
		"17":             {123456789012, dbase.ErrTooLong},
		"":               {1, registries.ErrNoAccount},
	} {
		d := debts(t)[0]
		d.Account.Number, d.Amount = number, c.amount
		if _, err := registries.Write(&bytes.Buffer{}, tagil(t), o, sequence([]housing.Debt{d})); !errors.Is(err, c.want) {
			t.Errorf("account %q, %s: %v, want %v", number, c.amount, err, c.want)
		}
	}
}
