package importers

import (
	"errors"
	"fmt"
	"strings"
)

// Catalogue is a closed list of formats. The one of Kvitok stands in the package catalogue; it is a
// plain value, passed to whoever reads files.
type Catalogue []Format

// ErrUnknownFormat says that a name stands for no format of the catalogue.
var ErrUnknownFormat = errors.New("unknown format")

// Recognise returns the one format that the sample is of. None or several is a FileError.
func (c Catalogue) Recognise(s *Sample) (Format, error) {
	var found []Format
	for _, f := range c {
		if f.Recognise(s) {
			found = append(found, f)
		}
	}
	if len(found) > 1 {
		if found = byScore(found, s); len(found) > 1 {
			if named := byName(found, s.Name); len(named) == 1 {
				return named[0], nil
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		if reason := notOurs(s); reason != "" {
			return nil, Refuse("not_our_facts", "%s", reason)
		}
		return nil, Refuse("unknown_format", "формат не распознан: %s", describe(s))
	}
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.Name()
	}
	what, todo := "файл одинаково подходит под несколько форматов", "пришлите файл под именем по договору"
	if s.Kind == KindWorkbook {
		what, todo = "в файле сразу несколько форматов", "пришлите каждый отдельным файлом"
	}
	return nil, Refuse("several_formats",
		"%s (%s); %s или укажите нужный: kvitok import --format %s", what, strings.Join(names, ", "), todo, names[0])
}

// NameFitter is a format whose files have names of a known form. The form decides only where the content fits
// several formats equally.
type NameFitter interface {
	NameFits(name string) bool
}

// Scorer is a format that says how well a sample fits it: more of its rows look right in all their cells.
type Scorer interface {
	Score(s *Sample) int
}

// byScore keeps those that the sample fits best, where all of them can say.
func byScore(formats []Format, s *Sample) []Format {
	best := 0
	fit := make([]Format, 0, len(formats))
	for _, f := range formats {
		scorer, ok := f.(Scorer)
		if !ok {
			return formats
		}
		switch score := scorer.Score(s); {
		case score > best:
			best, fit = score, append(fit[:0], f)
		case score == best:
			fit = append(fit, f)
		}
	}
	return fit
}

func byName(formats []Format, name string) []Format {
	fit := make([]Format, 0, len(formats))
	for _, f := range formats {
		if n, ok := f.(NameFitter); ok && n.NameFits(name) {
			fit = append(fit, f)
		}
	}
	return fit
}

// ByName returns the format of that name, or ErrUnknownFormat.
func (c Catalogue) ByName(name string) (Format, error) {
	for _, f := range c {
		if f.Name() == name {
			return f, nil
		}
	}
	return nil, fmt.Errorf("find format %q: %w", name, ErrUnknownFormat)
}

// Names lists the formats in order.
func (c Catalogue) Names() []string {
	names := make([]string, len(c))
	for i, f := range c {
		names[i] = f.Name()
	}
	return names
}

// describe says what was looked for and what stands there instead.
func describe(s *Sample) string {
	const looked = "искали шапку одной из таблиц (тарифы, нормативы, дома, лицевые счета, услуги, приборы учёта, " +
		"сальдо, жильцы, объёмы ОДПУ, диапазоны, сведения о домах, события по счетам и приборам, печать и доставка квитанций), строки реестров платежей, " +
		"показаний и задолженностей по профилям форматов (их список выводит kvitok formats); "
	if s.Kind == KindWorkbook {
		shown := make([]string, 0, len(s.Sheets))
		for _, name := range s.Sheets {
			if rows := s.Tables[name]; len(rows) > 0 {
				shown = append(shown, fmt.Sprintf("на листе «%s» первая строка: «%s»", name, shorten(strings.Join(rows[0], " | "))))
			}
		}
		return looked + strings.Join(shown, "; ")
	}
	if s.Kind == KindDBF {
		return "столбцы таблицы DBF не подходят ни к одному известному обмену: " + shorten(strings.Join(s.Columns, ", "))
	}
	first := ""
	if len(s.Lines) > 0 {
		first = s.Lines[0]
	}
	return looked + "первая строка файла: «" + shorten(first) + "»"
}

func shorten(text string) string {
	const limit = 120
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit]) + "…"
}
