package matching_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// labelled is a claim with the account it was made from; 0: of nobody here.
type labelled struct {
	claim housing.Claim
	truth int64
	how   string // what was done to it
}

// generator makes a registry and claims on it, the same for the same seed.
type generator struct {
	*rand.Rand
	keys     map[string]bool // houses that are there
	accounts []matching.Account
	homes    []home
	relative string // full name of the relative in whose name the claim is, "" for none
}

// home is an account as its paper says it, before keys.
type home struct {
	region, district, townType, town, streetType, street, house, flat, room string
	person                                                                  resident
	keepFlat                                                                bool // without it the claim would be that of another
}

type resident struct {
	surname, first, patronymic string
	woman                      bool
}

func (r resident) full() string {
	surname := r.surname
	if r.woman {
		surname = feminine(surname)
	}
	return surname + " " + r.first + " " + r.patronymic
}

func feminine(surname string) string {
	if stem, ok := strings.CutSuffix(surname, "ий"); ok {
		return stem + "ая"
	}
	if strings.HasSuffix(surname, "в") || strings.HasSuffix(surname, "н") {
		return surname + "а"
	}
	return surname
}

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

func (g *generator) resident() resident {
	surname := pick(g, "Иванов", "Петров", "Сидоров", "Кузнецов", "Смирнов", "Попов", "Соколов", "Лебедев", "Козлов", "Новиков", "Морозов", "Волков",
		"Соловьёв", "Васильев", "Зайцев", "Павлов", "Семёнов", "Голубев", "Виноградов", "Богданов", "Воробьёв", "Фёдоров", "Михайлов", "Беляев",
		"Тарасов", "Белов", "Комаров", "Орлов", "Киселёв", "Макаров", "Андреев", "Ковалёв", "Ильин", "Гусев", "Титов", "Кузьмин", "Кудрявцев", "Баранов",
		"Куликов", "Алексеев", "Степанов", "Яковлев", "Сорокин", "Сергеев", "Романов", "Захаров", "Борисов", "Королёв", "Герасимов", "Пономарёв",
		"Григорьев", "Лазарев", "Медведев", "Ершов", "Никитин", "Соболев", "Рябов", "Поляков", "Цветков", "Данилов", "Жуковский", "Покровский", "Шевченко", "Ткач", "Римский-Корсаков")
	if g.IntN(2) == 0 {
		return resident{
			surname, pick(g, "Иван", "Пётр", "Олег", "Игорь", "Алексей", "Фёдор", "Сергей", "Андрей", "Дмитрий", "Илья"),
			pick(g, "Иванович", "Петрович", "Олегович", "Игоревич", "Геннадьевич", "Фёдорович", "Сергеевич"), false,
		}
	}
	return resident{
		surname, pick(g, "Анна", "Ольга", "Наталья", "Мария", "Елена", "Алёна", "Ирина", "Татьяна", "Светлана", "Юлия"),
		pick(g, "Ивановна", "Петровна", "Олеговна", "Игоревна", "Геннадьевна", "Фёдоровна", "Сергеевна"), true,
	}
}

func (h home) street1() string {
	if h.street == "" {
		return ""
	}
	return h.streetType + " " + h.street
}

func (h home) address() string {
	parts := []string{h.townType + " " + h.town, h.street1(), "д. " + h.house}
	if h.district != "" {
		parts = append([]string{h.district + " р-н"}, parts...)
	}
	return strings.Join(parts, ", ")
}

// newGenerator makes the registry: three towns that share names of streets, two villages of one name in
// two districts, private houses, communal flats, split accounts, payers that nobody knows.
func newGenerator(seed uint64) *generator {
	g := &generator{keys: map[string]bool{}, Rand: rand.New(rand.NewPCG(seed, 354))} //nolint:gosec // made data, the same for the same seed
	places := []home{
		{townType: "г.", town: "Примерск"},
		{townType: "г.", town: "Новопримерск"},
		{townType: "пгт", town: "Лесной"},
		{district: "Примерский", townType: "с.", town: "Ивановка"},
		{district: "Полевой", townType: "с.", town: "Ивановка"},
		{district: "Полевой", townType: "д.", town: "Ёлкино"},
	}
	streets := [][2]string{
		{"ул.", "Садовая"},
		{"пер.", "Садовый"},
		{"ул.", "8 Марта"},
		{"ул.", "1-я Полевая"},
		{"ул.", "2-я Полевая"},
		{"пр-кт", "Мира"},
		{"ул.", "Мира"},
		{"ул.", "Карла Маркса"},
		{"б-р", "Молодёжный"},
		{"ул.", "Набережная"},
		{"мкр.", "5"},
		{"ул.", "40 лет Победы"},
		{"ул.", "Мамина-Сибиряка"},
	}
	for _, p := range places {
		for _, s := range streets[:4+g.IntN(len(streets)-3)] {
			for range 2 + g.IntN(3) {
				p.region, p.streetType, p.street = "Примерская обл.", s[0], s[1]
				p.house = pick(g, "1", "2", "3", "5", "12", "12А", "12/3", "7 к. 1", "7 к. 2", "9 лит. Б")
				g.building(p)
			}
		}
	}
	return g
}

