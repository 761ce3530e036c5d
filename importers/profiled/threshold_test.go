package profiled_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/profiled"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// Whoever set the threshold of a profile must see from the refusal that it was passed, and by how much.
func TestThresholdIsTold(t *testing.T) {
	t.Parallel()
	const profile = "name: x\nversion: 1\ntitle: X\nsubject: payments\nkind: csv\ncontrol: optional\nbad_rows: 25\ncolumns:\n" +
		"  - {head: НОМЕР, field: key, required: true}\n  - {head: ЛС, field: account}\n" +
		"  - {head: СУММА, field: amount, required: true}\n  - {head: ДАТА, field: paid_on, required: true}\n"
	p, err := profiles.Parse([]byte(profile))
	if err != nil {
		t.Fatal(err)
	}
	format, err := profiled.New(p)
	if err != nil {
		t.Fatal(err)
	}
	for wrong, told := range map[int]string{
		0: "", 1: "", // below, and at it
		2: "строк с ошибками 2 из 4, а допускается не больше 25 %; первая — строка 2: ",
	} {
		text := "НОМЕР;ЛС;СУММА;ДАТА\n" + strings.Repeat("1;0001;1O,00;02.11.2026\n", wrong) + strings.Repeat("2;0001;10,00;02.11.2026\n", 4-wrong)
		_, err := format.Decode(t.Context(), formattest.Input("x.csv", []byte(text)), func(importers.Record) error { return nil })
		refused, is := errors.AsType[*importers.FileError](err)
		if is != (told != "") || is && !strings.HasPrefix(refused.Error(), told) {
			t.Errorf("%d of 4 rows are wrong: %v, want %q", wrong, err, told)
		}
	}
}
