package charging

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// containers charges the volume of the containers emptied in the month, shared by people (formula
// 9(3)) or by area (formula 9(4)): separate collection, as the region chose (tko.mode).
func (c *calculation) containers(t *serviceTable, mode *housing.Parameter) {
	const service = housing.SolidWaste
	area := mode.Value == "containers_area"
	if !area && mode.Value != "containers_people" {
		c.fail(badParameter(mode, "norm, containers_people or containers_area"))
		return
	}
	if !t.metered && !c.emptied(t) {
		return
	}
	whole := housing.Whole(int64(c.snapshot.House.People))
	if area {
		whole = c.snapshot.House.Area
	}
	if whole.Sign() <= 0 {
		c.hold(service, "house_share_zero", "для ТКО по контейнерам не указана площадь или число жителей дома")
		return
	}
	for _, s := range c.served {
		c.cuts.reset(s.valid)
		cutBy(&c.cuts, t.tariffs[0])
		c.cutByOccupancy()
		for piece := range c.cuts.pieces {
			l := line{service: s.service, days: c.daysOf(piece), table: t}
			l.occupancy, l.tariff = c.occupancy(service, piece.From), c.price(service, t, housing.ZoneSingle, piece.From)
			if l.occupancy == nil || l.tariff == nil || !c.containerShare(&l, area, whole, piece) {
				return
			}
			c.emit(&l, service, piece)
		}
	}
}

// emptied adds the containers up, once for the house.
func (c *calculation) emptied(t *serviceTable) bool {
	const service = housing.SolidWaste
	if len(c.snapshot.Containers) == 0 {
		c.hold(service, "no_containers", "нет сведений о вывезенных контейнерах за месяц")
		return false
	}
	var sum housing.Ratio
	for i := range c.snapshot.Containers {
		k := &c.snapshot.Containers[i]
		if k.Count < 0 || k.Removals < 0 || k.Capacity.Sign() < 0 {
			c.hold(service, "negative_containers", "число или объём контейнеров отрицательны")
			return false
		}
		sum = sum.Add(k.Capacity.Ratio().Mul(housing.Whole(int64(k.Count)).Ratio()).Mul(housing.Whole(int64(k.Removals)).Ratio()))
	}
	total, err := sum.Round(c.scale)
	if err != nil {
		c.hold(service, "house_volume_overflow", "объём контейнеров выходит за допустимые пределы")
		return false
	}
	t.metered, t.volume, t.sum = true, sum, total.Trim()
	return true
}

func (c *calculation) containerShare(l *line, byArea bool, whole housing.Decimal, piece housing.Interval) bool {
	part := l.occupancy.Area.Ratio()
	l.charge.Rule, l.charge.Method = "R2.9.2", housing.ByArea
	if !byArea {
		var ok bool
		if l.people, l.owners, ok = c.people(housing.SolidWaste, l.occupancy, piece.From); !ok {
			return false
		}
		part, l.charge.Method = housing.Whole(int64(l.people)).Ratio(), housing.ByPeople
	}
	share, err := part.Quo(whole.Ratio())
	if err != nil {
		c.fail(err)
		return false
	}
	l.volume = c.part(l.table.volume.Mul(share), l.days)
	formula := "P = Vк × ni / nд"
	if byArea {
		formula = "P = Vк × Si / Sоб"
	}
	if l.days < c.days {
		formula += " × d / D"
	}
	at := *l
	at.charge.Account, at.charge.Segment = c.acc.Number, piece
	l.special = &special{formula: formula + " × T", operands: func() []housing.Operand {
		return c.containerOperands(&at, byArea, whole, piece)
	}}
	return true
}

func (c *calculation) containerOperands(l *line, byArea bool, whole housing.Decimal, piece housing.Interval) []housing.Operand {
	const service = housing.SolidWaste
	source := housing.Source{}
	containers := inOrder(c.snapshot.Containers, cmpContainer)
	texts := make([]string, len(containers))
	for i := range containers {
		k := &containers[i]
		texts[i] = strconv.Itoa(k.Count) + " шт. × " + k.Capacity.Russian() + " м³ × " + strconv.Itoa(k.Removals) + " вывозов" +
			withDocument(k.Document)
		source = k.Source
	}
	ops := []housing.Operand{{
		Symbol: "Vк", Meaning: "объём вывезенных контейнеров дома", Value: l.table.sum.String(), Unit: "м³", Basis: strings.Join(texts, "; "), Source: source,
	}}
	house := housing.Operand{
		Symbol: "Sоб", Meaning: "общая площадь всех помещений дома", Value: whole.String(), Unit: "м²", Source: c.snapshot.House.Source,
	}
	own := area(l, "Si")
	if !byArea {
		own = people(l)
		own.Symbol = "ni"
		house.Symbol, house.Meaning, house.Unit = "nд", "проживающие в доме", "чел."
	}
	ops = append(ops, own)
	if !byArea {
		ops = append(ops, c.guests(l)...)
	}
	ops = append(ops, house)
	if l.days < c.days {
		ops = append(ops, housing.Operand{
			Symbol: "d", Meaning: "дней в отрезке", Value: strconv.Itoa(l.days), Unit: "дн.",
			Basis: "с " + piece.From.Russian() + " по " + piece.To.AddDays(-1).Russian(),
		}, housing.Operand{Symbol: "D", Meaning: "дней в месяце", Value: strconv.Itoa(c.days), Unit: "дн."})
	}
	return append(ops, tariffOperand(l, service))
}

