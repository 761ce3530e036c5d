package protocols_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/exporters/protocols"
	"github.com/kvitok-gkh/kvitok/housing"
)

// Files that are answered by a report of their own: each names the row, the code and the reason, and how the
// file ended.
func TestReports(t *testing.T) {
	t.Parallel()
	bad := housing.Outcome{Verdict: housing.Rejected, Problems: []housing.Problem{{Row: 7, Column: "Дата", Value: "31.02", Code: "bad_date", Text: "нет такой|даты"}}}
	cells := []string{"11", "0100000017", "501"}
	for kind, c := range map[protocols.Kind]struct {
		name string
		want []string
	}{
		protocols.OneC:      {"kl_to_1c.err", []string{"0, Строка 1, Файл принят с отклонёнными строками: строк 2", "4, Строка 7, столбец «Дата»: «31.02»"}},
		protocols.Receipt:   {"60091_kl_to_1c.xml", []string{`class="60091" version="1"`, `<channel number="5" point="11" code="0100000017" status="отклонено" error="bad_date">`}},
		protocols.Sectioned: {"kl_to_1c.kvar.log", []string{"1|1.3.8|Результат загрузки|", "3||0100000017||||||||||1||1||1|строка 5: столбец «Дата»: «31.02» — нет такой даты|"}},
	} {
		if name := protocols.Name("kl_to_1c.txt", kind); name != c.name {
			t.Errorf("%s is named %s, want %s", kind, name, c.name)
		}
		var out bytes.Buffer
		shape := protocols.Shape{Kind: kind, Encoding: exporters.Windows1251, Sheets: []protocols.Sheet{{Header: []string{"1", "1.3.8", "Загрузка"}}}}
		p, err := protocols.New(&out, shape, protocols.Head{Name: "kl_to_1c.txt"})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Row("", 5, cells, bad); err != nil {
			t.Fatal(err)
		}
		if err := p.Row("", 6, []string{"12", "501"}, housing.Outcome{Verdict: housing.Accepted}); err != nil {
			t.Fatal(err)
		}
		if err := p.Close(protocols.Summary{Status: housing.FilePartly, Counts: housing.Counts{Rows: 2, Accepted: 1, Rejected: 1}}); err != nil {
			t.Fatal(err)
		}
		text, err := charmap.Windows1251.NewDecoder().String(out.String())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", kind, want, text)
			}
		}
	}
}

// A sender who writes type and version twice is answered so, and reads his own number of rows.
func TestSectionedHeadTwice(t *testing.T) {
	t.Parallel()
	header := strings.Split("1|1.3.8|1|1.3.8|Загрузка|ООО УК ПРОБА||9900123450|990001001|15|01.10.2026|+70000000000|Отправитель О.О.|01.09.2026|6|", "|")
	var out bytes.Buffer
	p, err := protocols.New(&out, protocols.Shape{
		Kind: protocols.Sectioned, Encoding: exporters.UTF8, Sheets: []protocols.Sheet{{Header: header}},
	}, protocols.Head{Name: "load.txt"})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(protocols.Summary{Status: housing.FileAccepted, Counts: housing.Counts{Rows: 5, Accepted: 5}}); err != nil {
		t.Fatal(err)
	}
	const want = "1|1.3.8|1|1.3.8|Результат загрузки|ООО УК ПРОБА||9900123450|990001001|15|01.10.2026|+70000000000|Отправитель О.О.|6|5|0|0|\r\n"
	if got := out.String(); !strings.HasPrefix(got, want) {
		t.Errorf("head of the log:\n%s\nwant\n%s", got, want)
	}
}
