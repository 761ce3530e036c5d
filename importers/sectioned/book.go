package sectioned

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// book is what rows of the file refer to, read before them: houses, organisations, contracts, services and
// meters by their codes, and the counts that the file states of itself.
type book struct {
	header   []string
	lines    int
	month    housing.Period
	inn      string
	houses   map[string]house
	inns     map[string]string // of organisations by code
	supplier map[string]string // code of the organisation by contract
	services map[string]string // names by code
	meters   map[string]meter
	homes    map[string]string // code of the house by account
	zones    map[string]int    // registers by serial number and service
	first    map[string]bool   // a row of the first register is in the file
	packs    map[string]*pack
}

type house struct {
	address          string
	accounts, meters int // stated
	found, foundODPU int
	line             int
}

type meter struct{ owner, serial, service, zone string }

type pack struct {
	stated  bool
	rows    int
	amount  housing.Money
	counted int
	sum     housing.Money
	loose   int // amounts with digits behind the kopecks
}

func newBook() *book {
	return &book{
		houses: map[string]house{}, inns: map[string]string{}, supplier: map[string]string{}, services: map[string]string{},
		meters: map[string]meter{}, homes: map[string]string{}, first: map[string]bool{}, zones: map[string]int{}, packs: map[string]*pack{},
	}
}

// line takes a row into the book. Cells that cannot be read are reported when the row itself is read.
func (b *book) line(l importers.Line) error {
	b.lines++
	cells := importers.SplitPlain(l.Text, delimiter)
	get := func(place int) string {
		if place >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[place])
	}
	if b.header == nil {
		return b.begin(l, cells)
	}
	switch cells[0] {
	case "1":
		return importers.Refuse("several_headers", "строка %d: второй заголовок, файл склеен из нескольких", l.Number)
	case "2":
		b.inns[get(1)] = get(6)
	case "3":
		b.house(l.Number, get)
	case "4":
		b.homes[get(3)] = get(2)
		if h, there := b.houses[get(2)]; there {
			h.found++
			b.houses[get(2)] = h
		}
	case "5":
		b.supplier[get(1)] = get(4)
	case "9", "11":
		b.meter(cells[0], get)
	case "13":
		b.services[get(1)] = get(2)
	case "22":
		b.payment(get)
	case "26":
		b.pack(get)
	}
	return nil
}

func (b *book) begin(l importers.Line, own []string) error {
	cells := plainHead(own)
	if len(cells) < headCells || cells[0] != "1" {
		return importers.Refuse("no_header", "первая строка — не заголовок секционной загрузки (тип строки 1, %d ячеек)", headCells-1)
	}
	if l.Problem != nil {
		return importers.Refuse(l.Problem.Code, "строка %d: %s", l.Number, l.Problem.Text)
	}
	b.header = own
	if cells[headType] == "Результат загрузки" {
		return importers.Refuse("an_answer", "это ответ на загрузку («Результат загрузки»), а не загрузка")
	}
	if !knownVersion(cells[headVersion]) {
		return importers.Refuse("unknown_version", "версия формата «%s» не известна; принимаются 1.2–1.3.8", cells[headVersion])
	}
	month, err := readMonth(importers.Cell{Text: cells[headMonth]})
	if err != nil {
		return importers.Refuse("bad_period", "месяц начислений «%s» в заголовке не читается; ожидается первое число месяца, например 01.09.2026", cells[headMonth])
	}
	b.month, b.inn = month, cells[headINN]
	return nil
}

func (b *book) house(line int, get func(int) string) {
	parts := make([]string, 0, 5)
	for _, part := range []struct{ prefix, value string }{
		{"", get(3)}, {"", get(4)}, {"", get(5)}, {"д. ", get(6)}, {"корп. ", get(7)},
	} {
		if part.value != "" && part.value != "-" {
			parts = append(parts, part.prefix+part.value)
		}
	}
	before := b.houses[get(2)]
	accounts, _ := strconv.Atoi(get(17))
	meters, _ := strconv.Atoi(get(18))
	b.houses[get(2)] = house{
		address: strings.Join(parts, ", "), accounts: accounts, meters: meters, line: line,
		found: before.found, foundODPU: before.foundODPU,
	}
}

func (b *book) meter(kind string, get func(int) string) {
	b.meters[kind+"|"+get(2)] = meter{owner: get(1), serial: get(8), service: get(3), zone: get(4)}
	key := get(8) + "|" + get(3)
	switch get(4) {
	case "2":
		b.zones[key] = 2
	default:
		b.first[key] = true
		b.zones[key] = max(b.zones[key], 1)
	}
	if h, there := b.houses[get(1)]; kind == "9" && there {
		h.foundODPU++
		b.houses[get(1)] = h
	}
}

