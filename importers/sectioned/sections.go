package sectioned

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// section is a kind of rows.
type section struct {
	title string
	least int      // cells after the type
	cells []string // their names, for the reasons
	read  func(b *book, r row) []importers.Fact
}

// names are those of the cells, the type among them.
func (s section) names() []string { return append([]string{"Тип"}, s.cells...) }

func columns(names string) []string { return strings.Split(names, ", ") }

// sections lists the kinds of rows; those without a reader hold nothing that is kept.
func sections() map[string]section {
	meterCells := ", Код ПУ, Услуга, Зона, Тип, Разрядность, Коэффициент, Заводской №, Ед., Поверка, След. поверка, Доп, Закрытие"
	return map[string]section{
		"2": {title: "юридические лица"},
		"3": {"дома", 18, columns("УКДС, Код дома, Город, Село, Улица, Дом, Корпус, Код ЮЛ, Благоустройство, Этажность, Дата постройки, " +
			"Площадь, Площадь общего имущества, Полезная площадь, МО, Доп, Кол-во ЛС, Кол-во ОДПУ, КЛАДР, ФИАС"), readHouse},
		"4": {"лицевые счета", 19, columns("УКАС, Код дома, № ЛС, Тип, Фамилия, Имя, Отчество, Дата рождения, Квартира, Комната, Открыт, " +
			"Основание, Закрыт, Основание закрытия, Проживает, Прибыло, Убыло, Комнат, Площадь"), readAccount},
		"5": {title: "договоры"},
		"6": {"услуги ЛС за месяц", 19, columns("№ ЛС, Договор, Услуга, Вх. сальдо, ЭОТ, Процент, Тариф, Ед., Расход, Норматив, Вид расчёта, " +
			"Начислено, Перерасчёт, Дотация, Льгота, СМО, Оплачено, Признак, Исх. сальдо"), readCharge},
		"7": {title: "параметры прошлого месяца"}, "8": {title: "перерасчёты прошлого месяца"},
		"9":  {"ОДПУ", 8, columns("Код дома" + meterCells), readHouseMeter},
		"10": {"показания ОДПУ", 4, columns("Код ПУ, Тип, Дата, Значение, Услуга"), readHouseReading},
		"11": {"ИПУ", 8, columns("№ ЛС" + meterCells), readMeter},
		"12": {"показания ИПУ", 4, columns("Код ПУ, Тип, Дата, Значение, Услуга"), readReading},
		"13": {title: "услуги"}, "14": {title: "справочник"}, "16": {title: "справочник"}, "17": {title: "справочник"},
		"18": {title: "справочник"}, "19": {title: "справочник"}, "24": {title: "справочник"},
		"15": {"жильцы", 5, columns("№ ЛС, № гражданина, Фамилия, Имя, Отчество"), readResident},
		"20": {title: "дополнительные параметры дома"}, "21": {title: "дополнительные параметры ЛС"},
		"22": {"оплаты", 11, columns("№ ЛС, Операция, № документа, Дата оплаты, Дата учёта, Дата корректировки, Сумма, Источник, Месяц, " +
			"Пачка, Код оплаты"), readPayment},
		"23": {title: "недопоставки"},
		"25": {"услуги ЛС", 4, columns("№ ЛС, Услуга, Поставщик, с, по"), readService},
		"26": {title: "пачки оплат"},
		"27": {"реестр ЛС", 4, columns("№ ЛС, ЛС наследуемой системы, ЛС поставщика, ЛС соцзащиты"), readReferences},
		"28": {"временно убывшие", 4, columns("№ ЛС, № гражданина, с, по"), readAbsence},
		"29": {title: "дополнительные сведения"}, "30": {title: "расчётные счета"}, "31": {title: "соглашения"},
		"32": {title: "распределение оплат"}, "33": {title: "перекидки"},
	}
}

const peopleLimit = 200

