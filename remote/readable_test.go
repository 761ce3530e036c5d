package remote_test

import (
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/remote"
)

func TestReadable(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Реестр начислений за октябрь №7.csv", "платежи_1026.txt", "РЕЕСТР.DBF", "Отсутствие.csv"} {
		for what, table := range map[string]*charmap.Charmap{"windows-1251": charmap.Windows1251, "cp866": charmap.CodePage866} {
			if what == "cp866" && name == "РЕЕСТР.DBF" {
				continue // capitals of cp866 are letters of windows-1251 as well
			}
			raw, err := table.NewEncoder().String(name)
			if err != nil {
				continue // № has no place in some
			}
			if got := remote.Readable(raw); got != name {
				t.Errorf("%s: %q, want %q", what, got, name)
			}
		}
		if got := remote.Readable(name); got != name {
			t.Errorf("UTF-8: %q, want %q", got, name)
		}
	}
}
