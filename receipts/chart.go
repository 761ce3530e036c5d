package receipts

import (
	"math/big"

	"github.com/kvitok-gkh/kvitok/housing"
)

// chart is the months of one quantity as bars.
type chart struct {
	title string
	last  string // the value of the last month, with its unit
	bars  []bar
}

type bar struct {
	period housing.Period
	height float64 // of the highest bar, at least 0
	exact  bool    // metered; else drawn hollow
}

const (
	chartMonths = 12
	chartGap    = 12.0
	chartHeight = 36.0
	perRow      = 4
)

// charts show a year at a glance: what was charged, and the use of each meter.
func (l *layout) charts() error {
	all := make([]chart, 0, 1+len(l.doc.Meters))
	if c := moneyChart(l.doc.Months); len(c.bars) > 1 {
		all = append(all, c)
	}
	for i := range l.doc.Meters {
		if c := useChart(&l.doc.Meters[i]); len(c.bars) > 1 {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return nil
	}
	l.title("Начисления и потребление по месяцам", chartHeight)
	n := min(len(all), perRow)
	width := (inner - float64(n-1)*chartGap) / float64(n)
	for first := 0; first < len(all); first += n {
		l.room(chartHeight)
		for i := first; i < min(first+n, len(all)); i++ {
			l.c.figure(all[i].words(), func() { l.chart(all[i], left+float64(i-first)*(width+chartGap), width) })
		}
		l.y += chartHeight
	}
	return nil
}

func moneyChart(months []housing.MonthSum) chart {
	c := chart{title: "Начислено, руб."}
	var most housing.Money
	for _, m := range months {
		most = max(most, m.Amount)
	}
	for _, m := range months {
		b := bar{period: m.Period, exact: true}
		if most > 0 {
			b.height = max(0, float64(m.Amount)/float64(most))
		}
		c.bars = append(c.bars, b)
		c.last = minus(m.Amount.Russian())
	}
	return c
}

func useChart(m *housing.DocumentMeter) chart {
	c := chart{title: m.Service.Russian()}
	if zone := m.Zone.Russian(); zone != "" {
		c.title += " (" + zone + ")"
	}
	c.title += ", № " + m.Serial
	most := housing.Decimal{}
	for _, v := range m.Use {
		if v.Volume.Cmp(most) > 0 {
			most = v.Volume
		}
	}
	for _, v := range m.Use {
		b := bar{period: v.Period, exact: v.Metered}
		if !most.IsZero() && v.Volume.Sign() > 0 {
			b.height, _ = new(big.Rat).Quo(v.Volume.Ratio().Rat(), most.Ratio().Rat()).Float64()
		}
		c.bars = append(c.bars, b)
		c.last = v.Volume.Trim().Russian() + " " + m.Service.Unit()
	}
	return c
}

// chart draws the title, the bars up to the newest month, and the first and last month below them.
func (l *layout) chart(c chart, x, width float64) {
	const head, foot = 9.0, 8.0
	const most = chartHeight - head - foot - 4
	f := l.c.fonts
	lastWidth := f.bold.width(c.last, sizeNote)
	l.c.text(x, l.y+head-3, f.regular, sizeNote, f.regular.cut(c.title, sizeNote, width-lastWidth-4))
	l.c.textRight(x+width, l.y+head-3, f.bold, sizeNote, c.last)
	floor := l.y + head + most
	step := width / chartMonths
	first := c.bars[len(c.bars)-1].period - (chartMonths - 1)
	for i, b := range c.bars {
		at := x + float64(b.period-first)*step
		if b.period < first {
			continue
		}
		height := max(0.3, b.height*most)
		switch {
		case i == len(c.bars)-1:
			l.c.shade(at+0.8, floor-height, step-1.6, height, 0.15)
		case b.exact:
			l.c.shade(at+0.8, floor-height, step-1.6, height, 0.65)
		default: // an average or a norm: hollow
			l.c.frame(at+0.8, floor-height, step-1.6, height, thin)
		}
	}
	l.c.line(x, floor, x+width, floor)
	begin := max(first, c.bars[0].period)
	l.c.text(x+float64(begin-first)*step, floor+foot-1, f.regular, sizeNote, monthShort(begin))
	l.c.textRight(x+width, floor+foot-1, f.regular, sizeNote, monthShort(c.bars[len(c.bars)-1].period))
}

// words say what the bars show to whoever does not see them.
func (c *chart) words() string {
	last := c.bars[len(c.bars)-1].period
	return "Столбцы по месяцам, " + c.title + ": с " + monthShort(max(last-(chartMonths-1), c.bars[0].period)) + " по " + monthShort(last) +
		", в последнем месяце " + c.last
}

func monthShort(p housing.Period) string {
	return []string{"янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"}[p.Month()-1] +
		" " + p.First().Russian()[len("01.10.20"):]
}
