package statements

import (
	"context"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewOneC returns the format "1c-client-bank", 1CClientBankExchange 1.03 («kl_to_1c»), from a bank to
// its client. The first line is the literal 1CClientBankExchange, then lines Ключ=Значение, cut at the
// first "="; blank lines are legal, unknown keys are passed over. Dates dd.mm.yyyy, decimal point.
// Кодировка is the sender's word only: the text is read in the encoding that it is in.
//
//	header                ВерсияФормата, Кодировка, Отправитель, ДатаНачала, ДатаКонца, РасчСчет (repeats) …
//	СекцияРасчСчет        ДатаНачала*, ДатаКонца, РасчСчет*, НачальныйОстаток*, ВсегоПоступило,
//	  … КонецРасчСчет     ВсегоСписано, КонечныйОстаток
//	СекцияДокумент=вид    Номер*, Дата*, Сумма*, ДатаСписано, ДатаПоступило, НазначениеПлатежа (1–6),
//	  … КонецДокумента    and for both Плательщик and Получатель: …Счет*, …РасчСчет, …, …1–4, …ИНН, …БИК
//	КонецФайла
//
// A star marks what must be there. A record is a section; its cells are its lines. The statement is
// refused as a whole where КонецФайла is missing, where НачальныйОстаток + ВсегоПоступило −
// ВсегоСписано is not КонечныйОстаток, where the documents do not add up to the totals in each
// direction, where the balances of successive sections of an account do not meet, or where a section
// cannot be read. The direction of a document is the side on which an account of the statement stands.
// Source: the standard published by 1C (v8.1c.ru/edi/edi_stnd/100/101.htm).
func NewOneC() importers.Format { return oneC{} }

type oneC struct{}

const signature = "1CClientBankExchange"

// Name returns the name of the format.
func (oneC) Name() string { return "1c-client-bank" }

// Subject returns the folder of the format.
func (oneC) Subject() string { return "statements" }

// About says what the format is.
func (oneC) About() importers.About {
	return importers.About{Kind: "text", Title: "Выписка банка, обмен с 1С (1CClientBankExchange, kl_to_1c.txt)"}
}

// Recognise wants the literal that begins the file.
func (oneC) Recognise(s *importers.Sample) bool {
	return s.Kind == importers.KindText && len(s.Lines) > 0 && strings.TrimSpace(s.Lines[0]) == signature
}

// Decode reads the sections and proves the totals.
func (oneC) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	d := decoder{in: in, control: newControl(), yield: yield}
	result, err := importers.EachLine(ctx, in, d.line)
	result.Shape.Kind = importers.KindOneC
	result.Control.Rows = d.rows
	// The last line is КонецФайла: whether it has an end of its own says nothing.
	result.Notes = nil
	if err != nil {
		return result, err
	}
	switch {
	case !d.begun:
		return result, importers.Refuse("not_1c", "первая строка не «%s»: это не файл обмена с банком", signature)
	case !d.ended:
		return result, importers.Refuse("no_end", "нет строки «КонецФайла»: файл передан не полностью; выписка не загружается")
	}
	if refused := d.control.verdict(); refused != nil {
		return result, refused
	}
	return result, nil
}

// decoder walks the lines of the file.
type decoder struct {
	in      importers.Input
	yield   func(importers.Record) error
	control *control
	begun   bool
	ended   bool
	section *section // being read
	rows    int
}

// field is one line Ключ=Значение.
type field struct {
	key, value string
	line       int
}

// section is what stands between its first line and its last.
type section struct {
	kind   string // "" for an account, else the kind of document
	row    int
	fields []field
	lines  []string
	wrong  *housing.Problem // a line that cannot be read
}

const (
	sectionLines = 300
	accountOpen  = "СекцияРасчСчет"
	accountClose = "КонецРасчСчет"
	documentOpen = "СекцияДокумент"
	documentEnd  = "КонецДокумента"
	fileEnd      = "КонецФайла"
)

func (d *decoder) line(l importers.Line) error {
	text := strings.TrimSpace(l.Text)
	if !d.begun {
		if text != signature {
			return importers.Refuse("not_1c", "первая строка не «%s»: это не файл обмена с банком", signature)
		}
		d.begun = true
		return nil
	}
	if d.ended {
		return importers.Refuse("after_end", "после «КонецФайла» стоит строка %d: файл склеен из нескольких или испорчен", l.Number)
	}
	key, value, _ := strings.Cut(text, "=")
	switch key {
	case accountOpen, documentOpen:
		return d.open(l, key, value)
	case accountClose, documentEnd, fileEnd:
		return d.close(l, key)
	}
	if d.section == nil {
		return d.header(l, key, value)
	}
	return d.section.add(l, key, value)
}

func (d *decoder) open(l importers.Line, key, value string) error {
	if d.section != nil {
		return importers.Refuse("bad_section", "строка %d: «%s» внутри раздела, начатого в строке %d", l.Number, key, d.section.row)
	}
	d.section = &section{row: l.Number, lines: []string{l.Text}}
	if key == documentOpen {
		d.section.kind = strings.TrimSpace(value)
		if d.section.kind == "" {
			d.section.kind = "Документ"
		}
	}
	return d.section.damage(l)
}

func (d *decoder) close(l importers.Line, key string) error {
	s := d.section
	if key == fileEnd {
		if s != nil {
			return importers.Refuse("bad_section", "строка %d: раздел, начатый в строке %d, не закрыт", l.Number, s.row)
		}
		d.ended = true
		return nil
	}
	if s == nil || (s.kind == "") != (key == accountClose) {
		return importers.Refuse("bad_section", "строка %d: «%s» без начала раздела", l.Number, key)
	}
	s.lines = append(s.lines, l.Text)
	d.section = nil
	d.rows++
	rec := importers.Record{Row: s.row, Cells: s.lines}
	if s.wrong != nil {
		rec.Problems = append(rec.Problems, *s.wrong)
	} else {
		r := reader{section: s, record: &rec, source: importers.SourceOf(d.in, s.row)}
		if s.kind == "" {
			r.statement(d.control)
		} else {
			r.document(d.control)
		}
	}
	d.control.reject(&rec)
	return d.yield(rec)
}

// header takes a line outside of the sections.
func (d *decoder) header(l importers.Line, key, value string) error {
	if l.Problem != nil {
		return importers.Refuse(l.Problem.Code, "строка %d: %s", l.Number, l.Problem.Text)
	}
	if key == "ВерсияФормата" && value != "" && !strings.HasPrefix(value, "1.0") {
		return importers.Refuse("unknown_version", "строка %d: версия формата «%s» не известна; ожидается 1.01, 1.02 или 1.03", l.Number, value)
	}
	return nil
}

func (s *section) damage(l importers.Line) error {
	if l.Problem != nil && s.wrong == nil {
		s.wrong = l.Problem
	}
	return nil
}

func (s *section) add(l importers.Line, key, value string) error {
	if len(s.lines) == sectionLines {
		return importers.Refuse("long_section", "в разделе, начатом в строке %d, больше %d строк: файл повреждён", s.row, sectionLines)
	}
	s.lines = append(s.lines, l.Text)
	s.fields = append(s.fields, field{key: strings.TrimSpace(key), value: strings.TrimSpace(value), line: l.Number})
	return s.damage(l)
}

// get returns a field by its key, the first that is filled.
func (s *section) get(keys ...string) (field, bool) {
	for _, key := range keys {
		for _, f := range s.fields {
			if f.key == key && f.value != "" {
				return f, true
			}
		}
	}
	return field{}, false
}
