package catalogue_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

// known is the catalogue that all tests share: reading the profiles takes longer than most cases do.
var known = sync.OnceValue(catalogue.New) //nolint:gochecknoglobals // never changed

func TestNamesAreUniqueAndFound(t *testing.T) {
	t.Parallel()
	formats := known()
	seen := map[string]bool{}
	for _, name := range formats.Names() {
		if seen[name] {
			t.Errorf("%s stands in the catalogue twice", name)
		}
		seen[name] = true
		f, err := formats.ByName(name)
		if err != nil || f.Name() != name {
			t.Errorf("ByName(%q) = %v, %v", name, f, err)
		}
	}
	if _, err := formats.ByName("no-such"); !errors.Is(err, importers.ErrUnknownFormat) {
		t.Errorf("ByName of an unknown format: %v", err)
	}
}

// Every case of every format is recognised as that format and no other.
func TestEveryCaseIsOfOneFormat(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob("../*/testdata/*/*/input.*")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	formats := known()
	covered := map[string]bool{}
	for _, path := range inputs {
		want := filepath.Base(filepath.Dir(filepath.Dir(path)))
		covered[want] = true
		s, err := importers.NewSample(formattest.Input("file", formattest.Load(t, path)))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		format, err := formats.Recognise(s)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if format.Name() != want {
			t.Errorf("%s is recognised as %s", path, format.Name())
		}
	}
	for _, name := range formats.Names() {
		if !covered[name] {
			t.Errorf("%s has no case", name)
		}
	}
}

// ownSamples are the samples that are files of ours, with their formats.
func ownSamples() map[string]string {
	return map[string]string{
		"synthetic/sber/9900123450_40702810800000000777_424.y03":                          "sber-payments-a",
		"synthetic/sber/bad/no_trailer_9900123450_40702810800000000777_428.txt":           "sber-payments-a",
		"synthetic/sber/bad/delimiter_in_address_9900123450_40702810800000000777_429.txt": "sber-payments-a",
		"synthetic/rso/readings7.csv":                                                     "rso-readings-csv",
		"synthetic/1c/kl_to_1c.txt":                                                       "1c-client-bank",
		"synthetic/askue80020/80020_9900123450_20251002_12_9900000100.xml":                "askue-80020-xml",
		"synthetic/bars/load_1.3.8.txt":                                                   "sectioned-load",
		"synthetic/bars/load_1.3.8.kvar.log":                                              "sectioned-load",
		"synthetic/dbf/USLUGA1.DBF":                                                       "social-uslugi-dbf",
		"synthetic/dbf/USLUGA1_no_ldid.dbf":                                               "social-uslugi-dbf",
		"synthetic/dbf/bad/truncated.dbf":                                                 "social-uslugi-dbf",
		"condo/1CClientBankExchange.txt":                                                  "1c-client-bank",
		"condo/1CClientBankExchange-Invalid.txt":                                          "1c-client-bank",
		"condo/check.xlsx":                                                                "condo-receipts-xlsx",
		"condo/check.dbf":                                                                 "condo-receipts-dbf",
		"condo/meter-import-example.xlsx":                                                 "condo-meters-xlsx",
		"condo/meter-import-example-excel-date-type-en.xlsx":                              "condo-meters-xlsx",
		"condo/propertyMeter-import-example.xlsx":                                         "condo-house-meters-xlsx",
		"condo/contact-import-example.xlsx":                                               "condo-contacts-xlsx",
		"condo/property-import-example.xlsx":                                              "condo-properties-xlsx",
		"condo/check.csv":                                                                 "condo-receipts-csv",
		"condo/with-comments.csv":                                                         "condo-receipts-csv",
		"synthetic/dbf/BEZP251003.DBF":                                                    "tagil-debts-dbf",
		"synthetic/gorod/reestr.txt":                                                      "gorod-debts",
		"synthetic/rc/pack_ok_866.txt":                                                    "rc-payment-packs",
		"synthetic/rso/supp_charge.csv":                                                   "rso-charges-csv",
		"synthetic/sber/pipe/pack.txt":                                                    "sber-pipe-payments",
		"synthetic/sber/pipe/rows.txt":                                                    "sber-pipe-payments",
		"synthetic/wwb/pay17.txt":                                                         "bank-payments-17",
		"synthetic/sber/B_9900123450_40702810800000000777_425.txt":                        "sber-payments-b",
		"synthetic/sber/9900123450_40702810800000000777_001_1025.txt":                     "sber-debts-classic",
		"synthetic/sber/new_9900123450_40702810800000000777_002_1025.txt":                 "sber-debts-2021",
		"synthetic/sber/tpl14-1_9900123450_40702810800000000777_003_1025.txt":             "sber-debts-14-1",
	}
}

