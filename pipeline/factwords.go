package pipeline

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
		"account_references":   "Номера счетов у других",
		"benefit_entries":      "Льготники от соцзащиты",
		"claim_consents":       "Согласия на обработку данных",
		"gis_documents":        "Документы в ГИС ЖКХ",
		"gis_meters":           "Приборы в ГИС ЖКХ",
		"house_meters":         "Общедомовые приборы",
		"house_meter_readings": "Показания ОДПУ",
		"payment_keys":         "Номера платежей",
		"payment_packs":        "Пачки платежей",
		"point_days":           "Профили мощности",
		"stated_amounts":       "Начисления поставщиков",
		"street_renames":       "Переименованные улицы",
	}
}

// fieldTitle names a column, "" where it is not shown: keys of our own, and contacts of people.
func fieldTitle(name string) string {
	switch name {
	case "of_keys", "decision_id", "dismissed_by", "dismissed_at", "dismissed_why", "id", "source_id", "source_pos", "organisation_id",
		"key", "fingerprint", "copy", "phone", "email", "for_period", "house_id", "account_id", "meter_id", "house_meter_id", "claim_id", "person_id", "since", "until", "recorded_at", "sources", "numbering":
		return ""
	}
	if title, known := fieldTitles()[name]; known {
		return title
	}
	return name
}

func fieldTitles() map[string]string {
	return map[string]string{ //nolint:gosec // names of columns, no credentials
		"address": "адрес", "house_key": "ключ дома", "fias": "код ФИАС", "kind": "вид", "area": "площадь, м²", "common": "общее имущество, м²",
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
		"court": "суд", "from_month": "долг с", "through_month": "долг по", "in_force": "вступило в силу", "paid": "погашено", "subsidy": "субсидия",
		"ground": "основание", "proxy": "доверенность", "proxy_until": "доверенность до", "origin": "откуда заявка",
		"consent": "согласие сособственников", "told_by": "со слов", "given": "дано", "actor": "кто", "at": "когда",
		"credited": "зачислено", "debited": "списано со счёта", "payee": "получатель", "payee_account": "счёт получателя",
		"payee_bic": "БИК получателя", "payee_inn": "ИНН получателя", "payer_account": "счёт плательщика", "payer_bic": "БИК плательщика",
		"payer_inn": "ИНН плательщика", "service_ids": "идентификаторы услуг", "day_from": "с", "day_through": "по",
		"benefit": "льгота", "born": "родился", "charged": "начислено", "debt": "долг", "debt_months": "месяцев долга", "debt_since": "долг с",
		"entitled": "льготников", "first_name": "имя", "last_name": "фамилия", "patronymic": "отчество", "service_name": "услуга",
		"tariff": "тариф", "postal_index": "индекс", "year": "год", "gis_number": "номер в ГИС ЖКХ", "article": "статья",
		"above_norm_shared": "сверх норматива на всех", "automatic": "передаёт показания сам", "norm_before_2012": "норматив до 2012 года",
		"open_system": "открытая система", "resource": "ресурс", "coefficient": "коэффициент", "point": "точка учёта",
		"heating_days": "дней отопления", "outdoor": "температура наружного воздуха", "outside": "объём вне расчёта",
		"production": "на производство", "correspondence": "коэффициент соответствия платы", "quality": "коэффициент качества жилья", "interest": "проценты", "payment": "платёж",
		"rate": "ставка", "rest": "остаток", "rows": "строк", "channel": "канал", "day": "день", "doubtful": "сомнительных",
		"missing": "пропущено", "periods": "интервалов", "sender": "отправитель", "system": "система", "accident": "авария",
		"accounts": "лицевые счета", "corner": "угловое помещение", "least": "не меньше", "whole": "целиком", "unit": "единица",
		"was": "прежнее название", "now": "название", "capacity": "объём контейнера", "count": "штук", "removals": "вывозов",
		"weight": "масса", "cost": "стоимость",
	}
}
