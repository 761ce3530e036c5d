package letters_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/exporters/letters"
	"github.com/kvitok-gkh/kvitok/housing"
)

var update = flag.Bool("update", false, "write the golden files") //nolint:gochecknoglobals // a flag of tests

func document(t *testing.T) *housing.PaymentDocument {
	t.Helper()
	period, err := housing.ParsePeriod("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	return &housing.PaymentDocument{
		Number: "2026-10-0100000017", Period: period, PayBy: period.Next().First().AddDays(9), CheckCode: "K7M2-94TP", ToPay: 123456,
		Account: housing.Account{Number: "0100000017"},
		Issuer: housing.Organisation{
			Name: "ООО «УК \"Заря\"»", ShortName: "УК «Заря»", Phone: "+7 495 000-00-00", Email: "office@zarya.example", Site: "zarya.example",
		},
	}
}

func TestBuiltin(t *testing.T) {
	t.Parallel()
	l, err := letters.New(letters.Config{})
	if err != nil {
		t.Fatal(err)
	}
	usual := letters.Of(document(t))
	usual.Unsubscribe = "https://zarya.example/unsubscribe/1"
	corrected := usual
	corrected.Corrected = true
	advance := document(t)
	advance.ToPay, advance.Issuer.Site = -100, ""
	for name, letter := range map[string]letters.Letter{"usual": usual, "corrected": corrected, "advance": letters.Of(advance)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := l.Write(letter)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", got.Subject+"\n\n"+got.Text)
			golden(t, name+".html", got.HTML)
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // a golden file
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// The letter travels through other people's machines: who lives where is in the document only.
func TestNobodyIsNamed(t *testing.T) {
	t.Parallel()
	d := document(t)
	d.Account.Payer, d.House.Address = "Иванов Иван Иванович", "г. Обнинск, ул. Ленина, д. 1"
	l, err := letters.New(letters.Config{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Write(letters.Of(d))
	if err != nil {
		t.Fatal(err)
	}
	all := got.Subject + got.Text + got.HTML + letters.FileName(d.Period)
	for _, secret := range []string{"Иванов", "Ленина", d.Account.Number} {
		if strings.Contains(all, secret) {
			t.Errorf("the letter tells %q", secret)
		}
	}
}

func TestOwnTemplates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "letter.html")
	if err := os.WriteFile(file, []byte("<b>{{.Organisation.Name}}</b>"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := letters.New(letters.Config{Subject: "{{.Organisation.ShortName}}:\n{{.Period}}", HTML: file})
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Write(letters.Of(document(t)))
	if err != nil {
		t.Fatal(err)
	}
	if got.Subject != "УК «Заря»: октябрь 2026 года" || got.HTML != "<b>ООО «УК &#34;Заря&#34;»</b>" {
		t.Errorf("subject %q, HTML %q", got.Subject, got.HTML)
	}
	for name, c := range map[string]letters.Config{
		"no field":   {Subject: "{{.Payer}}"},
		"no end":     {Subject: "{{if .Advance}}x"},
		"empty":      {Subject: "{{.Unsubscribe}}"},
		"no file":    {Text: filepath.Join(dir, "none.txt")},
		"bad in use": {Subject: "{{index .Period 1000}}"},
	} {
		if _, err := letters.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