func (g *generator) building(p home) {
	key := matching.HouseKey(p.address())
	if g.keys[key] {
		return
	}
	g.keys[key] = true
	if strings.HasPrefix(p.townType, "с") && p.house != "12/3" || p.townType == "д." {
		g.account(p, key)
		return
	}
	for flat := range 12 + g.IntN(20) {
		p.flat, p.room = strconv.Itoa(flat+1), ""
		if g.IntN(30) == 0 {
			p.flat += "а"
		}
		switch g.IntN(25) {
		case 0: // communal
			for room := range 3 {
				p.room = strconv.Itoa(room + 1)
				g.account(p, key)
			}
		case 1: // one flat, accounts of two relatives
			g.account(p, key)
			g.account(p, key)
			last := len(g.homes) - 1
			g.homes[last].person.surname = g.homes[last-1].person.surname
			g.accounts[last].Payer = g.homes[last].person.full()
		default:
			g.account(p, key)
		}
	}
}

func (g *generator) account(p home, key string) {
	p.person = g.resident()
	id := int64(len(g.accounts) + 1)
	a := matching.Account{
		ID: id, Number: fmt.Sprintf("%010d", 1000+id*7), Unified: fmt.Sprintf("10АА%06d", id), HouseKey: key,
		Flat: p.flat, Room: p.room, Payer: p.person.full(),
	}
	a.ServiceID = a.Unified + "-01"
	if g.IntN(20) == 0 {
		a.Payer = ""
	}
	a.FIAS = guidOf(key)
	if g.IntN(3) == 0 {
		a.Elsewhere = []string{fmt.Sprintf("Э-%06d", id*3)}
	}
	g.accounts, g.homes = append(g.accounts, a), append(g.homes, p)
}

// claims makes claims of residents, and a fifth of people who have no account here.
func (g *generator) claims(n int) []labelled {
	list := make([]labelled, 0, n)
	for range n {
		at := g.IntN(len(g.accounts))
		l := labelled{truth: g.accounts[at].ID}
		h := g.homes[at]
		if g.IntN(5) == 0 {
			h = g.stranger(h)
			l.truth, l.how = 0, "stranger; "
			// The last tenant still has the old receipt. Only names tell him apart: where one side has none, number and
			// address are all there is, and the rules trust them (docs/matching.md).
			if h.person != g.homes[at].person && g.accounts[at].Payer != "" && g.IntN(2) == 0 {
				l.claim.Account, l.how = g.accounts[at].Number, l.how+"old receipt; "
			}
		} else {
			l.claim.Account = g.number(g.accounts[at], &l.how)
			if g.IntN(6) == 0 {
				l.claim.Unified = pick(g, g.accounts[at].Unified, g.accounts[at].ServiceID)
			}
		}
		if l.claim.FullName = g.name(h.person, &l.how); l.truth != 0 && g.relative != "" {
			l.truth = g.bearer(at)
		}
		if l.claim.FullName == "" && strings.Contains(l.how, "old receipt") {
			l.claim.FullName = h.person.full()
		}
		if l.claim.Account == "" || g.IntN(8) > 0 {
			l.claim.Address = g.place(h, &l.how)
		}
		list = append(list, l)
	}
	return list
}

// bearer is the account that a relative claims for. Where chance has given him the very name of the payer of another account of the
// same flat, he is that payer.
func (g *generator) bearer(at int) int64 {
	for i := range g.accounts {
		if a := &g.accounts[i]; a.HouseKey == g.accounts[at].HouseKey && a.Flat == g.accounts[at].Flat && a.Payer == g.relative {
			return a.ID
		}
	}
	return g.accounts[at].ID
}

// stranger changes what must keep a claim from being linked.
func (g *generator) stranger(h home) home {
	switch g.IntN(4) {
	case 0: // the last tenant of the flat
		for old := h.person.surname; h.person.surname == old; {
			h.person = g.resident()
		}
	case 1: // a namesake in another flat
		h.flat, h.room, h.keepFlat = strconv.Itoa(200+g.IntN(50)), "", true
	case 2: // a namesake in another house
		h.house = strconv.Itoa(100 + g.IntN(50))
	default: // a namesake in a town that is not ours
		h.town, h.district = pick(g, "Дальнегорск", "Заречный"), ""
	}
	return h
}

func (g *generator) number(a matching.Account, how *string) string {
	number := a.Number
	switch g.IntN(14) {
	case 0, 1, 2, 3:
		return ""
	case 4:
		*how += "lost zeros; "
		return strings.TrimLeft(number, "0")
	case 5: // a digit mistyped, perhaps into the number of a neighbour
		*how += "mistyped number; "
		digits := []byte(number)
		digits[6+g.IntN(4)] = byte('0' + g.IntN(10)) //nolint:gosec // a digit
		return string(digits)
	case 6:
		*how += "foreign number; "
		return fmt.Sprintf("Ф-%d", g.IntN(100000))
	case 7:
		*how += "exponent; "
		return "1,23E+14"
	case 8:
		*how += "other number; "
		return g.otherNumber(a)
	}
	return number
}

