package protocols

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
)

// sectioned answers a sectioned load by its log: the header of the load as «Результат загрузки», the
// meaning of the codes, then a row for each account of the load with its keys, the worst code of its rows
// and the reasons; rows that belong to no account follow under an empty one.
type sectioned struct {
	out     *bufio.Writer
	encoder *exporters.Encoder
	header  []string
	order   []string
	by      map[string]*loaded
	codes   map[string]string // account by code of a meter
}

// loaded is how the rows of one account ended.
type loaded struct {
	person  [4]string // Ф, И, О, ДР
	code    int
	reasons []string
}

const (
	loadDone      = 0
	loadSyntax    = 1
	loadSemantics = 2
	maxReasons    = 20 // of one account
)

func newSectioned(w io.Writer, shape Shape) (*sectioned, error) {
	if shape.Encoding == "" {
		shape.Encoding = exporters.Windows1251
	}
	encoder, err := exporters.NewEncoder(shape.Encoding)
	if err != nil {
		return nil, fmt.Errorf("start a log: %w", err)
	}
	s := &sectioned{out: bufio.NewWriter(w), encoder: encoder, by: map[string]*loaded{}, codes: map[string]string{}}
	if len(shape.Sheets) > 0 {
		s.header = shape.Sheets[0].Header
	}
	return s, nil
}

// accountOf names the account that a row is about.
func (s *sectioned) accountOf(cells []string) string {
	get := func(place int) string {
		if place >= len(cells) {
			return ""
		}
		return cells[place]
	}
	switch get(0) {
	case "4":
		return get(3)
	case "11":
		s.codes[get(2)] = get(1)
		return get(1)
	case "12":
		return s.codes[get(1)]
	case "6", "15", "22", "25", "27", "28":
		return get(1)
	}
	return ""
}

func (s *sectioned) row(_ string, row int, cells []string, outcome housing.Outcome) error {
	number := s.accountOf(cells)
	if number == "" && outcome.Verdict != housing.Rejected {
		return nil
	}
	at := s.by[number]
	if at == nil {
		at = &loaded{}
		s.by[number] = at
		s.order = append(s.order, number)
	}
	if len(cells) > 8 && cells[0] == "4" {
		copy(at.person[:], cells[5:9])
	}
	for _, p := range outcome.Problems {
		if p.IsError() {
			at.code = max(at.code, loadCode(p.Code))
		}
		if len(at.reasons) < maxReasons {
			at.reasons = append(at.reasons, "строка "+strconv.Itoa(row)+": "+p.Russian())
		}
	}
	if outcome.Verdict == housing.Rejected && at.code == loadDone {
		at.code = loadSemantics
	}
	return nil
}

// loadCode tells what is wrong with the form of a row from what its form cannot show.
func loadCode(code string) int {
	switch code {
	case "wrong_cell_count", "empty", "too_long", "not_whole", "not_positive", "negative", "exponent", "mixed_letters",
		"space_in_key", "unknown_section", "unknown_version", "no_header", "formula_error", "too_large":
		return loadSyntax
	}
	if strings.HasPrefix(code, "bad_") {
		return loadSyntax
	}
	return loadSemantics
}

func (s *sectioned) close(sum Summary) error {
	if _, err := s.out.WriteString(s.encoder.Mark()); err != nil {
		return fmt.Errorf("write a log: %w", err)
	}
	lines := [][]string{
		s.head(sum), {"2", "0", "Загружено без ошибок", ""}, {"2", "1", "Синтаксическая ошибка", ""}, {"2", "2", "Семантическая ошибка", ""},
	}
	for _, note := range slices.Backward(sum.Notes) {
		s.ofFile(strings.ToLower(note.Name) + ": " + note.Value)
	}
	if sum.Reason != "" {
		at := s.ofFile("файл отклонён: " + sum.Reason)
		at.code = max(at.code, loadCode(sum.Code))
	}
	for _, number := range s.order {
		lines = append(lines, s.by[number].line(number))
	}
	for _, cells := range lines {
		text := strings.NewReplacer("\r", " ", "\n", " ").Replace(strings.Join(cells, "|"))
		encoded, _ := s.encoder.Append(nil, text+lineEnd)
		if _, err := s.out.Write(encoded); err != nil {
			return fmt.Errorf("write a log: %w", err)
		}
	}
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("finish a log: %w", err)
	}
	return nil
}

// ofFile puts a reason that is of no account before all others.
func (s *sectioned) ofFile(reason string) *loaded {
	at := s.by[""]
	if at == nil {
		at = &loaded{}
		s.by[""] = at
		s.order = slices.Insert(s.order, 0, "")
	}
	at.reasons = slices.Insert(at.reasons, 0, reason)
	return at
}

// head echoes the header of the load, with type and version twice where the sender writes them so; behind the sender stand the rows of the load and how many were
// accepted, left as they were and rejected.
func (s *sectioned) head(sum Summary) []string {
	twice := 0
	if len(s.header) > 3 && s.header[2] == s.header[0] && s.header[3] == s.header[1] {
		twice = 2
	}
	sender := 11 + twice
	cells := make([]string, sender, sender+5)
	copy(cells, s.header[:min(sender, len(s.header))])
	cells[0] = "1"
	cells[2+twice] = "Результат загрузки"
	count := strconv.Itoa(sum.Counts.Rows)
	if len(s.header) > 12+twice {
		count = s.header[12+twice]
	}
	return append(cells, count, strconv.Itoa(sum.Counts.Accepted), strconv.Itoa(sum.Counts.Unchanged), strconv.Itoa(sum.Counts.Rejected), "")
}

// line is the row of an account: keys, then at fixed places its type, the code and the answer.
func (l *loaded) line(number string) []string {
	text := "Загружен"
	if len(l.reasons) > 0 {
		text = strings.ReplaceAll(strings.Join(l.reasons, "; "), "|", " ")
	}
	return []string{
		"3", "", number, "", "", l.person[0], l.person[1], l.person[2], l.person[3], "", "", "", "1", "", "1", "", strconv.Itoa(l.code), text, "",
	}
}

func (s *sectioned) abort() error { return nil }
