package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

// askueDay is a message on one day of October: every half-hour the same value.
func askueDay(day, number int, value string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<message class="80020" version="2" number="%d"><datetime><daylightsavingtime>0</daylightsavingtime>`+
		`<day>202610%02d</day></datetime><sender><inn>7701234567</inn></sender><area>`+
		`<measuringpoint code="p-1" name="ввод"><measuringchannel code="01">`, number, day)
	for i := range 48 {
		end := (i + 1) % 48
		fmt.Fprintf(&b, `<period start="%02d%02d" end="%02d%02d"><value status="0">%s</value></period>`, i/2, i%2*30, end/2, end%2*30, value)
	}
	return b.String() + "</measuringchannel></measuringpoint></area></message>"
}

// Half-hours of a month become the volume of the house meter at the point, whichever is known first.
func TestASKUEMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.fill(t)
	w.receive(t)
	house := one[string](t, w.store, "SELECT address FROM houses ORDER BY id LIMIT 1")
	for day := 1; day <= 31; day++ {
		got := w.take(t, town.Supplier, fmt.Sprintf("80020_7701234567_202610%02d_1_AIIS.xml", day), askueDay(day, 1, "0.5"))
		if got.Counts != (housing.Counts{Rows: 1, Accepted: 1}) {
			t.Fatalf("day %d ended as %+v: %v", day, got.Counts, got.Problems)
		}
	}
	volume := "SELECT COALESCE(max(volume), 0)::text FROM house_volumes WHERE serial = 'ОД-77' AND period = '2026-10-01'"
	if v := one[string](t, w.store, volume); v != "0" {
		t.Errorf("a volume of %s before the meter is known", v)
	}
	table := "Адрес дома;Ресурс;Заводской номер ОДПУ;Код точки учёта\r\n" + house + ";Электроснабжение;ОД-77;p-1\r\n"
	text, err := charmap.Windows1251.NewEncoder().String(table)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.take(t, town.Office, "odpu.csv", text); got.Counts.Accepted != 1 {
		t.Fatalf("the meter ended as %+v: %v", got.Counts, got.Problems)
	}
	if v := one[string](t, w.store, volume); v != "744" {
		t.Errorf("a volume of %s, want 31 days of 24", v)
	}
	for _, c := range []struct{ content, ended, volume string }{
		{askueDay(5, 1, "7"), "0 accepted, 1 rejected", "744"}, // the same number, other values
		{askueDay(5, 3, "1"), "1 accepted, 0 rejected", "768"}, // a later number
		{askueDay(5, 2, "9"), "0 accepted, 0 rejected", "768"}, // an earlier one that comes late
	} {
		got := w.take(t, town.Supplier, "80020_7701234567_20261005_x.xml", c.content)
		ended := fmt.Sprintf("%d accepted, %d rejected", got.Counts.Accepted, got.Counts.Rejected)
		if v := one[string](t, w.store, volume); ended != c.ended || v != c.volume {
			t.Errorf("%s, a volume of %s; want %s, %s", ended, v, c.ended, c.volume)
		}
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM outgoing WHERE name LIKE '60091_7701234567_202610%.xml'"); n != 34 {
		t.Errorf("%d receipts, want 34", n)
	}
}
