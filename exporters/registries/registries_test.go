package registries_test

import (
	"bytes"
	"errors"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/exporters/registries"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/profiles"
)

var update = flag.Bool("update", false, "rewrite the golden files") //nolint:gochecknoglobals // a flag of the test binary

func october(tb testing.TB) housing.Period {
	tb.Helper()
	p, err := housing.ParsePeriod("2025-10")
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func debts(tb testing.TB) []housing.Debt {
	tb.Helper()
	period := october(tb)
	house := housing.House{Address: "г. Примерск, ул. Примерная, д. 1", FIAS: "00000000-0000-4000-8000-000000000001"}
	debt := func(payer, number, unified, flat string, amount housing.Money) housing.Debt {
		return housing.Debt{
			Account: housing.Account{
				Number: number, Unified: unified, Payer: payer,
				Premises: housing.Premises{Flat: flat, Kind: housing.Flat},
			},
			House: house, Period: period, Amount: amount,
		}
	}
	meter := func(id int64, serial string, service housing.Service, zone housing.Zone, value string) housing.DebtMeter {
		d, err := housing.ParseDecimal(value)
		if err != nil {
			tb.Fatal(err)
		}
		return housing.DebtMeter{ID: id, Serial: serial, Service: service, Zone: zone, VerifyBy: period.Next().First(), On: period.First(), Value: d}
	}
	private := debt("МАКЕТОВ-ШАБЛОНОВ О.О.", "0100000041", "70АА000104", "", 0)
	private.House = housing.House{Address: "д. Опытная; дом 7"}
	rows := []housing.Debt{
		debt("ТЕСТОВ ИВАН ПЕТРОВИЧ", "0100000017", "70АА000101", "1", 150000),
		debt("ОБРАЗЦОВА ЁЛКА ИЛЬИНИЧНА", "0100000025", "70АА000102", "2", 234567),
		debt("Д'АРТЕНЬЯН ПАВЕЛ", "0100000033", "70АА000103", "45а", 1),
		private,
		debt("АВАНСОВ №2 – «Ә»", "0100000058", "70АА000105", "3", -187261),
	}
	rows[0].Meters = []housing.DebtMeter{meter(501, "ХВ-000111", housing.ColdWater, "", "123.456"), meter(502, "ЭЛ;222", housing.Electricity, "", "15000")}
	rows[1].Meters = []housing.DebtMeter{
		meter(503, "ЭЛ-000333", housing.Electricity, housing.ZoneDay, "7000"), meter(503, "ЭЛ-000333", housing.Electricity, housing.ZoneNight, "3000"),
		{ID: 504, Serial: "ГВ-000444", Service: housing.HotWater},
	}
	return rows
}

func each(rows []housing.Debt) iter.Seq2[housing.Debt, error] {
	return func(yield func(housing.Debt, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func TestGoldenRegistries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		profile  string
		encoding exporters.Encoding
	}{
		"classic-cp1251":   {"sber-debts-classic", exporters.Windows1251},
		"classic-koi8r":    {"sber-debts-classic", exporters.KOI8R},
		"classic-utf8":     {"sber-debts-classic", exporters.UTF8},
		"no-period-cp1251": {"sber-debts-no-period", exporters.Windows1251},
		"unified-2021":     {"sber-debts-2021", exporters.Windows1251},
		"14-1":             {"sber-debts-14-1", exporters.Windows1251},
		"gorod":            {"gorod-debts", exporters.Windows1251},
		"baikalsk":         {"sber-baikalsk-debts", exporters.Windows1251},
		"tula":             {"tula-debts", exporters.Windows1251},
		"mari-el":          {"mari-el-debts", exporters.Windows1251},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			profile := layout(t, c.profile)
			profile.Export.Encoding = string(c.encoding)
			var got bytes.Buffer
			control, err := registries.Write(&got, profile, registries.Options{Period: october(t)}, each(debts(t)))
			if err != nil {
				t.Fatal(err)
			}
			if control.Rows != 5 || control.Amount != 150000+234567+1-187261 {
				t.Errorf("control %d rows, %s", control.Rows, control.Amount)
			}
			compare(t, filepath.Join("testdata", "sber-debts", name+".txt"), got.Bytes())
		})
	}
}

func compare(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden) //nolint:gosec // path of the test
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("registry differs from %s (run with -update to see):\n%q\nwant\n%q", golden, got, want)
	}
}