func (g *generator) name(p resident, how *string) string {
	g.relative = ""
	switch g.IntN(24) {
	case 0:
		*how += "no name; "
		return ""
	case 1:
		*how += "relative; "
		other := g.resident()
		other.surname = p.surname
		p = other
		g.relative = other.full()
	case 2:
		*how += "mistyped name; "
		runes := []rune(p.surname)
		runes[1+g.IntN(len(runes)-1)] = 'ц'
		p.surname = string(runes)
	}
	full := p.full()
	words := strings.Fields(full)
	switch g.IntN(6) {
	case 0:
		full = words[0] + " " + initial(words[1]) + "." + initial(words[2]) + "."
	case 1:
		full = initial(words[1]) + ". " + initial(words[2]) + ". " + words[0]
	case 2:
		full = words[0] + " " + words[1]
	case 3:
		full = words[1] + " " + words[2] + " " + words[0]
	}
	if g.IntN(16) == 0 {
		*how += "Latin name; "
		return g.passport(full)
	}
	return g.letters(full)
}

func initial(word string) string { return string([]rune(word)[:1]) }

// letters changes what the eye does not see: case, ё, look-alikes, spaces, a composed й.
func (g *generator) letters(s string) string {
	switch g.IntN(8) {
	case 0:
		s = strings.ToUpper(s)
	case 1:
		s = strings.ToLower(s)
	case 2:
		s = strings.NewReplacer("а", "a", "о", "o", "Е", "E", "р", "p", "М", "M").Replace(s)
	case 3:
		s = strings.ReplaceAll(s, "й", "и\u0306")
	case 4:
		s = strings.ReplaceAll(s, " ", pick(g, "\u00a0", "  "))
	}
	if g.IntN(2) == 0 {
		s = strings.NewReplacer("ё", "е", "Ё", "Е").Replace(s)
	}
	return s
}

// spell writes an address as people do.
func (g *generator) spell(h home, how *string) string {
	if g.IntN(15) == 0 {
		*how += "mistyped street; "
		runes := []rune(h.street)
		runes[g.IntN(len(runes))] = 'ы'
		h.street = string(runes)
	}
	townType := map[string][]string{"г.": {"г", "г.", "город", "Г."}, "пгт": {"пгт", "пгт.", "ПГТ"}, "с.": {"с", "с.", "село"}, "д.": {"д", "д.", "дер.", "деревня"}}[h.townType]
	streetType := map[string][]string{
		"ул.": {"ул", "ул.", "улица", "УЛ."}, "пер.": {"пер", "пер.", "переулок"}, "пр-кт": {"пр-кт", "проспект", "пр.", "пр-т"},
		"б-р": {"б-р", "бульвар", "бул."}, "мкр.": {"мкр", "мкр.", "микрорайон", "м-н"},
	}[h.streetType]
	var parts []string
	if g.IntN(4) == 0 {
		parts = append(parts, pick(g, "123456", "Россия", h.region, "обл Примерская", "123456, Примерская область"))
	}
	if h.district != "" && g.IntN(5) > 0 {
		parts = append(parts, pick(g, h.district+" р-н", "р-н "+h.district, h.district+" район"))
	}
	if g.IntN(12) > 0 {
		parts = append(parts, g.typed(pick(g, townType...), h.town, how))
	} else {
		*how += "no town; "
	}
	parts = append(parts, g.typed(pick(g, streetType...), h.street, how))
	parts = append(parts, g.unit(h, how)...)
	s := strings.Join(parts, pick(g, ", ", ",", ", ", "; "))
	return g.letters(s)
}

func (g *generator) typed(kind, name string, how *string) string {
	switch g.IntN(10) {
	case 0:
		*how += "no type; "
		return name
	case 1, 2, 3:
		return name + " " + kind
	}
	return kind + " " + name
}

func (g *generator) unit(h home, how *string) []string {
	house := strings.NewReplacer(" к. ", pick(g, " к. ", "к", " корп. ", ", корпус "), " лит. ", pick(g, " лит. ", " литера ", ", лит. ")).Replace(h.house)
	house = pick(g, "д. ", "д.", "дом ", "", "д. № ") + strings.Replace(house, "А", pick(g, "А", "а", " А", "-А"), 1)
	if h.flat == "" {
		return []string{house}
	}
	if !h.keepFlat && g.IntN(25) == 0 {
		*how += "no flat; "
		return []string{house}
	}
	flat := pick(g, "кв. ", "кв", "квартира ", "", "кв.№ ") + strings.Replace(h.flat, "а", pick(g, "а", "А", " а", "-а"), 1)
	if h.room != "" && g.IntN(3) > 0 {
		return []string{house, flat, pick(g, "ком. ", "комната ") + h.room}
	}
	return []string{house, flat}
}
