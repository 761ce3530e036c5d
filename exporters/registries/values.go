package registries

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// value prints a value of the registry or of a row; d is nil for what stands above the rows.
func (r *registry) value(piece profiles.Piece, d *housing.Debt) string {
	if text, ok := r.options.Values[piece.Value]; ok {
		return text
	}
	if text, ok := r.profile.Export.Values[piece.Value]; ok {
		return text
	}
	switch piece.Value {
	case profiles.ValueINN:
		return r.options.INN
	case profiles.ValueBank:
		return r.options.Bank
	case profiles.ValueNumber:
		width, err := strconv.Atoi(piece.Form)
		if err != nil {
			width = 1
		}
		return fmt.Sprintf("%0*d", width, r.options.Number)
	case profiles.ValueDate:
		return r.date(r.options.Date, piece.Form)
	case profiles.ValueCount:
		return strconv.Itoa(r.control.Rows)
	case profiles.ValueSum:
		return r.money(r.control.Amount)
	case profiles.ValuePeriod:
		period := r.options.Period
		if d != nil {
			period = d.Period
		}
		return r.period(period, piece.Form)
	}
	if d == nil {
		return ""
	}
	return r.ofDebt(piece, d)
}

func (r *registry) ofDebt(piece profiles.Piece, d *housing.Debt) string {
	switch piece.Value {
	case profiles.ValuePayer:
		return d.Account.Payer
	case profiles.ValueAddress:
		if title := d.Account.Premises.Title(); title != "" {
			return d.House.Address + ", " + title
		}
		return d.House.Address
	case profiles.ValueAccount:
		return d.Account.Number
	case profiles.ValueUnified:
		return d.Account.Unified
	case profiles.ValueFIAS:
		return fias(d)
	case profiles.ValueAmount:
		return r.money(d.Amount)
	case profiles.ValueIndex:
		return strconv.Itoa(r.control.Rows)
	}
	return ""
}

// ofMeter prints a value of one register of a meter.
func (r *registry) ofMeter(piece profiles.Piece, m *housing.DebtMeter) string {
	switch piece.Value {
	case profiles.ValueMeter:
		return m.Serial
	case profiles.ValueCode:
		return strconv.FormatInt(m.ID, 10)
	case profiles.ValueService:
		services := r.profile.Export.Meters.Services
		if code, ok := services[string(m.Service)+"/"+string(m.Zone)]; ok {
			return code
		}
		return services[string(m.Service)]
	case profiles.ValueTitle:
		if zone := m.Zone.Russian(); zone != "" {
			return m.Service.Russian() + ", " + zone
		}
		return m.Service.Russian()
	case profiles.ValueVerifyBy:
		return r.date(m.VerifyBy, piece.Form)
	case profiles.ValueOn:
		return r.date(m.On, piece.Form)
	case profiles.ValueReading:
		if m.On.IsZero() {
			return "" // never read
		}
		return r.marked(m.Value.String())
	}
	return ""
}

func (r *registry) money(m housing.Money) string { return r.marked(m.String()) }

