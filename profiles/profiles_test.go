package profiles_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/profiles"
)

const right = `
name: our-bank
version: 1
title: Наш банк
subject: payments
kind: text
dates: [dd.mm.yyyy]
lines:
  - columns:
      - {at: 1, name: Номер, field: key}
      - {at: 2, name: Счёт, field: account}
      - {at: 3, name: Дата, field: paid_on}
      - {at: 4, name: Сумма, field: amount}
`

func TestBuiltin(t *testing.T) {
	t.Parallel()
	list, err := profiles.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("builtin")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(entries) {
		t.Errorf("%d profiles in %d files", len(list), len(entries))
	}
	for _, p := range list {
		if _, err := os.Stat(filepath.Join("builtin", p.Name+".yaml")); err != nil {
			t.Errorf("%s stands in a file of another name", p.Name)
		}
		if p.Source != "" || len(p.Text) == 0 {
			t.Errorf("%s: source %q, %d bytes of text", p.Name, p.Source, len(p.Text))
		}
	}
}

// docs/formats.md tells every key that a profile may have, and every profile that is built in.
func TestReferenceIsComplete(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "docs", "formats.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	for _, model := range []reflect.Type{
		reflect.TypeFor[profiles.Profile](), reflect.TypeFor[profiles.FileName](), reflect.TypeFor[profiles.Line](),
		reflect.TypeFor[profiles.Column](), reflect.TypeFor[profiles.Group](), reflect.TypeFor[profiles.Export](), reflect.TypeFor[profiles.Meters](),
	} {
		for field := range model.Fields() {
			key := field.Tag.Get("yaml")
			if key != "-" && !strings.Contains(doc, "`"+key+"`") && !strings.Contains(doc, key+":") {
				t.Errorf("the reference does not tell the key %s of %s", key, model.Name())
			}
		}
	}
	list, err := profiles.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		short := p.Name[strings.LastIndex(p.Name, "-"):]
		if !strings.Contains(doc, p.Name) && !strings.Contains(doc, short) {
			t.Errorf("the reference does not tell the profile %s", p.Name)
		}
	}
}

