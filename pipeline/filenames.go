package pipeline

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// FileNames is how a partner names files: text with {inn}, {account} (20 digits), {date} in one of a few forms, {name}{ext} (a name of
// ours, outboxes only) and * (anything, inboxes only). «{inn}_{account}_{date:ddmmyy}*.txt».
type FileNames struct {
	text    string
	pattern *regexp.Regexp
	fields  []string // of the groups of the pattern, as written between the braces
}

var namePart = regexp.MustCompile(`\{([a-z]+(?::[a-z]+)?)\}|\*`)

// nameDates are the forms of {date:…}.
func nameDates() map[string]string {
	return map[string]string{
		"date": time.DateOnly, "date:ddmmyy": "020106", "date:ddmmyyyy": "02012006", "date:yyyymmdd": "20060102", "date:yymmdd": "060102",
	}
}

// ParseFileNames reads a template.
func ParseFileNames(text string) (*FileNames, error) {
	n := &FileNames{text: text}
	var pattern strings.Builder
	pattern.WriteString(`(?i)^`)
	last := 0
	for _, at := range namePart.FindAllStringSubmatchIndex(text, -1) {
		pattern.WriteString(regexp.QuoteMeta(text[last:at[0]]))
		last = at[1]
		if at[2] < 0 {
			pattern.WriteString(`.*`)
			continue
		}
		field := text[at[2]:at[3]]
		layout, isDate := nameDates()[field]
		switch {
		case isDate:
			pattern.WriteString(`(` + regexp.MustCompile(`\d`).ReplaceAllString(layout, `\d`) + `)`)
		case field == "inn":
			pattern.WriteString(`(\d{10}|\d{12})`)
		case field == "account":
			pattern.WriteString(`(\d{20})`)
		case field == "name" || field == "ext":
			pattern.WriteString(`(.*)`)
		default:
			return nil, fmt.Errorf("template of names %q: {%s} is not known", text, field)
		}
		n.fields = append(n.fields, field)
	}
	rest := text[last:]
	if strings.ContainsAny(rest, "{}") || text == "" || strings.ContainsAny(text, `/\`) {
		return nil, fmt.Errorf("template of names %q: a brace without its other half, a separator of folders, or nothing at all", text)
	}
	pattern.WriteString(regexp.QuoteMeta(rest) + `$`)
	var err error
	if n.pattern, err = regexp.Compile(pattern.String()); err != nil {
		return nil, fmt.Errorf("template of names %q: %w", text, err)
	}
	return n, nil
}

// Outgoing reports why the template cannot name files that leave.
func (n *FileNames) Outgoing() error {
	if strings.Count(n.text, "{name}") != 1 || strings.Count(n.text, "{ext}") != 1 || strings.Contains(n.text, "*") {
		return errors.New("name must have {name} and {ext} once, and no *: two files would have one name")
	}
	return nil
}

// Arriving reports why the template cannot be compared with names that arrive.
func (n *FileNames) Arriving() error {
	if strings.Contains(n.text, "{name}") || strings.Contains(n.text, "{ext}") {
		return errors.New("name: {name} and {ext} are of files that leave; here * is anything")
	}
	return nil
}

// checkName compares the name of a file with what it should say: whose it is, of which account and day. nil where all agrees.
func (p *Pipeline) checkName(f fetchedFile) *importers.FileError {
	partner, known := p.partner(f.Partner)
	if !known || partner.InName == nil {
		return nil
	}
	found := partner.InName.pattern.FindStringSubmatch(path.Base(f.Name))
	if found == nil && f.within != nil { // the name that was promised may be that of the archive
		found = partner.InName.pattern.FindStringSubmatch(f.within.of.Name)
	}
	if found == nil {
		return importers.Refuse("name_template", "имя файла не такое, как условлено с отправителем: ожидается «%s»", partner.InName.text)
	}
	for i, field := range partner.InName.fields {
		if refusal := p.checkNameField(f, field, found[i+1]); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (p *Pipeline) checkNameField(f fetchedFile, field, value string) *importers.FileError {
	switch field {
	case "inn":
		if value != p.Organisation.INN {
			return importers.Refuse("name_inn", "в имени файла ИНН %s, а файлы принимает организация с ИНН %s", value, p.Organisation.INN)
		}
		return nil
	case "account":
		return p.checkNameAccount(f, value)
	}
	day, err := time.Parse(nameDates()[field], value)
	if err != nil {
		return importers.Refuse("name_date", "в имени файла «%s» — это не дата", value)
	}
	on := housing.DateOf(day)
	if on.After(p.today()) {
		return importers.Refuse("name_date", "в имени файла дата %s, она ещё не наступила", on.Russian())
	}
	if paid, is := f.first.(housing.Payment); is && paid.PaidOn.After(on) {
		return importers.Refuse("name_date", "в имени файла дата %s, а первый платёж в нём принят позже: %s", on.Russian(), paid.PaidOn.Russian())
	}
	return nil
}

func (p *Pipeline) checkNameAccount(f fetchedFile, value string) *importers.FileError {
	if statement, is := f.first.(housing.BankStatement); is && statement.Account != value {
		return importers.Refuse("name_account", "в имени файла счёт %s, а выписка в нём по счёту %s", value, statement.Account)
	}
	if ours := p.Organisation.Bank.Account; ours != "" && ours != value {
		return importers.Refuse("name_account", "в имени файла счёт %s, а счёт организации — %s", value, ours)
	}
	return nil
}

// outName is what a file is called at the partner's.
func (p *Pipeline) outName(partner Partner, out store.Outgoing) string {
	if partner.OutName == nil {
		return out.Name
	}
	ext := path.Ext(out.Name)
	day := out.CreatedAt.In(p.Limits.Zone)
	return namePart.ReplaceAllStringFunc(partner.OutName.text, func(part string) string {
		switch field := strings.Trim(part, "{}"); field {
		case "inn":
			return p.Organisation.INN
		case "account":
			return p.Organisation.Bank.Account
		case "name":
			return strings.TrimSuffix(out.Name, ext)
		case "ext":
			return ext
		default:
			return day.Format(nameDates()[field])
		}
	})
}
