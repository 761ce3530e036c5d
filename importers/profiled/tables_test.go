package profiled_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// A table states its totals in the name of its file, if anywhere.
func TestTotalsInNameOfTable(t *testing.T) {
	t.Parallel()
	const profile = `
subject: payments
kind: csv
control: required
dates: [dd.mm.yyyy]
file_names: [{mask: "reg_{count}_{amount}.csv"}, {mask: "note_{count}.csv", severity: warning}]
columns:
  - {head: Номер, field: key, required: true}
  - {head: Счёт, field: account}
  - {head: Дата, field: paid_on, required: true}
  - {head: Сумма, field: amount, required: true}
`
	text := "Номер;Счёт;Дата;Сумма\n500;0100000017;02.10.2026;10,00\n501;0100000017;02.10.2026;0,50\n"
	for name, want := range map[string]string{
		"reg_2_1050.csv": " []", "reg_002_1050.csv": " []", "reg_3_1050.csv": "name_mismatch []", "reg_2_1051.csv": "name_mismatch []",
		"note_2.csv": " []", "note_3.csv": " [name_mismatch]", "other.csv": "no_control []",
	} {
		got := run(t, profile, name, []byte(text), importers.Limits{})
		if is := got.refused + " " + fmt.Sprint(got.notes); is != want {
			t.Errorf("%s: %s, want %s", name, is, want)
		}
	}
	optional := strings.Replace(profile, "control: required", "control: optional", 1)
	if got := run(t, optional, "other.csv", []byte(text), importers.Limits{}); got.refused != "" || fmt.Sprint(got.notes) != "[no_control]" {
		t.Errorf("optional: %q, %v", got.refused, got.notes)
	}
}

// The example of the documentation is a profile that reads a registry.
func TestExampleOfTheDocumentation(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(guide), "### YooKassa, an example")
	_, example, begun := strings.Cut(example, "```yaml\n")
	example, _, ended := strings.Cut(example, "```")
	if !found || !begun || !ended {
		t.Fatal("docs/formats.md has no example of YooKassa")
	}
	_, example, _ = strings.Cut(example, "subject: ") // run names it itself
	example = "subject: " + example
	const head = "\ufeffИдентификатор платежа;Сумма платежа;Валюта платежа;Время платежа;ORDER\n"
	row := "2a6f-1;1500.00;RUB;02.10.2026 17:46:58;0100000017\n"
	got := run(t, example, "settlement_file_100_2026-10-02_1.csv", []byte(head+row), importers.Limits{})
	pay, is := got.facts[0].(housing.Payment)
	if !is || got.refused != "" || pay.Key != "2a6f-1" || pay.Amount != 150000 || pay.PaidOn.Russian() != "02.10.2026" || pay.Account != "0100000017" {
		t.Errorf("read %+v, refused %q, problems %v", got.facts, got.refused, got.problems)
	}
	if got := run(t, example, "settlement_file_100_2026-10-03_1.csv", []byte(head), importers.Limits{}); got.refused != "" || fmt.Sprint(got.notes) != "[no_operations]" {
		t.Errorf("a day without operations: refused %q, %v", got.refused, got.notes)
	}
}