func readHouse(b *book, r row) []importers.Fact {
	needed(r, 2, importers.TextUpTo(20))
	h := housing.House{
		Kind: housing.BlockOfFlats, Area: cell(r, 12, readNotNegative), Common: cell(r, 13, readNotNegative), Source: r.source,
	}
	h.Address = b.houses[strings.TrimSpace(r.Record.Cells[2])].address
	if r.text(5) == "" || r.text(6) == "" {
		r.fail(5, importers.Wrong("empty", "не указаны улица и дом", ""))
	}
	if len(r.Record.Cells) > 20 && r.Record.Cells[20] != "" {
		h.FIAS = cell(r, 20, importers.ReadFIAS)
	}
	return []importers.Fact{h}
}

// houseOf finds a house by its code.
func (b *book) houseOf(r row, place int) string {
	h, there := b.houses[strings.TrimSpace(r.Record.Cells[place])]
	if !there {
		r.fail(place, importers.Wrong("unknown_house_code", "дом с этим кодом не описан в секции 3", ""))
	}
	return h.address
}

func readAccount(b *book, r row) []importers.Fact {
	e := housing.AccountEntry{House: b.houseOf(r, 2)}
	e.Account = housing.Account{
		Number: needed(r, 3, importers.ReadAccountNumber), Payer: strings.Join(strings.Fields(r.text(5)+" "+r.text(6)+" "+r.text(7)), " "),
		Closed: cell(r, 13, importers.ReadDottedDate), Source: r.source,
	}
	e.Account.Premises = housing.Premises{Flat: r.text(9), Room: r.text(10), Kind: housing.Flat}
	switch {
	case r.Record.Cells[4] == "2":
		e.Account.Premises.Kind = housing.NonResidential
	case e.Account.Premises.Flat == "":
		e.Account.Premises.Kind = housing.WholeHouse
	case e.Account.Premises.Room != "":
		e.Account.Premises.Kind = housing.Room
	}
	since := cell(r, 11, importers.ReadDottedDate)
	if since.IsZero() {
		since = b.month.First()
	}
	e.Account.Opened = since
	e.Occupancy = housing.Occupancy{
		Valid: housing.Interval{From: since, To: e.Account.Closed}, Area: needed(r, 19, readPositive),
		People: cell(r, 15, readCount(peopleLimit)), Occupant: housing.Owner, Source: r.source,
	}
	if !e.Account.Closed.IsZero() && !since.Before(e.Account.Closed) {
		r.fail(13, importers.Wrong("bad_interval", "счёт закрыт не позже, чем открыт", ""))
	}
	return []importers.Fact{e}
}

func readCharge(b *book, r row) []importers.Fact {
	return []importers.Fact{housing.StatedCharge{
		Account: needed(r, 1, importers.ReadAccountNumber), Service: b.serviceOf(r, 3), Period: b.month,
		Rate: cell(r, 7, readNotNegative), Unit: r.text(8), Volume: cell(r, 9, readNumber),
		Amount: cell(r, 12, readSum), Closing: cell(r, 19, readSum), Source: r.source,
	}}
}

func readHouseMeter(b *book, r row) []importers.Fact {
	m := housing.HouseMeterEntry{
		House: b.houseOf(r, 1), Service: b.serviceOf(r, 3), Serial: needed(r, 8, importers.ReadSerial), Zones: b.zonesOf(r),
		Coefficient: cell(r, 7, readPositive), VerifyBy: cell(r, 11, importers.ReadDottedDate), Closed: cell(r, 13, importers.ReadDottedDate), Source: r.source,
	}
	return []importers.Fact{m}
}

// zonesOf is how many registers the meter of a row has: each has a row of its own.
func (b *book) zonesOf(r row) int {
	switch r.Record.Cells[4] {
	case "", "0", "1", "2":
	default:
		r.fail(4, importers.Wrong("bad_zone", "зона не известна", "1 (день) или 2 (ночь)"))
	}
	return min(max(b.zones[r.Record.Cells[8]+"|"+r.Record.Cells[3]], 1), 2)
}

