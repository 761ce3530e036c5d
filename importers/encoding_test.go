package importers_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func TestDetectEncoding(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"row of a registry": "ТЕСТОВ ИВАН ПЕТРОВИЧ;г. Примерск, ул. Примерная, д. 1, кв. 1;0100000017;1500,00",
		"capitals only":     "ОБРАЗЦОВА ЁЛКА ИЛЬИНИЧНА;ПРИМЕРСК;СОВЕТСКАЯ УЛИЦА",
		"small letters":     "лицевой счёт;услуга;месяц;сальдо",
		"one word":          "Отопление",
		"rare letters":      "Щукин Эдуард Фёдорович, ш. Объездное",
		"quotes and signs":  "ООО «Ромашка», дом № 5",
		"frames of a table": "Адрес — г. Примерск",
	}
	for name, text := range texts {
		for _, enc := range []importers.Encoding{
			importers.UTF8, importers.UTF8BOM, importers.Windows1251, importers.CP866, importers.KOI8R,
		} {
			content, ok := formattest.Encode(text, enc)
			if !ok {
				continue
			}
			if got, ok := importers.DetectEncoding(content); got != enc || !ok {
				t.Errorf("%s in %s is taken for %s, %v", name, enc, got, ok)
			}
		}
	}
}

func TestDetectEncodingAtTheEdge(t *testing.T) {
	t.Parallel()
	if enc, ok := importers.DetectEncoding([]byte("1;2;3\r\n")); enc != importers.Windows1251 || !ok {
		t.Errorf("plain ASCII: %s, %v", enc, ok)
	}
	text := strings.Repeat("Примерск ", 20)
	if enc, _ := importers.DetectEncoding([]byte(text[:len(text)-2])); enc != importers.UTF8 {
		t.Errorf("a sample cut within a character: %s", enc)
	}
	if enc, _ := importers.DetectEncoding([]byte(text + "\xff" + text)); enc != importers.UTF8 {
		t.Errorf("one broken byte: %s", enc)
	}
	if _, ok := importers.DetectEncoding([]byte("\x80\x81\x98\x8d\x8f\xb4\xff\xbf\xb5\xac")); ok {
		t.Error("noise passes for a text")
	}
}

func FuzzDetectEncoding(f *testing.F) {
	f.Add([]byte("Отопление"))
	f.Add([]byte("\xd0"))
	f.Fuzz(func(_ *testing.T, content []byte) { importers.DetectEncoding(content) })
}