func TestWhatDoesNotFitIsReplacedAndNoted(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	control, err := registries.Write(&file, layout(t, "sber-debts-classic"), registries.Options{}, each(debts(t)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := charmap.Windows1251.NewDecoder().String(file.String())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text, "\r\n")
	for i, line := range lines[:5] {
		if n := strings.Count(line, ";"); n != 4 {
			t.Errorf("line %d has %d delimiters, want 4: %s", i+1, n, line)
		}
	}
	if want := "АВАНСОВ №2 – «?»;г. Примерск, ул. Примерная, д. 1, кв. 3;0100000058;1025;-1872,61"; lines[4] != want {
		t.Errorf("line 5\n%s\nwant\n%s", lines[4], want)
	}
	want := []registries.Note{
		{Row: 4, Account: "0100000041", Field: "адрес", Text: "разделитель или перевод строки внутри значения заменён: «д. Опытная, дом 7»"},
		{Row: 5, Account: "0100000058", Field: "ФИО", Text: `символов нет в кодировке файла, заменены: "Ә"`},
	}
	if diff := cmp.Diff(want, control.Notes); diff != "" || control.Noted != 2 {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// TestShapeOfTheBank compares the layout with an agreed sample that only a checkout with its
// neighbours has.
func TestShapeOfTheBank(t *testing.T) {
	t.Parallel()
	name, err := registries.FileName(layout(t, "sber-debts-classic"), registries.Options{
		INN: "9900123450", Bank: "40702810800000000777", Number: 1, Period: october(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "samples", "synthetic", "sber", name)) //nolint:gosec // path of the test
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("skipped: no ../shared")
	}
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if _, err := registries.Write(&got, layout(t, "sber-debts-classic"), registries.Options{}, each(debts(t))); err != nil {
		t.Fatal(err)
	}
	want, have := bytes.Split(sample, []byte("\r\n")), bytes.Split(got.Bytes(), []byte("\r\n"))
	for i := range 2 { // the people both know
		if !bytes.Equal(want[i], have[i]) {
			t.Errorf("line %d\n%q\nwant\n%q", i+1, have[i], want[i])
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	const inn, account = "9900123450", "40702810800000000777"
	for _, c := range []struct {
		inn, account string
		number       int
		period       housing.Period
		want         string
	}{
		{inn, account, 1, october(t), "9900123450_40702810800000000777_001_1025.txt"},
		{"990012345012", account, 999, october(t), "990012345012_40702810800000000777_999_1025.txt"},
		{"990012345", account, 1, october(t), ""},
		{"99001234AB", account, 1, october(t), ""},
		{inn, "4070281080000000077", 1, october(t), ""},
		{inn, account, 0, october(t), ""},
		{inn, account, 1000, october(t), ""},
		{inn, account, 1, 0, ""},
	} {
		got, err := registries.FileName(layout(t, "sber-debts-classic"), registries.Options{
			INN: c.inn, Bank: c.account, Number: c.number, Period: c.period,
		})
		if got != c.want || (c.want == "") != errors.Is(err, registries.ErrFileName) {
			t.Errorf("FileName(%q, %q, %d, %s) = %q, %v; want %q", c.inn, c.account, c.number, c.period, got, err, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	nameless := debts(t)
	nameless[1].Account.Number = " "
	if _, err := registries.Write(&bytes.Buffer{}, layout(t, "sber-debts-classic"), registries.Options{}, each(nameless)); !errors.Is(err, registries.ErrNoAccount) {
		t.Errorf("a debt without an account: %v", err)
	}
	if _, err := registries.Write(&bytes.Buffer{}, layout(t, "sber-payments-a"), registries.Options{}, each(nil)); !errors.Is(err, registries.ErrProfile) {
		t.Errorf("a profile that only comes in: %v", err)
	}
}

// layout is a profile that is built in.
func layout(tb testing.TB, name string) *profiles.Profile {
	tb.Helper()
	builtin, err := profiles.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	at := slices.IndexFunc(builtin, func(p *profiles.Profile) bool { return p.Name == name })
	if at < 0 {
		tb.Fatalf("there is no profile %s", name)
	}
	return builtin[at]
}

func BenchmarkDebts(b *testing.B) {
	rows, profile := debts(b)[:3], layout(b, "sber-debts-classic")
	n := 0
	for b.Loop() {
		_, err := registries.Write(&bytes.Buffer{}, profile, registries.Options{}, func(yield func(housing.Debt, error) bool) {
			for i := range 100_000 {
				if !yield(rows[i%3], nil) {
					return
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		n += 100_000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