func (r *registry) marked(text string) string {
	if r.profile.Export.Decimal == profiles.Comma {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}

// date prints a date by its own mask or that of the profile.
func (r *registry) date(d housing.Date, mask string) string {
	if d.IsZero() {
		return ""
	}
	if mask == "" {
		mask = r.profile.Export.Dates
	}
	if mask == "" {
		mask = "dd.mm.yyyy"
	}
	return strings.NewReplacer(
		"yyyy", fmt.Sprintf("%04d", d.Period().Year()), "yy", fmt.Sprintf("%02d", d.Period().Year()%100),
		"mm", fmt.Sprintf("%02d", int(d.Period().Month())), "dd", fmt.Sprintf("%02d", d.Day())).Replace(mask)
}

// period prints a month by a mask, or its first or last day.
func (r *registry) period(p housing.Period, form string) string {
	switch {
	case p.IsZero():
		return ""
	case form == "first":
		return r.date(p.First(), "")
	case form == "last":
		return r.date(p.Last(), "")
	case form == "":
		form = "mmyy"
	}
	return r.date(p.First(), form)
}

// fias returns the GUID of the house and the flat, as the bank looks the premises up.
func fias(d *housing.Debt) string {
	p := d.Account.Premises
	if d.House.FIAS == "" {
		return ""
	}
	text := d.House.FIAS
	if p.Flat != "" {
		text += "," + p.Flat
	}
	if p.Room != "" {
		text += " ком. " + p.Room
	}
	return text
}

// blocks adds the meters of a row. Those beyond the number that the partner takes are noted.
func (r *registry) blocks(d *housing.Debt) {
	meters := r.profile.Export.Meters
	if meters == nil {
		return
	}
	join := meters.Join
	if join == "" {
		join = r.delimiter
	}
	known := 0
	for i := range d.Meters {
		if len(meters.Services) > 0 && r.ofMeter(profiles.Piece{Value: profiles.ValueService}, &d.Meters[i]) == "" {
			continue // a resource that the partner does not take
		}
		if known == meters.Times {
			r.control.note(Note{
				Row: r.lines + 1, Account: d.Account.Number, Field: "приборы учёта",
				Text: fmt.Sprintf("приборов больше %d, остальные не выгружены", meters.Times),
			})
			break
		}
		known++
		r.block(d.Account.Number, join, &d.Meters[i])
	}
	for ; meters.Fill && known < meters.Times; known++ {
		r.line = append(r.line, r.delimiter...)
		for i := range r.meters {
			if i > 0 {
				r.line = append(r.line, join...)
			}
			r.line, _ = r.encoder.Append(r.line, r.profile.Export.Empty)
		}
	}
}

func (r *registry) block(account, join string, m *housing.DebtMeter) {
	r.line = append(r.line, r.delimiter...)
	for i, cell := range r.meters {
		if i > 0 {
			r.line = append(r.line, join...)
		}
		from := len(r.line)
		for _, piece := range cell {
			text := piece.Text
			if piece.Value != "" {
				text = r.ofMeter(piece, m)
				if join != r.delimiter {
					text = strings.ReplaceAll(text, join, " ")
				}
			}
			r.append(account, "прибор учёта", text)
		}
		if len(r.line) == from {
			r.line, _ = r.encoder.Append(r.line, r.profile.Export.Empty)
		}
	}
}

// fieldNamed is the name of a value in notes.
func fieldNamed(value string) string {
	switch value {
	case profiles.ValuePayer:
		return "ФИО"
	case profiles.ValueAddress:
		return "адрес"
	case profiles.ValueAccount:
		return "ЛС"
	case profiles.ValueUnified:
		return "ЕЛС"
	case profiles.ValueFIAS:
		return "ФИАС"
	case profiles.ValueAmount:
		return "сумма"
	case profiles.ValuePeriod:
		return "период"
	}
	return value
}

// append adds a value that can neither shift the columns nor break the line.
func (r *registry) append(account, field, value string) {
	if strings.ContainsAny(value, r.delimiter+"\r\n\t") {
		instead := ","
		if r.delimiter == "," {
			instead = " "
		}
		value = strings.NewReplacer(r.delimiter, instead, "\r\n", " ", "\r", " ", "\n", " ", "\t", " ").Replace(value)
		r.control.note(Note{
			Row: r.lines + 1, Account: account, Field: field,
			Text: "разделитель или перевод строки внутри значения заменён: «" + value + "»",
		})
	}
	if len(r.line) == 0 && strings.HasPrefix(value, "#") {
		value = " " + value // a line that begins with # would be passed over as a comment
		r.control.note(Note{Row: r.lines + 1, Account: account, Field: field, Text: "перед знаком # добавлен пробел"})
	}
	var replaced []rune
	if r.line, replaced = r.encoder.Append(r.line, value); len(replaced) > 0 {
		r.control.note(Note{
			Row: r.lines + 1, Account: account, Field: field,
			Text: fmt.Sprintf("символов нет в кодировке файла, заменены: %q", string(replaced)),
		})
	}
}