// wasteYears compares what the containers of a year cost with what the account was charged by norm
// (R2.9.2, I quarter): the cost is shared out to the kopeck, the difference is a correction.
func (c *calculation) wasteYears() {
	const service = housing.SolidWaste
	if len(c.acc.WasteShares) == 0 || len(c.served) == 0 {
		return
	}
	shares := slices.Clone(c.acc.WasteShares)
	slices.SortFunc(shares, func(a, b housing.WasteShare) int { return cmp.Compare(a.Year, b.Year) })
	for i := range shares {
		w := &shares[i]
		if i > 0 && shares[i-1].Year == w.Year {
			c.hold(service, "waste_year_doubled", "доля ТКО за год "+strconv.Itoa(w.Year)+" указана дважды")
			return
		}
		year := c.wasteYear(w.Year)
		if year == nil || year.Weight.Sign() <= 0 || w.Weight.Sign() < 0 || w.Weight.Cmp(year.Weight) > 0 {
			c.hold(service, "waste_year", "доля ТКО за год "+strconv.Itoa(w.Year)+" не сходится со сведениями дома")
			return
		}
		cost, ok := c.wasteCost(year)
		if !ok {
			return
		}
		c.wasteCorrection(year, w, cost)
	}
}

func (c *calculation) wasteYear(year int) *housing.WasteYear {
	for i := range c.snapshot.WasteYears {
		if y := &c.snapshot.WasteYears[i]; y.Year == year {
			return y
		}
	}
	return nil
}

// wasteCost is the account's part of the cost of a year. Parts add up to it to the kopeck: the
// kopecks left over go to the largest fractions, equal ones by account number.
func (c *calculation) wasteCost(year *housing.WasteYear) (housing.Money, bool) {
	if c.wasteCosts == nil {
		c.wasteCosts = map[int]map[string]housing.Money{}
	}
	if c.wasteCosts[year.Year] == nil {
		costs, err := c.shareWasteYear(year)
		if err != nil {
			c.hold(housing.SolidWaste, "waste_year", "стоимость ТКО за год не удалось разделить между помещениями")
			return 0, false
		}
		c.wasteCosts[year.Year] = costs
	}
	cost, ok := c.wasteCosts[year.Year][c.acc.Number]
	return cost, ok
}

func (c *calculation) shareWasteYear(year *housing.WasteYear) (map[string]housing.Money, error) {
	type part struct {
		number string
		weight housing.Decimal
	}
	var all []part
	rest := year.Weight
	for i := range c.snapshot.Accounts {
		for _, w := range c.snapshot.Accounts[i].WasteShares {
			if w.Year == year.Year {
				all = append(all, part{c.snapshot.Accounts[i].Number, w.Weight})
				left, err := rest.Sub(w.Weight)
				if err != nil {
					return nil, err
				}
				rest = left
				if rest.Sign() < 0 {
					return nil, fmt.Errorf("shares of %d exceed its weight: %w", year.Year, ErrSnapshot)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b part) int { return cmp.Compare(a.number, b.number) })
	total, err := housing.NewDecimal(int64(year.Cost), 2)
	if err != nil {
		return nil, err
	}
	all = append(all, part{"", rest}) // premises billed elsewhere
	parts := make([]housing.Ratio, len(all))
	for i := range all {
		share, err := all[i].weight.Ratio().Quo(year.Weight.Ratio())
		if err != nil {
			return nil, err
		}
		parts[i] = total.Ratio().Mul(share)
	}
	split, err := Split(total, parts, 2)
	if err != nil {
		return nil, err
	}
	costs := make(map[string]housing.Money, len(all))
	for i := range all {
		costs[all[i].number] = housing.Money(split[i].Units())
	}
	return costs, nil
}

func (c *calculation) wasteCorrection(year *housing.WasteYear, own *housing.WasteShare, cost housing.Money) {
	const service = housing.SolidWaste
	difference, err := cost.Sub(own.Charged)
	if err != nil {
		c.hold(service, "amount_overflow", "сумма начисления выходит за допустимые пределы")
		return
	}
	l := line{service: c.served[len(c.served)-1].service, days: c.days}
	exact, err := housing.RatioOf(int64(difference), kopecks)
	if err != nil {
		c.fail(err)
		return
	}
	l.exact = exact
	l.charge.Rule, l.charge.Method = "R2.9.2", housing.ByPeople
	l.charge.Reason, l.charge.Document = reasonWaste, year.Document
	share := *own
	l.special = &special{formula: "P = Pк − Pн, Pк = Pгод × w / W", operands: func() []housing.Operand {
		return []housing.Operand{
			{
				Symbol: "Pгод", Meaning: "стоимость вывоза контейнеров дома за " + strconv.Itoa(year.Year) + " год",
				Value: year.Cost.String(), Unit: "₽", Basis: year.Document, Source: year.Source,
			},
			{Symbol: "w", Meaning: "доля лицевого счёта (человеко- или м²-месяцы)", Value: share.Weight.String(), Source: share.Source},
			{Symbol: "W", Meaning: "сумма долей дома", Value: year.Weight.String(), Source: year.Source},
			{
				Symbol: "Pк", Meaning: "стоимость, приходящаяся на лицевой счёт (доли сведены до копейки)",
				Value: cost.String(), Unit: "₽",
			},
			{Symbol: "Pн", Meaning: "начислено за год", Value: share.Charged.String(), Unit: "₽", Source: share.Source},
		}
	}}
	c.correction(l, service, housing.Interval{From: c.served[0].valid.From, To: c.served[len(c.served)-1].valid.To})
}

const kopecks = 100
