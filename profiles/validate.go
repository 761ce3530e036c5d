package profiles

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
)

// defaults fills in what may be left out.
func (p *Profile) defaults() {
	if p.Direction == "" {
		p.Direction = In
	}
	if p.Delimiter == "" {
		p.Delimiter = ";"
	}
	if p.Kind == Text && len(p.Columns) > 0 {
		p.Lines = append(p.Lines, Line{Columns: p.Columns, Groups: p.Groups, Cells: p.Cells})
	}
	for i := range p.Lines {
		if l := &p.Lines[i]; l.Is == "" || l.Is == Row {
			p.signs(l.Columns)
		}
		p.Lines[i].defaults(p.Subject)
		if p.Kind != Text {
			p.Lines[i].Cells = Cells{} // a row of a table has as many as its header
		}
	}
	p.signs(p.Columns)
	setNames(p.Columns, FieldsOf(p.Subject))
	for i := range p.Groups {
		setNames(p.Groups[i].Columns, GroupFields())
	}
}

func (l *Line) defaults(s Subject) {
	if l.Is == "" {
		l.Is = Row
	}
	fields := FieldsOf(s)
	if l.Is == Total || l.Is == Pack {
		fields = TotalFields()
	}
	setNames(l.Columns, fields)
	for i := range l.Groups {
		setNames(l.Groups[i].Columns, GroupFields())
	}
	if l.Cells == (Cells{}) && l.Pattern == "" && l.Is != Note {
		n := 0
		for _, c := range l.Columns {
			n = max(n, c.At)
		}
		for _, g := range l.Groups {
			n = max(n, g.At)
		}
		if len(l.Widths) > 0 {
			n = len(l.Widths)
		}
		l.Cells = Cells{Min: n, Max: n}
	}
}

func setNames(columns []Column, fields []Field) {
	for i := range columns {
		c := &columns[i]
		if c.Name == "" {
			c.Name = c.Head
		}
		if c.Name == "" {
			c.Name = strings.TrimRight(c.Label, ": ")
		}
		if c.ID == "" {
			c.ID = c.Field
		}
		if c.Service != "" && c.Type == "" {
			c.Type = MoneyType
		}
		field, known := FieldNamed(fields, c.Field)
		if known && c.Type == "" {
			c.Type = field.Type
		}
		if known && c.Sign == AnySign {
			c.Sign = field.Sign
		}
		if c.Type == "" {
			c.Type = TextType
		}
	}
}

var profileName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// oneOf says that a value is none of a list; the empty value is judged by whoever needs one.
func oneOf[T ~string](f *faults, path string, value T, list ...T) {
	if value == "" || slices.Contains(list, value) {
		return
	}
	f.add(path, "%q, want one of %s", value, joined(list))
}

func (p *Profile) validate(f *faults) {
	if !profileName.MatchString(p.Name) {
		f.add("name", "%q, want small letters, digits and hyphens", p.Name)
	}
	if p.Version < 1 {
		f.add("version", "%d, want 1 or more", p.Version)
	}
	if p.Title == "" {
		f.add("title", "is missing")
	}
	p.validateWords(f)
	for _, d := range append([]string{p.Delimiter}, p.Or...) {
		if utf8.RuneCountInString(d) != 1 || strings.ContainsAny(d, "\r\n\"") {
			f.add("delimiter", "%q is not one character", d)
		}
	}
	p.validateEqual(f)
	if p.BadRows != nil && (*p.BadRows < 0 || *p.BadRows > 100) {
		f.add("bad_rows", "%d, want a percentage from 0 to 100", *p.BadRows)
	}
	p.validateReversal(f)
	for i, mask := range p.Dates {
		checkMask(f, fmt.Sprintf("dates[%d]", i), mask, "dmy")
	}
	for i, mask := range p.Months {
		checkMask(f, fmt.Sprintf("months[%d]", i), mask, "my")
	}
	for i, n := range p.FileNames {
		at := fmt.Sprintf("file_names[%d]", i)
		if _, err := CompileMask(n.Mask); err != nil {
			f.add(at+".mask", "%v", err)
		}
		oneOf(f, at+".severity", n.Severity, Error, Warning, Info)
	}
	if p.Direction != Out {
		p.validateLayout(f)
	}
	if p.Direction != In {
		p.validateExport(f)
	}
}

