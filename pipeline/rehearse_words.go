package pipeline

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// subjectTitle names a table of facts as an accountant knows it.
func subjectTitle(table string) string {
	return firstOf(subjectTitles()[table], table)
}

func subjectTitles() map[string]string {
	return map[string]string{
		"houses":               "Дома",
		"premises":             "Помещения",
		"accounts":             "Лицевые счета",
		"occupancies":          "Площадь и проживающие",
		"house_services":       "Услуги домов и счетов",
		"tariffs":              "Тарифы",
		"norms":                "Нормативы",
		"ranges":               "Диапазоны потребления",
		"meters":               "Приборы учёта",
		"meter_events":         "События приборов учёта",
		"readings":             "Показания",
		"house_volumes":        "Объёмы ОДПУ",
		"payments":             "Платежи",
		"payment_reversals":    "Сторно платежей",
		"opening_balances":     "Входящее сальдо",
		"claims":               "Заявки жильцов",
		"absences":             "Временное отсутствие",
		"benefit_grants":       "Льготы",
		"court_debts":          "Судебные решения",
		"stays":                "Временные жильцы",
		"violations":           "Акты о потреблении в обход прибора",
		"quality_acts":         "Акты о качестве услуг",
		"bank_statements":      "Банковские выписки",
		"bank_documents":       "Банковские выписки",
		"communal_flats":       "Коммунальные квартиры",
		"waste_containers":     "Обращение с ТКО",
		"waste_years":          "Обращение с ТКО",
		"waste_shares":         "Обращение с ТКО",
		"distributor_shares":   "Доли распределителей тепла",
		"instalments":          "Рассрочка",
		"delivery_addresses":   "Адреса доставки",
		"postal_indexes":       "Сведения о домах",
		"house_expenses":       "Расходы по домам",
		"house_managers":       "Сведения о домах",
		"house_decisions":      "Сведения о домах",
		"house_equipment":      "Сведения о домах",
		"house_months":         "Сведения о домах",
		"house_made":           "Сведения о домах",
		"house_meter_failures": "Сведения о домах",
		"delivery_wishes":      "Доставка квитанций",
	}
}

// fieldTitle names a column, "" where it is not shown: keys of our own, and contacts of people.
func fieldTitle(name string) string {
	switch name {
	case "of_keys", "decision_id", "dismissed_by", "dismissed_at", "dismissed_why", "id", "source_id", "source_pos", "organisation_id", "key", "fingerprint", "copy", "phone", "email", "for_period", "house_id", "account_id",
		"meter_id", "person_id", "since", "until", "recorded_at":
		return ""
	}
	if title, known := fieldTitles()[name]; known {
		return title
	}
	return name
}

func fieldTitles() map[string]string {
	return map[string]string{
		"address": "адрес", "fias": "код ФИАС", "kind": "вид", "area": "площадь, м²", "common": "общее имущество, м²",
		"flat": "квартира", "room": "комната", "number": "номер", "unified": "ЕЛС", "service_code": "идентификатор ЖКУ",
		"premises_id": "помещение", "payer": "плательщик", "opened": "открыт", "closed": "закрыт", "people": "проживает",
		"owners": "собственников", "occupant": "право", "valid": "действует", "service": "услуга", "payee_id": "получатель",
		"meter_possible": "прибор возможен", "zone": "зона", "price": "цена, руб.", "document": "документ", "base": "на что",
		"value": "значение", "serial": "заводской №", "zones": "тарифов", "digits": "разрядов", "commissioned": "введён",
		"verify_by": "поверка до", "period": "месяц", "month": "за месяц", "taken_on": "дата", "volume": "объём", "amount": "сумма",
		"transfer": "перечислено", "fee": "комиссия", "paid_on": "дата платежа", "account": "лицевой счёт в файле",
		"order_no": "№ поручения", "order_date": "дата поручения", "full_name": "ФИО", "share": "доля", "control": "контрольное",
		"range_no": "диапазон", "part": "часть норматива", "category": "категория", "equipment": "оборудование",
		"up_to": "до", "common_property": "общее имущество", "replaces": "вместо прибора", "own_source": "свой источник тепла",
		"applied": "дата заявления", "emergency": "авария", "found": "дата акта", "power": "мощность", "began": "начало",
		"ended": "окончание", "measured": "измерено", "opening": "входящий остаток", "received": "поступило", "spent": "списано",
		"closing": "исходящий остаток", "dated": "дата", "purpose": "назначение", "manager": "управление", "method": "способ",
		"wish": "доставка", "confirmed_on": "адрес подтверждён", "confirmed_by": "как подтверждён", "consented_on": "согласие",
		"why": "почему не проведено", "percent": "процент", "scope": "кому", "within_norm": "в пределах нормы", "mode": "предоставление",
	}
}

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
	case "amount", "transfer", "fee", "opening", "received", "spent", "closing", "cost":
		return housing.Money(row.Number(name)).Russian()
	case "service", "resource":
		return firstOf(housing.Service(text).Russian(), text)
	case "zone":
		return housing.Zone(text).Russian()
	case "valid":
		return spanText(text)
	case "period", "month":
		if day, err := housing.ParseDate(text); err == nil {
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
