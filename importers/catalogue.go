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
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, Refuse("unknown_format", "формат не распознан: %s", describe(s))
	}
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.Name()
	}
	return nil, Refuse("several_formats",
		"в файле сразу несколько форматов (%s); пришлите каждый отдельным файлом", strings.Join(names, ", "))
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
		"сальдо, жильцы, объёмы ОДПУ, диапазоны, сведения о домах, события по счетам и приборам), строки реестра платежей Сбербанка (13 ячеек через «;») " +
		"и строки показаний (7 ячеек через «;»); "
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
