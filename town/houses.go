package town

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// house is a block of flats or a private house.
type house struct {
	index     int
	street    street
	address   string
	number    string
	private   bool
	first     int // index of its first account
	flats     int // accounts
	letter    int // this flat bears the number before it and a letter; 0: none
	area      int // of all premises, tenths of m²
	common    int
	fias      string
	heatMeter bool // else heating is charged by norm
	noMeters  bool // an act says that water meters cannot be put in
	gas       bool
	municipal bool // some flats are let by the town
	byFile    bool // readings of its water meters come from the supplier, not by the stream
	loss      int  // what house meters show above the flats, percent
	heat      int  // heat of the month, 1/100000 Гкал per m²
	soi       bool // the common property is charged by lines of its own
	soiHot    bool // hot water among them
	heatApart bool // some flats have heat meters
}

// flat returns the number of the flat of an account by its place in the house.
func (h *house) flat(ordinal int) string {
	if h.room(ordinal) == 2 {
		ordinal--
	}
	switch {
	case h.private:
		return ""
	case h.letter == 0 || ordinal < h.letter:
		return strconv.Itoa(ordinal)
	case ordinal == h.letter:
		return strconv.Itoa(ordinal-1) + "а"
	}
	return strconv.Itoa(ordinal - 1)
}

// communalFrom is the smallest block whose last two accounts are rooms of one flat, in the first block.
const communalFrom = 12

// room is the room of a communal flat that an account is for, 0 for a flat of its own.
func (h *house) room(ordinal int) int {
	if h.private || h.index > 0 || h.flats < communalFrom || ordinal < h.flats-1 {
		return 0
	}
	return ordinal - h.flats + 2
}

// services lists what the house is served with, in the order of receipts.
func (h *house) services() []housing.Service {
	if h.private {
		return []housing.Service{housing.ColdWater, housing.Electricity, housing.SolidWaste}
	}
	var list []housing.Service
	for _, s := range housing.Services() {
		if (s == housing.Rent && !h.municipal) || (s == housing.Gas && !h.gas) {
			continue
		}
		if s == housing.HotWaterHeat || (s.Resource() != "" && !h.soi) {
			continue // no house here has hot water in two components
		}
		if s.Resource() != "" && s != housing.CommonColdWater && s != housing.CommonElectricity && (s != housing.CommonHotWater || !h.soiHot) {
			continue
		}
		list = append(list, s)
	}
	return list
}

// build lays out the houses: blocks of about 80 flats in a small town, of 80 to 150 in a large one.
func (t *Town) build() {
	private := min(t.accounts/50, 20+t.accounts/1000)
	flats := t.accounts - private
	average := 125
	if t.accounts <= 2000 {
		average = 80
	}
	t.blocks = max(1, flats/average)
	sizes := split(flats, t.weights(t.accounts > 2000))
	r := t.rng(drawLayout, 1)
	plots := newPlots(r)
	first := 0
	for i := range t.blocks + private {
		h := house{index: i, private: i >= t.blocks, first: first, flats: 1}
		if !h.private {
			h.flats = sizes[i]
		}
		h.street, h.number = plots.next(h.private)
		h.address = "г. Примерск, " + h.street.kind + " " + h.street.name + ", д. " + h.number
		t.equip(&h)
		first += h.flats
		t.houses = append(t.houses, h)
	}
	for i := range t.houses {
		t.measure(&t.houses[i])
	}
}

// weights are the usual sizes of blocks: floors × flats of a floor × entrances.
func (t *Town) weights(large bool) []int {
	sizes := []int{24, 36, 40, 60, 60, 72, 80, 80, 100, 108, 120, 144}
	if large {
		sizes = []int{100, 108, 108, 112, 120, 120, 128, 140, 144, 144}
	}
	r := t.rng(drawLayout, 0)
	weights := make([]int, t.blocks)
	order := r.Perm(len(sizes))
	for i := range weights {
		weights[i] = sizes[order[i%len(order)]]
	}
	return weights
}

// split divides a total by weights; what is left over goes to the first ones.
func split(total int, weights []int) []int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	parts := make([]int, len(weights))
	left := total
	for i, w := range weights {
		parts[i] = total * w / sum
		left -= parts[i]
	}
	for i := range left {
		parts[i%len(parts)]++
	}
	return parts
}

