package pipeline_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

func TestParseFileNames(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"{inn}_{account}_{date:ddmmyy}*.txt": true, "{date}-{name}{ext}": true, "*": true, "plain (1).txt": true,
		"": false, "{payer}.txt": false, "{inn.txt": false, "{date:yy}.txt": false, "../{name}{ext}": false,
	} {
		if _, err := pipeline.ParseFileNames(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A name that says another organisation, account or day than the content is a reason to refuse the file.
func TestNamesOfArrivals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	names, err := pipeline.ParseFileNames("{inn}_{date:ddmmyy}_*.csv")
	if err != nil {
		t.Fatal(err)
	}
	for i := range w.config.Partners {
		w.config.Partners[i].InName = names
	}
	w.Pipeline = w.with(t, func(*pipeline.Config) {})
	const content = "Адрес;ФИАС;Вид дома;Площадь помещений, м²;Площадь общего имущества, м²\nг. Примерск, ул. Новая, д. 1;;МКД;100;10\n"
	inn := w.Organisation.INN
	for i, test := range []struct{ name, reason string }{
		{inn + "_011026_houses.csv", ""},
		{"houses.csv", "ожидается «{inn}_{date:ddmmyy}_*.csv»"},
		{"0000000000_011026_houses.csv", "в имени файла ИНН 0000000000"},
		{inn + "_310226_houses.csv", "это не дата"},
		{inn + "_010130_houses.csv", "она ещё не наступила"},
	} {
		got := w.take(t, town.Office, test.name, content+strings.Repeat("\n", i))
		if refused := got.Status == housing.FileRefused; refused != (test.reason != "") || !strings.Contains(got.Reason, test.reason) {
			t.Errorf("%s: %s, %q, want %q", test.name, got.Status, got.Reason, test.reason)
		}
	}
}

// A file that leaves has the name that the partner wants.
func TestNamesOfDeliveries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	names, err := pipeline.ParseFileNames("{inn}_{date:yyyymmdd}_{name}{ext}")
	if err != nil {
		t.Fatal(err)
	}
	if err := names.Outgoing(); err != nil {
		t.Fatal(err)
	}
	for i := range w.config.Partners {
		w.config.Partners[i].OutName = names
	}
	w.Pipeline = w.with(t, func(*pipeline.Config) {})
	w.take(t, town.Office, "houses.csv", "Адрес;ФИАС;Вид дома;Площадь помещений, м²;Площадь общего имущества, м²\nг. Примерск, ул. Новая, д. 1;;МКД;100;10\n")
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := w.Organisation.INN + "_" + w.config.Now().Format("20060102") + "_houses.csv.protocol.csv"
	if got := w.outbox[town.Office].Names(); len(got) != 1 || got[0] != want {
		t.Errorf("delivered %v, want %s", got, want)
	}
}
