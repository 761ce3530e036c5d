package workbook

import (
	"fmt"
	"sort"

	"github.com/xuri/excelize/v2"
)

// The kinds of charts.
const (
	Columns = iota // side by side
	Stacked        // on top of each other
	Bars           // lying, stacked, where names are long
)

// Chart is a chart of cells that are already written.
type Chart struct {
	Kind   int
	Title  string
	At     string // upper left corner
	Width  int    // pixels
	Height int
	Names  string // range of the names of groups, on the same sheet: "$A$7:$A$18"
	Series []Series
	Format string // of the numbers on the axis; kopecks of money are left out there
	Unit   string // title of that axis
}

// Series is one row of numbers of a chart.
type Series struct {
	Name   string // cell of its name: "$B$6"
	Values string // range
	Colour string
	Line   bool // drawn as a line over the columns
}

// Chart draws a chart over the sheet. It must come before Finish.
func (s *Sheet) Chart(c Chart) error {
	kind := map[int]excelize.ChartType{Columns: excelize.Col, Stacked: excelize.ColStacked, Bars: excelize.BarStacked}[c.Kind]
	var lines []excelize.ChartSeries
	gap := uint(60)    // between groups, in percent of a column
	oneColour := false // of a series
	legend := "bottom"
	if len(c.Series) == 1 {
		legend = "none"
	}
	chart := &excelize.Chart{
		Type: kind, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: c.Title}}},
		Dimension: excelize.ChartDimension{Width: uint(c.Width), Height: uint(c.Height)},
		Legend:    excelize.ChartLegend{Position: legend},
		XAxis:     excelize.ChartAxis{ReverseOrder: c.Kind == Bars, Font: axisFont(), TickLabelPosition: excelize.ChartTickLabelLow},
		YAxis: excelize.ChartAxis{
			MajorGridLines: true, Font: axisFont(), NumFmt: excelize.ChartNumFmt{CustomNumFmt: axisFormat(c.Format)},
			Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: c.Unit}}},
		},
		ShowBlanksAs: "zero", GapWidth: &gap, VaryColors: &oneColour,
	}
	at := func(cells string) string { return Quote(s.Name) + "!" + cells }
	for _, series := range c.Series {
		one := excelize.ChartSeries{
			Name: at(series.Name), Categories: at(c.Names), Values: at(series.Values),
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{series.Colour}},
		}
		if !series.Line {
			chart.Series = append(chart.Series, one)
			continue
		}
		one.Line = excelize.LineOptions{Width: 2.25, Fill: one.Fill}
		one.Marker = excelize.ChartMarker{Symbol: "circle", Size: 6, Fill: one.Fill}
		lines = append(lines, one)
	}
	var combined []*excelize.Chart
	if len(lines) > 0 {
		combined = append(combined, &excelize.Chart{Type: excelize.Line, Series: lines, XAxis: chart.XAxis, YAxis: chart.YAxis})
	}
	if err := s.book.file.AddChart(s.Name, c.At, chart, combined...); err != nil {
		return fmt.Errorf("draw a chart on sheet %q: %w", s.Name, err)
	}
	// excelize lists the types of pictures in the order of a map; equal content must give equal bytes
	defaults := s.book.file.ContentTypes.Defaults
	sort.Slice(defaults, func(i, j int) bool { return defaults[i].Extension < defaults[j].Extension })
	return nil
}

func axisFormat(cells string) string {
	if cells == MoneyFormat {
		return "#,##0"
	}
	return cells
}

// axisFont is dark enough for print: the usual grey of axes is not.
func axisFont() excelize.Font { return excelize.Font{Family: fontFamily, Size: 9, Color: "404040"} }