func (p *Profile) validateWords(f *faults) {
	if p.Subject == "" {
		f.add("subject", "is missing")
	}
	oneOf(f, "subject", p.Subject, Payments, Readings, Debts, Charges, Residents)
	oneOf(f, "direction", p.Direction, In, Out, Both)
	if p.Kind == "" {
		f.add("kind", "is missing")
	}
	oneOf(f, "kind", p.Kind, Text, CSV, XLSX, DBF)
	oneOf(f, "decimal", p.Decimal, Comma, Point)
	oneOf(f, "control", p.Control, RequiredControl, OptionalControl, PackControl)
	for i, e := range p.Encodings {
		oneOf(f, fmt.Sprintf("encodings[%d]", i), e, "windows-1251", "cp866", "koi8-r", "utf-8", "utf-8-bom")
	}
}

func (p *Profile) validateLayout(f *faults) {
	if p.Kind != Text {
		p.validateTable(f)
		return
	}
	p.validateOfTables(f)
	rows := 0
	for i, l := range p.Lines {
		if l.Is == Row || l.Is == Pack {
			rows++
		}
		p.validateLine(f, fmt.Sprintf("lines[%d].", i), l)
	}
	if rows == 0 {
		f.add("lines", "no line is a row or a pack")
	}
}

func (p *Profile) validateLine(f *faults, path string, l Line) {
	oneOf(f, path+"is", l.Is, Row, Total, Pack, Note)
	oneOf(f, path+"covers", l.Covers, CoversNext)
	fields := FieldsOf(p.Subject)
	if l.Is == Total || l.Is == Pack {
		fields = TotalFields()
	}
	var pattern *regexp.Regexp
	if l.Pattern != "" {
		var err error
		if pattern, err = regexp.Compile(l.Pattern); err != nil {
			f.add(path+"pattern", "%v", err)
		}
	}
	if l.Cells.Min < 0 || l.Cells.Step < 0 || l.Cells.Max > 0 && l.Cells.Max < l.Cells.Min {
		f.add(path+"cells", "min %d, max %d, step %d make no number", l.Cells.Min, l.Cells.Max, l.Cells.Step)
	}
	for i, c := range l.Columns {
		at := fmt.Sprintf("%scolumns[%d]", path, i)
		p.validateColumn(f, at, c, fields)
		if c.Part != "" && (pattern == nil || !slices.Contains(pattern.SubexpNames(), c.Part)) {
			f.add(at+".part", "the pattern has no group %q", c.Part)
		}
		if p.Kind != Text && c.Head == "" && l.Is == Row {
			f.add(at+".head", "is missing: columns of a %s are found by their names", p.Kind)
		}
		if p.Kind == Text && c.Head != "" {
			f.add(at+".head", "is of tables; the cells of a text are found by at or label")
		}
	}
	p.validateWidths(f, path, l)
	for i, g := range l.Groups {
		p.validateGroup(f, fmt.Sprintf("%sgroups[%d]", path, i), g)
	}
	p.validateNeeds(f, path, l)
}

// validateNeeds wants the fields without which a row is no fact.
func (p *Profile) validateNeeds(f *faults, path string, l Line) {
	if l.Is != Row || p.Subject == Readings && len(l.Groups) > 0 {
		return
	}
	for _, name := range needed(p.Subject) {
		if name == "amount" && slices.ContainsFunc(l.Columns, func(c Column) bool { return c.Service != "" }) && p.Subject == Charges {
			continue // each service has an amount of its own
		}
		if !slices.ContainsFunc(l.Columns, func(c Column) bool { return c.Field == name }) {
			f.add(path+"columns", "no column has the field %s, without which a row says nothing", name)
		}
	}
}

