package office

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// plural chooses the Russian form that goes with a number.
func plural(n int, one, few, many string) string {
	switch tens, units := n%100/10, n%10; {
	case tens == 1:
		return many
	case units == 1:
		return one
	case units >= 2 && units <= 4:
		return few
	}
	return many
}

// grouped writes a number with no-break spaces between thousands.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "\u00a0" + text[at:]
	}
	return text
}

// count says how many rows.
func count(n int) string {
	return grouped(n) + "\u00a0" + plural(n, "строка", "строки", "строк")
}

// size says how large a file is.
func size(n int64) string {
	const kilo = 1000
	switch {
	case n < kilo:
		return strconv.FormatInt(n, 10) + "\u00a0Б"
	case n < kilo*kilo:
		return strconv.FormatInt((n+kilo/2)/kilo, 10) + "\u00a0кБ"
	}
	tenths := (n + kilo*kilo/20) / (kilo * kilo / 10)
	return strings.Replace(fmt.Sprintf("%d.%d", tenths/10, tenths%10), ".", ",", 1) + "\u00a0МБ"
}

// hours says how long, in whole hours or minutes.
func hours(d time.Duration) string {
	if d < time.Hour {
		return minutes(d)
	}
	n := int(d.Hours())
	return strconv.Itoa(n) + "\u00a0" + plural(n, "час", "часа", "часов")
}

// minutes says how long, never less than it is.
func minutes(d time.Duration) string {
	if d <= time.Minute {
		n := max(int((d+time.Second-1)/time.Second), 1)
		return strconv.Itoa(n) + "\u00a0" + plural(n, "секунду", "секунды", "секунд")
	}
	n := int((d + time.Minute - 1) / time.Minute)
	return strconv.Itoa(n) + "\u00a0" + plural(n, "минуту", "минуты", "минут")
}

func seconds(d time.Duration) string { return strconv.Itoa(int((d + time.Second - 1) / time.Second)) }