func (b *book) packOf(number string) *pack {
	if b.packs[number] == nil {
		b.packs[number] = &pack{}
	}
	return b.packs[number]
}

func (b *book) pack(get func(int) string) {
	p := b.packOf(get(1))
	p.stated = true
	p.rows, _ = strconv.Atoi(get(5))
	p.amount, _ = readSum(importers.Cell{Text: get(4)})
}

func (b *book) payment(get func(int) string) {
	p := b.packOf(get(10))
	p.counted++
	amount, err := readSum(importers.Cell{Text: get(7)})
	if err != nil { // the row itself is rejected for it
		d, err := readNumber(importers.Cell{Text: get(7)})
		if err != nil {
			return
		}
		if amount, err = d.Ratio().Money(); err != nil {
			return
		}
		p.loose++
	}
	if get(2) == "2" && amount > 0 {
		amount = -amount
	}
	p.sum += amount
}

// agrees reports whether the rows of a pack come to what it states, give or take the rounding of amounts that are no money.
func (p *pack) agrees() bool {
	apart := p.amount - p.sum
	return p.rows == p.counted && max(apart, -apart) <= housing.Money(p.loose)
}

// verdict refuses a file that was cut short: counts that it states of itself do not hold.
func (b *book) verdict() *importers.FileError {
	if b.header == nil {
		return importers.Refuse("no_header", "в файле нет заголовка секционной загрузки")
	}
	count := plainHead(b.header)[headCount]
	stated, err := strconv.Atoi(strings.TrimSpace(count))
	if err != nil || stated != b.lines {
		return importers.Refuse("wrong_count", "в заголовке указано записей «%s», в файле строк %d (считая заголовок): файл передан не полностью или изменён",
			count, b.lines)
	}
	for _, code := range slices.Sorted(maps.Keys(b.houses)) {
		h := b.houses[code]
		if h.found > 0 && h.accounts != h.found {
			return importers.Refuse("wrong_count", "строка %d: у дома %s указано лицевых счетов %d, в секции 4 их %d", h.line, code, h.accounts, h.found)
		}
		if h.foundODPU > 0 && h.meters != h.foundODPU {
			return importers.Refuse("wrong_count", "строка %d: у дома %s указано ОДПУ %d, в секции 9 их %d", h.line, code, h.meters, h.foundODPU)
		}
	}
	return nil
}

// wholePacks refuses the file where its payments do not agree with their packs.
func (b *book) wholePacks() *importers.FileError {
	for _, number := range slices.Sorted(maps.Keys(b.packs)) {
		p := b.packs[number]
		switch {
		case !p.stated:
			return importers.Refuse("no_pack", "оплаты относятся к пачке «%s», которой нет в секции 26; файл не загружается целиком", number)
		case !p.agrees():
			return importers.Refuse("totals_disagree", "пачка %s: указано оплат %d на сумму %s, в секции 22 их %d на сумму %s; файл не загружается целиком",
				number, p.rows, p.amount.RussianPlain(), p.counted, p.sum.RussianPlain())
		}
	}
	return nil
}

// secondRegister reports whether a row is the second register of a meter whose first has a row of its own:
// both are one meter.
func (b *book) secondRegister(kind string, cells []string) bool {
	return (kind == "9" || kind == "11") && len(cells) > 8 && cells[4] == "2" && b.first[cells[8]+"|"+cells[3]]
}

// serviceOf reads the code of a service: by section 13, else by the codes that loaders of the format share,
// with a note.
func (b *book) serviceOf(r row, place int) housing.Service {
	if place >= len(r.Record.Cells) || r.Record.Cells[place] == "" {
		r.fail(place, importers.Wrong("empty", "код услуги не указан", ""))
		return ""
	}
	code := r.Record.Cells[place]
	if name, there := b.services[code]; there {
		service, err := importers.ReadService(importers.Cell{Text: name})
		if err != nil {
			r.fail(place, importers.Wrong("unknown_service", "услуга «"+name+"» (код "+code+") не сопоставлена с услугами Kvitok", ""))
		}
		return service
	}
	shared := map[string]housing.Service{
		"2": housing.Maintenance, "6": housing.ColdWater, "7": housing.Sewage, "8": housing.Heating, "9": housing.HotWater,
		"10": housing.Gas, "15": housing.Rent, "25": housing.Electricity,
	}
	service, there := shared[code]
	if !there {
		r.fail(place, importers.Wrong("unknown_service", "код услуги не известен и не назван в секции 13", "секция 13 с кодом и именем услуги"))
		return ""
	}
	r.fail(place, importers.Doubtful("assumed_service", "услуга не названа в секции 13; код прочитан как «"+service.Russian()+"»", ""))
	return service
}