func readMeter(b *book, r row) []importers.Fact {
	m := housing.MeterEntry{Account: needed(r, 1, importers.ReadAccountNumber)}
	zones := b.zonesOf(r)
	m.Meter = housing.Meter{
		Serial: needed(r, 8, importers.ReadSerial), Service: b.serviceOf(r, 3), Digits: needed(r, 6, readCount(12)),
		Zones: []housing.Zone{housing.ZoneSingle}, VerifyBy: cell(r, 11, importers.ReadDottedDate), Closed: cell(r, 13, importers.ReadDottedDate), Source: r.source,
	}
	if zones == 2 {
		m.Meter.Zones = []housing.Zone{housing.ZoneDay, housing.ZoneNight}
	}
	if coefficient := cell(r, 7, readPositive); coefficient.Sign() > 0 && coefficient.Cmp(housing.Whole(1)) != 0 {
		r.fail(7, importers.Wrong("coefficient", "коэффициент ИПУ не равен 1: такие приборы не принимаются", "1"))
	}
	if m.Meter.Digits == 0 && !r.Record.Rejected() {
		r.fail(6, importers.Wrong("bad_digits", "разрядность не может быть нулевой", "целое число, например 5"))
	}
	return []importers.Fact{m}
}

// registerOf finds the meter and the zone of a reading by the code of the meter.
func (b *book) registerOf(r row, kind string) (m meter, zone housing.Zone) {
	m, ok := b.meters[kind+"|"+strings.TrimSpace(r.Record.Cells[1])]
	if !ok {
		r.fail(1, importers.Wrong("unknown_meter_code", "прибор с этим кодом не описан в секции "+kind, ""))
		return m, ""
	}
	if b.zones[m.serial+"|"+m.service] > 1 {
		zone = housing.ZoneDay
		if m.zone == "2" {
			zone = housing.ZoneNight
		}
	}
	return m, zone
}

func readReading(b *book, r row) []importers.Fact {
	m, zone := b.registerOf(r, "11")
	if r.Record.Cells[2] != "1" {
		r.fail(2, importers.Wrong("no_reading", "расход ИПУ без показания не принимается", "1 (показание)"))
	}
	return []importers.Fact{housing.MeterReading{
		Account: m.owner, Serial: m.serial, Code: r.Record.Cells[1], Reading: housing.Reading{
			Zone: zone, On: needed(r, 3, importers.ReadDottedDate), Value: needed(r, 4, readNotNegative), Source: r.source,
		},
	}}
}

func readHouseReading(b *book, r row) []importers.Fact {
	m, zone := b.registerOf(r, "9")
	on, value := needed(r, 3, importers.ReadDottedDate), needed(r, 4, readNotNegative)
	address := b.houses[m.owner].address
	switch r.Record.Cells[2] {
	case "1":
		return []importers.Fact{housing.HouseMeterReading{
			House: address, Serial: m.serial, Reading: housing.Reading{Zone: zone, On: on, Value: value, Source: r.source},
		}}
	case "2":
		place := 5
		if place >= len(r.Record.Cells) || r.Record.Cells[place] == "" {
			r.Record.Cells = append(r.Record.Cells[:min(place, len(r.Record.Cells))], m.service)
		}
		return []importers.Fact{housing.HouseVolume{House: address, Period: on.Period(), CollectiveMeter: housing.CollectiveMeter{
			Serial: m.serial, Service: b.serviceOf(r, place), Volume: value, Source: r.source,
		}}}
	}
	r.fail(2, importers.Wrong("bad_kind", "тип значения не известен", "1 (показание) или 2 (расход за месяц)"))
	return nil
}

func readResident(_ *book, r row) []importers.Fact {
	c := housing.Claim{
		Account:  needed(r, 1, importers.ReadAccountNumber),
		FullName: strings.Join(strings.Fields(needed(r, 3, importers.TextUpTo(40))+" "+r.text(4)+" "+r.text(5)), " "), Source: r.source,
	}
	return []importers.Fact{c}
}

