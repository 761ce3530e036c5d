package readings

import (
	"context"
	"encoding/xml"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewASKUE returns the format "askue-80020-xml", the half-hours of an automatic metering system (АСКУЭ,
// АИИС КУЭ), a message of one day; class 80040 has the same shape. windows-1251 or another encoding, the
// declaration may be absent; also alone in a zip.
//
//	message class="80020" version="2" number="N"
//	  datetime        timestamp yyyymmddhhmmss, daylightsavingtime 0|1|2, day yyyymmdd
//	  sender          inn, name
//	  area            inn, name
//	    measuringpoint code name
//	      measuringchannel code desc      01, 02 active in and out, 03, 04 reactive
//	        period start="0000" end="0030"
//	          value status="0"            status 1: not commercial, may be empty
//
// A record is a channel; its number is that of the channel in the file. A day has 48 half-hours without a
// gap, on a day of clock change (daylightsavingtime 2) 46 or 50. The name of the file,
// 80020_ИНН_YYYYMMDD_N[_AIIS].xml, gives the system; where it contradicts the content, the content
// stands. A later number replaces the values of the day. Source: public readers of the format and files
// seen; the codes of status and clock change are partly general knowledge.
func NewASKUE() importers.Format { return askue{} }

type askue struct{}

// Name returns the name of the format.
func (askue) Name() string { return "askue-80020-xml" }

// Subject returns the folder of the format.
func (askue) Subject() string { return "readings" }

// About says what the format is.
func (askue) About() importers.About {
	return importers.About{Kind: "xml", Title: "АСКУЭ: получасовые значения точек учёта, 80020 и 80040"}
}

// Recognise wants a message of the class.
func (askue) Recognise(s *importers.Sample) bool {
	return s.Kind == importers.KindXML && (s.Root == "message 80020" || s.Root == "message 80040")
}

// Decode reads the message.
func (askue) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	m := message{ctx: ctx, in: in, yield: yield, system: systemOf(in.Name)}
	result, err := importers.EachXML(in, m.start, m.end)
	if result.Shape.Kind != "" {
		result.Shape.Kind = importers.KindReceipt
	}
	result.Control.Rows = m.rows
	if err == nil && m.rows == 0 {
		err = importers.Refuse("empty_table", "в сообщении нет ни одного канала учёта; проверьте, что файл передан полностью")
	}
	return result, err
}

// systemOf reads the system from the name of the file, "" where it is not named so.
func systemOf(name string) string {
	parts := strings.Split(strings.TrimSuffix(name, path.Ext(name)), "_")
	if len(parts) < 5 {
		return ""
	}
	return parts[4]
}

// message is what is known of the file so far.
type message struct {
	ctx    context.Context //nolint:containedctx // of one Decode
	in     importers.Input
	yield  func(importers.Record) error
	system string
	rows   int

	number    int
	sender    string
	day       housing.Date
	change    bool // the clocks change
	point     string
	pointName string
	channel   *channel
}

// channel is the one being read.
type channel struct {
	code     string
	change   bool // the clocks change: an hour comes twice or not at all
	next     int  // minute at which the next period must start
	periods  int
	doubtful int
	missing  int
	sum      housing.Decimal
	status   string
	at       string // the half-hour being read, as the sender names it
	first    string // the first doubtful one
	unknown  string // a status that the format does not know
	problems []housing.Problem
}

const (
	halfHour       = 30
	minutesOfDay   = 24 * 60
	mostOfProblems = 5 // of one channel
)

func (m *message) start(path []string, e xml.StartElement) error {
	switch path[len(path)-1] {
	case "message":
		number, err := strconv.Atoi(importers.XMLAttribute(e, "number"))
		if len(path) != 1 || err != nil || number < 0 {
			return importers.Refuse("bad_number", "номер сообщения «%s» не читается", importers.XMLAttribute(e, "number"))
		}
		m.number = number
	case "measuringpoint":
		m.point, m.pointName = importers.XMLAttribute(e, "code"), importers.XMLAttribute(e, "name")
	case "measuringchannel":
		if m.channel != nil {
			return importers.Refuse("damaged_xml", "канал учёта внутри другого канала")
		}
		m.channel = &channel{code: importers.XMLAttribute(e, "code"), change: m.change}
	case "period":
		if m.channel != nil {
			m.channel.period(importers.XMLAttribute(e, "start"), importers.XMLAttribute(e, "end"))
		}
	case "value":
		if m.channel != nil {
			m.channel.status = importers.XMLAttribute(e, "status")
		}
	}
	return nil
}

func (m *message) end(path []string, text string) error {
	parent := ""
	if len(path) > 1 {
		parent = path[len(path)-2]
	}
	switch path[len(path)-1] {
	case "day":
		return m.readDay(text)
	case "daylightsavingtime":
		m.change = text == "2"
	case "inn":
		if parent == "sender" || parent == "area" && m.sender == "" {
			m.sender = text
		}
	case "value":
		if m.channel != nil && parent == "period" {
			m.channel.value(text)
		}
	case "measuringchannel":
		return m.close()
	}
	return nil
}

func (m *message) readDay(text string) error {
	day, err := importers.ReadCompactDate(importers.Cell{Text: text})
	if err != nil || day.IsZero() {
		return importers.Refuse("bad_date", "день сообщения «%s» не читается; ожидается дата вида ГГГГММДД", text)
	}
	m.day = day
	return nil
}

// period proves that a period begins where the one before it has ended.
func (c *channel) period(start, end string) {
	c.at = start + "–" + end
	from, okFrom := minuteOf(start)
	to, okTo := minuteOf(end)
	if to == 0 {
		to = minutesOfDay
	}
	switch {
	case !okFrom || !okTo:
		c.fail("bad_period", "получас", c.at, "время получаса не читается", "ЧЧММ")
	case to-from != halfHour:
		c.fail("bad_period", "получас", c.at, "это не получас", "")
	case from != c.next && !c.change:
		c.fail("gap", "получас", c.at, "получас не продолжает предыдущий: пропуск, повтор или другой порядок", "")
	}
	c.periods++
	c.next = to
}

// minuteOf reads HHMM.
func minuteOf(text string) (minute int, ok bool) {
	if len(text) != 4 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	hours, _ := strconv.Atoi(text[:2])
	minutes, _ := strconv.Atoi(text[2:])
	return hours*60 + minutes, hours < 24 && minutes < 60 || text == "2400"
}

func (c *channel) value(text string) {
	switch c.status {
	case "", "0":
	case "1":
		c.doubt()
	default:
		c.doubt()
		if c.unknown == "" {
			c.unknown = c.status
		}
	}
	if text == "" {
		if c.status == "" || c.status == "0" {
			c.fail("empty", "value", "", "получас "+c.at+": нет значения, а оно отмечено достоверным", "")
		}
		c.missing++
		return
	}
	v, err := importers.ReadNotNegative(importers.Cell{Text: text})
	if err == nil {
		v, err = c.sum.Add(v)
	}
	if err != nil {
		c.fail("bad_number", "value", text, "получас "+c.at+": "+err.Error(), "число с точкой, например 12.5")
		return
	}
	c.sum = v
}

// doubt counts a value that is not commercial; a status that nobody knows is taken for one.
func (c *channel) doubt() {
	if c.doubtful == 0 {
		c.first = c.at
	}
	c.doubtful++
}

func (c *channel) fail(code, column, value, text, expected string) {
	if len(c.problems) < mostOfProblems {
		c.problems = append(c.problems, housing.Problem{
			Column: column, Value: value, Code: code, Text: text, Expected: expected, Severity: housing.SeverityError,
		})
	}
}

// close yields the channel that has been read.
func (m *message) close() error {
	c := m.channel
	m.channel = nil
	m.rows++
	if m.rows&1023 == 0 && m.ctx.Err() != nil {
		return fmt.Errorf("read channel %d: %w", m.rows, m.ctx.Err())
	}
	if m.day.IsZero() {
		return importers.Refuse("bad_date", "в сообщении не указан день (datetime/day)")
	}
	rec := importers.Record{Row: m.rows, Cells: []string{m.point, c.code, m.day.Russian(), c.sum.String()}}
	m.check(c)
	rec.Problems = c.problems
	for i := range rec.Problems {
		rec.Problems[i].Row = m.rows
	}
	if !rec.Rejected() {
		rec.Fact = housing.PointDay{
			Sender: m.sender, System: m.system, Point: m.point, PointName: m.pointName, Channel: c.code, Day: m.day,
			Number: m.number, Volume: c.sum.Trim(), Periods: c.periods - c.missing, Doubtful: c.doubtful, Missing: c.missing,
			Source: importers.SourceOf(m.in, m.rows),
		}
	}
	return m.yield(rec)
}

// check proves what no period can show alone.
func (m *message) check(c *channel) {
	if m.point == "" {
		c.fail("no_point", "measuringpoint", "", "не указан код точки учёта", "")
	}
	if c.code == "" {
		c.fail("no_channel", "measuringchannel", "", "не указан код канала", "")
	}
	whole := c.periods == minutesOfDay/halfHour
	if m.change {
		whole = whole || c.periods == 46 || c.periods == 50
	}
	if !whole {
		c.fail("wrong_periods", "period", strconv.Itoa(c.periods), "получасов в сутках не 48", "48 получасов, в сутки перевода часов 46 или 50")
	}
	if c.doubtful > 0 && len(c.problems) == 0 {
		text := fmt.Sprintf("получасов с некоммерческими данными: %d, первый %s, из них без значения: %d", c.doubtful, c.first, c.missing)
		if c.unknown != "" {
			text += "; код «" + c.unknown + "» не известен (0 — коммерческие данные, 1 — некоммерческие) и принят за 1"
		}
		c.problems = append(c.problems, housing.Problem{Column: "status", Code: "not_commercial", Severity: housing.SeverityWarning, Text: text})
	}
}