func (p *Profile) validateColumn(f *faults, at string, c Column, fields []Field) {
	places := 0
	for _, given := range []bool{c.At != 0, c.Head != "", c.Label != "", c.Part != ""} {
		if given {
			places++
		}
	}
	if places != 1 {
		f.add(at, "exactly one of at, head, label and part says where it stands")
	}
	p.validateService(f, at, c)
	if c.Field != "" && len(fields) > 0 { // without a subject nothing is known of fields
		if _, known := FieldNamed(fields, c.Field); !known {
			names := make([]string, len(fields))
			for i, field := range fields {
				names[i] = field.Name
			}
			f.add(at+".field", "%q, want one of %s", c.Field, strings.Join(names, ", "))
		}
	}
	if c.Name == "" {
		f.add(at+".name", "is missing: reasons of rejection name the column")
	}
	oneOf(f, at+".type", c.Type, TextType, DigitsType, CodeType, AccountType, MoneyType, KopecksType, DecimalType, CountType,
		DateType, MonthType, TimeType, ServiceType, ZoneType, SerialType, INNType, UnifiedType, ServiceIDTyp, FIASType,
		PhoneType, EmailType, ShareType)
	oneOf(f, at+".sign", c.Sign, Positive, NotNegative, AnyNumber)
	oneOf(f, at+".severity", c.Severity, Error, Warning, Info)
	letters := "dmy"
	if c.Type == MonthType {
		letters = "my"
	}
	for i, mask := range c.Mask {
		checkMask(f, fmt.Sprintf("%s.mask[%d]", at, i), mask, letters)
	}
	if c.Type == DateType && len(c.Mask)+len(p.Dates) == 0 && (p.Kind == Text) {
		f.add(at+".mask", "is missing, and the profile has no dates")
	}
	if c.Type == MonthType && len(c.Mask)+len(p.Months) == 0 && p.Kind == Text {
		f.add(at+".mask", "is missing, and the profile has no months")
	}
}

func (p *Profile) validateGroup(f *faults, at string, g Group) {
	inCell := g.At != 0 || g.Head != ""
	if inCell == (g.From != 0) {
		f.add(at, "either from, to and size, or at or head with split and parts say where the blocks stand")
	}
	if g.From != 0 && g.Size < 1 {
		f.add(at+".size", "is missing: how many cells a block has")
	}
	if inCell && g.Parts == "" {
		f.add(at+".parts", "is missing: what stands between the values of a block")
	}
	if inCell && g.Split == "" && g.Size < 1 {
		f.add(at+".size", "is missing: without split a block is so many values")
	}
	oneOf(f, at+".severity", g.Severity, Error, Warning, Info)
	for i, c := range g.Columns {
		p.validateColumn(f, fmt.Sprintf("%s.columns[%d]", at, i), c, GroupFields())
	}
}

// checkMask wants each letter of a mask and nothing but signs besides.
func checkMask(f *faults, path, mask, letters string) {
	for _, l := range letters {
		if !strings.ContainsRune(mask, l) {
			f.add(path, "mask %q has no %c", mask, l)
		}
	}
	for _, r := range mask {
		if r >= 'a' && r <= 'z' && !strings.ContainsRune(letters, r) {
			f.add(path, "mask %q has a strange letter %c", mask, r)
		}
	}
}

func (p *Profile) validateEqual(f *faults) {
	if !p.EqualRows.Known() {
		f.add("equal_rows", "%q, want one of %s, %s, %s", p.EqualRows, housing.HoldEqual, housing.WarnEqual, housing.BookEqual)
	}
	if p.Subject != Payments && (p.EqualRows != "" || p.Numbering != "") {
		f.add("equal_rows", "equal_rows and numbering are of payments: %s have none", p.Subject)
	}
}