func readPayment(b *book, r row) []importers.Fact {
	p := housing.Payment{
		Account: needed(r, 1, importers.TextUpTo(20)), PaidOn: needed(r, 4, importers.ReadDottedDate), Amount: needed(r, 7, readSum),
		Period: cell(r, 9, readMonth), OrderNo: r.text(10), Source: r.source,
	}
	code := r.text(11)
	if code == "" {
		code = r.text(3) + "/" + p.PaidOn.String()
	}
	p.Numbering = b.inn + ":"
	p.Key = p.Numbering + code
	back := r.Record.Cells[2] == "2"
	switch {
	case !back && r.Record.Cells[2] != "1":
		r.fail(2, importers.Wrong("bad_kind", "операция не известна", "1 (оплата) или 2 (сторно)"))
	case r.Record.Rejected():
	case p.Amount == 0:
		r.fail(7, importers.Wrong("zero_amount", "сумма платежа равна нулю", "сумма больше нуля"))
	case p.Amount < 0 && !back:
		r.fail(7, importers.Wrong("negative_payment", "сумма платежа отрицательная", "сумма больше нуля; возврат — операция 2 (сторно)"))
	}
	p.Amount = max(p.Amount, -p.Amount)
	p.Transfer = p.Amount
	if back {
		return []importers.Fact{b.reversal(p, r.text(3))}
	}
	return []importers.Fact{p}
}

// reversal is a row of operation 2. It may have the code of the payment that it takes back, or a code of its own beside the
// number of the document, by which a payment without a code is known with its day. A row that names the payment's own code
// is told from the payment by its operation.
func (b *book) reversal(p housing.Payment, document string) housing.PaymentReversal {
	back := housing.PaymentReversal{Payment: p, Of: []string{p.Key}}
	if key := b.inn + ":" + document + "/" + p.PaidOn.String(); document != "" && key != p.Key {
		back.Of = append(back.Of, key)
	}
	return back
}

func readService(b *book, r row) []importers.Fact {
	account := needed(r, 1, importers.ReadAccountNumber)
	payee := b.inns[r.text(3)]
	if contract, there := b.supplier[r.text(3)]; payee == "" && there {
		payee = b.inns[contract]
	}
	if payee == "" {
		r.fail(3, importers.Wrong("unknown_supplier", "ИНН поставщика не найден в секции 2", ""))
	}
	valid, err := importers.IntervalOf(needed(r, 4, importers.ReadDottedDate), cell(r, 5, importers.ReadDottedDate))
	if err != nil {
		r.fail(4, err)
	}
	home, there := b.houses[b.homes[account]]
	if !there && !r.Record.Rejected() {
		r.fail(1, importers.Wrong("unknown_account_row", "лицевой счёт не описан в секции 4", ""))
	}
	return []importers.Fact{housing.HouseService{House: home.address, Account: account, AccountService: housing.AccountService{
		Service: b.serviceOf(r, 2), Payee: payee, MeterPossible: true, Valid: valid, Source: r.source,
	}}}
}

func readReferences(_ *book, r row) []importers.Fact {
	account := needed(r, 1, importers.ReadAccountNumber)
	var facts []importers.Fact
	for place, kind := range []housing.ReferenceKind{2: housing.LegacyNumber, 3: housing.SupplierNumber, 4: housing.SocialNumber} {
		if kind == "" || place >= len(r.Record.Cells) || r.Record.Cells[place] == "" {
			continue
		}
		if number := cell(r, place, importers.ReadAccountNumber); number != "" {
			facts = append(facts, housing.AccountReference{Account: account, Kind: kind, Number: number, Source: r.source})
		}
	}
	if len(facts) == 0 && !r.Record.Rejected() {
		r.FailRow(importers.Wrong("empty", "не указан ни один номер счёта у других", ""))
	}
	return facts
}

func readAbsence(_ *book, r row) []importers.Fact {
	left, back := needed(r, 3, importers.ReadDottedDate), cell(r, 4, importers.ReadDottedDate)
	if !back.IsZero() && back.Before(left) {
		r.fail(4, importers.Wrong("bad_interval", "возвращение раньше отъезда", ""))
	}
	return []importers.Fact{housing.AbsenceEntry{
		OfAccount: housing.OfAccount{Account: needed(r, 1, importers.ReadAccountNumber)},
		Absence: housing.Absence{
			People: 1, Left: left, Returned: back, Applied: left, Document: "секционная загрузка, секция 28, гражданин № " + r.text(2),
			Source: r.source,
		},
	}}
}
