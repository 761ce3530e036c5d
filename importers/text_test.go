package importers_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func TestSplitQuoted(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		``:                       {""},
		`a;b`:                    {"a", "b"},
		`a;`:                     {"a", ""},
		`"a;b";c`:                {"a;b", "c"},
		`"a ""b""";c`:            {`a "b"`, "c"},
		`"a"`:                    {"a"},
		`"a";`:                   {"a", ""},
		`ООО "УК;д. 1`:           {`ООО "УК`, "д. 1"},
		`"УК" Пример;д. 1`:       {`"УК" Пример`, "д. 1"},
		`"УК Пример;д. 1`:        {`"УК Пример`, "д. 1"},
		`ООО "УК";"д. ""1"`:      {`ООО "УК"`, `д. "1`},
		`"";""`:                  {"", ""},
		`"";"";`:                 {"", "", ""},
		`1;"Ромашка; УК";"2";3"`: {"1", "Ромашка; УК", "2", `3"`},
	} {
		if diff := cmp.Diff(want, importers.SplitQuoted(line, ';')); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
}

func FuzzSplitQuoted(f *testing.F) {
	f.Add(`"a;b";c`)
	f.Add(`ООО "УК;д. 1`)
	f.Fuzz(func(t *testing.T, line string) {
		cells := importers.SplitQuoted(line, ';')
		quoted := make([]string, len(cells))
		for i, c := range cells {
			quoted[i] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		if diff := cmp.Diff(cells, importers.SplitQuoted(strings.Join(quoted, ";"), ';')); diff != "" {
			t.Errorf("written and read again (-first +second):\n%s", diff)
		}
	})
}

func readLines(t *testing.T, content []byte, enc importers.Encoding) (lines []string, open bool) {
	t.Helper()
	r := importers.NewTextReader(formattest.Input("lines", content), enc)
	for {
		line, err := r.Next()
		if errors.Is(err, io.EOF) {
			return lines, r.OpenEnd()
		}
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%d:%s", line.Number, line.Text)
		if line.Problem != nil {
			text += " " + line.Problem.Code
		}
		lines = append(lines, text)
	}
}

func TestTextReader(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, content string
		enc           importers.Encoding
		want          []string
		open          bool
	}{
		{"line ends", "a\r\nb\n\r\n  \nc", importers.UTF8, []string{"1:a", "2:b", "5:c"}, true},
		{"mark", "\xef\xbb\xbfa\n", importers.UTF8BOM, []string{"1:a"}, false},
		{"end of a DOS text", "\x80\r\n\x1a", importers.CP866, []string{"1:А"}, false},
		{"undefined byte", "a\x98\n", importers.Windows1251, []string{"1:a\ufffd bad_encoding"}, false},
		{"another encoding", "\xcf\xf0\nдом\n", importers.Windows1251, []string{"1:Пр", "2:РґРѕРј bad_encoding"}, false},
		{"broken UTF-8", "дом\n\xcf\xf0\n", importers.UTF8, []string{"1:дом", "2:\ufffd bad_encoding"}, false},
		{"zero byte", "a\x00b\n", importers.UTF8, []string{"1:a\x00b bad_encoding"}, false},
	}
	for _, c := range cases {
		lines, open := readLines(t, []byte(c.content), c.enc)
		if diff := cmp.Diff(c.want, lines); diff != "" || open != c.open {
			t.Errorf("%s: open end %v (-want +got):\n%s", c.name, open, diff)
		}
	}
}
