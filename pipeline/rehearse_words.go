package pipeline

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// names turns the columns of a row into words.
type names struct{ store.FactNames }

// field writes one column of a row.
func (n names) field(row store.FactRow, name string) string {
	text := row.Text(name)
	switch name {
	case "premises_id":
		return n.premises(row.Number(name))
	case "payee_id":
		return n.Organisations[row.Number(name)]
	case "amount", "transfer", "fee", "opening", "received", "spent", "closing", "cost", "paid":
		if amount := housing.Money(row.Number(name)); amount != 0 || row.Text("subsidy") == "" {
			return amount.Russian()
		}
		return "" // of benefits only subsidies have a sum
	case "service", "resource":
		return firstOf(housing.Service(text).Russian(), text)
	case "zone":
		return housing.Zone(text).Russian()
	case "valid":
		return spanText(text)
	case "period", "month", "from_month", "through_month":
		if day, err := housing.ParseDate(text); err == nil {
			if day.Period() == housing.EarlierDebt {
				return "до начала учёта"
			}
			return day.Period().Russian()
		}
	case "occupant", "kind", "base", "scope", "mode":
		return firstOf(word(text), text)
	}
	if _, isNumber := row[name].(interface{ Float64() (float64, error) }); isNumber {
		return strings.Replace(text, ".", ",", 1)
	}
	switch text {
	case "true":
		return "да"
	case "false":
		return ""
	}
	return dayText(text)
}

func word(code string) string {
	switch code {
	case "owner":
		return "собственник"
	case "tenant":
		return "наниматель"
	case "block":
		return "многоквартирный дом"
	case "private":
		return "жилой дом"
	case "flat":
		return "квартира"
	case "room":
		return "комната"
	case "house":
		return "весь дом"
	case "nonresidential":
		return "нежилое"
	case "person":
		return "на человека"
	case "area":
		return "на м²"
	case "holder":
		return "льготнику"
	case "family":
		return "семье"
	case "discount", "compensation":
		return housing.BenefitMode(code).Russian()
	}
	return ""
}

func (n names) premises(id int64) string {
	p := n.Premises[id]
	title := housing.Premises{Flat: p.Flat, Room: p.Room, Kind: housing.PremisesKind(p.Kind)}.Title()
	return strings.TrimSuffix(n.Houses[p.House]+", "+title, ", ")
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// dayText turns the day that a column holds.
func dayText(text string) string {
	if day, err := housing.ParseDate(text); err == nil {
		return day.Russian()
	}
	return text
}

// span reads a daterange: «[2026-01-01,2026-10-01)».
func span(text string) (from, to housing.Date) {
	a, b, _ := strings.Cut(strings.Trim(text, "[]()"), ",")
	from, _ = housing.ParseDate(a) // zero: without a bound
	to, _ = housing.ParseDate(b)
	return from, to
}

func spanText(text string) string {
	from, to := span(text)
	switch {
	case text == "" || from.IsZero() && to.IsZero():
		return text
	case to.IsZero():
		return "с " + from.Russian()
	case from.IsZero():
		return "по " + to.AddDays(-1).Russian()
	}
	return "с " + from.Russian() + " по " + to.AddDays(-1).Russian()
}
