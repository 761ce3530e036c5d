package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/catalogue"
)

// Every sample of the field is read, or refused for the right reason: "" is read, with so many rows rejected.
func TestSamplesAreReadOrRefused(t *testing.T) {
	t.Parallel()
	root := "../../../shared/samples"
	if _, err := os.Stat(root); err != nil {
		t.Skip("skipped: no ../shared")
	}
	refused := map[string]string{
		"condo/1CClientBankExchange-Invalid.txt":                                "no_end",
		"condo/1CClientBankExchange.txt":                                        "totals_disagree",
		"condo/LICENSE.condo":                                                   "unknown_format",
		"condo/employee-import-example.xlsx":                                    "not_our_facts",
		"condo/ticket-import-example.xlsx":                                      "not_our_facts",
		"synthetic/bars/load_1.3.8.kvar.log":                                    "an_answer",
		"synthetic/dbf/bad/truncated.dbf":                                       "truncated",
		"synthetic/qr/st00012.txt":                                              "wrong_kind",
		"synthetic/sber/bad/no_trailer_9900123450_40702810800000000777_428.txt": "no_trailer",
		"synthetic/telemetry/inspark.json":                                      "wrong_kind",
		"synthetic/telemetry/readings.jsonl":                                    "wrong_kind",
		"tariffs/README.md":                                                     "unknown_format",
	}
	rejected := map[string]int{
		"condo/meter-import-example.xlsx": 3, "condo/propertyMeter-import-example.xlsx": 3,
		"synthetic/sber/bad/delimiter_in_address_9900123450_40702810800000000777_429.txt": 1,
	}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(path), root+"/")
		got, err := testFile(t.Context(), catalogue.New(), path, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return nil
		}
		code := ""
		if got.Refused != nil {
			code = got.Refused.Code
		}
		if code != refused[name] || got.Rejected != rejected[name] {
			t.Errorf("%s as %s: refused %q, %d rows rejected; want %q, %d", name, got.Format, code, got.Rejected, refused[name], rejected[name])
		}
		if code == "" && got.Read == 0 {
			t.Errorf("%s: nothing is read", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