// The samples of other formats of banks and suppliers must not pass for one of ours.
func TestForeignSamples(t *testing.T) {
	t.Parallel()
	root := "../../../shared/samples"
	if _, err := os.Stat(root); err != nil {
		t.Skip("skipped: no ../shared")
	}
	ours := ownSamples()
	formats := known()
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path) //nolint:gosec // a sample
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		got := recognise(t, formats, name, content)
		if got != ours[name] {
			t.Errorf("%s is recognised as %q, want %q", name, got, ours[name])
		}
		found[name] = true
		return nil
	})
	if err != nil {
		t.Fatalf("walk samples: %v", err)
	}
	for name := range ours {
		if !found[name] {
			t.Errorf("sample %s is missing", name)
		}
	}
}

func recognise(t *testing.T, formats importers.Catalogue, name string, content []byte) string {
	t.Helper()
	s, err := importers.NewSample(formattest.Input(name, content))
	var format importers.Format
	if err == nil {
		format, err = formats.Recognise(s)
	}
	var refused *importers.FileError
	switch {
	case errors.As(err, &refused):
		if !strings.ContainsAny(refused.Error(), "абвгдежзиклмнопрстуфхцчшщыэюя") {
			t.Errorf("%s: the reason is not in Russian: %s", name, refused.Error())
		}
		return ""
	case err != nil:
		t.Errorf("%s: %v", name, err)
		return ""
	}
	return format.Name()
}

func TestSharedSamplesDecode(t *testing.T) {
	t.Parallel()
	root := "../../../shared/samples"
	if _, err := os.Stat(root); err != nil {
		t.Skip("skipped: no ../shared")
	}
	cases := []struct {
		path, format, code string
		rows, rejected     int
	}{
		{"synthetic/sber/9900123450_40702810800000000777_424.y03", "sber-payments-a", "", 4, 0},
		{"synthetic/sber/bad/no_trailer_9900123450_40702810800000000777_428.txt", "sber-payments-a", "no_trailer", 4, 0},
		{"synthetic/sber/bad/delimiter_in_address_9900123450_40702810800000000777_429.txt", "sber-payments-a", "", 4, 1},
		{"synthetic/rso/readings7.csv", "rso-readings-csv", "", 2, 0},
		{"synthetic/1c/kl_to_1c.txt", "1c-client-bank", "", 3, 0},
		{"synthetic/askue80020/80020_9900123450_20251002_12_9900000100.xml", "askue-80020-xml", "", 1, 0},
		{"synthetic/bars/load_1.3.8.txt", "sectioned-load", "", 4, 0},
		{"synthetic/bars/load_1.3.8.kvar.log", "sectioned-load", "an_answer", 0, 0},
		{"synthetic/dbf/USLUGA1.DBF", "social-uslugi-dbf", "", 2, 0},
		{"synthetic/dbf/USLUGA1_no_ldid.dbf", "social-uslugi-dbf", "", 2, 0},
		{"synthetic/dbf/bad/truncated.dbf", "social-uslugi-dbf", "truncated", 2, 0},
		{"condo/check.xlsx", "condo-receipts-xlsx", "", 2, 0},
		{"condo/check.dbf", "condo-receipts-dbf", "", 2, 0},
		{"condo/meter-import-example.xlsx", "condo-meters-xlsx", "", 10, 3},
		{"condo/meter-import-example-excel-date-type-en.xlsx", "condo-meters-xlsx", "", 1, 0},
		{"condo/propertyMeter-import-example.xlsx", "condo-house-meters-xlsx", "", 10, 3},
		{"condo/contact-import-example.xlsx", "condo-contacts-xlsx", "", 5, 0},
		{"condo/property-import-example.xlsx", "condo-properties-xlsx", "", 1, 0},
		{"condo/1CClientBankExchange.txt", "1c-client-bank", "totals_disagree", 5, 0},
		{"condo/1CClientBankExchange-Invalid.txt", "1c-client-bank", "no_end", 1, 0},
	}
	for _, c := range cases {
		format, err := known().ByName(c.format)
		if err != nil {
			t.Fatal(err)
		}
		got := formattest.Decode(t.Context(), t, format, formattest.Input("file", formattest.Load(t, filepath.Join(root, c.path))))
		rejected := 0
		for _, row := range got.Rows {
			if row.Fact == nil {
				rejected++
			}
		}
		if got.Code != c.code || len(got.Rows) != c.rows || rejected != c.rejected {
			t.Errorf("%s: code %q, %d rows, %d rejected; want %q, %d, %d", c.path, got.Code, len(got.Rows), rejected, c.code, c.rows, c.rejected)
		}
	}
}