// Every fault of a profile is told, with the path of its key.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown key":           {"kind: text", "kind: text\ncolour: red", "unknown key colour"},
		"unknown key deep down": {"field: amount}", "field: amount, height: 3}", "unknown key lines[0].columns[3].height"},
		"name":                  {"our-bank", "Our Bank", `name: "Our Bank", want small letters`},
		"version":               {"version: 1", "version: 0", "version: 0, want 1 or more"},
		"subject":               {"payments", "money", `subject: "money", want one of payments, readings`},
		"no kind":               {"kind: text\n", "", "kind: is missing"},
		"field":                 {"field: amount}", "field: sum}", `lines[0].columns[3].field: "sum", want one of key, reverses, account`},
		"needed field":          {"field: account", "type: text", "lines[0].columns: no column has the field account"},
		"place":                 {"{at: 2,", "{at: 2, label: ЛС,", "lines[0].columns[1]: exactly one of at, head, label and part"},
		"no place":              {"{at: 2,", "{", "lines[0].columns[1]: exactly one of at, head, label and part"},
		"mask":                  {"dd.mm.yyyy", "dd.MM.yyyy", `dates[0]: mask "dd.MM.yyyy" has no m`},
		"no mask":               {"dates: [dd.mm.yyyy]\n", "", "lines[0].columns[2].mask: is missing"},
		"delimiter":             {"kind: text", "kind: text\ndelimiter: ';;'", `delimiter: ";;" is not one character`},
		"threshold":             {"kind: text", "kind: text\nbad_rows: 101", "bad_rows: 101, want a percentage from 0 to 100"},
		"reversal by nothing":   {"kind: text", "kind: text\nreversal: {}", "reversal: neither negative nor column"},
		"reversal of no column": {"kind: text", "kind: text\nreversal: {column: x, values: [y]}", `reversal.column: no column has the id "x"`},
		"reversal of no value":  {"kind: text", "kind: text\nreversal: {column: key}", "reversal.values: column and values belong together"},
		"encoding":              {"kind: text", "kind: text\nencodings: [utf-16]", `encodings[0]: "utf-16", want one of windows-1251`},
		"file name":             {"kind: text", "kind: text\nfile_names: [{mask: '{payee:ten}.txt'}]", "file_names[0].mask"},
		"pattern":               {"  - columns:", "  - pattern: '('\n    columns:", "lines[0].pattern: error parsing regexp"},
		"group":                 {"  - columns:", "  - groups: [{name: x, at: 5, columns: []}]\n    columns:", "lines[0].groups[0].parts: is missing"},
		"column without a name": {"name: Сумма, ", "", "lines[0].columns[3].name: is missing"},
		"no export":             {"kind: text", "kind: text\ndirection: both", "export: is missing"},
		"no YAML":               {"name: our-bank", "name: [", "no YAML"},
		"table without heads":   {"kind: text", "kind: csv", `line 9: lines[0].is: "row", want total or note`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(right, c.from, c.to, 1)
			if text == right {
				t.Fatal("the case changes nothing")
			}
			_, err := profiles.Parse([]byte(text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
	if _, err := profiles.Parse([]byte(right)); err != nil {
		t.Errorf("the right one: %v", err)
	}
	if _, err := profiles.Parse(nil); err == nil {
		t.Error("an empty profile is taken")
	}
}

func TestLoadDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.yaml", right)
	write("notes.txt", "no profile")
	list, err := profiles.LoadDir(dir)
	if err != nil || len(list) != 1 || list[0].Source != filepath.Join(dir, "a.yaml") {
		t.Errorf("loaded %v, %v", list, err)
	}
	write("b.yml", right)
	write("c.yaml", "name: c\nkund: text")
	_, err = profiles.LoadDir(dir)
	for _, want := range []string{`b.yml: name: there is another profile "our-bank" in a.yaml`, "c.yaml: line 2: unknown key kund"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if list, err := profiles.LoadDir(filepath.Join(dir, "none")); err != nil || len(list) != 0 {
		t.Errorf("a folder that is not there: %v, %v", list, err)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	m, err := profiles.CompileMask("*{payee:10}_{payee_account:20}_{number}.y{order_day:2}")
	if err != nil {
		t.Fatal(err)
	}
	parts, ok := m.Match("EPS12_9900123450_40702810800000000777_424.Y03")
	want := map[string]string{"payee": "9900123450", "payee_account": "40702810800000000777", "number": "424", "order_day": "03"}
	if diff := cmp.Diff(want, parts); !ok || diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	for _, name := range []string{"9900123450_4070281080000000077_424.y03", "9900123450_40702810800000000777_424.txt", ""} {
		if _, ok := m.Match(name); ok {
			t.Errorf("%q fits", name)
		}
	}
	for _, bad := range []string{"", "{", "{x:abc}", "{number:1000}"} {
		if _, err := profiles.CompileMask(bad); err == nil {
			t.Errorf("the mask %q is taken", bad)
		}
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cells profiles.Cells
		fit   []int
		not   []int
	}{
		{profiles.Cells{Min: 5, Max: 5}, []int{5}, []int{4, 6}},
		{profiles.Cells{Min: 5, Max: 7}, []int{5, 6, 7}, []int{4, 8}},
		{profiles.Cells{Min: 5, Step: 7}, []int{5, 12, 19}, []int{4, 6, 11}},
		{profiles.Cells{Min: 5, Max: 12, Step: 7}, []int{5, 12}, []int{19}},
	} {
		for _, n := range c.fit {
			if !c.cells.Fits(n) {
				t.Errorf("%+v: %d does not fit", c.cells, n)
			}
		}
		for _, n := range c.not {
			if c.cells.Fits(n) {
				t.Errorf("%+v: %d fits", c.cells, n)
			}
		}
	}
}

// No text makes the reader of profiles fail otherwise than with an error; what it takes keeps its laws.
func FuzzParse(f *testing.F) {
	f.Add([]byte(right))
	list, err := profiles.Builtin()
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range list {
		f.Add(p.Text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := profiles.Parse(text)
		if err == nil && (p.Name == "" || p.Version < 1 || p.Subject == "") {
			t.Errorf("a profile without name, version or subject is taken: %+v", p)
		}
	})
}
