package housing_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

func day(t *testing.T, s string) housing.Date {
	t.Helper()
	d, err := housing.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDateRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "31.02.2026", "2026-02-31", "2026-13-01", "2026-2-1", "0000-01-01", "1899-12-31", "2200-01-01", "45321.5",
		"2026-10-01T00:00:00Z", "2026-02-29",
	} {
		if d, err := housing.ParseDate(s); !errors.Is(err, housing.ErrNotDate) {
			t.Errorf("%q: got %s, %v", s, d, err)
		}
	}
	if d := day(t, "2028-02-29"); d.Russian() != "29.02.2028" || d.Period().String() != "2028-02" || d.Day() != 29 {
		t.Errorf("leap day: %s, %s", d.Russian(), d.Period())
	}
	var zero housing.Date
	if !zero.IsZero() || zero.String() != "" || zero.Russian() != "" || !zero.Before(day(t, "1900-01-01")) {
		t.Error("no date must be empty and come first")
	}
}

func TestDateLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC)
		a := housing.DateOf(start.AddDate(0, 0, rapid.IntRange(0, 80000).Draw(t, "a")))
		n := rapid.IntRange(-10000, 10000).Draw(t, "n")
		b := a.AddDays(n)
		if a.DaysUntil(b) != n || b.Cmp(a) != sign(n) || b.After(a) != (n > 0) || b.Before(a) != (n < 0) {
			t.Fatalf("%s and %d days: %s", a, n, b)
		}
		if back, err := housing.ParseDate(a.String()); err != nil || back != a {
			t.Fatalf("%s reads back as %s", a, back)
		}
		p := a.Period()
		if p.First().After(a) || p.Last().Before(a) || p.First().DaysUntil(p.Next().First()) != p.Days() ||
			p.Next().Prev() != p {
			t.Fatalf("%s does not lie in %s", a, p)
		}
		if back, err := housing.ParsePeriod(p.String()); err != nil || back != p {
			t.Fatalf("%s reads back as %s", p, back)
		}
	})
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	p, err := housing.ParsePeriod("2026-01")
	if err != nil {
		t.Fatal(err)
	}
	if p.Russian() != "январь 2026" || p.Prev().String() != "2025-12" || p.MMYY() != "0126" || p.MMYYYY() != "012026" ||
		p.Days() != 31 || p.Last().String() != "2026-01-31" || p.Interval().To.String() != "2026-02-01" {
		t.Errorf("%s: %s, %s, %s, %s", p, p.Russian(), p.Prev(), p.MMYY(), p.Interval().To)
	}
	for _, s := range []string{"", "2026", "2026-13", "2026-1", "01.2026", "1800-01", "2026-00"} {
		if p, err := housing.ParsePeriod(s); !errors.Is(err, housing.ErrNotPeriod) {
			t.Errorf("%q: got %s, %v", s, p, err)
		}
	}
	var scanned housing.Period
	if err := scanned.Scan(time.Date(2026, 1, 17, 0, 0, 0, 0, time.UTC)); err != nil || scanned != p {
		t.Errorf("scan: %s, %v", scanned, err)
	}
	if err := scanned.Scan("x"); !errors.Is(err, housing.ErrNotPeriod) {
		t.Errorf("scan text: %v", err)
	}
}

func TestInterval(t *testing.T) {
	t.Parallel()
	october := housing.Interval{From: day(t, "2026-10-01"), To: day(t, "2026-11-01")}
	for _, c := range []struct {
		name     string
		with     housing.Interval
		overlaps bool
	}{
		{"ends where it starts", housing.Interval{From: day(t, "2026-09-01"), To: day(t, "2026-10-01")}, false},
		{"starts where it ends", housing.Interval{From: day(t, "2026-11-01")}, false},
		{"last day", housing.Interval{From: day(t, "2026-10-31")}, true},
		{"always", housing.Interval{}, true},
		{"inside", housing.Interval{From: day(t, "2026-10-05"), To: day(t, "2026-10-06")}, true},
	} {
		if october.Overlaps(c.with) != c.overlaps || c.with.Overlaps(october) != c.overlaps {
			t.Errorf("%s: want %v", c.name, c.overlaps)
		}
		cut, ok := c.with.Within(october.From.Period())
		if ok != c.overlaps || (ok && (!october.Contains(cut.From) || cut.Days() < 1 || cut.Days() > 31)) {
			t.Errorf("%s: cut to %v, %v", c.name, cut, ok)
		}
	}
	if !october.Contains(day(t, "2026-10-31")) || october.Contains(day(t, "2026-11-01")) || october.Days() != 31 {
		t.Error("an interval has its first day and not its end")
	}
}

func TestDateJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(housing.Interval{From: day(t, "2026-10-01")})
	if err != nil || string(text) != `{"from":"2026-10-01"}` {
		t.Fatalf("%s, %v", text, err)
	}
	var back housing.Interval
	if err := json.Unmarshal(text, &back); err != nil || !back.To.IsZero() {
		t.Fatalf("%v, %v", back, err)
	}
	var d housing.Date
	if err := d.Scan(time.Date(2026, 10, 1, 23, 0, 0, 0, time.UTC)); err != nil || d.String() != "2026-10-01" {
		t.Errorf("scan: %s, %v", d, err)
	}
	if err := d.Scan(5); !errors.Is(err, housing.ErrNotDate) {
		t.Errorf("scan 5: %v", err)
	}
	if v, err := (housing.Date{}).Value(); v != nil || err != nil {
		t.Errorf("no date is NULL: %v, %v", v, err)
	}
}