// equip decides what a house has; the rules give one of each kind to a town of twelve blocks.
func (t *Town) equip(h *house) {
	r := t.rng(drawHouse, h.index)
	h.fias = fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), 0x8000|r.IntN(1<<14), r.Uint64()>>16)
	h.loss, h.heat = between(r, 3, 8), between(r, 1650, 2120)
	if h.private {
		return
	}
	h.heatMeter = h.index%5 != 3
	h.soi = t.manyLines || h.index%3 == 0
	h.soiHot = t.manyLines && h.index%4 != 3
	h.heatApart = h.heatMeter && (h.index%10 == 1 || t.blocks == 1)
	h.noMeters = h.index%11 == 4
	h.gas = h.index%3 != 2
	h.municipal = h.index%3 == 1
	h.byFile = h.index%max(4, t.blocks/25) == 0
	if h.index%5 == 1 && h.flats > 10 {
		h.letter = h.flats/2 + 1
	}
}

// measure adds up the areas of the flats; shops and offices that others bill take a little more.
func (t *Town) measure(h *house) {
	for ordinal := 1; ordinal <= h.flats; ordinal++ {
		h.area += t.premises(h, ordinal).area
	}
	if h.private {
		return
	}
	r := t.rng(drawHouse, h.index+MaxAccounts)
	h.area += h.area * between(r, 0, 40) / 1000
	h.common = h.area * between(r, 95, 160) / 1000
}

// street is a street with its kind as addresses print it.
type street struct{ kind, name string }

// plots gives out addresses: each once, streets filling up one after another.
type plots struct {
	rng     *rand.Rand
	streets [2][]street // of blocks, of private houses
	last    [2][]int    // last number given in a street
	at      [2]int
}

func newPlots(r *rand.Rand) *plots {
	p := &plots{rng: r, streets: [2][]street{blockStreets, privateStreets}}
	for i, list := range p.streets {
		p.last[i] = make([]int, len(list))
	}
	return p
}

func (p *plots) next(private bool) (street, string) {
	side := 0
	if private {
		side = 1
	}
	at := p.at[side] % len(p.streets[side])
	if chance(p.rng, 60) || private {
		p.at[side]++
	}
	p.last[side][at] += between(p.rng, 1, 4)
	number := strconv.Itoa(p.last[side][at])
	switch {
	case chance(p.rng, 10):
		number += pick(p.rng, []string{"а", "б"})
	case p.last[side][at] > 5 && !private && chance(p.rng, 8):
		number += ", к. 2"
	}
	return p.streets[side][at], number
}

//nolint:gochecknoglobals // a table
var blockStreets = []street{
	{"ул.", "Садовая"},
	{"ул.", "Центральная"},
	{"пр-кт", "Мира"},
	{"ул.", "Молодёжная"},
	{"ул.", "Школьная"},
	{"ул.", "Строителей"},
	{"б-р", "Энтузиастов"},
	{"ул.", "Пушкина"},
	{"ул.", "Гагарина"},
	{"ул.", "Октябрьская"},
	{"пер.", "Кленовый"},
	{"ул.", "Первомайская"},
	{"ул.", "Лермонтова"},
	{"ул.", "Комсомольская"},
	{"ш.", "Южное"},
	{"ул.", "Чехова"},
	{"ул.", "Космонавтов"},
	{"пр-д", "Заводской"},
	{"ул.", "Берёзовая"},
	{"наб.", "Речная"},
	{"ул.", "Горького"},
	{"ул.", "Победы"},
	{"ул.", "Юбилейная"},
	{"ул.", "Железнодорожная"},
	{"б-р", "Рябиновый"},
	{"ул.", "Толстого"},
	{"ул.", "Некрасова"},
	{"ул.", "Зелёная"},
	{"пр-кт", "Ломоносова"},
	{"ул.", "Парковая"},
	{"ул.", "Менделеева"},
	{"ул.", "Фабричная"},
	{"пер.", "Больничный"},
	{"ул.", "Крылова"},
	{"ул.", "Спортивная"},
	{"ул.", "Маяковского"},
	{"ул.", "Свободы"},
	{"ул.", "Авиаторов"},
	{"ул.", "Тургенева"},
	{"пр-кт", "Строителей"},
}

//nolint:gochecknoglobals // a table
var privateStreets = []street{
	{"ул.", "Дачная"},
	{"пер.", "Вишнёвый"},
	{"ул.", "Заречная"},
	{"ул.", "Луговая"},
	{"пер.", "Огородный"},
	{"ул.", "Полевая"},
	{"ул.", "Лесная"},
	{"пр-д", "Яблоневый"},
	{"ул.", "Ключевая"},
	{"пер.", "Тихий"},
}
